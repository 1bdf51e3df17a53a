package store

import "fmt"

// BatchState is how far an import is.
type BatchState string

// The states of a batch.
const (
	BatchImporting BatchState = "importing"
	BatchDone      BatchState = "done"
	BatchUndone    BatchState = "undone"
)

// Batch is one import of a file.
type Batch struct {
	ID        string
	Drive     string
	Digest    []byte // of the file
	Rows      int64
	Taken     int64
	Refused   int64
	State     BatchState
	Staff     string
	CreatedAt int64
	ChangedAt int64
}

const batchColumns = `id, drive, digest, rows_total, rows_taken, rows_refused, state, staff, created_at, changed_at`

// BeginBatch notes that a file is being imported, once a drive and file: where the same file was imported before, that
// batch comes back, so that an import that was broken off goes on under the same references.
func (tx *Tx) BeginBatch(b Batch) (Batch, error) {
	_, err := tx.exec(`INSERT INTO batch (id, drive, digest, rows_total, rows_taken, rows_refused, state, staff, created_at, changed_at)
		VALUES ($1, $2, $3, $4, 0, 0, 'importing', $5, $6, $6)
		ON CONFLICT (drive, digest) DO UPDATE SET state = 'importing', changed_at = excluded.changed_at WHERE batch.state = 'undone'`,
		b.ID, b.Drive, b.Digest, b.Rows, b.Staff, tx.at)
	if err != nil {
		return b, fmt.Errorf("begin batch: %w", err)
	}
	had, err := scanBatch(tx.row(`SELECT `+batchColumns+` FROM batch WHERE drive = $1 AND digest = $2`, b.Drive, b.Digest))
	if err != nil {
		return b, fmt.Errorf("read batch: %w", err)
	}
	return had, nil
}

// FinishBatch notes what became of its rows.
func (tx *Tx) FinishBatch(id string, taken, refused int64) error {
	_, err := tx.exec(`UPDATE batch SET state = 'done', rows_taken = $1, rows_refused = $2, changed_at = $3 WHERE id = $4`, taken, refused, tx.at, id)
	return err
}

// UndoBatch marks a batch as taken back; ErrNothing where it is already.
func (tx *Tx) UndoBatch(id string) error {
	n, err := tx.exec(`UPDATE batch SET state = 'undone', changed_at = $1 WHERE id = $2 AND state <> 'undone'`, tx.at, id)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}

// Batch reads one batch.
func (r *Read) Batch(id string) (Batch, error) {
	b, err := scanBatch(r.row(`SELECT `+batchColumns+` FROM batch WHERE id = $1`, id))
	if err != nil {
		return b, notFound(err, "batch")
	}
	return b, nil
}

// Batches lists a drive's imports, the newest first.
func (r *Read) Batches(drive string, limit int) ([]Batch, error) {
	return all(r.conn, scanBatch, `SELECT `+batchColumns+` FROM batch WHERE drive = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, drive, limit)
}

func scanBatch(row scanner) (Batch, error) {
	var b Batch
	err := row.Scan(&b.ID, &b.Drive, &b.Digest, &b.Rows, &b.Taken, &b.Refused, &b.State, &b.Staff, &b.CreatedAt, &b.ChangedAt)
	return b, err
}
