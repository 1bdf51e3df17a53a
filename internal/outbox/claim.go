package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// batch is a claim of one gateway.
type batch struct {
	gateway Gateway
	lease   string
	until   time.Time
	texts   []store.Outbound
}

// lanes in the order of delivery.
func lanes() []store.Lane {
	return []store.Lane{store.LaneReply, store.LaneNotice, store.LaneCallUp}
}

// step is one turn of one gateway: claim, write, hand over, note.
func (o *Outbox) step(ctx context.Context, g Gateway) (bool, error) {
	unlocked := o.Vault.Unlocked() && o.Roll.Loaded()
	if due, err := o.due(ctx); err != nil || !due {
		return false, err
	}
	if unlocked && o.Drain != nil {
		if err := o.Drain(ctx); err != nil {
			return false, fmt.Errorf("read the inbox before sending: %w", err)
		}
	}
	b, err := o.claim(ctx, g, !unlocked)
	if err != nil || len(b.texts) == 0 {
		return false, err
	}
	return true, o.send(ctx, b)
}

func (o *Outbox) due(ctx context.Context) (due bool, err error) {
	err = o.Store.View(ctx, func(r *store.Read) error {
		due, err = r.TextsDue(store.Micros(o.Now()), lanes())
		return err
	})
	return due, err
}

// claim takes texts for a gateway in one change: settle what was left by a crash, look at the brake, the rate and the
// gateway's health, take rows.
func (o *Outbox) claim(ctx context.Context, g Gateway, locked bool) (batch, error) {
	now := o.Now()
	b := batch{gateway: g, lease: o.Store.NewID()}
	limit := o.Batch
	if !g.Dedup {
		limit = min(limit, g.Window) // what a crash leaves open is put to a person: keep it few
	}
	// Every text of the batch may take the whole time limit, a window of them at once; then a minute to note it.
	rounds := (limit + g.Window - 1) / g.Window
	b.until = now.Add(time.Duration(rounds)*g.Timeout + time.Minute)
	var unknown int64
	err := o.Store.Bookkeep(ctx, func(tx *store.Tx) error {
		b.texts = nil
		requeued, lost, err := tx.RecoverOutbox(g.Name, g.Dedup)
		if err != nil {
			return err
		}
		unknown = lost
		if b.texts, err = o.take(tx, b, limit, locked); err != nil {
			return err
		}
		if len(b.texts) == 0 && requeued == 0 && unknown == 0 {
			return store.ErrNothing
		}
		return nil
	})
	if errors.Is(err, store.ErrNothing) {
		return b, nil
	}
	if err != nil {
		return b, fmt.Errorf("claim texts: %w", err)
	}
	if unknown > 0 {
		o.Log.Warn("texts of unknown fate after a stop", "gateway", g.Name, "count", unknown)
	}
	return b, nil
}

// take is the claim proper, within its change.
func (o *Outbox) take(tx *store.Tx, b batch, limit int, locked bool) ([]store.Outbound, error) {
	paused, err := tx.Setting(store.SettingPaused)
	if err != nil || paused == "yes" {
		return nil, err
	}
	if b.gateway.Spare {
		needed, err := othersDead(tx, b.gateway.Name, o.Gateways)
		if err != nil || !needed {
			return nil, err
		}
	}
	allowed, interval, g, err := tx.PaceGateway(b.gateway.Name, limit)
	if err != nil || allowed == 0 {
		return nil, err
	}
	if g.State != store.GatewayAlive {
		allowed = 1 // one text finds out as much as a hundred
	}
	texts, err := tx.ClaimOutbox(store.Claim{Carrier: b.gateway.Name, Lease: b.lease, Until: store.Micros(b.until), Lanes: lanes(), Locked: locked, Limit: allowed})
	if err != nil {
		return nil, err
	}
	return texts, tx.SpendGateway(g, interval, len(texts))
}

// othersDead reports whether every gateway that is no spare is dead.
func othersDead(tx *store.Tx, name string, all []Gateway) (bool, error) {
	known, err := tx.Gateways()
	if err != nil {
		return false, err
	}
	state := map[string]store.GatewayState{}
	for _, g := range known {
		state[g.Carrier] = g.State
	}
	for _, g := range all {
		if g.Name != name && !g.Spare && state[g.Name] != store.GatewayDead {
			return false, nil
		}
	}
	return true, nil
}

// judge says what an answer of a carrier makes of a text.
func (b batch) judge(t store.Outbound, err error, now time.Time) (store.OutboxState, int64) {
	again := store.Micros(now.Add(backoff(t.Attempts)))
	if err == nil {
		return store.Sent, 0
	}
	refusal, ok := errors.AsType[*reserve.SendError](err)
	switch {
	case ok && (refusal.Retry || refusal.Ours) && !refusal.Unknown:
		return store.Queued, again
	case ok && !refusal.Unknown:
		return store.Failed, 0
	case b.gateway.Dedup:
		return store.Queued, again
	}
	return store.Unknown, 0
}

// backoff is how long a refused text waits: five seconds, so that another gateway can take it soon, and after many attempts
// a minute, so that one number nobody can reach does not spend the rate.
func backoff(attempts int) time.Duration {
	if attempts > 12 {
		return time.Minute
	}
	return 5 * time.Second
}
