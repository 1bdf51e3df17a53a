package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

var seatAct = reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActAnswer}

// stage is an open call-up with one need and a number of people asked.
type stage struct {
	callup, need string
	asked        []string // invitation ids
	people       []string
}

func setStage(t *testing.T, s *store.Store, people, limit, standby int) stage {
	t.Helper()
	st := stage{callup: store.PublicID(), need: store.PublicID()}
	change(t, s, func(tx *store.Tx) error {
		c := store.KeptCallUp{CallUp: reserve.CallUp{ID: st.callup, Drive: "d", ReportBy: tx.Now() + 8*3600_000_000, OpenedBy: "x", OpenedAt: tx.Now(),
			Needs: []reserve.Need{{ID: st.need, Function: "medical", Wanted: limit, ConfirmLimit: limit, LimitFixed: true, StandbyMax: standby}}}, Sealed: []byte{1}, NextStepAt: tx.Now()}
		return tx.AddCallUp(&c)
	})
	for len(st.people) < people {
		n := min(50, people-len(st.people))
		change(t, s, func(tx *store.Tx) error {
			var list []store.Chosen
			for range n {
				v := reserve.Volunteer{ID: store.PublicID(), Drive: "d", Site: "gaya", State: reserve.Active, Channel: reserve.ChannelAPI, Salt: []byte{1}, Offers: []reserve.Offer{{Function: "medical"}}}
				if err := tx.AddVolunteer(v); err != nil {
					return err
				}
				list = append(list, store.Chosen{Volunteer: v.ID, Version: 1, Channel: "sms"})
			}
			made, err := tx.AddInvitations(st.callup, st.need, list)
			for _, inv := range made {
				st.asked, st.people = append(st.asked, inv.ID), append(st.people, inv.Volunteer)
			}
			return err
		})
	}
	return st
}

func change(t testing.TB, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Change(t.Context(), seatAct, fn); err != nil {
		t.Fatal(err)
	}
}

// yes answers for an invitation, as the call-up does.
func yes(ctx context.Context, s *store.Store, invitation string) (place reserve.Place, err error) {
	for {
		err = s.Change(ctx, seatAct, func(tx *store.Tx) error {
			var repeat bool
			place, repeat, err = tx.TakeSeat(invitation, false)
			if err == nil && repeat {
				return store.ErrNothing
			}
			return err
		})
		if !errors.Is(err, store.ErrMoved) {
			break
		}
	}
	if errors.Is(err, store.ErrNothing) {
		err = nil
	}
	return place, err
}

func no(ctx context.Context, s *store.Store, invitation string, to reserve.InvitationState) (up []reserve.Invitation, err error) {
	for {
		err = s.Change(ctx, seatAct, func(tx *store.Tx) error {
			up, _, err = tx.Release(invitation, to)
			return err
		})
		if !errors.Is(err, store.ErrMoved) {
			return up, err
		}
	}
}

// audit compares a need's counts with its rows and gives every way in which a promise is broken.
func (st stage) audit(t *testing.T, s *store.Store) (faults []string) {
	t.Helper()
	expect(t, s, func(r *store.Read) error {
		need, err := r.Need(st.need)
		if err != nil {
			return err
		}
		seats, err := r.InvitationsIn(st.need, reserve.Confirmed)
		if err != nil {
			return err
		}
		waiting, err := r.InvitationsIn(st.need, reserve.OnStandby)
		if err != nil {
			return err
		}
		full, err := r.InvitationsIn(st.need, reserve.TooLate)
		add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
		if len(seats) > need.ConfirmLimit {
			add("over: %d seats of %d", len(seats), need.ConfirmLimit)
		}
		if need.Confirmed != len(seats) || need.Standby != len(waiting) {
			add("counts say %d and %d, rows say %d and %d", need.Confirmed, need.Standby, len(seats), len(waiting))
		}
		if len(seats) < need.ConfirmLimit && len(waiting)+len(full) > 0 {
			add("under-filled: %d seats of %d with %d waiting and %d sent away", len(seats), need.ConfirmLimit, len(waiting), len(full))
		}
		if len(waiting) > need.StandbyMax {
			add("%d on stand-by of %d", len(waiting), need.StandbyMax)
		}
		return err
	})
	return faults
}

// race lets everybody of a stage say yes at once, spread over the nodes.
func race(t *testing.T, st stage, nodes ...*store.Store) (places map[reserve.Place]int, errs []error) {
	t.Helper()
	places = map[reserve.Place]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, inv := range st.asked {
		wg.Go(func() {
			p, err := yes(t.Context(), nodes[i%len(nodes)], inv)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			places[p]++
		})
	}
	wg.Wait()
	return places, errs
}

func TestFortyYesForTenPlacesFillThemExactly(t *testing.T) {
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		for range 8 {
			st := setStage(t, a, 40, 10, 5)
			places, errs := race(t, st, a, b)
			if len(errs) > 0 {
				t.Fatalf("errors: %v", errs)
			}
			if places[reserve.PlaceSeat] != 10 || places[reserve.PlaceStandby] != 5 || places[reserve.PlaceFull] != 25 {
				t.Errorf("got %v, want 10 seats, 5 on stand-by, 25 full", places)
			}
			for _, f := range st.audit(t, a) {
				t.Error(f)
			}
		}
	})
}

func TestTheHarnessCatchesABuildWithoutTheLimit(t *testing.T) {
	wrong := testkit.OpenConfig(t, store.Config{Location: filepath.Join(t.TempDir(), "wrong.db"), Node: "n1", Now: testkit.NewClock().Now, Broken: store.Broken{NoLimit: true}})
	st := setStage(t, wrong, 40, 10, 5)
	race(t, st, wrong)
	faults := st.audit(t, wrong)
	if len(faults) == 0 || !strings.HasPrefix(faults[0], "over: 40") {
		t.Errorf("got faults %q, want the harness to see 40 seats of 10", faults)
	}
}

