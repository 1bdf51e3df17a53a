package store

import (
	"fmt"
	"slices"

	"muster/internal/reserve"
)

// TokenKind says what a secret is for.
type TokenKind string

// The kinds of tokens.
const (
	TokenBearer  TokenKind = "bearer"  // programs and the command line
	TokenDevice  TokenKind = "device"  // a tablet
	TokenSession TokenKind = "session" // a cookie
	TokenLink    TokenKind = "link"    // signs in once
)

// Token is a secret given out, known by its hash alone.
type Token struct {
	Hash      []byte
	Staff     string
	Kind      TokenKind
	Hands     []string // the other members of staff who may hold it
	CreatedAt int64
	ExpiresAt int64
	UsedAt    int64
	EndedAt   int64 // 0: stands
}

// AddToken keeps a token.
func (tx *Tx) AddToken(t Token) error {
	_, err := tx.exec(`INSERT INTO token (hash, staff, kind, hands, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $5)`,
		t.Hash, t.Staff, string(t.Kind), packList(t.Hands), tx.at, t.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add token: %w", err)
	}
	return nil
}

// SignedIn finds a token that stands at an instant, with its account. Whatever is wrong (no such token, ended, expired,
// idle for too long, account revoked, a link) looks the same: SignedOut "signed-out".
func (r *Read) SignedIn(hash []byte, at int64) (Token, Staff, error) {
	idleSince := at - reserve.SessionIdle.Microseconds()
	t := Token{Hash: hash}
	var hands string
	err := r.row(`SELECT staff, kind, hands, created_at, expires_at, used_at FROM token
		WHERE hash = $1 AND kind <> 'link' AND ended_at IS NULL AND expires_at > $2 AND (kind <> 'session' OR used_at > $3)`, hash, at, idleSince).
		Scan(&t.Staff, &t.Kind, &hands, &t.CreatedAt, &t.ExpiresAt, &t.UsedAt)
	if err != nil {
		return t, Staff{}, signedOut(err)
	}
	t.Hands = unpackList(hands)
	s, err := scanStaff(r.row(`SELECT `+staffColumns+` FROM staff WHERE id = $1 AND state = 'active'`, t.Staff))
	if err != nil {
		return t, s, signedOut(err)
	}
	return t, s, nil
}

// Hands are all who can be behind a sign-in: the account itself, and whoever else may hold the token or the account.
func Hands(t Token, s Staff) []string {
	hands := append(append([]string{s.ID}, t.Hands...), s.Hands...)
	slices.Sort(hands)
	return slices.Compact(hands)
}

// SessionsOf gives the hashes of an account's sessions that stand at an instant.
func (r *Read) SessionsOf(staff string, at int64) ([][]byte, error) {
	return all(r.conn, func(row scanner) ([]byte, error) { return one[[]byte](row) },
		`SELECT hash FROM token WHERE staff = $1 AND kind = 'session' AND ended_at IS NULL AND expires_at > $2 AND used_at > $3`,
		staff, at, at-reserve.SessionIdle.Microseconds())
}

// HandsBehind are all others who may be behind an account in any way: who made it, who may know its password, who may
// hold a token of it that stands.
func (r *Read) HandsBehind(s Staff) ([]string, error) {
	lists, err := all(r.conn, func(row scanner) (string, error) { return one[string](row) },
		`SELECT hands FROM token WHERE staff = $1 AND ended_at IS NULL`, s.ID)
	if err != nil {
		return nil, fmt.Errorf("hands behind an account: %w", err)
	}
	hands := append([]string{s.ID}, append(s.Hands, s.PasswordHands...)...)
	for _, l := range lists {
		hands = append(hands, unpackList(l)...)
	}
	slices.Sort(hands)
	return slices.Compact(hands), nil
}

func signedOut(err error) error {
	err = notFound(err, "token")
	if reserve.KindOf(err) == reserve.NotFound {
		return &reserve.Error{Kind: reserve.SignedOut, Code: "signed-out"}
	}
	return err
}

// SpendLink uses up a sign-in link and gives whose it is; a second use, or one after its time, is SignedOut.
func (tx *Tx) SpendLink(hash []byte) (Token, Staff, error) {
	t := Token{Hash: hash, Kind: TokenLink}
	n, err := tx.exec(`UPDATE token SET ended_at = $1, used_at = $1 WHERE hash = $2 AND kind = 'link' AND ended_at IS NULL AND expires_at > $1`, tx.at, hash)
	if err != nil {
		return t, Staff{}, fmt.Errorf("spend link: %w", err)
	}
	if n == 0 {
		return t, Staff{}, &reserve.Error{Kind: reserve.SignedOut, Code: "signed-out"}
	}
	var hands string
	if err := tx.row(`SELECT staff, hands FROM token WHERE hash = $1`, hash).Scan(&t.Staff, &hands); err != nil {
		return t, Staff{}, signedOut(err)
	}
	t.Hands = unpackList(hands)
	s, err := scanStaff(tx.row(`SELECT `+staffColumns+` FROM staff WHERE id = $1 AND state = 'active'`, t.Staff))
	if err != nil {
		return t, s, signedOut(err)
	}
	return t, s, nil
}

// TouchToken notes that a token was used now.
func (tx *Tx) TouchToken(hash []byte) error {
	_, err := tx.exec(`UPDATE token SET used_at = $1 WHERE hash = $2 AND ended_at IS NULL AND used_at < $1`, tx.at, hash)
	return err
}

// EndToken ends a token: sign-out.
func (tx *Tx) EndToken(hash []byte) error {
	_, err := tx.exec(`UPDATE token SET ended_at = $1 WHERE hash = $2 AND ended_at IS NULL`, tx.at, hash)
	return err
}

// EndTokensOf ends everything an account is signed in with.
func (tx *Tx) EndTokensOf(staff string) error {
	_, err := tx.exec(`UPDATE token SET ended_at = $1 WHERE staff = $2 AND ended_at IS NULL`, tx.at, staff)
	if err != nil {
		return fmt.Errorf("end tokens: %w", err)
	}
	return nil
}

// SweepTokens deletes up to 200 tokens that ended or expired before an instant.
func (tx *Tx) SweepTokens(before int64) (int64, error) {
	return tx.exec(`DELETE FROM token WHERE hash IN (SELECT hash FROM token WHERE expires_at < $1 OR (ended_at IS NOT NULL AND ended_at < $1) LIMIT 200)`, before)
}

// EndOtherTokens ends everything an account is signed in with but one.
func (tx *Tx) EndOtherTokens(staff string, keep []byte) error {
	_, err := tx.exec(`UPDATE token SET ended_at = $1 WHERE staff = $2 AND hash <> $3 AND ended_at IS NULL`, tx.at, staff, keep)
	if err != nil {
		return fmt.Errorf("end tokens: %w", err)
	}
	return nil
}
