package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"muster/internal/reserve"
	"muster/internal/store"
)

// Argon2id at the floor of ASVS 5.0 (19 MiB, two passes, one thread): a small machine must bear it.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
	argonForm    = "$argon2id$v=19$m=19456,t=2,p=1$"
)

// Length of a password in characters (ASVS 5.0 V6.2: long rather than odd), and in bytes, because each is work.
const (
	MinPassword = 15
	maxPassword = 256
)

// hasher bounds what passwords may cost: so many at once, so many waiting, the rest is told to come back. A flood of
// sign-ins can then eat neither the memory nor the processors that registrations need.
type hasher struct {
	seats   chan struct{}
	waiting atomic.Int64
	dummy   string
}

// maxWaiting bounds the queue: at some 40 ms each, the last one waits a few seconds.
const maxWaiting = 64

func newHasher(seats int) *hasher {
	h := &hasher{seats: make(chan struct{}, seats)}
	var key [argonKey]byte
	rand.Read(key[:])
	// No password gives this hash; comparing with it costs what comparing with a real one does.
	h.dummy = argonForm + encode(key[:argonSalt]) + "$" + encode(key[:])
	return h
}

func encode(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

// seat waits for the right to use 19 MiB.
func (h *hasher) seat(ctx context.Context) (leave func(), err error) {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return nil, &reserve.Error{Kind: reserve.Busy, Code: "busy"}
	}
	defer h.waiting.Add(-1)
	select {
	case h.seats <- struct{}{}:
		return func() { <-h.seats }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, password reserve.Private) (string, error) {
	leave, err := h.seat(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password.Reveal()), salt, argonTime, argonMemory, argonThreads, argonKey)
	return argonForm + encode(salt) + "$" + encode(key), nil
}

// matches compares with a kept hash; an empty one takes the same work and never matches.
func (h *hasher) matches(ctx context.Context, password reserve.Private, kept string) (bool, error) {
	leave, err := h.seat(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	text := password.Reveal()
	if len(text) > 4*maxPassword {
		text = ""
	}
	real := kept != ""
	if !real {
		kept = h.dummy
	}
	saltText, keyText, _ := strings.Cut(strings.TrimPrefix(kept, argonForm), "$")
	salt, saltErr := base64.RawStdEncoding.DecodeString(saltText)
	want, keyErr := base64.RawStdEncoding.DecodeString(keyText)
	if saltErr != nil || keyErr != nil || len(want) != argonKey {
		return false, fmt.Errorf("a kept password hash is unreadable")
	}
	have := argon2.IDKey([]byte(text), salt, argonTime, argonMemory, argonThreads, argonKey)
	return subtle.ConstantTimeCompare(have, want) == 1 && real && text != "", nil
}

// checkPassword finds what is wrong with a new password.
func checkPassword(handle string, password reserve.Private) error {
	text := password.Reveal()
	switch {
	case !utf8.ValidString(text):
		return reserve.Fault("password", "bad-utf8")
	case utf8.RuneCountInString(text) < MinPassword:
		return reserve.Fault("password", "password-short")
	case utf8.RuneCountInString(text) > maxPassword:
		return reserve.Fault("password", "too-long")
	case variety(text) < 6 || strings.Contains(strings.ToLower(text), handle):
		return reserve.Fault("password", "password-weak")
	}
	return nil
}

// variety counts different characters: fifteen times the same one is not a password.
func variety(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}

// SetPassword sets one's own password, from a session of one's own, and ends everything else the account is signed in
// with. Whoever may hold the session may know the password: it inherits the session's hands.
func (a *Accounts) SetPassword(ctx context.Context, by SignedIn, password reserve.Private) error {
	if by.Kind != store.TokenSession {
		return &reserve.Error{Kind: reserve.Forbidden, Code: "needs-session"}
	}
	if err := checkPassword(by.Handle, password); err != nil {
		return err
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	act := reserve.Act{Actor: by.Actor, Verb: reserve.ActStaffPassword, Subject: by.Actor.ID}
	err = a.store.Change(ctx, act, func(tx *store.Tx) error {
		t, s, err := tx.SignedIn(by.Session, tx.Now())
		if err != nil {
			return err
		}
		if err := tx.EndOtherTokens(s.ID, by.Session); err != nil {
			return err
		}
		return tx.SetPassword(s.ID, hash, t.Hands)
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// RetryAfter is what a door should say to those who tried too often.
const RetryAfter = 30 * time.Second
