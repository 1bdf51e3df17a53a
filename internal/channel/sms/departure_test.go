package sms_test

import (
	"strings"
	"testing"
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

// allYes opens a call-up, puts it to n people and lets all of them say yes.
func (h *house) allYes(wanted, n int, limit, standby *int) reserve.CallUp {
	h.t.Helper()
	people := h.crowd(1, n, nil)
	c := h.open(wanted, limit, standby, 5*time.Hour)
	h.ask(c, people)
	for i := 1; i <= n; i++ {
		h.phone(i).text("oui")
	}
	return c
}

// has counts the texts of the phones 1 to n that hold some words.
func (h *house) has(n int, words string) (count int) {
	for i := 1; i <= n; i++ {
		count += strings.Count(strings.Join(h.sim.Phone(testkit.CrowdPhone(i)), "\n"), words)
	}
	return count
}

func (h *house) before(c reserve.CallUp, d time.Duration) {
	h.t.Helper()
	h.clock.Set(store.Time(c.ReportBy).Add(-d))
	h.run()
}

func TestWhoDoesNotComeAfterAllGivesThePlaceToTheNext(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		c := h.allYes(4, 6, count(4), count(2))
		h.before(c, 100*time.Minute)
		if n := h.has(6, "Venez-vous toujours"); n != 0 {
			t.Errorf("asked too early: %d texts", n)
		}
		h.before(c, 90*time.Minute)
		if n := h.has(6, "Venez-vous toujours"); n != 4 {
			t.Errorf("asked whether they still come: got %d texts, want 4, the confirmed", n)
		}
		h.phone(1).text("2")
		if n := h.has(1, "votre place pour A va à une autre personne"); n != 1 {
			t.Error("who gave the place back was not told")
		}
		if n := h.has(6, "une place se libère"); n != 1 {
			t.Errorf("a place given back: %d were told to come, want 1", n)
		}
		h.phone(2).text("oui")
		list := h.calls(c)
		if len(list) != 0 {
			t.Errorf("to be rung at once: got %d, want nobody", len(list))
		}
		h.pass(18*time.Minute, 9*time.Minute)
		list = h.calls(c)
		if len(list) != 2 || !list[0].Departure || !list[1].Departure {
			t.Fatalf("to be rung after a quarter of an hour: got %+v, want the two silent ones, marked", list)
		}
		for i, outcome := range []callup.CallOutcome{callup.CallNobody, callup.CallYes} {
			if err := h.callups.RecordCall(t.Context(), h.boss, list[i].Invitation, outcome); err != nil {
				t.Fatal(err)
			}
		}
		if again := h.calls(c); len(again) != 1 || again[0].Invitation != list[0].Invitation {
			t.Errorf("to be rung again: got %+v, want the one who did not pick up", again)
		}
		if err := h.callups.RecordCall(t.Context(), h.boss, list[0].Invitation, callup.CallNo); err != nil {
			t.Fatal(err)
		}
		h.run()
		if n := h.has(6, "une place se libère"); n != 2 {
			t.Errorf("two places given back: %d were told to come, want 2", n)
		}
		h.pass(40*time.Minute, 10*time.Minute)
		if n := h.has(6, "Venez-vous toujours"); n != 6 {
			t.Errorf("asked in all: got %d texts, want 6, each once, those who moved up as well", n)
		}
		h.before(c, 0)
		if list := h.calls(c); len(list) != 0 {
			t.Errorf("to be rung after the hour: got %d, want nobody", len(list))
		}
		if v := h.show(c.ID); v.Confirmed != 4 || v.Standby != 0 {
			t.Errorf("got %d confirmed and %d on stand-by, want 4 and 0", v.Confirmed, v.Standby)
		}
	})
}

func (h *house) calls(c reserve.CallUp) []callup.ToCall {
	h.t.Helper()
	list, err := h.callups.CallList(h.t.Context(), h.boss, c.ID, 20)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// A yes to the question is counted in the planner's expectation; a silence lowers it, and those on stand-by move up while they
// can still be there.
func TestSilenceAtDepartureLetsStandbyMoveUpInTime(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		c := h.allYes(8, 24, nil, count(8))
		start := h.show(c.ID)
		if start.Standby == 0 {
			t.Fatalf("nobody on stand-by at the start: %+v", start)
		}
		h.before(c, 90*time.Minute)
		asked := h.show(c.ID)
		h.pass(55*time.Minute, 11*time.Minute)
		silent := h.show(c.ID)
		if silent.ConfirmLimit <= asked.ConfirmLimit || silent.Confirmed <= asked.Confirmed || silent.Confirmed > silent.ConfirmLimit {
			t.Errorf("limit %d with %d confirmed when asked, %d with %d after silence, while there is time to set out: want more of both", asked.ConfirmLimit, asked.Confirmed, silent.ConfirmLimit, silent.Confirmed)
		}
		if told := h.has(24, "une place se libère"); told != silent.Confirmed-start.Confirmed {
			t.Errorf("moved up: %d, told so: %d", silent.Confirmed-start.Confirmed, told)
		}
		h.pass(35*time.Minute, 7*time.Minute)
		last := h.show(c.ID)
		h.pass(time.Hour, 30*time.Minute)
		if after := h.show(c.ID); after.ConfirmLimit != last.ConfirmLimit || after.Confirmed != last.Confirmed {
			t.Errorf("an hour after the deadline: limit %d with %d confirmed, want %d and %d as at the deadline", after.ConfirmLimit, after.Confirmed, last.ConfirmLimit, last.Confirmed)
		}
	})
}
