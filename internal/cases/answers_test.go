package cases

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"muster/internal/callup"
	"muster/internal/carrier/simulator"
	"muster/internal/reserve"
	"muster/internal/store"
)

func caseC027(t *testing.T, c *Case) {
	type reply struct {
		Text  string   `json:"text"`
		Allow []string `json:"allow"`
	}
	list := decodeLines[reply](t, c, 0)
	h := newHouse(t)
	people := h.crowd(len(list))
	k := h.callUp(request{wanted: len(list), urgent: true})
	if got := len(h.invited(k)); got != len(list) {
		t.Fatalf("got %d invited, want %d", got, len(list))
	}
	for i, r := range list {
		h.text(people[i].phone, r.Text)
	}
	read := func(i int) string { return means(h.invitation(k, people[i].name).State) }
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		for i, r := range list {
			if got := read(i); !slices.Contains(r.Allow, got) {
				t.Errorf("%q: got %s, want %v", r.Text, got, r.Allow)
			}
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		yes := 0
		for i, r := range list {
			got := read(i)
			if got == "yes" {
				yes++
			}
			if got == "yes" && !slices.Contains(r.Allow, "yes") {
				t.Errorf("%q counts as a yes", r.Text)
			}
		}
		if n := h.show(k); n.Confirmed+n.Standby+n.Full != yes || yes == 0 {
			t.Errorf("the board counts %d confirmed and %d on stand-by, want %d in all", n.Confirmed, n.Standby, yes)
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		waiting := map[string]callup.Unclear{}
		for _, u := range h.unclear() {
			waiting[u.Volunteer] = u
		}
		var open []callup.Unclear
		for i, r := range list {
			if read(i) != "unclear" {
				continue
			}
			u, ok := waiting[h.named(people[i].name).Volunteer.ID]
			if !ok || u.Text.Reveal() != r.Text || u.Invitation == "" {
				t.Errorf("%q is not before a person: %v %+v", r.Text, ok, u)
			}
			open = append(open, u)
			h.text(people[i].phone, r.Text+" ")
			h.text(people[i].phone, r.Text+"  ")
			if hints := len(h.sent(people[i].phone)) - 1; hints > 1 {
				t.Errorf("%q: got %d texts back, want at most one", r.Text, hints)
			}
		}
		s := h.signIn()
		page := s.page("/console/d/" + h.drive + "/unclear")
		for i, meaning := range []reserve.Meaning{reserve.MeansYes, reserve.MeansNo} {
			tap := "/console/d/" + h.drive + "/unclear/" + open[i].Inbox
			if rec := s.ask(http.MethodPost, tap, url.Values{"meaning": {string(meaning)}}); !strings.Contains(page, tap) || rec.Code != http.StatusSeeOther {
				t.Errorf("one tap for %s: got %d", meaning, rec.Code)
			}
		}
		for i, want := range []string{"yes", "no"} {
			if got := means(h.invitation(k, nameOf(h, open[i].Volunteer)).State); got != want {
				t.Errorf("after one tap: got %s, want %s", got, want)
			}
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		for i, r := range list {
			box := h.inbox(people[i].name)
			if len(box) == 0 || !bytes.Equal(h.received(box[0]), []byte(r.Text)) {
				t.Errorf("%q is not kept as received", r.Text)
			}
		}
	})
	c.line(t, 5, func(t *testing.T) {
		h.in(t)
		want := map[string]string{"1": "yes", "١": "yes", "2": "no", "٢": "no", "12": "unclear"}
		for i, r := range list {
			if w, ok := want[r.Text]; ok && r.Text != "12" {
				if got := read(i); got != w {
					t.Errorf("%q: got %s, want %s", r.Text, got, w)
				}
				delete(want, r.Text)
			}
		}
		i := slices.IndexFunc(list, func(r reply) bool { return r.Text == "12" })
		if u := h.inbox(people[i].name); len(want) != 1 || len(u) == 0 || !strings.HasPrefix(u[0].Reading, "unclear") {
			t.Errorf("12: got %+v, want it unclear", u)
		}
	})
}

func nameOf(h *house, volunteer string) string {
	p, _ := h.Roll.Person(volunteer)
	return p.Facts.Name.Reveal()
}

func caseC029(t *testing.T, c *Case) {
	var in struct {
		Person string
		Events [][2]string
	}
	check(t, json.Unmarshal(c.Input, &in))
	h := newHouse(t, niamey(t, "2026-11-24 07:00"))
	main := adult("Tahirou Abdou")
	main.phone, main.functions = in.Person, []string{"medical"}
	h.mustTake(main)
	people := h.crowd(4)
	at := func(clock string) { h.clock.Set(niamey(t, "2026-11-24 "+clock)); h.settle() }
	at(in.Events[0][0])
	a := h.callUp(request{wanted: 20, urgent: true, place: "Niamey", by: niamey(t, "2026-11-25 08:00")})
	at(in.Events[1][0])
	b := h.callUp(request{wanted: 20, urgent: true, place: "Dosso", by: niamey(t, "2026-11-25 08:00")})
	if a.Code != "A" || b.Code != "B" {
		t.Fatalf("got codes %s and %s, want A and B", a.Code, b.Code)
	}
	states := func(name string) string {
		return means(h.invitation(a, name).State) + " " + means(h.invitation(b, name).State)
	}
	text := func(i int) {
		clock, said, _ := strings.Cut(in.Events[i][0]+"|"+in.Events[i][1], "|text: ")
		at(clock)
		h.text(in.Person, said)
	}
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		before := len(h.sent(in.Person))
		text(2)
		if got := states(main.name); got != "unclear unclear" {
			t.Errorf("OUI: got %s, want neither", got)
		}
		back := bodies(h.sent(in.Person))[before:]
		if len(back) != 1 || !strings.Contains(back[0], "1 A") || !strings.Contains(back[0], "1 B") {
			t.Errorf("got %q back, want one question that names both", back)
		}
		if !slices.ContainsFunc(h.unclear(), func(u callup.Unclear) bool { return u.Text.Reveal() == "OUI" && u.Name.Reveal() == main.name }) {
			t.Error("the coordinator does not see it as open")
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		for i, said := range []string{"A OUI", "A1", "a 1", "OUI A"} {
			h.text(people[i].phone, said)
			if got := states(people[i].name); got != "yes unclear" {
				t.Errorf("%q: got %s, want yes to A alone", said, got)
			}
		}
		text(3)
		if got := states(main.name); got != "yes unclear" {
			t.Errorf("OUI A: got %s, want yes to A alone", got)
		}
		text(4)
		if got := states(main.name); got != "yes no" {
			t.Errorf("B2: got %s, want B refused and A kept", got)
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		at("12:00")
		check(t, h.Calls.Close(context.Background(), h.Operator(), a.ID))
		check(t, h.Calls.Close(context.Background(), h.Operator(), b.ID))
		at("13:00")
		third := h.callUp(request{wanted: 20, urgent: true, by: niamey(t, "2026-11-25 18:00")})
		if third.Code == "A" || third.Code == "B" {
			t.Fatalf("got code %s again", third.Code)
		}
		text(7)
		if got := h.invitation(third, main.name).State; got != reserve.Invited {
			t.Errorf("A OUI moved the invitation to C: %s", got)
		}
		check(t, h.Calls.Close(context.Background(), h.Operator(), third.ID))
		h.clock.Add(7*24*time.Hour - time.Hour)
		again := h.callUp(request{wanted: 20, urgent: true})
		if slices.Contains([]string{"A", "B", third.Code}, again.Code) {
			t.Errorf("got code %s within seven days", again.Code)
		}
		check(t, h.Calls.Close(context.Background(), h.Operator(), again.ID))
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		h.clock.Add(time.Hour)
		only := h.callUp(request{wanted: 20, urgent: true})
		h.text(in.Person, "OUI")
		if got := h.invitation(only, main.name).State; got != reserve.Confirmed {
			t.Errorf("OUI with one call-up open: got %s, want confirmed", got)
		}
	})
}

// loopText is a line of C031 or C033.
type loopText struct {
	ID, From, Text string
	At             time.Time
}

func caseC031(t *testing.T, c *Case) {
	list := decodeLines[loopText](t, c, 0)
	h := newHouse(t, list[0].At.Add(-time.Hour))
	machine, other := adult("Moussa Issa"), adult("Rakia Labo")
	machine.phone, machine.functions = "+22790000031", []string{"medical"}
	other.phone, other.functions = "+22790000032", []string{"medical"}
	other.birth = "1999-10-10"
	h.mustTake(machine)
	h.mustTake(other)
	k := h.callUp(request{wanted: 5, urgent: true})
	invited := len(h.sent(machine.phone))
	var answered time.Time
	for _, m := range list {
		h.clock.Set(m.At)
		h.post(simulator.Message{Kind: "text", ID: m.ID, From: m.From, Text: []byte(m.Text), SentAt: m.At})
		h.settle()
		if m.From == other.phone {
			answered = h.sent(other.phone)[len(h.sent(other.phone))-1].At
		}
	}
	h.pass(time.Hour)
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		texts := map[string]bool{}
		for _, m := range list {
			texts[m.Text] = true
		}
		if got := len(h.sent(machine.phone)) - invited; got > 2 || len(texts) != 41 {
			t.Errorf("got %d texts back to %d unlike ones, want at most two", got, len(texts))
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		box := h.inbox(machine.name)
		for _, row := range box {
			if row.State != store.InboxUnclear {
				t.Errorf("a text is %s, want unclear", row.State)
			}
		}
		if got := len(box) + len(h.inbox(other.name)); got != 41 {
			t.Errorf("got %d kept, want 41", got)
		}
		if !slices.ContainsFunc(h.unclear(), func(u callup.Unclear) bool { return u.Name.Reveal() == machine.name && u.Machine }) {
			t.Error("the number is not before a person, marked as a machine")
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		if got := h.invitation(k, other.name).State; got != reserve.Confirmed {
			t.Errorf("the OUI in the middle: got %s, want confirmed", got)
		}
		if late := answered.Sub(time.Date(2026, 11, 24, 13, 1, 38, 0, time.UTC)); late < 0 || late > time.Minute {
			t.Errorf("answered %s after the OUI, want at once", late)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		before := len(h.sent(""))
		for _, own := range []string{ownNumber, "90 00 99 99", ownCode} {
			h.post(simulator.Message{Kind: "text", ID: "echo " + own, From: own, Text: []byte("AIDE"), SentAt: h.Now()})
			h.settle()
		}
		if got := bodies(h.sent(""))[before:]; len(got) != 0 {
			t.Errorf("got %q, want nothing sent to ourselves", got)
		}
	})
}

func caseC034(t *testing.T, c *Case) {
	type text struct {
		ID     string  `json:"id"`
		From   string  `json:"from"`
		JSON   *string `json:"text_json"`
		Base64 string  `json:"text_base64"`
		Expect string  `json:"expect"`
	}
	list := decodeLines[text](t, c, 0)
	h := newHouse(t)
	raw := func(m text) []byte {
		if m.JSON != nil {
			return []byte(*m.JSON)
		}
		b, err := base64.StdEncoding.DecodeString(m.Base64)
		check(t, err)
		return b
	}
	people := map[string]string{}
	for i, m := range list {
		p := person{name: []string{"Hadiza Noma", "Issoufou Gani", "Fadima Bello", "Oumarou Sindi", "Rakia Labo", "Zeina Gora"}[i], birth: fmt.Sprintf("19%d-03-1%d", 70+3*i, i), phone: m.From, functions: []string{"medical"}}
		people[m.ID] = p.name
		h.mustTake(p)
	}
	k := h.callUp(request{wanted: 20, urgent: true})
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		for _, m := range list {
			h.post(simulator.Message{Kind: "text", ID: m.ID, From: m.From, Text: raw(m), SentAt: h.Now()}) // 200, or the test ends
		}
		h.settle()
		for _, m := range list {
			box := h.inbox(people[m.ID])
			if len(box) != 1 || !bytes.Equal(h.received(box[0]), raw(m)) {
				t.Fatalf("%s: got %d kept, want the one, byte for byte", m.ID, len(box))
			}
			clean := reserve.CleanText(raw(m))
			if bad := !utf8.Valid(raw(m)); bad && !strings.ContainsRune(clean, utf8.RuneError) || !utf8.ValidString(clean) {
				t.Errorf("%s reads as %q, want U+FFFD for what cannot be read", m.ID, clean)
			}
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		for _, m := range list {
			if got := means(h.invitation(k, people[m.ID]).State); !slices.Contains(strings.Split(m.Expect, "|"), got) {
				t.Errorf("%s: got %s, want %s", m.ID, got, m.Expect)
			}
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		last := h.invitation(k, people["t6"])
		if last.State != reserve.Confirmed || last.AnsweredAt != store.Micros(h.Now()) {
			t.Errorf("got %s at %d, want confirmed at once", last.State, last.AnsweredAt)
		}
		h.pass(5 * time.Minute)
		for id, name := range people {
			if got := h.inbox(name); len(got) != 1 || got[0].State == store.InboxNew {
				t.Errorf("%s: got %+v, want it handled once", id, got)
			}
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		text, err := json.Marshal(h.unclear())
		check(t, err)
		h.readable("the list of unclear texts", string(text))
		s := h.signIn()
		for _, path := range []string{"/console/d/" + h.drive, "/console/d/" + h.drive + "/people", "/console/d/" + h.drive + "/unclear", "/console/callups/" + k.ID} {
			h.readable(path, s.page(path))
		}
		for _, name := range people {
			h.readable("the page of a person", s.page("/console/people/"+h.named(name).Volunteer.ID))
		}
		h.readable("the list as a file", string(h.export(h.people()...)))
	})
}

// readable looks for bytes that no text may hold.
func (h *house) readable(what, text string) {
	h.t.Helper()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }) {
		h.t.Errorf("%s holds what is no text: %q", what, text)
	}
}
