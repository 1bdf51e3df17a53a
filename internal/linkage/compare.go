package linkage

import (
	"math"

	"muster/internal/names"
)

// missing is the level of a field that one of the two records does not state: no evidence either way.
const missing int8 = -1

// outcome is one field of a pair compared. logU is log2 of the chance that a stranger agrees on this very value, or
// NaN where the level's own share says it.
type outcome struct {
	level int8
	logU  float32
}

var nan = float32(math.NaN())

// comparer compares pairs of one set. It keeps what it learned about words; one comparer serves one goroutine.
type comparer struct {
	rows  *rows
	birth *years
	known []knownPair // likeness of two words once worked out, by a hash of the two
	line  alignment
	a, b  *view // the pair in hand
	early []int // fields that are quick to compare
	late  []int // the others
	hopes [maxFields]float32
}

type knownPair struct {
	of    *vocabulary
	a, b  uint32
	grade likeness
}

const knownPairs = 1 << 14

func newComparer(r *rows, y *years) *comparer {
	c := &comparer{rows: r, birth: y, known: make([]knownPair, knownPairs)}
	for i, f := range r.schema.Fields {
		switch f.Kind {
		case Birth, Phones, Place, Choice:
			c.early = append(c.early, i)
		default:
			c.late = append(c.late, i)
		}
	}
	return c
}

// grade says how alike two words of one vocabulary are.
func (c *comparer) grade(v *vocabulary, a, b uint32) likeness {
	if a == b {
		return identical
	}
	ta, tb := &v.terms[a], &v.terms[b]
	if ta.class == 0 || ta.class != tb.class {
		return c.byLetters(v, a, b)
	}
	return c.inClass(v, a, b)
}

// inClass tells spellings of one name from its forms in other languages, which one family may give to two brothers.
func (c *comparer) inClass(v *vocabulary, a, b uint32) likeness {
	slot, known := c.slot(v, a, b)
	if known {
		return slot.grade
	}
	s := names.Compare(v.terms[a].text, v.terms[b].text)
	slot.grade = sameClass
	if s.N == 1 && s.Pairs[0].How == names.Variant {
		slot.grade = variant
	}
	return slot.grade
}

// slot gives the place of a pair of words among those worked out, made theirs where it was another's.
func (c *comparer) slot(v *vocabulary, a, b uint32) (s *knownPair, known bool) {
	if a > b {
		a, b = b, a
	}
	s = &c.known[(a*2654435761^b*2246822519)>>7%knownPairs]
	if s.a == a && s.b == b && s.of == v {
		return s, true
	}
	*s = knownPair{v, a, b, unlike}
	return s, false
}

func (c *comparer) byLetters(v *vocabulary, a, b uint32) likeness {
	ta, tb := &v.terms[a], &v.terms[b]
	if apart(ta.letters, tb.letters) > 6 {
		return unlike
	}
	slot, known := c.slot(v, a, b)
	if known {
		return slot.grade
	}
	slot.grade = likenessOf(ta.text, tb.text)
	if ta.listed && tb.listed && slot.grade < variant {
		// Two known names that are not one: a letter in common is chance, Sadou is not Saïdou.
		slot.grade = max(slot.grade, distant) - 1
		if slot.grade == near {
			return slot.grade
		}
		slot.grade = unlike
	}
	return slot.grade
}

// begin takes a as the first of the pairs to come, and works out the most that each of its names can prove.
func (c *comparer) begin(a *view) {
	c.a = a
	for _, i := range c.late {
		c.hopes[i] = 0
		for _, w := range a.field(i) {
			switch c.rows.schema.Fields[i].Kind {
			case Names, Relation:
				c.hopes[i] -= fastLog2(c.rows.words[i].spelling(w))
			case Calling:
				c.hopes[i] -= c.rows.words[i].calledSo(w, w)
			default:
				c.hopes[i] = 99
			}
		}
	}
	for i, f := range c.rows.schema.Fields {
		if f.Kind == Names {
			c.hopes[i] += 2 // for the order of the names
		}
	}
}

// compare fills out with the outcome of every field of a, of begin, and b.
func (c *comparer) compare(b *view, out *[maxFields]outcome) {
	c.quick(b, out)
	c.rest(b, out)
}

// quick compares the fields that cost little.
func (c *comparer) quick(b *view, out *[maxFields]outcome) {
	c.b = b
	for _, i := range c.early {
		if of := c.rows.shadow[i]; of >= 0 && out[of].level != missing {
			out[i] = outcome{missing, 0}
			continue
		}
		out[i] = c.field(i, c.a.field(i), b.field(i))
	}
}

// rest compares the fields that quick left out.
func (c *comparer) rest(b *view, out *[maxFields]outcome) {
	for _, i := range c.late {
		out[i] = c.field(i, c.a.field(i), b.field(i))
	}
	for _, s := range c.rows.schema.Swaps {
		c.swap(s, c.a, b, out)
	}
}

// hope is the most that the names of a and b can add, in bits.
func (c *comparer) hope(b *view) float32 {
	sum := float32(0)
	for _, i := range c.late {
		if len(b.field(i)) > 0 {
			sum += c.hopes[i]
		}
	}
	return sum
}

