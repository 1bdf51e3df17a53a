package store

import "fmt"

// Silence marks a number as under STOP, by its keyed index; ErrNothing where it is already.
func (tx *Tx) Silence(index []byte) error {
	n, err := tx.exec(`INSERT INTO silence (phone_index, silenced_at) VALUES ($1, $2)
		ON CONFLICT (phone_index) DO UPDATE SET silenced_at = excluded.silenced_at, ended_at = NULL WHERE silence.ended_at IS NOT NULL`, index, tx.at)
	if err != nil {
		return fmt.Errorf("silence number: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// Unsilence lifts STOP from a number; ErrNothing where none stands.
func (tx *Tx) Unsilence(index []byte) error {
	n, err := tx.exec(`UPDATE silence SET ended_at = $1 WHERE phone_index = $2 AND ended_at IS NULL`, tx.at, index)
	if err != nil {
		return fmt.Errorf("unsilence number: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// Silenced reports whether a number is under STOP now.
func (r *Read) Silenced(index []byte) (bool, error) {
	n, err := one[int64](r.row(`SELECT COUNT(*) FROM silence WHERE phone_index = $1 AND ended_at IS NULL`, index))
	return n > 0, err
}

// Silences gives the index of every number under STOP, for marking the roll at unlock.
func (r *Read) Silences() ([][]byte, error) {
	return all(r.conn, one[[]byte], `SELECT phone_index FROM silence WHERE ended_at IS NULL`)
}
