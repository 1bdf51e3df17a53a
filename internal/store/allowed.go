package store

import "fmt"

// Allowed says that a recipient of a drive may be given lists, at one key, by the word of two people.
type Allowed struct {
	Drive        string
	Recipient    string
	RecipientKey string
	State        AllowedState
	AskedBy      string
	AskedSession []byte
	AskedHands   []string
	AskedAt      int64
	AllowedBy    string
	AllowedAt    int64
}

// AllowedState says whether the second person has agreed.
type AllowedState string

// The states.
const (
	AllowAsked   AllowedState = "asked"
	AllowGiven   AllowedState = "allowed"
	AllowStopped AllowedState = "stopped" // one person is enough to stop
)

// Allowed reads what two people said of a recipient; nothing said is NotFound.
func (r *Read) Allowed(drive, recipient string) (Allowed, error) {
	a := Allowed{Drive: drive, Recipient: recipient}
	var hands string
	err := r.row(`SELECT recipient_key, state, asked_by, asked_session, asked_hands, asked_at, COALESCE(allowed_by, ''), COALESCE(allowed_at, 0)
		FROM handover_allowed WHERE drive = $1 AND recipient = $2`, drive, recipient).
		Scan(&a.RecipientKey, &a.State, &a.AskedBy, &a.AskedSession, &hands, &a.AskedAt, &a.AllowedBy, &a.AllowedAt)
	if err != nil {
		return a, notFound(err, "permission")
	}
	a.AskedHands = unpackList(hands)
	return a, nil
}

// AskAllowed notes the first person's wish to give lists to a recipient at a key. An earlier permission falls with it.
func (tx *Tx) AskAllowed(a Allowed) error {
	_, err := tx.exec(`INSERT INTO handover_allowed (drive, recipient, recipient_key, state, asked_by, asked_session, asked_hands, asked_at)
		VALUES ($1, $2, $3, 'asked', $4, $5, $6, $7)
		ON CONFLICT (drive, recipient) DO UPDATE SET recipient_key = excluded.recipient_key, state = 'asked', asked_by = excluded.asked_by,
		asked_session = excluded.asked_session, asked_hands = excluded.asked_hands, asked_at = excluded.asked_at, allowed_by = NULL, allowed_at = NULL`,
		a.Drive, a.Recipient, a.RecipientKey, a.AskedBy, a.AskedSession, packList(a.AskedHands), tx.at)
	if err != nil {
		return fmt.Errorf("ask to allow hand-over: %w", err)
	}
	return nil
}

// GiveAllowed notes the second person's word for the same key; Conflict "changed-meanwhile" where the first word is gone.
func (tx *Tx) GiveAllowed(a Allowed, staff string) error {
	n, err := tx.exec(`UPDATE handover_allowed SET state = 'allowed', allowed_by = $1, allowed_at = $2
		WHERE drive = $3 AND recipient = $4 AND recipient_key = $5 AND state = 'asked' AND asked_by <> $1`, staff, tx.at, a.Drive, a.Recipient, a.RecipientKey)
	if err != nil {
		return fmt.Errorf("allow hand-over: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// PinKey keeps the key under which two people sent the first list to a recipient whose drive file allows lists.
func (tx *Tx) PinKey(h Handover, staff string) error {
	_, err := tx.exec(`INSERT INTO handover_allowed (drive, recipient, recipient_key, state, asked_by, asked_session, asked_hands, asked_at, allowed_by, allowed_at)
		VALUES ($1, $2, $3, 'allowed', $4, $5, $6, $7, $8, $7) ON CONFLICT (drive, recipient) DO NOTHING`,
		h.Drive, h.Recipient, h.RecipientKey, h.PreparedBy, h.PreparedSession, packList(h.PreparedHands), tx.at, staff)
	if err != nil {
		return fmt.Errorf("pin a recipient's key: %w", err)
	}
	return nil
}

// StopAllowed switches lists to a recipient off, also where nothing was said of it before; ErrNothing where it was off.
func (tx *Tx) StopAllowed(a Allowed) error {
	n, err := tx.exec(`INSERT INTO handover_allowed (drive, recipient, recipient_key, state, asked_by, asked_session, asked_hands, asked_at)
		VALUES ($1, $2, $3, 'stopped', $4, $5, $6, $7)
		ON CONFLICT (drive, recipient) DO UPDATE SET state = 'stopped', allowed_by = NULL, allowed_at = NULL WHERE handover_allowed.state <> 'stopped'`,
		a.Drive, a.Recipient, a.RecipientKey, a.AskedBy, a.AskedSession, packList(a.AskedHands), tx.at)
	if err != nil {
		return fmt.Errorf("stop hand-over: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}
