package demo

import (
	"context"

	"muster/examples"
	"muster/internal/reserve"
	"muster/internal/store"
)

// desk looks at the likely duplicates, decides each as the people themselves would say, and verifies the nurses.
func (s *story) desk(ctx context.Context) error {
	if err := s.node.Registry.Drain(ctx); err != nil {
		return err
	}
	if _, err := s.node.Registry.Relink(ctx, s.owner.Actor, examples.NigerCode, nil); err != nil {
		return err
	}
	of := s.identify()
	pairs, err := s.allPairs(ctx)
	if err != nil {
		return err
	}
	s.compare(pairs, of)
	merged, distinct := 0, 0
	for _, p := range pairs {
		a, b := of[p.A], of[p.B]
		if a == nil || b == nil {
			continue // somebody of the imported file, whom the story does not know
		}
		if a.person.Truth.ID == b.person.Truth.ID {
			err = s.node.Registry.MergePair(ctx, s.owner.Actor, p.ID)
			merged++
		} else {
			err = s.node.Registry.Distinct(ctx, s.owner.Actor, p.ID)
			distinct++
		}
		// A person with three registrations is in three pairs; the first two decisions settle the third.
		if err != nil && reserve.KindOf(err) != reserve.Conflict && reserve.KindOf(err) != reserve.NotFound {
			return err
		}
	}
	r := &s.result
	s.say("   Of %d people who registered twice, %d pairs are marked almost sure (%d of those marks wrong), %d are shown to the desk among %d pairs.",
		r.DuplicatesTrue, r.DuplicatesFound, r.DuplicatesWrong, r.DuplicatesOffered, r.PairsShown)
	s.say("   The desk said \"same person\" %d times and \"two people\" %d times. Every merge can be undone.", merged, distinct)
	return s.children()
}

// allPairs turns the pages of the desk's list.
func (s *story) allPairs(ctx context.Context) ([]store.Pair, error) {
	var all []store.Pair
	for after := ""; ; after = all[len(all)-1].ID {
		page, err := s.node.Registry.Pairs(ctx, store.PairFilter{Drive: examples.NigerCode, Actor: s.owner.Actor, After: after, Limit: 100})
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
	}
}

// identify finds the volunteer of each receipt.
func (s *story) identify() map[string]*known {
	of := map[string]*known{}
	s.byVolunteer = of
	for _, k := range s.crowd {
		if k.receipt == "" {
			continue
		}
		if p, ok := s.node.Roll.ByReceipt(k.receipt); ok {
			k.volunteer = p.Volunteer.ID
			of[p.Volunteer.ID] = k
			s.phones.hold(k)
		}
	}
	return of
}

// compare holds the pairs against the truth, which only the crowd knows.
func (s *story) compare(pairs []store.Pair, of map[string]*known) {
	r := &s.result
	times := map[uint64]int{}
	for _, k := range s.crowd {
		if k.volunteer != "" {
			times[k.person.Truth.ID]++
		}
	}
	for _, n := range times {
		r.DuplicatesTrue += n * (n - 1) / 2
	}
	for _, p := range pairs {
		a, b := of[p.A], of[p.B]
		if a == nil || b == nil {
			continue
		}
		r.PairsShown++
		same := a.person.Truth.ID == b.person.Truth.ID
		if same {
			r.DuplicatesOffered++
		}
		if p.Band == store.AlmostSure {
			if same {
				r.DuplicatesFound++
			} else {
				r.DuplicatesWrong++
			}
		}
	}
}

// children looks for anybody who is under 18 in truth and could be called: nobody may be.
func (s *story) children() error {
	on := reserve.DateOf(s.clock.Now(), morning().Location())
	for _, k := range s.crowd {
		if !k.person.Truth.Minor || k.volunteer == "" {
			continue
		}
		p, ok := s.node.Roll.Person(k.volunteer)
		if ok && p.Volunteer.State == reserve.Active && reserve.AgeStateOn(p.Facts.Birth, reserve.MajorityAge, on) == reserve.Adult {
			s.result.MinorsCallable++
		}
	}
	return nil
}
