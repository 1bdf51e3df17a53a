package cases

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"muster/internal/callup"
	"muster/internal/carrier/simulator"
	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// request is a call-up to open; what is empty is medical care, in a day's time.
type request struct {
	wanted   int
	limit    int // fixed limit on confirmations; 0 leaves it to the planner
	standby  int // fixed number on stand-by; 0 leaves the default
	urgent   bool
	function string
	place    string
	by       time.Time
}

// callUp opens a call-up as the operator, and lets everything that is due happen.
func (h *house) callUp(r request) reserve.CallUp {
	h.t.Helper()
	insured := false
	need := reserve.NeedRequest{Function: r.function, Wanted: r.wanted, AssemblyPoint: r.place}
	if need.Function == "" {
		need.Function = "medical"
	}
	if need.AssemblyPoint == "" {
		need.AssemblyPoint = "Stade de Niamey"
	}
	if r.limit > 0 {
		need.ConfirmLimit = &r.limit
	}
	if r.standby > 0 {
		need.StandbyMax = &r.standby
	}
	if r.by.IsZero() {
		r.by = h.Now().Add(24 * time.Hour)
	}
	req := reserve.CallUpRequest{Drive: h.drive, Needs: []reserve.NeedRequest{need}, ReportBy: r.by, Urgent: r.urgent,
		Risk: reserve.Risk{Hazards: "eau", Equipment: "bottes", Insurance: &insured, Refund: "transport", Contact: "+22720000000"}}
	if r.urgent {
		req.Reason = "inondation"
	}
	k, err := h.Calls.Open(context.Background(), h.Operator(), req)
	check(h.t, err)
	h.settle()
	return k
}

// settle lets everything happen that is due now.
func (h *house) settle() {
	h.t.Helper()
	check(h.t, h.Settle(context.Background()))
}

// pass moves the clock in steps of a minute and lets what becomes due happen.
func (h *house) pass(d time.Duration) {
	h.t.Helper()
	for end := h.Now().Add(d); h.Now().Before(end); {
		h.clock.Add(min(time.Minute, end.Sub(h.Now())))
		h.settle()
	}
}

// invitations gives who is asked for a call-up.
func (h *house) invitations(k reserve.CallUp) (list []reserve.Invitation) {
	h.t.Helper()
	check(h.t, h.Store.View(context.Background(), func(r *store.Read) (err error) {
		list, err = r.InvitationsTo(k.ID, "", 1000)
		return err
	}))
	return list
}

// invited gives the people who are asked for a call-up.
func (h *house) invited(k reserve.CallUp) []roll.Person {
	h.t.Helper()
	var out []roll.Person
	for _, i := range h.invitations(k) {
		p, ok := h.Roll.Person(i.Volunteer)
		if !ok {
			h.t.Fatal("somebody who is in no roll was asked")
		}
		out = append(out, p)
	}
	return out
}

// states counts the invitations to a call-up by state.
func (h *house) states(k reserve.CallUp) map[reserve.InvitationState]int {
	h.t.Helper()
	out := map[reserve.InvitationState]int{}
	for _, i := range h.invitations(k) {
		out[i.State]++
	}
	return out
}

// invitation gives one person's invitation to a call-up.
func (h *house) invitation(k reserve.CallUp, name string) reserve.Invitation {
	h.t.Helper()
	p := h.named(name)
	list := slices.DeleteFunc(h.invitations(k), func(i reserve.Invitation) bool { return i.Volunteer != p.Volunteer.ID })
	if len(list) != 1 {
		h.t.Fatalf("%s has %d invitations, want one", name, len(list))
	}
	return list[0]
}

// text sends a text from a phone, a second after whatever was before, and lets it be handled.
func (h *house) text(from, text string) {
	h.t.Helper()
	h.clock.Add(time.Second)
	h.Simulated.Text(from, text)
	h.settle()
}

// sent gives the texts that went to a number.
func (h *house) sent(to string) []simulator.Sent { return h.Simulated.Sent(to, 0) }

func bodies(list []simulator.Sent) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.Text
	}
	return out
}

