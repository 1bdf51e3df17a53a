package store

import (
	"database/sql"
	"fmt"

	"muster/internal/reserve"
)

// Spell is one stay of a person at the assembly point. OutAt is 0 while they are there.
type Spell struct {
	Invitation string
	Number     int64
	InAt       int64
	InBy       string
	OutAt      int64
	OutBy      string
}

// Spells gives a person's stays under an invitation, in order.
func (r *Read) Spells(invitation string) ([]Spell, error) {
	return all(r.conn, func(row scanner) (Spell, error) {
		s := Spell{Invitation: invitation}
		var out sql.NullInt64
		var by sql.NullString
		err := row.Scan(&s.Number, &s.InAt, &s.InBy, &out, &by)
		s.OutAt, s.OutBy = out.Int64, by.String
		return s, err
	}, `SELECT number, in_at, in_by, out_at, out_by FROM spell WHERE invitation = $1 ORDER BY number`, invitation)
}

// AddWalkIn makes the row of a person who came without being asked for this need, where there is none; it gives the row that is there.
func (tx *Tx) AddWalkIn(inv reserve.Invitation) (reserve.Invitation, error) {
	_, err := tx.exec(`INSERT INTO invitation (id, callup, need, volunteer, wave, state, channel, unclear, walk_in, invited_at)
		VALUES ($1, $2, $3, $4, 0, 'released', 'walk-in', FALSE, TRUE, $5) ON CONFLICT (need, volunteer) DO NOTHING`,
		inv.ID, inv.CallUp, inv.Need, inv.Volunteer, tx.at)
	if err != nil {
		return inv, fmt.Errorf("add walk-in: %w", err)
	}
	got, ok, err := tx.InvitationOf(inv.Need, inv.Volunteer)
	if err == nil && !ok {
		err = notFound(sql.ErrNoRows, "invitation")
	}
	return got, err
}

// Arrival is what a check-in came to.
type Arrival struct {
	Spell      Spell
	Repeat     bool // was there already: Spell says since when and by whom
	TurnedAway bool // all wanted are there
	WalkIn     bool
}

// CheckIn opens a stay. Who is there already is not checked in again (field case C049), whoever scans and however often. A
// person beyond those wanted is counted as turned away, once. by is a staff id; at and deadline are µs UTC.
func (tx *Tx) CheckIn(invitation, by string, at, deadline int64) (Arrival, error) {
	inv, err := tx.Invitation(invitation)
	if err != nil {
		return Arrival{}, err
	}
	if err := tx.lockNeed(inv.Need); err != nil {
		return Arrival{}, err
	}
	spells, err := tx.Spells(invitation)
	if err != nil {
		return Arrival{}, err
	}
	out := Arrival{WalkIn: inv.WalkIn || inv.State != reserve.Confirmed}
	if n := len(spells); n > 0 && spells[n-1].OutAt == 0 {
		out.Spell, out.Repeat = spells[n-1], true
		return out, nil
	}
	if len(spells) == 0 {
		welcome, err := tx.arrive(inv, at <= deadline)
		if err != nil {
			return out, err
		}
		if !welcome {
			out.TurnedAway, out.Repeat = true, inv.TurnedAway != 0
			return out, tx.turnAway(inv, at)
		}
	} else if at < spells[len(spells)-1].OutAt {
		return out, &reserve.Error{Kind: reserve.Conflict, Code: "check-in-overlaps"}
	}
	out.Spell = Spell{Invitation: invitation, Number: int64(len(spells)) + 1, InAt: at, InBy: by}
	n, err := tx.exec(`INSERT INTO spell (invitation, number, in_at, in_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, invitation, out.Spell.Number, at, by)
	if err != nil {
		return out, fmt.Errorf("check in: %w", err)
	}
	if n == 0 {
		return out, ErrMoved
	}
	_, err = tx.exec(`UPDATE invitation SET checked_in_at = COALESCE(checked_in_at, $1), checked_in_by = COALESCE(checked_in_by, $2), checked_out_at = NULL,
		home_safe_at = NULL, walk_in = $3 WHERE id = $4`, at, by, out.WalkIn, invitation)
	return out, err
}

// arrive counts a first arrival where fewer than wanted are there.
func (tx *Tx) arrive(inv reserve.Invitation, inTime bool) (bool, error) {
	early := 0
	if inTime {
		early = 1
	}
	n, err := tx.exec(`UPDATE need SET checked_in = checked_in + 1, arrived = arrived + $1 WHERE id = $2 AND checked_in < wanted`, early, inv.Need)
	if err != nil {
		return false, fmt.Errorf("count arrival: %w", err)
	}
	if n == 1 && inv.TurnedAway != 0 {
		_, err = tx.exec(`UPDATE need SET turned_away = turned_away - 1 WHERE id = $1`, inv.Need)
		if err == nil {
			_, err = tx.exec(`UPDATE invitation SET turned_away_at = NULL WHERE id = $1`, inv.ID)
		}
	}
	return n == 1, err
}

func (tx *Tx) turnAway(inv reserve.Invitation, at int64) error {
	n, err := tx.exec(`UPDATE invitation SET turned_away_at = $1 WHERE id = $2 AND turned_away_at IS NULL`, at, inv.ID)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.exec(`UPDATE need SET turned_away = turned_away + 1 WHERE id = $1`, inv.Need)
	return err
}

// CheckOut ends the open stay. A check-out without a check-in, or before it, is refused: Conflict with code
// "not-checked-in" or "check-out-early".
func (tx *Tx) CheckOut(invitation, by string, at int64) (Spell, error) {
	spells, err := tx.Spells(invitation)
	if err != nil {
		return Spell{}, err
	}
	if len(spells) == 0 {
		return Spell{}, conflict("not-checked-in")
	}
	last := spells[len(spells)-1]
	if last.OutAt != 0 {
		return last, ErrNothing
	}
	if at < last.InAt {
		return last, conflict("check-out-early")
	}
	n, err := tx.exec(`UPDATE spell SET out_at = $1, out_by = $2 WHERE invitation = $3 AND number = $4 AND out_at IS NULL`, at, by, invitation, last.Number)
	if err != nil {
		return last, fmt.Errorf("check out: %w", err)
	}
	if n == 0 {
		return last, ErrMoved
	}
	last.OutAt, last.OutBy = at, by
	_, err = tx.exec(`UPDATE invitation SET checked_out_at = $1 WHERE id = $2`, at, invitation)
	return last, err
}

// HomeSafe notes that a person is home and well; ErrNothing where it is known.
func (tx *Tx) HomeSafe(invitation string) error {
	n, err := tx.exec(`UPDATE invitation SET home_safe_at = $1 WHERE id = $2 AND home_safe_at IS NULL AND checked_in_at IS NOT NULL`, tx.at, invitation)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}
