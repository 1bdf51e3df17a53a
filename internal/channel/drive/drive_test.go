package drive

import (
	"os"
	"strings"
	"testing"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/reserve"
)

func reader(t *testing.T) *Reader {
	t.Helper()
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &Reader{Gazetteer: g, Languages: []string{"fr", "ha", "dje", "ar", "en"}}
}

func TestTheShippedDriveReads(t *testing.T) {
	text, err := os.ReadFile("../../../examples/niger/drive.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := reader(t).Read(text)
	if err != nil {
		t.Fatalf("shipped drive: %v", err)
	}
	if len(d.Sites) != 8 || len(d.Functions) != 5 || len(d.Recipients) != 2 || len(d.Languages) != 5 || d.MinimumAge != 18 || d.Retention != 180 {
		t.Errorf("shipped drive: got %d sites, %d functions, %d recipients, %d languages, age %d, %d days", len(d.Sites), len(d.Functions), len(d.Recipients), len(d.Languages), d.MinimumAge, d.Retention)
	}
	for _, r := range d.Recipients {
		if r.Handover {
			t.Errorf("recipient %s: a list may leave by default", r.Code)
		}
	}
}

const broken = `drive: Bad Code
title: {fr: "Essai", xx: "?"}
country: ZZ
time_zone: Mars/Olympus
languages: [fr, ha]
minimum_age: 17
opens: someday
colour: red
organiser: {name: "A", contact: ""}
sites:
  - {code: a1, name: A, place: NE999}
  - {code: a1, name: B, place: NE008001}
functions:
  - {code: medical, name: {fr: Soins}, minimum_level: 9}
recipients:
  - {code: army, name: Armée, type: armed-forces, purposes: [call-up], handover: true}
consent: {wording: 0, text: {fr: "Oui"}}
retention_days: many
`

func TestEveryFaultOfADriveFileIsNamedWithItsLine(t *testing.T) {
	_, err := reader(t).Read([]byte(broken))
	texts, loading := lang.Load()
	if loading != nil {
		t.Fatal(loading)
	}
	got := map[string]bool{}
	for _, e := range reserve.FaultsOf(err) {
		if !texts.Has("error." + e.Code) {
			t.Errorf("code %s has no sentence to read", e.Code)
		}
		got[e.Args["line"]+" "+e.Field+" "+e.Code] = true
	}
	for _, want := range []string{
		"1 drive bad-code", "2 title.xx unknown-language", "3 country unknown-country", "4 time_zone unknown-zone", "6 minimum_age below-majority",
		"7 opens bad-date", "8 colour unknown-key", "9 organiser required", "11 sites[0].place unknown-place", "12 sites[1].code duplicate-code",
		"14 functions[0].minimum_level out-of-range", "16 recipients[0].type recipient-type", "16 recipients[0].key handover-without-key",
		"17 consent.wording out-of-range", "17 consent.text consent-missing", "18 retention_days not-a-number",
	} {
		if !got[want] {
			t.Errorf("fault %q is missing; got %v", want, got)
		}
		delete(got, want)
	}
	if len(got) > 0 {
		t.Errorf("faults too many: %v", got)
	}
	if k := reserve.KindOf(err); k != reserve.Forbidden {
		t.Errorf("a recipient that is not civil: got kind %s, want forbidden", k)
	}
}

func TestAFileThatIsNoDriveIsRefusedWithALine(t *testing.T) {
	for name, text := range map[string]string{"nothing": "", "no YAML": "drive: [", "a list": "- a\n", "too large": strings.Repeat("#", MaxSize+1)} {
		if _, err := reader(t).Read([]byte(text)); reserve.KindOf(err) != reserve.Invalid {
			t.Errorf("%s: got %v, want a fault", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	g, err := gazetteer.Load()
	if err != nil {
		f.Fatal(err)
	}
	r := &Reader{Gazetteer: g, Languages: []string{"fr"}}
	f.Add([]byte(broken))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := r.Read(text); err != nil && len(reserve.FaultsOf(err)) == 0 {
			t.Errorf("a fault of a file came as an internal error: %v", err)
		}
	})
}
