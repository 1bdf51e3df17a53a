package sms

import (
	"testing"
	"time"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/testkit"
)

func readerOf(t *testing.T) reader {
	t.Helper()
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	return reader{g, c}
}

func TestARegistrationByTextAsksOnlyWhatIsMissing(t *testing.T) {
	r, d, now := readerOf(t), testkit.Drive(), testkit.Today()
	for name, c := range map[string]struct {
		rest    string
		answers []string
		asked   []question
	}{
		"everything asked": {"", []string{"Hadiza Noma", "1998", "Gaya", "2", "1", "2"},
			[]question{askName, askBirth, askPlace, askFunction, askConsent, askConsent}},
		"one line":                {"Hadiza Noma 1998 Gaya infirmière", []string{"oui", "non"}, []question{askConsent, askConsent}},
		"one line, Arabic digits": {"Hadiza Noma ١٩٩٨ Gaya nurse", []string{"١", "2"}, []question{askConsent, askConsent}},
		"name and year":           {"Hadiza Noma 1998", []string{"Gaya", "soins", "1", "2"}, []question{askPlace, askFunction, askConsent, askConsent}},
	} {
		g := r.begin(&d, "fr", "ref", "+22790000001", c.rest, now)
		for i, a := range c.answers {
			r.next(g)
			if g.asked != c.asked[i] {
				t.Errorf("%s: question %d: got %q, want %q", name, i, g.asked, c.asked[i])
			}
			if r.hear(g, a, now.Add(time.Duration(i)*time.Minute)) {
				t.Errorf("%s: answer %d was not understood", name, i)
			}
		}
		r.next(g)
		a := g.app
		if g.asked != askNothing || a.Name.Reveal() != "Hadiza Noma" || a.Birth != "1998" || a.Place == "" || len(a.Functions) != 1 || a.Functions[0] != "medical" ||
			len(a.Consents) != 1 || a.Consents[0].Recipient != "civil-protection" {
			t.Errorf("%s: got name %v birth %q place %q functions %v consents %v, still asked %q", name, a.Name != "", a.Birth, a.Place, a.Functions, a.Consents, g.asked)
		}
	}
}

func TestAPlaceThatIsSeveralIsAskedAbout(t *testing.T) {
	r, d, now := readerOf(t), testkit.Drive(), testkit.Today()
	g := r.begin(&d, "fr", "ref", "+22790000001", "Ali Moussa 1990", now)
	r.next(g)
	if r.hear(g, "Gangara", now) {
		t.Fatal("Gangara was not understood")
	}
	if s := r.next(g); g.asked != askWhich || s.key != "sms.join-place-which" || len(g.choices) < 2 {
		t.Fatalf("got question %q with %d choices, want which of two or more", g.asked, len(g.choices))
	}
	want := g.choices[1]
	if r.hear(g, "2", now) || g.app.Place != want {
		t.Errorf("answer 2: got %q, want %q", g.app.Place, want)
	}
}

func TestWhatCannotBeReadIsAskedAgain(t *testing.T) {
	r, d, now := readerOf(t), testkit.Drive(), testkit.Today()
	g := r.begin(&d, "en", "ref", "+22790000001", "", now)
	for q, bad := range map[question]string{askName: "12345", askBirth: "long ago", askPlace: "Xyzzyville", askWhich: "9", askFunction: "8", askConsent: "maybe"} {
		g.asked, g.choices = q, []string{"NE003006"}
		if !r.hear(g, bad, now) {
			t.Errorf("%s: an answer that says nothing was taken", q)
		}
	}
	if g.app.Name != reserve.Private("") || g.app.Birth != "" || len(g.app.Consents) != 0 {
		t.Error("an answer that could not be read left something behind")
	}
}
