package store

import "muster/internal/reserve"

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
