package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// lookAhead is how far behind the first bad leaf a shifted or moved one is
	// looked for; 65,536 leaves are 4 MB of hashes.
	lookAhead = 1 << 16
	// matchRun is how many leaves in a row must fit a shift before it is
	// believed: one alone also fits when two neighbours were swapped.
	matchRun = 8
	// oddLimit is how many leaves out of place are compared as a set.
	oddLimit = 4096
)

// tail is what is behind the first bad leaf, as hashes: the leaves there are and
// the leaves the tree knows, both from the same index.
type tail struct {
	have, want []tlog.Hash
	odd        map[tlog.Hash]int // times in have less times in want, where they differ
	oddCount   int               // places that differ, oddLimit+1 for more
}

// classify says what happened at leaf first, whose hash is not the stored one.
// The head knows size leaves and there are total.
func classify(src Source, first, size, total int64) ([]Damage, error) {
	if first >= total {
		d := leafDamage(Truncated, total)
		d.Until, d.Count = size, size-total
		return []Damage{d}, nil
	}
	if d, ok, err := oneShift(src, first, size, total); ok || err != nil {
		return []Damage{d}, err
	}
	t, err := readTail(src, first, size)
	if err != nil {
		return nil, err
	}
	d := leafDamage(Edited, first)
	// A log that changes under the reader may have lost its end meanwhile.
	if len(t.have) == 0 || len(t.want) == 0 {
		return []Damage{d}, nil
	}
	skipped, wasThere := positions(t.want)[t.have[0]]
	added, isThere := positions(t.have)[t.want[0]]
	switch {
	case total == size && (t.sameSet() || t.oddCount > oddLimit && (wasThere || isThere)):
		d.Kind = Reordered
	case total < size && wasThere && fits(t.have, t.want[skipped:]):
		d.Kind, d.Until, d.Count = Removed, first+int64(skipped), int64(skipped)
	case total > size && isThere && fits(t.have[added:], t.want):
		d.Kind, d.Until, d.Count = Inserted, first+int64(added), int64(added)
	case total < size:
		cut := leafDamage(Truncated, total)
		cut.Until, cut.Count = size, size-total
		return []Damage{d, cut}, nil
	}
	return []Damage{d}, nil
}

// oneShift tries the plain case first: all leaves that are missing or too many
// were taken out or put in at this one place, however many they are.
func oneShift(src Source, first, size, total int64) (Damage, bool, error) {
	if total == size {
		return Damage{}, false, nil
	}
	haveFrom, wantFrom, d := first, first+size-total, leafDamage(Removed, first)
	if total > size {
		haveFrom, wantFrom, d.Kind = first+total-size, first, Inserted
	}
	d.Count = max(size-total, total-size)
	d.Until = first + d.Count
	var have []tlog.Hash
	for leaf, err := range src.Leaves(haveFrom) {
		if err != nil {
			return Damage{}, false, fmt.Errorf("read leaf %d: %w", haveFrom, err)
		}
		if have = append(have, tlog.RecordHash(leaf)); len(have) == matchRun {
			break
		}
	}
	var indexes []int64
	for i := wantFrom; i < size && len(indexes) < matchRun; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	if len(indexes) == 0 {
		return Damage{}, false, nil
	}
	want, _, err := readHashes(src, indexes)
	if err != nil {
		return Damage{}, false, err
	}
	return d, fits(have, want), nil
}

func readTail(src Source, first, size int64) (*tail, error) {
	t := &tail{odd: map[tlog.Hash]int{}}
	var want []tlog.Hash // stored leaf hashes not yet compared
	index := first
	asked := first
	more := func() error {
		var indexes []int64
		for ; asked < size && len(indexes) < hashChunk; asked++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, asked))
		}
		if len(indexes) == 0 {
			return nil
		}
		var err error
		want, _, err = readHashes(src, indexes)
		if room := lookAhead - len(t.want); room > 0 {
			t.want = append(t.want, want[:min(room, len(want))]...)
		}
		return err
	}
	for leaf, err := range src.Leaves(first) {
		if err != nil {
			return nil, fmt.Errorf("read leaf %d: %w", index, err)
		}
		have := tlog.RecordHash(leaf)
		if len(t.have) < lookAhead {
			t.have = append(t.have, have)
		}
		if len(want) == 0 {
			if err := more(); err != nil {
				return nil, err
			}
		}
		if len(want) > 0 {
			t.compare(have, want[0])
			want = want[1:]
		}
		index++
	}
	// The leaves may end first; the window of what was known goes on.
	for asked < size && len(t.want) < lookAhead {
		if err := more(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tail) compare(have, want tlog.Hash) {
	if have == want || t.oddCount > oddLimit {
		return
	}
	t.oddCount++
	t.odd[have]++
	t.odd[want]--
}

// sameSet says that the leaves out of place are the leaves missing.
func (t *tail) sameSet() bool {
	if t.oddCount > oddLimit {
		return false
	}
	for _, n := range t.odd {
		if n != 0 {
			return false
		}
	}
	return true
}

// positions gives the first place of each hash.
func positions(hashes []tlog.Hash) map[tlog.Hash]int {
	at := make(map[tlog.Hash]int, len(hashes))
	for i := len(hashes) - 1; i >= 0; i-- {
		at[hashes[i]] = i
	}
	return at
}

// fits says that two runs begin alike, and end together where they end early.
func fits(have, want []tlog.Hash) bool {
	for i := range matchRun {
		if i >= len(have) || i >= len(want) {
			return len(have) == len(want)
		}
		if have[i] != want[i] {
			return false
		}
	}
	return true
}
