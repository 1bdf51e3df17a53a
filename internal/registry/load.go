package registry

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// perPage is how many people are read and opened at once while the roll is built.
const perPage = 1000

// Load builds the roll of a node that was unlocked: everybody who counts or is held, and the marks of STOP. progress, which
// may be nil, hears how many of how many registrations are read. While it runs, nothing is opened; Apply goes on.
func (r *Registry) Load(ctx context.Context, progress func(done, total int64)) error {
	r.opening.Lock()
	defer r.opening.Unlock()
	r.feeding.Lock()
	defer r.feeding.Unlock()
	sec, err := r.Vault.Secrets()
	if err != nil {
		return err
	}
	r.Roll.Clear()
	r.Roll.Open()
	if err := r.load(ctx, sec, progress); err != nil {
		r.Roll.Clear()
		return err
	}
	r.Roll.SetLoaded()
	r.notify()
	return nil
}

// Damaged counts the records that did not open when the roll was last built: a lost key or a damaged file. Their people are
// in no list and no search until the record is mended from a backup.
func (r *Registry) Damaged() int64 { return r.damaged.Load() }

func (r *Registry) load(ctx context.Context, sec *seal.Secrets, progress func(done, total int64)) error {
	begin := store.Micros(r.Now())
	r.damaged.Store(0)
	keys, err := r.allKeys(ctx)
	if err != nil {
		return err
	}
	r.Roll.Expect(len(keys))
	var ends map[string][]store.ConsentEnd
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		ends, err = rd.AllConsentEnds()
		return err
	})
	if err != nil {
		return err
	}
	if err := r.readSilences(ctx); err != nil {
		return err
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	total, done := int64(len(keys)), int64(0)
	progress(0, total)
	for after := ""; ; {
		page, err := r.page(ctx, after)
		if err != nil {
			return err
		}
		page.keys, page.ends = keys, ends
		if len(page.people) == 0 {
			break
		}
		if err := r.loadPage(ctx, sec, page); err != nil {
			return err
		}
		done += int64(len(page.regs))
		progress(min(done, total), total)
		after = page.people[len(page.people)-1].ID
	}
	r.fed = begin
	return nil
}

// allKeys reads the keyring, by registration.
func (r *Registry) allKeys(ctx context.Context) (map[string]store.WrappedKey, error) {
	out := map[string]store.WrappedKey{}
	for after := ""; ; {
		page, err := r.Keyring.Keys(ctx, after, 10*perPage)
		if err != nil {
			return nil, fmt.Errorf("read the keyring: %w", err)
		}
		if len(page) == 0 {
			return out, nil
		}
		for _, k := range page {
			out[k.Registration] = k
		}
		after = page[len(page)-1].Registration
	}
}

// peoplePage is some people in the order of their ids, with their registrations.
type peoplePage struct {
	people []reserve.Volunteer
	regs   []store.Registration // by person, the oldest first
	keys   map[string]store.WrappedKey
	ends   map[string][]store.ConsentEnd
}

func (r *Registry) page(ctx context.Context, after string) (p peoplePage, err error) {
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		p.people, err = rd.Everybody(after, perPage)
		if err != nil || len(p.people) == 0 {
			return err
		}
		p.regs, err = rd.RegistrationsOfMany(p.people[0].ID, p.people[len(p.people)-1].ID)
		return err
	})
	if err != nil {
		return p, fmt.Errorf("read people: %w", err)
	}
	return p, nil
}

