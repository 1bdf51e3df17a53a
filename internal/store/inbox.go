package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"muster/internal/reserve"
)

// InboxState is what became of a text or call that came in.
type InboxState string

// The states of an inbox row.
const (
	InboxNew     InboxState = "new"
	InboxDone    InboxState = "done"
	InboxUnclear InboxState = "unclear" // a person has to read it
	InboxSettled InboxState = "settled" // a person has
	InboxIgnored InboxState = "ignored" // ours, or nobody's
)

// Inbound is a text or call as kept: sealed with its epoch for the place {"", "inbox", id}.
type Inbound struct {
	ID         string
	Carrier    string
	RefHash    []byte // of the carrier's id
	CopyHash   []byte // of sender, time and text, under a secret key; nil while no unlocked node has seen it, or where the carrier gives no time
	Kind       reserve.InboundKind
	State      InboxState
	Epoch      string
	Sealed     []byte
	ReceivedAt int64
	Volunteer  string
	Invitation string
	Reading    string
	HandledBy  string
	HandledAt  int64
}

const inboxColumns = `id, carrier, ref_hash, copy_hash, kind, state, epoch, sealed, received_at, volunteer, invitation, reading, handled_by, handled_at`

// AddInbound keeps what came in, once: a repeat under the same id, or a copy under another, adds nothing and fresh is false.
// It says nothing about a person yet, so it leaves no act.
func (tx *Tx) AddInbound(in Inbound) (fresh bool, err error) {
	n, err := tx.exec(`INSERT INTO inbox (id, carrier, ref_hash, copy_hash, kind, state, epoch, sealed, received_at, reading)
		VALUES ($1, $2, $3, $4, $5, 'new', $6, $7, $8, '') ON CONFLICT DO NOTHING`,
		in.ID, in.Carrier, in.RefHash, nullBytes(in.CopyHash), string(in.Kind), null(in.Epoch), in.Sealed, in.ReceivedAt)
	if err != nil {
		return false, fmt.Errorf("add inbound: %w", err)
	}
	return n == 1, nil
}

