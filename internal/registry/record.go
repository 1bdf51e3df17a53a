package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// sealedFacts is what lies in the box of a registration or correction.
type sealedFacts struct {
	reserve.Facts
	// Replace names the lists of a correction that stand for themselves: what earlier records list there is gone.
	Replace []string `json:"rp,omitempty"`
}

// The lists that a correction can replace.
const (
	listPhones         = "phones"
	listFunctions      = "functions"
	listQualifications = "qualifications"
	fieldBirth         = "birth" // a correction may be coarser than the fault it mends
)

// record is an opened registration.
type record struct {
	reg   store.Registration
	facts sealedFacts
}

// warnConflict tells the desk that the same reference came with other content; the record itself shows it.
const warnConflict = "reference-conflict"

// unseal opens a registration by its epoch or by its own key, which is read where key is nil.
func (r *Registry) unseal(ctx context.Context, sec *seal.Secrets, reg *store.Registration, key *store.WrappedKey) (sealedFacts, error) {
	plain, err := r.plain(ctx, sec, reg, key)
	if err != nil {
		return sealedFacts{}, fmt.Errorf("open registration %s: %w", reg.ID, err)
	}
	return readFacts(plain)
}

func readFacts(plain []byte) (f sealedFacts, err error) {
	if err := json.Unmarshal(plain, &f); err != nil {
		return f, fmt.Errorf("read facts: %T", err) // the error's text could quote what it read
	}
	return f, nil
}

func (r *Registry) plain(ctx context.Context, sec *seal.Secrets, reg *store.Registration, key *store.WrappedKey) ([]byte, error) {
	if reg.Epoch != "" {
		e, err := r.epoch(ctx, sec, reg.Epoch)
		if err != nil {
			return nil, err
		}
		return e.Open(place(reg), reg.Sealed)
	}
	if key == nil {
		w, err := r.Keyring.Key(ctx, reg.ID)
		if err != nil {
			return nil, err
		}
		key = &w
	}
	own, err := r.unwrap(ctx, sec, *key)
	if err != nil {
		return nil, err
	}
	return seal.OpenRecord(own, place(reg), reg.Sealed)
}

// fold joins the records of a person, oldest first.
func fold(recs []record) reserve.Facts {
	var f reserve.Facts
	for i := range recs {
		rec := &recs[i]
		if rec.reg.Kind == store.KindConflict {
			f = reserve.Fold([]reserve.Facts{f, {Warnings: []string{warnConflict}}})
			continue
		}
		for _, list := range rec.facts.Replace {
			switch list {
			case listPhones:
				f.Phones = nil
			case listFunctions:
				f.Functions = nil
			case listQualifications:
				f.Qualifications = nil
			case fieldBirth:
				f.Birth, f.BirthDiffers = reserve.Birth{}, false
				f.Warnings = slices.DeleteFunc(slices.Clone(f.Warnings), func(w string) bool { return w == warnBirth })
			}
		}
		f = reserve.Fold([]reserve.Facts{f, rec.facts.Facts})
	}
	return f
}

