package store_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

func queue(t *testing.T, s *store.Store, list ...store.Outbound) {
	t.Helper()
	change(t, s, func(tx *store.Tx) error { return tx.Queue(list...) })
}

func claim(t *testing.T, s *store.Store, c store.Claim) (got []store.Outbound) {
	t.Helper()
	if c.Lease == "" {
		c.Lease = s.NewID()
	}
	if c.Lanes == nil {
		c.Lanes = []store.Lane{store.LaneReply, store.LaneNotice, store.LaneCallUp}
	}
	err := s.Bookkeep(t.Context(), func(tx *store.Tx) (err error) {
		got, err = tx.ClaimOutbox(c)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTwoNodesNeverClaimTheSameText(t *testing.T) {
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		var list []store.Outbound
		for range 100 {
			list = append(list, store.Outbound{Lane: store.LaneNotice, TextKey: "sms.later"})
		}
		queue(t, a, list...)
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for i := range 8 {
			s := []*store.Store{a, b}[i%2]
			wg.Go(func() {
				for {
					got := claim(t, s, store.Claim{Carrier: "c", Until: 1 << 60, Limit: 7})
					mu.Lock()
					for _, o := range got {
						seen[o.ID]++
					}
					mu.Unlock()
					if len(got) == 0 {
						return
					}
				}
			})
		}
		wg.Wait()
		if len(seen) != 100 {
			t.Errorf("claimed %d texts, want 100", len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("text %s was claimed %d times", id, n)
			}
		}
	})
}

func TestRepliesGoBeforeNoticesBeforeInvitations(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		queue(t, s, store.Outbound{Lane: store.LaneCallUp, TextKey: "c"}, store.Outbound{Lane: store.LaneNotice, TextKey: "b"}, store.Outbound{Lane: store.LaneReply, TextKey: "a"})
		for _, want := range []string{"a", "b", "c"} {
			got := claim(t, s, store.Claim{Carrier: "c", Until: 1 << 60, Limit: 1})
			if len(got) != 1 || got[0].TextKey != want {
				t.Errorf("got %+v, want %s", got, want)
			}
		}
	})
}

func TestWhileLockedOnlyOwnMemoryRepliesAreClaimed(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		queue(t, s, store.Outbound{Lane: store.LaneReply, TextKey: "house", SealKind: store.SealHouse, Sealed: []byte{1}},
			store.Outbound{Lane: store.LaneReply, TextKey: "mine", SealKind: store.SealMemory, Sealed: []byte{1}, Holder: "n1"},
			store.Outbound{Lane: store.LaneReply, TextKey: "theirs", SealKind: store.SealMemory, Sealed: []byte{1}, Holder: "n2"})
		got := claim(t, s, store.Claim{Carrier: "c", Until: 1 << 60, Limit: 10, Locked: true})
		if len(got) != 1 || got[0].TextKey != "mine" {
			t.Errorf("locked: got %+v, want mine alone", got)
		}
		got = claim(t, s, store.Claim{Carrier: "c", Until: 1 << 60, Limit: 10})
		if len(got) != 1 || got[0].TextKey != "house" {
			t.Errorf("unlocked: got %+v, want the house's and never the other node's", got)
		}
	})
}

func TestAnExpiredTextIsNotClaimed(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		queue(t, s, store.Outbound{ID: "soon", Lane: store.LaneNotice, TextKey: "x", ExpiresAt: store.Micros(clock.Now().Add(time.Hour))})
		clock.Add(time.Hour)
		if got := claim(t, s, store.Claim{Carrier: "c", Until: 1 << 60, Limit: 10}); len(got) != 0 {
			t.Errorf("got %+v, want nothing", got)
		}
		if got := text(t, s, "soon"); got.State != store.Expired {
			t.Errorf("state: got %s, want expired", got.State)
		}
	})
}

func text(t *testing.T, s *store.Store, id string) (o store.Outbound) {
	t.Helper()
	expect(t, s, func(r *store.Read) (err error) {
		o, err = r.Outbound(id)
		return err
	})
	return o
}

