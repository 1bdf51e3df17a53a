package store

import (
	"database/sql"
	"errors"
	"fmt"

	"muster/internal/reserve"
)

// ErrMoved says that a row changed between reading and writing it; the caller reads again.
var ErrMoved = errors.New("the row changed meanwhile")

const needColumns = `id, callup, function, qualification, wanted, level, area, confirm_limit, limit_fixed, standby_max, confirmed, standby,
	arrived, checked_in, turned_away`

// needRows gives a call-up's needs without the counts of their invitations.
func (r *Read) needRows(callup string) ([]reserve.Need, error) {
	list, err := all(r.conn, scanNeed, `SELECT `+needColumns+` FROM need WHERE callup = $1 ORDER BY position`, callup)
	if err != nil {
		return nil, fmt.Errorf("read needs: %w", err)
	}
	return list, nil
}

func (r *Read) needs(callup string) ([]reserve.Need, error) {
	list, err := r.needRows(callup)
	if err != nil {
		return nil, err
	}
	counts, err := r.InvitationCounts(callup)
	if err != nil {
		return nil, err
	}
	for i := range list {
		c := counts[list[i].ID]
		list[i].Invited, list[i].Declined, list[i].Unclear = c.Total, c.Of[reserve.Declined], c.Unclear
	}
	return list, nil
}

// Need reads one need without the counts of its invitations.
func (r *Read) Need(id string) (reserve.Need, error) {
	n, err := scanNeed(r.row(`SELECT `+needColumns+` FROM need WHERE id = $1`, id))
	if err != nil {
		return n, notFound(err, "need")
	}
	return n, nil
}

func scanNeed(row scanner) (reserve.Need, error) {
	var n reserve.Need
	err := row.Scan(&n.ID, &n.CallUp, &n.Function, &n.Qualification, &n.Wanted, &n.Level, &n.Area, &n.ConfirmLimit, &n.LimitFixed, &n.StandbyMax,
		&n.Confirmed, &n.Standby, &n.Arrived, &n.CheckedIn, &n.TurnedAway)
	return n, err
}