// inbox gives what a person sent, the oldest first.
func (h *house) inbox(name string) (list []store.Inbound) {
	h.t.Helper()
	id := h.named(name).Volunteer.ID
	check(h.t, h.Store.View(context.Background(), func(r *store.Read) (err error) {
		list, err = r.InboundOf(id, 1000)
		return err
	}))
	slices.Reverse(list)
	return list
}

// received gives the bytes of a text as they came in.
func (h *house) received(row store.Inbound) []byte {
	h.t.Helper()
	plain, err := h.Store.NewOpener(h.Vault).Open(context.Background(), row.Epoch, store.InboxPlace(row.ID), row.Sealed)
	check(h.t, err)
	_, _, body, err := store.UnpackInbound(plain)
	check(h.t, err)
	return body
}

// unclear gives what waits for a person to read it.
func (h *house) unclear() []callup.Unclear {
	h.t.Helper()
	list, err := h.Calls.UnclearList(context.Background(), h.Operator(), 1000)
	check(h.t, err)
	return list
}

// post gives the door of texts what a carrier would, and wants it taken.
func (h *house) post(m simulator.Message) {
	h.t.Helper()
	body, err := json.Marshal(m)
	check(h.t, err)
	rec := h.send(http.MethodPost, "/channel/sms/simulator/"+h.CarrierSecret, "application/json", string(body))
	if rec.Code != http.StatusOK {
		h.t.Fatalf("the door of texts answered %d %s", rec.Code, rec.Body)
	}
}

// said reports whether a text is a sentence of the catalogue, whatever fills it.
func (h *house) said(text, key string) bool { return matches(lang.Plain(h.french().Text(key)), text) }

// heard counts the texts to a number that are a sentence of the catalogue.
func (h *house) heard(to, key string) int {
	n := 0
	for _, s := range h.sent(to) {
		if h.said(s.Text, key) {
			n++
		}
	}
	return n
}

// show gives a call-up as the board shows it.
func (h *house) show(k reserve.CallUp) callup.NeedView {
	h.t.Helper()
	v, err := h.Calls.Show(context.Background(), h.Operator(), k.ID)
	check(h.t, err)
	return v.Needs[0]
}

// means is how a text was read, by what became of the invitation.
func means(state reserve.InvitationState) string {
	switch state {
	case reserve.Confirmed, reserve.OnStandby, reserve.TooLate:
		return "yes"
	case reserve.Declined, reserve.Released:
		return "no"
	case reserve.Invited:
		return "unclear"
	}
	return string(state)
}

// dialogueTexts is how many texts a registration by text takes, a second each.
const dialogueTexts = 7

// sms registers by text: a dialogue from a phone of its own. A question that comes again is a fault of what was answered.
func (h *house) sms(p person) answer {
	h.t.Helper()
	phone := h.number()
	birth := p.birth
	if parts := strings.Split(birth, "-"); len(parts) == 3 {
		birth = parts[2] + "/" + parts[1] + "/" + parts[0]
	}
	a := answer{faults: map[string]string{}}
	for _, said := range []string{"INSCRIRE", p.name, birth, "Gaya", "5", "non", "non"} {
		h.text(phone, said)
		texts := bodies(h.sent(phone))
		if len(texts) == 0 {
			h.t.Fatal("INSCRIRE was not answered")
		}
		a.body = texts[len(texts)-1]
		switch again := h.said(a.body, "sms.join-again"); {
		case h.said(a.body, "sms.join-done"):
			a.taken = true
		case h.said(a.body, "sms.join-done-pending"):
			a.taken, a.pending = true, true
		case h.said(a.body, "sms.join-under-age"):
			a.faults["birth"] = "under-age"
		case again && strings.HasSuffix(a.body, lang.Plain(h.french().Text("sms.join-name"))):
			a.faults["name"] = "asked-again"
		case again && strings.HasSuffix(a.body, lang.Plain(h.french().Text("sms.join-birth"))):
			a.faults["birth"] = "asked-again"
		case again:
			h.t.Fatalf("%q is answered with %q", said, a.body)
		}
		if a.taken || len(a.faults) > 0 {
			return a
		}
	}
	h.t.Fatalf("the dialogue ends with %q", a.body)
	return a
}

// allDoors are the doors of doors and the dialogue by text, which takes a name and a birth but no number.
func (h *house) allDoors() []door { return append(h.doors(), door{"sms", h.sms}) }
