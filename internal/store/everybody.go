package store

import (
	"fmt"

	"muster/internal/reserve"
)

// Everybody gives the people of all drives by id after a given one, for building the roll at unlock.
func (r *Read) Everybody(after string, limit int) ([]reserve.Volunteer, error) {
	return all(r.conn, scanVolunteer, `SELECT `+volunteerColumns+` FROM volunteer WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// Changed is a person whose row changed: which version it has now.
type Changed struct {
	ID        string
	State     reserve.VolunteerState
	Version   int64
	ChangedAt int64
}

// ChangedSince gives the people whose rows changed at or after an instant, in order, for feeding the roll; a node asks with some
// overlap, because commits do not become visible in the order of their times.
func (r *Read) ChangedSince(since int64, limit int) ([]Changed, error) {
	return all(r.conn, func(row scanner) (Changed, error) {
		var c Changed
		err := row.Scan(&c.ID, &c.State, &c.Version, &c.ChangedAt)
		return c, err
	}, `SELECT id, state, version, changed_at FROM volunteer WHERE changed_at >= $1 ORDER BY changed_at, id LIMIT $2`, since, limit)
}

// RegistrationsOfMany gives the sealed registrations of the people between two ids, both included: by person, the oldest first.
func (r *Read) RegistrationsOfMany(from, to string) ([]Registration, error) {
	return all(r.conn, scanRegistration, `SELECT `+registrationColumns+` FROM registration
		WHERE volunteer IS NOT NULL AND volunteer >= $1 AND volunteer <= $2 AND sealed IS NOT NULL ORDER BY volunteer, received_at, id`, from, to)
}

// AllConsentEnds gives what everybody has taken back, by the person they are now: that of somebody folded into another is the other's.
func (r *Read) AllConsentEnds() (map[string][]ConsentEnd, error) {
	winners := map[string]string{}
	merges, err := all(r.conn, func(row scanner) ([2]string, error) {
		var m [2]string
		err := row.Scan(&m[0], &m[1])
		return m, err
	}, `SELECT loser, winner FROM merge WHERE undone_at IS NULL`)
	if err != nil {
		return nil, fmt.Errorf("read merges: %w", err)
	}
	for _, m := range merges {
		winners[m[0]] = m[1]
	}
	kept, err := r.consentEnds(`SELECT volunteer, recipient, purpose, ended_at FROM consent_end ORDER BY volunteer, recipient, purpose`)
	if err != nil {
		return nil, err
	}
	out := map[string][]ConsentEnd{}
	for id, ends := range kept {
		for winners[id] != "" {
			id = winners[id]
		}
		out[id] = append(out[id], ends...)
	}
	return out, nil
}

// ConsentEndsBetween gives what was taken back of registrations that nobody has opened, between two ids, both included.
func (r *Read) ConsentEndsBetween(from, to string) (map[string][]ConsentEnd, error) {
	return r.consentEnds(`SELECT volunteer, recipient, purpose, ended_at FROM consent_end WHERE volunteer >= $1 AND volunteer <= $2`, from, to)
}

func (r *Read) consentEnds(query string, args ...any) (map[string][]ConsentEnd, error) {
	out := map[string][]ConsentEnd{}
	rows, err := r.query(query, args...)
	if err != nil {
		return nil, fmt.Errorf("read ends of consent: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var c ConsentEnd
		if err := rows.Scan(&id, &c.Recipient, &c.Purpose, &c.EndedAt); err != nil {
			return nil, fmt.Errorf("read ends of consent: %w", err)
		}
		out[id] = append(out[id], c)
	}
	return out, rows.Err()
}
