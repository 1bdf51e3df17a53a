package linkage

import (
	"slices"
	"strconv"
)

// Reason is one thing that speaks for or against a pair: Code and Args are for the language catalogue, Bits what it
// weighs (above 0: for one person). Args hold numbers, never a value of the record.
type Reason struct {
	Field string
	Code  string
	Args  map[string]string
	Bits  float64
}

// reasons lists the outcome of each field both records state, the weightiest first. Where a relative explains the
// likeness nearly as well, "family-likely" says so.
func (m *Model) reasons(a, b *view, out *[maxFields]outcome) []Reason {
	var list []Reason
	for i := range m.schema.Fields {
		o := out[i]
		if o.level == missing {
			continue
		}
		e := m.of(i, o)
		f := &m.schema.Fields[i]
		r := Reason{Field: f.Name, Code: m.levels[i][o.level].Code, Bits: float64(e.same - e.stranger)}
		if f.Kind == Birth {
			r.birth(a.field(i)[0], b.field(i)[0], o.level)
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(x, y Reason) int {
		return int(1024 * (abs(y.Bits) - abs(x.Bits)))
	})
	if m.schema.Relatives {
		e := m.all(out)
		e.add(m.prior(fewest))
		if bits := e.same - logSum(e.kin, e.twins); bits < sureBits {
			list = append(list, Reason{Code: "family-likely", Bits: float64(bits)})
		}
	}
	return list
}

// birth makes a birth's reason precise: how many years apart, and whether two years agree or a year holds a date.
func (r *Reason) birth(a, b uint32, level int8) {
	ya, yb := midYear(a), midYear(b)
	if level == aboutEqual && formOf(a) == formYear {
		r.Code = "birth-year-equal"
	}
	if gap := max(ya-yb, yb-ya); gap > 0 {
		r.Args = map[string]string{"years": strconv.Itoa(gap)}
	}
}

func midYear(atom uint32) int {
	lo, hi := birthDays(atom)
	y, _, _ := civil((lo + hi) / 2)
	return y
}
