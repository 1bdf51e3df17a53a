package callup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/store"
)

// notice is one text to many people of a call-up.
type notice struct {
	key     string
	text    reserve.Private // of a coordinator's own, instead of a key
	args    map[string]string
	states  []reserve.InvitationState
	move    reserve.InvitationState // where those told go; empty leaves them
	need    string                  // of one need; empty is all
	present bool                    // instead of states: who was checked in and is not known to be home
	// departure asks, instead of states, the confirmed who got their seat before an instant whether they still come.
	departure bool
	before    int64
	expires   int64 // when the text is worth nothing any more; 0 leaves that to its lane
}

// meant reports whether an invitation is one of those to tell.
func (n notice) meant(i reserve.Invitation) bool {
	if n.departure {
		return departureDue(i, n.before)
	}
	if n.present {
		return i.CheckedIn != 0 && i.HomeSafeAt == 0
	}
	return slices.Contains(n.states, i.State) && (n.need == "" || i.Need == n.need)
}

// noticeSlice is how many people one change tells: a text and perhaps a move each, within the 200 rows of a change.
const noticeSlice = 60

// sealedText is the sealed part of an outbox row, as the outbox reads it.
type sealedText struct {
	To   string            `json:"to,omitempty"`
	Args map[string]string `json:"args,omitempty"`
	Text string            `json:"text,omitempty"`
}

// sealText puts what no row may show into a text's sealed part.
func (c *CallUps) sealText(o *store.Outbound, s sealedText) error {
	secrets, err := c.Vault.Secrets()
	if err != nil {
		return err
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	o.ID = c.Store.NewID()
	o.SealKind = store.SealHouse
	o.Sealed, err = secrets.SealHouse(store.OutboxPlace(o.ID), plain)
	return err
}

// tellAll queues a notice in slices. Somebody who is in none of the states any more when their slice is written is left out,
// so a stop in the middle can be taken up again by calling it again: who has been told has moved on, or is told twice at worst
// of what bears repeating.
func (c *CallUps) tellAll(ctx context.Context, actor reserve.Actor, k store.KeptCallUp, n notice) (told int, err error) {
	after := ""
	for {
		var page []reserve.Invitation
		err := c.Store.View(ctx, func(r *store.Read) (err error) {
			page, err = r.InvitationsTo(k.ID, after, noticeSlice)
			return err
		})
		if err != nil {
			return told, fmt.Errorf("read invitations: %w", err)
		}
		if len(page) == 0 {
			return told, nil
		}
		after = page[len(page)-1].ID
		page = slices.DeleteFunc(page, func(i reserve.Invitation) bool { return !n.meant(i) })
		if len(page) == 0 {
			continue
		}
		count, err := c.tellSlice(ctx, actor, k, n, page)
		if err != nil {
			return told, err
		}
		told += count
	}
}

func (c *CallUps) tellSlice(ctx context.Context, actor reserve.Actor, k store.KeptCallUp, n notice, page []reserve.Invitation) (count int, err error) {
	act := reserve.Act{Actor: actor, Verb: reserve.ActMessage, Subject: k.ID, Note: noteOf(n.key)}
	err = c.Store.Change(ctx, act, func(tx *store.Tx) error {
		count = 0
		for _, inv := range page {
			now, err := tx.Invitation(inv.ID)
			if err != nil {
				return err
			}
			if !n.meant(now) {
				continue
			}
			told, err := c.tell(tx, k.ID, n, now)
			if err != nil {
				return err
			}
			if !told {
				continue
			}
			count++
		}
		tx.Act().Count = int64(count)
		if count == 0 && n.move == "" {
			return store.ErrNothing
		}
		return nil
	})
	return count, nothingIsFine(err, "tell people of a call-up")
}

// tell moves one person where the notice says and queues their text; false where there is nothing to tell them.
func (c *CallUps) tell(tx *store.Tx, callup string, n notice, inv reserve.Invitation) (bool, error) {
	if n.departure {
		if first, err := tx.AskDeparture(inv.ID); err != nil || !first {
			return false, err
		}
		if p, ok := c.Roll.Person(inv.Volunteer); !ok || p.Reachable() == "" {
			return true, nil // is rung instead
		}
	}
	if n.move != "" {
		if _, _, err := tx.Release(inv.ID, n.move); err != nil {
			return false, err
		}
		if inv.Channel == "sms" && inv.SentAt == 0 && inv.AnsweredAt == 0 {
			return false, nil // was never asked: there is nothing to take back
		}
	}
	o := store.Outbound{Lane: store.LaneNotice, TextKey: n.key, Args: n.args, Volunteer: inv.Volunteer, CallUp: callup, Invitation: inv.ID, ExpiresAt: n.expires}
	if n.text != "" {
		if err := c.sealText(&o, sealedText{Text: n.text.Reveal()}); err != nil {
			return false, err
		}
	}
	if err := tx.Queue(o); err != nil {
		return false, err
	}
	return true, tx.Told(inv.ID)
}

// noteOf is a text's key as the note of an act; a coordinator's own text has none.
func noteOf(key string) string {
	if key == "" {
		return "own-text"
	}
	return key
}

// Seen is how far a notice has come.
type Seen struct {
	Waiting   int `json:"waiting"`
	Sent      int `json:"sent"`
	Delivered int `json:"delivered"`
	Failed    int `json:"failed"`
}

// Notices counts, for each kind of text of a call-up, how many have been seen: "sms.moved" for a change of place, "" for
// messages of a coordinator.
func (c *CallUps) Notices(ctx context.Context, actor reserve.Actor, id string) (map[string]Seen, error) {
	if err := reserve.Demand(actor, reserve.MaySeeBoard); err != nil {
		return nil, err
	}
	if _, err := c.kept(ctx, actor, id); err != nil {
		return nil, err
	}
	out := map[string]Seen{}
	err := c.Store.View(ctx, func(r *store.Read) error {
		list, err := r.CountKeys(id)
		for _, l := range list {
			s := out[l.Key]
			switch l.State {
			case store.Queued, store.Sending:
				s.Waiting += l.Count
			case store.Sent, store.Unknown:
				s.Sent += l.Count
			case store.Delivered:
				s.Delivered += l.Count
			default:
				s.Failed += l.Count
			}
			out[l.Key] = s
		}
		return err
	})
	return out, err
}
