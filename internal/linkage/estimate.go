package linkage

import (
	"math"
	"math/rand/v2"
)

// Estimate learns, without labels, how people of this set repeat themselves (M), how often strangers agree (U) and how
// many pairs are one person, by expectation and maximisation over pairs that share a blocking key. What the schema
// believes weighs as belief imagined pairs, so that a small set moves the model little. The index must not change
// meanwhile; the same index gives the same model.
func (x *Index) Estimate() {
	if x.rows.live < 2 {
		return
	}
	x.strangers()
	pairs, share := x.sample()
	if len(pairs) == 0 {
		return
	}
	for range rounds {
		if x.maximise(pairs, share) < 1e-4 {
			break
		}
	}
}

const (
	mostPairs   = 500_000
	mostSampled = 40_000 // records
	hopeless    = -12    // bits; what lies below adds nothing to any share but the strangers'
	rounds      = 60
	belief      = 40
)

// sampled is one compared pair: levels, four bits a field (15 is missing), and how strangers would show them, which
// the rounds do not change.
type sampled struct {
	levels   uint64
	stranger float32
}

// strangers counts levels over random pairs: nearly all of them are strangers.
func (x *Index) strangers() {
	ids := x.ids()
	random := rand.New(rand.NewPCG(1, uint64(len(ids))))
	draws := min(200_000, len(ids)*(len(ids)-1)/2)
	var counts [maxFields][16]float64
	var a, b view
	var out [maxFields]outcome
	for range draws {
		i, j := random.IntN(len(ids)), random.IntN(len(ids))
		if i == j {
			continue
		}
		x.rows.open(ids[i], &a)
		x.rows.open(ids[j], &b)
		x.look.cmp.begin(&a)
		x.look.cmp.compare(&b, &out)
		for f := range x.rows.schema.Fields {
			if out[f].level != missing {
				counts[f][out[f].level]++
			}
		}
	}
	for f, levels := range x.model.levels {
		x.model.learn(f, &counts[f], func(l *Level) *float64 { return &l.U }, levels)
	}
	x.model.refresh()
}

// learn sets one share of each level of a field from counts and belief, family by family.
func (m *Model) learn(f int, counts *[16]float64, share func(*Level) *float64, levels []Level) {
	var sums [4]float64
	for i := range levels {
		sums[levels[i].Family] += counts[i]
	}
	for i := range levels {
		p := share(&levels[i])
		*p = (counts[i] + belief**p) / (sums[levels[i].Family] + belief)
	}
}

func (x *Index) ids() []uint32 {
	out := make([]uint32, 0, x.rows.live)
	for id := range x.rows.at {
		if x.rows.has(uint32(id)) {
			out = append(out, uint32(id))
		}
	}
	return out
}

// sample compares the blocked pairs of every so-many-th record and keeps those that could be more than strangers, at
// most mostPairs; share is the part of records taken.
func (x *Index) sample() (pairs []sampled, share float64) {
	ids := x.ids()
	step := 1 + len(ids)/mostSampled
	prior := x.model.prior(len(ids))
	var a, b view
	var out [maxFields]outcome
	taken := 0
	for i := len(ids) - 1; i >= 0 && len(pairs) < mostPairs; i -= step {
		taken++
		x.rows.open(ids[i], &a)
		x.look.cmp.begin(&a)
		for _, id := range x.look.near(&a, ids[i], mostInRun) {
			x.rows.open(id, &b)
			x.look.cmp.compare(&b, &out)
			e := prior
			e.add(x.model.all(&out))
			if max(e.same, e.kin)-e.stranger > hopeless {
				pairs = append(pairs, x.model.sampled(&out))
			}
		}
	}
	return pairs, float64(taken) / float64(len(ids))
}

func (m *Model) sampled(out *[maxFields]outcome) sampled {
	var s sampled
	s.stranger = m.all(out).stranger
	for i := range m.schema.Fields {
		s.levels |= uint64(out[i].level&15) << (4 * i)
	}
	return s
}

// shares is what one round counts: levels among pairs that are one person, and among relatives.
type shares struct {
	one, kin       [maxFields][16]float64
	allOne, allKin float64
}

func (s *shares) add(p *sampled, fields int, one, kin float64) {
	s.allOne += one
	s.allKin += kin
	for f := range fields {
		if l := p.levels >> (4 * f) & 15; l != 15 {
			s.one[f][l] += one
			s.kin[f][l] += kin
		}
	}
}

// ruledOut is the share below which the schema all but rules a level out for one person, as the names of twins: what
// looks like many such pairs is another kind of pair, and is not to be learned.
const ruledOut = 0.001

// expect weighs every sampled pair with the model as it is.
func (m *Model) expect(pairs []sampled, n int) *shares {
	prior := m.prior(n)
	s := &shares{}
	for i := range pairs {
		p := &pairs[i]
		e := prior
		for f := range m.levels {
			if l := p.levels >> (4 * f) & 15; l != 15 {
				g := &m.logs[f][l]
				e.same, e.kin, e.twins = e.same+g.m, e.kin+g.r, e.twins+g.t
			}
		}
		all := logSum(e.same, p.stranger)
		if m.schema.Relatives {
			all = logSum(all, logSum(e.kin, e.twins))
		} else {
			e.kin = all - 100
		}
		s.add(p, len(m.levels), math.Exp2(float64(e.same-all)), math.Exp2(float64(e.kin-all)))
	}
	return s
}

// maximise does one round and gives the largest change of a share.
func (x *Index) maximise(pairs []sampled, share float64) float64 {
	m := x.model
	s := m.expect(pairs, x.rows.live)
	change := 0.0
	for f, levels := range m.levels {
		fresh := append([]Level(nil), levelsOf(&m.schema.Fields[f])...)
		m.learn(f, &s.one[f], func(l *Level) *float64 { return &l.M }, fresh)
		if m.schema.Relatives {
			m.learn(f, &s.kin[f], func(l *Level) *float64 { return &l.R }, fresh)
		}
		for i := range levels {
			if ruled := levelsOf(&m.schema.Fields[f])[i].M; ruled < ruledOut {
				fresh[i].M = ruled
			}
			change = max(change, abs(levels[i].M-fresh[i].M))
			levels[i].M, levels[i].R = fresh[i].M, fresh[i].R
		}
	}
	n := float64(x.rows.live)
	m.same = (s.allOne/share + m.schema.Duplicates*belief) / (n + belief)
	m.kin = (s.allKin/share + m.schema.Kin*belief) / (n + belief)
	m.refresh()
	return change
}

func abs(x float64) float64 { return max(x, -x) }
