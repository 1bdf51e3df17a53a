package testkit

import (
	"context"
	"path/filepath"
	"testing"

	"muster/internal/store"
)

// Stores runs a test on a fresh store of each engine, as subtests "sqlite" and "postgres".
func Stores(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) {
		s, _ := OnPostgres(t, Postgres(t), "n1")
		test(t, s)
	})
}

// Pairs runs a test with two nodes on one registry: two stores on one PostgreSQL, and, for SQLite, two stores on one file.
func Pairs(t *testing.T, test func(t *testing.T, a, b *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "muster.db")
		test(t, OpenStore(t, path, "n1"), OpenStore(t, path, "n2"))
	})
	t.Run("postgres", func(t *testing.T) {
		url := Postgres(t)
		a, _ := OnPostgres(t, url, "n1")
		b, _ := OnPostgres(t, url, "n2")
		test(t, a, b)
	})
}

// SQLite is a fresh store in a temporary folder.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return OpenStore(t, filepath.Join(t.TempDir(), "muster.db"), "n1")
}

// OnPostgres is a store on a database of the test server, with the address.
func OnPostgres(t testing.TB, url, node string) (*store.Store, string) {
	t.Helper()
	return OpenStore(t, url, node), url
}

// OpenStore opens a store at a location with a standing clock, and closes it with the test.
func OpenStore(t testing.TB, location, node string) *store.Store {
	t.Helper()
	return OpenConfig(t, store.Config{Location: location, Node: node, Now: NewClock().Now})
}

// OpenConfig opens a store with a configuration, starts its log, and closes it with the test.
func OpenConfig(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	if err := s.StartLog(context.Background(), "muster.test/log"); err != nil {
		t.Fatalf("start log: %v", err)
	}
	return s
}

// Keyring is a fresh keyring in a temporary folder.
func Keyring(t testing.TB) *store.Keyring {
	t.Helper()
	k, err := store.OpenKeyring(context.Background(), filepath.Join(t.TempDir(), "keyring.db"), NewClock().Now)
	if err != nil {
		t.Fatalf("open keyring: %v", err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Errorf("close keyring: %v", err)
		}
	})
	return k
}
