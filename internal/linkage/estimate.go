package linkage

import "math"

// Estimate learns, without labels, how people of this set repeat themselves (M), how often strangers agree (U) and how
// many pairs are one person, by expectation and maximisation over pairs that share a blocking key. What the schema
// believes weighs as belief imagined pairs, so that a small set moves the model little. The index must not change
// meanwhile; the same index gives the same model.
func (x *Index) Estimate() {
	l := x.Lesson()
	for l.Gather(mostSampled) {
	}
	l.Learn()
	x.Adopt(l)
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

// ruledOut is the share below which the schema all but rules a level out for one person, as the names of twins, or births
// a generation apart: what looks like many such pairs is another kind of pair, and is not to be learned.
const ruledOut = 0.004

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

// maximise does one round for n records, of which share were looked at, and gives the largest change of a share.
func (m *Model) maximise(pairs []sampled, n int, share float64) float64 {
	s := m.expect(pairs, n)
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
	m.same = (s.allOne/share + m.schema.Duplicates*belief) / (float64(n) + belief)
	m.kin = (s.allKin/share + m.schema.Kin*belief) / (float64(n) + belief)
	m.refresh()
	return change
}

func abs(x float64) float64 { return max(x, -x) }
