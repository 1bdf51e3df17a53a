package phone

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"muster/internal/reserve"
)

// Field is the name of the field in the errors of this package, as the registration of the contract spells it.
const Field = "phones"

// The codes of the errors of Parse and ParseAll; all are of kind reserve.Invalid.
const (
	CodeEmpty      = "phone-empty"      // nothing there
	CodeNotANumber = "phone-not-number" // letters, or signs that belong to no number
	CodeDamaged    = "phone-damaged"    // a spreadsheet lost digits: "2.27931E+10"
	CodeTwo        = "two-numbers"      // Args first and second are masked; ParseAll gives them in full
	CodeExtension  = "phone-extension"  // "… ext. 12": ask for the number without it
	CodeService    = "phone-service"    // emergency numbers and other short codes
	CodeShort      = "phone-too-short"
	CodeLong       = "phone-too-long"
	CodeUnknown    = "phone-unknown" // right in form, but no such number in its country
)

// longest is how many characters one cell may have: two numbers with words between them fit, a text does not.
const longest = 80

// sahelLength gives the digits of a national number where a country has one length only. There a number of the
// right length in an unlisted range is kept, so that a new prefix locks nobody out; and there no zero in front is
// ever dropped (Burkina Faso and Benin have numbers that begin with 0).
var sahelLength = map[string]int{"NE": 8, "BF": 8, "ML": 8, "TD": 8, "MR": 8, "BJ": 10}

// neighbours are the calling codes that are understood without + or 00 in front: those of Niger's neighbours and
// of the places its people work in. Their length tells them from any number of Niger.
var neighbours = []string{"227", "229", "234", "226", "223", "235", "222", "213", "218", "228", "225", "233", "221"}

var (
	extension   = regexp.MustCompile(`(?i)[\s;,]*(?:;?ext(?:ension)?[.=:\s]*|poste\s*|\bx\s*|#\s*)\d{1,6}\s*$`)
	scheme      = regexp.MustCompile(`(?i)^(?:tel|sms|whatsapp|t[eé]l(?:[eé]phone)?|gsm|mobile|mob|cell?)\s*[.:]*\s*[:.]?\s*`)
	exponent    = regexp.MustCompile(`^\+?(\d+)(?:[.,](\d+))?[eE]\+?(\d{1,2})$`)
	decimal     = regexp.MustCompile(`^\+?(\d{7,})[.,](\d{1,2})$`)
	separators  = regexp.MustCompile(`(?i)[/\\|;,&\n\r]+|\s(?:ou|or|et|and|ko|أو|و)\s`)
	groups      = regexp.MustCompile(`[\s.\-]+`)
	allowedRune = regexp.MustCompile(`^[\d+\s().\-/\\|;,&]*$`)
)

// Parse reads one telephone number as somebody wrote it; country is the ISO 3166-1 code of where it was typed
// (the site's), which decides what a number without a calling code means. Blanks, dots, dashes, slashes, digits of
// any script, full-width signs, "tel:", "00" and a spreadsheet's leading apostrophe are understood. The error is a
// *reserve.Error of kind Invalid on Field, and never holds the number.
func Parse(raw, country string) (Number, error) {
	numbers, fault := read(raw, country)
	if fault != nil {
		return Number{}, fault
	}
	if len(numbers) > 1 {
		return Number{}, reserve.Fault(Field, CodeTwo).With("first", Mask(numbers[0].E164)).With("second", Mask(numbers[1].E164))
	}
	return numbers[0], nil
}

// ParseAll reads a cell that may hold several numbers and returns each, in the order written and without repeats.
// One that is not understood spoils the cell: nothing is dropped silently.
func ParseAll(raw, country string) ([]Number, error) {
	numbers, fault := read(raw, country)
	if fault != nil {
		return nil, fault
	}
	return numbers, nil
}

func read(raw, country string) ([]Number, *reserve.Error) {
	country = strings.ToUpper(country)
	if n, ok := commonest(raw, country); ok {
		return []Number{n}, nil
	}
	return readAny(raw, country)
}

// readAny reads every form there is.
func readAny(raw, country string) ([]Number, *reserve.Error) {
	text, fault := tidy(raw)
	if fault != nil {
		return nil, fault
	}
	if digits, fault := unspoil(text); fault != nil {
		return nil, fault
	} else if digits != "" {
		text = digits
	}
	if parts := numbersIn(text); len(parts) > 1 {
		return several(parts, country)
	}
	if !allowedRune.MatchString(text) {
		return nil, reserve.Fault(Field, CodeNotANumber)
	}
	number, fault := one(text, country)
	if fault == nil {
		return []Number{number}, nil
	}
	if fault.Code == CodeLong {
		if two, ok := halves(text, country); ok {
			return two, nil
		}
	}
	return nil, fault
}

