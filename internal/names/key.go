package names

import "strings"

// Key gives the spelling-class key of one token: "=mohamed" for every spelling of a known name, and for others how the
// word sounds across French, Hausa and Zarma spelling ("Tchékaraou" and "Cekarau" alike). Keys are stable
// between versions for one class file, so they may be held in an index in memory.
func Key(token string) string {
	folded := strings.ReplaceAll(Fold(token), " ", "")
	if entry, ok := classes.find(folded); ok {
		return classes.keys[entry.class]
	}
	return sound(folded)
}

// sound is the phonetic fold of the field notes (domain.md 3.1), of one folded word. It works on bytes: whatever is
// not a Latin letter or digit passes through.
func sound(word string) string {
	var buf [64]byte
	return string(appendSound(buf[:0], word))
}

func appendSound(out []byte, w string) []byte {
	base := len(out)
	put := func(c byte) {
		if len(out) == base || out[len(out)-1] != c { // doubles collapse
			out = append(out, c)
		}
	}
	for i := 0; i < len(w); {
		took, c := soundAt(w, i, len(out) == base || !vowel(out[len(out)-1]))
		if c != 0 {
			put(c)
		}
		i += took
	}
	return trimSound(out, base)
}

// soundAt reads the sound that begins at i: how many bytes it takes and its letter, 0 for a silent one.
// closed says that a consonant or the beginning stands before it.
func soundAt(w string, i int, closed bool) (took int, c byte) {
	next := func(n int) byte {
		if i+n < len(w) {
			return w[i+n]
		}
		return 0
	}
	two := w[i:min(i+2, len(w))]
	switch {
	case strings.HasPrefix(w[i:], "tch"), strings.HasPrefix(w[i:], "tsh"), strings.HasPrefix(w[i:], "sch"):
		return 3, 'x'
	case two == "ch" || two == "sh":
		return 2, 'x'
	case two == "ts" && i == 0:
		return 2, 's'
	case two == "dj" || two == "dy":
		return 2, 'j'
	case two == "ph":
		return 2, 'f'
	case two == "qu":
		return 2, 'k'
	case two == "gu" && (next(2) == 'e' || next(2) == 'i'):
		return 2, 'g'
	case two == "kh" || two == "gh":
		return 2, w[i]
	case two == "ou" || two == "oo":
		return 2, 'u'
	case two == "ai" || two == "ay" || two == "ei" || two == "ey":
		if vowel(next(2)) || next(2) == 'y' {
			return 1, 'e'
		}
		return 2, 'e'
	case two == "ee":
		return 2, 'i'
	}
	switch w[i] {
	case 'c':
		if n := next(1); n == 'e' || n == 'i' || n == 'y' {
			return 1, 's'
		}
		return 1, 'k'
	case 'q':
		return 1, 'k'
	case 'w', 'o':
		return 1, 'u'
	case 'y':
		return 1, 'i'
	case 'h':
		if closed || !vowel(next(1)) {
			return 1, 0
		}
		return 1, 'h'
	}
	return 1, w[i]
}

// trimSound drops what spellings leave off at the end: -e, and -ou after a word that is still long enough.
func trimSound(out []byte, base int) []byte {
	n := len(out) - base
	if n > 3 && (out[len(out)-1] == 'e' || out[len(out)-1] == 'u') {
		return out[:len(out)-1]
	}
	return out
}

func vowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	}
	return false
}
