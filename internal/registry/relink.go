package registry

import (
	"context"
	"fmt"

	"muster/internal/linkage"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// Relinked says what comparing a whole drive again brought.
type Relinked struct {
	People   int `json:"people"`   // compared
	Pairs    int `json:"pairs"`    // worth a look, known or not
	Added    int `json:"added"`    // offered for the first time
	Raised   int `json:"raised"`   // offered before, and almost sure by now
	Rescored int `json:"rescored"` // offered before, with another score
	Held     int `json:"held"`     // people held back until the desk decides
	Seated   int `json:"seated"`   // people almost surely there twice who are not held, since they have a place in an open call-up
}

func (o *Relinked) add(n Relinked) {
	o.Added, o.Raised, o.Rescored, o.Held, o.Seated = o.Added+n.Added, o.Raised+n.Raised, o.Rescored+n.Rescored, o.Held+n.Held, o.Seated+n.Seated
}

// perRelink is how many pairs one change writes: a row each, and one of a person who is held.
const perRelink = 100

// rescoring is by how much, per million, a score must differ to be written again: less would not change what the desk sees.
const rescoring = 10_000

// Relink learns from everybody how people of this registry repeat themselves, and compares a whole drive again. Pairs never
// offered are offered; those that wait get their new score, and where one is almost sure by now, its newer person is held.
// What a person has decided stays, and nobody is let go whom an earlier run held: that is the desk's. progress, which may be
// nil, hears how many people are done. It may run beside a rush and on several nodes at once. Errors: Forbidden, Locked,
// NotFound for the drive.
func (r *Registry) Relink(ctx context.Context, actor reserve.Actor, drive string, progress func(done, total int)) (Relinked, error) {
	if err := reserve.Demand(actor, reserve.MayDecidePairs); err != nil {
		return Relinked{}, err
	}
	if _, err := r.drive(ctx, drive); err != nil {
		return Relinked{}, err
	}
	if err := r.Drain(ctx); err != nil {
		return Relinked{}, err
	}
	r.Roll.Learn()
	return r.relink(ctx, actor, drive, progress)
}

func (r *Registry) relink(ctx context.Context, actor reserve.Actor, drive string, progress func(done, total int)) (Relinked, error) {
	r.relinking.Lock()
	defer r.relinking.Unlock()
	if progress == nil {
		progress = func(int, int) {}
	}
	run := &relinking{r: r, ctx: ctx, actor: actor, drive: drive}
	if err := run.rescore(); err != nil {
		return run.out, fmt.Errorf("score pairs anew: %w", err)
	}
	if err := run.find(progress); err != nil {
		return run.out, fmt.Errorf("look for pairs: %w", err)
	}
	return run.out, nil
}

// relinking is one run.
type relinking struct {
	r     *Registry
	ctx   context.Context
	actor reserve.Actor
	drive string
	out   Relinked
}

// rescore weighs the pairs that wait with what was learned since.
func (run *relinking) rescore() error {
	for after := ""; ; {
		var page []store.Pair
		err := run.r.Store.View(run.ctx, func(rd *store.Read) (err error) {
			page, err = rd.OfferedPairs(run.drive, after, perRelink)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
		var list []store.Pair
		raised := map[string]bool{}
		for _, p := range page {
			c, ok := run.r.Roll.Compare(p.A, p.B)
			if !ok {
				continue // one of them has left
			}
			was := p
			p.Score, p.Reasons = int64(c.Probability*1e6), c.Reasons
			if c.Band == linkage.AlmostSure {
				p.Band = store.AlmostSure
			}
			newer, ok := run.r.Roll.Person(p.Newer)
			if p.Band != was.Band || max(p.Score-was.Score, was.Score-p.Score) >= rescoring || p.Band == store.AlmostSure && ok && newer.Volunteer.State.Counted() {
				raised[p.ID] = p.Band != was.Band
				list = append(list, p)
			}
		}
		if err := run.keep(list, func(tx *store.Tx, p store.Pair) (bool, Relinked, error) {
			err := tx.RescorePair(p)
			switch {
			case err != nil:
				return false, Relinked{}, unchanged(err, "score a pair")
			case raised[p.ID]:
				return true, Relinked{Raised: 1}, nil
			}
			return true, Relinked{Rescored: 1}, nil
		}); err != nil {
			return err
		}
	}
}

// find compares everybody and offers the pairs that are not known.
func (run *relinking) find(progress func(done, total int)) (failed error) {
	var fresh []store.Pair
	flush := func() error {
		list := fresh
		fresh = nil
		return run.keep(list, func(tx *store.Tx, p store.Pair) (bool, Relinked, error) {
			added, err := tx.OfferPair(p)
			if err != nil || !added {
				return false, Relinked{}, err
			}
			return true, Relinked{Added: 1}, nil
		})
	}
	run.r.Roll.AllPairs(run.drive, linkage.Review, func(pairs []roll.Likeness, done, total int) bool {
		if failed = run.ctx.Err(); failed != nil {
			return false
		}
		run.out.Pairs, run.out.People = run.out.Pairs+len(pairs), total
		unknown, err := run.unknown(pairs)
		fresh = append(fresh, unknown...)
		for failed = err; failed == nil && len(fresh) >= perRelink; {
			failed = flush()
		}
		progress(done, total)
		return failed == nil
	})
	if failed == nil {
		failed = flush()
	}
	return failed
}

// unknown makes pairs of those that were never offered.
func (run *relinking) unknown(found []roll.Likeness) (list []store.Pair, err error) {
	smaller := make([]string, len(found))
	for i, l := range found {
		smaller[i] = min(l.A, l.B)
	}
	known := map[[2]string]bool{}
	err = run.r.Store.View(run.ctx, func(rd *store.Read) error {
		for len(smaller) > 0 {
			n := min(len(smaller), perRelink)
			pairs, err := rd.PairsUnder(smaller[:n])
			if err != nil {
				return err
			}
			for _, p := range pairs {
				known[[2]string{p.A, p.B}] = true
			}
			smaller = smaller[n:]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, l := range found {
		if known[[2]string{min(l.A, l.B), max(l.A, l.B)}] {
			continue
		}
		x, okX := run.r.Roll.Person(l.A)
		y, okY := run.r.Roll.Person(l.B)
		if !okX || !okY {
			continue // left while we looked
		}
		p := store.Pair{ID: run.r.Store.NewID(), Drive: run.drive, A: l.A, B: l.B, Newer: newer(x, y), Band: store.Review, Score: int64(l.Probability * 1e6), Reasons: l.Reasons}
		if l.Band == linkage.AlmostSure {
			p.Band = store.AlmostSure
		}
		list = append(list, p)
	}
	return list, nil
}

// newer is the one of two who came later.
func newer(x, y roll.Person) string {
	a, b := x.Volunteer, y.Volunteer
	if a.CreatedAt > b.CreatedAt || a.CreatedAt == b.CreatedAt && a.ID > b.ID {
		return a.ID
	}
	return b.ID
}

// keep writes pairs, a slice a change, each change one act with the number of pairs; write says whether it took a pair.
func (run *relinking) keep(list []store.Pair, write func(*store.Tx, store.Pair) (bool, Relinked, error)) error {
	for len(list) > 0 {
		n := min(len(list), perRelink)
		if err := run.slice(list[:n], write); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

func (run *relinking) slice(list []store.Pair, write func(*store.Tx, store.Pair) (bool, Relinked, error)) error {
	var done Relinked
	var held []string
	act := reserve.Act{Actor: run.actor, Verb: reserve.ActPairOffer, Note: "relink"}
	err := run.r.Store.ChangeLater(run.ctx, act, func(tx *store.Tx) error {
		done, held = Relinked{}, nil
		tx.Act().Count = 0
		for _, p := range list {
			took, n, err := write(tx, p)
			if err != nil {
				return err
			}
			if !took {
				continue
			}
			tx.Act().Count++
			done.add(n)
			if p.Band != store.AlmostSure {
				continue
			}
			hold, seated, err := tx.HoldBack(p.Newer)
			if err != nil {
				return err
			}
			if hold {
				done.Held++
				held = append(held, p.Newer)
			}
			if seated {
				done.Seated++
			}
		}
		if tx.Act().Count == 0 {
			return store.ErrNothing
		}
		return nil
	})
	if err := unchanged(err, "keep pairs"); err != nil {
		return err
	}
	run.out.add(done)
	return run.r.refresh(run.ctx, held...)
}
