package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/store"
)

// result is what came of one text of a batch.
type result struct {
	outcome store.Outcome
	ok      bool // the carrier answered as carriers should
	failure bool // the connection, not the text, is at fault
	wait    time.Duration
}

// send writes and hands over a batch. Results are noted as they come in, many in one change, so that one slow text holds
// back no other's mark.
func (o *Outbox) send(ctx context.Context, b batch) error {
	written, err := o.write(ctx, b)
	if err != nil {
		return fmt.Errorf("write texts: %w", err)
	}
	jobs := make(chan letter)
	results := make(chan result, len(b.texts))
	var wg sync.WaitGroup
	for range min(b.gateway.Window, len(written)) {
		wg.Go(func() {
			for l := range jobs {
				results <- o.hand(ctx, b, l)
			}
		})
	}
	go func() {
		for _, l := range written {
			jobs <- l
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	// The marks are kept even where the request or the server ends: what was handed over must not be forgotten.
	return o.note(context.WithoutCancel(ctx), b, results)
}

// hand gives one text to the carrier. A claim that has run out is left alone: another node may have it.
func (o *Outbox) hand(ctx context.Context, b batch, l letter) result {
	out := store.Outcome{ID: l.row.ID, Invitation: inviting(l.row), Parts: 1}
	if l.state != "" {
		out.State, out.DueAt = l.state, l.dueAt
		return result{outcome: out}
	}
	now := o.Now()
	if ctx.Err() != nil {
		out.State, out.DueAt = store.Queued, store.Micros(now)
		return result{outcome: out}
	}
	if !now.Before(b.until.Add(-b.gateway.Timeout)) {
		return result{}
	}
	if store.Micros(now) >= l.row.ExpiresAt {
		out.State = store.Expired
		return result{outcome: out}
	}
	limited, cancel := context.WithTimeout(ctx, b.gateway.Timeout)
	defer cancel()
	ref, err := b.gateway.Sender.Send(limited, l.text)
	out.CarrierRef, out.Parts = ref, lang.Segments(l.text.Body.Reveal()).Segments
	out.State, out.DueAt = b.judge(l.row, err, o.Now())
	r := result{outcome: out, ok: err == nil}
	if err == nil {
		return r
	}
	refusal, ok := errors.AsType[*reserve.SendError](err)
	r.failure = !ok || refusal.Retry || refusal.Unknown || refusal.Ours
	r.ok = !r.failure
	if ok {
		r.wait = refusal.Wait
		o.Log.Warn("a carrier refused a text", "gateway", b.gateway.Name, "code", refusal.Code, "ours", refusal.Ours)
	}
	return r
}

// inviting is the invitation a text is the asking of; other texts to the invited say nothing about reaching them.
func inviting(t store.Outbound) string {
	if t.TextKey == "sms.invite" {
		return t.Invitation
	}
	return ""
}

// failingPause is how long a connection rests when nothing of a batch went through.
const failingPause = 5 * time.Second

// note keeps results until there are no more: it waits for one and takes all that are there.
func (o *Outbox) note(ctx context.Context, b batch, results <-chan result) error {
	for first := range results {
		list := []result{first}
	more:
		for {
			select {
			case r, open := <-results:
				if !open {
					break more
				}
				list = append(list, r)
			default:
				break more
			}
		}
		if err := o.keep(ctx, b, list); err != nil {
			return err
		}
	}
	return nil
}

func (o *Outbox) keep(ctx context.Context, b batch, list []result) error {
	var h store.Health
	outcomes := make([]store.Outcome, 0, len(list))
	for _, r := range list {
		if r.outcome.ID == "" {
			continue
		}
		outcomes = append(outcomes, r.outcome)
		if r.ok {
			h.OK++
		}
		if r.failure {
			h.Failures++
		}
		h.Wait = max(h.Wait, r.wait.Microseconds())
		if r.outcome.State == store.Sent {
			h.Extra += max(0, r.outcome.Parts-1)
		}
	}
	if h.Failures > 0 && h.OK == 0 {
		h.Wait = max(h.Wait, failingPause.Microseconds())
	}
	err := o.Store.Bookkeep(ctx, func(tx *store.Tx) error {
		if err := tx.MarkOutbox(b.lease, outcomes); err != nil {
			return err
		}
		if h.OK == 0 && h.Failures == 0 {
			return nil
		}
		return tx.NoteGateway(b.gateway.Name, h)
	})
	if err != nil {
		return fmt.Errorf("note what was sent: %w", err)
	}
	return nil
}
