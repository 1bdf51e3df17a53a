package staff

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"muster/internal/reserve"
	"muster/internal/store"
)

// codeDigits is how much of a session's name its code shows: 40 bits, which nobody can meet by asking for sessions.
const codeDigits = 10

// Code is what a person reads out from their own screen to be confirmed, "3f9a1-07c2e". It opens nothing.
func (in SignedIn) Code() string { return codeOf(in.Session) }

func codeOf(session []byte) string {
	digits := hex.EncodeToString(session)
	if len(digits) < codeDigits {
		return ""
	}
	return digits[:codeDigits/2] + "-" + digits[codeDigits/2:codeDigits]
}

// ConfirmSession is a second person's word that an account belongs to whoever sits before them and reads out the code of
// their session. Everything else by which the account could be entered ends, its password included, because whoever made
// the account may hold some of it; in the session that was seen the person sets a new one. It is refused to everybody who
// may be behind the account. Until then the account and those people count as one wherever two people are asked for.
// Errors: Forbidden "same-hands", "needs-a-person"; Invalid "session-code-wrong".
func (a *Accounts) ConfirmSession(ctx context.Context, by SignedIn, id, code string) error {
	code = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(code), " ", ""))
	return a.confirm(ctx, by, id, func(tx *store.Tx) ([]byte, error) {
		sessions, err := tx.SessionsOf(id, tx.Now())
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(sessions, func(s []byte) bool { return codeOf(s) == code })
		if at < 0 {
			return nil, reserve.Fault("code", "session-code-wrong")
		}
		return sessions[at], nil
	})
}

// Confirm is ConfirmSession where the person is not there to read out a code: all their sign-ins end, and they come in
// again by a link, which then counts as one of whoever gives it.
func (a *Accounts) Confirm(ctx context.Context, by SignedIn, id string) error {
	return a.confirm(ctx, by, id, func(*store.Tx) ([]byte, error) { return nil, nil })
}

func (a *Accounts) confirm(ctx context.Context, by SignedIn, id string, seen func(*store.Tx) ([]byte, error)) error {
	act := reserve.Act{Actor: by.Actor, Verb: reserve.ActStaffConfirm, Subject: id}
	err := a.store.Change(ctx, act, func(tx *store.Tx) error {
		if by.Actor.Kind != reserve.ActorStaff {
			return &reserve.Error{Kind: reserve.Forbidden, Code: "needs-a-person"}
		}
		hands, err := standing(tx, by, reserve.MayManageStaff)
		if err != nil {
			return err
		}
		s, err := tx.Staff(id)
		if err != nil {
			return err
		}
		behind, err := tx.HandsBehind(s)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(hands, func(h string) bool { return slices.Contains(behind, h) }) {
			return &reserve.Error{Kind: reserve.Forbidden, Code: "same-hands"}
		}
		session, err := seen(tx)
		if err != nil {
			return err
		}
		return tx.ClearHands(id, session)
	})
	if err != nil {
		return fmt.Errorf("confirm staff: %w", err)
	}
	return nil
}
