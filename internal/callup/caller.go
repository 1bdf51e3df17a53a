package callup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"muster/internal/phone"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// ToCall is one person on the human callers' list.
type ToCall struct {
	Invitation string
	Need       string
	Name       reserve.Private
	Language   string
	Number     string // masked; Reveal shows it
	NoTexts    bool   // can only be rung
	// Departure: said yes, and is asked whether they still come. A no gives the place to the next on stand-by.
	Departure bool
	Asked     int64 // µs UTC; the last time
}

// patienceOfTexts is how long a text may stay unanswered before its person is worth a call: half of those who answer do so
// within 50 minutes (field notes on planning, §2.3).
const patienceOfTexts = 50 * time.Minute

// CallList gives the people of an open call-up to be rung: first, before the hour, the confirmed who do not say whether they
// still come (Departure); then those who take no texts, those whom no text reached, and those whose silence has lasted. Of
// each the longest waiting come first. Two callers may hold the same list: who has been rung is off it.
func (c *CallUps) CallList(ctx context.Context, actor reserve.Actor, id string, limit int) ([]ToCall, error) {
	if err := reserve.Demand(actor, reserve.MayCall); err != nil {
		return nil, err
	}
	if _, err := c.Vault.Secrets(); err != nil {
		return nil, err
	}
	k, err := c.kept(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	if k.State != reserve.CallUpOpen {
		return nil, &reserve.Error{Kind: reserve.Closed, Code: "callup-closed"}
	}
	var out []ToCall
	err = c.Store.View(ctx, func(r *store.Read) error {
		for _, n := range k.Needs {
			if len(actor.Functions) > 0 && !slices.Contains(actor.Functions, n.Function) {
				continue
			}
			for _, state := range []reserve.InvitationState{reserve.Confirmed, reserve.Invited, reserve.Unreached} {
				list, err := r.InvitationsIn(n.ID, state)
				if err != nil {
					return err
				}
				for _, inv := range list {
					t, ok := c.toCall(inv)
					if state == reserve.Confirmed {
						t, ok = c.toCallAgain(inv, k.ReportBy)
					}
					if ok {
						out = append(out, t)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read callers' list: %w", err)
	}
	slices.SortStableFunc(out, func(a, b ToCall) int {
		if a.Departure != b.Departure {
			return map[bool]int{true: -1, false: 1}[a.Departure]
		}
		return cmp.Compare(a.Asked, b.Asked)
	})
	return out[:min(len(out), limit)], nil
}

func (c *CallUps) toCall(inv reserve.Invitation) (ToCall, bool) {
	p, ok := c.Roll.Person(inv.Volunteer)
	number := callNumber(&p)
	if !ok || number == "" {
		return ToCall{}, false
	}
	t := ToCall{Invitation: inv.ID, Need: inv.Need, Name: p.Facts.CallName(), Language: p.Facts.Language, Number: phone.Mask(number.Reveal()), NoTexts: inv.Channel == "call", Asked: inv.InvitedAt}
	waited := inv.SentAt != 0 && store.Micros(c.Now())-inv.SentAt >= patienceOfTexts.Microseconds()
	return t, t.NoTexts || inv.State == reserve.Unreached || waited || inv.Unclear
}

// callNumber is the number to ring a person: one that takes texts if there is one, else any. STOP is about texts and about us:
// a number under STOP is not rung either.
func callNumber(p *roll.Person) reserve.Private {
	if n := p.Reachable(); n != "" {
		return n
	}
	for _, n := range p.Facts.Phones {
		if !slices.Contains(p.Stopped, n.E164) {
			return n.E164
		}
	}
	return ""
}

// Reveal shows the number of one person on the callers' list, for a reason, and says so in the log. Callers of an open call-up
// may see the numbers of those who were asked for it, one by one, and no others.
func (c *CallUps) Reveal(ctx context.Context, actor reserve.Actor, invitation, reason string) (reserve.Private, error) {
	if err := reserve.Demand(actor, reserve.MayCall); err != nil {
		return "", err
	}
	if reason == "" || len(reason) > 64 {
		return "", reserve.Fault("reason", "required")
	}
	inv, k, err := c.invitation(ctx, actor, invitation)
	if err != nil {
		return "", err
	}
	if k.State != reserve.CallUpOpen {
		return "", &reserve.Error{Kind: reserve.Closed, Code: "callup-closed"}
	}
	if _, err := c.Vault.Secrets(); err != nil {
		return "", err
	}
	p, ok := c.Roll.Person(inv.Volunteer)
	if !ok {
		return "", notFound()
	}
	// The reason is free text and may name people: the log gets the fact, not the words.
	act := reserve.Act{Actor: actor, Verb: reserve.ActReveal, Subject: p.Volunteer.ID, Salt: p.Volunteer.Salt, Note: "call-list"}
	if err := c.Store.Change(ctx, act, func(*store.Tx) error { return nil }); err != nil {
		return "", fmt.Errorf("note the look: %w", err)
	}
	return callNumber(&p), nil
}

// invitation reads one invitation with its call-up, within the actor's compartments.
func (c *CallUps) invitation(ctx context.Context, actor reserve.Actor, id string) (inv reserve.Invitation, k store.KeptCallUp, err error) {
	err = c.Store.View(ctx, func(r *store.Read) (err error) {
		inv, err = r.Invitation(id)
		return err
	})
	if err != nil {
		return inv, k, fmt.Errorf("read invitation: %w", err)
	}
	k, err = c.kept(ctx, actor, inv.CallUp)
	return inv, k, err
}

// rung notes a call, about the need or about the departure.
func rung(tx *store.Tx, invitation string, reached bool) error {
	inv, err := tx.Invitation(invitation)
	if err != nil {
		return err
	}
	if inv.State == reserve.Confirmed {
		return tx.DepartureRung(invitation)
	}
	return tx.Rung(invitation, reached)
}

// CallOutcome is what a human caller heard.
type CallOutcome string

// The outcomes of a call.
const (
	CallYes         CallOutcome = "yes"
	CallNo          CallOutcome = "no"
	CallLater       CallOutcome = "later"
	CallNobody      CallOutcome = "no-answer"
	CallWrongPerson CallOutcome = "wrong-person"
)

// RecordCall keeps what a caller heard; the planner counts it like an answer. Nobody answering leaves the person on the list,
// behind the others.
func (c *CallUps) RecordCall(ctx context.Context, actor reserve.Actor, invitation string, outcome CallOutcome) error {
	if err := reserve.Demand(actor, reserve.MayCall); err != nil {
		return err
	}
	inv, k, err := c.invitation(ctx, actor, invitation)
	if err != nil {
		return err
	}
	if k.State != reserve.CallUpOpen {
		return &reserve.Error{Kind: reserve.Closed, Code: "callup-closed"}
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActAnswer, Note: "call-" + string(outcome)}
	change := func(tx *store.Tx) error {
		if p, ok := c.Roll.Person(inv.Volunteer); ok {
			tx.Act().Subject, tx.Act().Salt = p.Volunteer.ID, p.Volunteer.Salt
		}
		if err := rung(tx, invitation, outcome != CallNobody); err != nil || outcome == CallNobody {
			return err
		}
		switch outcome {
		case CallYes:
			return c.decide(tx, invitation, reserve.MeansYes)
		case CallNo:
			return c.decide(tx, invitation, reserve.MeansNo)
		case CallLater:
			if err := tx.MarkUnclear(invitation); !errors.Is(err, store.ErrNothing) {
				return err
			}
			return nil
		}
		up, _, err := tx.Release(invitation, reserve.WrongPerson)
		if err != nil {
			return err
		}
		return errors.Join(tx.TellUp(up, k.ReportBy), tx.WakeCallUp(k.ID, tx.Now()))
	}
	if !slices.Contains([]CallOutcome{CallYes, CallNo, CallLater, CallNobody, CallWrongPerson}, outcome) {
		return reserve.Fault("outcome", "unknown-outcome")
	}
	for {
		if err = c.Store.Change(ctx, act, change); !errors.Is(err, store.ErrMoved) {
			return nothingIsFine(err, "keep what a caller heard")
		}
	}
}
