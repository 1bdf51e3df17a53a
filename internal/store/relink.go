package store

import (
	"fmt"
	"strings"
)

// OfferedPairs gives a drive's pairs that wait for the desk, by id, from behind after on.
func (r *Read) OfferedPairs(drive, after string, limit int) ([]Pair, error) {
	return all(r.conn, scanPair, `SELECT `+pairColumns+` FROM pair WHERE drive = $1 AND state = 'offered' AND id > $2 ORDER BY id LIMIT $3`, drive, after, limit)
}

// PairsUnder gives every pair, whatever became of it, whose smaller id is among the given ones.
func (r *Read) PairsUnder(smaller []string) ([]Pair, error) {
	if len(smaller) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(smaller)), make([]any, len(smaller))
	for i, id := range smaller {
		marks[i], args[i] = "$"+fmt.Sprint(i+1), id
	}
	return all(r.conn, scanPair, `SELECT `+pairColumns+` FROM pair WHERE a IN (`+strings.Join(marks, ", ")+`)`, args...)
}

// RescorePair writes band, score and reasons anew on a pair that still waits for the desk; ErrNothing where it does not.
func (tx *Tx) RescorePair(p Pair) error {
	n, err := tx.exec(`UPDATE pair SET band = $1, score = $2, reasons = $3 WHERE id = $4 AND state = 'offered'`,
		string(p.Band), p.Score, packList(p.Reasons), p.ID)
	if err != nil {
		return fmt.Errorf("rescore pair: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// HoldBack holds a person who counts until the desk has decided. Somebody who has a place or is on stand-by in a call-up that
// is open is not held but seated: they may be on their way, and would be sent home at the assembly point.
func (tx *Tx) HoldBack(id string) (held, seated bool, err error) {
	n, err := tx.exec(`UPDATE volunteer SET state = 'held', changed_at = $1, version = version + 1
		WHERE id = $2 AND state IN ('active', 'pending-age') AND NOT EXISTS (SELECT 1 FROM invitation i JOIN callup c ON c.id = i.callup
			WHERE i.volunteer = $2 AND i.state IN ('confirmed', 'standby') AND c.state = 'open')`, tx.at, id)
	if err != nil {
		return false, false, fmt.Errorf("hold back: %w", err)
	}
	if n == 1 {
		return true, false, nil
	}
	left, err := one[int64](tx.row(`SELECT COUNT(*) FROM volunteer WHERE id = $1 AND state IN ('active', 'pending-age')`, id))
	if err != nil {
		return false, false, fmt.Errorf("look whom to hold back: %w", err)
	}
	return false, left == 1, nil
}
