// Package phone reads telephone numbers as people write them and as spreadsheets spoil them, the rules of the
// Sahel first and the world's number plan behind them. It never guesses between two numbers, never glues two
// numbers into one, never mends digits that are lost, and never sends anything.
package phone

import (
	"log/slog"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Kind is what sort of line a number belongs to, as far as its country's number plan tells.
type Kind string

// The kinds of line. Only mobile, mobile-or-fixed and unlisted numbers are worth a text.
const (
	Mobile    Kind = "mobile"
	Fixed     Kind = "fixed"
	Either    Kind = "mobile-or-fixed" // plans such as North America's do not tell the two apart
	Unlisted  Kind = "unlisted"        // right length for its country, but in no range the bundled plan knows
	TollFree  Kind = "toll-free"
	Premium   Kind = "premium"   // national premium ranges and +979: a text there costs its sender dearly
	Satellite Kind = "satellite" // +870, +881, +882, +883: kept as a contact, never texted
	Internet  Kind = "internet"
	Other     Kind = "other"
)

// Warning is a remark about a number that was taken, for the form or the import report to show.
type Warning string

// The warnings, the most important of those that apply wins. The empty Warning means there is nothing to say.
const (
	WarnPremium   Warning = "phone-premium"          // kept, never texted
	WarnSatellite Warning = "phone-satellite"        // kept, never texted
	WarnUnlisted  Warning = "phone-unlisted-range"   // kept and texted: the plan may be older than the range
	WarnNoSMS     Warning = "phone-no-texts"         // a fixed line or the like
	WarnNoPlus    Warning = "phone-foreign-no-plus"  // a neighbour's calling code without + or 00: show it back
	WarnForeign   Warning = "phone-foreign"          // not of the country it was typed in
	WarnOldBenin  Warning = "phone-benin-old-format" // eight digits of before 30 November 2024, 01 was put in front
)

// Number is one telephone number that was understood.
type Number struct {
	E164    string // "+22793123457"; Benin always in its ten-digit form
	Country string // ISO 3166-1 alpha-2; "001" for satellite and other numbers of no country
	Kind    Kind
	SMS     bool // a text may be sent to it
	Foreign bool // of another country than the one it was typed in
	Warning Warning
}

// String masks the number, so that a log or an error that prints it shows no personal data.
func (n Number) String() string { return Mask(n.E164) }

// LogValue masks the number in structured logs.
func (n Number) LogValue() slog.Value { return slog.StringValue(Mask(n.E164)) }

// Canonical gives the form under which an E.164 number is kept and compared: Benin's eight digits get their 01,
// everything else stays. It does not validate.
func Canonical(e164 string) string {
	if len(e164) == len("+22995123456") && strings.HasPrefix(e164, "+229") {
		return "+22901" + e164[len("+229"):]
	}
	return e164
}

// Same says whether two E.164 numbers reach the same line; Benin's old and new forms do. Empty is never the same.
func Same(a, b string) bool {
	return a != "" && Canonical(a) == Canonical(b)
}

// Mask hides all but the calling code and the last two digits: "+227 •• •• •• 56". What is no E.164 number is
// hidden as a whole.
func Mask(e164 string) string {
	code, rest, ok := split(e164)
	if !ok || len(rest) < 4 {
		return "••••"
	}
	hidden := strings.Repeat(" ••", (len(rest)-1)/2)
	return "+" + code + hidden + " " + rest[len(rest)-2:]
}

// Format writes an E.164 number for people to check: "+227 93 12 34 57". What is no E.164 number comes back as it is.
func Format(e164 string) string {
	code, rest, ok := split(e164)
	if !ok {
		return e164
	}
	var b strings.Builder
	b.WriteString("+" + code)
	// Groups of two from the right, as francophone West Africa reads numbers aloud.
	for i := range len(rest) {
		if i == 0 || (len(rest)-i)%2 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(rest[i])
	}
	return b.String()
}

// split cuts "+22793123457" into calling code and national digits, by the first digits alone (ITU-T E.164 list of
// assigned codes): zones 1 and 7 have one digit, the codes below two, all others three.
func split(e164 string) (code, rest string, ok bool) {
	digits, plus := strings.CutPrefix(e164, "+")
	if !plus || len(digits) < 5 || strings.Trim(digits, "0123456789") != "" {
		return "", "", false
	}
	size := 3
	switch {
	case digits[0] == '1' || digits[0] == '7':
		size = 1
	case strings.Contains(twoDigitCodes, " "+digits[:2]+" "):
		size = 2
	}
	return digits[:size], digits[size:], true
}

const twoDigitCodes = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 " +
	"81 82 84 86 90 91 92 93 94 95 98 "

// kindOf translates the number plan's type.
func kindOf(t phonenumbers.PhoneNumberType) Kind {
	switch t {
	case phonenumbers.MOBILE:
		return Mobile
	case phonenumbers.FIXED_LINE:
		return Fixed
	case phonenumbers.FIXED_LINE_OR_MOBILE:
		return Either
	case phonenumbers.TOLL_FREE:
		return TollFree
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST:
		return Premium
	case phonenumbers.VOIP:
		return Internet
	default:
		return Other
	}
}
