package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"strings"

	"muster/internal/reserve"
)

// Registration is what somebody sent, as kept.
type Registration struct {
	ID          string
	TokenHash   []byte
	Digest      []byte
	Drive       string
	Site        string
	Channel     reserve.Channel
	Kind        RegistrationKind
	State       reserve.RegistrationState
	Functions   []string
	Consents    []FlaggedConsent
	Receipt     string
	Node        string
	Batch       string
	ReceivedAt  int64
	Epoch       string // empty once sealed under a key of its own
	Sealed      []byte
	Volunteer   string // empty until opened
	DeliveredAt int64
	WithdrawnAt int64 // taken back by its token before anybody had opened it
}

// RegistrationKind says what a kept record is.
type RegistrationKind string

// The kinds.
const (
	KindApplication RegistrationKind = "application"
	KindCorrection  RegistrationKind = "correction"
	KindConflict    RegistrationKind = "conflict" // the same reference with other content: kept, sealed, for the desk
)

// FlaggedConsent is a consent as it stands in clear: to whom, for what, which wording, in which language.
type FlaggedConsent struct {
	Recipient string
	Purpose   string
	Wording   int
	Language  string
}

const registrationColumns = `id, token_hash, digest, drive, site, channel, kind, state, functions, consents, receipt, node, batch, received_at,
	epoch, sealed, volunteer, delivered_at, withdrawn_at`

// AddRegistration keeps a registration unless one with the same reference is there: then it returns that one and
// same tells whether its content was the same.
func (tx *Tx) AddRegistration(r Registration) (had *Registration, same bool, err error) {
	n, err := tx.exec(`INSERT INTO registration (id, token_hash, digest, drive, site, channel, kind, state, functions, consents, receipt, node, batch, received_at, epoch, sealed, volunteer)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT (token_hash) DO NOTHING`,
		r.ID, r.TokenHash, r.Digest, r.Drive, r.Site, string(r.Channel), string(r.Kind), string(r.State), packList(r.Functions), packConsents(r.Consents),
		r.Receipt, r.Node, null(r.Batch), r.ReceivedAt, null(r.Epoch), r.Sealed, null(r.Volunteer))
	if err != nil {
		return nil, false, fmt.Errorf("add registration: %w", err)
	}
	if n == 1 {
		return nil, false, nil
	}
	old, err := tx.RegistrationByToken(r.TokenHash)
	if err != nil {
		return nil, false, err
	}
	return &old, bytes.Equal(old.Digest, r.Digest), nil
}

// RegistrationByToken finds a registration by the hash of its secret.
func (r *Read) RegistrationByToken(hash []byte) (Registration, error) {
	reg, err := scanRegistration(r.row(`SELECT `+registrationColumns+` FROM registration WHERE token_hash = $1`, hash))
	if err != nil {
		return reg, notFound(err, "registration")
	}
	return reg, nil
}

// Registration finds a registration by id.
func (r *Read) Registration(id string) (Registration, error) {
	reg, err := scanRegistration(r.row(`SELECT `+registrationColumns+` FROM registration WHERE id = $1`, id))
	if err != nil {
		return reg, notFound(err, "registration")
	}
	return reg, nil
}

