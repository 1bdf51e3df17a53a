package callup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"muster/internal/planner"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// Config is what CallUps work with.
type Config struct {
	Store *store.Store
	Vault *seal.Vault
	Roll  *roll.Roll
	Now   func() time.Time
	// Lines says what can be sent and how fast, for the planner; nil takes the rates of the gateways that are not dead.
	Lines func() map[string]planner.Line
	Log   *slog.Logger
}

// CallUps is the call-ups of one node. All methods are safe for concurrent use.
type CallUps struct {
	Config
	opener *store.Opener
}

// New makes CallUps.
func New(c Config) *CallUps {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &CallUps{Config: c, opener: c.Store.NewOpener(c.Vault)}
}

// Forget drops what was learned from the secrets: the node was locked.
func (c *CallUps) Forget() { c.opener.Forget() }

// notFound is the answer to everything an actor may not know of.
func notFound() error { return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"} }

// drive reads a drive by code.
func (c *CallUps) drive(ctx context.Context, code string) (d reserve.Drive, err error) {
	err = c.Store.View(ctx, func(r *store.Read) error {
		list, err := r.Drives()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(k store.KeptDrive) bool { return k.Code == code })
		if i < 0 {
			return notFound()
		}
		d = list[i].Drive
		return nil
	})
	if err != nil {
		return d, fmt.Errorf("read drive: %w", err)
	}
	return d, nil
}

// kept reads a call-up within the actor's compartments. Its sealed details are opened where the node is unlocked.
func (c *CallUps) kept(ctx context.Context, actor reserve.Actor, id string) (k store.KeptCallUp, err error) {
	err = c.Store.View(ctx, func(r *store.Read) (err error) {
		k, err = r.CallUp(id)
		return err
	})
	if err != nil {
		return k, fmt.Errorf("read call-up: %w", err)
	}
	if !inScope(actor, k) {
		return store.KeptCallUp{}, notFound()
	}
	secrets, err := c.Vault.Secrets()
	if err != nil {
		return k, nil // counts and codes may be shown on a locked node
	}
	return k, k.OpenDetails(secrets)
}

// inScope reports whether a call-up has a need within the actor's compartments. Sites do not narrow it: people come from all.
func inScope(a reserve.Actor, k store.KeptCallUp) bool {
	functions := make([]string, len(k.Needs))
	for i, n := range k.Needs {
		functions[i] = n.Function
	}
	a.Sites = nil
	return reserve.InScope(a, "", functions)
}

// Open opens a call-up: the right is asked, every fault of the request is told at once, the assembly points and the risk are
// sealed, and the first wave is due now. An urgent one, for which quiet hours do not hold, needs a reason. It needs an
// unlocked node.
func (c *CallUps) Open(ctx context.Context, actor reserve.Actor, req reserve.CallUpRequest) (reserve.CallUp, error) {
	if err := reserve.Demand(actor, reserve.MayOpenCallUp); err != nil {
		return reserve.CallUp{}, err
	}
	d, err := c.drive(ctx, req.Drive)
	if err != nil {
		return reserve.CallUp{}, err
	}
	faults := req.Check(&d, c.Now())
	if req.Urgent && req.Reason == "" {
		faults = append(faults, reserve.Fault("reason", "required"))
	}
	if err := faults.Err(); err != nil {
		return reserve.CallUp{}, err
	}
	secrets, err := c.Vault.Secrets()
	if err != nil {
		return reserve.CallUp{}, err
	}
	now := store.Micros(c.Now())
	k := store.KeptCallUp{Reason: req.Reason, NextStepAt: now, CallUp: reserve.CallUp{ID: store.PublicID(), Drive: d.Code, State: reserve.CallUpOpen, ReportBy: store.Micros(req.ReportBy),
		Urgent: req.Urgent, Exercise: req.Exercise, OpenedAt: now, OpenedBy: actor.String(), Risk: req.Risk, Version: 1}}
	stats, err := c.stats(ctx, d.Code)
	if err != nil {
		return reserve.CallUp{}, err
	}
	for _, n := range req.Needs {
		k.Needs = append(k.Needs, c.need(k.ID, n, stats))
	}
	if !inScope(actor, k) {
		return reserve.CallUp{}, &reserve.Error{Kind: reserve.Forbidden, Code: "no-right"}
	}
	if err := k.SealDetails(secrets); err != nil {
		return reserve.CallUp{}, err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActCallUpOpen, Subject: k.ID, Count: int64(len(k.Needs))}
	if k.Urgent {
		act.Note = "urgent"
	}
	if err := c.Store.Change(ctx, act, func(tx *store.Tx) error { return tx.AddCallUp(&k) }); err != nil {
		return reserve.CallUp{}, fmt.Errorf("open call-up: %w", err)
	}
	return k.CallUp, nil
}