// unspoil undoes what a spreadsheet does to a number without loss (9.3123457E+07, 22793123451.0) and refuses what
// lost digits: 2.27931E+10 read as 22793100000 would be a valid number of a stranger.
func unspoil(text string) (string, *reserve.Error) {
	if m := exponent.FindStringSubmatch(text); m != nil {
		power := int(m[3][0] - '0')
		if len(m[3]) == 2 {
			power = power*10 + int(m[3][1]-'0')
		}
		// Fewer digits than the power asks for were rounded away; more would be a fraction of a number.
		if len(m[1]) != 1 || len(m[2]) != power {
			return "", reserve.Fault(Field, CodeDamaged)
		}
		return m[1] + m[2], nil
	}
	if m := decimal.FindStringSubmatch(text); m != nil {
		if strings.Trim(m[2], "0") != "" {
			return "", reserve.Fault(Field, CodeDamaged)
		}
		return text[:len(text)-len(m[2])-1], nil
	}
	return "", nil
}

// numbersIn cuts a cell into the numbers written in it. A slash or comma between groups of one number is a blank;
// between two pieces that could each be a number, or one that abbreviates the other ("20 73 22 34/35"), it is not.
func numbersIn(text string) []string {
	pieces := separators.Split(text, -1)
	if rest := strings.TrimPrefix(text, "+"); strings.Contains(rest, "+") && len(pieces) == 1 {
		cut := strings.LastIndex(text, "+")
		pieces = []string{text[:cut], text[cut:]}
	}
	pieces = slices.DeleteFunc(pieces, func(p string) bool { return strings.TrimSpace(p) == "" })
	if len(pieces) < 2 {
		return nil
	}
	whole := 0
	for _, p := range pieces {
		if countDigits(p) >= 7 {
			whole++
		}
	}
	areaFirst := whole == 1 && len(pieces) == 2 && countDigits(pieces[0]) < 7 // "0803/1234567" is one number
	if (whole == 0 || areaFirst) && !separatedByWord(text) {
		return nil
	}
	return pieces
}

func separatedByWord(text string) bool {
	return slices.ContainsFunc(separators.FindAllString(text, -1), func(s string) bool { return strings.TrimSpace(s) != s })
}

// several reads the pieces of a cell one by one. A piece too short to be a number makes the whole cell unclear.
func several(parts []string, country string) ([]Number, *reserve.Error) {
	if slices.ContainsFunc(parts, func(p string) bool { return 0 < countDigits(p) && countDigits(p) < 6 }) {
		return nil, reserve.Fault(Field, CodeShort)
	}
	var out []Number
	for _, p := range parts {
		p = strings.TrimSpace(scheme.ReplaceAllString(strings.TrimSpace(p), ""))
		if !allowedRune.MatchString(p) {
			return nil, reserve.Fault(Field, CodeNotANumber)
		}
		n, fault := one(p, country)
		if fault != nil {
			return nil, fault
		}
		if !slices.ContainsFunc(out, func(o Number) bool { return o.E164 == n.E164 }) {
			out = append(out, n)
		}
	}
	return out, nil
}

// halves finds two numbers with only a blank between them: a cut at a group where both sides are numbers of their
// own. There must be exactly one such cut.
func halves(text, country string) ([]Number, bool) {
	var found []Number
	for _, at := range groups.FindAllStringIndex(text, -1) {
		left, faultLeft := one(text[:at[0]], country)
		right, faultRight := one(text[at[1]:], country)
		if faultLeft != nil || faultRight != nil || left.Warning == WarnUnlisted || right.Warning == WarnUnlisted {
			continue
		}
		if found != nil {
			return nil, false
		}
		found = []Number{left, right}
	}
	return found, found != nil
}

// one reads text that holds one number: digits, signs of grouping, and + only in front.
func one(text, country string) (Number, *reserve.Error) {
	plus := strings.HasPrefix(strings.TrimLeft(text, " ("), "+")
	digits := onlyDigits(text)
	if strings.Count(text, "+") > 1 || (!plus && strings.Contains(text, "+")) {
		return Number{}, reserve.Fault(Field, CodeNotANumber)
	}
	if !plus && strings.HasPrefix(digits, "00") {
		plus, digits = true, digits[2:]
	}
	switch {
	case digits == "":
		return Number{}, reserve.Fault(Field, CodeNotANumber)
	case len(digits) <= 5:
		return Number{}, reserve.Fault(Field, CodeService)
	case len(digits) > 15: // ITU-T E.164, section 6.2.1
		return Number{}, reserve.Fault(Field, CodeLong)
	}
	if plus {
		return international(digits, country)
	}
	return national(digits, country)
}

