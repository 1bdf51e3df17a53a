package registry

import (
	"context"
	"fmt"
	"slices"

	"muster/internal/audit"
	"muster/internal/reserve"
	"muster/internal/store"
)

// Pairs lists a drive's pairs that wait for the desk, the likeliest first, within the actor's scope.
func (r *Registry) Pairs(ctx context.Context, f store.PairFilter) (list []store.Pair, err error) {
	if err := reserve.Demand(f.Actor, reserve.MayDecidePairs); err != nil {
		return nil, err
	}
	f.Limit = max(1, min(f.Limit, perSearch))
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		list, err = rd.Pairs(f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read pairs: %w", err)
	}
	return list, nil
}

// Pair reads one pair that lies within the actor's scope.
func (r *Registry) Pair(ctx context.Context, actor reserve.Actor, id string) (p store.Pair, err error) {
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		p, err = rd.Pair(id)
		return err
	})
	if err != nil {
		return p, fmt.Errorf("read a pair: %w", err)
	}
	for _, side := range []string{p.A, p.B} {
		if _, err := r.reach(ctx, actor, reserve.MayDecidePairs, side); err != nil {
			return store.Pair{}, err
		}
	}
	return p, nil
}

// MergePair makes the two people of a pair one: the newer is folded into the older.
func (r *Registry) MergePair(ctx context.Context, actor reserve.Actor, id string) error {
	p, err := r.Pair(ctx, actor, id)
	if err != nil {
		return err
	}
	return r.Merge(ctx, actor, p.Older(), p.Newer)
}

// Merge makes two people of one drive one: what loser sent, was verified for and was asked joins winner's; the stricter consent
// wins; who has withdrawn as either has withdrawn. Nothing is lost, and Unmerge takes it back exactly. Errors: Conflict
// "changed-meanwhile", Conflict "same-person" where they are one already, NotFound, Forbidden.
func (r *Registry) Merge(ctx context.Context, actor reserve.Actor, winner, loser string) error {
	w, err := r.reach(ctx, actor, reserve.MayDecidePairs, winner)
	if err != nil {
		return err
	}
	l, err := r.reach(ctx, actor, reserve.MayDecidePairs, loser)
	if err != nil {
		return err
	}
	if w.ID == l.ID {
		return &reserve.Error{Kind: reserve.Conflict, Code: "same-person"}
	}
	if w.Drive != l.Drive || w.State == reserve.Erased || l.State == reserve.Erased {
		return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
	}
	req, err := r.mergeRequest(ctx, actor, w, l)
	if err != nil {
		return err
	}
	a := act(actor, reserve.ActMerge, w)
	a.Digest = bothIDs(w, l)
	err = r.Store.Change(ctx, a, func(tx *store.Tx) error { return r.merge(tx, req) })
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	r.Roll.Remove(l.ID)
	if err := r.refresh(ctx, w.ID); err != nil {
		return err
	}
	// As one they may be a third person whom neither resembled enough alone.
	if p, ok := r.Roll.Person(w.ID); ok {
		return r.offer(ctx, p)
	}
	return nil
}

// bothIDs names winner and loser in the log: 16 salted bytes each.
func bothIDs(w, l reserve.Volunteer) []byte {
	return append(audit.Subject(w.Salt, []byte(w.ID)), audit.Subject(l.Salt, []byte(l.ID))...)
}

// mergeRequest works out what the one person will be: who has left as either has left; two who are held stay held; else age
// and functions follow from all records together.
func (r *Registry) mergeRequest(ctx context.Context, actor reserve.Actor, w, l reserve.Volunteer) (store.MergeRequest, error) {
	req := store.MergeRequest{ID: r.Store.NewID(), Winner: w, Loser: l, Offers: unite(w.Offers, l.Offers), Staff: actor.ID}
	fw, err := r.open(ctx, w.ID)
	if err != nil {
		return req, err
	}
	fl, err := r.open(ctx, l.ID)
	if err != nil {
		return req, err
	}
	d, err := r.drive(ctx, w.Drive)
	if err != nil {
		return req, err
	}
	both := &file{records: append(fw.records, fl.records...), ageSettled: fw.ageSettled}
	slices.SortStableFunc(both.records, func(a, b record) int { return int(a.reg.ReceivedAt - b.reg.ReceivedAt) })
	if fl.ageSettled == ageInDoubt {
		both.ageSettled = ageInDoubt
	}
	req.AgeSettled = both.ageSettled
	switch {
	case w.State == reserve.Withdrawn || l.State == reserve.Withdrawn:
		req.State = reserve.Withdrawn
	case w.State == reserve.Held && l.State == reserve.Held:
		req.State = reserve.Held
	default:
		req.State = r.standing(d, both)
	}
	return req, nil
}

func (r *Registry) merge(tx *store.Tx, req store.MergeRequest) error {
	w, l := req.Winner, req.Loser
	p, had, err := tx.PairOf(w.ID, l.ID)
	if err != nil {
		return err
	}
	if !had {
		p = store.Pair{ID: req.ID, Drive: w.Drive, A: w.ID, B: l.ID, Newer: l.ID, Band: store.Review}
		if _, err := tx.OfferPair(p); err != nil {
			return err
		}
	}
	if err := tx.DecidePair(p.ID, store.PairMerged, req.Staff, store.PairOffered, store.PairLater, store.PairDistinct); err != nil {
		return err
	}
	if req.State.Counted() {
		back, err := tx.HeldBack(w.ID)
		if err != nil {
			return err
		}
		if back {
			req.State = reserve.Held
		}
	}
	if err := tx.Merge(req); err != nil || req.State != reserve.Withdrawn {
		return err
	}
	return tx.Leave(w.ID)
}

