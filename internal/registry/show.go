package registry

import (
	"context"
	"fmt"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// Received is one registration or correction as it came in.
type Received struct {
	ID         string
	Kind       store.RegistrationKind
	Channel    reserve.Channel
	Site       string
	Batch      string
	Receipt    string
	ReceivedAt int64
	Facts      reserve.Facts
}

// View is all that is kept of one person, for those who may see it.
type View struct {
	Person        roll.Person
	Received      []Received
	Verifications []store.Verification
	AgeSettled    string // document, witness, or ""
	Pairs         []store.Pair
	Merges        []store.Merge
	HandedTo      []store.Held
}

// Show reads a person; the reading is kept in the log before it is answered. The id of somebody who was merged leads to
// the person they are now. Errors: Forbidden, NotFound (also where the person is outside the actor's scope), Locked.
func (r *Registry) Show(ctx context.Context, actor reserve.Actor, id string) (View, error) {
	v, err := r.reach(ctx, actor, reserve.MaySeePeople, id)
	if err != nil {
		return View{}, err
	}
	view, err := r.view(ctx, v)
	if err != nil {
		return View{}, err
	}
	if err := r.Store.Change(ctx, act(actor, reserve.ActRead, v), func(*store.Tx) error { return nil }); err != nil {
		return View{}, fmt.Errorf("log a reading: %w", err)
	}
	return view, nil
}

// Reveal keeps in the log that the full numbers of a person were shown, and why (a code), before they are.
func (r *Registry) Reveal(ctx context.Context, actor reserve.Actor, id, reason string) ([]reserve.Phone, error) {
	v, err := r.reach(ctx, actor, reserve.MayReveal, id)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, reserve.Faults{reserve.Fault("reason", "required")}
	}
	f, err := r.open(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	a := act(actor, reserve.ActReveal, v)
	a.Note = reason
	if err := r.Store.Change(ctx, a, func(*store.Tx) error { return nil }); err != nil {
		return nil, fmt.Errorf("log a reveal: %w", err)
	}
	return fold(f.records).Phones, nil
}

func (r *Registry) view(ctx context.Context, v reserve.Volunteer) (View, error) {
	f, err := r.open(ctx, v.ID)
	if err != nil {
		return View{}, err
	}
	view := View{Person: f.person(), Verifications: f.verifications, AgeSettled: f.ageSettled}
	if known, ok := r.Roll.Person(v.ID); ok {
		view.Person.Silenced, view.Person.Stopped = known.Silenced, known.Stopped
	}
	for _, rec := range f.records {
		view.Received = append(view.Received, Received{rec.reg.ID, rec.reg.Kind, rec.reg.Channel, rec.reg.Site, rec.reg.Batch, rec.reg.Receipt, rec.reg.ReceivedAt, rec.facts.Facts})
	}
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		if view.Pairs, err = rd.PairsOf(v.ID); err != nil {
			return err
		}
		if view.Merges, err = rd.Merges(v.ID); err != nil {
			return err
		}
		view.HandedTo, err = handedTo(rd, v.ID)
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("read a person: %w", err)
	}
	return view, nil
}

// handedTo lists who was given a person, under any of the ids they had.
func handedTo(rd *store.Read, id string) ([]store.Held, error) {
	folded, err := rd.FoldedInto(id)
	if err != nil {
		return nil, err
	}
	var out []store.Held
	for _, who := range append([]string{id}, folded...) {
		held, err := rd.HeldBy(who)
		if err != nil {
			return nil, err
		}
		out = append(out, held...)
	}
	return out, nil
}

// perSearch is the most a search answers.
const perSearch = 100

// Search finds people of a drive by name, part of a number or receipt, the best first; only those within the actor's scope. The
// search is kept in the log, without what was searched for. Errors: Forbidden, Locked; Busy "loading" while the roll is being built.
func (r *Registry) Search(ctx context.Context, actor reserve.Actor, drive, q string, limit int) ([]roll.Person, error) {
	if err := reserve.Demand(actor, reserve.MaySeePeople); err != nil {
		return nil, err
	}
	if _, err := r.Vault.Secrets(); err != nil {
		return nil, err
	}
	if !r.Roll.Loaded() {
		return nil, &reserve.Error{Kind: reserve.Busy, Code: "loading"}
	}
	limit = max(1, min(limit, perSearch))
	most := limit
	if len(actor.Sites)+len(actor.Functions) > 0 {
		most = 50 * limit // those out of scope fall out afterwards
	}
	var out []roll.Person
	for _, h := range r.Roll.Search(drive, q, most) {
		if p, ok := r.Roll.Person(h.ID); ok && inScope(actor, p.Volunteer) && len(out) < limit {
			out = append(out, p)
		}
	}
	a := reserve.Act{Actor: actor, Verb: reserve.ActSearch, Count: int64(len(out))}
	if err := r.Store.Change(ctx, a, func(*store.Tx) error { return nil }); err != nil {
		return nil, fmt.Errorf("log a search: %w", err)
	}
	return out, nil
}

// Counts is how many people of a drive stand at each site in each state, with what waits to be opened. Rounding small numbers is the shower's.
type Counts struct {
	People   []store.VolunteerCount
	Waiting  int64
	Refused  int64 // for age
	Pairs    int64
	Unopened int // records on this node that do not open: see doctor
}

// Counts counts a drive. It works on a locked node.
func (r *Registry) Counts(ctx context.Context, actor reserve.Actor, drive string) (c Counts, err error) {
	if err := reserve.Demand(actor, reserve.MaySeeBoard); err != nil {
		return c, err
	}
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		if c.People, err = rd.CountVolunteers(drive); err != nil {
			return err
		}
		if c.Waiting, err = rd.CountUnopened(); err != nil {
			return err
		}
		if c.Pairs, err = rd.CountPairs(drive); err != nil {
			return err
		}
		c.Refused, err = rd.Counter(minorsCounter(drive))
		return err
	})
	r.opening.Lock()
	c.Unopened = len(r.skipped)
	r.opening.Unlock()
	return c, err
}
