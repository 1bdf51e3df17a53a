package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"muster/internal/store"
	"muster/internal/testkit"
)

// A disk that fills in the middle of a group makes SQLite roll back everything that is open. The one change that was too
// large must fail alone, wherever in its statements the disk ends.
func TestAFullDiskInTheMiddleOfAGroupFailsOnlyTheChangeThatIsTooLarge(t *testing.T) {
	for statements := range 6 {
		t.Run(fmt.Sprintf("after %d statements", statements), func(t *testing.T) {
			s := testkit.SQLite(t)
			if err := s.Bookkeep(t.Context(), func(tx *store.Tx) error { return tx.LimitPages(200) }); err != nil {
				t.Fatal(err)
			}
			const good = 40
			var wg sync.WaitGroup
			for i := range good + 4 {
				wg.Go(func() {
					if i%11 == 10 {
						err := s.Change(context.Background(), act, func(tx *store.Tx) error {
							for n := range statements {
								if err := tx.AddCounter(fmt.Sprint("lost", n), 1); err != nil {
									return err
								}
							}
							return tx.Large(4 << 20)
						})
						if err == nil {
							t.Error("a change that does not fit was told done")
						}
						return
					}
					if _, _, err := add(context.Background(), s, registration(s, i)); err != nil {
						t.Errorf("a change that fits: %v", err)
					}
				})
			}
			wg.Wait()
			if acts := sequenced(t, s); acts != good {
				t.Errorf("acts: got %d, want %d", acts, good)
			}
			expect(t, s, func(r *store.Read) error {
				count, err := r.CountUnopened()
				if count != good {
					t.Errorf("registrations: got %d, want %d", count, good)
				}
				if lost, _ := r.Counter("lost0"); lost != 0 {
					t.Errorf("writes of the change that failed: got %d, want 0", lost)
				}
				return err
			})
		})
	}
}
