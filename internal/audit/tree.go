package audit

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"muster/internal/reserve"
)

// ErrProof is wrapped when a proof does not prove what it is shown for.
var ErrProof = &reserve.Error{Kind: reserve.Invalid, Code: "proof-bad"}

// Frontier is the right edge of a tree: the roots of its complete subtrees, at
// most one a level. It is all that is needed to go on appending, and it gives
// the root without reading anything. The zero value is the empty tree.
type Frontier struct {
	size  int64
	peaks []tlog.Hash // largest subtree first, one for each bit of size
}

// LoadFrontier reads the edge of a tree of size leaves with one call to reader.
func LoadFrontier(reader tlog.HashReader, size int64) (*Frontier, error) {
	if size < 0 {
		return nil, fmt.Errorf("load the edge of a tree of size %d", size)
	}
	f := &Frontier{size: size}
	if size == 0 {
		return f, nil
	}
	var indexes []int64
	start := int64(0)
	for level := 63 - bits.LeadingZeros64(uint64(size)); level >= 0; level-- {
		if size>>level&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, start>>level))
			start += 1 << level
		}
	}
	peaks, err := reader.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("read the edge of a tree of size %d: %w", size, err)
	}
	if len(peaks) != len(indexes) {
		return nil, fmt.Errorf("read the edge of a tree of size %d: %d of %d hashes", size, len(peaks), len(indexes))
	}
	f.peaks = peaks
	return f, nil
}

// Size is the number of leaves below the edge.
func (f *Frontier) Size() int64 { return f.size }

// Add puts a leaf at the end, and appends to hashes what must be stored for it,
// in the order of the stored indexes.
func (f *Frontier) Add(hashes []tlog.Hash, leaf []byte) []tlog.Hash {
	h := tlog.RecordHash(leaf)
	hashes = append(hashes, h)
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.peaks) - 1
		h = tlog.NodeHash(f.peaks[last], h)
		f.peaks = f.peaks[:last]
		hashes = append(hashes, h)
	}
	f.peaks = append(f.peaks, h)
	f.size++
	return hashes
}

// Root is the hash of the whole tree. That of the empty tree is SHA-256 of
// nothing (RFC 6962 section 2.1).
func (f *Frontier) Root() tlog.Hash {
	if f.size == 0 {
		return sha256.Sum256(nil)
	}
	last := len(f.peaks) - 1
	h := f.peaks[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(f.peaks[i], h)
	}
	return h
}

// Append adds leaves to a tree of size leaves. It returns the hashes to store
// from index tlog.StoredHashCount(size) on, and the new size. It reads the edge
// of the old tree once and nothing else.
func Append(reader tlog.HashReader, size int64, leaves [][]byte) (hashes []tlog.Hash, newSize int64, err error) {
	f, err := LoadFrontier(reader, size)
	if err != nil {
		return nil, 0, err
	}
	hashes = make([]tlog.Hash, 0, 2*len(leaves)+bits.Len64(uint64(size)))
	for _, leaf := range leaves {
		hashes = f.Add(hashes, leaf)
	}
	return hashes, f.Size(), nil
}

// Root is the hash of the tree of the first size leaves.
func Root(reader tlog.HashReader, size int64) (tlog.Hash, error) {
	f, err := LoadFrontier(reader, size)
	if err != nil {
		return tlog.Hash{}, err
	}
	return f.Root(), nil
}

// ProveEntry gives the path that proves leaf index to be in the tree of size leaves.
func ProveEntry(reader tlog.HashReader, size, index int64) (tlog.RecordProof, error) {
	if index < 0 || index >= size {
		return nil, fmt.Errorf("prove entry %d of %d: no such entry", index, size)
	}
	proof, err := tlog.ProveRecord(size, index, reader)
	if err != nil {
		return nil, fmt.Errorf("prove entry %d of %d: %w", index, size, err)
	}
	return proof, nil
}

// CheckEntry returns nil when proof shows that leaf is number index of the tree
// that cp describes, and an error wrapping ErrProof otherwise.
func CheckEntry(proof tlog.RecordProof, cp Checkpoint, index int64, leaf []byte) error {
	if index < 0 || index >= cp.Size {
		return fmt.Errorf("entry %d of %d: %w", index, cp.Size, ErrProof)
	}
	if err := tlog.CheckRecord(proof, cp.Size, cp.Root, index, tlog.RecordHash(leaf)); err != nil {
		return fmt.Errorf("entry %d of %d: %w", index, cp.Size, ErrProof)
	}
	return nil
}

// ProvePrefix gives the hashes that prove the tree of the first old leaves to be
// the beginning of the tree of size leaves. The empty tree needs no proof.
func ProvePrefix(reader tlog.HashReader, size, old int64) (tlog.TreeProof, error) {
	if old < 0 || old > size {
		return nil, fmt.Errorf("prove %d a prefix of %d: not shorter", old, size)
	}
	if old == 0 {
		return nil, nil
	}
	proof, err := tlog.ProveTree(size, old, reader)
	if err != nil {
		return nil, fmt.Errorf("prove %d a prefix of %d: %w", old, size, err)
	}
	return proof, nil
}

// CheckPrefix returns nil when proof shows that the log at old is the beginning
// of the log at now, and an error wrapping ErrProof otherwise. Checkpoints of
// different origins are never each other's prefix.
func CheckPrefix(proof tlog.TreeProof, now, old Checkpoint) error {
	bad := fmt.Errorf("size %d is no prefix of size %d: %w", old.Size, now.Size, ErrProof)
	if old.Origin != now.Origin || old.Size < 0 || old.Size > now.Size {
		return bad
	}
	if old.Size == 0 {
		if len(proof) != 0 || old.Root != (&Frontier{}).Root() {
			return bad
		}
		return nil
	}
	if err := tlog.CheckTree(proof, now.Size, now.Root, old.Size, old.Root); err != nil {
		return bad
	}
	return nil
}
