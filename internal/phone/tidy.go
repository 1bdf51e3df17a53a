package phone

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"muster/internal/reserve"
)

// tidy brings a cell to plain ASCII signs where it can: digits of any script to 0–9, full-width signs to their
// narrow form, every kind of dash and blank to one, invisible marks (phones copy them along with a number) away,
// a leading apostrophe and a "tel:" away.
func tidy(raw string) (string, *reserve.Error) {
	if utf8.RuneCountInString(raw) > longest {
		return "", reserve.Fault(Field, CodeLong)
	}
	if !utf8.ValidString(raw) {
		return "", reserve.Fault(Field, CodeNotANumber)
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(raw) {
		switch {
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		case unicode.Is(unicode.Nd, r):
			b.WriteByte(digit(r))
		case unicode.Is(unicode.Pd, r) || r == '−':
			b.WriteByte('-')
		case r == '\n' || r == '\r':
			b.WriteByte('\n')
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r == '·' || r == '•' || r == '․' || r == '_':
			b.WriteByte('.')
		case r == '؛' || r == '،' || r == '、':
			b.WriteByte(';')
		default:
			b.WriteRune(r)
		}
	}
	text := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(b.String()), "'’‘`´\""))
	text = strings.TrimSpace(strings.TrimRight(text, "\"'.;,"))
	if text == "" {
		return "", reserve.Fault(Field, CodeEmpty)
	}
	text = scheme.ReplaceAllString(text, "")
	if extension.MatchString(text) {
		return "", reserve.Fault(Field, CodeExtension)
	}
	return text, nil
}

// digit gives the ASCII form of a decimal digit of any script: every run of them in Unicode begins with a zero.
func digit(r rune) byte {
	for _, run := range unicode.Nd.R16 {
		if rune(run.Lo) <= r && r <= rune(run.Hi) {
			return byte('0' + (r-rune(run.Lo))%10)
		}
	}
	for _, run := range unicode.Nd.R32 {
		if rune(run.Lo) <= r && r <= rune(run.Hi) {
			return byte('0' + (r-rune(run.Lo))%10)
		}
	}
	return '0'
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

func countDigits(text string) int { return len(onlyDigits(text)) }
