package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// tableRegistration is the place of a sealed registration, in its associated data.
const tableRegistration = "registration"

// minorsCounter names a drive's count of refusals for age.
func minorsCounter(drive string) string { return "refused-under-age:" + drive }

// Apply takes one application: it judges it, seals it and keeps it, locked or not. A repeat (same reference, same content)
// gets the same receipt with Repeat set, also after the drive has closed. Errors: NotFound for an unknown drive; Closed
// "closed"; Faults with every fault at once, among them "under-age", of which nothing but a count is kept; Conflict
// "conflict" for a known reference with other content, which is kept sealed for the desk. No error holds personal data.
func (r *Registry) Apply(ctx context.Context, actor reserve.Actor, a reserve.Application) (reserve.Receipt, error) {
	if actor.Kind == reserve.ActorStaff {
		if err := reserve.Demand(actor, reserve.MayRegister); err != nil {
			return reserve.Receipt{}, err
		}
	}
	d, err := r.drive(ctx, a.Drive)
	if err != nil {
		return reserve.Receipt{}, err
	}
	now := r.Now()
	j := r.judge(d, &a, d.today(now))
	refused := j.faults.Err()
	if !d.takes(now) {
		refused = &reserve.Error{Kind: reserve.Closed, Code: "closed"}
	}
	names := r.Vault.Door().Ref(a.Drive, a.Sender, a.Ref)
	digest := names.Digest(content(&a))
	if refused != nil {
		return r.refuse(ctx, actor, d, names, refusal{digest: digest, err: refused, minor: d.takes(now) && underAge(j.faults)})
	}
	reg, err := r.sealed(d, &a, j, names)
	if err != nil {
		return reserve.Receipt{}, err
	}
	reg.Digest = digest
	return r.keep(ctx, actor, reg, names)
}

func underAge(f reserve.Faults) bool {
	return slices.ContainsFunc(f, func(e *reserve.Error) bool { return e.Code == codeUnderAge })
}

// refusal is why an application is not taken.
type refusal struct {
	digest []byte
	err    error
	minor  bool
}

// refuse answers an application that is not taken, unless it is the repeat of one that was.
func (r *Registry) refuse(ctx context.Context, actor reserve.Actor, d *driveCard, names seal.RefNames, why refusal) (reserve.Receipt, error) {
	var had store.Registration
	err := r.Store.View(ctx, func(rd *store.Read) (err error) {
		had, err = rd.RegistrationByToken(names.TokenHash[:])
		return err
	})
	if err == nil && string(had.Digest) == string(why.digest) {
		return receiptOf(&had, names, true), nil
	}
	if err != nil && reserve.KindOf(err) != reserve.NotFound {
		return reserve.Receipt{}, fmt.Errorf("look for a repeat: %w", err)
	}
	if why.minor {
		err := r.Store.Change(ctx, reserve.Act{Actor: actor, Verb: reserve.ActRefuseMinor, Count: 1}, func(tx *store.Tx) error {
			return tx.AddCounter(minorsCounter(d.Code), 1)
		})
		if err != nil {
			return reserve.Receipt{}, fmt.Errorf("count a refusal: %w", err)
		}
	}
	return reserve.Receipt{}, why.err
}

// sealed makes the row of an application: a few flags in clear, the rest sealed.
func (r *Registry) sealed(d *driveCard, a *reserve.Application, j judgement, names seal.RefNames) (store.Registration, error) {
	now := r.Now()
	reg := store.Registration{
		ID: r.Store.NewID(), TokenHash: names.TokenHash[:], Drive: d.Code, Site: a.Site, Channel: a.Channel, Kind: store.KindApplication,
		State: reserve.Received, Functions: j.facts.Functions, Receipt: label(a.Site, d.Code) + "-" + names.Receipt, Node: r.Store.Node(),
		Batch: a.Batch, ReceivedAt: store.Micros(now),
	}
	if j.pending {
		reg.State = reserve.ReceivedPending
	}
	language := d.Language(a.Language)
	for _, c := range j.facts.Consents {
		reg.Consents = append(reg.Consents, store.FlaggedConsent{Recipient: c.Recipient, Purpose: c.Purpose, Wording: c.Wording, Language: language})
	}
	plain, err := json.Marshal(&j.facts)
	if err != nil {
		return reg, fmt.Errorf("write facts: %w", err)
	}
	reg.Epoch, reg.Sealed, err = r.Intake.Seal(now, place(&reg), plain)
	if err != nil {
		return reg, fmt.Errorf("seal a registration: %w", err)
	}
	return reg, nil
}

