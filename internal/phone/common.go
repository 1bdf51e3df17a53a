package phone

import "strings"

// commonest reads what nearly everybody in Niger writes: eight digits of a mobile range, with blanks or hyphens, with or
// without +227 or 00227 in front. It gives what the whole reading gives (a test compares them), a hundred times
// faster, because a rush of registrations is mostly this.
func commonest(raw, country string) (Number, bool) {
	if country != "NE" || len(raw) > 24 {
		return Number{}, false
	}
	var digits [16]byte
	n, plus := 0, false
	for i := range len(raw) {
		switch c := raw[i]; {
		case '0' <= c && c <= '9':
			if n == len(digits) {
				return Number{}, false
			}
			digits[n] = c
			n++
		case c == '+' && i == 0:
			plus = true
		case c == ' ', c == '-' && i > 0:
		default:
			return Number{}, false
		}
	}
	text := string(digits[:n])
	switch {
	case plus:
		rest, ok := strings.CutPrefix(text, "227")
		if !ok {
			return Number{}, false
		}
		text = rest
	case strings.HasPrefix(text, "00227"):
		text = text[5:]
	}
	if len(text) != 8 || !mobileInNiger(text) {
		return Number{}, false
	}
	return Number{E164: "+227" + text, Country: "NE", Kind: Mobile, SMS: true}, true
}

// mobileInNiger is the plan's pattern for Niger's mobile numbers, (?:23|7[0467]|[89]\d)\d{6} (libphonenumber 9.0.35, 16 July 2026).
func mobileInNiger(digits string) bool {
	switch digits[0] {
	case '8', '9':
		return true
	case '7':
		return strings.IndexByte("0467", digits[1]) >= 0
	case '2':
		return digits[1] == '3'
	}
	return false
}
