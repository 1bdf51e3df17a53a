package demo

import (
	"context"
	"time"

	"muster/examples"
	"muster/internal/callup"
	"muster/internal/carrier/simulator"
	"muster/internal/reserve"
	"muster/internal/store"
)

// The slow SIM of the story: 320 parts an hour is what one prepaid card bears before the operator blocks it.
const simPerHour = 320

// The assembly point, before and after it has to move.
const (
	placeBefore = "Centre de sante de Gaya"
	placeAfter  = "Ecole Pont de Gaya"
)

// deadline is eight the next morning.
func deadline() time.Time { return morning().Add(23 * time.Hour) }

func risk() reserve.Risk {
	insured := true
	return reserve.Risk{Hazards: "Eaux de crue, fatigue", Equipment: "Gants et bottes fournis", Insurance: &insured, Refund: "Transport", Contact: "+22720720001"}
}

// callUp asks for forty nurses at Gaya by eight and sees it through to the last one home.
func (s *story) callUp(ctx context.Context) error {
	s.clock.Jump(morning().Add(6 * time.Hour))
	c, err := s.node.Calls.Open(ctx, s.owner.Actor, reserve.CallUpRequest{
		Drive: examples.NigerCode, ReportBy: deadline(), Risk: risk(),
		Needs: []reserve.NeedRequest{{Function: "medical", Qualification: "nurse", Wanted: 40, AssemblyPoint: placeBefore}},
	})
	if err != nil {
		return err
	}
	s.calling = c.ID
	s.say("   %s: call-up %s is open. One SIM carries %d texts an hour.", local(s.clock.Now()), c.Code, simPerHour)
	for _, part := range []struct {
		until time.Time
		then  func(ctx context.Context) error
	}{
		{morning().Add(8 * time.Hour), s.textsDie},
		{morning().Add(9*time.Hour + 30*time.Minute), s.textsLive},
		{morning().Add(10*time.Hour + 30*time.Minute), s.move},
		{deadline().Add(-3 * time.Hour), s.ringMissing},
		{deadline().Add(-90 * time.Minute), s.setOut},
		{deadline(), s.standDown},
	} {
		if err := s.live(ctx, part.until); err != nil {
			return err
		}
		if err := part.then(ctx); err != nil {
			return err
		}
	}
	return s.tally(ctx)
}

// live lets the story run to an instant: the clock jumps from one thing that is due to the next.
func (s *story) live(ctx context.Context, until time.Time) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, do := range s.phones.due(s.clock.Now()) {
			do()
		}
		if err := s.node.Settle(ctx); err != nil {
			return err
		}
		if err := s.look(ctx); err != nil {
			return err
		}
		next, err := s.node.NextDue(ctx)
		if err != nil {
			return err
		}
		if at, ok := s.phones.next(); ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
		now := s.clock.Now()
		if next.IsZero() || !next.Before(until) {
			s.clock.Jump(until)
			return nil
		}
		// What is due now and was not done yet is tried again a little later.
		s.clock.Jump(later(next, now.Add(time.Second)))
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// look reads the board as an outsider would, at every step, and notes the worst that was ever shown.
func (s *story) look(ctx context.Context) error {
	if s.calling == "" {
		return nil
	}
	return s.node.Store.View(ctx, func(r *store.Read) error {
		c, err := r.CallUp(s.calling)
		for _, n := range c.Needs {
			s.result.Overconfirmed = max(s.result.Overconfirmed, n.Confirmed-n.ConfirmLimit)
		}
		return err
	})
}

// textsDie: texts from phones no longer arrive; a missed call still does.
func (s *story) textsDie(ctx context.Context) error {
	s.board(ctx, "texts from phones stop arriving. Who means yes can ring and hang up; the callers take their list.")
	s.node.Simulated.Set(simulator.Settings{DelayMS: 3000, InboundLoss: 1})
	s.phones.mu.Lock()
	s.phones.dead = true
	s.phones.mu.Unlock()
	return nil
}

// textsLive: the network is back; meanwhile two callers have worked through their list.
func (s *story) textsLive(ctx context.Context) error {
	rung, err := s.ring(ctx, 60)
	if err != nil {
		return err
	}
	s.node.Simulated.Set(usualNetwork())
	s.phones.mu.Lock()
	s.phones.dead = false
	s.phones.mu.Unlock()
	s.board(ctx, "texts arrive again. Meanwhile %d rang and hung up, and the callers spoke to %d people.", s.missedCalls, rung)
	return s.settleUnclear(ctx)
}

