package callup

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"muster/internal/planner"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// pool is who may be asked for a need, in the order of asking, and why the others may not.
type pool struct {
	people  []candidate
	reasons map[reserve.Reason]int64
}

// candidate is one person who may be asked.
type candidate struct {
	store.Chosen
	asked  int
	factor float64
	order  uint64
}

// chooser finds the pools of one call-up's needs; what they share is read once.
type chooser struct {
	callup *store.KeptCallUp
	of     reserve.Drive
	today  reserve.Date
	asked  map[string]store.Asked
}

// eligible judges everybody of the drive for a need. Those asked least come first; among equals, those likelier to come; among
// these, an order of the call-up's own, so that nobody is always first.
func (ch *chooser) eligible(people *roll.Roll, n reserve.Need) pool {
	out := pool{reasons: map[reserve.Reason]int64{}}
	people.Each(ch.of.Code, func(p *roll.Person) bool {
		if !p.Volunteer.State.Counted() {
			return true // held: not counted anywhere before the desk decides
		}
		a := ch.asked[p.Volunteer.ID]
		why := reserve.Eligible(ch.candidate(p, n, a), n, ch.of.MinimumAge, ch.today, ch.callup.Urgent)
		if len(why) > 0 {
			for _, w := range why {
				out.reasons[w]++
			}
			return true
		}
		c := candidate{Chosen: store.Chosen{Volunteer: p.Volunteer.ID, Version: p.Volunteer.Version, Channel: planner.Text}, asked: a.Times, order: ch.shuffle(p.Volunteer.ID)}
		c.factor = planner.History{LastYes: a.Yes > 0, SilentRun: silentRun(a)}.Factor()
		if p.Reachable() == "" {
			c.Channel = planner.Call
		}
		out.people = append(out.people, c)
		return true
	})
	slices.SortFunc(out.people, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.asked, b.asked), cmp.Compare(b.factor, a.factor), cmp.Compare(a.order, b.order))
	})
	return out
}

func (ch *chooser) candidate(p *roll.Person, n reserve.Need, a store.Asked) reserve.Candidate {
	return reserve.Candidate{State: p.Volunteer.State, Birth: p.Facts.Birth, Offers: p.Volunteer.Offers, Qualifications: p.Facts.Qualifications,
		InArea:   n.Area == "" || strings.HasPrefix(p.Facts.Place, n.Area), // P-codes of Niger begin with those of what they lie in
		Silenced: p.Silenced, TextsOK: p.Reachable() != "", CallsOK: len(p.Facts.Phones) > 0,
		AskedHere: a.Here, Elsewhere: a.Elsewhere, Unanswered: a.Unanswered, AskedMonth: a.Month}
}

// silentRun is how often somebody who has never said yes has left a call-up unanswered.
func silentRun(a store.Asked) int {
	if a.Yes > 0 {
		return 0
	}
	return a.Silent
}

func (ch *chooser) shuffle(volunteer string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(ch.callup.ID))
	h.Write([]byte(volunteer))
	return h.Sum64()
}

// by is the first n of a pool who are reached through a channel; a call reaches everybody.
func (p pool) by(channel string, n int) []store.Chosen {
	var out []store.Chosen
	for _, c := range p.people {
		if len(out) == n {
			break
		}
		if channel == planner.Call {
			c.Channel = planner.Call
		}
		if c.Channel == channel {
			out = append(out, c.Chosen)
		}
	}
	return out
}

// texts counts those who can be asked by text, with their factors in the order of asking.
func (p pool) texts() (factors []float64) {
	for _, c := range p.people {
		if c.Channel == planner.Text {
			factors = append(factors, c.factor)
		}
	}
	return factors
}

// without is a pool less those chosen.
func (p pool) without(gone []store.Chosen) pool {
	left := map[string]bool{}
	for _, g := range gone {
		left[g.Volunteer] = true
	}
	p.people = slices.DeleteFunc(slices.Clone(p.people), func(c candidate) bool { return left[c.Volunteer] })
	return p
}

// The windows of the fatigue limits (reserve.MaxUnanswered, MaxAskedMonth), and how far back fair rotation and a person's own
// record look: what was asked earlier says little about somebody, and reading all of it at each step would cost more each year.
const (
	history      = 180 * 24 * time.Hour
	fatigueDay   = 24 * time.Hour
	fatigueMonth = 30 * 24 * time.Hour
)
