package callup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// freshSeat is how long after their yes, or after the word that they have moved up, a person is not asked whether they still
// come: they have only just said so.
const freshSeat = 20 * time.Minute

// patienceOfDeparture is how long the question may stay unanswered before its person is worth a call: half of those who answer
// have done so (the planner's judgement too), and a place given back still helps somebody on stand-by.
const patienceOfDeparture = 15 * time.Minute

// askDeparture asks the confirmed of a need whether they still come, each once. Quiet hours do not hold it back: who is asked
// has to be on the road within the hour.
func (p *plan) askDeparture(ctx context.Context, n reserve.Need) error {
	var list []reserve.Invitation
	err := p.Store.View(ctx, func(r *store.Read) (err error) {
		list, err = r.InvitationsIn(n.ID, reserve.Confirmed)
		return err
	})
	if err != nil {
		return fmt.Errorf("read who is confirmed: %w", err)
	}
	ask := notice{key: "sms.reminder", departure: true, before: store.Micros(p.now.Add(-freshSeat)), expires: p.callup.ReportBy}
	list = slices.DeleteFunc(list, func(i reserve.Invitation) bool { return !ask.meant(i) })
	for slice := range slices.Chunk(list, noticeSlice) {
		if _, err := p.tellSlice(ctx, p.actor, *p.callup, ask, slice); err != nil {
			return err
		}
	}
	return nil
}

// departureDue reports whether the question of departure can be put to somebody who got their seat before an instant.
func departureDue(i reserve.Invitation, before int64) bool {
	return i.State == reserve.Confirmed && i.DepartAskedAt == 0 && i.CheckedIn == 0 && max(i.AnsweredAt, i.ToldAt) <= before
}

// toCallAgain is a confirmed person as the callers' list shows them: asked whether they still come, and silent, or without a
// phone that takes texts. ok is false where a call is not worth it yet, or comes too late.
func (c *CallUps) toCallAgain(inv reserve.Invitation, reportBy int64) (ToCall, bool) {
	now := store.Micros(c.Now())
	if !inv.StillComing() || now >= reportBy {
		return ToCall{}, false
	}
	t, _ := c.toCall(inv)
	if t.Invitation == "" {
		return t, false
	}
	p, _ := c.Roll.Person(inv.Volunteer)
	t.Departure, t.NoTexts, t.Asked = true, p.Reachable() == "", max(inv.DepartAskedAt, inv.DepartRungAt)
	return t, t.NoTexts || now-inv.DepartAskedAt >= patienceOfDeparture.Microseconds()
}

// onTheWay takes a yes of somebody who was asked whether they still come. They know where and when: a text would tell them
// nothing and costs money.
func (a *answering) onTheWay(s asked) error {
	first, err := a.tx.OnTheWay(s.ID)
	if err != nil {
		return err
	}
	reading := "yes-again"
	if first {
		reading = "on-the-way"
	}
	return a.done(&s, "", reading, store.InboxDone)
}