// usualNetwork is how texts travel on an ordinary day there: seconds late, some lost, some twice, some out of order.
func usualNetwork() simulator.Settings {
	return simulator.Settings{DelayMS: 4000, Loss: 0.05, Duplicate: 0.03, Reordering: 0.05, LostAnswer: 0.01}
}

// ring works through the human callers' list: the number is revealed one by one, with a reason.
func (s *story) ring(ctx context.Context, most int) (spoken int, err error) {
	list, err := s.node.Calls.CallList(ctx, s.second.Actor, s.calling, most)
	if err != nil {
		return 0, err
	}
	for _, t := range list {
		number, err := s.node.Calls.Reveal(ctx, s.second.Actor, t.Invitation, "call-list")
		if err != nil {
			return spoken, err
		}
		outcome := callup.CallNobody
		if k := s.phones.owner(number.Reveal(), t.Name.Reveal()); k != nil && k.habit.calls {
			spoken++
			outcome = callup.CallNo
			if k.habit.yes && !t.Departure || k.habit.comes && t.Departure {
				outcome = callup.CallYes
			}
		}
		if err := s.node.Calls.RecordCall(ctx, s.second.Actor, t.Invitation, outcome); err != nil && reserve.KindOf(err) != reserve.Conflict {
			return spoken, err
		}
	}
	return spoken, nil
}

// settleUnclear is a person reading what no machine should decide.
func (s *story) settleUnclear(ctx context.Context) error {
	list, err := s.node.Calls.UnclearList(ctx, s.owner.Actor, 500)
	if err != nil {
		return err
	}
	for _, u := range list {
		if u.Invitation == "" {
			continue
		}
		meaning := u.Suggest
		if meaning != reserve.MeansYes && meaning != reserve.MeansNo {
			meaning = reserve.MeansNo
		}
		if err := s.node.Calls.Settle(ctx, s.owner.Actor, u.Inbox, u.Invitation, meaning); err != nil && reserve.KindOf(err) != reserve.Conflict {
			return err
		}
	}
	if len(list) > 0 {
		s.say("   %s: a person reads %d unclear answers and decides each.", local(s.clock.Now()), len(list))
	}
	return nil
}

// move: the health centre is under water; everybody confirmed is told the new place.
func (s *story) move(ctx context.Context) error {
	v, err := s.node.Calls.Show(ctx, s.owner.Actor, s.calling)
	if err != nil {
		return err
	}
	places := map[string]string{}
	for _, n := range v.Needs {
		places[n.ID] = placeAfter
	}
	if err := s.node.Calls.Change(ctx, s.owner.Actor, s.calling, places, time.Time{}); err != nil {
		return err
	}
	s.board(ctx, "the assembly point moves; all confirmed are told.")
	return nil
}

// ringMissing: in the last hours the callers ring whoever is still silent, if people are still needed.
func (s *story) ringMissing(ctx context.Context) error {
	if err := s.settleUnclear(ctx); err != nil {
		return err
	}
	v, err := s.node.Calls.Show(ctx, s.owner.Actor, s.calling)
	if err != nil {
		return err
	}
	for _, n := range v.Needs {
		if n.Confirmed < n.ConfirmLimit {
			spoken, err := s.ring(ctx, 80)
			if err != nil {
				return err
			}
			s.board(ctx, "the callers speak to %d more.", spoken)
		}
	}
	return nil
}

// board tells how the need stands.
func (s *story) board(ctx context.Context, what string, args ...any) {
	v, err := s.node.Calls.Show(ctx, s.owner.Actor, s.calling)
	if err != nil || len(v.Needs) == 0 {
		return
	}
	n := v.Needs[0]
	s.say("   %s: need %d / yes %d of at most %d / expected %.0f, invited %d, no %d, stand-by %d. "+what,
		append([]any{local(s.clock.Now()), n.Wanted, n.Confirmed, n.ConfirmLimit, n.ExpectedArrivals, n.Invited, n.Declined, n.Standby}, args...)...)
}
