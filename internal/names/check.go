// Package names takes, folds and compares the names of people as they are written in the Sahel: French, Hausa,
// Zarma, Fulani, Tamasheq, Kanuri and Arabic spellings of one name, titles, particles, any order. It never changes
// how a name is shown, never asks for a second name, and never decides that two people are one.
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"muster/internal/reserve"
)

// Field is the name of the field in the errors of Check, as the registration of the contract spells it.
const Field = "name"

// Longest is how many characters a name may have; the longest known real one has 128 (case C008).
const Longest = 200

// mostMarks is how many combining marks may stand on one letter; no script in use needs more.
const mostMarks = 8

// The codes of the errors of Check.
const (
	CodeEmpty      = "name-empty"
	CodeTooLong    = "name-too-long"  // Args most
	CodeNoLetter   = "name-no-letter" // digits, signs or emoji only
	CodeControl    = "name-control"   // Args character: "U+0007"
	CodeDirection  = "name-direction" // Args character: a sign that turns the order of the letters round
	CodeInvisible  = "name-invisible" // Args character: a sign that nobody sees
	CodeMarks      = "name-marks"     // more than eight marks on one letter
	CodeUnreadable = "name-unreadable"
)

// Check takes a name as it was typed: Unicode form C, outer blanks away, runs of blanks to one, and nothing else
// changed. It refuses what is no name at all or would show as something else than it is; the error is of kind
// reserve.Invalid on Field, and holds no part of the name but the code of the character.
func Check(full string) (clean string, fault *reserve.Error) {
	if len(full) > Longest*16 { // before any work: a letter and its marks rarely take more than 16 bytes
		return "", reserve.Fault(Field, CodeTooLong).With("most", "200")
	}
	if !utf8.ValidString(full) {
		return "", reserve.Fault(Field, CodeUnreadable)
	}
	clean = norm.NFC.String(blanks(full))
	if clean == "" {
		return "", reserve.Fault(Field, CodeEmpty)
	}
	if utf8.RuneCountInString(clean) > Longest {
		return "", reserve.Fault(Field, CodeTooLong).With("most", "200")
	}
	letters, marks := 0, 0
	for _, r := range clean {
		if code := forbidden(r); code != "" {
			return "", reserve.Fault(Field, code).With("character", codePoint(r))
		}
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if marks > mostMarks {
			return "", reserve.Fault(Field, CodeMarks)
		}
		// Modifier letters (ʼ) are written beside letters, and are none alone.
		if unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r) {
			letters++
		}
	}
	if letters == 0 {
		return "", reserve.Fault(Field, CodeNoLetter)
	}
	return clean, nil
}

// blanks trims and joins blanks. A tab or line end between words is left for Check to refuse: it is a control
// character, and a name that holds one was pasted from somewhere it should not be.
func blanks(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' })
	var b strings.Builder
	wasBlank := false
	for _, r := range s {
		blank := unicode.Is(unicode.Zs, r)
		switch {
		case blank && wasBlank:
		case blank:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
		wasBlank = blank
	}
	return b.String()
}

// forbidden gives the code of the fault of a character that no name may hold. The zero-width joiner and non-joiner
// are letters' business in Arabic script and stay.
func forbidden(r rune) string {
	switch {
	case r == utf8.RuneError:
		return CodeUnreadable
	case unicode.Is(unicode.Cc, r) || r == '\u2028' || r == '\u2029':
		return CodeControl
	case r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069':
		return CodeDirection
	case r == '\u200C' || r == '\u200D' || r == '\u200E' || r == '\u200F' || r == '\u061C':
		return ""
	case unicode.Is(unicode.Cf, r) || r == '\u3164' || r == '\u115F' || r == '\u1160' || r == '\u034F':
		return CodeInvisible
	case unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r):
		return CodeUnreadable
	}
	return ""
}

func codePoint(r rune) string {
	const hex = "0123456789ABCDEF"
	var digits []byte
	for shift := 20; shift >= 0; shift -= 4 {
		d := r >> shift & 15
		if d != 0 || len(digits) > 0 || shift < 16 {
			digits = append(digits, hex[d])
		}
	}
	return "U+" + string(digits)
}

// The remarks of Remarks, for the desk; none of them is a reason to refuse.
const (
	RemarkMixed   = "name-mixed-script" // Latin and Cyrillic or Greek letters in one word
	RemarkDigits  = "name-digits"
	RemarkFormula = "name-like-formula" // a spreadsheet would compute it
)

// Remarks gives what a person at the desk should look at in a name that Check took.
func Remarks(clean string) []string {
	var out []string
	for _, word := range strings.Fields(clean) {
		if mixed(word) {
			out = append(out, RemarkMixed)
			break
		}
	}
	if strings.ContainsFunc(clean, unicode.IsDigit) {
		out = append(out, RemarkDigits)
	}
	if strings.ContainsAny(clean[:min(1, len(clean))], "=+-@") {
		out = append(out, RemarkFormula)
	}
	return out
}

func mixed(word string) bool {
	latin := strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	return latin && strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek) })
}
