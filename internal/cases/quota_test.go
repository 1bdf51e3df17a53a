package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"muster/internal/callup"
	"muster/internal/carrier/simulator"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// checkIn is a check-in of a person as a desk asks for it.
func checkIn(k reserve.CallUp, p roll.Person) callup.At {
	return callup.At{CallUp: k.ID, Volunteer: p.Volunteer.ID}
}

// seats gives the invitations to a call-up by the number of who was asked.
func (h *house) seats(k reserve.CallUp) map[string]reserve.Invitation {
	h.t.Helper()
	out := map[string]reserve.Invitation{}
	for _, i := range h.invitations(k) {
		p, ok := h.Roll.Person(i.Volunteer)
		if !ok {
			h.t.Fatal("somebody who is in no roll was asked")
		}
		out[phonesOf(p)[0]] = i
	}
	return out
}

func caseC040(t *testing.T, c *Case) {
	type file struct{ Quota, Reserve, Invited int }
	f := decode[file](t, c, 0)
	h := newHouse(t)
	people := h.crowd(f.Invited + 3)
	k := h.callUp(request{wanted: f.Quota, limit: f.Quota, standby: f.Reserve, urgent: true})
	for range 60 {
		if len(h.invitations(k)) == len(people) {
			break
		}
		h.pass(30 * time.Minute)
	}
	if got := len(h.invitations(k)); got != len(people) {
		t.Fatalf("got %d invited, want %d", got, len(people))
	}
	first, late := people[:f.Invited], people[f.Invited:]
	sentBefore := map[string]int{}
	for _, p := range people {
		sentBefore[p.phone] = len(h.sent(p.phone))
	}
	most := h.rush(k, first)
	seats := h.seats(k)
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		if got := h.states(k); got[reserve.Confirmed] != f.Quota || got[reserve.OnStandby] != f.Reserve || got[reserve.TooLate] != f.Invited-f.Quota-f.Reserve {
			t.Errorf("got %v, want 20 accepted, 10 in reserve, 30 told that it is full", got)
		}
		if most > int64(f.Quota) {
			t.Errorf("somebody was shown %d accepted, want 20 at most", most)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		keys := map[reserve.InvitationState]string{reserve.Confirmed: "sms.seat", reserve.OnStandby: "sms.standby", reserve.TooLate: "sms.full"}
		for _, p := range first {
			back := bodies(h.sent(p.phone))[sentBefore[p.phone]:]
			if len(back) != 1 || !h.said(back[0], keys[seats[p.phone].State]) {
				t.Errorf("%s: got %q, want one reply that fits", seats[p.phone].State, back)
			}
		}
	})
	in := func(state reserve.InvitationState) (list []person) {
		for _, p := range first {
			if seats[p.phone].State == state {
				list = append(list, p)
			}
		}
		slices.SortFunc(list, func(a, b person) int { return int(seats[a.phone].Ticket - seats[b.phone].Ticket) })
		return list
	}
	accepted, waiting := in(reserve.Confirmed), in(reserve.OnStandby)
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		for _, p := range accepted[:5] {
			h.text(p.phone, "NON")
		}
		now := h.seats(k)
		for i, p := range waiting {
			want := reserve.OnStandby
			if i < 5 {
				want = reserve.Confirmed
			}
			back := bodies(h.sent(p.phone))
			if got := now[p.phone].State; got != want || (want == reserve.Confirmed) != h.said(back[len(back)-1], "sms.standby-up") {
				t.Errorf("number %d of the reserve: got %s and %q, want %s", i+1, got, back[len(back)-1], want)
			}
		}
		if got := h.states(k)[reserve.Confirmed]; got != f.Quota {
			t.Errorf("got %d accepted, want still %d", got, f.Quota)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t).restart()
		for _, p := range late {
			h.text(p.phone, "OUI")
		}
		var order []string
		check(t, h.Store.View(context.Background(), func(r *store.Read) error {
			list, err := r.InvitationsIn(k.Needs[0].ID, reserve.OnStandby)
			for _, i := range list {
				order = append(order, i.Volunteer)
			}
			return err
		}))
		var want []string
		for _, p := range append(slices.Clone(waiting[5:]), late...) {
			want = append(want, h.seats(k)[p.phone].Volunteer)
		}
		if !slices.Equal(order, want) {
			t.Errorf("got reserve %v, want the late ones behind the others: %v", order, want)
		}
	})
	c.line(t, 5, func(t *testing.T) {
		h.in(t).restart()
		if n := h.show(k); n.Confirmed != f.Quota || n.Confirmed != h.states(k)[reserve.Confirmed] || n.Standby != h.states(k)[reserve.OnStandby] {
			t.Errorf("got %d on the board and %d rows, want %d", n.Confirmed, h.states(k)[reserve.Confirmed], f.Quota)
		}
	})
}

