package store

import "fmt"

// Asked is how often a person has been asked, for the fatigue limits and the fair rotation.
type Asked struct {
	Times      int // since AskedSince.History
	Month      int // since AskedSince.Month
	Unanswered int // since AskedSince.Day
	Elsewhere  bool
	Here       bool // has an invitation to the call-up at hand
	Yes        int  // call-ups for which they had a seat
	Silent     int  // call-ups that ended without a word of them
}

// AskedSince is how far back invitations are counted, in µs UTC: all of them, those of a month, the unanswered ones of a day.
type AskedSince struct {
	History, Month, Day int64
}

// AskedBefore counts everybody's invitations since three instants, and older ones where their call-up is open still; callup is
// the one at hand. It costs what was asked since the first instant, not what was ever asked; "+ 0" keeps SQLite from reading
// the old ones by their time.
func (r *Read) AskedBefore(callup string, since AskedSince) (map[string]Asked, error) {
	out := map[string]Asked{}
	rows, err := r.query(`SELECT i.volunteer, COUNT(*), SUM(CASE WHEN i.invited_at >= $1 THEN 1 ELSE 0 END),
		SUM(CASE WHEN i.invited_at >= $2 AND i.state = 'invited' AND i.answered_at IS NULL THEN 1 ELSE 0 END),
		SUM(CASE WHEN (i.state = 'confirmed' OR i.state = 'standby') AND c.state = 'open' THEN 1 ELSE 0 END),
		SUM(CASE WHEN i.callup = $3 THEN 1 ELSE 0 END),
		SUM(CASE WHEN i.state = 'confirmed' THEN 1 ELSE 0 END),
		SUM(CASE WHEN i.state = 'stood-down' AND i.answered_at IS NULL AND i.sent_at IS NOT NULL THEN 1 ELSE 0 END)
		FROM (SELECT volunteer, callup, state, invited_at, answered_at, sent_at FROM invitation WHERE invited_at >= $4 AND walk_in = FALSE
			UNION ALL SELECT volunteer, callup, state, invited_at, answered_at, sent_at FROM invitation
			WHERE callup IN (SELECT id FROM callup WHERE state = 'open') AND invited_at + 0 < $4 AND walk_in = FALSE) i
		JOIN callup c ON c.id = i.callup GROUP BY i.volunteer`, since.Month, since.Day, callup, since.History)
	if err != nil {
		return nil, fmt.Errorf("count who was asked: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var a Asked
		var elsewhere, here int
		if err := rows.Scan(&id, &a.Times, &a.Month, &a.Unanswered, &elsewhere, &here, &a.Yes, &a.Silent); err != nil {
			return nil, fmt.Errorf("count who was asked: %w", err)
		}
		a.Elsewhere, a.Here = elsewhere > 0, here > 0
		out[id] = a
	}
	return out, rows.Err()
}