// need turns a need as asked for into one to keep. Where no limit is fixed it starts at what the no-shows of the drive ask for.
func (c *CallUps) need(callup string, r reserve.NeedRequest, stats *planner.Stats) reserve.Need {
	n := reserve.Need{ID: store.PublicID(), CallUp: callup, Function: r.Function, Qualification: r.Qualification, Wanted: r.Wanted, Level: r.Level,
		AssemblyPoint: r.AssemblyPoint, Area: r.Area, StandbyMax: reserve.DefaultStandby(r.Wanted)}
	if r.StandbyMax != nil {
		n.StandbyMax = *r.StandbyMax
	}
	if r.ConfirmLimit != nil {
		n.ConfirmLimit, n.LimitFixed = *r.ConfirmLimit, true
		return n
	}
	now := c.Now()
	n.ConfirmLimit = planner.Plan(planner.In{Wanted: r.Wanted, Now: now, Deadline: now.Add(24 * time.Hour), Function: r.Function, Area: r.Area, Stats: stats}).ConfirmLimit
	return n
}

// statsSetting is where a drive's planner statistics are kept.
func statsSetting(drive string) string { return "planner.stats." + drive }

func (c *CallUps) stats(ctx context.Context, drive string) (*planner.Stats, error) {
	var text string
	err := c.Store.View(ctx, func(r *store.Read) (err error) {
		text, err = r.Setting(statsSetting(drive))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read planner statistics: %w", err)
	}
	s := &planner.Stats{}
	if text != "" {
		err = json.Unmarshal([]byte(text), s)
	}
	return s, err
}

// Change moves the place of needs, or the hour, of an open call-up; the confirmed and those on stand-by are told. Places is by
// need id; a zero hour keeps it. Who has seen it is what delivery says of the texts "sms.moved" (Notices).
func (c *CallUps) Change(ctx context.Context, actor reserve.Actor, id string, places map[string]string, reportBy time.Time) error {
	if err := reserve.Demand(actor, reserve.MayOpenCallUp); err != nil {
		return err
	}
	k, err := c.kept(ctx, actor, id)
	if err != nil {
		return err
	}
	secrets, err := c.Vault.Secrets()
	if err != nil {
		return err
	}
	if k.State != reserve.CallUpOpen {
		return &reserve.Error{Kind: reserve.Closed, Code: "callup-closed"}
	}
	if !reportBy.IsZero() {
		if !reportBy.After(c.Now()) {
			return reserve.Fault("report_by", "in-the-past")
		}
		k.ReportBy = store.Micros(reportBy)
	}
	for i := range k.Needs {
		if p := places[k.Needs[i].ID]; p != "" {
			k.Needs[i].AssemblyPoint = p
		}
	}
	if err := k.SealDetails(secrets); err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActCallUpChange, Subject: id}
	err = c.Store.Change(ctx, act, func(tx *store.Tx) error {
		if err := tx.ChangeCallUp(id, k.Version, k.Sealed, k.ReportBy); err != nil {
			return err
		}
		tx.Act().Count = 1
		return tx.WakeCallUp(id, tx.Now())
	})
	if err != nil {
		return fmt.Errorf("change call-up: %w", err)
	}
	_, err = c.tellAll(ctx, actor, k, notice{key: "sms.moved", states: []reserve.InvitationState{reserve.Confirmed, reserve.OnStandby}})
	return err
}

// Message sends a text of a coordinator's own to all confirmed, sealed until it goes out. It returns to how many.
func (c *CallUps) Message(ctx context.Context, actor reserve.Actor, id string, text reserve.Private) (int, error) {
	if err := reserve.Demand(actor, reserve.MayOpenCallUp); err != nil {
		return 0, err
	}
	if text == "" {
		return 0, reserve.Fault("text", "required")
	}
	if len([]rune(text.Reveal())) > reserve.MaxNote {
		return 0, reserve.Fault("text", "too-long")
	}
	k, err := c.kept(ctx, actor, id)
	if err != nil {
		return 0, err
	}
	return c.tellAll(ctx, actor, k, notice{text: text, states: []reserve.InvitationState{reserve.Confirmed}})
}

// Pause stops all sending of all nodes at once; nothing is lost. Who and when is in the log.
func (c *CallUps) Pause(ctx context.Context, actor reserve.Actor) error {
	return c.setPause(ctx, actor, reserve.ActPause, "yes")
}

// Resume lets sending go on.
func (c *CallUps) Resume(ctx context.Context, actor reserve.Actor) error {
	return c.setPause(ctx, actor, reserve.ActResume, "")
}

func (c *CallUps) setPause(ctx context.Context, actor reserve.Actor, verb reserve.Verb, to string) error {
	if err := reserve.Demand(actor, reserve.MayPause); err != nil {
		return err
	}
	err := c.Store.Change(ctx, reserve.Act{Actor: actor, Verb: verb}, func(tx *store.Tx) error {
		had, err := tx.Setting(store.SettingPaused)
		if err == nil && had == to {
			return store.ErrNothing
		}
		return errors.Join(err, tx.PutSetting(store.SettingPaused, to))
	})
	return nothingIsFine(err, "pause or resume sending")
}

// Paused reports whether all sending is stopped.
func (c *CallUps) Paused(ctx context.Context) (paused bool, err error) {
	err = c.Store.View(ctx, func(r *store.Read) error {
		v, err := r.Setting(store.SettingPaused)
		paused = v == "yes"
		return err
	})
	return paused, err
}

// nothingIsFine takes "nothing to do" for done.
func nothingIsFine(err error, doing string) error {
	if err == nil || errors.Is(err, store.ErrNothing) {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
