package audit

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrNoHash is what a Source wraps when a stored hash it is asked for is gone.
// Any other error stops Verify, because it says nothing about the log.
var ErrNoHash = errors.New("no such stored hash")

// Source is a log to verify. A live log may grow meanwhile; one that is read in
// one snapshot gives the clearest report.
type Source interface {
	tlog.HashReader
	// Head gives origin, size and root as they are kept; At is not looked at.
	Head() (Checkpoint, error)
	// Leaves gives the leaves from one on, in order, to the last there is. A
	// leaf need only stay valid until the next one.
	Leaves(from int64) iter.Seq2[[]byte, error]
}

// hashChunk is how many stored hashes are read at once: few enough to stay below
// the limit on parameters of a query, enough to make a million leaves 500 reads.
const hashChunk = 4096

// Verify walks every leaf of src, recomputes every stored hash and the root, and
// checks that each checkpoint is a beginning of the log; it names what is wrong
// and where. Checkpoints come from OpenCheckpoint, best from a witness outside.
// The error is of reading only; damage is in the report.
func Verify(src Source, checkpoints ...Checkpoint) (Report, error) {
	head, err := src.Head()
	if err != nil {
		return Report{}, fmt.Errorf("read the head of the log: %w", err)
	}
	w := &walk{src: src, head: head, roots: map[int64]tlog.Hash{head.Size: {}}}
	for _, cp := range checkpoints {
		w.roots[cp.Size] = tlog.Hash{}
	}
	w.roots[0] = (&Frontier{}).Root()
	if err := w.leaves(); err != nil {
		return Report{}, err
	}
	// Leaves behind the head are an insertion only if the head has not moved on.
	now, err := src.Head()
	if err != nil {
		return Report{}, fmt.Errorf("read the head of the log: %w", err)
	}
	leafDamage, err := w.judgeLeaves(max(head.Size, now.Size))
	if err != nil {
		return Report{}, err
	}
	r := Report{Size: head.Size, Root: w.roots[head.Size], Leaves: w.total}
	r.Damage = append(leafDamage, w.hashes...)
	if err := w.judgeHeads(&r, checkpoints, len(leafDamage) > 0); err != nil {
		return Report{}, err
	}
	return r, nil
}

// suspect is a stored hash that differs from what the leaves give, as long as it
// is not known whether the hash or a leaf below it was changed.
type suspect struct {
	level int
	n     int64
	count int64
}

func (s *suspect) start() int64 { return s.n << s.level }

func join(a, b *suspect) *suspect {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	first := *a
	if b.start() < a.start() {
		first = *b
	}
	first.count = a.count + b.count
	return &first
}

type walk struct {
	src  Source
	head Checkpoint

	edge     Frontier
	suspects []*suspect // one for each subtree of edge, nil where all is well
	total    int64
	roots    map[int64]tlog.Hash // root at the sizes asked for, zero until reached
	hashes   []Damage            // damage of stored hashes

	chunk []tlog.Hash // stored hashes that end before index read
	gone  []bool
	at    int // the next of chunk
	read  int64
}

func (w *walk) leaves() error {
	var fresh []tlog.Hash
	for leaf, err := range w.src.Leaves(0) {
		if err != nil {
			return fmt.Errorf("read leaf %d: %w", w.total, err)
		}
		w.total++
		if w.total > w.head.Size {
			continue
		}
		fresh = w.edge.Add(fresh[:0], leaf)
		if err := w.compare(w.edge.size-1, fresh); err != nil {
			return err
		}
		if _, asked := w.roots[w.edge.size]; asked {
			w.roots[w.edge.size] = w.edge.Root()
		}
	}
	return nil
}

// compare sets the hashes that leaf index completes against the stored ones.
func (w *walk) compare(index int64, fresh []tlog.Hash) error {
	var now *suspect
	for level, h := range fresh {
		if level > 0 {
			last := len(w.suspects) - 1
			now = join(w.suspects[last], now)
			w.suspects = w.suspects[:last]
		}
		stored, gone, err := w.next()
		if err != nil {
			return err
		}
		here := suspect{level: level, n: index >> level, count: 1}
		switch {
		case gone:
			w.noteHash(HashMissing, here)
		case stored == h && now != nil:
			// The parent fits the leaves, so the leaves below are the ones
			// that were written: it is the hashes between that were changed.
			w.noteHash(HashTampered, *now)
			now = nil
		case stored != h && now == nil:
			now = &here
		}
	}
	w.suspects = append(w.suspects, now)
	return nil
}

func (w *walk) noteHash(kind DamageKind, s suspect) {
	// A lost table of hashes must not make a report of a million lines.
	if last := len(w.hashes) - 1; kind == HashMissing && last >= 0 && w.hashes[last].Kind == HashMissing {
		w.hashes[last].Count += s.count
		w.hashes[last].Until = max(w.hashes[last].Until, s.start()+1<<s.level)
		return
	}
	w.hashes = append(w.hashes, Damage{
		Kind: kind, Index: s.start(), Until: s.start() + 1<<s.level,
		Hash: tlog.StoredHashIndex(s.level, s.n), Checkpoint: -1, Count: s.count,
	})
}

