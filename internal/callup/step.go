package callup

import (
	"context"
	"fmt"
	"time"

	"muster/internal/audit"
	"muster/internal/planner"
	"muster/internal/reserve"
	"muster/internal/store"
)

// stepLease is how long a node has for one step before another may take the call-up: choosing among a million people and
// writing a wave of thousands takes seconds.
const stepLease = 2 * time.Minute

// pausedLook is how often a call-up is looked at while all sending is stopped.
const pausedLook = time.Minute

// Step looks after the call-up that has waited longest for it: plans, asks, moves the limit, stands down. did is false where
// none is due, or where the node is locked. It may run on several nodes; each due call-up is claimed by one.
func (c *CallUps) Step(ctx context.Context) (did bool, err error) {
	if !c.Vault.Unlocked() || !c.Roll.Loaded() {
		return false, nil
	}
	now := c.Now()
	until := now.Add(stepLease)
	id, ok, err := c.Store.ClaimCallUp(ctx, store.Micros(now), store.Micros(until))
	if err != nil || !ok {
		return false, err
	}
	next, err := c.step(ctx, id, now)
	if err != nil {
		return true, fmt.Errorf("step of a call-up: %w", err)
	}
	return true, c.Store.PlanStep(ctx, id, store.Micros(until), store.Micros(next))
}

func (c *CallUps) step(ctx context.Context, id string, now time.Time) (next time.Time, err error) {
	if err := c.writeWaves(ctx, id); err != nil { // what a stopped node left half written
		return next, err
	}
	if paused, err := c.Paused(ctx); err != nil || paused {
		return now.Add(pausedLook), err
	}
	k, err := c.kept(ctx, reserve.System(c.Store.Node()), id)
	if err != nil {
		return next, err
	}
	p, err := c.plan(ctx, &k, now)
	if err != nil {
		return next, err
	}
	next = now.Add(24 * time.Hour)
	for i := range k.Needs {
		at, err := p.need(ctx, k.Needs[i])
		if err != nil {
			return next, err
		}
		if at.Before(next) {
			next = at
		}
	}
	if !now.Before(store.Time(k.ReportBy)) {
		return now.Add(24 * time.Hour), c.standDown(ctx, p.actor, k, "")
	}
	return next, c.writeWaves(ctx, id)
}

func (c *CallUps) writeWaves(ctx context.Context, id string) error {
	for {
		if did, err := c.Store.WriteWave(ctx, id); err != nil || !did {
			return err
		}
	}
}

// plan is one step's view of a call-up.
type plan struct {
	*CallUps
	chooser
	actor reserve.Actor
	now   time.Time
	stats *planner.Stats
	lines map[string]planner.Line
	asks  map[string][]planner.Ask // by need
	last  map[string]time.Time     // the last whole wave, by need
}

