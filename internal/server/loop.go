package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// loop is one background task: a step of a work package, repeated while there is something to do. Only this file loops and sleeps.
type loop struct {
	name     string
	step     func(ctx context.Context) (did bool, err error)
	idle     time.Duration   // how long to rest where there was nothing to do
	wake     <-chan struct{} // ends the rest at once; nil where nothing can
	unlocked bool            // steps only on an unlocked node that has read its withdrawals
}

// failureRest is the pause after a failed step, so that a broken disk does not fill the log.
const failureRest = 2 * time.Second

// run repeats a loop until ctx ends.
func (n *Node) run(ctx context.Context, l loop) {
	for ctx.Err() == nil {
		rest := l.idle
		if !l.unlocked || n.Ready() {
			did, err := l.step(ctx)
			switch {
			case err != nil && quiet(err):
			case err != nil:
				n.Log.LogAttrs(ctx, slog.LevelError, "step failed", slog.String("loop", l.name), slog.String("error", err.Error()))
				rest = max(rest, failureRest)
			case did:
				continue
			}
		}
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-time.After(rest):
		}
	}
}

// quiet reports errors that say "not now": the node was locked or is closing between two looks.
func quiet(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, store.ErrClosed) || reserve.KindOf(err) == reserve.Locked
}

// start runs all loops and returns a function that waits for their end.
func (n *Node) start(ctx context.Context) (wait func()) {
	var wg sync.WaitGroup
	for _, l := range n.loops() {
		wg.Go(func() { n.run(ctx, l) })
	}
	return wg.Wait
}

// Run repeats the loops until ctx ends, for whoever serves the handler by itself.
func (n *Node) Run(ctx context.Context) { n.start(ctx)() }

// Settle steps every loop until none has anything to do at this instant of the node's clock. Demo and tests move the
// clock by hand and let the node catch up with it; a node that serves for real runs its loops.
func (n *Node) Settle(ctx context.Context) error {
	loops := n.loops()
	for did := true; did; {
		did = false
		for _, l := range loops {
			if l.unlocked && !n.Ready() {
				continue
			}
			d, err := l.step(ctx)
			if err != nil && !quiet(err) {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			did = did || d
		}
	}
	return nil
}