// next gives the stored hash that follows the one before.
func (w *walk) next() (h tlog.Hash, gone bool, err error) {
	if w.at == len(w.chunk) {
		upTo := min(w.read+hashChunk, tlog.StoredHashCount(w.head.Size))
		indexes := make([]int64, 0, hashChunk)
		for i := w.read; i < upTo; i++ {
			indexes = append(indexes, i)
		}
		if w.chunk, w.gone, err = readHashes(w.src, indexes); err != nil {
			return h, false, err
		}
		w.read, w.at = upTo, 0
	}
	h, gone = w.chunk[w.at], w.gone[w.at]
	w.at++
	return h, gone, nil
}

// readHashes reads stored hashes and says which are gone. Where some are, it
// halves the question until it knows which.
func readHashes(reader tlog.HashReader, indexes []int64) ([]tlog.Hash, []bool, error) {
	hashes, err := reader.ReadHashes(indexes)
	switch {
	case err == nil && len(hashes) == len(indexes):
		return hashes, make([]bool, len(indexes)), nil
	case err == nil:
		return nil, nil, fmt.Errorf("read %d stored hashes from %d: got %d", len(indexes), indexes[0], len(hashes))
	case !errors.Is(err, ErrNoHash):
		return nil, nil, fmt.Errorf("read %d stored hashes from %d: %w", len(indexes), indexes[0], err)
	case len(indexes) == 1:
		return make([]tlog.Hash, 1), []bool{true}, nil
	}
	half := len(indexes) / 2
	left, leftGone, err := readHashes(reader, indexes[:half])
	if err != nil {
		return nil, nil, err
	}
	right, rightGone, err := readHashes(reader, indexes[half:])
	if err != nil {
		return nil, nil, err
	}
	return slices.Concat(left, right), slices.Concat(leftGone, rightGone), nil
}

// judgeLeaves decides what the suspects left over mean. The head has size known.
func (w *walk) judgeLeaves(known int64) ([]Damage, error) {
	var first *suspect
	for _, s := range w.suspects {
		first = join(first, s)
	}
	whole := w.total >= w.head.Size
	if first != nil && whole && w.roots[w.head.Size] == w.head.Root {
		w.noteHash(HashTampered, *first)
		first = nil
	}
	switch {
	case first != nil && first.level > 0:
		// Somebody changed a leaf and made the hashes above it fit, but not to the top.
		d := leafDamage(Edited, first.start())
		d.Until = first.start() + 1<<first.level
		d.Hash = tlog.StoredHashIndex(first.level, first.n)
		return []Damage{d}, nil
	case first != nil:
		return classify(w.src, first.start(), w.head.Size, w.total)
	case !whole:
		d := leafDamage(Truncated, w.total)
		d.Until, d.Count = w.head.Size, w.head.Size-w.total
		return []Damage{d}, nil
	case w.total > known:
		d := leafDamage(Inserted, known)
		d.Until, d.Count = w.total, w.total-known
		return []Damage{d}, nil
	}
	return nil, nil
}

// judgeHeads checks the head and the checkpoints. Where the leaves are damaged
// the stored hashes may still bear a head out: then the log was not forked.
func (w *walk) judgeHeads(r *Report, checkpoints []Checkpoint, leavesDamaged bool) error {
	holds := func(cp Checkpoint) (bool, error) {
		if w.roots[cp.Size] == cp.Root && cp.Root != (tlog.Hash{}) {
			return true, nil
		}
		if !leavesDamaged {
			return false, nil
		}
		stored, err := Root(w.src, cp.Size)
		if err != nil && !errors.Is(err, ErrNoHash) {
			return false, fmt.Errorf("check the head of size %d: %w", cp.Size, err)
		}
		return err == nil && stored == cp.Root, nil
	}
	ok, err := holds(w.head)
	if err != nil {
		return err
	}
	if !ok {
		r.Damage = append(r.Damage, Damage{Kind: HeadWrong, Until: w.head.Size, Hash: -1, Checkpoint: -1})
	}
	older := slices.Clone(checkpoints)
	slices.SortStableFunc(older, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	good := int64(0)
	for _, cp := range older {
		d := Damage{Kind: Fork, Index: good, Until: cp.Size, Hash: -1, Checkpoint: cp.Size}
		switch {
		case cp.Origin != w.head.Origin:
			d.Kind, d.Index, d.Until = OtherOrigin, 0, 0
		case cp.Size > w.head.Size:
			d.Kind, d.Index = RolledBack, w.head.Size
		default:
			if ok, err = holds(cp); err != nil {
				return err
			}
			if ok {
				good = cp.Size
				r.Checkpoints++
				continue
			}
		}
		r.Damage = append(r.Damage, d)
	}
	return nil
}

func leafDamage(kind DamageKind, index int64) Damage {
	return Damage{Kind: kind, Index: index, Until: index + 1, Hash: -1, Checkpoint: -1, Count: 1}
}