func (c *CallUps) plan(ctx context.Context, k *store.KeptCallUp, now time.Time) (*plan, error) {
	d, err := c.drive(ctx, k.Drive)
	if err != nil {
		return nil, err
	}
	stats, err := c.stats(ctx, k.Drive)
	if err != nil {
		return nil, err
	}
	p := &plan{CallUps: c, actor: reserve.System(c.Store.Node()), now: now, stats: stats, last: map[string]time.Time{}}
	p.chooser = chooser{callup: k, of: d, today: reserve.DateOf(now, d.Zone())}
	err = c.Store.View(ctx, func(r *store.Read) (err error) {
		since := store.AskedSince{History: store.Micros(now.Add(-history)), Month: store.Micros(now.Add(-fatigueMonth)), Day: store.Micros(now.Add(-fatigueDay))}
		if p.asked, err = r.AskedBefore(k.ID, since); err != nil {
			return err
		}
		if p.asks, err = c.asks(r, k.ID); err != nil {
			return err
		}
		waves, err := r.Waves(k.ID)
		for _, w := range waves {
			if w.Reason["wave"] == 1 {
				p.last[w.Need] = store.Time(w.At)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read call-up: %w", err)
	}
	p.lines, err = c.linesNow(ctx)
	return p, err
}

// asks gives everybody asked for a call-up, by need, as the planner wants them.
func (c *CallUps) asks(r *store.Read, id string) (map[string][]planner.Ask, error) {
	out := map[string][]planner.Ask{}
	for after := ""; ; {
		page, err := r.InvitationsTo(id, after, 1000)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return out, nil
		}
		for _, i := range page {
			if i.Channel == "walk-in" {
				continue
			}
			a := planner.Ask{Channel: i.Channel, State: i.State, AskedAt: i.InvitedAt, SentAt: i.SentAt, ReachedAt: i.ReachedAt, AnsweredAt: i.AnsweredAt, Unclear: i.Unclear,
				DepartAsked: i.DepartAskedAt, OnTheWayAt: i.OnTheWayAt, CheckedIn: i.CheckedIn}
			if p, ok := c.Roll.Person(i.Volunteer); ok {
				a.Area = p.Facts.Place
			}
			out[i.Need] = append(out[i.Need], a)
		}
		after = page[len(page)-1].ID
	}
}

// linesNow is what can be sent now: the gateways that are not dead, taken as one line.
func (c *CallUps) linesNow(ctx context.Context) (map[string]planner.Line, error) {
	if c.Lines != nil {
		return c.Lines(), nil
	}
	line := planner.Line{Receipts: true, SIMs: 1}
	err := c.Store.View(ctx, func(r *store.Read) error {
		list, err := r.Gateways()
		perHour := int64(0)
		for _, g := range list {
			if g.State == store.GatewayDead {
				continue
			}
			if g.RatePerHour == 0 {
				return err // one without a limit takes all
			}
			perHour += g.RatePerHour
		}
		line.PerSecond = float64(perHour) / 3600
		return err
	})
	return map[string]planner.Line{planner.Text: line}, err
}

// in is what the planner is told of a need.
func (p *plan) in(n reserve.Need, asked pool) planner.In {
	factors := asked.texts()
	in := planner.In{Wanted: n.Wanted, Now: p.now, Deadline: store.Time(p.callup.ReportBy), LastWave: p.last[n.ID], Confirmed: n.Confirmed, Standby: n.Standby, StandbyMax: n.StandbyMax, LastLimit: n.ConfirmLimit,
		Asks: p.asks[n.ID], Pool: len(factors), Function: n.Function, Area: n.Area, Factors: factors, Stats: p.stats, Lines: p.lines, Urgent: p.callup.Urgent,
		Quiet: p.of.QuietHours, Zone: p.of.Zone()}
	if n.LimitFixed {
		in.FixedLimit = n.ConfirmLimit
	}
	return in
}

// need does what the planner says about one need, and tells when to look again.
func (p *plan) need(ctx context.Context, n reserve.Need) (time.Time, error) {
	asked := p.eligible(p.Roll, n)
	out := planner.Plan(p.in(n, asked))
	if !n.LimitFixed && out.ConfirmLimit != n.ConfirmLimit {
		if err := p.moveLimit(ctx, n, out.ConfirmLimit); err != nil {
			return out.Next, err
		}
	}
	if out.AskDeparture {
		if err := p.askDeparture(ctx, n); err != nil {
			return out.Next, err
		}
	}
	texts := asked.by(out.Channel, out.Invite)
	if len(texts) > 0 {
		if err := p.wave(ctx, n, out, asked, texts); err != nil {
			return out.Next, err
		}
	}
	// Who is to be rung beyond the silent ones goes on the callers' list.
	silent := 0
	for _, a := range p.asks[n.ID] {
		if a.State == reserve.Invited {
			silent++
		}
	}
	if calls := asked.without(texts).by(planner.Call, max(0, out.Call-silent)); len(calls) > 0 {
		out.Wave = false
		if err := p.wave(ctx, n, out, asked, calls); err != nil {
			return out.Next, err
		}
	}
	if n.Confirmed >= max(n.ConfirmLimit, out.ConfirmLimit) && n.Standby >= n.StandbyMax {
		return out.Next, p.standDown(ctx, p.actor, *p.callup, n.ID)
	}
	return out.Next, nil
}

func (p *plan) moveLimit(ctx context.Context, n reserve.Need, limit int) error {
	act := reserve.Act{Actor: p.actor, Verb: reserve.ActCallUpChange, Subject: p.callup.ID, Count: int64(limit), Note: "confirm-limit"}
	err := p.Store.Change(ctx, act, func(tx *store.Tx) error {
		up, changed, err := tx.SetConfirmLimit(n.ID, limit)
		if err != nil {
			return err
		}
		if !changed {
			return store.ErrNothing
		}
		return tx.TellUp(up, p.callup.ReportBy)
	})
	return nothingIsFine(err, "move the limit on confirmations")
}

// wave keeps the decision to ask: one act with the number and the digest of the list, whatever its length.
func (p *plan) wave(ctx context.Context, n reserve.Need, out planner.Out, asked pool, list []store.Chosen) error {
	ids := make([]string, len(list))
	for i, l := range list {
		ids[i] = l.Volunteer
	}
	w := reserve.Wave{CallUp: p.callup.ID, Need: n.ID, Reason: out.Reason}
	if w.Reason == nil {
		w.Reason = map[string]int64{}
	}
	w.Reason["wave"] = 0
	if out.Wave {
		w.Reason["wave"] = 1
	}
	for why, count := range asked.reasons {
		w.Reason["not-asked."+string(why)] = count
	}
	act := reserve.Act{Actor: p.actor, Verb: reserve.ActWave, Subject: p.callup.ID, Count: int64(len(list)), Digest: audit.ListDigest(ids), Note: string(out.Code)}
	if err := p.Store.Change(ctx, act, func(tx *store.Tx) error { return tx.AddWave(&w, list) }); err != nil {
		return fmt.Errorf("keep wave: %w", err)
	}
	for _, l := range list { // one person is asked for one need of a call-up
		a := p.asked[l.Volunteer]
		a.Here = true
		p.asked[l.Volunteer] = a
	}
	p.Log.Info("wave", "need", n.Function, "size", len(list), "code", string(out.Code))
	return nil
}

// standDown tells everybody who has not answered, of one need or of all, that they are not needed.
func (c *CallUps) standDown(ctx context.Context, actor reserve.Actor, k store.KeptCallUp, need string) error {
	_, err := c.tellAll(ctx, actor, k, notice{key: "sms.not-needed", need: need, states: []reserve.InvitationState{reserve.Invited, reserve.Unreached}, move: reserve.Stood})
	return err
}

// Close ends a call-up: seats stay, everybody else who was asked is told that they are not needed, those who came are asked
// whether they are home, and the planner learns. It may be repeated after a stop in the middle.
func (c *CallUps) Close(ctx context.Context, actor reserve.Actor, id string) error {
	if err := reserve.Demand(actor, reserve.MayOpenCallUp); err != nil {
		return err
	}
	k, err := c.kept(ctx, actor, id)
	if err != nil {
		return err
	}
	if _, err := c.Vault.Secrets(); err != nil {
		return err
	}
	learnt, err := c.learn(ctx, &k)
	if err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActCallUpClose, Subject: id}
	err = c.Store.Change(ctx, act, func(tx *store.Tx) error {
		if err := tx.CloseCallUp(id); err != nil {
			return err
		}
		if err := tx.DropQueued(id); err != nil {
			return err
		}
		return tx.PutSetting(statsSetting(k.Drive), learnt)
	})
	if err := nothingIsFine(err, "close call-up"); err != nil {
		return err
	}
	for _, n := range []notice{
		{key: "sms.not-needed", states: []reserve.InvitationState{reserve.Invited, reserve.Unreached, reserve.OnStandby}, move: reserve.Stood},
		{key: "sms.home-safe", present: true},
	} {
		if _, err := c.tellAll(ctx, actor, k, n); err != nil {
			return err
		}
	}
	return nil
}
