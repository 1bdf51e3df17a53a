package linkage

import (
	"math/bits"
)

// term is one distinct folded word or value: what is compared once and looked up ever after.
type term struct {
	text     string
	letters  uint32 // which letters occur: two words far apart differ here first
	class    uint32 // spelling class, from 1; 0 where the kind has none
	skeleton uint32 // hash of its sound
	count    uint32 // records that hold it
	called   uint32 // records that hold it as a calling
	listed   bool   // a known name, so its letters are not a slip for another known name's
}

// vocabulary gives each distinct word a number. Words are never forgotten: a name once seen costs its bytes for good.
type vocabulary struct {
	ids        map[string]uint32
	terms      []term // [0] is no term
	classes    map[string]uint32
	classCount []uint32  // records that hold the class
	classPrior []float32 // share of people who have it before any was counted
	twin       []uint8   // 1 and 2: the two names of a pair of twins
	total      uint32    // records that hold any
	callings   uint32    // records that hold any calling
	fields     uint32    // counted fields that share the words
}

func newVocabulary() *vocabulary {
	return &vocabulary{ids: map[string]uint32{}, terms: make([]term, 1), classes: map[string]uint32{},
		classCount: make([]uint32, 1), classPrior: make([]float32, 1), twin: make([]uint8, 1), fields: 1}
}

// id gives the number of a folded text in class ("" for none), dealing a new one where needed.
func (v *vocabulary) id(text, class string) uint32 {
	if id, ok := v.ids[text]; ok {
		return id
	}
	id := uint32(len(v.terms))
	t := term{text: text, letters: lettersOf(text), skeleton: skeletonOf(text)}
	if class != "" {
		t.class, t.listed = v.classOf(class), class[0] == '='
	}
	v.ids[text] = id
	v.terms = append(v.terms, t)
	return id
}

// classOf gives the number of a class, dealing a new one where needed.
func (v *vocabulary) classOf(name string) uint32 {
	c, ok := v.classes[name]
	if !ok {
		c = uint32(len(v.classCount))
		v.classes[name] = c
		v.classCount = append(v.classCount, 0)
		v.classPrior = append(v.classPrior, usual)
		v.twin = append(v.twin, 0)
	}
	return c
}

// count adds by (1 or -1) one record that holds these words.
func (v *vocabulary) count(words []uint32, by int32) {
	if len(words) == 0 {
		return
	}
	v.total += uint32(by)
	for i, w := range words {
		if !contains(words[:i], w) {
			v.terms[w].count += uint32(by)
		}
		if c := v.terms[w].class; c != 0 && !v.classIn(words[:i], c) {
			v.classCount[c] += uint32(by)
		}
	}
}

func (v *vocabulary) countCallings(words []uint32, by int32) {
	if len(words) > 0 {
		v.callings += uint32(by)
	}
	for _, w := range words {
		v.terms[w].called += uint32(by)
	}
}

func (v *vocabulary) classIn(words []uint32, class uint32) bool {
	for _, w := range words {
		if v.terms[w].class == class {
			return true
		}
	}
	return false
}

func contains(words []uint32, w uint32) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// lettersOf is a set of the letters and digits of a text, digits folded onto six bits.
func lettersOf(text string) uint32 {
	var set uint32
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z':
			set |= 1 << (c - 'a')
		default:
			set |= 1 << (26 + c%6)
		}
	}
	return set
}

// apart is a lower bound of twice the edits between two texts.
func apart(a, b uint32) int { return bits.OnesCount32(a ^ b) }

// skeletonOf hashes the first letter and the consonants that follow, each once where doubled.
func skeletonOf(text string) uint32 {
	h := uint32(2166136261)
	var last byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == last {
			continue
		}
		last = c
		if i > 0 {
			switch c {
			case 'a', 'e', 'i', 'o', 'u', 'y', 'h', 'w', ' ', '-', '\'':
				continue
			}
		}
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
