package registry_test

import (
	"fmt"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
	"muster/internal/testkit"
)

// callUp opens a call-up with one need for so many, and asks these people for it.
func (n *node) callUp(wanted int, people ...roll.Person) (need string, asked map[string]string) {
	n.t.Helper()
	c := store.KeptCallUp{Sealed: []byte{1}, CallUp: reserve.CallUp{ID: store.PublicID(), Drive: "test-drive", State: reserve.CallUpOpen,
		ReportBy: store.Micros(n.clock.Now().Add(24 * time.Hour)), OpenedBy: "staff:d"}}
	c.Needs = []reserve.Need{{ID: store.PublicID(), CallUp: c.ID, Function: "medical", Wanted: wanted, ConfirmLimit: wanted, LimitFixed: true, StandbyMax: 5}}
	var list []store.Chosen
	for _, p := range people {
		list = append(list, store.Chosen{Volunteer: p.Volunteer.ID, Version: p.Volunteer.Version, Channel: "sms"})
	}
	n.change(func(tx *store.Tx) error { return tx.AddCallUp(&c) })
	n.change(func(tx *store.Tx) error { return tx.AddWave(&reserve.Wave{CallUp: c.ID, Need: c.Needs[0].ID}, list) })
	for did := true; did; {
		var err error
		if did, err = n.Store.WriteWave(ctx(), c.ID); err != nil {
			n.t.Fatal(err)
		}
	}
	need, asked = c.Needs[0].ID, map[string]string{}
	for _, p := range people {
		asked[p.Volunteer.ID] = n.invitation(need, p.Volunteer.ID).ID
	}
	return need, asked
}

func (n *node) invitation(need, volunteer string) (inv reserve.Invitation) {
	n.t.Helper()
	err := n.Store.View(ctx(), func(r *store.Read) (err error) {
		inv, _, err = r.InvitationOf(need, volunteer)
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return inv
}

func (n *node) yes(invitation string) reserve.Place {
	n.t.Helper()
	var place reserve.Place
	n.change(func(tx *store.Tx) (err error) {
		place, _, err = tx.TakeSeat(invitation, false)
		return err
	})
	return place
}

func (n *node) need(id string) (out reserve.Need) {
	n.t.Helper()
	err := n.Store.View(ctx(), func(r *store.Read) (err error) {
		out, err = r.Need(id)
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return out
}

func TestAMergeCountsOnePersonOnce(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		a, b, third := n.join(stranger(1)), n.join(stranger(2)), n.join(stranger(3))
		x, askedX := n.callUp(2, a, b, third)
		y, askedY := n.callUp(2, b)
		n.yes(askedX[a.Volunteer.ID])
		n.yes(askedY[b.Volunteer.ID])
		count := func(need string) (total int) {
			err := s.View(ctx(), func(r *store.Read) error {
				inv := n.invitation(need, a.Volunteer.ID)
				all, err := r.InvitationCounts(inv.CallUp)
				total = all[need].Total
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return total
		}
		if err := n.Merge(ctx(), desk("d"), a.Volunteer.ID, b.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		if got := n.need(x).Confirmed; got != 1 || count(x) != 2 || n.invitation(x, a.Volunteer.ID).State != reserve.Confirmed {
			t.Errorf("X: got %d confirmed and %d asked, want one acceptance and two people", got, count(x))
		}
		if n.invitation(y, a.Volunteer.ID).State != reserve.Confirmed || n.need(y).Confirmed != 1 {
			t.Errorf("Y: the seat did not come along")
		}
		if err := n.Unmerge(ctx(), desk("d"), b.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		if n.invitation(x, b.Volunteer.ID).State != reserve.Invited || n.invitation(y, b.Volunteer.ID).State != reserve.Confirmed || n.invitation(x, a.Volunteer.ID).State != reserve.Confirmed {
			t.Errorf("after undo the invitations are not as before")
		}
	})
}

func TestTwoSeatsOfOnePersonBecomeOneAndTheNextMovesUp(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		a, b, waits := n.join(stranger(1)), n.join(stranger(2)), n.join(stranger(3))
		need, asked := n.callUp(2, a, b, waits)
		for _, p := range []roll.Person{a, b, waits} {
			n.yes(asked[p.Volunteer.ID])
		}
		if got := n.invitation(need, waits.Volunteer.ID).State; got != reserve.OnStandby {
			t.Fatalf("got %s, want the third on stand-by", got)
		}
		if err := n.Merge(ctx(), desk("d"), a.Volunteer.ID, b.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		if got := n.need(need); got.Confirmed != 2 || got.Standby != 0 || n.invitation(need, waits.Volunteer.ID).State != reserve.Confirmed {
			t.Errorf("got %d confirmed and %d on stand-by, want the third moved up", got.Confirmed, got.Standby)
		}
	})
}

func TestWhoWithdrawsGivesTheirSeatAndEndsTheirEntries(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		a, b, waits := n.join(stranger(1)), n.join(stranger(2)), n.join(stranger(3))
		need, asked := n.callUp(1, a, waits)
		n.yes(asked[a.Volunteer.ID])
		n.yes(asked[waits.Volunteer.ID])
		h := store.Handover{ID: store.PublicID(), Drive: "test-drive", Recipient: "civil-protection", Purpose: "call-up", PreparedBy: "d", PreparedSession: []byte("s"),
			ExpiresAt: store.Micros(n.clock.Now().Add(time.Hour))}
		n.change(func(tx *store.Tx) error {
			if err := tx.AddHandover(h); err != nil {
				return err
			}
			return tx.AddEntries(h, []store.Entry{{Volunteer: a.Volunteer.ID, Entry: "e1"}, {Volunteer: b.Volunteer.ID, Entry: "e2"}, {Volunteer: waits.Volunteer.ID, Entry: "e3"}})
		})
		if err := n.Merge(ctx(), desk("d"), a.Volunteer.ID, b.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		if err := n.Withdraw(ctx(), reserve.Self(), a.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		if got := n.invitation(need, waits.Volunteer.ID).State; got != reserve.Confirmed {
			t.Errorf("got %s, want the seat given to the next", got)
		}
		err := s.View(ctx(), func(r *store.Read) error {
			standing, err := r.StandingEntries(h.ID)
			if got := fmt.Sprint(len(standing)); got != "1" {
				t.Errorf("got %s entries standing, want only that of who stays: both ids of the one person have ended", got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
