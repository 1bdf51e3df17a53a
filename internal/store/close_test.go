package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"muster/internal/store"
	"muster/internal/testkit"
)

// What stands in the log beside the file is not in a copy of the file; a store that was closed leaves no log behind.
func TestAClosedStoreLeavesItsLogInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "muster.db")
	s, err := store.Open(t.Context(), store.Config{Location: path, Node: "n1", Now: testkit.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := add(t.Context(), s, registration(s, 1)); err != nil {
		t.Fatal(err)
	}
	expect(t, s, func(r *store.Read) error {
		_, err := r.CountUnopened()
		return err
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		t.Errorf("the log beside the file: %d bytes after a clean close, want none", info.Size())
	}
}
