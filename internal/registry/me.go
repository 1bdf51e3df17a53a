package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// Own is what a person may see of their own entry. Facts is nil where nobody can read them now: the node is locked, has not
// opened the registration yet, or the entry is erased.
type Own struct {
	Drive        string
	Site         string
	Receipt      string
	State        OwnState
	RegisteredAt int64
	Functions    []string
	Facts        *reserve.Facts
	Consents     []reserve.Consent
	HandedTo     []store.Held
	Verified     []reserve.Offer // functions with a verified level
}

// OwnState is the state as a person is told it. It never says that they are held back: that would tell a stranger who
// registers under another's name and number that these are known.
type OwnState string

// The states.
const (
	OwnReceived  OwnState = "received"
	OwnPending   OwnState = "pending-age"
	OwnWithdrawn OwnState = "withdrawn"
	OwnErased    OwnState = "erased"
)

// Me shows the entry that a secret of /me opens; NotFound for any other text. It works on a locked node, without Facts.
func (r *Registry) Me(ctx context.Context, token string) (Own, error) {
	m, err := r.mine(ctx, token)
	if err != nil {
		return Own{}, err
	}
	own := Own{Drive: m.reg.Drive, Site: m.reg.Site, Receipt: m.reg.Receipt, State: OwnReceived, RegisteredAt: m.reg.ReceivedAt,
		Functions: m.reg.Functions, HandedTo: m.held}
	if m.reg.State == reserve.ReceivedPending {
		own.State = OwnPending
	}
	switch {
	case m.v.ID == "" && len(m.reg.Sealed) == 0, m.v.State == reserve.Erased:
		own.State = OwnErased
		return own, nil
	case m.v.ID == "" && m.reg.WithdrawnAt != 0, m.v.State == reserve.Withdrawn:
		own.State = OwnWithdrawn
	case m.v.State == reserve.Active:
		own.State = OwnReceived
	}
	recs := make([]record, len(m.regs))
	for i := range m.regs {
		recs[i].reg = m.regs[i]
	}
	own.Consents = consents(recs, m.ends)
	if m.v.ID == "" {
		return own, nil
	}
	own.Functions = functionsOf(m.regs)
	for _, o := range m.v.Offers {
		if o.Level > 0 {
			own.Verified = append(own.Verified, o)
		}
	}
	f, err := r.open(ctx, m.v.ID)
	if reserve.KindOf(err) == reserve.Locked {
		return own, nil
	}
	if err != nil {
		return Own{}, err
	}
	facts := fold(f.records)
	facts.Warnings, facts.Consents = nil, nil
	own.Facts = &facts
	return own, nil
}

// mine is what the holder of a secret reaches.
type mine struct {
	reg  store.Registration
	v    reserve.Volunteer // zero: not opened yet
	regs []store.Registration
	ends []store.ConsentEnd
	held []store.Held
}

func (r *Registry) mine(ctx context.Context, token string) (m mine, err error) {
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		m, err = readMine(rd, token)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("read one's own entry: %w", err)
	}
	return m, nil
}

func readMine(rd *store.Read, token string) (m mine, err error) {
	hash := seal.TokenHash(token)
	if m.reg, err = rd.RegistrationByToken(hash[:]); err != nil {
		return m, err
	}
	if m.reg.Volunteer == "" {
		m.regs = []store.Registration{m.reg}
		m.ends, err = rd.ConsentEnds(m.reg.ID)
		return m, err
	}
	if m.v, err = find(rd, m.reg.Volunteer); err != nil {
		return m, err
	}
	if m.regs, err = rd.RegistrationsOf(m.v.ID); err != nil {
		return m, err
	}
	if m.ends, err = rd.ConsentEnds(m.v.ID); err != nil {
		return m, err
	}
	m.held, err = handedTo(rd, m.v.ID)
	return m, err
}

// WithdrawMine withdraws the entry of a secret, opened or not; on a locked node too.
func (r *Registry) WithdrawMine(ctx context.Context, token string) error {
	return r.leaveMine(ctx, token, way{reserve.ActWithdraw, func(id string) error { return r.Withdraw(ctx, reserve.Self(), id) }, (*store.Tx).WithdrawUnopened})
}

// EraseMine erases the entry of a secret, opened or not; on a locked node too.
func (r *Registry) EraseMine(ctx context.Context, token string) error {
	return r.leaveMine(ctx, token, way{reserve.ActErase, func(id string) error { return r.Erase(ctx, reserve.Self(), id) }, (*store.Tx).EraseUnopened})
}

// way is one way to leave: as a person, or as a registration that nobody has opened.
type way struct {
	verb     reserve.Verb
	person   func(id string) error
	unopened func(tx *store.Tx, id string) error
}

