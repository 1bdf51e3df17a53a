package demo

import (
	"context"
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/store"
)

// seats gives those who hold a seat or wait for one.
func (s *story) seats(ctx context.Context, state reserve.InvitationState) ([]reserve.Invitation, error) {
	var out []reserve.Invitation
	err := s.node.Store.View(ctx, func(r *store.Read) error {
		c, err := r.CallUp(s.calling)
		if err != nil {
			return err
		}
		for _, n := range c.Needs {
			list, err := r.InvitationsIn(n.ID, state)
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		return nil
	})
	return out, err
}

// road is how long somebody needs who hears of a place only now.
const road = 25 * time.Minute

// setOut: in the last hours those who come set out, also those who move up from stand-by only now, and are checked in one
// by one, each twice, by two desks; a quarter do not come.
func (s *story) setOut(ctx context.Context) error {
	s.board(ctx, "people set out.")
	arrives := map[*known]time.Time{}
	for s.clock.Now().Before(deadline()) {
		confirmed, err := s.seats(ctx, reserve.Confirmed)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		for _, inv := range confirmed {
			k := s.byVolunteer[inv.Volunteer]
			if k == nil || k.inside != "" {
				continue
			}
			if _, planned := arrives[k]; !planned {
				arrives[k] = later(now.Add(road), deadline().Add(-k.habit.early))
			}
			if k.habit.comes && !arrives[k].After(now) && !s.phones.heard(k) {
				if err := s.checkIn(ctx, k); err != nil {
					return err
				}
			}
		}
		if err := s.enough(ctx); err != nil {
			return err
		}
		if err := s.live(ctx, earlier(now.Add(2*time.Minute), deadline())); err != nil {
			return err
		}
	}
	return nil
}

// turnBack is what the duty officer writes once enough people are there.
const turnBack = "Merci, nous sommes assez nombreux. Encore en route ? Rentrez chez vous."

// enough is the duty officer looking at the board: with everybody wanted there, whoever is still on the road is spared the way.
func (s *story) enough(ctx context.Context) error {
	if s.recalled {
		return nil
	}
	v, err := s.node.Calls.Show(ctx, s.owner.Actor, s.calling)
	if err != nil {
		return err
	}
	for _, n := range v.Needs {
		if n.ArrivedInTime < n.Wanted {
			return nil
		}
	}
	s.recalled = true
	told, err := s.node.Calls.Message(ctx, s.owner.Actor, s.calling, turnBack)
	if err != nil {
		return err
	}
	s.board(ctx, "everybody wanted is there; %d are told to turn back if they are still on the road.", told)
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// checkIn is the desk reading the receipt a person shows, and reading it again because the network was slow.
func (s *story) checkIn(ctx context.Context, k *known) error {
	at := callup.At{CallUp: s.calling, Receipt: k.receipt}
	first, err := s.node.Calls.CheckIn(ctx, s.owner.Actor, at)
	if err != nil {
		return err
	}
	again, err := s.node.Calls.CheckIn(ctx, s.second.Actor, at)
	if err != nil {
		return err
	}
	if !again.Repeat || again.Since != first.Since {
		return off("a second check-in of one person counted")
	}
	k.inside = first.Invitation
	return nil
}

// standDown: the hour is reached. Everybody still asked is told that they are not needed; those who worked go home and say so.
func (s *story) standDown(ctx context.Context) error {
	if err := s.node.Calls.Close(ctx, s.owner.Actor, s.calling); err != nil {
		return err
	}
	if err := s.live(ctx, deadline().Add(time.Hour)); err != nil {
		return err
	}
	waiting, err := s.seats(ctx, reserve.Invited)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		return off("%d people who were asked never learnt the outcome", len(waiting))
	}
	s.clock.Jump(deadline().Add(6 * time.Hour))
	home := 0
	for _, k := range s.crowd {
		if k.inside == "" {
			continue
		}
		if err := s.node.Calls.HomeSafe(ctx, s.owner.Actor, k.inside); err != nil {
			return err
		}
		home++
	}
	s.say("   %s: closed; everybody who was asked knows the outcome. %d people are home and have said so.", local(s.clock.Now()), home)
	return nil
}

// tally takes the figures of the call-up from its report and from what the phones saw.
func (s *story) tally(ctx context.Context) error {
	v, err := s.node.Calls.Show(ctx, s.owner.Actor, s.calling)
	if err != nil {
		return err
	}
	rep, err := s.node.Calls.Report(ctx, s.owner.Actor, s.calling)
	if err != nil {
		return err
	}
	r := &s.result
	r.Messages = int(rep.Texts)
	for i, n := range v.Needs {
		r.Wanted += n.Wanted
		r.ConfirmLimit += n.ConfirmLimit
		r.Confirmed += n.Confirmed
		r.Standby += n.Standby
		r.Invited += n.Invited
		r.Arrived += n.ArrivedInTime
		r.TurnedAway += n.TurnedAway
		r.NoShows += rep.Needs[i].NoShows
	}
	s.phones.mu.Lock()
	r.PlaceMoved = len(s.phones.moved)
	s.phones.mu.Unlock()
	s.say("   Wanted %d: invited %d, confirmed %d (limit %d), arrived in time %d, did not come %d, turned away %d, %d texts.",
		r.Wanted, r.Invited, r.Confirmed, r.ConfirmLimit, r.Arrived, r.NoShows, r.TurnedAway, r.Messages)
	return nil
}
