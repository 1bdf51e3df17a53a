package registry

import (
	"context"
	"fmt"
	"slices"

	"muster/internal/linkage"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// perOpening is how many registrations one change opens: two rows each, and the pairs they bring, stay near the 200 rows
// a change may write, and one sync of the keyring is shared by all of them.
const perOpening = 100

// pairsPerOpening ends a batch early, as when a crowd of doubles is sent in: pairs are rows too.
const pairsPerOpening = 100

// arrival is a registration on its way into the roll.
type arrival struct {
	reg       store.Registration
	plain     []byte
	facts     sealedFacts
	volunteer reserve.Volunteer
	fresh     bool // makes a person
	ends      []store.ConsentEnd
	person    roll.Person
	pairs     []store.Pair
	sealed    []byte
}

// Step opens up to a hundred registrations that wait, where the node is unlocked and its roll is loaded. It may be called
// at any time and from several nodes: a registration is opened once. did is false where nothing could be done.
func (r *Registry) Step(ctx context.Context) (did bool, err error) {
	r.opening.Lock()
	defer r.opening.Unlock()
	sec, err := r.Vault.Secrets()
	if err != nil || !r.Roll.Loaded() {
		return false, nil // locked, or not yet ready: what waits keeps waiting
	}
	did, err = r.openSome(ctx, sec)
	if reserve.KindOf(err) == reserve.Locked {
		return did, nil // it was locked under our hands
	}
	return did, err
}

func (r *Registry) openSome(ctx context.Context, sec *seal.Secrets) (did bool, err error) {
	list, err := r.arrivals(ctx, sec)
	if err != nil || len(list) == 0 {
		return false, err
	}
	if err := r.reseal(ctx, sec, list); err != nil {
		return false, err
	}
	pairs := 0
	for i := range list {
		if err := r.welcome(sec, &list[i]); err != nil {
			return false, err
		}
		if pairs += len(list[i].pairs); pairs >= pairsPerOpening {
			list = list[:i+1] // the rest waits for the next step; its keys are replaced then
			break
		}
	}
	done, err := r.commit(ctx, list)
	for i := range list {
		if a := &list[i]; a.fresh && !slices.Contains(done.opened, a.reg.ID) {
			r.Roll.Remove(a.volunteer.ID) // not ours: another node opened it, or nobody did
		}
	}
	if err != nil {
		return false, fmt.Errorf("open registrations: %w", err)
	}
	return true, r.afterwards(ctx, list, done)
}

// afterwards reads those anew into the roll who are not what was put there before the commit.
func (r *Registry) afterwards(ctx context.Context, list []arrival, done committed) error {
	for i := range list {
		a := &list[i]
		if !slices.Contains(done.opened, a.reg.ID) {
			continue
		}
		done.ends -= int64(len(a.ends))
		if !a.fresh {
			if err := r.settle(ctx, a.volunteer.ID); err != nil {
				return err
			}
		}
	}
	if err := r.refresh(ctx, done.twins...); err != nil || done.ends == 0 {
		return err
	}
	for i := range list { // a consent was taken back while we were opening
		if a := &list[i]; a.fresh && slices.Contains(done.opened, a.reg.ID) {
			if err := r.refresh(ctx, a.volunteer.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Drain loads the roll if need be and opens everything that waits. On a locked node it is the Locked error.
func (r *Registry) Drain(ctx context.Context) error {
	if _, err := r.Vault.Secrets(); err != nil {
		return err
	}
	if !r.Roll.Loaded() {
		if err := r.Load(ctx, nil); err != nil {
			return err
		}
	}
	for {
		did, err := r.Step(ctx)
		if err != nil || !did {
			return err
		}
	}
}

// arrivals reads and opens what waits, the oldest first. What does not open is noted and passed over from then on, so that one
// damaged record cannot hold up the rest.
func (r *Registry) arrivals(ctx context.Context, sec *seal.Secrets) ([]arrival, error) {
	var regs []store.Registration
	var ends map[string][]store.ConsentEnd
	err := r.Store.View(ctx, func(rd *store.Read) (err error) {
		if regs, err = rd.Unopened("", perOpening+len(r.skipped)); err != nil || len(regs) == 0 {
			return err
		}
		ends, err = rd.ConsentEndsBetween(regs[0].ID, regs[len(regs)-1].ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read unopened registrations: %w", err)
	}
	var list []arrival
	made := map[string]reserve.Volunteer{} // by token, of this batch
	for _, reg := range regs {
		if r.skipped[reg.ID] || len(list) == perOpening {
			continue
		}
		a := arrival{reg: reg, ends: ends[reg.ID]}
		var err error
		if a.plain, err = r.plain(ctx, sec, &reg, nil); err == nil {
			a.facts, err = readFacts(a.plain)
		}
		if reserve.KindOf(err) == reserve.Locked {
			return nil, err
		}
		if err != nil {
			r.skipped[reg.ID] = true
			continue
		}
		if reg.Kind != store.KindApplication {
			ok, err := r.owner(ctx, &a, made)
			if err != nil {
				return nil, err
			}
			if ok {
				list = append(list, a)
			} else {
				r.skipped[reg.ID] = true
			}
			continue
		}
		a.fresh = true
		a.volunteer = r.newcomer(ctx, &a)
		made[string(reg.TokenHash)] = a.volunteer
		list = append(list, a)
	}
	return list, nil
}

// owner finds the person a correction or conflict belongs to: that of the registration whose token it names. False where there is none (any more).
func (r *Registry) owner(ctx context.Context, a *arrival, made map[string]reserve.Volunteer) (bool, error) {
	if v, ok := made[string(a.reg.Digest)]; ok {
		a.volunteer = v
		return true, nil
	}
	err := r.Store.View(ctx, func(rd *store.Read) error {
		first, err := rd.RegistrationByToken(a.reg.Digest)
		if err != nil || first.Volunteer == "" {
			return err
		}
		a.volunteer, err = rd.Volunteer(first.Volunteer)
		return err
	})
	if err != nil && reserve.KindOf(err) != reserve.NotFound {
		return false, fmt.Errorf("find the owner of a correction: %w", err)
	}
	return err == nil && a.volunteer.ID != "", nil
}

// newcomer makes the clear row of a person.
func (r *Registry) newcomer(ctx context.Context, a *arrival) reserve.Volunteer {
	v := reserve.Volunteer{
		ID: store.PublicID(), Drive: a.reg.Drive, Site: a.reg.Site, State: reserve.Active, Channel: a.reg.Channel, Receipt: a.reg.Receipt,
		Salt: []byte(store.PublicID()), Offers: offersOf(a.facts.Functions, nil), CreatedAt: a.reg.ReceivedAt, Version: 1,
	}
	// The node that took it in may have a wrong clock, so the age is judged once more; nobody is Active whose age is not shown.
	d, err := r.drive(ctx, a.reg.Drive)
	if err != nil || a.reg.State == reserve.ReceivedPending || reserve.AgeStateOn(a.facts.Birth, d.least(), d.today(r.Now())) != reserve.Adult {
		v.State = reserve.PendingAge
	}
	if a.reg.WithdrawnAt != 0 {
		v.State = reserve.Withdrawn
	}
	return v
}

// reseal puts every record under a key of its own. The keys are in the keyring before the records are committed.
func (r *Registry) reseal(ctx context.Context, sec *seal.Secrets, list []arrival) error {
	ring, err := r.ring(ctx, sec)
	if err != nil {
		return err
	}
	own := make(map[string]seal.PersonKey, len(list))
	keys := make([]store.WrappedKey, len(list))
	for i := range list {
		id := list[i].reg.ID
		own[id] = seal.NewPersonKey()
		keys[i] = store.WrappedKey{Registration: id, Ring: ring.ID(), Wrapped: ring.Wrap(id, own[id])}
	}
	had, err := r.Keyring.Put(ctx, keys)
	if err != nil {
		return fmt.Errorf("keep personal keys: %w", err)
	}
	for _, w := range had {
		if own[w.Registration], err = r.unwrap(ctx, sec, w); err != nil {
			return fmt.Errorf("take up a personal key: %w", err)
		}
	}
	for i := range list {
		a := &list[i]
		a.sealed, a.plain = seal.SealRecord(own[a.reg.ID], place(&a.reg), a.plain), nil
	}
	return nil
}

// welcome looks for people an arrival may be the same as, holds it back where that is almost sure, and adds it to the roll, so
// that the next ones are compared with it too. The commit has the last word.
func (r *Registry) welcome(sec *seal.Secrets, a *arrival) error {
	if !a.fresh {
		return nil
	}
	a.reg.Volunteer = a.volunteer.ID
	a.person = person(a.volunteer, []record{{a.reg, a.facts}}, a.ends)
	a.pairs = r.pairs(a.person)
	if a.volunteer.State == reserve.Withdrawn { // binds who they are almost surely the double of, and needs no looking at besides
		a.pairs = slices.DeleteFunc(a.pairs, func(p store.Pair) bool { return p.Band != store.AlmostSure })
		return nil
	}
	for _, p := range a.pairs {
		if p.Band == store.AlmostSure {
			a.volunteer.State = reserve.Held
			a.person.Volunteer.State = reserve.Held
		}
	}
	return r.enter(sec, a.person)
}

// pairs are the pairs a person makes with those in the roll, as the newer of the two.
func (r *Registry) pairs(p roll.Person) []store.Pair {
	var out []store.Pair
	for _, c := range r.Roll.Candidates(p) {
		band := store.Review
		if c.Band == linkage.AlmostSure {
			band = store.AlmostSure
		}
		out = append(out, store.Pair{ID: r.Store.NewID(), Drive: p.Volunteer.Drive, A: p.Volunteer.ID, B: c.ID, Newer: p.Volunteer.ID,
			Band: band, Score: int64(c.Probability * 1e6), Reasons: c.Reasons})
	}
	return out
}

// committed is what the store took of a batch.
type committed struct {
	opened []string
	ends   int64
	twins  []string // who is held because their double has left
}

// commit keeps a batch, with the pairs of what was really opened here.
func (r *Registry) commit(ctx context.Context, list []arrival) (out committed, err error) {
	rows := make([]store.Opened, len(list))
	for i := range list {
		a := &list[i]
		rows[i] = store.Opened{Registration: a.reg.ID, Sealed: a.sealed, Volunteer: a.volunteer, New: a.fresh, WithdrawnAt: a.reg.WithdrawnAt}
	}
	err = r.Store.Change(ctx, reserve.Act{Actor: reserve.System(r.Store.Node()), Verb: reserve.ActOpen}, func(tx *store.Tx) error {
		done, err := tx.Open(rows)
		if err != nil {
			return err
		}
		ends, err := tx.ClaimEnds(rows)
		if err != nil {
			return err
		}
		out = committed{opened: done, ends: ends}
		if len(done) == 0 {
			return store.ErrNothing
		}
		tx.Act().Count = int64(len(done))
		for i := range list {
			if !slices.Contains(done, list[i].reg.ID) {
				continue
			}
			if !list[i].fresh {
				if err := tx.TouchVolunteer(list[i].volunteer.ID); err != nil {
					return err
				}
			}
			for _, p := range list[i].pairs {
				if elsewhere(list, done, p.B) {
					continue
				}
				if _, err := tx.OfferPair(p); err != nil {
					return err
				}
			}
			if list[i].fresh && list[i].volunteer.State == reserve.Withdrawn {
				twins, err := tx.HoldTwins(list[i].volunteer.ID)
				if err != nil {
					return err
				}
				out.twins = append(out.twins, twins...)
			}
		}
		return nil
	})
	if err != nil {
		return committed{}, unchanged(err, "open")
	}
	return out, nil
}

// elsewhere reports whether a person of this batch was not made here, so that their id means nobody.
func elsewhere(list []arrival, done []string, id string) bool {
	return slices.ContainsFunc(list, func(a arrival) bool { return a.fresh && a.volunteer.ID == id && !slices.Contains(done, a.reg.ID) })
}

// settle brings the clear row of a person into line with what their records say together, after one was added: what they
// offer, and whether they are of age.
func (r *Registry) settle(ctx context.Context, id string) error {
	f, err := r.open(ctx, id)
	if err != nil {
		return err
	}
	v := f.volunteer
	d, err := r.drive(ctx, v.Drive)
	if err != nil {
		return err
	}
	regs := make([]store.Registration, len(f.records))
	for i := range f.records {
		regs[i] = f.records[i].reg
	}
	offers, state := offersOf(functionsOf(regs), f.verifications), v.State
	if state.Counted() {
		state = r.standing(d, f)
	}
	if v.State != reserve.Erased && (!slices.Equal(offers, v.Offers) || state != v.State) {
		a := act(reserve.System(r.Store.Node()), reserve.ActCorrect, v)
		a.Note = "settle"
		err := r.Store.Change(ctx, a, func(tx *store.Tx) error { return tx.Settle(v, state, offers) })
		if err != nil && reserve.KindOf(err) != reserve.Conflict { // somebody changed the person meanwhile and settles them
			return fmt.Errorf("settle a person: %w", err)
		}
	}
	return r.refresh(ctx, id)
}