// sentText queues, claims and marks one text as handed over in parts.
func sentText(t *testing.T, s *store.Store, id string, parts int) {
	t.Helper()
	queue(t, s, store.Outbound{ID: id, Lane: store.LaneNotice, TextKey: "x"})
	lease := s.NewID()
	claim(t, s, store.Claim{Carrier: "c", Lease: lease, Until: 1 << 60, Limit: 10})
	err := s.Bookkeep(t.Context(), func(tx *store.Tx) error {
		return tx.MarkOutbox(lease, []store.Outcome{{ID: id, State: store.Sent, CarrierRef: "ref-" + id, Parts: parts}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func report(t *testing.T, s *store.Store, r reserve.DeliveryReport) (known bool) {
	t.Helper()
	r.Carrier = "c"
	err := s.Bookkeep(t.Context(), func(tx *store.Tx) (err error) {
		known, err = tx.Report(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// reportOf reads one event of the case file.
func reportOf(event string) reserve.DeliveryReport {
	var r reserve.DeliveryReport
	if n, rest, ok := strings.Cut(strings.TrimPrefix(event, "part"), " "); ok && strings.HasPrefix(event, "part") {
		r.Part, event = int(n[0]-'0'), rest
	}
	switch event {
	case "delivered":
		r.State = reserve.Delivered
	case "failed", "rejected later":
		r.State = reserve.Undelivered
	default:
		r.State = reserve.Underway
	}
	return r
}

type statusCase struct {
	Parts  int      `json:"parts"`
	Events []string `json:"events"`
	Hours  int      `json:"after_hours"`
	Final  string   `json:"final"`
}

func TestC038ReportsInAnyOrderAndOfParts(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "cases", "files", "C038_status.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []statusCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		for _, c := range cases {
			id := s.NewID()
			sentText(t, s, id, c.Parts)
			clock.Add(time.Duration(c.Hours) * time.Hour)
			for range 2 { // all of it a second time, days later, changes nothing
				for _, event := range c.Events {
					r := reportOf(event)
					r.CarrierRef = "ref-" + id
					if !report(t, s, r) {
						t.Errorf("%v: a report found no text", c.Events)
					}
				}
				want := strings.Replace(c.Final, "no receipt", "sent", 1)
				if got := text(t, s, id); string(got.State) != want {
					t.Errorf("%d parts, %v: got %s, want %s", c.Parts, c.Events, got.State, want)
				}
				clock.Add(48 * time.Hour)
			}
		}
	})
}

func TestBothAFailureAndALaterDeliveryAreKept(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		sentText(t, s, "x", 1)
		report(t, s, reserve.DeliveryReport{Ref: "x", State: reserve.Undelivered})
		clock.Add(time.Hour)
		report(t, s, reserve.DeliveryReport{Ref: "x", State: reserve.Delivered})
		got := text(t, s, "x")
		if got.State != store.Delivered || got.FailedAt == 0 || got.DeliveredAt-got.FailedAt != int64(time.Hour/time.Microsecond) {
			t.Errorf("got %+v, want delivered an hour after it failed", got)
		}
		if report(t, s, reserve.DeliveryReport{Ref: "nobody's", CarrierRef: "99999", State: reserve.Delivered}) {
			t.Error("a report about no text of ours was taken for one")
		}
	})
}

func TestAReportThatIsFasterThanTheMarkStands(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		queue(t, s, store.Outbound{ID: "x", Lane: store.LaneNotice, TextKey: "x"})
		claim(t, s, store.Claim{Carrier: "c", Lease: "l", Until: 1 << 60, Limit: 10})
		report(t, s, reserve.DeliveryReport{Ref: "x", State: reserve.Delivered})
		err := s.Bookkeep(t.Context(), func(tx *store.Tx) error {
			return tx.MarkOutbox("l", []store.Outcome{{ID: "x", State: store.Sent, CarrierRef: "r", Parts: 1}})
		})
		if got := text(t, s, "x"); err != nil || got.State != store.Delivered || got.CarrierRef != "r" {
			t.Errorf("got %+v (%v), want delivered with the carrier's id", got, err)
		}
	})
}

func TestTwoNodesTogetherKeepTheRateOfAGateway(t *testing.T) {
	clock := testkit.NewClock()
	url := testkit.Postgres(t)
	a := testkit.OpenConfig(t, store.Config{Location: url, Node: "n1", Now: clock.Now})
	b := testkit.OpenConfig(t, store.Config{Location: url, Node: "n2", Now: clock.Now})
	if err := a.Bookkeep(t.Context(), func(tx *store.Tx) error { return tx.PutGateway("sim", 3600) }); err != nil {
		t.Fatal(err)
	}
	total := 0
	for range 80 { // a minute in steps of 750 ms
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, s := range []*store.Store{a, b} {
			wg.Go(func() {
				n := 0
				err := s.Bookkeep(t.Context(), func(tx *store.Tx) error {
					allowed, interval, g, err := tx.PaceGateway("sim", 50)
					n = allowed
					if err != nil {
						return err
					}
					return tx.SpendGateway(g, interval, allowed)
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				total += n
			})
		}
		wg.Wait()
		clock.Add(750 * time.Millisecond)
	}
	if total > 60 || total < 55 {
		t.Errorf("a minute at one text a second: got %d texts, want at most 60 and not far fewer", total)
	}
}
