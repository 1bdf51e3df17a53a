package names

import (
	_ "embed"
	"strings"
)

//go:embed data/classes.txt
var classFile string

// classes is the table of the embedded file, read once at the start and never changed.
var classes = readClasses(classFile)

// entry is where one spelling belongs. Class 0 is no class; groups count from 1 within their class.
type entry struct {
	class uint16
	group uint8
}

type classTable struct {
	heads  []string         // name of each class; heads[0] is empty
	keys   []string         // key of each class, "=" and its name
	words  map[string]entry // by folded spelling; Arabic words in their bare form
	sounds map[string]entry // by sound, where all spellings of that sound are of one class; group 0
}

func readClasses(file string) classTable {
	t := classTable{heads: []string{""}, keys: []string{""}, words: map[string]entry{}, sounds: map[string]entry{}}
	var mixedSounds []string
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		class := uint16(len(t.heads))
		t.heads = append(t.heads, foldLatin(strings.Fields(line)[0]))
		t.keys = append(t.keys, "="+t.heads[class])
		for group, words := range strings.Split(line, "|") {
			for _, word := range strings.Fields(words) {
				e := entry{class, uint8(group + 1)}
				if isArabic(word) {
					t.words[bareArabic(word)] = e
					continue
				}
				folded := foldLatin(word)
				t.words[folded] = e
				s := sound(folded)
				if other, ok := t.sounds[s]; ok && other.class != class {
					mixedSounds = append(mixedSounds, s)
				}
				t.sounds[s] = entry{class, 0}
			}
		}
	}
	for _, s := range mixedSounds {
		delete(t.sounds, s)
	}
	return t
}

// find looks a folded word up, by its spelling, or else by its sound: a spelling nobody listed still lands in the
// class where it sounds like one member and like no other name. Short sounds say too little.
func (t *classTable) find(folded string) (entry, bool) {
	if e, ok := t.words[folded]; ok {
		return e, true
	}
	var buf [64]byte
	s := appendSound(buf[:0], folded)
	if len(s) < 4 {
		return entry{}, false
	}
	e, ok := t.sounds[string(s)]
	return e, ok
}

// Class gives the name of the class that a Pair matched by ("mohamed"), or "" for none.
func Class(id uint16) string {
	if int(id) >= len(classes.heads) {
		return ""
	}
	return classes.heads[id]
}
