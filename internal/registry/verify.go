package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// Verification is a member of staff's word on what a person can do.
type Verification struct {
	Function string
	Level    int       // 1 (best) to 4
	Evidence string    // a code: document, register, reference, test
	Expires  time.Time // zero: a year from now
}

// The longest a verification may stand, and how long it stands where nothing is said.
const (
	verifiedFor  = 365 * 24 * time.Hour
	verifiedMost = 5 * verifiedFor
)

// secondPerson is the worst level that needs two people: a wrong word there puts a patient into the wrong hands.
const secondPerson = 2

// Verify keeps a verification. At levels 3 and 4 it stands at once; at 1 and 2 it is proposed, and stands when a second
// member of staff gives the same one. It answers which. It works on a locked node. Errors: Faults; Conflict "second-person"
// where the same member of staff would be both.
func (r *Registry) Verify(ctx context.Context, actor reserve.Actor, id string, given Verification) (store.VerificationState, error) {
	v, err := r.reach(ctx, actor, reserve.MayVerify, id)
	if err != nil {
		return "", err
	}
	now := r.Now()
	if given.Expires.IsZero() {
		given.Expires = now.Add(verifiedFor)
	}
	if err := given.check(v, now); err != nil {
		return "", err
	}
	if len(actor.Functions) > 0 && !slices.Contains(actor.Functions, given.Function) {
		return "", &reserve.Error{Kind: reserve.Forbidden, Code: "no-right"}
	}
	state := store.VerificationStanding
	err = r.Store.Change(ctx, act(actor, reserve.ActVerify, v), func(tx *store.Tx) error {
		state = store.VerificationStanding
		list, err := tx.Verifications(v.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(o store.Verification) bool {
			return o.State == store.VerificationProposed && o.Function == given.Function && o.Level == given.Level
		})
		switch {
		case at >= 0 && list[at].Staff == actor.ID:
			return &reserve.Error{Kind: reserve.Conflict, Code: "second-person"}
		case at >= 0:
			err = tx.SecondVerification(list[at].ID, actor.ID)
		default:
			if given.Level <= secondPerson {
				state = store.VerificationProposed
			}
			err = tx.AddVerification(store.Verification{ID: r.Store.NewID(), Volunteer: v.ID, Function: given.Function, Level: given.Level,
				Evidence: given.Evidence, Staff: actor.ID, State: state, ExpiresAt: store.Micros(given.Expires)})
		}
		if err != nil {
			return err
		}
		tx.Act().Note = given.Function + "/" + string(state)
		return relevel(tx, v.ID)
	})
	if err != nil {
		return "", fmt.Errorf("verify: %w", err)
	}
	return state, r.refresh(ctx, v.ID)
}

func (g *Verification) check(v reserve.Volunteer, now time.Time) error {
	var f reserve.Faults
	if !slices.ContainsFunc(v.Offers, func(o reserve.Offer) bool { return o.Function == g.Function }) {
		f = append(f, reserve.Fault("function", "unknown-function"))
	}
	if g.Level < 1 || g.Level > 4 {
		f = append(f, reserve.Fault("level", "out-of-range"))
	}
	if g.Evidence == "" || len(g.Evidence) > 40 || strings.Trim(g.Evidence, "abcdefghijklmnopqrstuvwxyz-") != "" {
		f = append(f, reserve.Fault("evidence", "required"))
	}
	if !g.Expires.After(now) {
		f = append(f, reserve.Fault("expires", "in-the-past"))
	} else if g.Expires.After(now.Add(verifiedMost)) {
		f = append(f, reserve.Fault("expires", "out-of-range"))
	}
	return f.Err()
}

// relevel brings the levels of a person's offers into line with their verifications.
func relevel(tx *store.Tx, id string) error {
	v, err := tx.Volunteer(id)
	if err != nil {
		return err
	}
	list, err := tx.Verifications(id)
	if err != nil {
		return err
	}
	functions := make([]string, len(v.Offers))
	for i, o := range v.Offers {
		functions[i] = o.Function
	}
	return tx.SetOffers(id, v.Version, offersOf(functions, list))
}

// EndVerification takes one verification of a person back.
func (r *Registry) EndVerification(ctx context.Context, actor reserve.Actor, id, verification string) error {
	v, err := r.reach(ctx, actor, reserve.MayVerify, id)
	if err != nil {
		return err
	}
	return r.endVerification(ctx, actor, v, verification, "ended")
}

func (r *Registry) endVerification(ctx context.Context, actor reserve.Actor, v reserve.Volunteer, verification, why string) error {
	a := act(actor, reserve.ActVerify, v)
	a.Note = why
	err := r.Store.Change(ctx, a, func(tx *store.Tx) error {
		list, err := tx.Verifications(v.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(o store.Verification) bool { return o.ID == verification }) {
			return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
		}
		return errors.Join(tx.EndVerification(verification), relevel(tx, v.ID))
	})
	if err := unchanged(err, "end a verification"); err != nil {
		return err
	}
	return r.refresh(ctx, v.ID)
}

// perExpiry bounds one ExpireVerifications.
const perExpiry = 50

// ExpireVerifications ends what is past its day. did is false where nothing was; the server calls it again after a true.
func (r *Registry) ExpireVerifications(ctx context.Context) (did bool, err error) {
	var list []store.Verification
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		list, err = rd.ExpiredVerifications(store.Micros(r.Now()), perExpiry)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read expired verifications: %w", err)
	}
	system := reserve.System(r.Store.Node())
	for _, o := range list {
		v, err := r.reach(ctx, system, reserve.MayVerify, o.Volunteer)
		if err != nil {
			return did, err
		}
		if err := r.endVerification(ctx, system, v, o.ID, "expired"); err != nil {
			return did, err
		}
		did = true
	}
	return did, nil
}
