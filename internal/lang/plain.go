package lang

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spelling gives the plain form of signs that do not fall apart into a letter and a mark. Hausa hooked letters lose
// their hook and Zarma ŋ its tail, as people write them on phones.
var spelling = map[rune]string{
	'œ': "oe", 'Œ': "OE", '’': "'", '‘': "'", 'ʼ': "'", 'ʻ': "'", 'ʾ': "'", '′': "'", '`': "'", '´': "'", '‚': ",",
	'“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '‹': "'", '›': "'",
	'–': "-", '—': "-", '‑': "-", '‐': "-", '−': "-", '…': "...", '•': "-", '·': ".", '→': "->", '×': "x", '°': "o", 'º': "o", 'ª': "a",
	'ɓ': "b", 'Ɓ': "B", 'ɗ': "d", 'Ɗ': "D", 'ƙ': "k", 'Ƙ': "K", 'ƴ': "y", 'Ƴ': "Y", 'ŋ': "n", 'Ŋ': "N", 'ɲ': "ny", 'Ɲ': "Ny",
	'đ': "d", 'Đ': "D", 'ł': "l", 'Ł': "L", 'ı': "i", 'ə': "e", 'ɛ': "e", 'ɔ': "o",
}

// Plain spells a text so that it fits the 7-bit alphabet: accents that the alphabet lacks are dropped (ê → e, ç → c;
// é, è, à and ù stay), typographic signs become plain ones (’ → ', « → ", … → ...), hooked letters lose their hook.
// A text that would need UCS-2 all the same (Arabic, an emoji) comes back unchanged, for spelling the rest plainly
// would cost meaning and save nothing. Meaning can still suffer (Hausa ɗoki and doki): show it before it is sent.
func Plain(text string) string {
	if encodingOf(text) == GSM7 {
		return text
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		plain, ok := plainRune(r)
		if !ok {
			return text
		}
		b.WriteString(plain)
	}
	return b.String()
}

func plainRune(r rune) (string, bool) {
	switch s, known := spelling[r]; {
	case inGSM7(r):
		return string(r), true
	case known:
		// Some quotation marks are set off by a space that belongs to them; the plain mark may keep it.
		return s, true
	case unicode.IsSpace(r), unicode.Is(unicode.Zs, r):
		return " ", true
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
		return "", true // joiners, direction marks, marks without a letter
	}
	letters := strings.Map(func(d rune) rune {
		if unicode.Is(unicode.Mn, d) {
			return -1
		}
		return d
	}, norm.NFKD.String(string(r)))
	if letters == "" || encodingOf(letters) != GSM7 {
		return "", false
	}
	return letters, true
}
