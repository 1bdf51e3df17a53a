package planner

import (
	"time"

	"muster/internal/reserve"
)

// standing is where a need stands: who sits, who may still say yes, and what this call-up has taught.
type standing struct {
	in      *In
	groups  map[Group]*live
	here    int // confirmed and there
	coming  sum // confirmed, not there yet
	pending sum // asked, silent
	lost    int // dropped out since anybody was asked last
}

// stand judges in, in two passes: what the answers teach about each group, then what that says about each person.
func stand(in *In) *standing {
	s := &standing{in: in, groups: map[Group]*live{}}
	var lastAsked int64
	of := make([]*live, len(in.Asks))
	for i := range in.Asks {
		a := &in.Asks[i]
		of[i] = s.of(a)
		lastAsked = max(lastAsked, a.AskedAt)
		if a.SentAt != 0 && !time.UnixMicro(a.SentAt).After(in.Now) {
			of[i].observe(in, a)
		}
	}
	for _, l := range s.groups {
		l.conclude()
	}
	for i := range in.Asks {
		s.judge(&in.Asks[i], of[i], lastAsked)
	}
	return s
}

// of is the group of somebody asked.
func (s *standing) of(a *Ask) *live {
	at := s.in.Now
	if a.SentAt != 0 {
		at = time.UnixMicro(a.SentAt)
	}
	return s.group(Group{Function: s.in.Function, Area: a.Area, Channel: a.Channel, City: a.City, Night: s.in.night(at)})
}

// asked is the group of the people who are asked now through a channel.
func (s *standing) asked(channel string) *live {
	return s.group(Group{Function: s.in.Function, Area: s.in.Area, Channel: channel, City: s.in.City, Night: s.in.night(s.in.Now)})
}

func (s *standing) group(g Group) *live {
	l, ok := s.groups[g]
	if !ok {
		l = &live{rates: s.in.Stats.callUp(g)}
		s.groups[g] = l
	}
	return l
}

// judge adds what is still to be expected of one person.
func (s *standing) judge(a *Ask, l *live, lastAsked int64) {
	switch {
	case a.lost():
		if a.AnsweredAt > lastAsked {
			s.lost++
		}
	case a.State == reserve.Confirmed && a.CheckedIn != 0:
		s.here++
	case a.State == reserve.Confirmed:
		s.coming = s.coming.with(part{1, l.arrival(s.in, a), l.rates.arrives.rho()})
	case a.State == reserve.Invited:
		s.pending = s.pending.with(part{1, l.stillYes(s.in, a), l.chanceRho()})
	}
}

// fill makes the count of the need and the list of asks agree: confirmations without an ask (walk-ins who were given a
// place, a list cut short) are taken to come like the group.
func (s *standing) fill() {
	l := s.asked(Text)
	if rest := float64(s.in.Confirmed-s.here) - s.coming.n; rest > 0 {
		s.coming = s.coming.with(part{rest, l.rates.arrives.mean * s.in.canTravel(s.in.left()), l.rates.arrives.rho()})
	}
}

// seats is the arithmetic of the confirm limit now. Close to the deadline fewer of those seated can still arrive, but that is
// no reason to seat more of them: the limit would leap as the chance of each shrinks, and all who come late are turned away.
// In simulated call-ups as many needs were filled without that leap (93 %), and 11 % of wanted were turned away instead of
// 13 %; with no seat given any more in the last half hour 87 % were.
func (s *standing) seats() seats {
	l := s.asked(Text)
	return seats{
		coming:  s.coming,
		need:    s.in.Wanted - s.here,
		arrives: l.rates.arrives.mean,
		rho:     l.rates.arrives.rho(),
		allowed: allowance(s.in.Wanted),
	}
}

// heldCertainty is the certainty the limit aims at while a stand-by can still be promoted in time. A seat given early
// cannot be taken back; a stand-by seated an hour before the road, when some have given their place back and some have
// set out, is seated knowing more. In simulated call-ups (simulation_test.go) 10 % of wanted were turned
// away with it and 11 to 13 % with 0.85; as many needs were filled. With 0.65 fewer than nine in ten were.
const heldCertainty = 0.7

// leastTravel is the part of the usual time of travel that even the nearest need: five minutes of thirty. Held from there on the
// limit fills 91 % of simulated needs and turns 10 % of wanted away (three seeds).
const leastTravel = 6

// limit is how many may be confirmed in all: what the organiser fixed, else what the seats need, never under wanted and
// never under those who have a seat. It stays as it is once nobody who is given a seat could arrive in time.
func (s *standing) limit() int {
	if s.in.FixedLimit > 0 {
		return s.in.FixedLimit
	}
	if s.in.LastLimit > 0 && s.in.left() <= s.in.Travel/leastTravel {
		return max(s.in.LastLimit, s.in.Confirmed) // a seat given now brings nobody in time
	}
	certainty := s.in.Certainty
	if s.in.left() > s.in.Travel+seatAhead {
		certainty = min(certainty, heldCertainty)
	}
	return max(s.in.Wanted, s.in.Confirmed+s.seats().more(certainty))
}

// goal is how many yes are looked for, as far as seats and stand-by can hold them. Two things can leave a need unfilled, too
// few yes and too few of them on the road; what the certainty asked leaves to chance is halved between them.
func (s *standing) goal(limit int) int {
	if s.in.FixedLimit > 0 {
		return limit
	}
	need := s.in.Confirmed + s.seats().enough(1-(1-s.in.Certainty)/2)
	return max(limit, min(need, limit+s.in.StandbyMax))
}