// restart closes the node and opens it again on its folder.
func (h *house) restart() {
	h.t.Helper()
	check(h.t, h.Close())
	h.open()
	h.settle()
}

// rush posts a yes from every number at once, from sixteen workers, while others read what is shown; it gives the greatest count
// of accepted that anybody saw.
func (h *house) rush(k reserve.CallUp, people []person) int64 {
	h.t.Helper()
	token, _ := h.token("watcher", reserve.RoleCoordinator)
	session := h.signIn()
	var most atomic.Int64
	see := func(n int) {
		for was := most.Load(); int64(n) > was && !most.CompareAndSwap(was, int64(n)); was = most.Load() {
		}
	}
	yes := regexp.MustCompile(regexp.QuoteMeta("<dt>"+h.french().Text("console.yes-count")+"</dt><dd>") + `(\d+)</dd>`)
	done := make(chan struct{})
	var watching, working sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			var shown struct{ Needs []struct{ Confirmed int } }
			rec := h.sendAs(token, http.MethodGet, "/api/v1/callups/"+k.ID, "", "")
			if rec.Code != http.StatusOK || json.Unmarshal(rec.Body.Bytes(), &shown) != nil {
				h.t.Errorf("the call-up shows %d %s", rec.Code, rec.Body)
				return
			}
			see(shown.Needs[0].Confirmed)
			page := yes.FindStringSubmatch(unescape(session.ask(http.MethodGet, "/console/d/"+h.drive, nil).Body.String()))
			if page == nil {
				h.t.Error("the board does not say how many said yes")
				return
			}
			n, err := strconv.Atoi(page[1])
			if err != nil {
				h.t.Errorf("the board says %q", page[1])
			}
			see(n)
		}
	})
	jobs := make(chan int)
	for range 16 {
		working.Go(func() {
			for i := range jobs {
				body, err := json.Marshal(simulator.Message{Kind: "text", ID: fmt.Sprintf("rush-%d", i), From: people[i].phone, Text: []byte("OUI"), SentAt: h.Now()})
				rec := httptest.NewRecorder()
				r := httptest.NewRequest(http.MethodPost, "/channel/sms/simulator/"+h.CarrierSecret, strings.NewReader(string(body)))
				h.handler.ServeHTTP(rec, r)
				if err == nil && rec.Code == http.StatusOK {
					err = h.SMS.Drain(context.Background())
				}
				if err != nil || rec.Code != http.StatusOK {
					h.t.Errorf("a yes was answered %d, %v", rec.Code, err)
				}
			}
		})
	}
	for i := range people {
		jobs <- i
	}
	close(jobs)
	working.Wait()
	h.settle()
	close(done)
	watching.Wait()
	return most.Load()
}

