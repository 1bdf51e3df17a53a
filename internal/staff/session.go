package staff

import (
	"context"
	"fmt"
	"strings"

	"muster/internal/reserve"
	"muster/internal/store"
)

// wrong is the one answer to every sign-in that does not succeed.
func wrong() error { return &reserve.Error{Kind: reserve.SignedOut, Code: "wrong-sign-in"} }

// SignIn opens a session with a password. Unknown handle, revoked account, no password and wrong password take the same
// work and give the same error, SignedOut "wrong-sign-in". address is the network address of whoever asks. TooMany and
// Busy say when to try again.
func (a *Accounts) SignIn(ctx context.Context, address, handle string, password reserve.Private) (reserve.Private, error) {
	handle = strings.ToLower(strings.TrimSpace(handle))
	if err := a.limits.signIn(handle, address); err != nil {
		return "", err
	}
	var s store.Staff
	err := a.store.View(ctx, func(r *store.Read) (err error) {
		s, err = r.StaffByHandle(handle)
		return err
	})
	if err != nil && reserve.KindOf(err) != reserve.NotFound {
		return "", fmt.Errorf("sign in: %w", err)
	}
	ok, err := a.hasher.matches(ctx, password, s.PasswordHash)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", wrong()
	}
	return a.open(ctx, "password", func(tx *store.Tx) (store.Staff, []string, error) {
		now, err := tx.Staff(s.ID)
		if err != nil {
			return now, nil, err
		}
		if now.State != store.StaffActive || now.PasswordHash != s.PasswordHash {
			return now, nil, wrong()
		}
		return now, now.PasswordHands, nil
	})
}

// Redeem opens a session with the secret of a sign-in link, which is used up by it.
func (a *Accounts) Redeem(ctx context.Context, address, link string) (reserve.Private, error) {
	if err := a.limits.redeem(address); err != nil {
		return "", err
	}
	hash := HashOf(reserve.Private(link))
	return a.open(ctx, "link", func(tx *store.Tx) (store.Staff, []string, error) {
		t, s, err := tx.SpendLink(hash)
		return s, t.Hands, err
	})
}

// open starts a session for the account that who finds in the same change; the session inherits the hands it was opened by.
func (a *Accounts) open(ctx context.Context, how string, who func(*store.Tx) (store.Staff, []string, error)) (reserve.Private, error) {
	token, hash := newToken(store.TokenSession)
	act := reserve.Act{Actor: reserve.Actor{Kind: reserve.ActorStaff}, Verb: reserve.ActSignIn, Note: how}
	err := a.store.Change(ctx, act, func(tx *store.Tx) error {
		s, hands, err := who(tx)
		if err != nil {
			return err
		}
		tx.Act().Actor.ID, tx.Act().Subject = s.ID, s.ID
		return tx.AddToken(store.Token{Hash: hash, Staff: s.ID, Kind: store.TokenSession, Hands: hands, ExpiresAt: tx.Now() + reserve.SessionLife.Microseconds()})
	})
	if err != nil {
		return "", fmt.Errorf("open a session: %w", err)
	}
	return token, nil
}