// KeepInbound keeps what a carrier posted, in one commit, and says which were new. It leaves no act: what came is said of
// nobody before it is handled.
func (s *Store) KeepInbound(ctx context.Context, list []Inbound) (fresh []bool, err error) {
	err = s.Bookkeep(ctx, func(tx *Tx) error {
		fresh = make([]bool, len(list))
		for i, in := range list {
			if fresh[i], err = tx.AddInbound(in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep what came in: %w", err)
	}
	return fresh, nil
}

// ClaimCopy gives a row that a locked node kept the index of its sender, time and text. first is false where another row has
// that index already: this one is a copy.
func (s *Store) ClaimCopy(ctx context.Context, id string, index []byte) (first bool, err error) {
	claim := func(tx *Tx) error {
		_, err := tx.exec(`UPDATE inbox SET copy_hash = $1 WHERE id = $2 AND copy_hash IS NULL AND NOT EXISTS (SELECT 1 FROM inbox other WHERE other.copy_hash = $1)`, index, id)
		if err != nil {
			return err
		}
		holder, err := one[string](tx.row(`SELECT id FROM inbox WHERE copy_hash = $1`, index))
		first = holder == id
		return err
	}
	if err = s.Bookkeep(ctx, claim); err != nil && ctx.Err() == nil {
		err = s.Bookkeep(ctx, claim) // two nodes at the same instant: the index let one through, and now it is seen
	}
	if err != nil {
		return false, fmt.Errorf("look for a copy: %w", err)
	}
	return first, nil
}

// PackInbound writes what came in as it is sealed: the sender, the carrier's time (µs UTC, 0 for none), each ended by a line
// feed, and the bytes of the text.
func PackInbound(from string, sentAt int64, body []byte) []byte {
	return append(fmt.Appendf(nil, "%s\n%d\n", from, sentAt), body...)
}

// UnpackInbound reads what PackInbound wrote.
func UnpackInbound(plain []byte) (from string, sentAt int64, body []byte, err error) {
	sender, rest, _ := bytes.Cut(plain, []byte{'\n'})
	at, body, ok := bytes.Cut(rest, []byte{'\n'})
	sentAt, err = strconv.ParseInt(string(at), 10, 64)
	if !ok || err != nil {
		return "", 0, nil, errors.New("inbound unreadable")
	}
	return string(sender), sentAt, body, nil
}

// nullBytes writes no bytes as NULL.
func nullBytes(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// NewInbound gives what nobody has handled yet, the oldest first.
func (r *Read) NewInbound(limit int) ([]Inbound, error) {
	return all(r.conn, scanInbound, `SELECT `+inboxColumns+` FROM inbox WHERE (state = 'new' OR state = 'unclear') AND state = 'new' ORDER BY received_at, id LIMIT $1`, limit)
}

// UnclearInbound gives what waits for a person, the oldest first.
func (r *Read) UnclearInbound(limit int) ([]Inbound, error) {
	return all(r.conn, scanInbound, `SELECT `+inboxColumns+` FROM inbox WHERE (state = 'new' OR state = 'unclear') AND state = 'unclear' ORDER BY received_at, id LIMIT $1`, limit)
}

// Inbound reads one row.
func (r *Read) Inbound(id string) (Inbound, error) {
	in, err := scanInbound(r.row(`SELECT `+inboxColumns+` FROM inbox WHERE id = $1`, id))
	if err != nil {
		return in, notFound(err, "inbound")
	}
	return in, nil
}

// InboundOf gives what a person sent, the newest first.
func (r *Read) InboundOf(volunteer string, limit int) ([]Inbound, error) {
	return all(r.conn, scanInbound, `SELECT `+inboxColumns+` FROM inbox WHERE volunteer = $1 ORDER BY received_at DESC, id DESC LIMIT $2`, volunteer, limit)
}

// CountInbound counts rows that nobody has handled, and those that wait for a person, with the time of the oldest of these (0: none).
func (r *Read) CountInbound() (fresh, unclear, oldest int64, err error) {
	err = r.row(`SELECT COALESCE(SUM(CASE WHEN state = 'new' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state = 'unclear' THEN 1 ELSE 0 END), 0),
		COALESCE(MIN(CASE WHEN state = 'unclear' THEN received_at END), 0) FROM inbox WHERE state = 'new' OR state = 'unclear'`).Scan(&fresh, &unclear, &oldest)
	return fresh, unclear, oldest, err
}

// SettleInbound moves a row from one state to that of in, with what it was taken for, in the transaction of its effect. It
// returns ErrNothing where somebody else has handled it, which undoes the effect.
func (tx *Tx) SettleInbound(in Inbound, from InboxState) error {
	n, err := tx.exec(`UPDATE inbox SET state = $1, volunteer = $2, invitation = $3, reading = $4, handled_by = $5, handled_at = $6 WHERE id = $7 AND state = $8`,
		string(in.State), null(in.Volunteer), null(in.Invitation), in.Reading, null(in.HandledBy), tx.at, in.ID, string(from))
	if err != nil {
		return fmt.Errorf("settle inbound: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

func scanInbound(row scanner) (Inbound, error) {
	var in Inbound
	var epoch, volunteer, invitation, by sql.NullString
	var at sql.NullInt64
	err := row.Scan(&in.ID, &in.Carrier, &in.RefHash, &in.CopyHash, &in.Kind, &in.State, &epoch, &in.Sealed, &in.ReceivedAt, &volunteer, &invitation, &in.Reading, &by, &at)
	in.Epoch, in.Volunteer, in.Invitation, in.HandledBy, in.HandledAt = epoch.String, volunteer.String, invitation.String, by.String, at.Int64
	return in, err
}
