package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"

	"muster/internal/phone"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// stopBook knows which numbers are under STOP, by their keyed index: a number nobody in the roll has yet may be among them.
type stopBook struct {
	mu    sync.RWMutex
	known map[string]bool
}

// set replaces what is known, and says whether that was news.
func (b *stopBook) set(now map[string]bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if maps.Equal(b.known, now) {
		return false
	}
	b.known = now
	return true
}

func (b *stopBook) mark(index []byte, on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil {
		b.known = map[string]bool{}
	}
	if on {
		b.known[string(index)] = true
	} else {
		delete(b.known, string(index))
	}
}

func (b *stopBook) holds(sec *seal.Secrets, e164 string) (bool, error) {
	b.mu.RLock()
	none := len(b.known) == 0
	b.mu.RUnlock()
	if none {
		return false, nil
	}
	index, err := sec.PhoneIndex(e164)
	if err != nil {
		return false, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.known[string(index)], nil
}

// With is done in the same transaction as a change: the mark that a text was handled, which must stand exactly where its effect does.
type With = func(tx *store.Tx) error

func together(tx *store.Tx, with []With) error {
	for _, w := range with {
		if err := w(tx); err != nil {
			return err
		}
	}
	return nil
}

// Silence puts a number, in E.164, under STOP: no text goes to it, whoever has it, until its owner writes START. Their
// registrations stay. A number that is under STOP already is no error. It needs an unlocked node.
func (r *Registry) Silence(ctx context.Context, actor reserve.Actor, e164 string, with ...With) error {
	return r.stop(ctx, reserve.Act{Actor: actor, Verb: reserve.ActSilence, Count: 1}, e164, with)
}

// Unsilence lifts STOP from a number: its owner wrote START, or a member of staff entered their signed request.
func (r *Registry) Unsilence(ctx context.Context, actor reserve.Actor, e164 string, with ...With) error {
	return r.stop(ctx, reserve.Act{Actor: actor, Verb: reserve.ActUnsilence, Count: 1}, e164, with)
}

func (r *Registry) stop(ctx context.Context, act reserve.Act, e164 string, with []With) error {
	if act.Actor.Kind == reserve.ActorStaff {
		if err := reserve.Demand(act.Actor, reserve.MayCorrect); err != nil {
			return err
		}
	}
	sec, err := r.Vault.Secrets()
	if err != nil {
		return err
	}
	e164 = phone.Canonical(e164)
	index, err := sec.PhoneIndex(e164)
	if err != nil {
		return err
	}
	// Where the number is one person's, their history shows it; of a shared one nobody is named.
	if people := r.Roll.ByPhone(e164); len(people) == 1 {
		act.Subject, act.Salt = people[0].Volunteer.ID, people[0].Volunteer.Salt
	}
	on := act.Verb == reserve.ActSilence
	err = r.Store.Change(ctx, act, func(tx *store.Tx) error {
		set := tx.Unsilence
		if on {
			set = tx.Silence
		}
		if err := set(index); err != nil && (!errors.Is(err, store.ErrNothing) || len(with) == 0) {
			return err
		}
		return together(tx, with)
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return fmt.Errorf("stop or start texts: %w", err)
	}
	r.stops.mark(index, on)
	r.Roll.Silence(e164, on)
	return nil
}

// silences reads every number under STOP, by its index.
func (r *Registry) silences(ctx context.Context) (map[string]bool, error) {
	now := map[string]bool{}
	err := r.Store.View(ctx, func(rd *store.Read) error {
		kept, err := rd.Silences()
		for _, k := range kept {
			now[string(k)] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}
	return now, nil
}

func (r *Registry) readSilences(ctx context.Context) error {
	now, err := r.silences(ctx)
	if err != nil {
		return err
	}
	r.stops.set(now)
	return nil
}

// hearSilences brings the marks in the roll into line with what other nodes heard. The kept ones name no number, so each number
// of the roll is held against them, where something changed.
func (r *Registry) hearSilences(ctx context.Context, sec *seal.Secrets) error {
	now, err := r.silences(ctx)
	if err != nil || !r.stops.set(now) {
		return err
	}
	marks := map[string]bool{}
	r.Roll.Each("", func(p *roll.Person) bool {
		for _, n := range p.Facts.Phones {
			var on bool
			if on, err = r.stops.holds(sec, n.E164.Reveal()); err != nil {
				return false
			}
			marks[n.E164.Reveal()] = on
		}
		return true
	})
	if err != nil {
		return err
	}
	for number, on := range marks {
		r.Roll.Silence(number, on)
	}
	return nil
}
