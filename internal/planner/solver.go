package planner

import (
	"math"
	"slices"
)

// Solver keeps an assignment optimal while people refuse and needs are added.
//
// It finds shortest paths on the graph of needs, which are few, not of people, who are many. A place of need s is filled
// by somebody free, or by somebody who serves k and whom k then has to replace, and so on: the step from s to k costs the
// least difference between what one of k's people costs at s and at k. Each need has a price, what one more person is worth
// to it. At every moment, with price u and a person's gain max(0, u − cost) over the needs they can serve, everybody
// serves a need that gains them most and nobody with a gain is idle: that makes the assignment the cheapest of its size.
// A path of least cost under these prices keeps it so. One refusal or one new place is one path.
type Solver struct {
	shortage int32
	arcs     [][]Arc
	at       []int32 // need of each volunteer, NoNeed, or gone
	cost     []int32 // there
	places   []int
	short    []int   // places left empty because a person would cost more than Shortage
	has      []int   // people at each need
	price    []int64 // of each need
	free     []queue // of each need: idle people by cost
	near     [][]neighbour
	slot     []map[int32]int32 // of each need: where a neighbour stands in near
	path     search
}

// neighbour is a need whose people could serve another, and those people by what the move costs. Only pairs that occur
// are kept: of five thousand needs few share people.
type neighbour struct {
	need   int32
	people queue
}

// gone is the need of a volunteer who refused.
const gone = int32(-2)

// NewSolver solves a problem. It keeps the rows of Eligible and does not change them.
func NewSolver(p Problem) *Solver {
	s := &Solver{shortage: p.Shortage, arcs: slices.Clone(p.Eligible), at: make([]int32, len(p.Eligible)), cost: make([]int32, len(p.Eligible))}
	counts := make([]int, len(p.Places))
	for v, row := range p.Eligible {
		s.at[v] = NoNeed
		for _, a := range row {
			counts[a.Need]++
		}
	}
	for j, n := range p.Places {
		s.grow(n)
		s.free[j] = make(queue, 0, counts[j])
	}
	for v, row := range p.Eligible {
		for _, a := range row {
			s.free[a.Need] = append(s.free[a.Need], entry(a.Cost, int32(v)))
		}
	}
	for j := range s.free {
		s.free[j].order()
		s.price[j] = int64(s.shortage)
		if len(s.free[j]) > 0 {
			s.price[j] = min(s.price[j], s.free[j][0].key())
		}
	}
	for j := range s.places {
		s.fill(int32(j))
	}
	return s
}

// grow adds a need without people.
func (s *Solver) grow(places int) {
	s.places = append(s.places, max(0, places))
	s.short, s.has, s.price = append(s.short, 0), append(s.has, 0), append(s.price, 0)
	s.free, s.near, s.slot = append(s.free, nil), append(s.near, nil), append(s.slot, map[int32]int32{})
	s.path.grow()
}

// Solution is the assignment now.
func (s *Solver) Solution() Solution {
	out := Solution{Need: make([]int32, len(s.at))}
	for v, j := range s.at {
		if j >= 0 {
			out.Need[v] = j
			out.Cost += int64(s.cost[v])
			out.Filled++
		} else {
			out.Need[v] = NoNeed
		}
	}
	for j, n := range s.places {
		out.Cost += int64(n-s.has[j]) * int64(s.shortage)
	}
	return out
}

// Prices is what one person more is worth to each need: where to look for people first.
func (s *Solver) Prices() []int64 { return slices.Clone(s.price) }

// Need is the need a volunteer serves, or NoNeed.
func (s *Solver) Need(volunteer int) int32 { return max(s.at[volunteer], NoNeed) }

// Refuse takes a volunteer out for good and fills the place.
func (s *Solver) Refuse(volunteer int) {
	j := s.at[volunteer]
	s.at[volunteer] = gone
	if j >= 0 {
		s.has[j]--
		s.fill(j)
	}
}

// AddNeed adds a need with people who can serve it, fills it, and gives its index.
func (s *Solver) AddNeed(places int, people []Candidate) int {
	j := int32(len(s.places))
	s.grow(places)
	s.price[j] = int64(s.shortage)
	for _, c := range people {
		v := c.Volunteer
		if s.at[v] == gone {
			continue
		}
		s.arcs[v] = append(slices.Clip(s.arcs[v]), Arc{j, c.Cost})
		gain := int64(0)
		if k := s.at[v]; k >= 0 {
			gain = s.price[k] - int64(s.cost[v])
			s.offer(j, k, entry(c.Cost-s.cost[v], v))
		} else {
			s.free[j] = append(s.free[j], entry(c.Cost, v))
		}
		s.price[j] = min(s.price[j], int64(c.Cost)+gain)
	}
	s.free[j].order()
	s.fill(j)
	return int(j)
}

// fill finds people for the places of a need that are neither taken nor given up.
func (s *Solver) fill(j int32) {
	for s.has[j]+s.short[j] < s.places[j] {
		s.augment(j)
	}
}

// send moves a volunteer to a need and tells every other need they could serve what having them back would cost.
func (s *Solver) send(v, j int32) {
	for _, a := range s.arcs[v] {
		if a.Need == j {
			s.at[v], s.cost[v] = j, a.Cost
		}
	}
	for _, a := range s.arcs[v] {
		if a.Need != j {
			s.offer(a.Need, j, entry(a.Cost-s.cost[v], v))
		}
	}
}

// offer notes that one of k's people could serve j.
func (s *Solver) offer(j, k int32, e swap) {
	i, ok := s.slot[j][k]
	if !ok {
		i = int32(len(s.near[j]))
		s.slot[j][k] = i
		s.near[j] = append(s.near[j], neighbour{need: k})
	}
	s.near[j][i].people.push(e)
}

// idle is the cheapest person for a need who serves none.
func (s *Solver) idle(j int32) (e swap, ok bool) {
	q := &s.free[j]
	for len(*q) > 0 {
		if e = (*q)[0]; s.at[e.volunteer()] == NoNeed {
			return e, true
		}
		q.pop()
	}
	return 0, false
}

// cheapest is the best of a neighbour's people to move.
func (s *Solver) cheapest(n *neighbour) (e swap, ok bool) {
	for len(n.people) > 0 {
		if e = n.people[0]; s.at[e.volunteer()] == n.need {
			return e, true
		}
		n.people.pop()
	}
	return 0, false
}

const far = int64(math.MaxInt64 / 4)
