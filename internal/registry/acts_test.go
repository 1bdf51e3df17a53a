package registry_test

import (
	"testing"

	"muster/internal/audit"
	"muster/internal/store"
)

// acts gives the verbs of the log, in order.
func acts(t testing.TB, n *node) []string {
	t.Helper()
	for {
		did, err := n.Store.Sequence(ctx())
		if err != nil {
			t.Fatal(err)
		}
		if !did {
			break
		}
	}
	var out []string
	err := n.Store.View(ctx(), func(r *store.Read) error {
		for leaf, err := range r.Leaves(0) {
			if err != nil {
				return err
			}
			e, err := audit.Decode(leaf)
			if err != nil {
				return err
			}
			out = append(out, e.Verb)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
