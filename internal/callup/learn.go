package callup

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"muster/internal/planner"
	"muster/internal/store"
)

// learn gives the drive's statistics with what a call-up that ends has taught, as kept. An exercise teaches reply rates only.
func (c *CallUps) learn(ctx context.Context, k *store.KeptCallUp) (string, error) {
	d, err := c.drive(ctx, k.Drive)
	if err != nil {
		return "", err
	}
	stats, err := c.stats(ctx, k.Drive)
	if err != nil {
		return "", err
	}
	var asks map[string][]planner.Ask
	err = c.Store.View(ctx, func(r *store.Read) (err error) {
		asks, err = c.asks(r, k.ID)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read who was asked: %w", err)
	}
	zone := d.Zone()
	for _, n := range k.Needs {
		stats.Learn(planner.Result{Function: n.Function, Deadline: k.ReportBy, Exercise: k.Exercise, Receipts: true, Asks: asks[n.ID],
			Night: func(at int64) bool { return d.QuietHours.Quiet(time.UnixMicro(at), zone) }})
	}
	text, err := json.Marshal(stats)
	if err != nil {
		return "", fmt.Errorf("write planner statistics: %w", err)
	}
	return string(text), nil
}
