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

// Correction is what changes of a person. A nil field stays as it is. What was sent before is kept sealed beside it.
type Correction struct {
	Name, KnownAs, FatherName   *reserve.Private
	Birth                       *string              // EDTF
	Phones                      []reserve.PhoneGiven // replaces all numbers
	Availability, Language, Sex *string
	Place                       *string // P-code or text
	PlaceWithin                 string
	Note                        *reserve.Private // is added
	Functions                   []string         // replaces all functions
	Qualifications              []reserve.Claim  // replaces all qualifications
	Version                     int64            // of the volunteer as it was read; 0: whatever it is now
}

// Correct keeps a correction of a person's entry and applies it. Errors: Faults with every fault; Conflict "changed-meanwhile"
// where Version is not the newest; NotFound; Locked. A birth that shows a minor is the fault "under-age": nothing of it is
// kept, and the person is called no more until the desk has settled their age.
func (r *Registry) Correct(ctx context.Context, actor reserve.Actor, id string, c Correction) error {
	v, err := r.reach(ctx, actor, reserve.MayCorrect, id)
	if err != nil {
		return err
	}
	if _, err := r.Vault.Secrets(); err != nil {
		return err
	}
	return r.correct(ctx, actor, v, c)
}

func (r *Registry) correct(ctx context.Context, actor reserve.Actor, v reserve.Volunteer, c Correction) error {
	facts, err := r.judgeCorrection(ctx, actor, v, c)
	if err != nil {
		return err
	}
	rec := correction{volunteer: v, facts: facts, version: c.Version, act: act(actor, reserve.ActCorrect, v), channel: channelOf(actor)}
	return r.keepCorrection(ctx, rec)
}

// judgeCorrection judges a correction of somebody who is known. One that shows a minor stops the calls before it is refused.
func (r *Registry) judgeCorrection(ctx context.Context, actor reserve.Actor, v reserve.Volunteer, c Correction) (sealedFacts, error) {
	d, err := r.drive(ctx, v.Drive)
	if err != nil {
		return sealedFacts{}, err
	}
	facts, err := r.judgeChange(d, v.Site, c)
	if err == nil || !underAge(reserve.FaultsOf(err)) {
		return facts, err
	}
	a := act(actor, reserve.ActCorrect, v)
	a.Note = codeUnderAge
	stop := r.Store.Change(ctx, a, func(tx *store.Tx) error {
		if err := tx.ReopenAge(v.ID); err != nil {
			return err
		}
		return tx.DropInvitations(v.ID)
	})
	if stop := unchanged(stop, "stop calling a minor"); stop != nil {
		return sealedFacts{}, stop
	}
	return sealedFacts{}, errors.Join(err, r.refresh(ctx, v.ID))
}

// judgeChange reads a correction as a form of which most fields are empty.
func (r *Registry) judgeChange(d *driveCard, site string, c Correction) (sealedFacts, error) {
	a := reserve.Application{Drive: d.Code, Site: site, Sender: "correction", Ref: "correction", Phones: c.Phones, PlaceWithin: c.PlaceWithin,
		Functions: c.Functions, Qualifications: c.Qualifications}
	value(&a.Name, c.Name)
	value(&a.KnownAs, c.KnownAs)
	value(&a.FatherName, c.FatherName)
	value(&a.Birth, c.Birth)
	value(&a.Availability, c.Availability)
	value(&a.Language, c.Language)
	value(&a.Sex, c.Sex)
	value(&a.Place, c.Place)
	value(&a.Note, c.Note)
	j := r.judge(d, &a, d.today(r.Now()))
	j.faults = slices.DeleteFunc(j.faults, func(e *reserve.Error) bool {
		return e.Code == "required" && (e.Field == "name" && c.Name == nil || e.Field == "functions" && c.Functions == nil)
	})
	if err := j.faults.Err(); err != nil {
		return sealedFacts{}, err
	}
	f := sealedFacts{Facts: j.facts}
	for _, list := range []struct {
		name string
		on   bool
	}{{listPhones, c.Phones != nil}, {listFunctions, c.Functions != nil}, {listQualifications, c.Qualifications != nil}, {fieldBirth, c.Birth != nil}} {
		if list.on {
			f.Replace = append(f.Replace, list.name)
		}
	}
	return f, nil
}

