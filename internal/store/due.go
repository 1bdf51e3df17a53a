package store

import "database/sql"

// NextDue gives the next instant, µs UTC, at which a call-up looks again or a queued text may leave, and false where
// nothing is to come. A queue whose gateways are all pacing is due when the first of them may send again.
func (r *Read) NextDue() (at int64, ok bool, err error) {
	var step, text, gateway sql.NullInt64
	if err := r.row(`SELECT MIN(next_step_at) FROM callup WHERE state = 'open'`).Scan(&step); err != nil {
		return 0, false, err
	}
	if err := r.row(`SELECT MIN(due_at) FROM outbox WHERE state = 'queued'`).Scan(&text); err != nil {
		return 0, false, err
	}
	if err := r.row(`SELECT MIN(next_send_at) FROM gateway WHERE state <> 'dead'`).Scan(&gateway); err != nil {
		return 0, false, err
	}
	if text.Valid && gateway.Valid {
		text.Int64 = max(text.Int64, gateway.Int64)
	}
	switch {
	case step.Valid && text.Valid:
		return min(step.Int64, text.Int64), true, nil
	case step.Valid:
		return step.Int64, true, nil
	case text.Valid:
		return text.Int64, true, nil
	}
	return 0, false, nil
}
