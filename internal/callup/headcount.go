package callup

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/store"
)

// Present is one person of a call-up as the desk at the assembly point sees them. Times are µs UTC, 0 where it has not
// happened.
type Present struct {
	Invitation string
	Volunteer  string
	Need       string
	Name       reserve.Private
	CheckedIn  int64
	CheckedOut int64
	HomeSafe   int64
}

// HeadCount is who is expected, who is there, and who has left and has not been heard from.
type HeadCount struct {
	Expected []Present
	Here     []Present
	Missing  []Present // have left, and not said that they are home
	Home     int
}

// perRead is how many invitations one read takes.
const perRead = 500

// HeadCount gives the people of a call-up by name, within the actor's compartments. Looking is an act. It needs an unlocked node.
func (c *CallUps) HeadCount(ctx context.Context, actor reserve.Actor, id string) (HeadCount, error) {
	if err := reserve.Demand(actor, reserve.MayCheckIn); err != nil {
		return HeadCount{}, err
	}
	if _, err := c.Vault.Secrets(); err != nil {
		return HeadCount{}, err
	}
	k, err := c.kept(ctx, actor, id)
	if err != nil {
		return HeadCount{}, err
	}
	own := map[string]bool{}
	for _, n := range k.Needs {
		own[n.ID] = len(actor.Functions) == 0 || slices.Contains(actor.Functions, n.Function)
	}
	var out HeadCount
	act := reserve.Act{Actor: actor, Verb: reserve.ActRead, Note: "head-count"}
	err = c.Store.Change(ctx, act, func(tx *store.Tx) error {
		out = HeadCount{}
		after := ""
		for {
			list, err := tx.InvitationsTo(id, after, perRead)
			if err != nil {
				return err
			}
			for _, inv := range list {
				if after = inv.ID; own[inv.Need] {
					c.place(&out, inv)
				}
			}
			if len(list) < perRead {
				tx.Act().Count = int64(len(out.Expected) + len(out.Here) + len(out.Missing))
				return nil
			}
		}
	})
	if err != nil {
		return out, fmt.Errorf("count heads: %w", err)
	}
	for _, list := range [][]Present{out.Expected, out.Here, out.Missing} {
		slices.SortFunc(list, func(a, b Present) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Volunteer, b.Volunteer))
		})
	}
	return out, nil
}

// place puts one invitation where it belongs.
func (c *CallUps) place(out *HeadCount, inv reserve.Invitation) {
	p := Present{Invitation: inv.ID, Volunteer: inv.Volunteer, Need: inv.Need, CheckedIn: inv.CheckedIn, CheckedOut: inv.CheckedOut, HomeSafe: inv.HomeSafeAt}
	if known, ok := c.Roll.Person(inv.Volunteer); ok {
		p.Name = known.Facts.CallName()
	}
	switch {
	case inv.HomeSafeAt != 0:
		out.Home++
	case inv.TurnedAway != 0 && inv.CheckedIn == 0: // was sent home at once, and is nobody's to wait for
	case inv.CheckedOut != 0:
		out.Missing = append(out.Missing, p)
	case inv.CheckedIn != 0:
		out.Here = append(out.Here, p)
	case inv.State == reserve.Confirmed:
		out.Expected = append(out.Expected, p)
	}
}