func caseC049(t *testing.T, c *Case) {
	var in struct{ Events [][3]string }
	check(t, json.Unmarshal(c.Input, &in))
	h := newHouse(t, niamey(t, "2026-11-24 12:00"))
	ctx := context.Background()
	who := adult("Hadiza Noma")
	who.phone, who.functions = "+22790000091", []string{"medical"}
	h.mustTake(who)
	stranger := person{name: "Oumarou Sindi", birth: "1970-08-08", phone: "+22790000092", functions: []string{"logistics"}}
	h.mustTake(stranger)
	k := h.callUp(request{wanted: 5, urgent: true, by: niamey(t, "2026-11-26 18:00")})
	h.text(who.phone, "OUI")
	agents := map[string]reserve.Actor{"agent1": h.staff("agent1", reserve.RoleDesk), "agent2": h.staff("agent2", reserve.RoleDesk)}
	spells := func() (list []store.Spell) {
		h.t.Helper()
		id := h.invitation(k, who.name).ID
		check(h.t, h.Store.View(ctx, func(r *store.Read) (err error) {
			list, err = r.Spells(id)
			return err
		}))
		return list
	}
	did := func(n int) callup.CheckedIn {
		h.t.Helper()
		at, err := time.Parse(time.RFC3339Nano, in.Events[n][0])
		check(h.t, err)
		h.clock.Set(at)
		if in.Events[n][2] == "out" {
			_, err := h.Calls.CheckOut(ctx, agents[in.Events[n][1]], checkIn(k, h.named(who.name)))
			check(h.t, err)
			return callup.CheckedIn{}
		}
		out, err := h.Calls.CheckIn(ctx, agents[in.Events[n][1]], checkIn(k, h.named(who.name)))
		check(h.t, err)
		if out.Repeat {
			page := h.signInAs(agents["agent2"].ID).ask(http.MethodPost, "/console/callups/"+k.ID+"/check-in", url.Values{"volunteer": {h.named(who.name).Volunteer.ID}})
			if page.Code != http.StatusOK || !regexp.MustCompile(`07:58[^<]*agent1`).MatchString(page.Body.String()) {
				h.t.Errorf("the desk answers %d and does not say 07:58 and agent1", page.Code)
			}
		}
		return out
	}
	first := niamey(t, "2026-11-25 07:58:02").UnixMicro()
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		if got := did(0); got.Repeat || got.Since != first || got.By != agents["agent1"].ID {
			t.Errorf("got %+v, want a check-in at 07:58:02 by agent 1", got)
		}
		for _, n := range []int{1, 2} {
			if got := did(n); !got.Repeat || got.Since != first || got.By != agents["agent1"].ID {
				t.Errorf("tap %d: got %+v, want to hear since when and by whom", n+1, got)
			}
		}
		if got := spells(); len(got) != 1 {
			t.Errorf("got %d spells, want one", len(got))
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		if got := did(3); !got.Repeat || got.Since != first || got.By != agents["agent1"].ID || len(spells()) != 1 {
			t.Errorf("got %+v and %d spells, want the same answer and one", got, len(spells()))
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		did(4)
		did(5)
		got := spells()
		if len(got) != 2 || time.Duration(got[0].OutAt-got[0].InAt)*time.Microsecond != 8*time.Hour+time.Minute+58*time.Second || got[1].InAt < got[0].OutAt || got[1].OutAt != 0 {
			t.Errorf("got %+v, want two spells, the first of 8 h 01 min 58 s, apart", got)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		_, err := h.Calls.CheckOut(ctx, agents["agent1"], checkIn(k, h.named(stranger.name)))
		if reserve.KindOf(err) != reserve.Conflict {
			t.Errorf("a check-out without a check-in: got %v, want it refused", err)
		}
		early := checkIn(k, h.named(who.name))
		early.When = h.Now().Add(-time.Hour)
		if _, err := h.Calls.CheckOut(ctx, agents["agent1"], early); reserve.KindOf(err) != reserve.Conflict || spells()[1].OutAt != 0 {
			t.Errorf("a check-out before the check-in: got %v, want it refused", err)
		}
	})
	c.line(t, 5, func(t *testing.T) {
		h.in(t)
		got, err := h.Calls.CheckIn(ctx, agents["agent2"], checkIn(k, h.named(stranger.name)))
		check(t, err)
		if inv := h.invitation(k, stranger.name); !got.WalkIn || !inv.WalkIn || inv.AnsweredAt != 0 {
			t.Errorf("got %+v and %+v, want a check-in marked as one who never said yes", got, inv)
		}
	})
}
