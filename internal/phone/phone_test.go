package phone

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"muster/internal/reserve"
)

func rows(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, head := range all[0] {
			m[head] = row[i]
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no rows", file)
	}
	return out
}

// state names an outcome in the words of the case files.
func state(n Number, err error) string {
	switch {
	case reserve.CodeOf(err) == CodeTwo:
		return "two_numbers"
	case reserve.CodeOf(err) == CodeDamaged:
		return "reject_damaged"
	case err != nil:
		return "reject"
	case n.Warning == WarnUnlisted && n.SMS:
		return "ok_unlisted_range"
	case n.Foreign:
		return "ok_foreign"
	case !n.SMS:
		return "ok_no_sms"
	default:
		return "ok"
	}
}

func TestC010AndC011NumbersAsTheyAreWritten(t *testing.T) {
	for _, file := range []string{"testdata/C010_phones_ne.csv", "testdata/C011_phones_bj.csv"} {
		for _, row := range rows(t, file) {
			n, err := Parse(row["raw"], row["default_country"])
			if n.E164 != row["expect_e164"] || state(n, err) != row["state"] {
				t.Errorf("%s %q typed in %s: got %q %s (%v), want %q %s", file, row["raw"], row["default_country"],
					n.E164, state(n, err), err, row["expect_e164"], row["state"])
			}
		}
	}
}

