package sms_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"muster/internal/carrier/simulator"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
	"muster/internal/testkit"
)

// lines reads a case file of JSON lines.
func lines[T any](t *testing.T, name string) (out []T) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "cases", "files", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, v)
	}
	return out
}

func TestC031TwoMachinesTalking(t *testing.T) {
	type line struct{ ID, From, Text, At string }
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		for name, registered := range map[string]bool{"a stranger's number": false, "a number of somebody asked": true} {
			t.Run(name, func(t *testing.T) {
				h := newHouse(t, s, clock)
				people := h.crowd(31, 2, func(i int, p *roll.Person) {
					if i == 1 || !registered {
						p.Facts.Phones[0].E164 = reserve.Private(strings.Replace(testkit.CrowdPhone(100+i), "+22790", "+22791", 1))
					}
				})
				all := lines[line](t, "C031_loop.jsonl")
				human := ""
				for _, l := range all {
					if l.From != "+22790000031" {
						human = l.From
					}
				}
				if human != "" {
					people = append(people, h.crowd(500, 1, func(_ int, p *roll.Person) { p.Facts.Phones[0].E164 = reserve.Private(human) })...)
				}
				c := h.open(5, count(5), nil, 20*time.Hour)
				h.ask(c, people)
				before := len(h.sim.Sent("+22790000031", 0))
				for _, l := range all {
					at, err := time.Parse(time.RFC3339, l.At)
					if err != nil {
						t.Fatal(err)
					}
					clock.Set(at)
					h.sim.Post(simulator.Message{Kind: "text", ID: name + l.ID, From: l.From, Text: []byte(l.Text), SentAt: at})
					h.run()
				}
				if n := len(h.sim.Sent("+22790000031", 0)) - before; n > 2 {
					t.Errorf("automatic texts to the machine: got %d, want at most 2", n)
				}
				if fresh, unclear := h.inbox(); fresh != 0 || unclear < 40 {
					t.Errorf("inbox: got %d not handled and %d before a person, want 0 and the 40", fresh, unclear)
				}
				if n := h.show(c.ID); human != "" && n.Confirmed != 1 {
					t.Errorf("the other number's OUI: got %d confirmed, want 1", n.Confirmed)
				}
				clock.Add(48 * time.Hour)
				if err := h.callups.Close(t.Context(), h.boss, c.ID); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

func TestC033TheSameTextTwiceAndTwoInOneSecond(t *testing.T) {
	type line struct {
		ID      string    `json:"provider_id"`
		From    string    `json:"from"`
		SentAt  time.Time `json:"sent_at"`
		Text    string    `json:"text"`
		Arrives string    `json:"arrives"`
	}
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		for range 3 { // the gateway repeats all of it
			for _, l := range lines[line](t, "C033_inbound.jsonl") {
				h.sim.Post(simulator.Message{Kind: "text", ID: l.ID, From: l.From, Text: []byte(l.Text), SentAt: l.SentAt})
			}
			h.run()
		}
		rows := map[string]int{}
		err := s.View(t.Context(), func(r *store.Read) error {
			list, err := r.UnclearInbound(100)
			for range list {
				rows["unclear"]++
			}
			return err
		})
		// a1 with its copies, c1, the one without an id; b1 and b2 began registrations.
		if err != nil || rows["unclear"] != 3 {
			t.Errorf("messages that are no registration: got %d (%v), want 3", rows["unclear"], err)
		}
		p := phone{h, "+22790000052"}
		p.expect("Année de naissance")
		for _, name := range []string{"Hadiza", "Moussa"} {
			if name == "Moussa" {
				p.expect("Année de naissance")
			}
			for _, answer := range []string{"1998", "Gaya", "2", "1", "2"} {
				p.text(answer)
			}
			p.expect("Commune")
			p.expect("Que savez-vous faire")
			p.expect("Protection civile")
			p.expect("Croix-Rouge")
			p.expect("Votre numéro : ")
		}
		var regs []store.Registration
		if err := s.View(t.Context(), func(r *store.Read) (err error) {
			regs, err = r.Unopened("", 10)
			return err
		}); err != nil || len(regs) != 2 {
			t.Errorf("registrations: got %d (%v), want two", len(regs), err)
		}
	})
}

func TestC034BrokenBytes(t *testing.T) {
	type line struct {
		ID, From, Expect string
		JSON             *string `json:"text_json"`
		Base64           []byte  `json:"text_base64"`
	}
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		people := h.crowd(61, 6, nil)
		c := h.open(6, count(6), nil, 5*time.Hour)
		h.ask(c, people)
		want := map[string]string{}
		for _, l := range lines[line](t, "C034_bytes.jsonl") {
			body := l.Base64
			if l.JSON != nil {
				body = []byte(*l.JSON)
			}
			h.sim.Post(simulator.Message{Kind: "text", ID: l.ID, From: l.From, Text: body, SentAt: clock.Now()})
			want[l.From] = l.Expect
		}
		h.run()
		if fresh, _ := h.inbox(); fresh != 0 {
			t.Errorf("%d texts were not handled", fresh)
		}
		for i, p := range people {
			var inv reserve.Invitation
			if err := s.View(t.Context(), func(r *store.Read) (err error) {
				inv, _, err = r.InvitationOf(c.Needs[0].ID, p.Volunteer.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			got := "yes"
			if inv.State != reserve.Confirmed {
				got = "unclear"
			}
			if w := want[testkit.CrowdPhone(61+i)]; !strings.Contains(w, got) {
				t.Errorf("t%d: got %s, want %s", i+1, got, w)
			}
		}
		list, err := h.callups.UnclearList(t.Context(), h.boss, 10)
		if err != nil || len(list) == 0 {
			t.Fatalf("unclear texts: got %d (%v)", len(list), err)
		}
		for _, u := range list {
			if !utf8.ValidString(u.Text.Reveal()) || strings.ContainsRune(u.Text.Reveal(), 0) || u.Number == "" || strings.Contains(u.Number, "0000") {
				t.Errorf("shown: got %q from %q, want readable text and a masked number", u.Text.Reveal(), u.Number)
			}
		}
	})
}
