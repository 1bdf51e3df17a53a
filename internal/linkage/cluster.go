package linkage

import (
	"cmp"
	"slices"
)

// edge is a pair taken for one person.
type edge struct {
	a, b uint32
	bits float32
}

func sortEdges(edges []edge) {
	slices.SortFunc(edges, func(x, y edge) int {
		return cmp.Or(cmp.Compare(y.bits, x.bits), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
}

// cluster joins edges into people: the surest first, and two groups only where their members agree on average. A
// chain of half-likenesses (A like B, B like C, A unlike C) so stays apart. Pairs that were not compared or fell
// below the floor count as floor bits. Only for measuring: in the registry a person decides each pair.
func cluster(edges []edge, join, floor float32) map[uint32]uint32 {
	sortEdges(edges)
	bits := make(map[[2]uint32]float32, len(edges))
	for _, e := range edges {
		bits[[2]uint32{max(e.a, e.b), min(e.a, e.b)}] = e.bits
	}
	group := map[uint32]uint32{}
	members := map[uint32][]uint32{}
	root := func(id uint32) uint32 {
		if g, ok := group[id]; ok {
			return g
		}
		group[id] = id
		members[id] = []uint32{id}
		return id
	}
	for _, e := range edges {
		if e.bits < join {
			break
		}
		ga, gb := root(e.a), root(e.b)
		if ga == gb || !agree(members[ga], members[gb], bits, join, floor) {
			continue
		}
		if len(members[ga]) < len(members[gb]) {
			ga, gb = gb, ga
		}
		for _, id := range members[gb] {
			group[id] = ga
		}
		members[ga] = append(members[ga], members[gb]...)
		delete(members, gb)
	}
	return group
}

func agree(a, b []uint32, bits map[[2]uint32]float32, join, floor float32) bool {
	if len(a)*len(b) == 1 {
		return true
	}
	var sum float32
	for _, x := range a {
		for _, y := range b {
			w, ok := bits[[2]uint32{max(x, y), min(x, y)}]
			if !ok {
				w = floor
			}
			sum += min(max(w, floor), -floor)
		}
	}
	return sum/float32(len(a)*len(b)) >= join
}
