package linkage

import "math"

// Model weighs the outcomes of a comparison. It is a Fellegi–Sunter model with more than one rival: a pair that is not
// one person is two strangers, two relatives or twins. Weights are in bits (log2).
type Model struct {
	schema *Schema
	levels [][]Level // as learned
	logs   [maxFields][]logLevel
	// Pairs of each sort that a record forms on average.
	same, kin, twins float64
}

// logLevel is a level's shares in log2.
type logLevel struct{ m, u, r, t float32 }

// NewModel is the model that knows only what its schema believes.
func NewModel(s *Schema) *Model {
	m := &Model{schema: s, same: s.Duplicates, kin: s.Kin, twins: s.Twins}
	for i := range s.Fields {
		m.levels = append(m.levels, append([]Level(nil), levelsOf(&s.Fields[i])...))
	}
	m.refresh()
	return m
}

func (m *Model) refresh() {
	for i, levels := range m.levels {
		m.logs[i] = m.logs[i][:0]
		for _, l := range levels {
			m.logs[i] = append(m.logs[i], logLevel{log2(l.M), log2(l.U), log2(l.R), log2(l.T)})
		}
	}
}

func log2(x float64) float32 { return float32(math.Log2(max(x, 1e-12))) }

// fewest is the number of records below which the share of pairs that are one person is taken as for this many: the
// first ten people of a registry are not ten people of a village.
const fewest = 10_000

// evidence is log2 of how likely a pair looks as it does, for each sort of pair.
type evidence struct{ same, stranger, kin, twins float32 }

// prior is log2 of the shares of the sorts among all pairs of n records.
func (m *Model) prior(n int) evidence {
	pairs := float64(max(n, fewest)-1) / 2
	return evidence{log2(m.same / pairs), 0, log2(m.kin / pairs), log2(m.twins / pairs)}
}

func (e *evidence) add(o evidence) {
	e.same += o.same
	e.stranger += o.stranger
	e.kin += o.kin
	e.twins += o.twins
}

// of is the evidence of one field.
func (m *Model) of(field int, o outcome) evidence {
	l := &m.logs[field][o.level]
	e := evidence{l.m, l.u, l.r, l.t}
	if int(o.level) == len(m.levels[field])-1 || m.levels[field][o.level].Frequent {
		// What agrees may fail to tell one person from a household, but never speaks against one person: leaving a fact
		// out must not make a pair surer.
		e.kin, e.twins = min(e.kin, e.same), min(e.twins, e.same)
		e.stranger = min(e.stranger, e.same)
	}
	if m.levels[field][o.level].Frequent && o.logU == o.logU {
		// A value so common that strangers agree on it as often as one person does proves nothing, but never the contrary.
		e.stranger = min(o.logU, l.m)
	}
	return e
}

// all adds up the fields of a compared pair.
func (m *Model) all(out *[maxFields]outcome) evidence {
	var sum evidence
	for i := range m.schema.Fields {
		if out[i].level != missing {
			sum.add(m.of(i, out[i]))
		}
	}
	return sum
}

// odds is log2 of the odds that a pair is one person; e holds the prior too.
func (m *Model) odds(e evidence) float32 {
	rival := e.stranger
	if m.schema.Relatives {
		rival = logSum(rival, logSum(e.kin, e.twins))
	}
	return e.same - rival
}

// probability turns log2 odds into a chance.
func probability(odds float32) float64 { return 1 / (1 + math.Exp2(-float64(odds))) }
