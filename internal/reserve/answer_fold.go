package reserve

import (
	"strings"
	"unicode"
)

// accents gives the plain letters of Latin letters with marks, and joins the forms of one Arabic letter. The standard
// library has no decomposition, and this package imports nothing else.
var accents = map[rune]string{
	'à': "a", 'á': "a", 'â': "a", 'ã': "a", 'ä': "a", 'å': "a", 'ā': "a", 'ç': "c", 'è': "e", 'é': "e", 'ê': "e", 'ë': "e", 'ē': "e", 'ẽ': "e",
	'ì': "i", 'í': "i", 'î': "i", 'ï': "i", 'ī': "i", 'ñ': "n", 'ò': "o", 'ó': "o", 'ô': "o", 'õ': "o", 'ö': "o", 'ō': "o", 'ø': "o",
	'ù': "u", 'ú': "u", 'û': "u", 'ü': "u", 'ū': "u", 'ý': "y", 'ÿ': "y", 'œ': "oe", 'æ': "ae", 'ß': "ss",
	'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ƴ': "y", 'ŋ': "n", 'ɲ': "ny", 'š': "s", 'ž': "z", 'ı': "i",
	'أ': "ا", 'إ': "ا", 'آ': "ا", 'ٱ': "ا", 'ى': "ي", 'ئ': "ي", 'ی': "ي", 'ؤ': "و", 'ة': "ه", 'ک': "ك", 'ء': "", 'ـ': "",
}

// foldRune gives a character's plain form: small letters without marks, digits of any script as 0-9. It is empty for
// what joins or marks and is not read by itself: apostrophes, accents set apart, invisible signs, skin colours.
func foldRune(r rune) string {
	switch {
	case unicode.IsDigit(r):
		return string(rune('0' + digitValue(r)))
	case r == '\'', r == '’', r == '‘', r == 'ʼ', r == 'ʻ', r == 'ʾ', r == '`', r == '´', r == '′', r == '＇':
		return ""
	case unicode.Is(unicode.M, r) && r > 0x2FF, unicode.Is(unicode.Cf, r), r == '\u200b':
		return ""
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin colours
		return ""
	case r >= 0xFF21 && r <= 0xFF5A: // full-width letters
		r -= 0xFEE0
	}
	r = unicode.ToLower(r)
	if s, ok := accents[r]; ok {
		return s
	}
	return string(r)
}

// digitValue is 0 to 9: every script's digits stand in a row of ten, and the ranges of unicode.Digit begin at a zero.
func digitValue(r rune) int {
	for _, x := range unicode.Digit.R16 {
		if lo, hi := rune(x.Lo), rune(x.Hi); r >= lo && r <= hi {
			return int(r-lo) % 10
		}
	}
	for _, x := range unicode.Digit.R32 {
		if lo, hi := rune(x.Lo), rune(x.Hi); r >= lo && r <= hi {
			return int(r-lo) % 10
		}
	}
	return 0
}

func foldText(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(foldRune(r))
	}
	return b.String()
}
