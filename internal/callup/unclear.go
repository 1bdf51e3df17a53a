package callup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"muster/internal/phone"
	"muster/internal/reserve"
	"muster/internal/store"
)

// Unclear is a text that waits for a person, as the inbox page shows it.
type Unclear struct {
	Inbox      string
	At         int64           // µs UTC
	Text       reserve.Private // made readable
	Number     string          // masked
	Name       reserve.Private
	Volunteer  string
	CallUp     string // empty where it is not clear which
	Code       string
	Invitation string
	Machine    bool
	Suggest    reserve.Meaning // yes, no, later or nothing
	Reading    string
}

// UnclearList gives the texts that wait for a person, the oldest first. Looking is an act.
func (c *CallUps) UnclearList(ctx context.Context, actor reserve.Actor, limit int) ([]Unclear, error) {
	if err := reserve.Demand(actor, reserve.MaySeePeople); err != nil {
		return nil, err
	}
	var rows []store.Inbound
	err := c.Store.View(ctx, func(r *store.Read) (err error) {
		rows, err = r.UnclearInbound(limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read unclear texts: %w", err)
	}
	var out []Unclear
	for _, row := range rows {
		u, ok, err := c.unclearItem(ctx, actor, row)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, u)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActRead, Count: int64(len(out)), Note: "unclear-texts"}
	if err := c.Store.Change(ctx, act, func(*store.Tx) error { return nil }); err != nil {
		return nil, fmt.Errorf("note the look: %w", err)
	}
	return out, nil
}

// unclearItem opens one text. ok is false for what lies outside the actor's scope or belongs to somebody erased.
func (c *CallUps) unclearItem(ctx context.Context, actor reserve.Actor, row store.Inbound) (u Unclear, ok bool, err error) {
	u = Unclear{Inbox: row.ID, At: row.ReceivedAt, Volunteer: row.Volunteer, Invitation: row.Invitation, Machine: row.Reading == "machine", Reading: row.Reading}
	if _, suggest, has := strings.Cut(row.Reading, ":"); has {
		u.Suggest = reserve.Meaning(suggest)
	}
	if p, known := c.Roll.Person(row.Volunteer); known {
		if !reserve.InScope(actor, p.Volunteer.Site, p.Facts.Functions) {
			return u, false, nil
		}
		u.Name = p.Facts.CallName()
	} else if len(actor.Sites) > 0 || len(actor.Functions) > 0 {
		return u, false, nil
	}
	if row.Sealed == nil {
		return u, false, nil
	}
	plain, err := c.opener.Open(ctx, row.Epoch, store.InboxPlace(row.ID), row.Sealed)
	if err != nil {
		return u, false, fmt.Errorf("open a text: %w", err)
	}
	from, _, body, err := store.UnpackInbound(plain)
	if err != nil {
		return u, false, err
	}
	u.Number, u.Text = phone.Mask(from), reserve.Private(reserve.CleanText(body))
	if row.Invitation == "" {
		return u, true, nil
	}
	err = c.Store.View(ctx, func(r *store.Read) error {
		inv, err := r.Invitation(row.Invitation)
		if err != nil {
			return err
		}
		k, err := r.CallUp(inv.CallUp)
		u.CallUp, u.Code = inv.CallUp, k.Code
		return err
	})
	return u, true, err
}

// Settle decides an unclear text: yes and no as if the person had written so, anything else as read and done. invitation says
// which one is meant where the row does not. Somebody who was faster wins: Conflict with code "changed-meanwhile".
func (c *CallUps) Settle(ctx context.Context, actor reserve.Actor, inbox, invitation string, meaning reserve.Meaning) error {
	if err := reserve.Demand(actor, reserve.MayCall); err != nil {
		return err
	}
	var row store.Inbound
	err := c.Store.View(ctx, func(r *store.Read) (err error) {
		row, err = r.Inbound(inbox)
		return err
	})
	if err != nil {
		return fmt.Errorf("read text: %w", err)
	}
	if row.Invitation != "" {
		invitation = row.Invitation
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActAnswer, Note: "settled-" + string(meaning)}
	err = c.Store.Change(ctx, act, func(tx *store.Tx) error {
		row.State, row.HandledBy = store.InboxSettled, actor.ID
		if err := tx.SettleInbound(row, store.InboxUnclear); err != nil {
			return err
		}
		if invitation == "" || !meaning.Decides() {
			return nil
		}
		return c.decide(tx, invitation, meaning)
	})
	if errors.Is(err, store.ErrNothing) {
		return &reserve.Error{Kind: reserve.Conflict, Code: "changed-meanwhile"}
	}
	if err != nil {
		return fmt.Errorf("settle text: %w", err)
	}
	return nil
}

// decide settles a yes or no that a person of the staff has heard or read, and tells whom it is about.
func (c *CallUps) decide(tx *store.Tx, invitation string, meaning reserve.Meaning) error {
	inv, err := tx.Invitation(invitation)
	if err != nil {
		return err
	}
	k, err := tx.CallUp(inv.CallUp)
	if err != nil {
		return err
	}
	if p, ok := c.Roll.Person(inv.Volunteer); ok {
		tx.Act().Subject, tx.Act().Salt = p.Volunteer.ID, p.Volunteer.Salt
	}
	if k.State != reserve.CallUpOpen {
		return &reserve.Error{Kind: reserve.Closed, Code: "callup-closed"}
	}
	if meaning == reserve.MeansYes && inv.State == reserve.Confirmed && inv.DepartAskedAt != 0 {
		_, err := tx.OnTheWay(invitation)
		return err
	}
	key := "sms.declined"
	if meaning == reserve.MeansYes {
		place, _, err := tx.TakeSeat(invitation, tx.Now() >= k.ReportBy)
		if err != nil {
			return err
		}
		key = map[reserve.Place]string{reserve.PlaceSeat: "sms.seat", reserve.PlaceStandby: "sms.standby", reserve.PlaceFull: "sms.full"}[place]
	} else {
		to := reserve.Declined
		if inv.State == reserve.Confirmed || inv.State == reserve.OnStandby {
			to, key = reserve.Released, "sms.released"
		}
		up, _, err := tx.Release(invitation, to)
		if err != nil {
			return err
		}
		if err := tx.TellUp(up, k.ReportBy); err != nil {
			return err
		}
		if err := tx.WakeCallUp(k.ID, tx.Now()); err != nil {
			return err
		}
	}
	if err := tx.Told(invitation); err != nil {
		return err
	}
	return tx.Queue(store.Outbound{Lane: store.LaneReply, TextKey: key, Volunteer: inv.Volunteer, CallUp: k.ID, Invitation: invitation})
}

// Unask takes back what the people of a number were asked and have not answered: the number said STOP, or is somebody else's.
// Who can still be reached under another number that takes texts keeps the invitation of a STOP.
func (c *CallUps) Unask(tx *store.Tx, number string, to reserve.InvitationState) error {
	for _, p := range c.Roll.ByPhone(number) {
		list, err := tx.StandingOf(p.Volunteer.ID, tx.Now())
		if err != nil {
			return fmt.Errorf("read invitations: %w", err)
		}
		for _, s := range list {
			if !s.Open || !waits(s.State) || to == reserve.InviteDropped && p.Reachable() != "" && p.Reachable().Reveal() != number {
				continue
			}
			if _, _, err := tx.Release(s.ID, to); err != nil {
				return err
			}
			if err := tx.WakeCallUp(s.CallUp, tx.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}
