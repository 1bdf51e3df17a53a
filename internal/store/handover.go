package store

import (
	"cmp"
	"fmt"
	"slices"
)

// Handover is one list of people for one recipient, from its preparation to the file.
type Handover struct {
	ID              string
	Drive           string
	Recipient       string
	Purpose         string
	Wording         int
	RecipientKey    string
	Fields          []string
	Functions       []string // empty: all
	Sites           []string // empty: all
	State           HandoverState
	Count           int64
	Misses          int64 // wrong counts typed
	Sequence        int64 // 0 before the sealing
	PreparedBy      string
	PreparedSession []byte
	PreparedHands   []string // who else may be behind the one who prepared it
	PreparedAt      int64
	ApprovedBy      string
	ApprovedAt      int64
	SealedBy        string
	SealedAt        int64
	ExpiresAt       int64
	Receipt         string
	ReceiptAt       int64
}

// HandoverState says how far a list has come.
type HandoverState string

// The states of a list.
const (
	ListPreparing HandoverState = "preparing" // its entries are being written
	ListPrepared  HandoverState = "prepared"
	ListApproved  HandoverState = "approved"
	ListSealing   HandoverState = "sealing" // has its number, not yet its file
	ListSealed    HandoverState = "sealed"
	ListCancelled HandoverState = "cancelled"
)

const handoverColumns = `id, drive, recipient, purpose, wording, recipient_key, fields, functions, sites, state, count, misses, COALESCE(sequence, 0),
	prepared_by, prepared_session, prepared_hands, prepared_at, COALESCE(approved_by, ''), COALESCE(approved_at, 0), COALESCE(sealed_by, ''),
	COALESCE(sealed_at, 0), expires_at, COALESCE(receipt, ''), COALESCE(receipt_at, 0)`

func scanHandover(row scanner) (Handover, error) {
	var h Handover
	var fields, functions, sites, hands string
	err := row.Scan(&h.ID, &h.Drive, &h.Recipient, &h.Purpose, &h.Wording, &h.RecipientKey, &fields, &functions, &sites, &h.State, &h.Count, &h.Misses,
		&h.Sequence, &h.PreparedBy, &h.PreparedSession, &hands, &h.PreparedAt, &h.ApprovedBy, &h.ApprovedAt, &h.SealedBy, &h.SealedAt, &h.ExpiresAt,
		&h.Receipt, &h.ReceiptAt)
	h.Fields, h.Functions, h.Sites, h.PreparedHands = unpackList(fields), unpackList(functions), unpackList(sites), unpackList(hands)
	return h, err
}

// AddHandover begins a list in state preparing.
func (tx *Tx) AddHandover(h Handover) error {
	_, err := tx.exec(`INSERT INTO handover (id, drive, recipient, purpose, wording, recipient_key, fields, functions, sites, state, count, misses,
		prepared_by, prepared_session, prepared_hands, prepared_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'preparing', 0, 0, $10, $11, $12, $13, $14)`,
		h.ID, h.Drive, h.Recipient, h.Purpose, h.Wording, h.RecipientKey, packList(h.Fields), packList(h.Functions), packList(h.Sites),
		h.PreparedBy, h.PreparedSession, packList(h.PreparedHands), tx.at, h.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add hand-over: %w", err)
	}
	return nil
}

// Entry is one person on one list, under an id that is of this list alone.
type Entry struct {
	Volunteer string
	Entry     string
}

// AddEntries writes people on a list that is being prepared, at most 200 a call.
func (tx *Tx) AddEntries(h Handover, entries []Entry) error {
	for _, e := range entries {
		_, err := tx.exec(`INSERT INTO handover_entry (handover, volunteer, recipient, entry) VALUES ($1, $2, $3, $4)`, h.ID, e.Volunteer, h.Recipient, e.Entry)
		if err != nil {
			return fmt.Errorf("add entry: %w", err)
		}
	}
	return nil
}

// standing are the entries that may go out now, by the rows alone: the person is active, has not left since, and no
// consent to that recipient and purpose has ended, unless it was given anew by a correction after that.
const standing = ` FROM handover_entry e JOIN handover h ON h.id = e.handover JOIN volunteer v ON v.id = e.volunteer
	WHERE e.handover = $1 AND e.ended_at IS NULL AND v.state = 'active' AND NOT EXISTS
	(SELECT 1 FROM consent_end c WHERE c.volunteer = e.volunteer AND c.recipient = h.recipient AND c.purpose = h.purpose AND NOT EXISTS
	(SELECT 1 FROM registration r WHERE r.volunteer = e.volunteer AND r.kind = 'correction' AND r.received_at > c.ended_at
	AND r.consents LIKE '%,' || h.recipient || '/' || h.purpose || '/%'))`