// loadPage opens a page on all processors and puts it into the roll.
func (r *Registry) loadPage(ctx context.Context, sec *seal.Secrets, page peoplePage) error {
	// The database may sort ids by another rule than Go, which looks them up.
	slices.SortStableFunc(page.regs, func(a, b store.Registration) int { return strings.Compare(a.Volunteer, b.Volunteer) })
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	ready := make([][]roll.Person, workers)
	var all sync.WaitGroup
	for w := range workers {
		from, to := len(page.people)*w/workers, len(page.people)*(w+1)/workers
		all.Go(func() {
			for _, v := range page.people[from:to] {
				if !v.State.Counted() && v.State != reserve.Held {
					continue
				}
				at, _ := slices.BinarySearchFunc(page.regs, v.ID, func(g store.Registration, id string) int { return strings.Compare(g.Volunteer, id) })
				var recs []record
				for ; at < len(page.regs) && page.regs[at].Volunteer == v.ID; at++ {
					reg := page.regs[at]
					key, ok := page.keys[reg.ID]
					if !ok && reg.Epoch == "" {
						continue // erased
					}
					facts, err := r.unseal(ctx, sec, &reg, &key)
					if reserve.KindOf(err) == reserve.Locked {
						errs[w] = err
						return
					}
					if err != nil {
						// One record that does not open must not keep a whole registry locked.
						r.damaged.Add(1)
						continue
					}
					reg.Sealed = nil
					recs = append(recs, record{reg, facts})
				}
				if len(recs) == 0 {
					continue
				}
				ready[w] = append(ready[w], person(v, recs, page.ends[v.ID]))
			}
		})
	}
	all.Wait()
	for w := range workers {
		if errs[w] != nil {
			return fmt.Errorf("build the roll: %w", errs[w])
		}
		for _, p := range ready[w] {
			if err := r.enter(sec, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// enter puts a person into the roll with the marks of STOP on their numbers.
func (r *Registry) enter(sec *seal.Secrets, p roll.Person) error {
	for _, n := range p.Facts.Phones {
		stopped, err := r.stops.holds(sec, n.E164.Reveal())
		if err != nil {
			return err
		}
		if stopped {
			r.Roll.Silence(n.E164.Reveal(), true)
		}
	}
	r.Roll.Put(p)
	return nil
}

// feedOverlap is how far Feed looks back again: a commit may become visible after one of a later time, by the length of the
// longest commit and by what the clocks of two nodes differ; doctor complains long before either reaches this.
const feedOverlap = 15 * time.Second

// Feed reads people and marks of STOP that other nodes changed into the roll. did is false where there was no news.
func (r *Registry) Feed(ctx context.Context) (did bool, err error) {
	sec, err := r.Vault.Secrets()
	if err != nil || !r.Roll.Loaded() {
		return false, nil
	}
	r.feeding.Lock()
	defer r.feeding.Unlock()
	begin := store.Micros(r.Now())
	since := r.fed - feedOverlap.Microseconds()
	for limit := perPage; ; limit *= 2 {
		var page []store.Changed
		err := r.Store.View(ctx, func(rd *store.Read) (err error) {
			page, err = rd.ChangedSince(since, limit)
			return err
		})
		if err != nil {
			return did, fmt.Errorf("read changes: %w", err)
		}
		for _, v := range page {
			news, err := r.hear(ctx, v)
			if err != nil {
				return did, err
			}
			did = did || news
			r.fed = max(r.fed, v.ChangedAt)
		}
		if len(page) < limit {
			break
		}
		if last := page[len(page)-1].ChangedAt; last > since {
			since, limit = last, perPage/2
		}
	}
	// What was changed before this began has been read, or becomes visible within the overlap.
	r.fed = max(r.fed, begin)
	return did, r.hearSilences(ctx, sec)
}

// hear takes one changed row in. Somebody whom another node opened is compared with those it did not know when it did.
func (r *Registry) hear(ctx context.Context, v store.Changed) (news bool, err error) {
	had, known := r.Roll.Version(v.ID)
	if known && had >= v.Version {
		return false, nil
	}
	if !v.State.Counted() && v.State != reserve.Held {
		r.Roll.Remove(v.ID)
		return known, nil
	}
	if err := r.refresh(ctx, v.ID); err != nil {
		return false, err
	}
	if known || v.State == reserve.Held {
		return true, nil
	}
	p, ok := r.Roll.Person(v.ID)
	if !ok {
		return true, nil
	}
	return true, r.offer(ctx, p)
}

// offer keeps the pairs a person makes, and holds back the newer one of a pair that is almost sure.
func (r *Registry) offer(ctx context.Context, p roll.Person) error {
	pairs := r.pairs(p)
	if len(pairs) == 0 {
		return nil
	}
	hold := map[string]bool{}
	for i := range pairs {
		other, ok := r.Roll.Person(pairs[i].B)
		if ok && (other.Volunteer.CreatedAt > p.Volunteer.CreatedAt || other.Volunteer.CreatedAt == p.Volunteer.CreatedAt && other.Volunteer.ID > p.Volunteer.ID) {
			pairs[i].Newer = other.Volunteer.ID
		}
	}
	act := reserve.Act{Actor: reserve.System(r.Store.Node()), Verb: reserve.ActPairOffer, Subject: p.Volunteer.ID, Salt: p.Volunteer.Salt}
	err := r.Store.Change(ctx, act, func(tx *store.Tx) error {
		clear(hold)
		for _, pair := range pairs {
			fresh, err := tx.OfferPair(pair)
			if err != nil {
				return err
			}
			if !fresh {
				continue
			}
			tx.Act().Count++
			if pair.Band != store.AlmostSure {
				continue
			}
			err = tx.SetVolunteerState(pair.Newer, reserve.Held, reserve.Active, reserve.PendingAge)
			if err != nil && !errors.Is(err, store.ErrNothing) {
				return err
			}
			hold[pair.Newer] = hold[pair.Newer] || err == nil
		}
		if tx.Act().Count == 0 {
			return store.ErrNothing
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return fmt.Errorf("offer pairs: %w", err)
	}
	for id := range hold {
		if err := r.refresh(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
