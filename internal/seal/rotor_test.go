package seal

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func TestRotorChangesTheEpochByTimeAndCount(t *testing.T) {
	priv, pub := NewIntakeKey()
	committed := map[string][]byte{}
	r := NewRotor(pub, func(id string, sealed []byte) error {
		committed[id] = sealed
		return nil
	})
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	at := func(now time.Time) string {
		t.Helper()
		e, err := r.Current(now)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := OpenEpoch(priv, committed[e.ID()])
		if err != nil {
			t.Fatalf("the key of epoch %s was not committed first: %v", e.ID(), err)
		}
		if got, err := opened.Open(testPlace(), e.Seal(testPlace(), []byte("x"))); err != nil || string(got) != "x" {
			t.Fatalf("got %q, %v, want x", got, err)
		}
		return e.ID()
	}
	first := at(start)
	if again := at(start.Add(EpochAge - 1)); again != first {
		t.Error("the epoch changed before its minute was over")
	}
	second := at(start.Add(EpochAge))
	if second == first {
		t.Error("the epoch did not change after a minute")
	}
	for range EpochRecords - 1 {
		if at(start.Add(EpochAge)) != second {
			t.Fatal("the epoch changed before its thousandth record")
		}
	}
	third := at(start.Add(EpochAge))
	if third == second {
		t.Error("the epoch did not change after a thousand records")
	}
	if at(start) == third {
		t.Error("the epoch did not change when the clock was set back")
	}
	fourth := at(start)
	r.Forget()
	if at(start) == fourth {
		t.Error("a forgotten epoch was used again")
	}
	if len(committed) != 5 {
		t.Errorf("%d keys were committed, want 5", len(committed))
	}
}

func TestRotorGivesNothingThatWasNotCommitted(t *testing.T) {
	_, pub := NewIntakeKey()
	full, fails := errors.New("disk full"), true
	var ids []string
	r := NewRotor(pub, func(id string, _ []byte) error {
		ids = append(ids, id)
		if fails {
			return full
		}
		return nil
	})
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	if e, err := r.Current(now); !errors.Is(err, full) || e != nil {
		t.Errorf("got %v, %v, want the error of the commit", e, err)
	}
	fails = false
	e, err := r.Current(now)
	if err != nil || len(ids) != 2 || ids[0] == ids[1] || e.ID() != ids[1] {
		t.Errorf("got %v, %v, want the second of %v", e, err, ids)
	}
}

func TestRotorServesMany(t *testing.T) {
	_, pub := NewIntakeKey()
	commits := 0
	r := NewRotor(pub, func(string, []byte) error { commits++; return nil })
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				if _, err := r.Current(now); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if commits != 4 {
		t.Errorf("4,000 records took %d epochs, want 4", commits)
	}
}
