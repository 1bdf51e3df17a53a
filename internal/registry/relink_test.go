package registry_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"muster/internal/people"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

// register takes a crowd of the seed in through the door, of which one in twelve comes twice, and says which human each
// person is.
func (n *node) register(seed uint64, size int) (human map[string]uint64) {
	n.t.Helper()
	list := people.New(seed).Sample(size, 0.08)
	d := testkit.Drive()
	for _, p := range list {
		if !slices.ContainsFunc(d.Sites, func(s reserve.Site) bool { return s.Code == p.Site }) {
			d.Sites = append(d.Sites, reserve.Site{Code: p.Site, Name: p.Site, Place: p.Place})
		}
	}
	n.change(func(tx *store.Tx) error { return tx.PutDrive(d, store.DriveOpen) })
	receipts := make([]string, len(list))
	const doors = 64
	var all sync.WaitGroup
	for d := range doors {
		all.Go(func() {
			for i := d; i < len(list); i += doors {
				a := list[i].Application("test-drive")
				a.Channel, a.Ref, a.Qualifications = reserve.ChannelWeb, fmt.Sprintf("reference-%012d", i), nil
				receipt, err := n.Apply(ctx(), reserve.Self(), a)
				if err != nil && !(list[i].Truth.Minor && reserve.CodeOf(err) == "under-age") {
					n.t.Errorf("%v: %v", list[i], err)
				}
				receipts[i] = receipt.Number
			}
		})
	}
	all.Wait()
	n.drain()
	human = map[string]uint64{}
	for i, receipt := range receipts {
		if receipt == "" {
			continue
		}
		p, ok := n.Roll.ByReceipt(receipt)
		if !ok {
			n.t.Fatalf("%v is not in the roll", list[i])
		}
		human[p.Volunteer.ID] = list[i].Truth.ID
	}
	return human
}

