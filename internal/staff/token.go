package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// How long what is given out lasts. A link is read out or sent and used at once; the others are renewed by hand.
const (
	linkLife   = time.Hour
	bearerLife = 90 * 24 * time.Hour
	deviceLife = 180 * 24 * time.Hour
)

// tokenSize is 256 random bits: nothing to guess, so a plain hash is enough to keep it by.
const tokenSize = 32

// newToken draws a secret; what stands before the dot says to people and to scanners of leaked secrets what it is.
func newToken(kind store.TokenKind) (reserve.Private, []byte) {
	var b [tokenSize]byte
	rand.Read(b[:])
	text := "muster-" + string(kind) + "." + base64.RawURLEncoding.EncodeToString(b[:])
	return reserve.Private(text), HashOf(reserve.Private(text))
}

// HashOf is what a token is kept and named by, 32 bytes.
func HashOf(token reserve.Private) []byte {
	sum := sha256.Sum256([]byte(token.Reveal()))
	return sum[:]
}

// IssueToken gives an account a bearer or device token, shown this once. For one's own account it needs no right; for
// another's it needs the right to manage staff, and the token then counts as one that its giver may use too.
func (a *Accounts) IssueToken(ctx context.Context, by SignedIn, id string, kind store.TokenKind) (reserve.Private, error) {
	life, ok := map[store.TokenKind]time.Duration{store.TokenBearer: bearerLife, store.TokenDevice: deviceLife}[kind]
	if !ok {
		return "", reserve.Fault("kind", "unknown-kind")
	}
	return a.issue(ctx, by, id, kind, life)
}

// IssueLink gives the secret of a link that signs an account in once, within an hour.
func (a *Accounts) IssueLink(ctx context.Context, by SignedIn, id string) (reserve.Private, error) {
	return a.issue(ctx, by, id, store.TokenLink, linkLife)
}

func (a *Accounts) issue(ctx context.Context, by SignedIn, id string, kind store.TokenKind, life time.Duration) (reserve.Private, error) {
	token, hash := newToken(kind)
	act := reserve.Act{Actor: by.Actor, Verb: reserve.ActStaffToken, Subject: id, Note: string(kind)}
	err := a.store.Change(ctx, act, func(tx *store.Tx) error {
		right := reserve.MayManageStaff
		if id == by.Actor.ID {
			right = reserve.MaySeeBoard
		}
		hands, err := standing(tx, by, right)
		if err != nil {
			return err
		}
		s, err := tx.Staff(id)
		if err != nil {
			return err
		}
		if s.State != store.StaffActive || (s.Role == reserve.RoleDevice) != (kind == store.TokenDevice) {
			return &reserve.Error{Kind: reserve.Forbidden, Code: "no-token-for-account"}
		}
		if !within(by.Actor, s.Sites, s.Functions) {
			return &reserve.Error{Kind: reserve.Forbidden, Code: "wider-than-own"}
		}
		return tx.AddToken(store.Token{Hash: hash, Staff: id, Kind: kind, Hands: without(hands, id), ExpiresAt: tx.Now() + life.Microseconds()})
	})
	if err != nil {
		return "", fmt.Errorf("issue token: %w", err)
	}
	return token, nil
}

func without(hands []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(hands), func(h string) bool { return h == id })
}

// Actor says who a token belongs to, from the rows as they are now. Every fault is SignedOut.
func (a *Accounts) Actor(ctx context.Context, token string) (reserve.Actor, error) {
	in, err := a.SignedIn(ctx, token)
	return in.Actor, err
}

// touchEvery bounds how often a use is written: a session's idle time is right to a minute, early rather than late.
const touchEvery = time.Minute

// SignedIn is Actor with the session.
func (a *Accounts) SignedIn(ctx context.Context, token string) (SignedIn, error) {
	if !strings.HasPrefix(token, "muster-") || len(token) > 128 {
		return SignedIn{}, &reserve.Error{Kind: reserve.SignedOut, Code: "signed-out"}
	}
	hash, now := HashOf(reserve.Private(token)), a.now()
	var t store.Token
	var s store.Staff
	err := a.store.View(ctx, func(r *store.Read) (err error) {
		t, s, err = r.SignedIn(hash, store.Micros(now))
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	if store.Micros(now)-t.UsedAt >= touchEvery.Microseconds() {
		if err := a.store.Bookkeep(ctx, func(tx *store.Tx) error { return tx.TouchToken(hash) }); err != nil {
			return SignedIn{}, fmt.Errorf("note the use of a token: %w", err)
		}
	}
	return SignedIn{Actor: actorOf(s), Session: hash, Kind: t.Kind, Handle: s.Handle, Until: store.Time(t.ExpiresAt)}, nil
}

// SignOut ends a token. Ending one that is no more is no error.
func (a *Accounts) SignOut(ctx context.Context, token string) error {
	hash := HashOf(reserve.Private(token))
	return a.store.Bookkeep(ctx, func(tx *store.Tx) error { return tx.EndToken(hash) })
}

// keepEnded is how long ended tokens stay, for whoever looks into a theft.
const keepEnded = 30 * 24 * time.Hour

// Step deletes tokens that ended long ago.
func (a *Accounts) Step(ctx context.Context) (did bool, err error) {
	before := store.Micros(a.now().Add(-keepEnded))
	err = a.store.Bookkeep(ctx, func(tx *store.Tx) error {
		n, err := tx.SweepTokens(before)
		did = n > 0
		return err
	})
	return did, err
}

func isNothing(err error) bool { return errors.Is(err, store.ErrNothing) }
