package store

import (
	"fmt"

	"muster/internal/reserve"
)

// Staff is one account. Sites and Functions are its scope, empty for all.
type Staff struct {
	ID        string
	Handle    string
	Role      reserve.Role
	Sites     []string
	Functions []string
	// PasswordHash is an Argon2id text, or empty where the account has no password.
	PasswordHash string
	// PasswordHands are the other members of staff who may know the password: who gave out the link by which it was set.
	PasswordHands []string
	// Hands are the other members of staff who may be behind the account, until a second person has confirmed it.
	Hands     []string
	State     StaffState
	CreatedAt int64
	RevokedAt int64 // 0: stands
}

// StaffState says whether an account may do anything.
type StaffState string

// The states of an account. A revoked account never comes back: the person gets a new one.
const (
	StaffActive  StaffState = "active"
	StaffRevoked StaffState = "revoked"
)

const staffColumns = `id, handle, role, sites, functions, password_hash, password_hands, hands, state, created_at, COALESCE(revoked_at, 0)`

func scanStaff(row scanner) (Staff, error) {
	var s Staff
	var sites, functions, passwordHands, hands string
	err := row.Scan(&s.ID, &s.Handle, &s.Role, &sites, &functions, &s.PasswordHash, &passwordHands, &hands, &s.State, &s.CreatedAt, &s.RevokedAt)
	s.Sites, s.Functions, s.PasswordHands, s.Hands = unpackList(sites), unpackList(functions), unpackList(passwordHands), unpackList(hands)
	return s, err
}

// AddStaff keeps a new account; a handle that is taken is Conflict "handle-taken".
func (tx *Tx) AddStaff(s Staff) error {
	n, err := tx.exec(`INSERT INTO staff (id, handle, role, sites, functions, password_hash, password_hands, hands, state, created_at)
		VALUES ($1, $2, $3, $4, $5, '', '', $6, 'active', $7) ON CONFLICT (handle) DO NOTHING`,
		s.ID, s.Handle, string(s.Role), packList(s.Sites), packList(s.Functions), packList(s.Hands), tx.at)
	if err != nil {
		return fmt.Errorf("add staff: %w", err)
	}
	if n == 0 {
		return conflict("handle-taken")
	}
	return nil
}

// RevokeStaff ends an account and all its tokens in one change; ErrNothing where it was ended before.
func (tx *Tx) RevokeStaff(id string) error {
	n, err := tx.exec(`UPDATE staff SET state = 'revoked', revoked_at = $1, password_hash = '' WHERE id = $2 AND state = 'active'`, tx.at, id)
	if err != nil {
		return fmt.Errorf("revoke staff: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return tx.EndTokensOf(id)
}

// SetStaffScope changes an active account's role, sites and functions; it holds from the next request on, because rights are read from the row.
func (tx *Tx) SetStaffScope(id string, role reserve.Role, sites, functions []string) error {
	n, err := tx.exec(`UPDATE staff SET role = $1, sites = $2, functions = $3 WHERE id = $4 AND state = 'active'`,
		string(role), packList(sites), packList(functions), id)
	if err != nil {
		return fmt.Errorf("set scope of staff: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// SetPassword keeps a password's hash and who else may know the password.
func (tx *Tx) SetPassword(id, hash string, hands []string) error {
	n, err := tx.exec(`UPDATE staff SET password_hash = $1, password_hands = $2 WHERE id = $3 AND state = 'active'`, hash, packList(hands), id)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// ClearHands notes that a second person has confirmed whose an account is. Whatever else it could be entered by ends: its
// password and all its tokens but the one that the person was seen with; with none, all.
func (tx *Tx) ClearHands(id string, seen []byte) error {
	n, err := tx.exec(`UPDATE staff SET hands = '', password_hands = '', password_hash = '' WHERE id = $1 AND state = 'active'`, id)
	if err != nil {
		return fmt.Errorf("confirm staff: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	if len(seen) == 0 {
		return tx.EndTokensOf(id)
	}
	if err := tx.EndOtherTokens(id, seen); err != nil {
		return err
	}
	_, err = tx.exec(`UPDATE token SET hands = '' WHERE hash = $1`, seen)
	return err
}

// Staff reads one account.
func (r *Read) Staff(id string) (Staff, error) {
	s, err := scanStaff(r.row(`SELECT `+staffColumns+` FROM staff WHERE id = $1`, id))
	if err != nil {
		return s, notFound(err, "staff")
	}
	return s, nil
}

// StaffByHandle finds an account by its handle.
func (r *Read) StaffByHandle(handle string) (Staff, error) {
	s, err := scanStaff(r.row(`SELECT `+staffColumns+` FROM staff WHERE handle = $1`, handle))
	if err != nil {
		return s, notFound(err, "staff")
	}
	return s, nil
}

// StaffList lists all accounts by handle.
func (r *Read) StaffList() ([]Staff, error) {
	return all(r.conn, scanStaff, `SELECT `+staffColumns+` FROM staff ORDER BY handle`)
}
