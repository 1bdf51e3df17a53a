package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"muster/internal/seal"
)

// Lane is the order of delivery: answers first, then news for those who have a part in something, invitations last.
type Lane string

// The lanes.
const (
	LaneReply  Lane = "reply"
	LaneNotice Lane = "notice"
	LaneCallUp Lane = "callup"
)

// SealKind says which key opens an outbox row's sealed part.
type SealKind string

// The kinds of seals.
const (
	SealNone   SealKind = ""
	SealHouse  SealKind = "house"
	SealMemory SealKind = "memory" // of the node named Holder; goes out while locked
)

// OutboxState is where a text stands.
type OutboxState string

// The states of a text.
const (
	Queued    OutboxState = "queued"
	Sending   OutboxState = "sending"
	Sent      OutboxState = "sent"
	Delivered OutboxState = "delivered"
	Failed    OutboxState = "failed"
	Unknown   OutboxState = "unknown" // handed over or not, nobody knows: a person decides, unless the carrier tells our Ref apart
	Expired   OutboxState = "expired"
	Dropped   OutboxState = "dropped" // not wanted any more
)

// Outbound is a text to deliver. The number and the name are looked up when it is sent; Args hold no personal data. Its ID
// is the Ref the carrier is given.
type Outbound struct {
	ID          string
	Lane        Lane
	TextKey     string
	Args        map[string]string
	Sealed      []byte
	SealKind    SealKind
	Holder      string
	Volunteer   string
	CallUp      string
	Invitation  string
	State       OutboxState
	Carrier     string
	CarrierRef  string
	Parts       int
	Attempts    int
	DueAt       int64
	ExpiresAt   int64
	Lease       string
	QueuedAt    int64
	SentAt      int64
	DeliveredAt int64
	FailedAt    int64

	// Wanted is set by ClaimOutbox: false where the call-up or the person needs this text no more.
	Wanted bool
}

const day = 24 * hour

// Queue adds texts to deliver. Where ID, DueAt or ExpiresAt are empty they become a new id, now, and a day from now.
func (tx *Tx) Queue(list ...Outbound) error {
	for _, o := range list {
		if o.ID == "" {
			o.ID = tx.s.NewID()
		}
		if o.DueAt == 0 {
			o.DueAt = tx.at
		}
		if o.ExpiresAt == 0 {
			o.ExpiresAt = tx.at + day
		}
		args := "{}"
		if len(o.Args) > 0 {
			text, err := json.Marshal(o.Args)
			if err != nil {
				return fmt.Errorf("write arguments: %w", err)
			}
			args = string(text)
		}
		_, err := tx.exec(`INSERT INTO outbox (id, lane, text_key, args, sealed, seal_kind, holder, volunteer, callup, invitation, state, carrier, carrier_ref,
			parts, parts_delivered, parts_failed, attempts, due_at, expires_at, lease, lease_until, queued_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', '', '', 0, 0, 0, 0, $11, $12, '', 0, $13) ON CONFLICT (id) DO NOTHING`,
			o.ID, string(o.Lane), o.TextKey, args, nullBytes(o.Sealed), string(o.SealKind), o.Holder, null(o.Volunteer), null(o.CallUp), null(o.Invitation),
			o.DueAt, o.ExpiresAt, tx.at)
		if err != nil {
			return fmt.Errorf("queue text: %w", err)
		}
	}
	return nil
}

// SettingPaused is the setting that stops all sending while it is "yes".
const SettingPaused = "sending.paused"