// national reads digits without a sign of a calling code. What the country's own plan knows wins; then its own
// calling code or a neighbour's in front; then, last, an unlisted range.
func national(digits, country string) (Number, *reserve.Error) {
	if country == "BJ" && len(digits) == 8 {
		if n, ok := planned("+22901"+digits, country); ok {
			return n.warn(WarnOldBenin), nil
		}
	}
	size, single := sahelLength[country]
	if !single || len(digits) == size {
		if parsed, err := phonenumbers.Parse(digits, country); err == nil {
			e164 := phonenumbers.Format(parsed, phonenumbers.E164)
			if n, ok := planned(e164, country); ok && n.Country == country {
				return n, nil
			}
		}
	}
	if single && len(digits) == size {
		return unlisted(digits, country)
	}
	if len(digits) > max(size, 10) {
		for _, code := range neighbours {
			if !strings.HasPrefix(digits, code) {
				continue
			}
			if n, fault := international(digits, country); fault == nil {
				if n.Foreign {
					n.Warning = WarnNoPlus
				}
				return n, nil
			}
		}
	}
	return Number{}, wrongLength(len(digits), size)
}

// international reads digits that begin with a calling code.
func international(digits, country string) (Number, *reserve.Error) {
	old := strings.HasPrefix(digits, "229") && len(digits) == 11
	if old {
		digits = "22901" + digits[3:]
	}
	if n, ok := planned("+"+digits, country); ok {
		if old {
			n = n.warn(WarnOldBenin)
		}
		return n, nil
	}
	if n, ok := beyondCountries(digits); ok {
		return n, nil
	}
	for region, size := range sahelLength {
		code := calling[region]
		if rest, ok := strings.CutPrefix(digits, code); ok {
			if old || len(rest) != size {
				return Number{}, wrongLength(len(rest), size)
			}
			n, fault := unlisted(rest, region)
			n.Foreign = region != country
			return n, fault
		}
	}
	return Number{}, reserve.Fault(Field, CodeUnknown)
}

var calling = map[string]string{"NE": "227", "BF": "226", "ML": "223", "TD": "235", "MR": "222", "BJ": "229"}

// unlisted keeps a number of the right length that the bundled plan does not know. Niger has no subscriber numbers
// that begin with 0 (08 is toll-free and listed): such a number has usually lost its head or its tail. Benin's all
// begin with 01.
func unlisted(digits, country string) (Number, *reserve.Error) {
	if country == "NE" && digits[0] == '0' || country == "BJ" && !strings.HasPrefix(digits, "01") {
		return Number{}, reserve.Fault(Field, CodeUnknown)
	}
	return Number{E164: "+" + calling[country] + digits, Country: country, Kind: Unlisted, SMS: true, Warning: WarnUnlisted}, nil
}

// planned asks the bundled number plan of the world.
func planned(e164, country string) (Number, bool) {
	parsed, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return Number{}, false
	}
	n := Number{
		E164:    phonenumbers.Format(parsed, phonenumbers.E164),
		Country: phonenumbers.GetRegionCodeForNumber(parsed),
		Kind:    kindOf(phonenumbers.GetNumberType(parsed)),
	}
	if special, ok := beyondCountries(n.E164[1:]); ok {
		return special, true
	}
	n.Foreign = n.Country != country
	n.SMS = n.Kind == Mobile || n.Kind == Either
	switch {
	case n.Kind == Premium:
		n.Warning = WarnPremium
	case !n.SMS:
		n.Warning = WarnNoSMS
	case n.Foreign:
		n.Warning = WarnForeign
	}
	return n, true
}

// beyondCountries keeps numbers of the networks that belong to no country; texts never go there, because their
// price can empty a purse (security report, bad input 26).
func beyondCountries(digits string) (Number, bool) {
	n := Number{E164: "+" + digits, Country: "001", Kind: Satellite, Foreign: true, Warning: WarnSatellite}
	if len(digits) < 9 {
		return Number{}, false
	}
	switch digits[:3] {
	case "870", "881", "882", "883":
		return n, true
	case "979":
		n.Kind, n.Warning = Premium, WarnPremium
		return n, true
	}
	return Number{}, false
}

func (n Number) warn(w Warning) Number {
	if n.Warning == "" || n.Warning == WarnForeign {
		n.Warning = w
	}
	return n
}

func wrongLength(have, want int) *reserve.Error {
	if want == 0 {
		return reserve.Fault(Field, CodeUnknown)
	}
	if have < want {
		return reserve.Fault(Field, CodeShort)
	}
	return reserve.Fault(Field, CodeLong)
}
