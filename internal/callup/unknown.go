package callup

import (
	"context"
	"errors"
	"fmt"

	"muster/internal/reserve"
	"muster/internal/store"
)

// UnknownTexts gives the texts of which nobody knows whether the carrier took them: its answer was lost, or the process stopped
// in between. A coordinator decides about each; no machine sends one again.
func (c *CallUps) UnknownTexts(ctx context.Context, actor reserve.Actor, limit int) (list []store.Outbound, err error) {
	if err := reserve.Demand(actor, reserve.MayOpenCallUp); err != nil {
		return nil, err
	}
	err = c.Store.View(ctx, func(r *store.Read) (err error) {
		list, err = r.UnknownTexts(limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read texts of unknown fate: %w", err)
	}
	return list, nil
}

// Resend sends a text of unknown fate again, on a coordinator's word: the person may get it twice. Somebody who was faster, or
// a report that came meanwhile, wins: Conflict with code "changed-meanwhile".
func (c *CallUps) Resend(ctx context.Context, actor reserve.Actor, text string) error {
	if err := reserve.Demand(actor, reserve.MayOpenCallUp); err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActMessage, Count: 1, Note: "resend"}
	err := c.Store.Change(ctx, act, func(tx *store.Tx) error { return tx.Requeue(text) })
	if errors.Is(err, store.ErrNothing) {
		return &reserve.Error{Kind: reserve.Conflict, Code: "changed-meanwhile"}
	}
	if err != nil {
		return fmt.Errorf("send again: %w", err)
	}
	return nil
}
