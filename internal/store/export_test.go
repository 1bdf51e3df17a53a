package store

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