// Unopened gives registrations that no unlocked node has opened yet, the oldest first, after an id.
func (r *Read) Unopened(after string, limit int) ([]Registration, error) {
	return all(r.conn, scanRegistration, `SELECT `+registrationColumns+` FROM registration WHERE volunteer IS NULL AND sealed IS NOT NULL AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// CountUnopened counts them.
func (r *Read) CountUnopened() (int64, error) {
	return one[int64](r.row(`SELECT COUNT(*) FROM registration WHERE volunteer IS NULL AND sealed IS NOT NULL`))
}

// RegistrationsOf gives all registrations and corrections of a person, the oldest first.
func (r *Read) RegistrationsOf(volunteer string) ([]Registration, error) {
	return all(r.conn, scanRegistration, `SELECT `+registrationColumns+` FROM registration WHERE volunteer = $1 ORDER BY received_at, id`, volunteer)
}

// RegistrationsOfBatch gives the ids of an import batch's registrations and of their people.
func (r *Read) RegistrationsOfBatch(batch string) ([]Registration, error) {
	return all(r.conn, scanRegistration, `SELECT `+registrationColumns+` FROM registration WHERE batch = $1 ORDER BY id`, batch)
}

func scanRegistration(row scanner) (Registration, error) {
	var r Registration
	var functions, consents string
	var batch, epoch, volunteer sql.NullString
	var delivered, withdrawn sql.NullInt64
	err := row.Scan(&r.ID, &r.TokenHash, &r.Digest, &r.Drive, &r.Site, &r.Channel, &r.Kind, &r.State, &functions, &consents, &r.Receipt, &r.Node,
		&batch, &r.ReceivedAt, &epoch, &r.Sealed, &volunteer, &delivered, &withdrawn)
	if err != nil {
		return r, err
	}
	r.Functions, r.Batch, r.Epoch, r.Volunteer = unpackList(functions), batch.String, epoch.String, volunteer.String
	r.DeliveredAt, r.WithdrawnAt = delivered.Int64, withdrawn.Int64
	r.Consents, err = unpackConsents(consents)
	return r, err
}

// Opened is a registration sealed anew under a key of its own and linked to its person.
type Opened struct {
	Registration string
	Sealed       []byte
	Volunteer    reserve.Volunteer // made with it where New
	New          bool
	WithdrawnAt  int64 // as it was read: one that was taken back since is left for the next round
}

// LockRegistration takes the row of a token before it is read, so that nobody opens it meanwhile; NotFound where there is none.
func (tx *Tx) LockRegistration(hash []byte) error {
	n, err := tx.exec(`UPDATE registration SET received_at = received_at WHERE token_hash = $1`, hash)
	if err != nil {
		return fmt.Errorf("lock registration: %w", err)
	}
	if n == 0 {
		return notFound(sql.ErrNoRows, "registration")
	}
	return nil
}

// WithdrawUnopened takes a registration back before anybody has opened it; ErrNothing where it is opened or taken back already.
func (tx *Tx) WithdrawUnopened(id string) error {
	n, err := tx.exec(`UPDATE registration SET withdrawn_at = $1 WHERE id = $2 AND volunteer IS NULL AND withdrawn_at IS NULL`, tx.at, id)
	if err != nil {
		return fmt.Errorf("withdraw registration: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// Open keeps what an unlocked node made of registrations: the new seal, the link, the new people. It takes at most 200,
// in statements of many rows, because one statement a row would cost more than everything else in the opening. A
// registration that another node opened meanwhile is left out and not counted.
func (tx *Tx) Open(list []Opened) (opened []string, err error) {
	for _, o := range list {
		n, err := tx.exec(`UPDATE registration SET sealed = $1, epoch = NULL, volunteer = $2, opened_at = $3
			WHERE id = $4 AND volunteer IS NULL AND sealed IS NOT NULL AND COALESCE(withdrawn_at, 0) = $5`,
			o.Sealed, o.Volunteer.ID, tx.at, o.Registration, o.WithdrawnAt)
		if err != nil {
			return nil, fmt.Errorf("open registration: %w", err)
		}
		if n == 0 {
			continue
		}
		opened = append(opened, o.Registration)
		if !o.New {
			continue
		}
		if err := tx.addVolunteer(o.Volunteer); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// ClaimEnds gives ends of consent that were kept for unopened registrations to the people Open made of them, with one
// statement for all; it says how many.
func (tx *Tx) ClaimEnds(list []Opened) (int64, error) {
	if len(list) == 0 {
		return 0, nil
	}
	first, last := list[0].Registration, list[0].Registration
	for _, o := range list {
		first, last = min(first, o.Registration), max(last, o.Registration)
	}
	n, err := tx.exec(`UPDATE consent_end SET volunteer = (SELECT r.volunteer FROM registration r WHERE r.id = consent_end.volunteer)
		WHERE volunteer IN (SELECT id FROM registration WHERE id >= $1 AND id <= $2 AND volunteer IS NOT NULL)`, first, last)
	if err != nil {
		return 0, fmt.Errorf("claim ends of consent: %w", err)
	}
	return n, nil
}

// packList writes codes as ",a,b,", so that one LIKE finds one of them; empty is "".
func packList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "," + strings.Join(list, ",") + ","
}

func unpackList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.Trim(s, ","), ",")
}

func packConsents(list []FlaggedConsent) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = fmt.Sprintf("%s/%s/%d/%s", c.Recipient, c.Purpose, c.Wording, c.Language)
	}
	return packList(parts)
}

func unpackConsents(s string) ([]FlaggedConsent, error) {
	var out []FlaggedConsent
	for _, part := range unpackList(s) {
		f := strings.Split(part, "/")
		if len(f) != 4 {
			return nil, fmt.Errorf("consent flag unreadable")
		}
		c := FlaggedConsent{Recipient: f[0], Purpose: f[1], Language: f[3]}
		if _, err := fmt.Sscanf(f[2], "%d", &c.Wording); err != nil {
			return nil, fmt.Errorf("consent flag unreadable: %w", err)
		}
		out = append(out, c)
	}
	return out, nil
}

// null writes an empty text as NULL.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// nullTime writes no time as NULL.
func nullTime(µs int64) any {
	if µs == 0 {
		return nil
	}
	return µs
}
