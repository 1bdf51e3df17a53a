package registry_test

import (
	"fmt"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

// TestADuplicateOfTwoNodesIsFound: each node opens one of the two before it has heard of the other.
func TestADuplicateOfTwoNodesIsFound(t *testing.T) {
	t.Parallel()
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		k := testkit.Keyring(t)
		one, two := lockedNode(t, a, k), lockedNode(t, b, k)
		one.unlock()
		two.unlock()
		first, second := one.join(amina(1)), two.join(twin(2))
		if second.Volunteer.State != reserve.Active {
			t.Fatalf("got %s, want a node that cannot know yet", second.Volunteer.State)
		}
		for _, n := range []*node{one, two, one} {
			if _, err := n.Feed(ctx()); err != nil {
				t.Fatal(err)
			}
		}
		got := fmt.Sprint(one.people()[reserve.Active], one.people()[reserve.Held])
		if got != "1 1" {
			t.Errorf("got %s active and held, want one of each", got)
		}
		for _, n := range []*node{one, two} {
			p, okA := n.Roll.Person(first.Volunteer.ID)
			q, okB := n.Roll.Person(second.Volunteer.ID)
			if !okA || !okB || (p.Volunteer.State == reserve.Held) == (q.Volunteer.State == reserve.Held) {
				t.Errorf("%s: got %q and %q in the roll", n.Store.Node(), p.Volunteer.State, q.Volunteer.State)
			}
		}
		if did, err := one.Feed(ctx()); did || err != nil {
			t.Errorf("got %v and %v, want no news left", did, err)
		}
		if err := two.Withdraw(ctx(), desk("d"), first.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := one.Feed(ctx()); err != nil {
			t.Fatal(err)
		}
		if _, ok := one.Roll.Person(first.Volunteer.ID); ok {
			t.Errorf("who withdrew on one node is still in the roll of the other")
		}
	})
}

func TestARecordThatDoesNotOpenHoldsUpNobody(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	n.change(func(tx *store.Tx) error {
		_, _, err := tx.AddRegistration(store.Registration{ID: n.Store.NewID(), TokenHash: []byte("0123456789abcdef"), Digest: []byte("d"), Drive: "test-drive", Channel: reserve.ChannelWeb,
			Kind: store.KindApplication, State: reserve.Received, Receipt: "NIA-1", Node: "n1", Epoch: "no such epoch", Sealed: []byte("damaged")})
		return err
	})
	n.join(amina(1))
	counts, err := n.Counts(ctx(), desk("d"), "test-drive")
	if err != nil || counts.Unopened != 1 || counts.Waiting != 1 {
		t.Errorf("got %+v and %v, want the damaged one counted", counts, err)
	}
}

func TestRingsRotateAndWhatIsErasedStaysErased(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		stays, goes := n.join(stranger(1)), n.join(stranger(2))
		rings := func() string {
			list, err := n.Keyring.Rings(ctx())
			if err != nil {
				t.Fatal(err)
			}
			ids := ""
			for _, r := range list {
				ids += r.ID + " "
			}
			return ids
		}
		if did, err := n.Rotate(ctx()); did || err != nil {
			t.Errorf("got %v and %v on the first day, want nothing due", did, err)
		}
		if err := n.Erase(ctx(), desk("d"), goes.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		n.clock.Add(25 * time.Hour)
		for did := true; did; {
			var err error
			if did, err = n.Rotate(ctx()); err != nil {
				t.Fatal(err)
			}
		}
		if got := rings(); got != "2026-11-25/n1 " {
			t.Errorf("got rings %q, want yesterday's gone", got)
		}
		n.lock()
		n.unlock()
		if _, ok := n.Roll.Person(stays.Volunteer.ID); !ok || n.Roll.Count() != 1 {
			t.Errorf("got %d people after the rotation, want the one who stays", n.Roll.Count())
		}
	})
}

func TestRelinkOffersWhatWasNeverOffered(t *testing.T) {
	t.Parallel()
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		k := testkit.Keyring(t)
		one, two := lockedNode(t, a, k), lockedNode(t, b, k)
		one.unlock()
		two.unlock()
		one.join(amina(1))
		two.join(twin(2))
		one.join(stranger(3))
		if err := one.Load(ctx(), nil); err != nil { // a node that starts anew hears of nobody's arrival
			t.Fatal(err)
		}
		for range 2 {
			if out, err := one.Relink(ctx(), desk("d"), "test-drive", nil); out.People != 3 || err != nil {
				t.Errorf("got %+v and %v, want all three compared", out, err)
			}
		}
		pairs, err := one.Pairs(ctx(), store.PairFilter{Drive: "test-drive", Actor: desk("d"), Limit: 10})
		if err != nil || len(pairs) != 1 || one.people()[reserve.Held] != 1 {
			t.Errorf("got %d pairs, %v and %v, want one pair and one held", len(pairs), err, one.people())
		}
	})
}

// TestACrowdOfDoublesIsOpenedInSmallSteps sends one person forty times: every one is kept, one counts, the rest wait for the desk.
func TestACrowdOfDoublesIsOpenedInSmallSteps(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	for i := range 40 {
		n.apply(amina(i))
	}
	n.drain()
	if got := n.people(); got[reserve.Active] != 1 || got[reserve.Held] != 39 {
		t.Errorf("got %v, want one who counts and 39 held", got)
	}
}
