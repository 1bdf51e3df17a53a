package store_test

import (
	"fmt"
	"maps"
	"testing"

	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

// One step of a call-up counts who was asked before. It stays cheap beside a hundred thousand invitations of past years.
func BenchmarkAskedBeforeBesideOldInvitations(b *testing.B) {
	for engine, s := range map[string]*store.Store{"sqlite": testkit.SQLite(b), "postgres": testkit.OpenStore(b, testkit.Postgres(b), "n1")} {
		b.Run(engine, func(b *testing.B) {
			const year = 365 * 24 * 3600 * 1_000_000
			now := store.Micros(testkit.Today())
			change(b, s, func(tx *store.Tx) error {
				return tx.AddCallUp(&store.KeptCallUp{CallUp: reserve.CallUp{ID: "old", Drive: "d", OpenedBy: "x", OpenedAt: now - 2*year}, Sealed: []byte{1}})
			})
			for from := 0; from < 100_000; from += 1000 {
				change(b, s, func(tx *store.Tx) error {
					return tx.Fill("old", fmt.Sprintf("need%d", from), 1000, now-2*year)
				})
			}
			change(b, s, func(tx *store.Tx) error { return tx.CloseCallUp("old") })
			for name, since := range map[string]int64{"since half a year": now - year/2, "since ever": 0} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if _, err := askedBefore(b, s, "new", store.AskedSince{History: since, Month: now - year/12, Day: now - year/365}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

func askedBefore(t testing.TB, s *store.Store, callup string, since store.AskedSince) (asked map[string]store.Asked, err error) {
	err = s.View(t.Context(), func(r *store.Read) (err error) {
		asked, err = r.AskedBefore(callup, since)
		return err
	})
	return asked, err
}

func TestAskedBeforeForgetsWhatIsOldButForOpenCallUps(t *testing.T) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		now := store.Micros(testkit.Today())
		change(t, s, func(tx *store.Tx) error {
			for _, id := range []string{"closed", "open", "new"} {
				if err := tx.AddCallUp(&store.KeptCallUp{CallUp: reserve.CallUp{ID: id, Drive: "d", OpenedBy: "x"}, Sealed: []byte{1}}); err != nil {
					return err
				}
			}
			return tx.CloseCallUp("closed")
		})
		change(t, s, func(tx *store.Tx) error {
			for _, f := range []struct {
				callup, need string
				at           int64
			}{{"closed", "a", 10}, {"open", "b", 20}, {"closed", "c", now}, {"new", "d", now}} {
				if err := tx.Fill(f.callup, f.need, 1, f.at); err != nil {
					return err
				}
			}
			return nil
		})
		asked, err := askedBefore(t, s, "new", store.AskedSince{History: 100, Month: 100, Day: 100})
		want := map[string]store.Asked{"person b 0": {Times: 1, Elsewhere: true, Yes: 1}, "person c 0": {Times: 1, Month: 1, Yes: 1}, "person d 0": {Times: 1, Month: 1, Elsewhere: true, Here: true, Yes: 1}}
		if err != nil || !maps.Equal(asked, want) {
			t.Errorf("got %+v (%v), want %+v", asked, err, want)
		}
	})
}
