package store

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"muster/internal/audit"
	"muster/internal/reserve"
)

// hashesPerChunk is how many stored hashes of the tree share one row: 32 KiB, one write a batch.
const hashesPerChunk = 1024

// blocksPerBatch bounds one sequencing step, so that it stays short between other changes.
const blocksPerBatch = 512

// Head is how far the log is sequenced.
type Head struct {
	Origin string
	Size   int64 // leaves
	hashes int64 // stored hashes
}

// StartLog names the log's origin if it has none yet. After a restore it gives the log a new origin and begins anew at size 0.
func (s *Store) StartLog(ctx context.Context, origin string) error {
	return s.Bookkeep(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO log_head (id, origin, size, hashes, changed_at) VALUES (1, $1, 0, 0, $2) ON CONFLICT (id) DO NOTHING`, origin, tx.at)
		return err
	})
}

// Head reads the head of the log.
func (r *Read) Head() (Head, error) {
	var h Head
	err := r.row(`SELECT origin, size, hashes FROM log_head WHERE id = 1`).Scan(&h.Origin, &h.Size, &h.hashes)
	if err != nil {
		return h, notFound(err, "log")
	}
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
	hashes, size, err := audit.Append(tx.Hashes(), head.Size, leaves)
	if err != nil {
		return fmt.Errorf("append to log: %w", err)
	}
	if err := tx.keepHashes(head.hashes, hashes); err != nil {
		return err
	}
	n, err := tx.exec(`UPDATE log_head SET size = $1, hashes = $2, changed_at = $3 WHERE id = 1 AND size = $4`,
		size, head.hashes+int64(len(hashes)), tx.at, head.Size)
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

// Hashes reads the stored hashes of the tree.
func (r *Read) Hashes() tlog.HashReader {
	cache := map[int64][]byte{}
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			chunk, at := index/hashesPerChunk, index%hashesPerChunk*tlog.HashSize
			bytes, ok := cache[chunk]
			if !ok {
				if err := r.row(`SELECT hashes FROM log_hash WHERE chunk = $1`, chunk).Scan(&bytes); err != nil {
					return nil, fmt.Errorf("log hash %d: %w", index, err)
				}
				cache[chunk] = bytes
			}
			if int64(len(bytes)) < at+tlog.HashSize {
				return nil, fmt.Errorf("log hash %d: missing", index)
			}
			copy(out[i][:], bytes[at:])
		}
		return out, nil
	})
}

// Leaves gives the sequenced leaves from an index on, in order. It reads them page by page, so that a log of any length fits in memory.
func (r *Read) Leaves(from int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		next := from
		for {
			blocks, err := all(r.conn, func(row scanner) (block, error) {
				var b block
				err := row.Scan(&b.seq, &b.leaves, &b.count)
				return b, err
			}, `SELECT seq, leaves, count FROM act_block WHERE seq IS NOT NULL AND seq + count > $1 ORDER BY seq LIMIT 256`, next)
			if err != nil {
				yield(nil, fmt.Errorf("read acts: %w", err))
				return
			}
			if len(blocks) == 0 {
				return
			}
			for _, b := range blocks {
				ls, err := audit.DecodeBlock(b.leaves)
				if err != nil {
					yield(nil, fmt.Errorf("acts from %d: %w", b.seq, err))
					return
				}
				for i, l := range ls {
					if b.seq+int64(i) >= next && !yield(l, nil) {
						return
					}
				}
				next = max(next, b.seq+int64(len(ls)))
			}
		}
	}
}

// KeepCheckpoint stores a signed checkpoint; one a size.
func (s *Store) KeepCheckpoint(ctx context.Context, size int64, text string) error {
	return s.Bookkeep(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO checkpoint (size, text, signed_at) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING`, size, text, tx.at)
		return err
	})
}

// Checkpoints gives the kept checkpoints, the newest first, at most limit.
func (r *Read) Checkpoints(limit int) ([]string, error) {
	return all(r.conn, one[string], `SELECT text FROM checkpoint ORDER BY size DESC LIMIT $1`, limit)
}

// AddCounter adds n to a named count: refusals of minors and the like, which are kept as numbers only.
func (tx *Tx) AddCounter(name string, n int64) error {
	_, err := tx.exec(`INSERT INTO counter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value`, name, n)
	return err
}

// Counter reads a named count; 0 where nothing was counted.
func (r *Read) Counter(name string) (int64, error) {
	n, err := all(r.conn, one[int64], `SELECT value FROM counter WHERE name = $1`, name)
	if err != nil || len(n) == 0 {
		return 0, err
	}
	return n[0], nil
}

// Setting reads a named setting of the registry; empty where it was never set.
func (r *Read) Setting(name string) (string, error) {
	v, err := all(r.conn, one[string], `SELECT value FROM setting WHERE name = $1`, name)
	if err != nil || len(v) == 0 {
		return "", err
	}
	return v[0], nil
}

// PutSetting sets a named setting of the registry.
func (tx *Tx) PutSetting(name, value string) error {
	_, err := tx.exec(`INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`, name, value, tx.at)
	return err
}

// conflict is the product's error for "somebody was faster".
func conflict(code string) error { return &reserve.Error{Kind: reserve.Conflict, Code: code} }
