package linkage

import (
	"math"

	"muster/internal/names"
	"muster/internal/reserve"
)

// Record is what is known of one person, as typed. Empty fields are no evidence. Phones are E.164, and FamilyPhones those
// that others use too; Place is a P-code, or any text that names one place; Site is the site's code.
type Record struct {
	Name, FatherName, KnownAs string
	Birth                     reserve.Birth
	Phones, FamilyPhones      []string
	Place, Site, Sex          string
}

// The fields of the Sahel schema, in its order.
const (
	fieldName = iota
	fieldFather
	fieldKnown
	fieldBirth
	fieldPhones
	fieldPlace
	fieldSite
	fieldSex
)

// lay turns a record into atoms. Other names after "dit" or in brackets join the callings.
func (x *Index) lay(rec *Record, v *view) {
	f := x.fields
	for i := range f {
		f[i] = f[i][:0]
	}
	x.nameWords(rec.Name, &f[fieldName], &f[fieldKnown])
	x.nameWords(rec.FatherName, &f[fieldFather], nil)
	x.nameWords(rec.KnownAs, &f[fieldKnown], nil)
	if atom, ok := birthAtom(rec.Birth); ok {
		f[fieldBirth] = append(f[fieldBirth], atom)
	}
	f[fieldPhones] = numbers(f[fieldPhones], rec.Phones, 0)
	f[fieldPhones] = numbers(f[fieldPhones], rec.FamilyPhones, familyPhone)
	f[fieldPlace] = append(f[fieldPlace], x.rows.encode(fieldPlace, rec.Place)...)
	f[fieldSite] = append(f[fieldSite], x.rows.encode(fieldSite, rec.Site)...)
	f[fieldSex] = append(f[fieldSex], x.rows.encode(fieldSex, rec.Sex)...)
	v.set(f)
}

const (
	mostPhones = 4
	mostWords  = 6
)

// numbers appends the atoms of phones, at most mostPhones in all.
func numbers(atoms []uint32, phones []string, mark uint32) []uint32 {
	for _, p := range phones {
		if lo, hi, ok := phoneAtoms(p); ok && len(atoms) < 2*mostPhones {
			atoms = append(atoms, lo, hi|mark)
		}
	}
	return atoms
}

// nameWords appends the words of a name to main, and those that are other names to alias (nil: to main as well).
func (x *Index) nameWords(full string, main, alias *[]uint32) {
	if full == "" {
		return
	}
	for _, t := range names.Tokens(full) {
		to := main
		if t.Alias && alias != nil {
			to = alias
		}
		id := x.rows.words[fieldName].id(t.Fold, t.Key)
		if len(*to) < mostWords {
			*to = append(*to, id)
		}
	}
}

// Add holds rec as id; a record already held as id gives way.
func (x *Index) Add(id uint32, rec Record) {
	x.lay(&rec, &x.probe)
	x.put(id, &x.probe)
}

// Replace is Add, said where a record is known to be there.
func (x *Index) Replace(id uint32, rec Record) { x.Add(id, rec) }

// Candidates gives the held records that may be rec, the surest first: those almost sure and those worth a look.
func (x *Index) Candidates(rec Record) []Match {
	x.lay(&rec, &x.probe)
	var out []Match
	var b view
	var levels [maxFields]outcome
	x.look.begin(&x.probe)
	for _, id := range x.look.near(&x.probe, uint32(len(x.rows.at)), mostArriving) {
		x.rows.open(id, &b)
		// Above the lowest line, what is stated may still say that they are two.
		if m, worth := x.look.weigh(&b, reviewBits, &levels); worth && m.Band != Different {
			m.ID = id
			out = append(out, m)
		}
	}
	sortMatches(out)
	return out
}

// Score weighs two records against one another with what the index knows of names, places and years. Both may be held
// or not.
func (x *Index) Score(a, b Record) (Match, []Reason) {
	var va, vb view
	x.lay(&a, &va)
	x.lay(&b, &vb)
	m, out := x.pair(&va, &vb)
	return m, x.model.reasons(&va, &vb, &out)
}

// Explain weighs two held records and says why; false where one is not held.
func (x *Index) Explain(a, b uint32) (Match, []Reason, bool) {
	if !x.rows.has(a) || !x.rows.has(b) {
		return Match{}, nil, false
	}
	var va, vb view
	x.rows.open(a, &va)
	x.rows.open(b, &vb)
	m, out := x.pair(&va, &vb)
	m.ID = b
	return m, x.model.reasons(&va, &vb, &out), true
}

// pair weighs two open records, however unlike.
func (x *Index) pair(a, b *view) (Match, [maxFields]outcome) {
	var out [maxFields]outcome
	x.look.begin(a)
	m, _ := x.look.weigh(b, float32(math.Inf(-1)), &out)
	return m, out
}
