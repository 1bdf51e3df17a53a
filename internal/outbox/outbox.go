package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// Sender hands one text to a carrier and gives the carrier's id of it. A refusal is a *reserve.SendError; any other error
// means that nobody knows whether the text was taken.
type Sender interface {
	Send(ctx context.Context, text reserve.OutboundText) (carrierRef string, err error)
}

// Gateway is one carrier connection.
type Gateway struct {
	Name        string
	Sender      Sender
	RatePerHour int           // parts an hour, over all nodes; 0 is no limit
	Window      int           // texts handed over at once; 0 is 16
	Timeout     time.Duration // for one text; 0 is 30 s, what a slow HTTP gateway takes
	// Dedup says that the carrier sends a Ref it knows only once, so that a text of unknown fate may be tried again.
	Dedup bool
	// Spare says that the gateway takes texts only while all others are dead.
	Spare bool
}

// Config is what an Outbox works with.
type Config struct {
	Store    *store.Store
	Vault    *seal.Vault
	Roll     *roll.Roll
	Catalog  *lang.Catalog
	Now      func() time.Time
	Gateways []Gateway
	// Drain handles what came in, so that a withdrawal or STOP is known before the next claim. Where it fails nothing is
	// sent. Nil handles nothing.
	Drain func(context.Context) error
	Log   *slog.Logger
	// Batch is how many texts one claim takes; 0 is 100.
	Batch int
}

// Outbox sends. It is safe for concurrent use.
type Outbox struct {
	Config
}

// New makes an Outbox and makes its gateways known to the store.
func New(ctx context.Context, c Config) (*Outbox, error) {
	if c.Batch == 0 {
		c.Batch = 100
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Gateways = append([]Gateway(nil), c.Gateways...)
	for i := range c.Gateways {
		g := &c.Gateways[i]
		if g.Window == 0 {
			g.Window = 16
		}
		if g.Timeout == 0 {
			g.Timeout = 30 * time.Second
		}
		err := c.Store.Bookkeep(ctx, func(tx *store.Tx) error { return tx.PutGateway(g.Name, int64(g.RatePerHour)) })
		if err != nil {
			return nil, fmt.Errorf("make gateway known: %w", err)
		}
	}
	return &Outbox{c}, nil
}

// Step gives every gateway its next texts, all gateways at once. did is false where nothing was due. A server that wants
// no gateway to wait for a slower one runs StepGateway in a loop of its own for each.
func (o *Outbox) Step(ctx context.Context) (did bool, err error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, g := range o.Gateways {
		wg.Go(func() {
			d, e := o.step(ctx, g)
			mu.Lock()
			defer mu.Unlock()
			did, err = did || d, errors.Join(err, e)
		})
	}
	wg.Wait()
	return did, err
}

// StepGateway gives one gateway its next texts.
func (o *Outbox) StepGateway(ctx context.Context, name string) (did bool, err error) {
	for _, g := range o.Gateways {
		if g.Name == name {
			return o.step(ctx, g)
		}
	}
	return false, &reserve.Error{Kind: reserve.NotFound, Code: "not-found", Args: map[string]string{"thing": "gateway"}}
}

// Report notes delivery reports. unknown is how many of them are about no text of ours; they change nothing.
func (o *Outbox) Report(ctx context.Context, list []reserve.DeliveryReport) (unknown int, err error) {
	err = o.Store.Bookkeep(ctx, func(tx *store.Tx) error {
		unknown = 0
		for _, r := range list {
			known, err := tx.Report(r)
			if err != nil {
				return err
			}
			if !known {
				unknown++
			}
		}
		if unknown == 0 {
			return nil
		}
		return tx.AddCounter("delivery-report.unknown", int64(unknown))
	})
	if err != nil {
		return 0, fmt.Errorf("note delivery reports: %w", err)
	}
	if unknown > 0 {
		o.Log.Warn("delivery reports about no text of ours", "count", unknown)
	}
	return unknown, nil
}
