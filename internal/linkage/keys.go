package linkage

// keys gives the blocking keys of records. Looking up differs from storing only where a part looks at neighbours.
type keys struct {
	rows  *rows
	parts [][]keyPart // one list a rule
	out   []uint64
	rule  []uint8 // the rule of each key in out
}

type keyPart struct {
	field int
	take  Take
	n     int
}

func newKeys(r *rows) *keys {
	k := &keys{rows: r}
	for _, rule := range r.schema.Rules {
		var parts []keyPart
		for _, p := range rule.Parts {
			parts = append(parts, keyPart{r.schema.field(p.Field), p.Take, p.N})
		}
		k.parts = append(k.parts, parts)
	}
	return k
}

const mostValues = 24

// of gives all keys of a record, each once a rule; the slices live until the next call.
func (k *keys) of(v *view, looking bool) ([]uint64, []uint8) {
	k.out, k.rule = k.out[:0], k.rule[:0]
	for r, parts := range k.parts {
		from := len(k.out)
		k.out = append(k.out, mix(uint64(r)+1, 0x9e3779b97f4a7c15))
		for _, p := range parts {
			k.extend(from, v, p, looking)
			if len(k.out) == from {
				break
			}
		}
		k.out = k.out[:from+distinct(k.out[from:])]
		for len(k.rule) < len(k.out) {
			k.rule = append(k.rule, uint8(r))
		}
	}
	return k.out, k.rule
}

// extend crosses the keys from position from with the values of one part.
func (k *keys) extend(from int, v *view, p keyPart, looking bool) {
	var buf [mostValues * 2]uint64
	values := k.values(buf[:0], v, p, looking)
	have := len(k.out) - from
	var base [mostValues * 4]uint64
	have = copy(base[:], k.out[from:from+have])
	k.out = k.out[:from]
	for _, b := range base[:have] {
		for _, x := range values {
			if len(k.out)-from < len(base) {
				k.out = append(k.out, mix(b, x))
			}
		}
	}
}

func mix(h, x uint64) uint64 {
	h ^= x * 0xff51afd7ed558ccd
	h ^= h >> 32
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>29
}

func distinct(list []uint64) int {
	n := 0
	for i, x := range list {
		seen := false
		for _, y := range list[:n] {
			seen = seen || x == y
		}
		if !seen {
			list[n] = list[i]
			n++
		}
	}
	return n
}

// values appends what one part takes from a record; nothing where the field is empty or too short.
func (k *keys) values(out []uint64, v *view, p keyPart, looking bool) []uint64 {
	atoms := v.field(p.field)
	if len(atoms) == 0 {
		return out
	}
	words := k.rows.words[p.field]
	switch p.take {
	case Whole:
		return append(out, uint64(atoms[0]))
	case Head:
		return words.head(out, atoms[0], p.n)
	case Skeleton:
		return append(out, uint64(words.terms[atoms[0]].skeleton))
	case Token:
		for _, a := range atoms {
			out = append(out, uint64(a))
		}
	case Class:
		for _, a := range atoms {
			out = append(out, uint64(words.terms[a].class))
		}
	case Pair:
		for i, a := range atoms {
			for _, b := range atoms[:i] {
				out = append(out, words.pair(a, b))
			}
		}
	case Sounds:
		for i, a := range atoms {
			for _, b := range atoms[:i] {
				x, y := uint64(words.terms[a].skeleton), uint64(words.terms[b].skeleton)
				out = append(out, min(x, y)<<32|max(x, y))
			}
		}
	case Beside:
		for i, a := range atoms {
			for j, b := range atoms {
				if i != j {
					out = append(out, uint64(words.terms[a].class)<<8|uint64(words.terms[b].text[0]))
				}
			}
		}
	case Heads:
		return append(out, words.heads(atoms, p.n))
	case Number:
		for i := 0; i+1 < len(atoms); i += 2 {
			out = append(out, uint64(atoms[i])|uint64(atoms[i+1]&^familyPhone)<<32)
		}
	default:
		return k.moment(out, atoms[0], p, looking)
	}
	return out
}

// moment takes parts of dates and places.
func (k *keys) moment(out []uint64, atom uint32, p keyPart, looking bool) []uint64 {
	kind := k.rows.schema.Fields[p.field].Kind
	if kind == Place {
		text := k.rows.words[p.field].terms[atom].text
		if p.take == District && pcode(text) {
			text = text[:8]
		}
		return append(out, hashText(text))
	}
	if kind == Date {
		text := k.rows.words[p.field].terms[atom].text
		switch {
		case len(text) < 8:
			return out
		case p.take == Year:
			text = text[:4]
		case p.take == MonthDay:
			text = text[4:]
		}
		return append(out, hashText(text))
	}
	lo, hi := birthDays(atom)
	y, m, d := civil((lo + hi) / 2)
	switch p.take {
	case Day:
		if atom&birthAbout == 0 {
			out = append(out, uint64(lo))
		}
	case MonthDay:
		if atom&birthAbout == 0 {
			out = append(out, uint64(m*32+d))
		}
	case Year:
		out = append(out, uint64(y))
	case YearNear:
		out = append(out, uint64(y))
		if looking {
			out = append(out, uint64(y-1), uint64(y+1))
		}
	}
	return out
}

func (v *vocabulary) head(out []uint64, w uint32, n int) []uint64 {
	text := v.terms[w].text
	if len(text) < n {
		return out
	}
	return append(out, hashText(text[:n]))
}

// pair is a key of two words' classes in any order.
func (v *vocabulary) pair(a, b uint32) uint64 {
	x, y := uint64(v.terms[a].class), uint64(v.terms[b].class)
	return min(x, y)<<32 | max(x, y)
}

// heads is a key of the first n letters of all words in any order.
func (v *vocabulary) heads(words []uint32, n int) uint64 {
	sum := uint64(0)
	for _, w := range words {
		text := v.terms[w].text
		sum += hashText(text[:min(n, len(text))])
	}
	return sum
}

func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