func TestC040SixtyYesForTwentyPlaces(t *testing.T) {
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		st := setStage(t, a, 63, 20, 10)
		late := st.asked[60:]
		st.asked = st.asked[:60]
		places, errs := race(t, st, a, b)
		if len(errs) > 0 || places[reserve.PlaceSeat] != 20 || places[reserve.PlaceStandby] != 10 || places[reserve.PlaceFull] != 30 {
			t.Fatalf("got %v and errors %v, want 20, 10 and 30", places, errs)
		}
		var seats, waiting []reserve.Invitation
		expect(t, a, func(r *store.Read) (err error) {
			if seats, err = r.InvitationsIn(st.need, reserve.Confirmed); err != nil {
				return err
			}
			waiting, err = r.InvitationsIn(st.need, reserve.OnStandby)
			return err
		})
		for i := range 5 {
			up, err := no(t.Context(), b, seats[i].ID, reserve.Released)
			if err != nil || len(up) != 1 || up[0].ID != waiting[i].ID {
				t.Errorf("release %d: got %v (%v) moved up, want the oldest on stand-by", i, up, err)
			}
		}
		for _, inv := range late {
			if p, err := yes(t.Context(), a, inv); err != nil || p != reserve.PlaceStandby {
				t.Errorf("a later yes: got %s (%v), want stand-by", p, err)
			}
		}
		expect(t, b, func(r *store.Read) error {
			now, err := r.InvitationsIn(st.need, reserve.OnStandby)
			if len(now) != 8 || now[0].ID != waiting[5].ID || now[5].ID != late[0] {
				t.Errorf("stand-by: got %d in another order, want the other five first, then the three late ones", len(now))
			}
			return err
		})
		for _, f := range st.audit(t, a) {
			t.Error(f)
		}
	})
}

func TestOneSeatAPersonHoweverOftenTheyAnswer(t *testing.T) {
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		st := setStage(t, a, 1, 3, 3)
		for range 20 {
			st.asked = append(st.asked, st.asked[0])
		}
		if places, errs := race(t, st, a, b); len(errs) > 0 || places[reserve.PlaceSeat] != 21 {
			t.Errorf("got %v, %v, want the same seat 21 times", places, errs)
		}
		for _, f := range st.audit(t, a) {
			t.Error(f)
		}
	})
}

func TestALateYesWaitsAndAFixedLimitStays(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		st := setStage(t, s, 3, 2, 2)
		change(t, s, func(tx *store.Tx) error {
			if p, _, err := tx.TakeSeat(st.asked[0], true); err != nil || p != reserve.PlaceStandby {
				t.Errorf("late: got %s (%v), want stand-by", p, err)
			}
			if _, changed, err := tx.SetConfirmLimit(st.need, 9); err != nil || changed {
				t.Errorf("a fixed limit was moved (%v)", err)
			}
			n, err := tx.Need(st.need)
			if n.ConfirmLimit != 2 {
				t.Errorf("limit: got %d, want 2", n.ConfirmLimit)
			}
			return err
		})
	})
}

// Many people change their minds at random over two nodes; whatever the order, no promise is broken in the end.
func TestSeatsHoldUnderChangesOfMind(t *testing.T) {
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		st := setStage(t, a, 30, 6, 4)
		var wg sync.WaitGroup
		for w := range 6 {
			rng := rand.New(rand.NewPCG(7, uint64(w)))
			node := []*store.Store{a, b}[w%2]
			wg.Go(func() {
				for range 40 {
					inv := st.asked[rng.IntN(len(st.asked))]
					var err error
					if rng.IntN(3) > 0 {
						_, err = yes(t.Context(), node, inv)
					} else {
						_, err = no(t.Context(), node, inv, reserve.Declined)
					}
					if err != nil && !errors.Is(err, store.ErrNothing) {
						t.Errorf("worker %d: %v", w, err)
						return
					}
				}
			})
		}
		wg.Wait()
		for _, f := range st.audit(t, a) {
			// Somebody who was told "full" is not called back when a seat falls free with nobody on stand-by.
			if !strings.HasPrefix(f, "under-filled") || !strings.Contains(f, "with 0 waiting") {
				t.Error(f)
			}
		}
	})
}

func TestWithdrawingGivesTheSeatToTheNextWhoIsTold(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		st := setStage(t, s, 3, 1, 1)
		for _, inv := range st.asked[:2] {
			if _, err := yes(t.Context(), s, inv); err != nil {
				t.Fatal(err)
			}
		}
		change(t, s, func(tx *store.Tx) error { return tx.DropInvitations(st.people[0]) })
		expect(t, s, func(r *store.Read) error {
			gone, err := r.Invitation(st.asked[0])
			if err != nil || gone.State != reserve.InviteDropped {
				t.Errorf("who withdrew: got %s (%v), want dropped", gone.State, err)
			}
			up, err := r.Invitation(st.asked[1])
			if err != nil || up.State != reserve.Confirmed {
				t.Errorf("stand-by: got %s (%v), want confirmed", up.State, err)
			}
			texts, err := r.TextsOf(st.callup, "", 10)
			if len(texts) != 1 || texts[0].TextKey != "sms.standby-up" || texts[0].Volunteer != st.people[1] {
				t.Errorf("texts: got %+v, want one that tells the one who moved up", texts)
			}
			return err
		})
		for _, f := range st.audit(t, s) {
			t.Error(f)
		}
	})
}