func TestC013NumbersThatASpreadsheetChewed(t *testing.T) {
	for _, row := range rows(t, "testdata/C013_excel_phones.csv") {
		n, err := Parse(row["telephone"], "NE")
		if n.E164 != row["expect_e164"] || !strings.HasPrefix(row["state"], "ok_or") && state(n, err) != row["state"] {
			t.Errorf("%q: got %q %s, want %q %s", row["telephone"], n.E164, state(n, err), row["expect_e164"], row["state"])
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct{ name, raw, country, want string }{
		{"Arabic-Indic digits", "٩٣١٢٣٤٥٧", "NE", "+22793123457 mobile true "},
		{"extended Arabic digits with full-width plus", "＋۲۲۷ ۹۳ ۱۲ ۳۴ ۵۷", "NE", "+22793123457 mobile true "},
		{"full-width digits", "９３１２３４５７", "NE", "+22793123457 mobile true "},
		{"a tel: address", "tel:+227-93-12-34-57", "NE", "+22793123457 mobile true "},
		{"a label in front", "Tél. : 93 12 34 57", "NE", "+22793123457 mobile true "},
		{"slashes between groups", "93/12/34/57", "NE", "+22793123457 mobile true "},
		{"narrow no-break spaces and a direction mark", "\u202a93\u202f12\u202f34\u202f57\u202c", "NE", "+22793123457 mobile true "},
		{"typographic dashes", "93–12—34‑57", "NE", "+22793123457 mobile true "},
		{"apostrophe of a spreadsheet", "’93123457", "NE", "+22793123457 mobile true "},
		{"float without loss", "93123457,0", "NE", "+22793123457 mobile true "},
		{"exponent with all its digits", "2.2793123457E+10", "NE", "+22793123457 mobile true "},
		{"exponent that lost a digit", "9.312346E+07", "NE", "phone-damaged"},
		{"exponent with a decimal comma", "2,27931e10", "NE", "phone-damaged"},
		{"fraction of a number", "22793123451.5", "NE", "phone-damaged"},
		{"two numbers with a comma", "93123457,96000001", "NE", "two-numbers"},
		{"two numbers with only a blank", "93 12 34 57 96 00 00 01", "NE", "two-numbers"},
		{"two international numbers glued", "+22793123457+22796000001", "NE", "two-numbers"},
		{"two numbers glued without a sign", "9312345796000001", "NE", "phone-too-long"},
		{"the same number in two shapes is one", "93123457 / +227 93 12 34 57", "NE", "+22793123457 mobile true "},
		{"second number abbreviated", "20 73 22 34/35", "NE", "phone-too-short"},
		{"ten digits and an abbreviation do not make eleven", "0803123456/7", "NG", "phone-too-short"},
		{"area code and slash are one number", "0802/1234567", "NG", "+2348021234567 mobile true "},
		{"Nigeria with its trunk zero", "0802 123 4567", "NG", "+2348021234567 mobile true "},
		{"Nigeria with calling code and trunk zero", "+234 0802 123 4567", "NE", "+2348021234567 mobile true phone-foreign"},
		{"Burkina's leading zero stays", "07 01 02 03", "BF", "+22607010203 mobile true "},
		{"neighbour without plus", "22365012345", "NE", "+22365012345 mobile true phone-foreign-no-plus"},
		{"old Benin in Benin", "95123456", "BJ", "+2290195123456 mobile true phone-benin-old-format"},
		{"nine digits that lost a zero", "195123456", "NE", "phone-too-long"},
		{"fixed line of Niger", "20201234", "NE", "+22720201234 fixed false phone-no-texts"},
		{"unlisted range with calling code from abroad", "+22750123456", "BJ", "+22750123456 unlisted true phone-unlisted-range"},
		{"eight digits with a zero in front", "01951234", "NE", "phone-unknown"},
		{"Niger toll-free", "08001234", "NE", "+22708001234 toll-free false phone-no-texts"},
		{"satellite", "+881 6 12345678", "NE", "+881612345678 satellite false phone-satellite"},
		{"international premium", "+979 123456789", "NE", "+979123456789 premium false phone-premium"},
		{"American premium", "+1 900 234 5678", "NE", "+19002345678 premium false phone-premium"},
		{"American number", "+1 202 555 0143", "NE", "+12025550143 mobile-or-fixed true phone-foreign"},
		{"emergency", "112", "NE", "phone-service"},
		{"emergency of America", "911", "NE", "phone-service"},
		{"extension", "+22720201234;ext=12", "NE", "phone-extension"},
		{"extension in French", "20 20 12 34 poste 12", "NE", "phone-extension"},
		{"too short", "9312345", "NE", "phone-too-short"},
		{"sixteen digits", "+2279312345793123", "NE", "phone-too-long"},
		{"calling code that nobody has", "+999123456789", "NE", "phone-unknown"},
		{"French number short by one", "+33 6 12 34 56 7", "NE", "phone-unknown"},
		{"words", "Airtel", "NE", "phone-not-number"},
		{"a number in a sentence", "mon numero est 93123457", "NE", "phone-not-number"},
		{"plus in the middle", "93+123457", "NE", "phone-not-number"},
		{"nothing", "  ", "NE", "phone-empty"},
		{"only an apostrophe", "'", "NE", "phone-empty"},
		{"broken bytes", "93\xff123457", "NE", "phone-not-number"},
		{"a whole text", strings.Repeat("93123457 ", 20), "NE", "phone-too-long"},
		{"lower-case country", "93123457", "ne", "+22793123457 mobile true "},
	}
	for _, tt := range tests {
		n, err := Parse(tt.raw, tt.country)
		got := fmt.Sprintf("%s %s %t %s", n.E164, n.Kind, n.SMS, n.Warning)
		if err != nil {
			got = reserve.CodeOf(err)
		}
		if got != tt.want {
			t.Errorf("%s: %q typed in %s: got %q, want %q", tt.name, tt.raw, tt.country, got, tt.want)
		}
	}
}

func TestTwoNumbersAreBothOffered(t *testing.T) {
	_, err := Parse("93 12 34 57 ou 96 00 00 01", "NE")
	faults := reserve.FaultsOf(err)
	if len(faults) != 1 || faults[0].Kind != reserve.Invalid || faults[0].Field != "phones" {
		t.Fatalf("got %v, want one invalid fault of phones", err)
	}
	if got := faults[0].Args["first"] + " " + faults[0].Args["second"]; got != "+227 •• •• •• 57 +227 •• •• •• 01" {
		t.Errorf("args: got %q, want both masked", got)
	}
	all, err := ParseAll("93 12 34 57 ou 96 00 00 01 / 93123457", "NE")
	if err != nil || len(all) != 2 || all[0].E164 != "+22793123457" || all[1].E164 != "+22796000001" {
		t.Errorf("ParseAll: got %d numbers, %v", len(all), err)
	}
	if _, err := ParseAll("93 12 34 57 ou Airtel", "NE"); reserve.CodeOf(err) != CodeNotANumber {
		t.Errorf("a second piece that is no number: got %v, want %s", err, CodeNotANumber)
	}
}

func TestErrorsAndPrintingHoldNoNumber(t *testing.T) {
	n, err := Parse("93123457", "NE")
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(n), fmt.Sprintf("%v", n), n.LogValue().String()} {
		if strings.Contains(shown, "123") || !strings.Contains(shown, "57") {
			t.Errorf("got %q, want it masked to the last two digits", shown)
		}
	}
	if _, err := Parse("93123457 / 96000001", "NE"); strings.Contains(fmt.Sprintf("%+v", err), "1234") {
		t.Errorf("error %+v holds digits of the number", err)
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"+22790123456":   "+227 •• •• •• 56",
		"+2290195123456": "+229 •• •• •• •• 56",
		"+33612345678":   "+33 •• •• •• •• 78",
		"+12025550143":   "+1 •• •• •• •• 43",
		"90123456":       "••••",
		"":               "••••",
		"+227901a3456":   "••••",
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q): got %q, want %q", in, got, want)
		}
	}
	if got := Format("+2290195123456"); got != "+229 01 95 12 34 56" {
		t.Errorf("Format: got %q", got)
	}
	if got := Format("+33612345678"); got != "+33 6 12 34 56 78" {
		t.Errorf("Format: got %q", got)
	}
}

