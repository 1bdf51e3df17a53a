package audit

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// memoryLog is a log in slices that a test can damage.
type memoryLog struct {
	leaves [][]byte
	hashes []tlog.Hash
	lost   map[int64]bool
	head   Checkpoint
}

func (l *memoryLog) Head() (Checkpoint, error) { return l.head, nil }

func (l *memoryLog) Leaves(from int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for i := from; i < int64(len(l.leaves)); i++ {
			if !yield(l.leaves[i], nil) {
				return
			}
		}
	}
}

func (l *memoryLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(l.hashes)) || l.lost[index] {
			return nil, fmt.Errorf("hash %d: %w", index, ErrNoHash)
		}
		out[i] = l.hashes[index]
	}
	return out, nil
}

// rebuild makes hashes and head fit the leaves, as an attacker who owns the
// database would.
func (l *memoryLog) rebuild() {
	var f Frontier
	l.hashes = l.hashes[:0]
	for _, leaf := range l.leaves {
		l.hashes = f.Add(l.hashes, leaf)
	}
	l.head = Checkpoint{Origin: "log.example", Size: f.Size(), Root: f.Root()}
}

func (l *memoryLog) copy() *memoryLog {
	return &memoryLog{leaves: slices.Clone(l.leaves), hashes: slices.Clone(l.hashes), head: l.head, lost: map[int64]bool{}}
}

func (l *memoryLog) at(t testing.TB, size int64) Checkpoint {
	t.Helper()
	root, err := Root(l, size)
	if err != nil {
		t.Fatal(err)
	}
	return Checkpoint{Origin: l.head.Origin, Size: size, Root: root}
}

func testLeaf(t testing.TB, i int) []byte {
	t.Helper()
	e := Entry{
		At: 1_700_000_000_000_000 + int64(i), Actor: "staff:7Q", Verb: "volunteer.verify",
		Subject: Subject([]byte("salt"), fmt.Append(nil, i)), Count: 1, Node: "n1",
	}
	leaf, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func testLog(t testing.TB, size int) *memoryLog {
	t.Helper()
	l := &memoryLog{}
	for i := range size {
		l.leaves = append(l.leaves, testLeaf(t, i))
	}
	l.rebuild()
	return l
}
