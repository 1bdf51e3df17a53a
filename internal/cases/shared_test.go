package cases

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/internal/channel/sheet"
	"muster/internal/reserve"
	"muster/internal/roll"
)

func caseC014(t *testing.T, c *Case) {
	const shared = "+22790000011"
	h := newHouse(t)
	var k reserve.CallUp
	c.line(t, 1, func(t *testing.T) {
		rep := h.in(t).load(c.bytes(t, 0), sheet.Choices{}, sheet.How{})
		if rep.Added != 3 || rep.UnderAge != 1 || !at(rep.Faults, 5, "under-age") || len(rep.Faults) != 1 {
			t.Errorf("got %+v, want three taken and line 5 a minor", rep)
		}
		if len(rep.Twins) != 1 || rep.Twins[0] != (sheet.Twin{Line: 4, SameAs: 2}) {
			t.Errorf("got twins %+v, want line 4 the same as line 2", rep.Twins)
		}
		if got := names(h.counted()); !slices.Equal(got, []string{"Hadiza Maïga", "Moussa Maïga"}) {
			t.Errorf("got %q counted, want Hadiza and Moussa", got)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		k = h.in(t).callUp(request{wanted: 5, function: "other", urgent: true})
		h.pass(time.Hour)
		texts := bodies(h.sent(shared))
		slices.Sort(texts)
		if len(texts) != 2 || !strings.HasPrefix(texts[0], "Hadiza Ma") || !strings.HasPrefix(texts[1], "Moussa Ma") {
			t.Errorf("got %q, want one text for each by name", texts)
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t).text(shared, "OUI")
		if got := h.states(k); got[reserve.Invited] != 2 {
			t.Errorf("OUI: got %v, want neither counted", got)
		}
		all := bodies(h.sent(shared))
		question := all[len(all)-1]
		m := regexp.MustCompile(`Hadiza Ma[^:]*: (1 \d{4})`).FindStringSubmatch(question)
		if len(all) != 3 || m == nil || !strings.Contains(question, "Moussa") {
			t.Fatalf("got %q, want one question that names both", all)
		}
		h.text(shared, m[1])
		if a, b := h.invitation(k, "Hadiza Maïga").State, h.invitation(k, "Moussa Maïga").State; a != reserve.Confirmed || b != reserve.Invited {
			t.Errorf("%q: got %s and %s, want Hadiza alone confirmed", m[1], a, b)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t).text(shared, "STOP")
		check(t, h.Calls.Close(context.Background(), h.Operator(), k.ID))
		h.settle()
		before := len(h.sent(shared))
		next := h.callUp(request{wanted: 5, function: "other", urgent: true})
		h.pass(time.Hour)
		if got := bodies(h.sent(shared))[before:]; len(got) != 0 || len(h.invited(next)) != 0 {
			t.Errorf("after STOP: got %q and %d asked, want nothing", got, len(h.invited(next)))
		}
		for _, name := range []string{"Hadiza Maïga", "Moussa Maïga"} {
			if got := h.named(name).Volunteer.State; got != reserve.Active {
				t.Errorf("%s is %s, want still registered", name, got)
			}
		}
	})
}

func caseC011(t *testing.T, c *Case) {
	list := numbersOf(c.rows(t, 0))
	c.line(t, 1, func(t *testing.T) {
		h := newHouse(t)
		for i, n := range list {
			abroad := door{"sheet with the country of the number", func(p person) answer {
				return h.csvRow([]string{"nom", "naissance", "telephone", "pays"}, []string{p.name, p.birth, p.phone, n.country})
			}}
			ways := append(h.doors(), abroad)
			if n.country != "NE" {
				ways = []door{abroad} // the other doors read numbers as the site's country does, and all sites lie in Niger
				if n.state == "ok" {
					n.state = "ok_foreign" // in words of a registry in Niger
				}
			}
			for i2, d := range ways {
				n.judge(t, h, d, strings.Join([]string{"Rakia", string(rune('A' + i)), string(rune('A' + i2))}, " "))
			}
		}
	})
	const old, new = "+22995123456", "+2290195123456"
	h := newHouse(t, niamey(t, "2023-03-01 12:00"))
	before := person{name: "Fadima Bello", birth: "1992-03-03", phone: old, functions: []string{"medical"}}
	h.mustTake(before)
	h.people()
	h.clock.Set(niamey(t, "2026-11-24 12:00"))
	c.line(t, 2, func(t *testing.T) {
		again := before
		again.phone = new
		h.in(t).mustTake(again)
		list := h.pairs()
		if len(list) != 1 || !slices.Contains(list[0].Reasons, "same-phone") || len(h.counted()) != 1 {
			t.Fatalf("got pairs %+v, want one with the same number", list)
		}
		check(t, h.Registry.MergePair(context.Background(), h.Operator(), list[0].ID))
		k := h.callUp(request{wanted: 3, urgent: true})
		h.text(old, "OUI")
		if got := h.invitation(k, before.name).State; got != reserve.Confirmed {
			t.Errorf("OUI from the old form: got %s, want confirmed", got)
		}
		h.text(new, "NON")
		if got := h.invitation(k, before.name).State; got != reserve.Released {
			t.Errorf("NON from the new form: got %s, want released", got)
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		if got := h.sent(old); len(got) != 0 {
			t.Errorf("got %q to the old form, want none", bodies(got))
		}
		if got := h.sent(new); len(got) != 3 {
			t.Errorf("got %q to the new form, want the question and two answers", bodies(got))
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h := newHouse(t)
		for _, d := range h.doors() {
			number{"95 12 34 56", "NE", "+22795123456", "ok"}.judge(t, h, d, "Zeina "+d.name)
		}
	})
}

func caseC025(t *testing.T, c *Case) {
	type file struct {
		Before []struct {
			Phone, Name string
			OptedOut    bool `json:"opted_out"`
			On          string
		}
		Rows []map[string]string
	}
	f := decode[file](t, c, 0)
	rows := [][]string{{"telephone", "nom", "commune"}}
	for _, r := range f.Rows {
		rows = append(rows, []string{r["telephone"], r["nom"], r["commune"]})
	}
	out := f.Before[0] // the one who said STOP
	start := func(t *testing.T) *house {
		h := newHouse(t, niamey(t, out.On+" 08:00"))
		for i, b := range f.Before {
			h.mustTake(person{name: b.Name, birth: []string{"1990-05-17", "1992-03-03"}[i], phone: b.Phone, functions: []string{"medical"}})
		}
		h.people()
		h.text(out.Phone, "STOP")
		h.clock.Set(niamey(t, "2026-11-24 12:00"))
		return h
	}
	h := start(t)
	stopped := func(t *testing.T, h *house) roll.Person {
		t.Helper()
		list := slices.DeleteFunc(h.people(), func(p roll.Person) bool { return p.Facts.Name.Reveal() != out.Name })
		for _, p := range list {
			if !p.Silenced || p.Reachable() != "" {
				t.Errorf("%s is no longer opted out", p.Facts.Name.Reveal())
			}
		}
		return list[0]
	}
	c.line(t, 1, func(t *testing.T) {
		other := start(t)
		other.load(csvOf(rows...), sheet.Choices{}, sheet.How{})
		stopped(t, other)
		h.in(t).load(csvOf(rows...), sheet.Choices{}, sheet.How{Update: true})
		kollo, _ := h.Gazetteer.Resolve("Kollo", "NE")
		if p := stopped(t, h); p.Facts.Place != kollo.Code {
			t.Errorf("got commune %q, want Kollo", p.Facts.Place)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		rep := start(t).load(csvOf(rows...), sheet.Choices{}, sheet.How{Update: true})
		if rep.Added != 1 || rep.Updated != 2 || rep.OptedOut != 1 {
			t.Errorf("got %d added, %d updated, %d opted out; want 1, 2, 1", rep.Added, rep.Updated, rep.OptedOut)
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t).mustTake(person{name: "Zeina Gora", birth: "1987-07-07", phone: out.Phone, functions: []string{"medical"}})
		before := len(h.sent(out.Phone))
		k := h.callUp(request{wanted: 20, urgent: true})
		h.pass(time.Hour)
		if got := bodies(h.sent(out.Phone))[before:]; len(got) != 0 {
			t.Errorf("got %q to a number under STOP", got)
		}
		if asked := names(h.invited(k)); !slices.Equal(asked, []string{f.Before[1].Name}) {
			t.Errorf("got %q asked, want only who may be texted", asked)
		}
		// By hand: a text of the coordinator's own, and a text to somebody who is checked in without having been asked.
		_, err := h.Calls.CheckIn(context.Background(), h.Operator(), checkIn(k, h.named(out.Name)))
		check(t, err)
		_, err = h.Calls.Message(context.Background(), h.Operator(), k.ID, "Venez au stade.")
		check(t, err)
		check(t, h.Calls.Close(context.Background(), h.Operator(), k.ID))
		h.pass(time.Hour)
		if got := bodies(h.sent(out.Phone))[before:]; len(got) != 0 {
			t.Errorf("picked by hand: got %q to a number under STOP", got)
		}
	})
	c.line(t, 4, func(t *testing.T) { start(t).lifted(out.Phone, out.Name, f.Before[1].Phone) })
}

// lifted takes STOP off a number: by others' words it stays, by START from it or by a member of staff it goes, and the person's
// history has both.
func (h *house) lifted(phone, name, other string) {
	h.t.Helper()
	h.text(other, "START")
	if !h.named(name).Silenced {
		h.t.Error("START from another number lifted it")
	}
	if err := h.Registry.Unsilence(context.Background(), h.staff("auditor", reserve.RoleAuditor), phone); reserve.KindOf(err) != reserve.Forbidden {
		h.t.Errorf("an auditor lifted it: %v", err)
	}
	history := func() []string {
		h.settle()
		page := h.signIn().page("/console/people/" + h.named(name).Volunteer.ID + "/history")
		var lines []string
		for _, row := range strings.Split(page, "<tr")[1:] {
			if strings.Contains(row, string(reserve.ActUnsilence)) {
				lines = append(lines, row)
			}
		}
		return lines
	}
	if got := history(); len(got) != 0 {
		h.t.Fatalf("got %q in the history, want nothing yet", got)
	}
	h.text(phone, "START")
	if got := history(); h.named(name).Silenced || len(got) != 1 || !strings.Contains(got[0], "device:simulator") || !strings.Contains(got[0], "12:00") {
		h.t.Errorf("START: got %q, want it lifted, with when and how", got)
	}
	h.text(phone, "STOP")
	desk := h.staff("desk", reserve.RoleDesk)
	check(h.t, h.Registry.Unsilence(context.Background(), desk, phone))
	if got := history(); h.named(name).Silenced || len(got) != 2 || !strings.Contains(got[1], desk.String()) {
		h.t.Errorf("a signed request: got %q, want it lifted by a named user", got)
	}
}
