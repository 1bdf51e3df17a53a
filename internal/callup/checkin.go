package callup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"muster/internal/phone"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// At is who arrives where, as a desk says it: one of a volunteer id, a receipt, or a phone number. At is the desk's time, which
// may lie back where the desk was offline; zero is now.
type At struct {
	CallUp    string
	Need      string // where the call-up has several; empty takes the one the person was asked for, else the first they offer
	Volunteer string
	Receipt   string
	Phone     reserve.Private
	When      time.Time
}

// CheckedIn is what a check-in came to. Where Repeat, Since and By say who had done it already.
type CheckedIn struct {
	Invitation string
	Volunteer  string
	Name       reserve.Private
	Since      int64 // µs UTC
	By         string
	Repeat     bool
	WalkIn     bool // came without a yes
	TurnedAway bool // all wanted are there
}

// CheckIn notes that a person has arrived. Twice is once, by whichever desk; a person who was never asked is checked in too
// and marked so; beyond those wanted they are counted and turned away. A minor, or anybody whose age is not settled, is
// refused. It needs an unlocked node, but for a volunteer id.
func (c *CallUps) CheckIn(ctx context.Context, actor reserve.Actor, at At) (CheckedIn, error) {
	if err := reserve.Demand(actor, reserve.MayCheckIn); err != nil {
		return CheckedIn{}, err
	}
	k, err := c.kept(ctx, actor, at.CallUp)
	if err != nil {
		return CheckedIn{}, err
	}
	if k.State != reserve.CallUpOpen && at.When.IsZero() {
		return CheckedIn{}, &reserve.Error{Kind: reserve.Closed, Code: "callup-closed"}
	}
	p, err := c.whoArrives(ctx, k.Drive, at)
	if err != nil {
		return CheckedIn{}, err
	}
	if p.Volunteer.Drive != k.Drive {
		return CheckedIn{}, notFound()
	}
	when := at.When
	if when.IsZero() || when.After(c.Now()) {
		when = c.Now()
	}
	out := CheckedIn{Volunteer: p.Volunteer.ID, Name: p.Facts.CallName()}
	act := reserve.Act{Actor: actor, Verb: reserve.ActCheckIn, Subject: p.Volunteer.ID, Salt: p.Volunteer.Salt}
	err = c.again(ctx, act, func(tx *store.Tx) error {
		inv, err := c.seatOf(tx, k, at, &p)
		if err != nil {
			return err
		}
		a, err := tx.CheckIn(inv.ID, actor.ID, store.Micros(when), k.ReportBy)
		if err != nil {
			return err
		}
		out.Invitation, out.Since, out.By = inv.ID, a.Spell.InAt, a.Spell.InBy
		out.Repeat, out.WalkIn, out.TurnedAway = a.Repeat, a.WalkIn, a.TurnedAway
		if a.TurnedAway {
			tx.Act().Note = "turned-away"
		} else if a.WalkIn {
			tx.Act().Note = "walk-in"
		}
		if a.Repeat {
			return store.ErrNothing // a repeat that changes nothing leaves no act
		}
		return tx.WakeCallUp(k.ID, tx.Now())
	})
	return out, nothingIsFine(err, "check in")
}

// again runs a change until no other one got between its reading and its writing.
func (c *CallUps) again(ctx context.Context, act reserve.Act, fn func(tx *store.Tx) error) error {
	for {
		if err := c.Store.Change(ctx, act, fn); !errors.Is(err, store.ErrMoved) {
			return err
		}
	}
}

// whoArrives finds the person a desk names. A number that several people share is Conflict with code "several-people".
func (c *CallUps) whoArrives(ctx context.Context, drive string, at At) (roll.Person, error) {
	if _, err := c.Vault.Secrets(); err != nil {
		return roll.Person{}, err
	}
	switch {
	case at.Volunteer != "":
		if p, ok := c.Roll.Person(at.Volunteer); ok {
			return mayWork(p)
		}
	case at.Receipt != "":
		if p, ok := c.Roll.ByReceipt(at.Receipt); ok {
			return mayWork(p)
		}
	case at.Phone != "":
		d, err := c.drive(ctx, drive)
		if err != nil {
			return roll.Person{}, err
		}
		n, err := phone.Parse(at.Phone.Reveal(), d.Country)
		if err != nil {
			return roll.Person{}, err
		}
		list := c.Roll.ByPhone(n.E164)
		if len(list) > 1 {
			return roll.Person{}, &reserve.Error{Kind: reserve.Conflict, Code: "several-people", Field: "phone"}
		}
		if len(list) == 1 {
			return mayWork(list[0])
		}
	}
	return roll.Person{}, notFound()
}

