package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"muster/internal/audit"
	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

var act = reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActApply, Subject: "x"}

func registration(s *store.Store, n int) store.Registration {
	return store.Registration{ID: s.NewID(), TokenHash: fmt.Appendf(nil, "%016d", n), Digest: []byte("content"), Drive: "d", Site: "gaya", Channel: reserve.ChannelAPI,
		Kind: store.KindApplication, State: reserve.Received, Functions: []string{"medical", "logistics"},
		Consents: []store.FlaggedConsent{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1, Language: "fr"}},
		Receipt:  "GAY-1", Node: "n1", ReceivedAt: int64(n), Epoch: "e1", Sealed: []byte{1, 2, 3}}
}

func add(ctx context.Context, s *store.Store, r store.Registration) (had *store.Registration, same bool, err error) {
	err = s.Change(ctx, act, func(tx *store.Tx) error {
		var err error
		had, same, err = tx.AddRegistration(r)
		if err == nil && had != nil {
			return store.ErrNothing
		}
		return err
	})
	return had, same, err
}

func expect(t *testing.T, s *store.Store, fn func(r *store.Read) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestARegistrationReadsBackAsKept(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		want := registration(s, 1)
		if _, _, err := add(t.Context(), s, want); err != nil {
			t.Fatal(err)
		}
		expect(t, s, func(r *store.Read) error {
			got, err := r.RegistrationByToken(want.TokenHash)
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return err
		})
	})
}

func TestTheSameReferenceAgainIsRecognisedAndLeavesNoAct(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		first := registration(s, 1)
		if _, _, err := add(t.Context(), s, first); err != nil {
			t.Fatal(err)
		}
		had, same, err := add(t.Context(), s, registration(s, 1))
		if !errors.Is(err, store.ErrNothing) || had == nil || had.ID != first.ID || !same {
			t.Errorf("repeat: got had=%v same=%v err=%v, want the first one, same, nothing", had, same, err)
		}
		other := registration(s, 1)
		other.Digest = []byte("other content")
		had, same, _ = add(t.Context(), s, other)
		if had == nil || same {
			t.Errorf("other content under the same reference: got had=%v same=%v, want the first one, not same", had, same)
		}
		if n := sequenced(t, s); n != 1 {
			t.Errorf("acts: got %d, want 1", n)
		}
	})
}

// sequenced brings all acts into the tree, checks the kept hashes against the leaves, and counts the leaves.
func sequenced(t *testing.T, s *store.Store) int64 {
	t.Helper()
	for did := true; did; {
		var err error
		if did, err = s.Sequence(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var size int64
	expect(t, s, func(r *store.Read) error {
		head, err := r.Head()
		if err != nil {
			return err
		}
		size = head.Size
		var frontier audit.Frontier
		for leaf, err := range r.Leaves(0) {
			if err != nil {
				return err
			}
			frontier.Add(nil, bytes.Clone(leaf))
		}
		if frontier.Size() != size {
			t.Errorf("leaves: got %d, head says %d", frontier.Size(), size)
		}
		if size == 0 {
			return nil
		}
		root, err := audit.Root(r.Hashes(), size)
		if root != frontier.Root() {
			t.Errorf("the root of the kept hashes differs from the root of the leaves")
		}
		return err
	})
	return size
}

func TestManyWritersShareCommitsAndNoneIsLost(t *testing.T) {
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		const each = 150
		var wg sync.WaitGroup
		for w, s := range []*store.Store{a, b, a, b} {
			wg.Go(func() {
				for i := range each {
					if _, _, err := add(context.Background(), s, registration(s, w*each+i)); err != nil {
						t.Errorf("add: %v", err)
					}
				}
			})
		}
		wg.Go(func() {
			for range 20 {
				if _, err := b.Sequence(context.Background()); err != nil {
					t.Errorf("sequence beside writers: %v", err)
				}
			}
		})
		wg.Wait()
		if n := sequenced(t, a); n != 4*each {
			t.Errorf("acts: got %d, want %d", n, 4*each)
		}
	})
}

var errRule = errors.New("a rule says no")

func TestAChangeThatFailsAtAnyStatementTakesNobodyElseWithIt(t *testing.T) {
	failures := map[string]func(tx *store.Tx) error{
		"a rule refuses":           func(*store.Tx) error { return errRule },
		"a panic":                  func(*store.Tx) error { panic("fault") },
		"nothing to do":            func(*store.Tx) error { return store.ErrNothing },
		"a statement is no SQL":    func(tx *store.Tx) error { return tx.Faulty() },
		"a unique index refuses":   func(tx *store.Tx) error { return tx.Twice() },
		"after a write of its own": func(tx *store.Tx) error { return errors.Join(tx.AddCounter("lost", 1), errRule) },
	}
	for name, fail := range failures {
		t.Run(name, func(t *testing.T) {
			testkit.Stores(t, func(t *testing.T, s *store.Store) {
				var wg sync.WaitGroup
				for i := range 60 {
					wg.Go(func() {
						if i%6 == 5 {
							if err := s.Change(context.Background(), act, fail); err == nil {
								t.Error("a failing change was told done")
							}
							return
						}
						if _, _, err := add(context.Background(), s, registration(s, i)); err != nil {
							t.Errorf("good change beside a failing one: %v", err)
						}
					})
				}
				wg.Wait()
				if acts := sequenced(t, s); acts != 50 {
					t.Errorf("acts: got %d, want 50", acts)
				}
				expect(t, s, func(r *store.Read) error {
					if lost, err := r.Counter("lost"); err != nil || lost != 0 {
						t.Errorf("writes of failed changes: got %d, want 0 (%v)", lost, err)
					}
					count, err := r.CountUnopened()
					if count != 50 {
						t.Errorf("registrations: got %d, want 50", count)
					}
					return err
				})
			})
		})
	}
}

func TestACancelledChangeIsNotDoneAndOthersAre(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if i%2 == 1 {
					cancel()
					if _, _, err := add(ctx, s, registration(s, i)); !errors.Is(err, context.Canceled) {
						t.Errorf("cancelled before it began: got %v, want cancelled", err)
					}
					return
				}
				if _, _, err := add(ctx, s, registration(s, i)); err != nil {
					t.Errorf("add: %v", err)
				}
			})
		}
		wg.Wait()
		expect(t, s, func(r *store.Read) error {
			count, err := r.CountUnopened()
			if count != 20 {
				t.Errorf("registrations: got %d, want 20", count)
			}
			return err
		})
	})
}