// CountStanding counts the entries of a list that may go out now.
func (r *Read) CountStanding(id string) (int64, error) {
	return one[int64](r.row(`SELECT COUNT(*)`+standing, id))
}

// StandingEntry is an entry that may go out, with the version of the person's row.
type StandingEntry struct {
	Entry
	Version int64
}

// StandingEntries gives the entries of a list that may go out now, by their random ids.
func (r *Read) StandingEntries(id string) ([]StandingEntry, error) {
	return all(r.conn, func(row scanner) (StandingEntry, error) {
		var e StandingEntry
		err := row.Scan(&e.Volunteer, &e.Entry.Entry, &e.Version)
		return e, err
	}, `SELECT e.volunteer, e.entry, v.version`+standing+` ORDER BY e.entry`, id)
}

// FinishPreparing drops the entries of people who left while the list was written, counts the rest and lets the list be
// approved. From here on the entries are what both persons speak of.
func (tx *Tx) FinishPreparing(id string) (count int64, err error) {
	if _, err := tx.exec(`DELETE FROM handover_entry WHERE handover = $1 AND entry NOT IN (SELECT e.entry`+standing+`)`, id); err != nil {
		return 0, fmt.Errorf("finish a list: %w", err)
	}
	if count, err = tx.CountStanding(id); err != nil {
		return 0, fmt.Errorf("count a list: %w", err)
	}
	return count, tx.moveHandover(`UPDATE handover SET state = 'prepared', count = $1 WHERE id = $2 AND state = 'preparing'`, count, id)
}

// ApproveHandover notes the second person, if the list is still waiting for one.
func (tx *Tx) ApproveHandover(id, staff string, expires int64) error {
	return tx.moveHandover(`UPDATE handover SET state = 'approved', approved_by = $1, approved_at = $2, expires_at = $3
		WHERE id = $4 AND state = 'prepared' AND prepared_by <> $1 AND expires_at > $2`, staff, tx.at, expires, id)
}

// MissCount notes that somebody typed a wrong count; after most of them the list is cancelled.
func (tx *Tx) MissCount(id string, most int64) error {
	_, err := tx.exec(`UPDATE handover SET misses = misses + 1, state = CASE WHEN misses + 1 >= $1 THEN 'cancelled' ELSE state END
		WHERE id = $2 AND state = 'prepared'`, most, id)
	return err
}

// CancelHandover ends a list that was not sealed, for good; ErrNothing where it was.
func (tx *Tx) CancelHandover(id string) error {
	n, err := tx.exec(`UPDATE handover SET state = 'cancelled' WHERE id = $1 AND state IN ('preparing', 'prepared', 'approved', 'sealing')`, id)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}

// BeginSealing gives an approved list its number among the recipient's lists, and keeps the number where it has one already.
func (tx *Tx) BeginSealing(h Handover) (sequence int64, err error) {
	counter := "handover/" + h.Drive + "/" + h.Recipient
	if _, err := tx.exec(`INSERT INTO counter (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1`, counter); err != nil {
		return 0, fmt.Errorf("number a list: %w", err)
	}
	err = tx.moveHandover(`UPDATE handover SET state = 'sealing', sequence = COALESCE(sequence, (SELECT value FROM counter WHERE name = $1))
		WHERE id = $2 AND state IN ('approved', 'sealing') AND expires_at > $3`, counter, h.ID, tx.at)
	if err != nil {
		return 0, err
	}
	return one[int64](tx.row(`SELECT sequence FROM handover WHERE id = $1`, h.ID))
}

// KeepFile keeps the sealed file of a list.
func (tx *Tx) KeepFile(id, staff string, file []byte, expires int64) error {
	return tx.moveHandover(`UPDATE handover SET state = 'sealed', file = $1, sealed_by = $2, sealed_at = $3, expires_at = $4 WHERE id = $5 AND state = 'sealing'`,
		file, staff, tx.at, expires, id)
}