// mayWork refuses whom nobody may put to work: not of age, or held until the desk has decided who they are.
func mayWork(p roll.Person) (roll.Person, error) {
	if p.Volunteer.State != reserve.Active {
		return p, &reserve.Error{Kind: reserve.Forbidden, Code: "not-active"}
	}
	return p, nil
}

// seatOf is the invitation a check-in belongs to; somebody who was not asked gets a row as a walk-in.
func (c *CallUps) seatOf(tx *store.Tx, k store.KeptCallUp, at At, p *roll.Person) (reserve.Invitation, error) {
	var need *reserve.Need
	var best reserve.Invitation
	for i := range k.Needs {
		n := &k.Needs[i]
		if at.Need != "" && n.ID != at.Need {
			continue
		}
		inv, ok, err := tx.InvitationOf(n.ID, p.Volunteer.ID)
		if err != nil {
			return inv, err
		}
		if ok && (best.ID == "" || inv.State == reserve.Confirmed) {
			best = inv
		}
		offers := false
		for _, f := range p.Facts.Functions {
			offers = offers || f == n.Function
		}
		if need == nil || offers && !ok {
			need = n
		}
	}
	if best.ID != "" {
		return best, nil
	}
	if need == nil {
		return best, notFound()
	}
	return tx.AddWalkIn(reserve.Invitation{ID: store.PublicID(), CallUp: k.ID, Need: need.ID, Volunteer: p.Volunteer.ID})
}

// CheckOut notes that a person leaves and asks them to say when they are home. A check-out without a check-in is refused.
func (c *CallUps) CheckOut(ctx context.Context, actor reserve.Actor, at At) (store.Spell, error) {
	if err := reserve.Demand(actor, reserve.MayCheckIn); err != nil {
		return store.Spell{}, err
	}
	k, err := c.kept(ctx, actor, at.CallUp)
	if err != nil {
		return store.Spell{}, err
	}
	p, err := c.whoArrives(ctx, k.Drive, at)
	if err != nil {
		return store.Spell{}, err
	}
	when := at.When
	if when.IsZero() {
		when = c.Now()
	}
	var spell store.Spell
	act := reserve.Act{Actor: actor, Verb: reserve.ActCheckOut, Subject: p.Volunteer.ID, Salt: p.Volunteer.Salt}
	err = c.again(ctx, act, func(tx *store.Tx) error {
		for _, n := range k.Needs {
			inv, ok, err := tx.InvitationOf(n.ID, p.Volunteer.ID)
			if err != nil || ok && inv.CheckedIn != 0 {
				if err == nil {
					spell, err = tx.CheckOut(inv.ID, actor.ID, store.Micros(when))
				}
				return err
			}
		}
		return &reserve.Error{Kind: reserve.Conflict, Code: "not-checked-in"}
	})
	return spell, nothingIsFine(err, "check out")
}

// HomeSafe notes that a person is home and well, as a member of staff heard it.
func (c *CallUps) HomeSafe(ctx context.Context, actor reserve.Actor, invitation string) error {
	if err := reserve.Demand(actor, reserve.MayCheckIn); err != nil {
		return err
	}
	inv, _, err := c.invitation(ctx, actor, invitation)
	if err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActHomeSafe}
	if p, ok := c.Roll.Person(inv.Volunteer); ok {
		act.Subject, act.Salt = p.Volunteer.ID, p.Volunteer.Salt
	}
	return nothingIsFine(c.Store.Change(ctx, act, func(tx *store.Tx) error { return tx.HomeSafe(invitation) }), "note home safe")
}

// Release gives up a person's place in a call-up, as a member of staff heard it; the next on stand-by moves up.
func (c *CallUps) Release(ctx context.Context, actor reserve.Actor, invitation string) error {
	if err := reserve.Demand(actor, reserve.MayCall); err != nil {
		return err
	}
	if _, _, err := c.invitation(ctx, actor, invitation); err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActAnswer, Note: "release"}
	err := c.again(ctx, act, func(tx *store.Tx) error { return c.decide(tx, invitation, reserve.MeansNo) })
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	return nil
}
