package store

import (
	"database/sql"
	"fmt"
	"hash/fnv"

	"muster/internal/reserve"
)

const invitationColumns = `id, callup, need, volunteer, wave, state, channel, unclear, walk_in, ticket, invited_at, sent_at, reached_at, answered_at,
	checked_in_at, checked_out_at, turned_away_at, home_safe_at, told_at, depart_asked_at, on_the_way_at, depart_rung_at`

// Invitation reads one invitation.
func (r *Read) Invitation(id string) (reserve.Invitation, error) {
	inv, err := scanInvitation(r.row(`SELECT `+invitationColumns+` FROM invitation WHERE id = $1`, id))
	if err != nil {
		return inv, notFound(err, "invitation")
	}
	return inv, nil
}

// Pin is the four digits by which people who share a phone say who answers. It follows from the invitation and is no secret.
func Pin(invitation string) string {
	h := fnv.New32a()
	h.Write([]byte(invitation))
	return fmt.Sprintf("%04d", h.Sum32()%10_000)
}

// InvitationOf finds a person's invitation to a need; ok is false where there is none.
func (r *Read) InvitationOf(need, volunteer string) (inv reserve.Invitation, ok bool, err error) {
	list, err := all(r.conn, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE need = $1 AND volunteer = $2`, need, volunteer)
	if err != nil || len(list) == 0 {
		return inv, false, err
	}
	return list[0], true, nil
}

// InvitationsTo gives the invitations of a call-up by id after a given one.
func (r *Read) InvitationsTo(callup, after string, limit int) ([]reserve.Invitation, error) {
	return all(r.conn, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE callup = $1 AND id > $2 ORDER BY id LIMIT $3`, callup, after, limit)
}

// InvitationsIn gives a need's invitations in a state, stand-by in the order of tickets.
func (r *Read) InvitationsIn(need string, state reserve.InvitationState) ([]reserve.Invitation, error) {
	return all(r.conn, scanInvitation, `SELECT `+invitationColumns+` FROM invitation WHERE need = $1 AND state = $2 ORDER BY COALESCE(ticket, 0), id`, need, string(state))
}

// Standing is an invitation with what an answer needs to know of its call-up.
type Standing struct {
	reserve.Invitation
	Code     string
	Open     bool
	ReportBy int64
	ClosedAt int64
	Drive    string
}

// StandingOf gives a person's invitations to open call-ups, and to those closed since an instant, the newest first.
func (r *Read) StandingOf(volunteer string, since int64) ([]Standing, error) {
	return all(r.conn, func(row scanner) (Standing, error) {
		var s Standing
		var closed sql.NullInt64
		var state string
		inv, err := scanInvitation(scanMore{row, []any{&s.Code, &state, &s.ReportBy, &closed, &s.Drive}})
		s.Invitation, s.Open, s.ClosedAt = inv, state == string(reserve.CallUpOpen), closed.Int64
		return s, err
	}, `SELECT i.id, i.callup, i.need, i.volunteer, i.wave, i.state, i.channel, i.unclear, i.walk_in, i.ticket, i.invited_at, i.sent_at, i.reached_at, i.answered_at,
		i.checked_in_at, i.checked_out_at, i.turned_away_at, i.home_safe_at, i.told_at, i.depart_asked_at, i.on_the_way_at, i.depart_rung_at, c.code, c.state, c.report_by, c.closed_at, c.drive
		FROM invitation i JOIN callup c ON c.id = i.callup WHERE i.volunteer = $1 AND (c.state = 'open' OR c.closed_at >= $2) ORDER BY i.invited_at DESC, i.id DESC`,
		volunteer, since)
}

// scanMore scans a row's first columns into what the caller asks and the rest into more.
type scanMore struct {
	row  scanner
	more []any
}

func (s scanMore) Scan(dest ...any) error { return s.row.Scan(append(dest, s.more...)...) }

func scanInvitation(row scanner) (reserve.Invitation, error) {
	var i reserve.Invitation
	var ticket, sent, reached, answered, in, out, away, home, told, depart, coming, rung sql.NullInt64
	err := row.Scan(&i.ID, &i.CallUp, &i.Need, &i.Volunteer, &i.Wave, &i.State, &i.Channel, &i.Unclear, &i.WalkIn, &ticket, &i.InvitedAt, &sent, &reached, &answered,
		&in, &out, &away, &home, &told, &depart, &coming, &rung)
	i.Ticket, i.SentAt, i.ReachedAt, i.AnsweredAt = ticket.Int64, sent.Int64, reached.Int64, answered.Int64
	i.CheckedIn, i.CheckedOut, i.TurnedAway, i.HomeSafeAt, i.ToldAt = in.Int64, out.Int64, away.Int64, home.Int64, told.Int64
	i.DepartAskedAt, i.OnTheWayAt, i.DepartRungAt = depart.Int64, coming.Int64, rung.Int64
	return i, err
}

// moveInvitation moves an invitation on if it is still in the state it was read in; else ErrMoved. Whether a text has
// reached the person changes without the need's row, so those two states count as one. The answer's time is
// set by the first answer and by every change of mind; a machine's moves (standing down, dropping) leave it.
func (tx *Tx) moveInvitation(inv reserve.Invitation, to reserve.InvitationState, ticket int64) error {
	answered := int64(0)
	switch to {
	case reserve.Confirmed, reserve.OnStandby, reserve.TooLate, reserve.Declined, reserve.Released, reserve.WrongPerson:
		answered = tx.at
	}
	if inv.State == reserve.OnStandby && to == reserve.Confirmed {
		answered = inv.AnsweredAt
	}
	n, err := tx.exec(`UPDATE invitation SET state = $1, ticket = $2, unclear = FALSE, answered_at = COALESCE($3, answered_at)
		WHERE id = $4 AND (state = $5 OR $6 = TRUE AND state IN ('invited', 'unreached'))`,
		string(to), nullTime(ticket), nullTime(answered), inv.ID, string(inv.State), inv.State == reserve.Invited || inv.State == reserve.Unreached)
	if err != nil {
		return fmt.Errorf("move invitation: %w", err)
	}
	if n == 0 {
		return ErrMoved
	}
	return nil
}

