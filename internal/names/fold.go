package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold brings a name to lower-case words for searching and comparing: compatibility forms resolved, marks away,
// hooked letters to plain ones, Arabic script to Latin, apostrophes away, hyphens and other signs to one blank. Titles
// and order stay. What it cannot write in Latin letters it leaves as it is.
func Fold(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	var b strings.Builder
	b.Grow(len(s))
	eachWord(s, func(word string, _ bool) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(foldWord(word))
	})
	return b.String()
}

// foldASCII is the short way for the many names without accents.
func foldASCII(s string) (string, bool) {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return "", false
		}
	}
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" { // nothing to do for most words of a form filled in small letters
		return s, true
	}
	out := make([]byte, 0, len(s))
	blank := false
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
		case c == '\'' || c == '`':
			continue
		default:
			blank = len(out) > 0
			continue
		}
		if blank {
			out = append(out, ' ')
			blank = false
		}
		out = append(out, c)
	}
	return string(out), true
}

// eachWord cuts a name at blanks, hyphens and signs, and says of each word whether it stands in brackets.
func eachWord(s string, do func(word string, bracketed bool)) {
	if !isASCII(s) {
		s = norm.NFKC.String(s)
	}
	depth, start := 0, -1
	for i, r := range s {
		if partOfWord(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			do(s[start:i], depth > 0)
			start = -1
		}
		switch r {
		case '(', '[', '«', '“', '"':
			if r != '"' || depth == 0 {
				depth++
			} else {
				depth--
			}
		case ')', ']', '»', '”':
			depth = max(0, depth-1)
		}
	}
	if start >= 0 {
		do(s[start:], depth > 0)
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// partOfWord keeps apostrophes of every shape inside words (N'Guessan), and marks with their letters.
func partOfWord(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '\'' || r == '`'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) || apostrophe(r) ||
		r == '\u200C' || r == '\u200D'
}

func apostrophe(r rune) bool {
	switch r {
	case '\'', '`', '’', '‘', '‛', 'ʼ', 'ʹ', 'ʿ', 'ʾ', '´', '′', '＇', 'ˊ':
		return true
	}
	return false
}

// foldWord folds one word of eachWord.
func foldWord(word string) string {
	if folded, ok := foldASCII(word); ok {
		return folded
	}
	if isArabic(word) {
		return foldArabic(word)
	}
	return foldLatin(word)
}

// foldLatin folds a word of any script but Arabic.
func foldLatin(word string) string {
	lookalikes := mixed(word)
	var b strings.Builder
	for _, r := range norm.NFD.String(word) {
		if unicode.Is(unicode.M, r) || apostrophe(r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		r = unicode.ToLower(r)
		if lookalikes {
			if latin, ok := lookalike[r]; ok {
				r = latin
			}
		}
		if plain, ok := special[r]; ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// special are the letters that no Unicode form takes apart: the hooked letters of Hausa and Fulani, ŋ and ɲ of
// Zarma and Bambara, ǝ of Kanuri and Tamasheq, and European ones.
var special = map[rune]string{
	'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ƴ': "y", 'ŋ': "n", 'ɲ': "ny", 'ǝ': "e", 'ə': "e", 'ɛ': "e", 'ɔ': "o", 'ɣ': "g", 'ɤ': "g",
	'ʃ': "sh", 'ɩ': "i", 'ʋ': "u", 'ı': "i", 'ø': "o", 'æ': "ae", 'œ': "oe", 'ß': "ss", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ħ': "h",
}

// lookalike are Cyrillic and Greek letters that pass for Latin ones, for words that mix scripts (Unicode TS 39).
var lookalike = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'е': 'e', 'һ': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p',
	'ѕ': 's', 'т': 't', 'у': 'y', 'х': 'x', 'α': 'a', 'ο': 'o', 'ν': 'v', 'ι': 'i', 'κ': 'k', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x',
}
