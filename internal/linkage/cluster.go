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

// cluster joins edges of at least join bits into people: the surest first, and two groups only where their members agree
// on average, unmet pairs included (weigh says how well). A chain of half-likenesses (A like B, B like C, A unlike C)
// so stays apart. Only for measuring: in the registry a person decides each pair.
func cluster(edges []edge, join float32, weigh func(a, b uint32) float32) map[uint32]uint32 {
	sortEdges(edges)
	g := groups{of: map[uint32]uint32{}, members: map[uint32][]uint32{}, bits: make(map[[2]uint32]float32, len(edges)), weigh: weigh}
	for _, e := range edges {
		g.bits[[2]uint32{max(e.a, e.b), min(e.a, e.b)}] = e.bits
	}
	for _, e := range edges {
		if e.bits < join {
			break
		}
		if a, b := g.root(e.a), g.root(e.b); a != b && g.agree(a, b) >= mostDissent {
			g.merge(a, b)
		}
	}
	return g.of
}

// groups is a clustering under way.
type groups struct {
	of      map[uint32]uint32 // id to the id that names its group
	members map[uint32][]uint32
	bits    map[[2]uint32]float32
	weigh   func(a, b uint32) float32
}

func (g *groups) root(id uint32) uint32 {
	if r, ok := g.of[id]; ok {
		return r
	}
	g.of[id] = id
	g.members[id] = []uint32{id}
	return id
}

// mostDissent is how far below even the pairs across two groups may lie on average: records with gaps agree on little
// with one another, and much with the rest of their group.
const mostDissent = -4

// One pair counts at most so many bits for and against, so that it cannot outvote a group.
const mostVote = 12

// agree is the mean of the bits of all pairs across two groups, of at most mostVoters a side.
func (g *groups) agree(a, b uint32) float32 {
	ma, mb := g.members[a], g.members[b]
	ma, mb = ma[:min(len(ma), mostVoters)], mb[:min(len(mb), mostVoters)]
	var sum float32
	for _, x := range ma {
		for _, y := range mb {
			key := [2]uint32{max(x, y), min(x, y)}
			w, ok := g.bits[key]
			if !ok {
				w = g.weigh(x, y)
				g.bits[key] = w
			}
			sum += min(max(w, -mostVote), mostVote)
		}
	}
	return sum / float32(len(ma)*len(mb))
}

const mostVoters = 40

func (g *groups) merge(a, b uint32) {
	if len(g.members[a]) < len(g.members[b]) {
		a, b = b, a
	}
	for _, id := range g.members[b] {
		g.of[id] = a
	}
	g.members[a] = append(g.members[a], g.members[b]...)
	delete(g.members, b)
}
