package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// Undo takes an import back: who came with it alone is erased, what it corrected is as before, and its rows can be imported
// again. The acts stay. An import that was taken back already is no error; one that was broken off is taken up again.
func (r *Registry) Undo(ctx context.Context, actor reserve.Actor, batch string) error {
	if err := reserve.Demand(actor, reserve.MayImport); err != nil {
		return err
	}
	var b store.Batch
	var regs []store.Registration
	err := r.Store.View(ctx, func(rd *store.Read) (err error) {
		if b, err = rd.Batch(batch); err != nil {
			return err
		}
		regs, err = rd.RegistrationsOfBatch(batch)
		return err
	})
	if err != nil {
		return fmt.Errorf("read an import: %w", err)
	}
	if b.State == store.BatchUndone {
		return nil
	}
	for _, reg := range regs {
		if err := r.undoRow(ctx, actor, reg); err != nil {
			return fmt.Errorf("undo an import: %w", err)
		}
	}
	a := reserve.Act{Actor: actor, Verb: reserve.ActBatchUndo, Subject: batch, Count: int64(len(regs))}
	return unchanged(r.Store.ChangeLater(ctx, a, func(tx *store.Tx) error { return tx.UndoBatch(batch) }), "undo an import")
}

func (r *Registry) undoRow(ctx context.Context, actor reserve.Actor, reg store.Registration) error {
	token := seal.TokenHash(store.PublicID())
	free := func(tx *store.Tx) error { return tx.EraseRegistration(reg.ID, token[:]) }
	if reg.Volunteer == "" {
		a := reserve.Act{Actor: actor, Verb: reserve.ActBatchUndo, Subject: reg.ID, Salt: reg.Digest, Count: 1}
		err := r.Store.ChangeLater(ctx, a, func(tx *store.Tx) error {
			if err := tx.EraseUnopened(reg.ID); err != nil {
				return err
			}
			return free(tx)
		})
		if !errors.Is(err, store.ErrNothing) {
			return err
		}
		// It was opened meanwhile, or withdrawn and erased by its sender.
		err = r.Store.View(ctx, func(rd *store.Read) (err error) {
			reg, err = rd.Registration(reg.ID)
			return err
		})
		if err != nil || reg.Volunteer == "" {
			return err
		}
	}
	var others []store.Registration
	var v reserve.Volunteer
	err := r.Store.View(ctx, func(rd *store.Read) (err error) {
		if v, err = rd.Volunteer(reg.Volunteer); err != nil {
			return err
		}
		others, err = rd.RegistrationsOf(reg.Volunteer)
		return err
	})
	if err != nil {
		return err
	}
	alone := !slices.ContainsFunc(others, func(o store.Registration) bool { return o.Batch != reg.Batch })
	if alone && v.State != reserve.Erased {
		a := act(actor, reserve.ActErase, v)
		a.Note = "batch-undo"
		return r.erase(ctx, a, free)
	}
	a := act(actor, reserve.ActBatchUndo, v)
	err = r.Store.ChangeLater(ctx, a, func(tx *store.Tx) error { return errors.Join(free(tx), tx.TouchVolunteer(v.ID)) })
	if err != nil {
		return err
	}
	if err := r.Keyring.Erase(ctx, []string{reg.ID}); err != nil {
		return fmt.Errorf("erase a key: %w", err)
	}
	if v.State == reserve.Erased || !r.Vault.Unlocked() {
		return nil
	}
	return r.settle(ctx, v.ID)
}