// TextsDue reports whether a claim would find anything to do: a due text, or one whose node did not come back.
func (r *Read) TextsDue(now int64, lanes []Lane) (bool, error) {
	for _, lane := range lanes {
		n, err := one[int64](r.row(`SELECT COUNT(*) FROM (SELECT id FROM outbox WHERE state = 'queued' AND lane = $1 AND due_at <= $2 LIMIT 1) AS due`, string(lane), now))
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	n, err := one[int64](r.row(`SELECT COUNT(*) FROM outbox WHERE state = 'sending' AND lease_until <= $1`, now))
	return n > 0, err
}

// Claim is what a node asks of the queue for one gateway.
type Claim struct {
	Carrier  string
	Lease    string // new for every claim
	Until    int64  // afterwards the claim is taken for lost
	Lanes    []Lane
	Locked   bool // only what this node's memory key opens
	Limit    int
	Interval int64 // µs between texts of this gateway
}

// ClaimOutbox takes due texts for a gateway, in the order of lanes and due times, by conditional update: two nodes never
// take the same. What has expired is marked so instead. Each row says whether it is still wanted.
func (tx *Tx) ClaimOutbox(c Claim) ([]Outbound, error) {
	left := c.Limit
	for _, lane := range c.Lanes {
		if left <= 0 {
			break
		}
		if _, err := tx.exec(`UPDATE outbox SET state = 'expired' WHERE state = 'queued' AND lane = $1 AND due_at <= $2 AND expires_at <= $2`, string(lane), tx.at); err != nil {
			return nil, fmt.Errorf("expire texts: %w", err)
		}
		n, err := tx.exec(`UPDATE outbox SET state = 'sending', carrier = $1, lease = $2, lease_until = $3, attempts = attempts + 1 WHERE state = 'queued' AND id IN
			(SELECT id FROM outbox WHERE state = 'queued' AND lane = $4 AND due_at <= $5 AND (holder = '' OR holder = $6) AND ($7 = FALSE OR seal_kind = 'memory')
			ORDER BY due_at, id LIMIT $8)`,
			c.Carrier, c.Lease, c.Until, string(lane), tx.at, tx.s.config.Node, c.Locked, left)
		if err != nil {
			return nil, fmt.Errorf("claim texts: %w", err)
		}
		left -= int(n)
	}
	if left == c.Limit {
		return nil, nil
	}
	return tx.Claimed(c.Lease)
}

const outboundColumns = `o.id, o.lane, o.text_key, o.args, o.sealed, o.seal_kind, o.holder, o.volunteer, o.callup, o.invitation, o.state, o.carrier, o.carrier_ref,
	o.parts, o.attempts, o.due_at, o.expires_at, o.lease, o.queued_at, o.sent_at, o.delivered_at, o.failed_at`

// Claimed gives the texts of a claim. An invitation is wanted while it is unanswered and its call-up is open and has room;
// any text to a person, while the person has not withdrawn.
func (r *Read) Claimed(lease string) ([]Outbound, error) {
	return all(r.conn, func(row scanner) (Outbound, error) {
		var wanted int
		o, err := scanOutbound(scanMore{row, []any{&wanted}})
		o.Wanted = wanted == 1
		return o, err
	}, `SELECT `+outboundColumns+`, CASE
		WHEN v.state IN ('withdrawn', 'erased', 'merged') AND o.lane <> 'reply' THEN 0
		WHEN o.text_key <> 'sms.invite' THEN 1
		WHEN i.state = 'invited' AND c.state = 'open' AND (n.confirmed < n.confirm_limit OR n.standby < n.standby_max) THEN 1
		ELSE 0 END
		FROM outbox o LEFT JOIN volunteer v ON v.id = o.volunteer LEFT JOIN invitation i ON i.id = o.invitation
		LEFT JOIN need n ON n.id = i.need LEFT JOIN callup c ON c.id = i.callup
		WHERE o.lease = $1 AND o.state = 'sending' ORDER BY o.due_at, o.id`, lease)
}

func scanOutbound(row scanner) (Outbound, error) {
	var o Outbound
	var args string
	var volunteer, callup, invitation sql.NullString
	var sent, delivered, failed sql.NullInt64
	err := row.Scan(&o.ID, &o.Lane, &o.TextKey, &args, &o.Sealed, &o.SealKind, &o.Holder, &volunteer, &callup, &invitation, &o.State, &o.Carrier, &o.CarrierRef,
		&o.Parts, &o.Attempts, &o.DueAt, &o.ExpiresAt, &o.Lease, &o.QueuedAt, &sent, &delivered, &failed)
	if err != nil {
		return o, err
	}
	o.Volunteer, o.CallUp, o.Invitation = volunteer.String, callup.String, invitation.String
	o.SentAt, o.DeliveredAt, o.FailedAt = sent.Int64, delivered.Int64, failed.Int64
	if args != "{}" {
		err = json.Unmarshal([]byte(args), &o.Args)
	}
	return o, err
}

// Outbound reads one text.
func (r *Read) Outbound(id string) (Outbound, error) {
	o, err := scanOutbound(r.row(`SELECT `+outboundColumns+` FROM outbox o WHERE o.id = $1`, id))
	if err != nil {
		return o, notFound(err, "text")
	}
	return o, nil
}

// TextsOf gives a call-up's texts by id after a given one.
func (r *Read) TextsOf(callup, after string, limit int) ([]Outbound, error) {
	return all(r.conn, scanOutbound, `SELECT `+outboundColumns+` FROM outbox o WHERE o.callup = $1 AND o.id > $2 ORDER BY o.id LIMIT $3`, callup, after, limit)
}

// UnknownTexts gives the texts of which nobody knows whether they were handed over, for a person to decide.
func (r *Read) UnknownTexts(limit int) ([]Outbound, error) {
	return all(r.conn, scanOutbound, `SELECT `+outboundColumns+` FROM outbox o WHERE o.state = 'unknown' ORDER BY o.queued_at, o.id LIMIT $1`, limit)
}

// TextCount is how many texts of a lane are in a state.
type TextCount struct {
	Lane  Lane
	State OutboxState
	Count int64
}

// CountTexts counts texts by lane and state: a call-up's, or all where callup is empty.
func (r *Read) CountTexts(callup string) ([]TextCount, error) {
	return all(r.conn, func(row scanner) (TextCount, error) {
		var c TextCount
		err := row.Scan(&c.Lane, &c.State, &c.Count)
		return c, err
	}, `SELECT lane, state, COUNT(*) FROM outbox WHERE $1 = '' OR callup = $1 GROUP BY lane, state ORDER BY lane, state`, callup)
}

// KeyCount is how many texts of a key are in a state.
type KeyCount struct {
	Key   string
	State OutboxState
	Count int
}

// CountKeys counts a call-up's texts by key and state: who has seen a change of place.
func (r *Read) CountKeys(callup string) ([]KeyCount, error) {
	return all(r.conn, func(row scanner) (KeyCount, error) {
		var c KeyCount
		err := row.Scan(&c.Key, &c.State, &c.Count)
		return c, err
	}, `SELECT text_key, state, COUNT(*) FROM outbox WHERE callup = $1 GROUP BY text_key, state ORDER BY text_key, state`, callup)
}

// OutboxPlace is where a text's sealed part belongs.
func OutboxPlace(id string) seal.AD { return seal.AD{Table: "outbox", ID: id} }

// CountQueued counts the texts that wait in a lane.
func (r *Read) CountQueued(lane Lane) (int64, error) {
	return one[int64](r.row(`SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND lane = $1`, string(lane)))
}

// HintsSince counts the texts of some keys queued for a person since an instant: the guard against two machines talking.
func (r *Read) HintsSince(volunteer string, since int64, key, other string) (int64, error) {
	return one[int64](r.row(`SELECT COUNT(*) FROM outbox WHERE volunteer = $1 AND queued_at >= $2 AND (text_key = $3 OR text_key = $4)`, volunteer, since, key, other))
}

// DropQueued takes back a call-up's invitations that have not been handed over.
func (tx *Tx) DropQueued(callup string) error {
	_, err := tx.exec(`UPDATE outbox SET state = 'dropped' WHERE callup = $1 AND state = 'queued' AND lane = 'callup'`, callup)
	return err
}

// Requeue puts a text of unknown fate back on a person's word; ErrNothing where it is not unknown.
func (tx *Tx) Requeue(id string) error {
	n, err := tx.exec(`UPDATE outbox SET state = 'queued', due_at = $1, lease = '' WHERE id = $2 AND state = 'unknown'`, tx.at, id)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}

// Outcome is what came of handing one text over.
type Outcome struct {
	ID         string
	Invitation string
	State      OutboxState // Sent, Queued (again at DueAt), Unknown, Failed, Expired, Dropped
	CarrierRef string
	Parts      int
	DueAt      int64
}

// MarkOutbox notes outcomes of a claim. A report that was faster than the mark is kept: the state only moves on from "sending".
func (tx *Tx) MarkOutbox(lease string, list []Outcome) error {
	for _, o := range list {
		sent, failed := int64(0), int64(0)
		switch o.State {
		case Sent:
			sent = tx.at
		case Failed:
			failed = tx.at
		}
		n, err := tx.exec(`UPDATE outbox SET carrier_ref = CASE WHEN $1 <> '' THEN $1 ELSE carrier_ref END, parts = $2, sent_at = COALESCE(sent_at, $3),
			failed_at = COALESCE(failed_at, $4), due_at = CASE WHEN state = 'sending' AND $5 = 'queued' THEN $6 ELSE due_at END,
			state = CASE WHEN state = 'sending' THEN $5 ELSE state END WHERE id = $7 AND lease = $8`,
			o.CarrierRef, max(o.Parts, 1), nullTime(sent), nullTime(failed), string(o.State), o.DueAt, o.ID, lease)
		if err != nil {
			return fmt.Errorf("mark text: %w", err)
		}
		if n == 0 || o.Invitation == "" {
			continue
		}
		if err := tx.markInvitation(o); err != nil {
			return err
		}
	}
	return nil
}

// markInvitation carries what became of an invitation's text over to the invitation.
func (tx *Tx) markInvitation(o Outcome) error {
	var err error
	switch o.State {
	case Sent:
		_, err = tx.exec(`UPDATE invitation SET sent_at = COALESCE(sent_at, $1) WHERE id = $2`, tx.at, o.Invitation)
	case Failed:
		_, err = tx.exec(`UPDATE invitation SET state = 'unreached' WHERE id = $1 AND state = 'invited' AND reached_at IS NULL`, o.Invitation)
	case Dropped, Expired:
		_, err = tx.exec(`UPDATE invitation SET state = 'dropped' WHERE id = $1 AND state = 'invited' AND sent_at IS NULL`, o.Invitation)
	}
	if err != nil {
		return fmt.Errorf("mark invitation: %w", err)
	}
	return nil
}

// RecoverOutbox settles claims whose node did not come back: texts of a carrier that tells our Ref apart are tried again
// under the same Ref, all others become unknown. It returns how many of each.
func (tx *Tx) RecoverOutbox(carrier string, again bool) (requeued, unknown int64, err error) {
	state := Unknown
	if again {
		state = Queued
	}
	n, err := tx.exec(`UPDATE outbox SET state = $1, lease = '' WHERE state = 'sending' AND lease_until <= $2 AND carrier = $3`, string(state), tx.at, carrier)
	if err != nil {
		return 0, 0, fmt.Errorf("recover texts: %w", err)
	}
	if again {
		return n, 0, nil
	}
	return 0, n, nil
}
