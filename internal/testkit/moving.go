package testkit

import (
	"path/filepath"
	"testing"

	"muster/internal/store"
)

// MovingStores is Stores with the clock of each store, for tests in which time passes.
func MovingStores(t *testing.T, test func(t *testing.T, s *store.Store, clock *Clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		clock := NewClock()
		test(t, OpenConfig(t, store.Config{Location: filepath.Join(t.TempDir(), "muster.db"), Node: "n1", Now: clock.Now}), clock)
	})
	t.Run("postgres", func(t *testing.T) {
		clock := NewClock()
		test(t, OpenConfig(t, store.Config{Location: Postgres(t), Node: "n1", Now: clock.Now}), clock)
	})
}
