package audit

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// DamageKind is what happened to a log, as far as its hashes can tell.
type DamageKind string

// The kinds of damage.
const (
	Edited       DamageKind = "edited"        // a leaf has other bytes
	Removed      DamageKind = "removed"       // leaves are missing and later ones moved up
	Inserted     DamageKind = "inserted"      // there are leaves the tree does not know
	Reordered    DamageKind = "reordered"     // the same leaves in another order
	Truncated    DamageKind = "truncated"     // the leaves end before the head says so
	HashTampered DamageKind = "hash-tampered" // a stored hash is not that of the leaves below it
	HashMissing  DamageKind = "hash-missing"  // a stored hash is gone
	HeadWrong    DamageKind = "head-wrong"    // the head is not the root of the leaves
	Fork         DamageKind = "fork"          // an older checkpoint is not the beginning of this log
	RolledBack   DamageKind = "rolled-back"   // the log is shorter than a checkpoint of it
	OtherOrigin  DamageKind = "other-origin"  // the checkpoint belongs to a log of another name
)

// Damage is one damaged place.
type Damage struct {
	Kind DamageKind
	// Index is the first leaf concerned; Until is the first leaf behind the
	// place, so that Index 7, Until 8 is exactly leaf 7. Of several leaves in
	// disorder the first is named.
	Index, Until int64
	// Hash is the first stored hash concerned (tlog.StoredHashIndex), or -1.
	Hash int64
	// Checkpoint is the size of the checkpoint contradicted, or -1.
	Checkpoint int64
	// Count is how many leaves or hashes are concerned where that is known:
	// leaves removed or inserted, hashes tampered with below one sound parent.
	Count int64
}

// String says it in one line of English for a log; it holds numbers only.
func (d Damage) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at leaf %d", d.Kind, d.Index)
	if d.Until > d.Index+1 {
		fmt.Fprintf(&b, " (before %d)", d.Until)
	}
	if d.Count > 1 {
		fmt.Fprintf(&b, ", %d in number", d.Count)
	}
	if d.Hash >= 0 {
		fmt.Fprintf(&b, ", stored hash %d", d.Hash)
	}
	if d.Checkpoint >= 0 {
		fmt.Fprintf(&b, ", against the checkpoint of size %d", d.Checkpoint)
	}
	return b.String()
}

// Report is what Verify found.
type Report struct {
	Size        int64     // leaves according to the head
	Root        tlog.Hash // root recomputed from the leaves; zero where they end early
	Leaves      int64     // leaves there are
	Checkpoints int       // checkpoints that are a beginning of this log
	Damage      []Damage  // leaves first, then hashes, head and checkpoints; empty is sound
}

// OK says that nothing is damaged.
func (r Report) OK() bool { return len(r.Damage) == 0 }