// lockNeed takes the need's row before any of its invitations, everywhere in this file: one order of locks.
func (tx *Tx) lockNeed(id string) error {
	n, err := tx.exec(`UPDATE need SET next_ticket = next_ticket WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("lock need: %w", err)
	}
	if n == 0 {
		return notFound(sql.ErrNoRows, "need")
	}
	return nil
}

// seat takes one seat if the limit allows it and, for a new yes, if nobody waits on stand-by.
func (tx *Tx) seat(need string, ahead bool) (bool, error) {
	query := `UPDATE need SET confirmed = confirmed + 1 WHERE id = $1 AND confirmed < confirm_limit AND standby = 0`
	switch {
	case tx.s.config.Broken.NoLimit: // the count stays within the table's check, the seats do not
		query = `UPDATE need SET confirmed = CASE WHEN confirmed < confirm_limit THEN confirmed + 1 ELSE confirmed END WHERE id = $1`
	case ahead:
		query = `UPDATE need SET confirmed = confirmed + 1, standby = standby - 1 WHERE id = $1 AND confirmed < confirm_limit AND standby > 0`
	}
	n, err := tx.exec(query, need)
	if err != nil {
		return false, fmt.Errorf("take seat: %w", err)
	}
	return n == 1, nil
}

// holdInvitation reads an invitation while the row of its need is held: every settling of a place goes through here.
func (tx *Tx) holdInvitation(id string) (reserve.Invitation, error) {
	inv, err := tx.Invitation(id)
	if err != nil {
		return inv, err
	}
	if err := tx.lockNeed(inv.Need); err != nil {
		return inv, err
	}
	return tx.Invitation(id)
}

// TakeSeat settles a yes: a seat, stand-by, or nothing left. late says that a seat is out of the question (a yes after the
// hour), so that only stand-by can be had. repeat says that the person had that place already and nothing changed. It
// returns ErrMoved where the person's other answer was settled at the same instant; the caller runs it again.
func (tx *Tx) TakeSeat(invitation string, late bool) (place reserve.Place, repeat bool, err error) {
	inv, err := tx.holdInvitation(invitation)
	if err != nil {
		return "", false, err
	}
	switch inv.State {
	case reserve.Confirmed:
		return reserve.PlaceSeat, true, nil
	case reserve.OnStandby:
		return reserve.PlaceStandby, true, nil
	}
	if !late {
		got, err := tx.seat(inv.Need, false)
		if err != nil {
			return "", false, err
		}
		if got {
			return reserve.PlaceSeat, false, tx.moveInvitation(inv, reserve.Confirmed, 0)
		}
	}
	n, err := tx.exec(`UPDATE need SET standby = standby + 1, next_ticket = next_ticket + 1 WHERE id = $1 AND standby < standby_max`, inv.Need)
	if err != nil {
		return "", false, fmt.Errorf("take stand-by: %w", err)
	}
	if n == 0 {
		if inv.State == reserve.TooLate {
			return reserve.PlaceFull, true, nil
		}
		return reserve.PlaceFull, false, tx.moveInvitation(inv, reserve.TooLate, 0)
	}
	ticket, err := one[int64](tx.row(`SELECT next_ticket FROM need WHERE id = $1`, inv.Need))
	if err != nil {
		return "", false, fmt.Errorf("read ticket: %w", err)
	}
	return reserve.PlaceStandby, false, tx.moveInvitation(inv, reserve.OnStandby, ticket)
}

// Release moves an invitation to a state that holds no place (declined, released, stood down, wrong person, dropped) and gives a
// seat or stand-by it had back; a free seat goes to the oldest stand-by in the same transaction. It returns those who moved up.
// changed is false where the invitation is in that state already.
func (tx *Tx) Release(invitation string, to reserve.InvitationState) (up []reserve.Invitation, changed bool, err error) {
	inv, err := tx.holdInvitation(invitation)
	if err != nil {
		return nil, false, err
	}
	if inv.State == to {
		return nil, false, nil
	}
	if inv.State != reserve.Confirmed && inv.State != reserve.OnStandby {
		return nil, true, tx.moveInvitation(inv, to, 0)
	}
	query := `UPDATE need SET confirmed = confirmed - 1 WHERE id = $1 AND confirmed > 0`
	switch {
	case inv.State == reserve.OnStandby:
		query = `UPDATE need SET standby = standby - 1 WHERE id = $1 AND standby > 0`
	case inv.DepartAskedAt != 0:
		// On the day itself those who are left are surer than the limit was made for: whether this place is filled again is the
		// planner's to say, who looks at once.
		query = `UPDATE need SET confirmed = confirmed - 1, confirm_limit = CASE WHEN limit_fixed THEN confirm_limit ELSE confirm_limit - 1 END WHERE id = $1 AND confirmed > 0`
	}
	if _, err := tx.exec(query, inv.Need); err != nil {
		return nil, false, fmt.Errorf("give back: %w", err)
	}
	if err := tx.moveInvitation(inv, to, 0); err != nil {
		return nil, false, err
	}
	if inv.State == reserve.Confirmed {
		up, err = tx.promote(inv.Need)
	}
	return up, true, err
}

// promote gives free seats to those on stand-by, the oldest ticket first. The caller holds the need's row. A call-up that is closed promotes nobody.
func (tx *Tx) promote(need string) ([]reserve.Invitation, error) {
	open, err := one[int64](tx.row(`SELECT COUNT(*) FROM need n JOIN callup c ON c.id = n.callup WHERE n.id = $1 AND c.state = 'open'`, need))
	if err != nil || open == 0 {
		return nil, err
	}
	var up []reserve.Invitation
	for {
		next, err := all(tx, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE need = $1 AND state = 'standby' ORDER BY ticket LIMIT 1`, need)
		if err != nil {
			return nil, fmt.Errorf("read stand-by: %w", err)
		}
		if len(next) == 0 {
			return up, nil
		}
		got, err := tx.seat(need, true)
		if err != nil || !got {
			return up, err
		}
		if err := tx.moveInvitation(next[0], reserve.Confirmed, 0); err != nil {
			return nil, err
		}
		next[0].State = reserve.Confirmed
		up = append(up, next[0])
	}
}

// SetConfirmLimit moves the limit of a need whose organiser has fixed none, never under those confirmed. Where it rises,
// those on stand-by move up and are returned. changed is false where the limit stays.
func (tx *Tx) SetConfirmLimit(need string, limit int) (up []reserve.Invitation, changed bool, err error) {
	n, err := tx.exec(`UPDATE need SET confirm_limit = $1 WHERE id = $2 AND limit_fixed = FALSE AND confirm_limit <> $1 AND confirmed <= $1`, limit, need)
	if err != nil {
		return nil, false, fmt.Errorf("set limit: %w", err)
	}
	if n == 0 {
		return nil, false, nil
	}
	up, err = tx.promote(need)
	return up, true, err
}
