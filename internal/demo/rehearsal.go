package demo

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"muster/examples"
	"muster/internal/carrier/simulator"
	"muster/internal/reserve"
)

// places of the rehearsal, and how many say yes for each within the same second.
const (
	drillPlaces = 20
	drillYes    = 3 * drillPlaces
)

// rehearse opens an exercise for twenty and lets sixty of those asked say yes at the same moment, from as many phones.
func (s *story) rehearse(ctx context.Context) error {
	limit, standby := drillPlaces, drillPlaces/2
	c, err := s.node.Calls.Open(ctx, s.owner.Actor, reserve.CallUpRequest{
		Drive: examples.NigerCode, ReportBy: s.clock.Now().Add(5 * time.Hour), Exercise: true, Risk: risk(),
		Needs: []reserve.NeedRequest{{Function: "logistics", Wanted: drillPlaces, AssemblyPoint: "Stade", ConfirmLimit: &limit, StandbyMax: &standby}},
	})
	if err != nil {
		return err
	}
	s.calling, s.phones.drill = c.ID, true
	defer func() { s.calling, s.phones.drill = "", false }()
	s.node.Simulated.Set(simulator.Settings{DelayMS: 2000})
	for range 12 { // until enough people hold an invitation in their hands
		if err := s.live(ctx, s.clock.Now().Add(5*time.Minute)); err != nil {
			return err
		}
		if len(s.phones.drilled) >= drillYes {
			break
		}
	}
	s.node.Simulated.Set(usualNetwork())
	if err := s.allAtOnce(ctx); err != nil {
		return err
	}
	v, err := s.node.Calls.Show(ctx, s.owner.Actor, s.calling)
	if err != nil {
		return err
	}
	n := v.Needs[0]
	d := &s.result.Rehearsal
	d.Wanted, d.Confirmed, d.Standby, d.Full = n.Wanted, n.Confirmed, n.Standby, n.Full
	if err := s.node.Calls.Close(ctx, s.owner.Actor, s.calling); err != nil {
		return err
	}
	if err := s.live(ctx, s.clock.Now().Add(30*time.Minute)); err != nil {
		return err
	}
	s.say("   %d said yes at once: %d have a place, %d wait, %d were told that it is full. Nobody ever saw more than %d of %d.",
		d.Yes, d.Confirmed, d.Standby, d.Full, d.MostSeen, d.Wanted)
	return nil
}

// allAtOnce lets every phone that holds an invitation answer in the same instant, through the carrier's door, while others
// look at the board.
func (s *story) allAtOnce(ctx context.Context) error {
	s.phones.mu.Lock()
	ready := s.phones.drilled
	s.phones.mu.Unlock()
	if len(ready) > drillYes {
		ready = ready[:drillYes]
	}
	s.result.Rehearsal.Yes = len(ready)
	var seen, done atomic.Int64
	var watching sync.WaitGroup
	for range 2 {
		watching.Go(func() {
			for done.Load() == 0 {
				v, err := s.node.Calls.Show(ctx, s.owner.Actor, s.calling)
				if err != nil || len(v.Needs) == 0 {
					return
				}
				for now := int64(v.Needs[0].Confirmed); now > seen.Load(); {
					seen.Store(now)
				}
			}
		})
	}
	for _, from := range ready {
		s.node.Simulated.Text(from, "1")
	}
	s.clock.Jump(s.clock.Now().Add(time.Minute)) // they are all at the carrier now
	errs := make([]error, 16)
	var answering sync.WaitGroup
	for i := range errs {
		answering.Go(func() { _, errs[i] = s.node.Simulated.Step(ctx) })
	}
	answering.Wait()
	if err := errors.Join(errs...); err != nil {
		done.Store(1)
		return err
	}
	if err := s.node.Settle(ctx); err != nil {
		done.Store(1)
		return err
	}
	done.Store(1)
	watching.Wait()
	s.result.Rehearsal.MostSeen = int(seen.Load())
	return nil
}

// drillText notes a phone that was asked in the rehearsal.
func (p *phones) drillText(to, text string) {
	if strings.Contains(text, "1=") {
		p.drilled = append(p.drilled, to)
	}
}