// offered is every pair that waits.
func (n *node) offered() (list []store.Pair) {
	n.t.Helper()
	err := n.Store.View(ctx(), func(r *store.Read) (err error) {
		list, err = r.OfferedPairs("test-drive", "", 1<<20)
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return list
}

// quality is what the desk is shown, against the truth.
type quality struct{ truth, sure, sureTrue, offered, offeredTrue int }

func (q quality) String() string {
	return fmt.Sprintf("%d true pairs: %.1f %% almost sure, of which %.2f %% wrong; %.1f %% offered, %.2f pairs a true one",
		q.truth, 100*float64(q.sureTrue)/float64(q.truth), 100*float64(q.sure-q.sureTrue)/float64(max(q.sure, 1)), 100*float64(q.offeredTrue)/float64(q.truth), float64(q.offered)/float64(q.truth))
}

func (n *node) quality(human map[string]uint64) (q quality) {
	n.t.Helper()
	times := map[uint64]int{}
	for _, h := range human {
		q.truth += times[h]
		times[h]++
	}
	for _, p := range n.offered() {
		same := human[p.A] == human[p.B]
		q.offered++
		if same {
			q.offeredTrue++
		}
		if p.Band == store.AlmostSure {
			q.sure++
			if same {
				q.sureTrue++
			}
			if got := state(n.t, n, p.Newer); got != "held" {
				n.t.Errorf("got %s for the newer one of a pair that is almost sure, want held", got)
			}
		}
	}
	return q
}

// scale reads how much to measure: one crowd in an ordinary run, RELINK_SEEDS of RELINK_PEOPLE each for the notes.
func scale(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

func TestRepeatsOfACrowdAreFound(t *testing.T) {
	for seed := range scale("RELINK_SEEDS", 1) {
		n := newNode(t, testkit.SQLite(t))
		human := n.register(uint64(seed+1), scale("RELINK_PEOPLE", 2000))
		arrived := n.quality(human)
		did, err := n.RelinkStep(ctx())
		if !did || err != nil {
			t.Fatalf("got %v and %v, want a run", did, err)
		}
		if did, err := n.RelinkStep(ctx()); did || err != nil {
			t.Errorf("got %v and %v, want no second run without growth", did, err)
		}
		q := n.quality(human)
		t.Logf("seed %d on arrival: %v", seed+1, arrived)
		t.Logf("seed %d compared:   %v", seed+1, q)
		if q.sureTrue*100 < q.truth*75 || (q.sure-q.sureTrue)*1000 > q.sure*5 || q.offeredTrue*100 < q.truth*95 || q.offered > 3*q.truth {
			t.Errorf("seed %d: %v; want 75 %% almost sure, at most 0.5 %% of them wrong, 95 %% offered, at most 3 pairs a true one", seed+1, q)
		}
		before := acts(t, n)
		out, err := n.Relink(ctx(), desk("d"), "test-drive", nil)
		if err != nil || out.Added+out.Raised+out.Rescored+out.Held != 0 || out.People != len(human) {
			t.Errorf("got %+v and %v for the same run again, want nothing new", out, err)
		}
		if after := acts(t, n); len(after) != len(before) {
			t.Errorf("got acts %v for a run that changed nothing", after[len(before):])
		}
	}
}

func TestRelinkRaisesWhatWaitsAndLeavesWhatIsDecided(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		kinds := []string{"waits", "later", "distinct", "seated", "held"}
		newer := map[string]string{}
		for i, what := range kinds {
			again := stranger(i)
			again.Ref = fmt.Sprintf("reference-again-%06d", i)
			n.join(stranger(i))
			newer[what] = n.join(again).Volunteer.ID
		}
		pair := map[string]store.Pair{}
		for _, p := range n.offered() {
			for what, id := range newer {
				if p.Newer == id {
					pair[what] = p
				}
			}
		}
		if len(pair) != len(kinds) {
			t.Fatalf("got %d pairs, want %d", len(pair), len(kinds))
		}
		for what, p := range pair { // as if they had arrived when less was known
			if what == "held" {
				continue
			}
			n.change(func(tx *store.Tx) error {
				p.Band, p.Score, p.Reasons = store.Review, 300_000, []string{"name-part"}
				if err := tx.RescorePair(p); err != nil {
					return err
				}
				return tx.SetVolunteerState(p.Newer, reserve.Active, reserve.Held)
			})
		}
		if err := n.Load(ctx(), nil); err != nil {
			t.Fatal(err)
		}
		if err := n.Later(ctx(), desk("d"), pair["later"].ID); err != nil {
			t.Fatal(err)
		}
		if err := n.Distinct(ctx(), desk("d"), pair["distinct"].ID); err != nil {
			t.Fatal(err)
		}
		onTheirWay, _ := n.Roll.Person(newer["seated"])
		_, asked := n.callUp(1, onTheirWay)
		n.yes(asked[newer["seated"]])
		out, err := n.Relink(ctx(), desk("d"), "test-drive", nil)
		if want := (registry.Relinked{People: out.People, Pairs: out.Pairs, Raised: 2, Held: 1, Seated: 1}); err != nil || out != want {
			t.Errorf("got %+v and %v, want %+v", out, err, want)
		}
		for what, want := range map[string]string{"waits": "held", "later": "active", "distinct": "active", "seated": "active", "held": "held"} {
			if got := state(t, n, newer[what]); got != want {
				t.Errorf("%s: got %s, want %s", what, got, want)
			}
			if p, _ := n.Roll.Person(newer[what]); string(p.Volunteer.State) != want {
				t.Errorf("%s: the roll says %s, want %s", what, p.Volunteer.State, want)
			}
			p, err := n.Pair(ctx(), desk("d"), pair[what].ID)
			touched := what != "later" && what != "distinct"
			if err != nil || touched != (p.Band == store.AlmostSure) || touched == (p.Score == 300_000) {
				t.Errorf("%s: got %s at %d, %v", what, p.Band, p.Score, err)
			}
		}
	})
}

func TestTwoNodesCompareEverybodyAtOnceBesideARush(t *testing.T) {
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		k := testkit.Keyring(t)
		one, two := lockedNode(t, a, k), lockedNode(t, b, k)
		one.unlock()
		for i := range 60 {
			one.apply(stranger(i))
			again := stranger(i)
			again.Ref = fmt.Sprintf("reference-again-%06d", i)
			one.apply(again)
		}
		one.drain()
		two.unlock()
		var all sync.WaitGroup
		for _, n := range []*node{one, two} {
			all.Go(func() {
				for range 3 {
					if _, err := n.Relink(ctx(), desk("d"), "test-drive", nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Go(func() {
			for i := range 40 {
				one.apply(stranger(200 + i))
			}
		})
		all.Wait()
		seen := map[[2]string]bool{}
		for _, p := range one.offered() {
			if seen[[2]string{p.A, p.B}] || p.A >= p.B {
				t.Errorf("a pair is there twice")
			}
			seen[[2]string{p.A, p.B}] = true
		}
		if len(seen) < 60 || one.people()[reserve.Held] != 60 {
			t.Errorf("got %d pairs and %v, want 60 held", len(seen), one.people())
		}
	})
}

func TestARelinkIsForThoseWhoMayDecide(t *testing.T) {
	n := newNode(t, testkit.SQLite(t))
	if _, err := n.Relink(ctx(), reserve.Actor{Kind: reserve.ActorStaff, ID: "a", Role: reserve.RoleAuditor}, "test-drive", nil); reserve.KindOf(err) != reserve.Forbidden {
		t.Errorf("got %v, want forbidden", err)
	}
	if _, err := n.Relink(ctx(), desk("d"), "nowhere", nil); reserve.KindOf(err) != reserve.NotFound {
		t.Errorf("got %v, want not found", err)
	}
	if did, err := n.RelinkStep(ctx()); did || err != nil {
		t.Errorf("got %v and %v with nobody in", did, err)
	}
	n.AskRelink()
	if did, err := n.RelinkStep(ctx()); !did || err != nil {
		t.Errorf("got %v and %v when asked, want a run", did, err)
	}
	n.lock()
	n.AskRelink()
	if did, err := n.RelinkStep(ctx()); did || err != nil {
		t.Errorf("got %v and %v on a locked node", did, err)
	}
	if _, err := n.Relink(ctx(), desk("d"), "test-drive", nil); reserve.KindOf(err) != reserve.Locked {
		t.Errorf("got %v, want locked", err)
	}
}
