package store

import (
	"context"
	"fmt"
	"strings"
)

// Faulty runs a statement that no engine takes.
func (tx *Tx) Faulty() error { _, err := tx.exec(`UPDATE nowhere SET x = 1`); return err }

// Twice breaks a unique index.
func (tx *Tx) Twice() error {
	for range 2 {
		if _, err := tx.exec(`INSERT INTO setting (name, value, changed_at) VALUES ('same', '', 0)`); err != nil {
			return err
		}
	}
	return nil
}

// LimitPages lets the file grow by n pages more and no further: a full disk as SQLite sees it.
func (tx *Tx) LimitPages(n int64) error {
	var now int64
	if err := tx.row(`PRAGMA page_count`).Scan(&now); err != nil {
		return err
	}
	var set int64
	return tx.w.conn.QueryRowContext(context.Background(), fmt.Sprintf(`PRAGMA max_page_count = %d`, now+n)).Scan(&set)
}

// Large writes more than a limited file takes.
func (tx *Tx) Large(bytes int) error {
	_, err := tx.exec(`INSERT INTO setting (name, value, changed_at) VALUES ('large', $1, 0)`, strings.Repeat("x", bytes))
	return err
}
