package store

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"muster/internal/audit"
)

// hashesPerChunk is how many stored hashes of the tree share one row: 32 KiB, one write a batch.
const hashesPerChunk = 1024

// blocksPerBatch bounds one sequencing step, so that it stays short between other changes.
const blocksPerBatch = 512

// Head is how far the log is sequenced.
type Head struct {
	Origin string
	Size   int64 // leaves
	Root   tlog.Hash
	hashes int64 // stored hashes
}

// StartLog names the log's origin if it has none yet. After a restore it gives the log a new origin and begins anew at size 0.
func (s *Store) StartLog(ctx context.Context, origin string) error {
	return s.Bookkeep(ctx, func(tx *Tx) error {
		var empty audit.Frontier
		root := empty.Root()
		_, err := tx.exec(`INSERT INTO log_head (id, origin, size, hashes, root, changed_at) VALUES (1, $1, 0, 0, $2, $3) ON CONFLICT (id) DO NOTHING`, origin, root[:], tx.at)
		return err
	})
}

// Head reads the head of the log.
func (r *Read) Head() (Head, error) {
	var h Head
	var root []byte
	err := r.row(`SELECT origin, size, hashes, root FROM log_head WHERE id = 1`).Scan(&h.Origin, &h.Size, &h.hashes, &root)
	if err != nil {
		return h, notFound(err, "log")
	}
	copy(h.Root[:], root)
	return h, nil
}

// Unsequenced gives the number of commits whose acts have no place in the tree yet, and when the oldest was written, µs UTC (0: none waits).
func (r *Read) Unsequenced() (count, oldest int64, err error) {
	err = r.row(`SELECT COUNT(*), COALESCE(MIN(at), 0) FROM act_block WHERE seq IS NULL`).Scan(&count, &oldest)
	return count, oldest, err
}

type block struct {
	id     string
	leaves []byte
	count  int64
	seq    int64
}

// Sequence gives the oldest unsequenced acts their place in the tree: one batch. did is false where nothing waited.
// Writers never queue for it; nodes that sequence at once are settled by one compare-and-swap on the head row.
func (s *Store) Sequence(ctx context.Context) (did bool, err error) {
	err = s.Bookkeep(ctx, func(tx *Tx) error {
		did = false
		head, err := tx.Head()
		if err != nil {
			return err
		}
		blocks, err := all(tx, func(r scanner) (block, error) {
			var b block
			err := r.Scan(&b.id, &b.leaves, &b.count)
			return b, err
		}, `SELECT id, leaves, count FROM act_block WHERE seq IS NULL ORDER BY id LIMIT $1`, blocksPerBatch)
		if err != nil {
			return err
		}
		if len(blocks) == 0 {
			return ErrNothing
		}
		did = true
		return tx.sequence(head, blocks)
	})
	if errors.Is(err, ErrNothing) || errors.Is(err, errOvertaken) {
		return false, nil
	}
	return did, err
}

var errOvertaken = errors.New("another node moved the head")

func (tx *Tx) sequence(head Head, blocks []block) error {
	var leaves [][]byte
	next := head.Size
	for _, b := range blocks {
		n, err := tx.exec(`UPDATE act_block SET seq = $1 WHERE id = $2 AND seq IS NULL`, next, b.id)
		if err != nil {
			return err
		}
		if n != 1 {
			return errOvertaken
		}
		ls, err := audit.DecodeBlock(b.leaves)
		if err != nil {
			return fmt.Errorf("block of acts: %w", err)
		}
		if int64(len(ls)) != b.count {
			return errors.New("block of acts: count differs")
		}
		leaves = append(leaves, ls...)
		next += b.count
	}
	edge, err := audit.LoadFrontier(tx.Hashes(), head.Size)
	if err != nil {
		return fmt.Errorf("append to log: %w", err)
	}
	var hashes []tlog.Hash
	for _, l := range leaves {
		hashes = edge.Add(hashes, l)
	}
	if err := tx.keepHashes(head.hashes, hashes); err != nil {
		return err
	}
	root := edge.Root()
	n, err := tx.exec(`UPDATE log_head SET size = $1, hashes = $2, root = $3, changed_at = $4 WHERE id = 1 AND size = $5`,
		edge.Size(), head.hashes+int64(len(hashes)), root[:], tx.at, head.Size)
	if err != nil {
		return err
	}
	if n != 1 {
		return errOvertaken
	}
	return nil
}

// keepHashes appends stored hashes from index at on.
func (tx *Tx) keepHashes(at int64, hashes []tlog.Hash) error {
	for len(hashes) > 0 {
		chunk, used := at/hashesPerChunk, at%hashesPerChunk
		n := min(hashesPerChunk-used, int64(len(hashes)))
		var had []byte
		if used > 0 {
			if err := tx.row(`SELECT hashes FROM log_hash WHERE chunk = $1`, chunk).Scan(&had); err != nil {
				return fmt.Errorf("read log hashes: %w", err)
			}
			had = had[:used*tlog.HashSize]
		}
		for _, h := range hashes[:n] {
			had = append(had, h[:]...)
		}
		if _, err := tx.exec(`INSERT INTO log_hash (chunk, hashes) VALUES ($1, $2) ON CONFLICT (chunk) DO UPDATE SET hashes = excluded.hashes`, chunk, had); err != nil {
			return fmt.Errorf("keep log hashes: %w", err)
		}
		hashes, at = hashes[n:], at+n
	}
	return nil
}