// MarkUnclear flags that a person has to read this invitation's answer; ErrNothing where it is flagged or settled already.
func (tx *Tx) MarkUnclear(invitation string) error {
	n, err := tx.exec(`UPDATE invitation SET unclear = TRUE, answered_at = COALESCE(answered_at, $1) WHERE id = $2 AND unclear = FALSE AND state = 'invited'`, tx.at, invitation)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}

// Reached notes that an answer came from the phone: that proves delivery better than any receipt.
func (tx *Tx) Reached(invitation string) error {
	_, err := tx.exec(`UPDATE invitation SET reached_at = COALESCE(reached_at, $1), state = CASE WHEN state = 'unreached' THEN 'invited' ELSE state END WHERE id = $2`, tx.at, invitation)
	if err != nil {
		return fmt.Errorf("mark reached: %w", err)
	}
	_, err = tx.exec(`UPDATE outbox SET state = 'delivered', delivered_at = COALESCE(delivered_at, $1) WHERE invitation = $2 AND text_key = 'sms.invite' AND state IN ('sent', 'unknown', 'failed')`, tx.at, invitation)
	return err
}

// Rung notes that a human caller tried a person: the call is the channel from here on, and whoever picked up was reached.
func (tx *Tx) Rung(invitation string, reached bool) error {
	query := `UPDATE invitation SET channel = 'call', sent_at = $1, invited_at = CASE WHEN state = 'unreached' OR state = 'invited' THEN $1 ELSE invited_at END WHERE id = $2`
	if reached {
		query = `UPDATE invitation SET channel = 'call', sent_at = COALESCE(sent_at, $1), reached_at = $1 WHERE id = $2`
	}
	_, err := tx.exec(query, tx.at, invitation)
	return err
}

// Told notes that a person has been told the outcome.
func (tx *Tx) Told(invitation string) error {
	_, err := tx.exec(`UPDATE invitation SET told_at = COALESCE(told_at, $1) WHERE id = $2`, tx.at, invitation)
	return err
}

// DropInvitations ends a person's invitations to open call-ups, because they withdrew or were erased: seats and stand-bys
// are given back, and those who move up are told. The floor above calls it in the change that withdraws the person.
func (tx *Tx) DropInvitations(volunteer string) error {
	list, err := tx.StandingOf(volunteer, never)
	if err != nil {
		return fmt.Errorf("drop invitations: %w", err)
	}
	for _, s := range list {
		switch s.State {
		case reserve.Invited, reserve.Confirmed, reserve.OnStandby, reserve.Unreached:
		default:
			continue
		}
		up, _, err := tx.Release(s.ID, reserve.InviteDropped)
		if err != nil {
			return fmt.Errorf("drop invitation: %w", err)
		}
		if err := tx.TellUp(up, s.ReportBy); err != nil {
			return err
		}
		if err := tx.WakeCallUp(s.CallUp, tx.at); err != nil {
			return err
		}
	}
	return nil
}

// TellUp queues the text for those who moved up from stand-by.
func (tx *Tx) TellUp(up []reserve.Invitation, until int64) error {
	for _, inv := range up {
		if _, err := tx.exec(`UPDATE invitation SET told_at = $1 WHERE id = $2`, tx.at, inv.ID); err != nil { // this outcome replaces the one told
			return fmt.Errorf("note who moved up: %w", err)
		}
		o := Outbound{Lane: LaneNotice, TextKey: "sms.standby-up", Volunteer: inv.Volunteer, CallUp: inv.CallUp, Invitation: inv.ID, ExpiresAt: max(until, tx.at+hour)}
		if err := tx.Queue(o); err != nil {
			return err
		}
	}
	return nil
}

const hour = 3600 * 1_000_000

// InvitationCount is how a need's invitations stand.
type InvitationCount struct {
	Total   int
	Unclear int
	WalkIns int
	Of      map[reserve.InvitationState]int
}

// InvitationCounts counts a call-up's invitations by need, from the rows themselves. Total and Of are of those who were asked;
// WalkIns came without a yes, asked or not.
func (r *Read) InvitationCounts(callup string) (map[string]InvitationCount, error) {
	type line struct {
		need, channel   string
		state           reserve.InvitationState
		unclear, walkIn bool
		n               int
	}
	list, err := all(r.conn, func(row scanner) (line, error) {
		var l line
		err := row.Scan(&l.need, &l.state, &l.unclear, &l.walkIn, &l.channel, &l.n)
		return l, err
	}, `SELECT need, state, unclear, walk_in, channel, COUNT(*) FROM invitation WHERE callup = $1 GROUP BY need, state, unclear, walk_in, channel`, callup)
	if err != nil {
		return nil, fmt.Errorf("count invitations: %w", err)
	}
	out := map[string]InvitationCount{}
	for _, l := range list {
		c := out[l.need]
		if c.Of == nil {
			c.Of = map[reserve.InvitationState]int{}
		}
		if l.channel != "walk-in" {
			c.Of[l.state] += l.n
			c.Total += l.n
		}
		if l.walkIn {
			c.WalkIns += l.n
		}
		if l.unclear {
			c.Unclear += l.n
		}
		out[l.need] = c
	}
	return out, nil
}
