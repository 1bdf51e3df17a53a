package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"muster/internal/audit"
)

// logSource is the log as audit.Verify reads it.
type logSource struct {
	*Read
	tlog.HashReader
}

// Log gives the log for verification and proofs.
func (r *Read) Log() audit.Source { return logSource{r, r.Hashes()} }

// Head gives the head as the row says it; what it says is verified, not believed.
func (l logSource) Head() (audit.Checkpoint, error) {
	h, err := l.Read.Head()
	return audit.Checkpoint{Origin: h.Origin, Size: h.Size, Root: h.Root}, err
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
				err := r.row(`SELECT hashes FROM log_hash WHERE chunk = $1`, chunk).Scan(&bytes)
				if err != nil && !errors.Is(err, sql.ErrNoRows) {
					return nil, fmt.Errorf("log hash %d: %w", index, err)
				}
				cache[chunk] = bytes
			}
			if int64(len(bytes)) < at+tlog.HashSize {
				return nil, fmt.Errorf("log hash %d: %w", index, audit.ErrNoHash)
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
