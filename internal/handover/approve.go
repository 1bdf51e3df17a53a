package handover

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/store"
)

// maxMisses is how many wrong counts a list bears: whoever guesses has not read it.
const maxMisses = 3

// Approve is the second person's word: another person than the one who prepared the list, on another session, who types
// the exact count. Where anything has changed since (somebody withdrew, the key, the wording, the rights of the first
// person), the list is cancelled and must be prepared again. Errors: Forbidden ("same-person", "same-session",
// "same-hands", "first-person-gone", "handover-off"…), Conflict ("wrong-count", "count-changed", "changed-meanwhile"), Closed "list-too-old".
func (l *Lists) Approve(ctx context.Context, actor reserve.Actor, session []byte, id string, exact int64) error {
	var refusal error
	act := reserve.Act{Actor: actor, Verb: reserve.ActListApprove, Subject: id}
	err := l.Store.Change(ctx, act, func(tx *store.Tx) error {
		refusal = nil
		p, err := person(tx, actor, session, reserve.MayApproveList)
		if err != nil {
			return err
		}
		h, err := seen(&tx.Read, p.Actor, id)
		if err != nil {
			return err
		}
		tx.Act().Count = h.Count
		if h.State != store.ListPrepared {
			return changed("changed-meanwhile")
		}
		if tx.Now() >= h.ExpiresAt {
			return tooLate()
		}
		if err := apart(p, h.PreparedBy, h.PreparedSession, h.PreparedHands); err != nil {
			return err
		}
		pinned, stale := l.stands(&tx.Read, h)
		if stale != nil {
			if refusal = stale; lasting(stale) {
				return cancel(tx, id)
			}
			return stale
		}
		if exact != h.Count {
			refusal = changed("wrong-count")
			tx.Act().Verb = reserve.ActListMiscount
			return tx.MissCount(id, maxMisses)
		}
		if !pinned {
			if err := tx.PinKey(h, p.ID); err != nil {
				return err
			}
		}
		return tx.ApproveHandover(id, p.ID, l.micros(waitForSeal))
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return fmt.Errorf("approve a list: %w", err)
	}
	return nil
}

// lasting reports whether a refusal is the list's own fault, so that it can never go on.
func lasting(err error) bool {
	return reserve.KindOf(err) == reserve.Conflict || reserve.KindOf(err) == reserve.Forbidden
}

// cancel ends a list in a change whose act becomes that.
func cancel(tx *store.Tx, id string) error {
	tx.Act().Verb = reserve.ActListCancel
	return tx.CancelHandover(id)
}

// stands asks the rows whether what was prepared still holds: the permission and the key, the wording, the first person's
// right and scope, and every single person on the list.
func (l *Lists) stands(r *store.Read, h store.Handover) (pinned bool, err error) {
	d, to, err := find(r, h.Drive, h.Recipient)
	if err != nil {
		return false, refuse("handover-off")
	}
	if pinned, err = permitted(r, h.Drive, to); err != nil {
		return pinned, err
	}
	if to.Key != h.RecipientKey {
		return pinned, refuse("recipient-key-changed")
	}
	if !slices.Contains(to.Purposes, h.Purpose) || d.Consent.Version != h.Wording {
		return pinned, changed("wording-changed")
	}
	first, err := employed(r, h.PreparedBy, reserve.MayPrepareList)
	if reserve.KindOf(err) == reserve.Forbidden || err == nil && !covers(first, h.Sites, h.Functions) {
		return pinned, refuse("first-person-gone")
	}
	if err != nil {
		return pinned, err
	}
	count, err := r.CountStanding(h.ID)
	if err != nil {
		return pinned, err
	}
	if count != h.Count {
		return pinned, changed("count-changed")
	}
	return pinned, nil
}

// Cancel ends a list that was not sealed. Anybody who may prepare lists and sees it can.
func (l *Lists) Cancel(ctx context.Context, actor reserve.Actor, session []byte, id string) error {
	act := reserve.Act{Actor: actor, Verb: reserve.ActListCancel, Subject: id}
	err := l.Store.Change(ctx, act, func(tx *store.Tx) error {
		p, err := person(tx, actor, session, reserve.MayPrepareList)
		if err != nil {
			return err
		}
		if _, err := seen(&tx.Read, p.Actor, id); err != nil {
			return err
		}
		return tx.CancelHandover(id)
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return fmt.Errorf("cancel a list: %w", err)
	}
	return nil
}
