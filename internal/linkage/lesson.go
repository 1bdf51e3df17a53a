package linkage

import "math/rand/v2"

// Lesson is a model on its way: what Estimate does, cut into slices, so that a living index can be learned from without
// being held still for long. Lesson, Gather and Adopt need the index to themselves while they run; Learn, which takes as
// long again, does not touch it.
type Lesson struct {
	x      *Index
	model  *Model
	ids    []uint32 // as they were at the beginning; some may be gone when their turn comes
	random *rand.Rand
	draws  int // pairs of strangers still to draw
	counts [maxFields][16]float64
	at     int // the next of ids to look at, from the highest down; below 0: all are
	step   int
	taken  int
	pairs  []sampled
}

// mostStrangers is how many random pairs are looked at: nearly all of them are strangers.
const mostStrangers = 200_000

// Lesson begins one, from what the schema believes.
func (x *Index) Lesson() *Lesson {
	l := &Lesson{x: x, model: NewModel(x.rows.schema)}
	for id := range x.rows.at {
		if x.rows.has(uint32(id)) {
			l.ids = append(l.ids, uint32(id))
		}
	}
	n := len(l.ids)
	l.random = rand.New(rand.NewPCG(1, uint64(n)))
	l.draws = min(mostStrangers, n*(n-1)/2)
	l.at, l.step = n-1, 1+n/mostSampled
	return l
}

// strangersARecord is how many random pairs cost about as much as one record looked up.
const strangersARecord = 20

// Gather looks at about so many more records and says whether there are more to look at.
func (l *Lesson) Gather(records int) (more bool) {
	if len(l.ids) < 2 {
		return false
	}
	if l.draws > 0 {
		l.strangers(min(l.draws, records*strangersARecord))
		if l.draws > 0 {
			return true
		}
		for f, levels := range l.model.levels {
			l.model.learn(f, &l.counts[f], func(v *Level) *float64 { return &v.U }, levels)
		}
		l.model.refresh()
		return true
	}
	for ; records > 0 && l.at >= 0 && len(l.pairs) < mostPairs; records-- {
		l.sample(l.ids[l.at])
		l.at -= l.step
	}
	return l.at >= 0 && len(l.pairs) < mostPairs
}

// strangers counts levels over random pairs.
func (l *Lesson) strangers(draws int) {
	x := l.x
	l.draws -= draws
	var a, b view
	var out [maxFields]outcome
	for range draws {
		i, j := l.ids[l.random.IntN(len(l.ids))], l.ids[l.random.IntN(len(l.ids))]
		if i == j || !x.rows.has(i) || !x.rows.has(j) {
			continue
		}
		x.rows.open(i, &a)
		x.rows.open(j, &b)
		x.look.cmp.begin(&a)
		x.look.cmp.compare(&b, &out)
		for f := range x.rows.schema.Fields {
			if out[f].level != missing {
				l.counts[f][out[f].level]++
			}
		}
	}
}

// sample compares one record with those of lower id that share a blocking key, and keeps the pairs that could be more
// than strangers.
func (l *Lesson) sample(id uint32) {
	x := l.x
	if !x.rows.has(id) {
		return
	}
	l.taken++
	prior := l.model.prior(len(l.ids))
	var a, b view
	var out [maxFields]outcome
	x.rows.open(id, &a)
	x.look.cmp.begin(&a)
	for _, other := range x.look.near(&a, id, mostInRun) {
		x.rows.open(other, &b)
		x.look.cmp.compare(&b, &out)
		e := prior
		e.add(l.model.all(&out))
		if max(e.same, e.kin)-e.stranger > hopeless {
			l.pairs = append(l.pairs, l.model.sampled(&out))
		}
	}
}

// Learn works the model out from what was gathered.
func (l *Lesson) Learn() {
	if len(l.pairs) == 0 || l.taken == 0 {
		return
	}
	n := len(l.ids)
	for range rounds {
		if l.model.maximise(l.pairs, n, float64(l.taken)/float64(n)) < 1e-4 {
			break
		}
	}
	l.pairs = nil
}

// Adopt makes the index weigh with what was learned from it.
func (x *Index) Adopt(l *Lesson) {
	if l.x == x && l.taken > 0 {
		x.model = l.model
	}
}
