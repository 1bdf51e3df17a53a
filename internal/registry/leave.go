package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/store"
)

// Withdraw takes a person out at once: no more texts, waves or lists; seats go to the next; every recipient of a list is told by
// the feed. Who has left already is no error. Where somebody leaves who is held as the double of another, that one is held too
// until the desk has decided: an opt-out binds both meanwhile. It works on a locked node.
func (r *Registry) Withdraw(ctx context.Context, actor reserve.Actor, id string, with ...With) error {
	v, err := r.reach(ctx, actor, reserve.MayWithdraw, id)
	if err != nil {
		return err
	}
	var twins []string
	err = r.Store.Change(ctx, act(actor, reserve.ActWithdraw, v), func(tx *store.Tx) error {
		if err := tx.Withdraw(v.ID); err != nil && (len(with) == 0 || unchanged(err, "withdraw") != nil) {
			return err
		}
		if twins, err = tx.HoldTwins(v.ID); err != nil {
			return err
		}
		return together(tx, with)
	})
	if err := unchanged(err, "withdraw"); err != nil {
		return err
	}
	r.Roll.Remove(v.ID)
	return r.refresh(ctx, twins...)
}

// Erase makes a person unreadable: they leave as by Withdraw, sealed parts and salts go from the data, and their keys from the
// keyring. It works on a locked node. After a crash between the two, SweepKeys ends it.
func (r *Registry) Erase(ctx context.Context, actor reserve.Actor, id string) error {
	v, err := r.reach(ctx, actor, reserve.MayErase, id)
	if err != nil {
		return err
	}
	return r.erase(ctx, act(actor, reserve.ActErase, v), nil)
}

// erase erases the subject of an act; also is done in the same change.
func (r *Registry) erase(ctx context.Context, a reserve.Act, also With) error {
	var keys []string
	err := r.Store.Change(ctx, a, func(tx *store.Tx) (err error) {
		if keys, err = tx.Erase(a.Subject); err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	r.Roll.Remove(a.Subject)
	if err := r.Keyring.Erase(ctx, keys); err != nil {
		return fmt.Errorf("erase keys: %w", err)
	}
	return nil
}

// SweepKeys deletes keys of erased records that a crash left in the keyring. The server calls it once at start.
func (r *Registry) SweepKeys(ctx context.Context) error {
	for after := ""; ; {
		var gone []string
		err := r.Store.View(ctx, func(rd *store.Read) (err error) {
			gone, err = rd.Erased(after, perPage)
			return err
		})
		if err != nil {
			return fmt.Errorf("read erased records: %w", err)
		}
		if len(gone) == 0 {
			return nil
		}
		if err := r.Keyring.Erase(ctx, gone); err != nil {
			return fmt.Errorf("erase keys: %w", err)
		}
		after = gone[len(gone)-1]
	}
}

// EndConsent takes a person's consent to a recipient for a purpose back; their entries on its lists end, and it is told. Nothing
// else changes for the person. It works on a locked node.
func (r *Registry) EndConsent(ctx context.Context, actor reserve.Actor, id string, c reserve.ConsentGiven, with ...With) error {
	v, err := r.reach(ctx, actor, reserve.MayCorrect, id)
	if err != nil {
		return err
	}
	a := act(actor, reserve.ActCorrect, v)
	a.Note = "consent-end"
	err = r.Store.Change(ctx, a, func(tx *store.Tx) error {
		if err := endConsent(tx, v.ID, c); err != nil && (len(with) == 0 || unchanged(err, "end") != nil) {
			return err
		}
		return together(tx, with)
	})
	if err := unchanged(err, "end a consent"); err != nil {
		return err
	}
	return r.refresh(ctx, v.ID)
}

// endConsent keeps the end for the person and for everybody folded into them: should the merge be taken back, it binds both.
func endConsent(tx *store.Tx, id string, c reserve.ConsentGiven) error {
	folded, err := tx.FoldedInto(id)
	if err != nil {
		return err
	}
	stands, err := consentStands(tx, id, c)
	if err != nil {
		return err
	}
	news := false
	for _, who := range append(folded, id) {
		err := tx.EndConsent(who, store.ConsentEnd{Recipient: c.Recipient, Purpose: c.Purpose}, stands)
		if err != nil && !errors.Is(err, store.ErrNothing) {
			return err
		}
		news = news || err == nil
		if _, err := tx.EndEntriesFor(who, c.Recipient, c.Purpose); err != nil {
			return err
		}
	}
	if !news {
		return store.ErrNothing
	}
	return tx.TouchVolunteer(id)
}

// consentStands reads from the clear flags whether a consent stands now.
func consentStands(tx *store.Tx, id string, c reserve.ConsentGiven) (bool, error) {
	regs, err := tx.RegistrationsOf(id)
	if err != nil {
		return false, err
	}
	ends, err := tx.ConsentEnds(id)
	if err != nil {
		return false, err
	}
	recs := make([]record, len(regs))
	for i := range regs {
		recs[i].reg = regs[i]
	}
	return slices.ContainsFunc(consents(recs, ends), func(o reserve.Consent) bool { return o.Stands(c.Recipient, c.Purpose, 0) }), nil
}
