package cases

import (
	"context"
	"strings"
	"testing"
	"time"

	"muster/internal/carrier/simulator"
	"muster/internal/reserve"
	"muster/internal/store"
)

func caseC038(t *testing.T, c *Case) {
	type sequence struct {
		Parts      int
		Events     []string
		AfterHours int `json:"after_hours"`
		Final      string
	}
	list := decode[[]sequence](t, c, 0)
	t.Run("each sequence but the one that nobody reports on", func(t *testing.T) {
		h := newHouse(t)
		people := h.crowd(len(list))
		k := h.callUp(request{wanted: len(list), limit: len(list), urgent: true})
		for _, p := range people {
			h.text(p.phone, "OUI")
		}
		h.Simulated.Set(simulator.Settings{DelayMS: 3_600_000}) // the network says nothing by itself
		for i, s := range list {
			if s.Final == "no receipt" {
				continue
			}
			text := h.tracked(k, people[i], s.Parts)
			for _, again := range []bool{false, true} {
				for _, e := range s.Events {
					h.post(report(text, e))
					if again { // any event a second time changes nothing
						h.post(report(text, e))
					}
				}
				if got := string(h.outbound(text).State); got != s.Final {
					t.Errorf("%d parts, %v, again %v: got %s, want %s", s.Parts, s.Events, again, got, s.Final)
				}
			}
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h := newHouse(t)
		p := h.crowd(1)[0]
		h.Simulated.Set(simulator.Settings{DelayMS: 3_600_000})
		k := h.callUp(request{wanted: 1, urgent: true})
		if i := h.invitation(k, p.name); i.ReachedAt != 0 || i.SentAt == 0 {
			t.Fatalf("got %+v, want it sent and no receipt yet", i)
		}
		h.pass(5 * time.Minute)
		h.post(simulator.Message{Kind: "text", ID: "yes", From: p.phone, Text: []byte("OUI"), SentAt: h.Now()})
		h.settle()
		asked := h.outbound(h.sent(p.phone)[0].Ref)
		if i := h.invitation(k, p.name); i.ReachedAt != store.Micros(h.Now()) || asked.State != store.Delivered {
			t.Errorf("got reached at %d, the text %s; want the answer to prove that it came", i.ReachedAt, asked.State)
		}
	})
}

// tracked sends a text of some parts to somebody who said yes and gives its reference.
func (h *house) tracked(k reserve.CallUp, p person, parts int) string {
	h.t.Helper()
	before := len(h.sent(p.phone))
	_, err := h.Calls.Message(context.Background(), h.Operator(), k.ID, reserve.Private(strings.Repeat("Le lieu change. ", 1+11*(parts-1))))
	check(h.t, err)
	h.settle()
	sent := h.sent(p.phone)[before:]
	if len(sent) != 1 || h.outbound(sent[0].Ref).Parts != parts {
		h.t.Fatalf("got %d texts of %d parts, want one of %d", len(sent), h.outbound(sent[0].Ref).Parts, parts)
	}
	return sent[0].Ref
}

func (h *house) outbound(ref string) (o store.Outbound) {
	h.t.Helper()
	check(h.t, h.Store.View(context.Background(), func(r *store.Read) (err error) {
		o, err = r.Outbound(ref)
		return err
	}))
	return o
}

// report is an event of the file as the carrier posts it.
func report(ref, event string) simulator.Message {
	m := simulator.Message{Kind: "report", Ref: ref, State: "sent"}
	if part, rest, ok := strings.Cut(event, " "); ok && strings.HasPrefix(part, "part") {
		m.Part, event = int(part[len(part)-1]-'0'), rest
	}
	switch event {
	case "delivered":
		m.State = "delivered"
	case "failed", "rejected later":
		m.State = "failed"
	}
	return m
}
