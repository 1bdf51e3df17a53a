package planner

// search is the room a shortest path needs, kept between paths.
type search struct {
	dist    []int64
	from    []int32 // the need before
	via     []int32 // who would move there
	settled []bool
	seen    []int32 // needs with a distance, to be wiped
	order   []int32 // needs settled
	best    end
}

func (p *search) grow() {
	p.dist, p.from, p.via, p.settled = append(p.dist, far), append(p.from, NoNeed), append(p.via, 0), append(p.settled, false)
}

func (p *search) wipe() {
	for _, j := range p.seen {
		p.dist[j], p.settled[j] = far, false
	}
	p.seen, p.order, p.best = p.seen[:0], p.order[:0], end{dist: far}
}

// nearest is the need with the least distance that is not settled.
func (p *search) nearest() (j int32, dist int64) {
	j, dist = NoNeed, far
	for _, k := range p.seen {
		if !p.settled[k] && p.dist[k] < dist {
			j, dist = k, p.dist[k]
		}
	}
	return j, dist
}

// end is where a path stops: at a need that takes somebody idle, or leaves a place empty.
type end struct {
	dist   int64
	need   int32
	person int32 // NoNeed: the place stays empty
}

// augment fills one place of a need along the cheapest path, or leaves one empty where that is cheaper, and sets the
// prices so that every step of the path costs nothing under them.
func (s *Solver) augment(start int32) {
	p := &s.path
	p.wipe()
	s.reach(start, NoNeed, 0, 0)
	for {
		j, dist := p.nearest()
		if j == NoNeed || dist >= p.best.dist {
			break
		}
		p.settled[j] = true
		p.order = append(p.order, j)
		s.relax(j, dist)
	}
	for _, j := range p.order {
		s.price[j] += p.best.dist - p.dist[j]
	}
	s.shift(start, p.best)
}

// reach notes a shorter way to k, and what ending there would cost: an end found early bounds the search.
func (s *Solver) reach(k, from, via int32, dist int64) {
	p := &s.path
	if p.dist[k] == far {
		p.seen = append(p.seen, k)
	}
	p.dist[k], p.from[k], p.via[k] = dist, from, via
	if empty := dist + int64(s.shortage) - s.price[k]; empty < p.best.dist {
		p.best = end{empty, k, NoNeed}
	}
	if e, ok := s.idle(k); ok && dist+e.key()-s.price[k] < p.best.dist {
		p.best = end{dist + e.key() - s.price[k], k, e.volunteer()}
	}
}

// relax looks at every need whose people could serve j.
func (s *Solver) relax(j int32, dist int64) {
	p := &s.path
	for i := range s.near[j] {
		n := &s.near[j][i]
		k := n.need
		if p.settled[k] || len(n.people) == 0 {
			continue
		}
		// the top may have moved on, but nobody below it is cheaper
		step := dist + s.price[k] - s.price[j]
		within := min(p.dist[k], p.best.dist)
		if step+n.people[0].key() >= within {
			continue
		}
		if e, ok := s.cheapest(n); ok && step+e.key() < within {
			s.reach(k, j, e.volunteer(), step+e.key())
		}
	}
}

// shift moves people one need along the path that ends at last.
func (s *Solver) shift(start int32, last end) {
	p := &s.path
	j, person := last.need, last.person
	if person == NoNeed {
		s.short[j]++
	} else {
		s.has[j]++
	}
	for {
		before, mover := p.from[j], p.via[j]
		if person != NoNeed {
			s.send(person, j)
		}
		if j == start {
			return
		}
		// the one who leaves j goes to the need before it; where j's place stays empty nobody came
		s.has[j]--
		s.has[before]++
		j, person = before, mover
	}
}