func value[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func channelOf(actor reserve.Actor) reserve.Channel {
	if actor.Kind == reserve.ActorStaff {
		return reserve.ChannelDesk
	}
	return reserve.ChannelWeb
}

// correction is a record to be added to a person who is known.
type correction struct {
	volunteer reserve.Volunteer
	facts     sealedFacts
	consents  []store.FlaggedConsent
	version   int64
	act       reserve.Act
	channel   reserve.Channel
	tokenHash []byte // empty: drawn
	batch     string
	also      With
}

// row makes the registration of a correction, sealed under a key of its own that is in the keyring before it returns.
func (r *Registry) row(ctx context.Context, c *correction) (store.Registration, error) {
	sec, err := r.Vault.Secrets()
	if err != nil {
		return store.Registration{}, err
	}
	hash := c.tokenHash
	if hash == nil {
		h := seal.TokenHash(store.PublicID())
		hash = h[:]
	}
	reg := store.Registration{
		ID: r.Store.NewID(), TokenHash: hash, Digest: hash, Drive: c.volunteer.Drive, Site: c.volunteer.Site, Channel: c.channel, Kind: store.KindCorrection,
		State: reserve.Received, Functions: c.facts.Functions, Consents: c.consents, Receipt: c.volunteer.Receipt, Node: r.Store.Node(), Batch: c.batch,
		ReceivedAt: store.Micros(r.Now()), Volunteer: c.volunteer.ID,
	}
	plain, err := json.Marshal(&c.facts)
	if err != nil {
		return reg, fmt.Errorf("write facts: %w", err)
	}
	ring, err := r.ring(ctx, sec)
	if err != nil {
		return reg, err
	}
	own := seal.NewPersonKey()
	reg.Sealed = seal.SealRecord(own, place(&reg), plain)
	_, err = r.Keyring.Put(ctx, []store.WrappedKey{{Registration: reg.ID, Ring: ring.ID(), Wrapped: ring.Wrap(reg.ID, own)}})
	if err != nil {
		return reg, fmt.Errorf("keep personal key: %w", err)
	}
	return reg, nil
}

// keepCorrection adds the record and brings the person's clear row into line with it.
func (r *Registry) keepCorrection(ctx context.Context, c correction) error {
	reg, err := r.row(ctx, &c)
	if err != nil {
		return err
	}
	err = r.Store.Change(ctx, c.act, func(tx *store.Tx) error {
		if err := tx.TouchVersion(c.volunteer.ID, c.version); err != nil {
			return err
		}
		if had, _, err := tx.AddRegistration(reg); err != nil || had != nil {
			return errors.Join(err, nothingIf(had != nil))
		}
		if c.also != nil {
			return c.also(tx)
		}
		return nil
	})
	if err := unchanged(err, "keep a correction"); err != nil {
		return err
	}
	return r.settle(ctx, c.volunteer.ID)
}

// Settlement is how the desk settled somebody's age.
type Settlement struct {
	How   string // document, witness
	Birth string // EDTF, as the document shows it
	Age   *int   // as the witness says, where no document shows a date
}

// SettleAge keeps what a document or a witness says of a person's birth. An adult is let in; a minor is erased, and the refusal
// counted; where even that leaves it open, the person stays pending. It answers which.
func (r *Registry) SettleAge(ctx context.Context, actor reserve.Actor, id string, s Settlement) (reserve.AgeState, error) {
	v, err := r.reach(ctx, actor, reserve.MayVerify, id)
	if err != nil {
		return "", err
	}
	d, err := r.drive(ctx, v.Drive)
	if err != nil {
		return "", err
	}
	on := d.today(r.Now())
	j := judgement{}
	if s.How != "document" && s.How != "witness" {
		j.fault("how", "required")
	}
	if s.Birth == "" && s.Age == nil {
		j.fault("birth", "required")
	}
	j.birth(&reserve.Application{Birth: s.Birth, Age: s.Age}, d.least(), on)
	switch {
	case len(j.faults) == 1 && j.faults[0].Code == codeUnderAge:
		a := act(actor, reserve.ActErase, v)
		a.Note = codeUnderAge
		return reserve.Minor, r.erase(ctx, a, func(tx *store.Tx) error { return tx.AddCounter(minorsCounter(v.Drive), 1) })
	case len(j.faults) > 0:
		return "", j.faults
	}
	state := reserve.AgeStateOn(j.facts.Birth, d.least(), on)
	c := correction{volunteer: v, facts: sealedFacts{Facts: reserve.Facts{Birth: j.facts.Birth}, Replace: []string{fieldBirth}},
		act: act(actor, reserve.ActSettleAge, v), channel: channelOf(actor)}
	c.act.Note = s.How
	c.also = func(tx *store.Tx) error {
		if state != reserve.Adult {
			return nil
		}
		return unchanged(tx.SettleAge(v.ID, s.How), "settle age")
	}
	return state, r.keepCorrection(ctx, c)
}

// GiveConsent keeps a consent that a person gives after registering. Faults where the drive has no such recipient, purpose or
// wording. It needs an unlocked node.
func (r *Registry) GiveConsent(ctx context.Context, actor reserve.Actor, id string, given reserve.ConsentGiven) error {
	v, err := r.reach(ctx, actor, reserve.MayCorrect, id)
	if err != nil {
		return err
	}
	d, err := r.drive(ctx, v.Drive)
	if err != nil {
		return err
	}
	a := reserve.Application{Name: "-", Functions: []string{""}, Sender: "-", Ref: "-", Consents: []reserve.ConsentGiven{given}}
	faults := slices.DeleteFunc(a.Check(&d.Drive), func(e *reserve.Error) bool { return e.Field != "consents" })
	if err := faults.Err(); err != nil {
		return err
	}
	language := d.Language("")
	if p, ok := r.Roll.Person(v.ID); ok {
		language = d.Language(p.Facts.Language)
	}
	c := correction{volunteer: v, act: act(actor, reserve.ActCorrect, v), channel: channelOf(actor),
		consents: []store.FlaggedConsent{{Recipient: given.Recipient, Purpose: given.Purpose, Wording: given.Wording, Language: language}}}
	c.act.Note = "consent-given"
	c.also = func(tx *store.Tx) error { return tx.ForgetConsentEnd(v.ID, given.Recipient, given.Purpose) }
	return r.keepCorrection(ctx, c)
}