func (c *comparer) field(i int, a, b []uint32) outcome {
	if len(a) == 0 || len(b) == 0 {
		return outcome{missing, 0}
	}
	v := c.rows.words[i]
	switch c.rows.schema.Fields[i].Kind {
	case Names:
		return c.personal(v, a, b)
	case Relation, Calling:
		return c.relation(v, a, b, c.rows.schema.Fields[i].Kind == Calling)
	case Birth:
		return c.birth.compare(a[0], b[0])
	case Phones:
		return c.phones(a, b)
	case Word:
		return c.word(v, a[0], b[0])
	case Words:
		return c.text(v, a, b)
	case Code:
		return c.code(v, a[0], b[0])
	case Date:
		return c.date(v, a[0], b[0])
	case Place:
		return c.place(v, a[0], b[0])
	}
	if a[0] == b[0] {
		return outcome{choiceSame, v.share(a[0])}
	}
	return outcome{choiceDifferent, nan}
}

// share is log2 of the chance that a stranger has word w, from how many have it.
func (v *vocabulary) share(w uint32) float32 {
	return fastLog2((float64(v.terms[w].count) + 0.5) / (float64(v.total/v.fields) + 1))
}

func (c *comparer) word(v *vocabulary, a, b uint32) outcome {
	switch c.grade(v, a, b) {
	case identical:
		return outcome{wordEqual, v.share(a)}
	case slip, variant, sameClass:
		return outcome{wordSlip, nan}
	case near:
		return outcome{wordClose, nan}
	case distant:
		return outcome{wordDistant, nan}
	}
	return outcome{wordDifferent, nan}
}

// text compares by the joined letters first, so that a blank lost or added costs nothing, then word by word.
func (c *comparer) text(v *vocabulary, a, b []uint32) outcome {
	if a[0] == b[0] {
		return outcome{wordsEqual, v.share(a[0])}
	}
	whole := likenessOf(v.terms[a[0]].text, v.terms[b[0]].text)
	if whole == slip || whole == near {
		return outcome{wordsNear, nan}
	}
	c.line.match(c, v, a[1:], b[1:])
	sum := 0.0
	for _, m := range c.line.matches() {
		switch m.grade {
		case identical, variant, sameClass:
			sum++
		case slip:
			sum += 0.9
		case near:
			sum += 0.6
		}
	}
	switch part := sum / float64(max(len(a), len(b))-1); {
	case part >= 0.85:
		return outcome{wordsNear, nan}
	case part >= 0.45 || whole == distant:
		return outcome{wordsMost, nan}
	case part > 0.2:
		return outcome{wordsSome, nan}
	}
	return outcome{wordsDifferent, nan}
}

func (c *comparer) code(v *vocabulary, a, b uint32) outcome {
	if a == b {
		return outcome{codeEqual, v.share(a)}
	}
	switch edits(v.terms[a].text, v.terms[b].text, 2) {
	case 1:
		return outcome{codeOneOff, nan}
	case 2:
		return outcome{codeTwoOff, nan}
	}
	return outcome{codeDifferent, nan}
}

func (c *comparer) date(v *vocabulary, a, b uint32) outcome {
	if a == b {
		return outcome{dateEqual, v.share(a)}
	}
	x, y := v.terms[a].text, v.terms[b].text
	d := edits(x, y, 2)
	switch {
	case d == 1:
		return outcome{dateOneOff, nan}
	case len(x) == 8 && len(y) == 8 && x[:4] == y[:4] && x[4:6] == y[6:] && x[6:] == y[4:6]:
		return outcome{dateSwap, nan}
	case len(x) >= 4 && len(y) >= 4 && x[:4] == y[:4]:
		return outcome{dateYear, nan}
	case d == 2:
		return outcome{dateTwoOff, nan}
	case len(x) >= 4 && len(y) >= 4 && x[:3] == y[:3]:
		return outcome{dateNearYear, nan}
	}
	return outcome{dateDifferent, nan}
}

// usualPlace is the share of one commune where few people are known: 266 communes, of which some are cities.
const usualPlace = 0.012

func (c *comparer) place(v *vocabulary, a, b uint32) outcome {
	if a == b {
		return outcome{placeSame, fastLog2((float64(v.terms[a].count) + imagined*usualPlace) / float64(v.total+imagined))}
	}
	x, y := v.terms[a].text, v.terms[b].text
	switch {
	case !pcode(x) || !pcode(y):
		return outcome{placeDifferent, nan}
	case x[:8] == y[:8]:
		return outcome{placeDepartment, nan}
	case x[:5] == y[:5]:
		return outcome{placeRegion, nan}
	}
	return outcome{placeDifferent, nan}
}

// pcode reports whether a folded text is a P-code down to the commune: ne008001002.
func pcode(s string) bool {
	return len(s) == 11 && s[0] >= 'a' && s[1] >= 'a' && s[2] <= '9' && s[10] <= '9'
}

// swap takes the two fields crosswise where that agrees better, as when given and family name changed places.
func (c *comparer) swap(s [2]string, a, b *view, out *[maxFields]outcome) {
	i, j := c.rows.schema.field(s[0]), c.rows.schema.field(s[1])
	if out[i].level >= wordClose || out[j].level >= wordClose {
		return
	}
	x, y := c.field(i, a.field(i), b.field(j)), c.field(j, a.field(j), b.field(i))
	if max(x.level, 0)+max(y.level, 0) >= max(out[i].level, 0)+max(out[j].level, 0)+wordClose {
		out[i], out[j] = x, y
	}
}
