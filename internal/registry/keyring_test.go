package registry_test

import (
	"testing"

	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

func TestARecordThatHasAKeyKeepsIt(t *testing.T) {
	k := testkit.Keyring(t)
	ring := seal.NewRingKey("today/n1")
	first := store.WrappedKey{Registration: "r1", Ring: ring.ID(), Wrapped: ring.Wrap("r1", seal.NewPersonKey())}
	if had, err := k.Put(t.Context(), []store.WrappedKey{first}); err != nil || len(had) != 0 {
		t.Fatalf("a new key: got %d that were there (%v), want none", len(had), err)
	}
	again := store.WrappedKey{Registration: "r1", Ring: ring.ID(), Wrapped: ring.Wrap("r1", seal.NewPersonKey())}
	other := store.WrappedKey{Registration: "r2", Ring: ring.ID(), Wrapped: ring.Wrap("r2", seal.NewPersonKey())}
	had, err := k.Put(t.Context(), []store.WrappedKey{again, other})
	if err != nil || len(had) != 1 || string(had[0].Wrapped) != string(first.Wrapped) {
		t.Errorf("a second key of one record: got %d (%v), want the first key back", len(had), err)
	}
	kept, err := k.Key(t.Context(), "r1")
	if err != nil || string(kept.Wrapped) != string(first.Wrapped) {
		t.Errorf("the key of a record that was opened twice: not the first (%v)", err)
	}
}