// moveHandover runs a conditional update of one list; Conflict "changed-meanwhile" where its condition does not hold.
func (tx *Tx) moveHandover(query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err != nil {
		return fmt.Errorf("change hand-over: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// Handover reads one list without its file.
func (r *Read) Handover(id string) (Handover, error) {
	h, err := scanHandover(r.row(`SELECT `+handoverColumns+` FROM handover WHERE id = $1`, id))
	if err != nil {
		return h, notFound(err, "hand-over")
	}
	return h, nil
}

// Handovers lists the lists of a drive, the newest first.
func (r *Read) Handovers(drive string, limit int) ([]Handover, error) {
	return all(r.conn, scanHandover, `SELECT `+handoverColumns+` FROM handover WHERE drive = $1 ORDER BY prepared_at DESC, id LIMIT $2`, drive, limit)
}

// HandoverFile reads a sealed list's file; a list without one is NotFound.
func (r *Read) HandoverFile(id string) ([]byte, error) {
	var file []byte
	err := r.row(`SELECT file FROM handover WHERE id = $1 AND state = 'sealed' AND file IS NOT NULL`, id).Scan(&file)
	if err != nil {
		return nil, notFound(err, "hand-over")
	}
	return file, nil
}

// KeepReceipt keeps the recipient's signed word that a list was opened; ErrNothing where one was kept before.
func (tx *Tx) KeepReceipt(id, receipt string) error {
	n, err := tx.exec(`UPDATE handover SET receipt = $1, receipt_at = $2 WHERE id = $3 AND state = 'sealed' AND receipt IS NULL`, receipt, tx.at, id)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}

// EndEntries ends every entry of a person on every list, sealed or not. Whoever withdraws, erases or corrects calls it in
// the same change; handover.Feeds tells the recipients.
func (tx *Tx) EndEntries(volunteer string) (int64, error) {
	n, err := tx.exec(`UPDATE handover_entry SET ended_at = $1 WHERE volunteer = $2 AND ended_at IS NULL`, tx.at, volunteer)
	if err != nil {
		return 0, fmt.Errorf("end entries: %w", err)
	}
	return n, nil
}

// EndEntriesFor ends a person's entries with one recipient for one purpose: a consent that was taken back.
func (tx *Tx) EndEntriesFor(volunteer, recipient, purpose string) (int64, error) {
	n, err := tx.exec(`UPDATE handover_entry SET ended_at = $1 WHERE volunteer = $2 AND ended_at IS NULL
		AND handover IN (SELECT id FROM handover WHERE recipient = $3 AND purpose = $4)`, tx.at, volunteer, recipient, purpose)
	if err != nil {
		return 0, fmt.Errorf("end entries: %w", err)
	}
	return n, nil
}

// ExpireEntries ends up to 200 entries of sealed lists whose time is over, so that a feed of withdrawals is mixed with
// others and names no refuser.
func (tx *Tx) ExpireEntries() (int64, error) {
	n, err := tx.exec(`UPDATE handover_entry SET ended_at = $1 WHERE entry IN (SELECT e.entry FROM handover_entry e JOIN handover h ON h.id = e.handover
		WHERE h.state = 'sealed' AND h.expires_at <= $1 AND e.ended_at IS NULL LIMIT 200)`, tx.at)
	if err != nil {
		return 0, fmt.Errorf("expire entries: %w", err)
	}
	return n, nil
}

// Held is one copy of a person's entry that a recipient got.
type Held struct {
	Drive          string
	Recipient      string
	Handover       string
	SealedAt       int64
	ExpiresAt      int64
	EndedAt        int64 // 0: stands
	ToldAt         int64 // when the feed that names it was made; 0: not yet
	AcknowledgedAt int64 // 0: not yet
}

// HeldBy lists who was given a person, or somebody folded into them, the newest first.
func (r *Read) HeldBy(volunteer string) ([]Held, error) {
	ids, err := r.FoldedInto(volunteer)
	if err != nil {
		return nil, err
	}
	var out []Held
	for _, id := range append(ids, volunteer) {
		list, err := all(r.conn, scanHeld, `SELECT h.drive, h.recipient, h.id, h.sealed_at, h.expires_at, COALESCE(e.ended_at, 0), COALESCE(f.made_at, 0),
			COALESCE(e.acknowledged_at, 0) FROM handover_entry e JOIN handover h ON h.id = e.handover
			LEFT JOIN feed f ON f.drive = h.drive AND f.recipient = h.recipient AND f.sequence = e.feed
			WHERE e.volunteer = $1 AND h.state = 'sealed'`, id)
		if err != nil {
			return nil, fmt.Errorf("read who was given a person: %w", err)
		}
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b Held) int {
		return cmp.Or(cmp.Compare(b.SealedAt, a.SealedAt), cmp.Compare(a.Handover, b.Handover))
	})
	return out, nil
}

func scanHeld(row scanner) (Held, error) {
	var h Held
	err := row.Scan(&h.Drive, &h.Recipient, &h.Handover, &h.SealedAt, &h.ExpiresAt, &h.EndedAt, &h.ToldAt, &h.AcknowledgedAt)
	return h, err
}

// FirstReceipt is the first receipt kept of a recipient's lists, which pins the key of all later ones; empty where there is none.
func (r *Read) FirstReceipt(drive, recipient string) (string, error) {
	list, err := all(r.conn, func(row scanner) (string, error) { return one[string](row) },
		`SELECT receipt FROM handover WHERE drive = $1 AND recipient = $2 AND receipt IS NOT NULL ORDER BY receipt_at, sequence LIMIT 1`, drive, recipient)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}
