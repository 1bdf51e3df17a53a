package registry_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

// TestNothingPersonalLiesOnTheDisk looks into every file, the write-ahead log included, after everything that is done to a
// person; and for a canary, to show that it would find one.
func TestNothingPersonalLiesOnTheDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := testkit.OpenStore(t, filepath.Join(dir, "muster.db"), "n1")
	k, err := store.OpenKeyring(context.Background(), filepath.Join(dir, "keyring.db"), testkit.NewClock().Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	n := lockedNode(t, s, k)
	n.unlock()
	a := amina(1)
	a.Name, a.FatherName, a.Note, a.Birth = "Aminatoulaye", "Oumaroubé", "boulangère", "1991-02-03"
	receipt := n.apply(a)
	n.drain()
	p, _ := n.Roll.ByReceipt(receipt.Number)
	other := n.join(stranger(5))
	for _, err := range []error{
		n.Correct(ctx(), desk("d"), p.Volunteer.ID, registry.Correction{Name: private("Aminatoulaye Zeinabou"), Phones: []reserve.PhoneGiven{{Number: "+22796543210"}}}),
		n.Silence(ctx(), reserve.Self(), "+22796543210"),
		n.Merge(ctx(), desk("d"), p.Volunteer.ID, other.Volunteer.ID),
		n.EndConsent(ctx(), reserve.Self(), p.Volunteer.ID, reserve.ConsentGiven{Recipient: "civil-protection", Purpose: "call-up"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.Search(ctx(), desk("d"), "test-drive", "Aminatoulaye", 5); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Apply(ctx(), reserve.Self(), func() reserve.Application { a := a; a.Note = "Kountché"; return a }()); reserve.KindOf(err) != reserve.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "canary"), []byte("xx canari-personnel xx"), 0o600); err != nil {
		t.Fatal(err)
	}
	found := func(secret string) (where []string) {
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			content, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(bytes.ToLower(content), bytes.ToLower([]byte(secret))) {
				where = append(where, filepath.Base(f))
			}
		}
		return where
	}
	for _, secret := range []string{"Aminatoulaye", "Oumaroub", "Zeinabou", "boulang", "Kountch", "90123456", "96543210", "1991-02-03", receipt.Token.Reveal(), "reference-0000"} {
		if where := found(secret); len(where) > 0 {
			t.Errorf("%q lies in %v", secret, where)
		}
	}
	if where := found("canari-personnel"); len(where) != 1 {
		t.Errorf("the canary was not found: %v", where)
	}
}