func unite(a, b []reserve.Offer) []reserve.Offer {
	out := slices.Clone(a)
	for _, o := range b {
		at := slices.IndexFunc(out, func(p reserve.Offer) bool { return p.Function == o.Function })
		switch {
		case at < 0:
			out = append(out, o)
		case out[at].Level == 0 || o.Level != 0 && o.Level < out[at].Level:
			out[at].Level = o.Level
		}
	}
	return out
}

// Unmerge takes back the merge that folded a person in, or else the latest merge into them: both have again exactly what they
// had, and the pair waits again. What came after the merge stays with the winner. Errors: NotFound where no merge stands;
// Conflict "merged-again" where the winner was itself folded into a third person: that merge is taken back first.
func (r *Registry) Unmerge(ctx context.Context, actor reserve.Actor, id string) error {
	if err := reserve.Demand(actor, reserve.MayDecidePairs); err != nil {
		return err
	}
	u := store.Undo{Staff: actor.ID}
	var w, l reserve.Volunteer
	err := r.Store.View(ctx, func(rd *store.Read) (err error) {
		if u.Merge, err = rd.MergeOf(id); err != nil {
			return err
		}
		if w, err = rd.Volunteer(u.Merge.Winner); err != nil {
			return err
		}
		if l, err = rd.Volunteer(u.Merge.Loser); err != nil {
			return err
		}
		return divide(rd, &u)
	})
	if err != nil {
		return fmt.Errorf("find a merge: %w", err)
	}
	switch {
	case !inScope(actor, w):
		return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
	case w.State == reserve.Merged:
		return &reserve.Error{Kind: reserve.Conflict, Code: "merged-again"}
	case w.State == reserve.Erased:
		return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
	}
	u.WinnerVersion, u.WinnerState = w.Version, w.State
	a := act(actor, reserve.ActUnmerge, w)
	a.Digest = bothIDs(w, l)
	err = r.Store.Change(ctx, a, func(tx *store.Tx) error {
		if err := tx.Unmerge(u); err != nil {
			return err
		}
		p, had, err := tx.PairOf(w.ID, l.ID)
		if err != nil || !had {
			return err
		}
		return unchanged(tx.DecidePair(p.ID, store.PairOffered, actor.ID, store.PairMerged), "offer the pair again")
	})
	if err != nil {
		return fmt.Errorf("unmerge: %w", err)
	}
	return r.refresh(ctx, w.ID, l.ID)
}

// divide works out what each of the two offers again, from the registrations and verifications that each gets back.
func divide(rd *store.Read, u *store.Undo) error {
	regs, err := rd.RegistrationsOf(u.Merge.Winner)
	if err != nil {
		return err
	}
	moved, err := rd.Moved(u.Merge.ID)
	if err != nil {
		return err
	}
	checks, err := rd.Verifications(u.Merge.Winner)
	if err != nil {
		return err
	}
	var regsOf [2][]store.Registration
	var checksOf [2][]store.Verification
	for _, reg := range regs {
		side := 0
		if slices.Contains(moved, reg.ID) {
			side = 1
		}
		regsOf[side] = append(regsOf[side], reg)
	}
	for _, c := range checks {
		side := 0
		if slices.Contains(u.Merge.MovedVerifications(), c.ID) {
			side = 1
		}
		checksOf[side] = append(checksOf[side], c)
	}
	u.OffersWinner, u.OffersLoser = offersOf(functionsOf(regsOf[0]), checksOf[0]), offersOf(functionsOf(regsOf[1]), checksOf[1])
	return nil
}

// Distinct says that the people of a pair are two. Who is held is let in, unless another pair still holds them back.
func (r *Registry) Distinct(ctx context.Context, actor reserve.Actor, id string) error {
	p, err := r.Pair(ctx, actor, id)
	if err != nil {
		return err
	}
	var v reserve.Volunteer
	states := map[string]reserve.VolunteerState{}
	for _, side := range []string{p.Older(), p.Newer} {
		f, err := r.open(ctx, side)
		if err != nil {
			return err
		}
		d, err := r.drive(ctx, f.volunteer.Drive)
		if err != nil {
			return err
		}
		v, states[side] = f.volunteer, r.standing(d, f)
	}
	err = r.Store.Change(ctx, act(actor, reserve.ActDistinct, v), func(tx *store.Tx) error {
		if err := tx.DecidePair(p.ID, store.PairDistinct, actor.ID, store.PairOffered, store.PairLater); err != nil {
			return err
		}
		for _, side := range []string{p.A, p.B} {
			if err := release(tx, side, states[side]); err != nil {
				return err
			}
		}
		return nil
	})
	if err := unchanged(err, "decide a pair"); err != nil {
		return err
	}
	return r.refresh(ctx, p.A, p.B)
}

// release lets somebody in who is held, where no undecided pair holds them back any more.
func release(tx *store.Tx, id string, state reserve.VolunteerState) error {
	back, err := tx.HeldBack(id)
	if err != nil || back {
		return err
	}
	return unchanged(tx.SetVolunteerState(id, state, reserve.Held), "let in")
}

// Later puts a pair aside; who is held stays held.
func (r *Registry) Later(ctx context.Context, actor reserve.Actor, id string) error {
	p, err := r.Pair(ctx, actor, id)
	if err != nil {
		return err
	}
	a := reserve.Act{Actor: actor, Verb: reserve.ActDistinct, Count: 1, Note: "later"}
	return unchanged(r.Store.Change(ctx, a, func(tx *store.Tx) error {
		return tx.DecidePair(p.ID, store.PairLater, actor.ID, store.PairOffered)
	}), "put a pair aside")
}
