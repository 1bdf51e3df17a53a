package store

import (
	"database/sql"
	"fmt"
)

// VerificationState says what a verification counts for.
type VerificationState string

// The states of a verification.
const (
	VerificationProposed VerificationState = "proposed" // waits for a second person
	VerificationStanding VerificationState = "standing"
	VerificationEnded    VerificationState = "ended"
)

// Verification is somebody's word that a person can do a function at a level, by a kind of evidence.
type Verification struct {
	ID          string
	Volunteer   string
	Function    string
	Level       int
	Evidence    string // a code
	Staff       string
	SecondStaff string
	State       VerificationState
	VerifiedAt  int64
	ExpiresAt   int64
}

const verificationColumns = `id, volunteer, function, level, evidence, staff, second_staff, state, verified_at, expires_at`

// AddVerification keeps a verification.
func (tx *Tx) AddVerification(v Verification) error {
	_, err := tx.exec(`INSERT INTO verification (id, volunteer, function, level, evidence, staff, second_staff, state, verified_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		v.ID, v.Volunteer, v.Function, v.Level, v.Evidence, v.Staff, null(v.SecondStaff), string(v.State), tx.at, v.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add verification: %w", err)
	}
	return nil
}

// SecondVerification lets a second person stand for a proposed one; Conflict "changed-meanwhile" where it is not proposed any more or was proposed by the same person.
func (tx *Tx) SecondVerification(id, staff string) error {
	n, err := tx.exec(`UPDATE verification SET second_staff = $1, state = 'standing', verified_at = $2 WHERE id = $3 AND state = 'proposed' AND staff <> $1`, staff, tx.at, id)
	if err != nil {
		return fmt.Errorf("second a verification: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// EndVerifications ends what stands or waits of a person's function.
func (tx *Tx) EndVerifications(volunteer, function string) error {
	_, err := tx.exec(`UPDATE verification SET state = 'ended' WHERE volunteer = $1 AND function = $2 AND state <> 'ended'`, volunteer, function)
	return err
}

// EndVerification ends one verification; ErrNothing where it has ended.
func (tx *Tx) EndVerification(id string) error {
	n, err := tx.exec(`UPDATE verification SET state = 'ended' WHERE id = $1 AND state <> 'ended'`, id)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}

// Verifications gives all verifications of a person, the oldest first.
func (r *Read) Verifications(volunteer string) ([]Verification, error) {
	return all(r.conn, scanVerification, `SELECT `+verificationColumns+` FROM verification WHERE volunteer = $1 ORDER BY verified_at, id`, volunteer)
}

// ExpiredVerifications gives standing verifications whose time is over at an instant.
func (r *Read) ExpiredVerifications(at int64, limit int) ([]Verification, error) {
	return all(r.conn, scanVerification, `SELECT `+verificationColumns+` FROM verification WHERE state = 'standing' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2`, at, limit)
}

func scanVerification(row scanner) (Verification, error) {
	var v Verification
	var second sql.NullString
	err := row.Scan(&v.ID, &v.Volunteer, &v.Function, &v.Level, &v.Evidence, &v.Staff, &second, &v.State, &v.VerifiedAt, &v.ExpiresAt)
	v.SecondStaff = second.String
	return v, err
}