// leaveMine acts on a person where the registration is opened, else on the registration. Where an opener comes between, the second try finds the person.
func (r *Registry) leaveMine(ctx context.Context, token string, how way) error {
	for range 2 {
		m, err := r.mine(ctx, token)
		if err != nil {
			return err
		}
		if m.v.ID != "" {
			return how.person(m.v.ID)
		}
		a := reserve.Act{Actor: reserve.Self(), Verb: how.verb, Subject: m.reg.ID, Salt: m.reg.Digest, Count: 1}
		err = r.Store.Change(ctx, a, func(tx *store.Tx) error { return how.unopened(tx, m.reg.ID) })
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrNothing) {
			return fmt.Errorf("leave: %w", err)
		}
	}
	return nil
}

// EndConsentMine takes a consent of the entry of a secret back, opened or not; on a locked node too.
func (r *Registry) EndConsentMine(ctx context.Context, token string, c reserve.ConsentGiven) error {
	a := reserve.Act{Actor: reserve.Self(), Verb: reserve.ActCorrect, Count: 1, Note: "consent-end"}
	id := ""
	err := r.Store.Change(ctx, a, func(tx *store.Tx) error {
		id = ""
		hash := seal.TokenHash(token)
		if err := tx.LockRegistration(hash[:]); err != nil { // an opener waits, or was here before
			return err
		}
		m, err := readMine(&tx.Read, token)
		if err != nil {
			return err
		}
		if m.v.ID == "" {
			tx.Act().Subject, tx.Act().Salt = m.reg.ID, m.reg.Digest
			return tx.EndConsent(m.reg.ID, store.ConsentEnd{Recipient: c.Recipient, Purpose: c.Purpose}, false)
		}
		id = m.v.ID
		tx.Act().Subject, tx.Act().Salt = m.v.ID, m.v.Salt
		return endConsent(tx, m.v.ID, c)
	})
	if err := unchanged(err, "end a consent"); err != nil || id == "" {
		return err
	}
	return r.refresh(ctx, id)
}

// GiveConsentMine keeps a consent that the holder of a secret gives later. It needs an unlocked node.
func (r *Registry) GiveConsentMine(ctx context.Context, token string, c reserve.ConsentGiven) error {
	m, err := r.opened(ctx, token)
	if err != nil {
		return err
	}
	return r.GiveConsent(ctx, reserve.Self(), m.v.ID, c)
}

// CorrectMine keeps a correction by the holder of a secret. On a locked node it is sealed and counts from the unlock on. Faults as in Correct.
func (r *Registry) CorrectMine(ctx context.Context, token string, c Correction) error {
	if r.Vault.Unlocked() {
		m, err := r.opened(ctx, token)
		if err != nil {
			return err
		}
		if m.v.State == reserve.Withdrawn || m.v.State == reserve.Erased {
			return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
		}
		return r.correct(ctx, reserve.Self(), m.v, c)
	}
	m, err := r.mine(ctx, token)
	if err != nil {
		return err
	}
	d, err := r.drive(ctx, m.reg.Drive)
	if err != nil {
		return err
	}
	facts, err := r.judgeChange(d, m.reg.Site, c)
	if err != nil {
		return err
	}
	return r.sealCorrection(ctx, &m.reg, facts)
}

// sealCorrection keeps a correction of a registration as it comes in on a locked node: sealed by the intake, and led to its person by
// the first registration's token when it is opened.
func (r *Registry) sealCorrection(ctx context.Context, first *store.Registration, facts sealedFacts) error {
	hash := seal.TokenHash(store.PublicID())
	reg := store.Registration{
		ID: r.Store.NewID(), TokenHash: hash[:], Digest: first.TokenHash, Drive: first.Drive, Site: first.Site, Channel: reserve.ChannelWeb,
		Kind: store.KindCorrection, State: reserve.Received, Functions: facts.Functions, Receipt: first.Receipt, Node: r.Store.Node(), ReceivedAt: store.Micros(r.Now()),
	}
	plain, err := json.Marshal(&facts)
	if err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	if reg.Epoch, reg.Sealed, err = r.Intake.Seal(r.Now(), place(&reg), plain); err != nil {
		return fmt.Errorf("seal a correction: %w", err)
	}
	a := reserve.Act{Actor: reserve.Self(), Verb: reserve.ActCorrect, Subject: first.ID, Salt: first.Digest, Count: 1}
	err = r.Store.Change(ctx, a, func(tx *store.Tx) error {
		_, _, err := tx.AddRegistration(reg)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a correction: %w", err)
	}
	r.notify()
	return nil
}

// opened reaches the person of a secret on an unlocked node, opening what waits if need be.
func (r *Registry) opened(ctx context.Context, token string) (mine, error) {
	m, err := r.mine(ctx, token)
	if err != nil || m.v.ID != "" {
		return m, err
	}
	if err := r.Drain(ctx); err != nil {
		return m, err
	}
	if m, err = r.mine(ctx, token); err == nil && m.v.ID == "" {
		err = &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
	}
	return m, err
}