func TestSame(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"+22995123456", "+2290195123456", true},
		{"+2290195123456", "+2290195123456", true},
		{"+22795123456", "+2290195123456", false},
		{"+22793123457", "+22793123458", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got := Same(tt.a, tt.b); got != tt.want {
			t.Errorf("Same(%s, %s): got %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}

// The operators' prefixes must be ranges that the bundled plan takes for mobile, or the label shows on a wrong number.
func TestOperatorsStandOnMobileRanges(t *testing.T) {
	for prefix := range nigerOperators {
		n, err := Parse(prefix+"123456", "NE")
		if err != nil || n.Kind != Mobile || Operator(n.E164) == "" {
			t.Errorf("%s: got %s %q (%v), want a mobile number with an operator", prefix, n.Kind, Operator(n.E164), err)
		}
	}
	if got := Operator("+2290195123456"); got != "" {
		t.Errorf("Benin: got %q, want none: numbers move between operators there", got)
	}
}

// Every calling code of the number plan is cut as the plan cuts it.
func TestSplitKnowsEveryCallingCode(t *testing.T) {
	for code := range phonenumbers.GetSupportedCallingCodes() {
		want := fmt.Sprint(code)
		if got, _, _ := split("+" + want + "12345678"); got != want {
			t.Errorf("calling code %s: got %q", want, got)
		}
	}
}

// Whatever is taken reads back as itself, from any country, and has a form that fits E.164.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"93123457", "+229 95 12 34 56", "2.27931E+10", "93123457 / 96000001", "٩٣١٢٣٤٥٧", "0803/1234567", "+979123456789"} {
		f.Add(seed, "NE")
	}
	f.Add("0802 123 4567", "NG")
	f.Fuzz(func(t *testing.T, raw, country string) {
		n, err := Parse(raw, country)
		if err != nil {
			if reserve.KindOf(err) != reserve.Invalid {
				t.Fatalf("%q in %q: got %v, want an invalid fault", raw, country, err)
			}
			return
		}
		if _, _, ok := split(n.E164); !ok || len(n.E164) > 16 {
			t.Fatalf("%q in %q: got %q, no E.164 number", raw, country, n.E164)
		}
		again, err := Parse(n.E164, country)
		if err != nil || again.E164 != n.E164 || again.SMS != n.SMS {
			t.Fatalf("%q in %q: %q reads back as %q %v", raw, country, n.E164, again.E164, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("93 12 34 57", "NE"); err != nil {
			b.Fatal(err)
		}
	}
}