// place is where a registration's seal belongs.
func place(reg *store.Registration) seal.AD {
	return seal.AD{Drive: reg.Drive, Table: tableRegistration, ID: reg.ID}
}

// keep stores a registration, or finds that its reference was there before.
func (r *Registry) keep(ctx context.Context, actor reserve.Actor, reg store.Registration, names seal.RefNames) (reserve.Receipt, error) {
	var done kept
	act := reserve.Act{Actor: actor, Verb: reserve.ActApply, Subject: reg.ID, Salt: reg.Digest, Count: 1}
	err := r.Store.Change(ctx, act, func(tx *store.Tx) (err error) {
		if done, err = add(tx, reg, names); err != nil {
			return err
		}
		if done.conflict {
			tx.Act().Verb = reserve.ActConflict
		}
		return nothingIf(!done.fresh)
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return reserve.Receipt{}, fmt.Errorf("keep a registration: %w", err)
	}
	if done.fresh {
		r.notify()
	}
	if done.conflict {
		return reserve.Receipt{}, errConflict()
	}
	return receiptOf(&done.reg, names, !done.fresh), nil
}

func errConflict() error {
	return &reserve.Error{Kind: reserve.Conflict, Code: "conflict", Field: "ref"}
}

// kept is what became of a registration in the store.
type kept struct {
	reg      store.Registration // the first one under the reference
	fresh    bool               // a row was added
	conflict bool               // under a known reference with other content
}

// add keeps a registration in a change. One with a known reference and other content becomes a row of its own that points to the first
// by that one's token, and has a token that nobody knows, drawn from its content, so that the same conflict again is one row.
func add(tx *store.Tx, reg store.Registration, names seal.RefNames) (kept, error) {
	had, same, err := tx.AddRegistration(reg)
	if err != nil || had == nil {
		return kept{reg: reg, fresh: true}, err
	}
	if same || len(had.Sealed) == 0 { // a repeat of what was erased is answered, and not taken in again
		return kept{reg: *had}, nil
	}
	other := reg
	other.Kind, other.Receipt, other.State, other.Consents = store.KindConflict, had.Receipt, had.State, nil
	other.TokenHash, other.Digest = names.Digest(append([]byte("conflict"), reg.Digest...))[:16], had.TokenHash
	again, _, err := tx.AddRegistration(other)
	return kept{reg: *had, fresh: again == nil, conflict: true}, err
}

func nothingIf(yes bool) error {
	if yes {
		return store.ErrNothing
	}
	return nil
}

// receiptOf answers with the receipt as kept. What became of the registration later is not told: the answer to a repeat
// is the answer to the first.
func receiptOf(reg *store.Registration, names seal.RefNames, repeat bool) reserve.Receipt {
	state := reserve.Received
	if reg.State == reserve.ReceivedPending {
		state = reserve.ReceivedPending
	}
	return reserve.Receipt{Number: reg.Receipt, State: state, Token: reserve.Private(names.Token), Repeat: repeat}
}

// RefusedMinors is how many applications to a drive were refused for age.
func (r *Registry) RefusedMinors(ctx context.Context, drive string) (n int64, err error) {
	err = r.Store.View(ctx, func(rd *store.Read) error {
		n, err = rd.Counter(minorsCounter(drive))
		return err
	})
	return n, err
}
