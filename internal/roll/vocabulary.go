package roll

import (
	"math/bits"
	"strings"

	"muster/internal/names"
)

// term is one distinct folded word of all names. There are far fewer of them than people (a hundred thousand for a
// million), so a search looks at every term and then only at the people of those that fit.
type term struct {
	text   string
	people []uint32 // slots; one that no longer has the term is passed over, and swept when there are many
	stale  int
}

// glance is what of a term rules it out for most words. They lie side by side, since a search looks at all of them.
type glance struct {
	letters uint32 // which letters occur: what lacks one cannot fit
	sound   uint32 // number of its spelling class
}

type vocabulary struct {
	ids     map[string]uint32
	terms   []term
	glances []glance // of each term
	sounds  map[string]uint32
}

func newVocabulary() vocabulary {
	return vocabulary{ids: map[string]uint32{}, sounds: map[string]uint32{"": 0}}
}

// id gives the number of a folded word, dealing a new one where needed.
func (v *vocabulary) id(word string) uint32 {
	if id, ok := v.ids[word]; ok {
		return id
	}
	key := names.Key(word)
	sound, ok := v.sounds[key]
	if !ok {
		sound = uint32(len(v.sounds))
		v.sounds[key] = sound
	}
	id := uint32(len(v.terms))
	word = strings.Clone(word)
	v.ids[word] = id
	v.terms, v.glances = append(v.terms, term{text: word}), append(v.glances, glance{lettersOf(word), sound})
	return id
}

func (v *vocabulary) link(id, slot uint32) {
	t := &v.terms[id]
	t.people = append(t.people, slot)
}

// unlink notes that a slot no longer has the term; when half of a list is such, live sweeps it.
func (v *vocabulary) unlink(id uint32, live func(slot, id uint32) bool) {
	t := &v.terms[id]
	t.stale++
	if t.stale < 16 || t.stale < len(t.people)/2 {
		return
	}
	kept := t.people[:0]
	seen := make(map[uint32]bool, len(t.people)-t.stale)
	for _, slot := range t.people {
		if live(slot, id) && !seen[slot] {
			seen[slot] = true
			kept = append(kept, slot)
		}
	}
	t.people, t.stale = kept, 0
}

// fit is how well a term answers a word of the query; 0 is not at all.
type fit uint8

// The fits. A part inside a word ranks last: it is what somebody types who remembers a syllable.
const (
	fitPart  fit = 50
	fitSlip  fit = 65
	fitStart fit = 80
	fitSound fit = 88
	fitWhole fit = 100
)

// word is one folded word of a query.
type word struct {
	text    string
	letters uint32
	sound   uint32 // 0: of no term
}

func (v *vocabulary) word(text string) word {
	return word{text: text, letters: lettersOf(text), sound: v.sounds[names.Key(text)]}
}

// may reports whether a term is worth reading: it has all letters of the word, or its sound, or letters but for one slip.
func (w *word) may(g glance) bool {
	return w.letters&^g.letters == 0 || w.sound == g.sound && w.sound != 0 || bits.OnesCount32(w.letters^g.letters) <= 2
}

// fits judges a term that may fit.
func (w *word) fits(text string, g glance) fit {
	switch {
	case w.letters&^g.letters == 0 && len(w.text) <= len(text):
		switch at := strings.Index(text, w.text); {
		case at == 0 && len(w.text) == len(text):
			return fitWhole
		case w.sound != 0 && w.sound == g.sound:
			return fitSound
		case at == 0:
			return fitStart
		case at > 0 && len(w.text) >= 3:
			return fitPart
		}
	case w.sound != 0 && w.sound == g.sound:
		return fitSound
	}
	if len(w.text) >= 4 && slipped(w.text, text) {
		return fitSlip
	}
	return 0
}

// slipped reports whether two words differ by one letter left out, put in, replaced or exchanged with its neighbour.
func slipped(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) != len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return true
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// lettersOf is the set of letters of a word; everything else shares six bits.
func lettersOf(s string) uint32 {
	var set uint32
	for i := range len(s) {
		if c := s[i]; c >= 'a' && c <= 'z' {
			set |= 1 << (c - 'a')
		} else {
			set |= 1 << (26 + c%6)
		}
	}
	return set
}
