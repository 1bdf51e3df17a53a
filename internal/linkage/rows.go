package linkage

import (
	"strings"
)

// rows keeps records as numbers: a header that says how many atoms each field has (four bits a field), then the atoms.
type rows struct {
	schema *Schema
	words  []*vocabulary // one a field; Names, Relation and Calling share one, so that a word is the same in each
	atoms  []uint32
	at     []uint32 // where record id begins in atoms; 0 is none
	shadow []int    // for each field the one of which it is a shadow, or -1
	live   int
	waste  int // atoms of records that are gone
}

const (
	headWords = (maxFields*4 + 31) / 32
	mostAtoms = 15
)

func newRows(s *Schema) rows {
	r := rows{schema: s, atoms: make([]uint32, 1)}
	var people *vocabulary
	for _, f := range s.Fields {
		r.shadow = append(r.shadow, s.field(f.Unless))
		switch f.Kind {
		case Names, Relation, Calling:
			if people == nil {
				people = newPeople()
			}
			r.words = append(r.words, people)
		case Birth, Phones:
			r.words = append(r.words, nil)
		default:
			r.words = append(r.words, newVocabulary())
		}
	}
	for _, w := range s.Swaps {
		shared := r.words[s.field(w[0])]
		shared.fields = 2
		r.words[s.field(w[1])] = shared
	}
	return r
}

// view is one record laid open.
type view struct {
	atoms []uint32
	ends  [maxFields]uint8
}

func (v *view) field(i int) []uint32 {
	from := uint8(0)
	if i > 0 {
		from = v.ends[i-1]
	}
	return v.atoms[from:v.ends[i]]
}

// set lays out the fields of a record that is not in the set (yet).
func (v *view) set(fields [][]uint32) {
	v.atoms = v.atoms[:0]
	for i, f := range fields {
		if len(f) > mostAtoms {
			f = f[:mostAtoms]
		}
		v.atoms = append(v.atoms, f...)
		v.ends[i] = uint8(len(v.atoms))
	}
}

func (r *rows) has(id uint32) bool { return int(id) < len(r.at) && r.at[id] != 0 }

// open reads record id, which must be there, into v. The atoms stay the set's own.
func (r *rows) open(id uint32, v *view) {
	at := r.at[id]
	head := uint64(r.atoms[at]) | uint64(r.atoms[at+1])<<32
	sum := uint8(0)
	for i := range r.schema.Fields {
		sum += uint8(head & 15)
		head >>= 4
		v.ends[i] = sum
	}
	v.atoms = r.atoms[at+headWords : at+headWords+uint32(sum)]
}

// warm reads the beginnings of records at once, for the same reason as blocks.warm.
func (r *rows) warm(ids []uint32) (sum uint32) {
	for _, id := range ids {
		sum += r.at[id]
	}
	for _, id := range ids {
		sum += r.atoms[r.at[id]]
	}
	return sum
}

func (r *rows) put(id uint32, v *view) {
	for int(id) >= len(r.at) {
		r.at = append(r.at, 0)
	}
	var head uint64
	for i := range r.schema.Fields {
		head |= uint64(len(v.field(i))) << (4 * i)
	}
	r.at[id] = uint32(len(r.atoms))
	r.atoms = append(r.atoms, uint32(head), uint32(head>>32))
	r.atoms = append(r.atoms, v.atoms...)
	r.live++
	r.tally(v, 1)
}

func (r *rows) drop(id uint32) {
	var v view
	r.open(id, &v)
	r.tally(&v, -1)
	r.at[id] = 0
	r.live--
	r.waste += len(v.atoms) + headWords
	if r.waste > 1<<16 && r.waste > len(r.atoms)/2 {
		r.compact()
	}
}

func (r *rows) compact() {
	fresh := make([]uint32, 1, len(r.atoms)-r.waste+1)
	var v view
	for id, at := range r.at {
		if at == 0 {
			continue
		}
		r.open(uint32(id), &v)
		r.at[id] = uint32(len(fresh))
		fresh = append(fresh, r.atoms[at:at+headWords+uint32(len(v.atoms))]...)
	}
	r.atoms, r.waste = fresh, 0
}

// tally counts the words of a record in (by 1) or out (by -1). Relations do not count: what matters is how many people
// carry a name.
func (r *rows) tally(v *view, by int32) {
	for i, f := range r.schema.Fields {
		switch f.Kind {
		case Relation, Birth, Phones:
		case Calling:
			r.words[i].countCallings(v.field(i), by)
		case Words:
			if w := v.field(i); len(w) > 0 {
				r.words[i].count(w[:1], by)
			}
		default:
			r.words[i].count(v.field(i), by)
		}
	}
}

// encode turns the text of a field into atoms for the kinds that need no Record.
func (r *rows) encode(field int, text string) []uint32 {
	v := r.words[field]
	text = plain(text)
	if text == "" {
		return nil
	}
	switch r.schema.Fields[field].Kind {
	case Words:
		parts := strings.Fields(text)
		out := []uint32{v.id(strings.Join(parts, ""), "")}
		for _, p := range parts[:min(len(parts), 8)] {
			out = append(out, v.id(p, ""))
		}
		return out
	case Date, Code:
		text = strings.NewReplacer("-", "", " ", "", "/", "").Replace(text)
		if text == "" {
			return nil
		}
	}
	return []uint32{v.id(text, "")}
}

// plain lower-cases, drops what is neither letter nor digit, and joins blanks.
func plain(text string) string {
	var b strings.Builder
	blank := true
	for _, c := range strings.ToLower(text) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c > 127:
			b.WriteRune(c)
			blank = false
		case c == '\'' || c == '.':
		default:
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
		}
	}
	return strings.TrimSpace(b.String())
}