// consents joins what the records say: every application was asked about all recipients of its drive, so one that does
// not name a recipient says no, and the stricter record wins. A consent given later on purpose stands unless a still later
// application lacks it; what was taken back since has ended.
func consents(recs []record, ends []store.ConsentEnd) []reserve.Consent {
	type key struct{ recipient, purpose string }
	var keys []key
	for _, rec := range recs {
		for _, c := range rec.reg.Consents {
			if k := (key{c.Recipient, c.Purpose}); rec.reg.Kind != store.KindConflict && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	out := make([]reserve.Consent, 0, len(keys))
	for _, k := range keys {
		var c []reserve.Consent
		for _, rec := range recs {
			at := slices.IndexFunc(rec.reg.Consents, func(c store.FlaggedConsent) bool { return c.Recipient == k.recipient && c.Purpose == k.purpose })
			given := reserve.Consent{Recipient: k.recipient, Purpose: k.purpose, Channel: rec.reg.Channel, GivenAt: rec.reg.ReceivedAt}
			switch {
			case rec.reg.Kind == store.KindApplication && at < 0:
				given.EndedAt = rec.reg.ReceivedAt
				c = reserve.Stricter(c, []reserve.Consent{given})
			case rec.reg.Kind == store.KindApplication:
				given.Wording, given.Language = rec.reg.Consents[at].Wording, rec.reg.Consents[at].Language
				c = reserve.Stricter(c, []reserve.Consent{given})
			case rec.reg.Kind == store.KindCorrection && at >= 0:
				given.Wording, given.Language = rec.reg.Consents[at].Wording, rec.reg.Consents[at].Language
				c = []reserve.Consent{given}
			}
		}
		out = append(out, c...)
	}
	for i := range out {
		for _, e := range ends {
			if o := &out[i]; e.Recipient == o.Recipient && e.Purpose == o.Purpose && e.EndedAt >= o.GivenAt && (o.EndedAt == 0 || e.EndedAt < o.EndedAt) {
				o.EndedAt = e.EndedAt
			}
		}
	}
	return out
}

// person makes what the roll holds from a person's row and records, oldest first.
func person(v reserve.Volunteer, recs []record, ends []store.ConsentEnd) roll.Person {
	p := roll.Person{Volunteer: v, Facts: fold(recs), Consents: consents(recs, ends)}
	for i := range recs {
		if recs[i].reg.Kind == store.KindApplication {
			p.Receipts = append(p.Receipts, recs[i].reg.Receipt)
		}
	}
	return p
}

// file is all that is kept of one person.
type file struct {
	volunteer     reserve.Volunteer
	records       []record
	ends          []store.ConsentEnd
	verifications []store.Verification
	ageSettled    string
}

func (f *file) person() roll.Person { return person(f.volunteer, f.records, f.ends) }

// open reads and opens all that is kept of one person. A record whose key is gone is left out.
func (r *Registry) open(ctx context.Context, id string) (*file, error) {
	sec, err := r.Vault.Secrets()
	if err != nil {
		return nil, err
	}
	f := &file{}
	var regs []store.Registration
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		if f.volunteer, err = rd.Volunteer(id); err != nil {
			return err
		}
		if regs, err = rd.RegistrationsOf(id); err != nil {
			return err
		}
		if f.ends, err = rd.ConsentEnds(id); err != nil {
			return err
		}
		if f.ageSettled, err = rd.AgeSettled(id); err != nil {
			return err
		}
		f.verifications, err = rd.Verifications(id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read a person: %w", err)
	}
	for _, reg := range regs {
		if len(reg.Sealed) == 0 {
			continue
		}
		facts, err := r.unseal(ctx, sec, &reg, nil)
		if err != nil {
			if reserve.KindOf(err) == reserve.NotFound {
				continue // erased a moment ago
			}
			return nil, err
		}
		f.records = append(f.records, record{reg, facts})
	}
	return f, nil
}

// refresh reads people anew into the roll after a change; on a locked node there is no roll to keep true.
func (r *Registry) refresh(ctx context.Context, ids ...string) error {
	sec, err := r.Vault.Secrets()
	if err != nil {
		return nil
	}
	for _, id := range ids {
		f, err := r.open(ctx, id)
		if err != nil {
			return fmt.Errorf("refresh the roll: %w", err)
		}
		if err := r.enter(sec, f.person()); err != nil {
			return err
		}
	}
	return nil
}

// offersOf is what a person offers: their functions, each at the best level that stands verified.
func offersOf(functions []string, list []store.Verification) []reserve.Offer {
	out := make([]reserve.Offer, 0, len(functions))
	for _, fn := range functions {
		o := reserve.Offer{Function: fn}
		for _, v := range list {
			if v.Function == fn && v.State == store.VerificationStanding && (o.Level == 0 || v.Level < o.Level) {
				o.Level = v.Level
			}
		}
		out = append(out, o)
	}
	return out
}

// functionsOf is what registrations name together, from their clear flags: applications add, a correction that names any
// replaces. It says the same as fold and needs no key.
func functionsOf(regs []store.Registration) []string {
	var out []string
	for _, reg := range regs {
		switch {
		case reg.Kind == store.KindCorrection && len(reg.Functions) > 0:
			out = slices.Clone(reg.Functions)
		case reg.Kind == store.KindApplication:
			for _, fn := range reg.Functions {
				if !slices.Contains(out, fn) {
					out = append(out, fn)
				}
			}
		}
	}
	return out
}

// ageInDoubt stands where somebody said of a known person that they are a minor.
const ageInDoubt = "doubt"

// standing is what the records let be done with a person who has neither left nor is held: Active only where the age is shown.
func (r *Registry) standing(d *driveCard, f *file) reserve.VolunteerState {
	facts := fold(f.records)
	pending := slices.ContainsFunc(f.records, func(rec record) bool { return rec.reg.State == reserve.ReceivedPending })
	switch {
	case f.ageSettled == ageInDoubt:
		return reserve.PendingAge
	case f.ageSettled != "":
		return reserve.Active
	case reserve.AgeStateOn(facts.Birth, d.least(), d.today(r.Now())) != reserve.Adult, facts.BirthDiffers && pending:
		return reserve.PendingAge
	}
	return reserve.Active
}
