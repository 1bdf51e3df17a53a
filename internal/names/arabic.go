package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// arabicLetters writes Arabic letters as French West Africa would. Short vowels are not written in Arabic, so what
// comes out lacks them; known names are looked up as a whole instead, and unknown ones compared by their consonants.
var arabicLetters = map[rune]string{
	'ا': "a", 'ب': "b", 'ت': "t", 'ث': "s", 'ج': "dj", 'ح': "h", 'خ': "kh", 'د': "d", 'ذ': "z", 'ر': "r", 'ز': "z", 'س': "s",
	'ش': "ch", 'ص': "s", 'ض': "d", 'ط': "t", 'ظ': "z", 'ع': "a", 'غ': "g", 'ف': "f", 'ق': "k", 'ك': "k", 'ل': "l", 'م': "m",
	'ن': "n", 'ه': "h", 'ة': "a", 'و': "ou", 'ي': "i", 'ى': "a", 'ء': "",
	'پ': "p", 'چ': "tch", 'ڤ': "v", 'گ': "g", 'ک': "k", 'ی': "i", 'ݣ': "g", 'ڭ': "g", 'ٻ': "b", 'ڎ': "d", 'ڥ': "p",
}

func isArabic(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
}

// bareArabic is the form in which Arabic words are looked up: no vowel signs, no stretching, no hamza, one shape for
// each letter, no article.
func bareArabic(word string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(word) {
		switch {
		case unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r) || r == 'ـ' || r == 'ء' || apostrophe(r):
			continue
		case r == 'ى' || r == 'ی':
			r = 'ي'
		case r == 'ة':
			r = 'ه'
		case r == 'ک':
			r = 'ك'
		}
		b.WriteRune(r)
	}
	bare := b.String()
	if rest, ok := strings.CutPrefix(bare, "ال"); ok && len(rest) > len("با") && rest != "له" {
		return rest
	}
	return bare
}

// foldArabic writes an Arabic word in Latin letters: the head of its class where it is a known name, letter by
// letter where it is not.
func foldArabic(word string) string {
	bare := bareArabic(word)
	if entry, ok := classes.words[bare]; ok {
		return classes.heads[entry.class]
	}
	if particle, ok := arabicParticles[bare]; ok {
		return particle
	}
	var b strings.Builder
	// The end shows a or ة; take it from the word itself, since bareArabic made ة and ه one.
	final := strings.HasSuffix(norm.NFC.String(word), "ة")
	runes := []rune(bare)
	for i, r := range runes {
		if i == len(runes)-1 && final {
			b.WriteByte('a')
			continue
		}
		if latin, ok := arabicLetters[r]; ok {
			b.WriteString(latin)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// arabicParticles are the words that stay with the next one.
var arabicParticles = map[string]string{
	"عبد": "abdoul", "بن": "ben", "ابن": "ben", "بنت": "bint", "ولد": "ould", "منت": "mint", "ابو": "abou", "ام": "oum", "اغ": "ag", "اك": "ag",
	"حاج": "elhadj", "حاجه": "hadjia", "شيخ": "cheikh", "دكتور": "dr",
}
