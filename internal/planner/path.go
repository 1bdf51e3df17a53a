package planner

// search is the room a shortest path needs, kept between paths.
type search struct {
	dist    []int64
	from    []int32 // the need before
	via     []int32 // who would move there
	settled []bool
	seen    []int32 // needs with a distance, to be wiped
	order   []int32 // needs settled
}

func (p *search) grow() {
	p.dist, p.from, p.via, p.settled = append(p.dist, far), append(p.from, NoNeed), append(p.via, 0), append(p.settled, false)
}

func (p *search) wipe() {
	for _, j := range p.seen {
		p.dist[j], p.settled[j] = far, false
	}
	p.seen, p.order = p.seen[:0], p.order[:0]
}

// reach notes a shorter way to k.
func (p *search) reach(k, from, via int32, dist int64) {
	if p.dist[k] == far {
		p.seen = append(p.seen, k)
	}
	p.dist[k], p.from[k], p.via[k] = dist, from, via
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
	p.reach(start, NoNeed, 0, 0)
	best := end{dist: far}
	for {
		j, dist := p.nearest()
		if j == NoNeed || dist >= best.dist {
			break
		}
		p.settled[j] = true
		p.order = append(p.order, j)
		if empty := dist + int64(s.shortage) - s.price[j]; empty < best.dist {
			best = end{empty, j, NoNeed}
		}
		if e, ok := s.idle(j); ok && dist+e.key()-s.price[j] < best.dist {
			best = end{dist + e.key() - s.price[j], j, e.volunteer()}
		}
		s.relax(j, dist, best.dist)
	}
	for _, j := range p.order {
		s.price[j] += best.dist - p.dist[j]
	}
	s.shift(start, best)
}

// relax looks at every need whose people could serve j.
func (s *Solver) relax(j int32, dist, limit int64) {
	p := &s.path
	for i := range s.near[j] {
		n := &s.near[j][i]
		k := n.need
		if p.settled[k] {
			continue
		}
		e, ok := s.cheapest(n)
		if !ok {
			continue
		}
		if d := dist + e.key() + s.price[k] - s.price[j]; d < p.dist[k] && d < limit {
			p.reach(k, j, e.volunteer(), d)
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
