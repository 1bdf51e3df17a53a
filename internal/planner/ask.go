package planner

import (
	"time"

	"muster/internal/reserve"
)

// Ask is one person asked for the need, as far as the planner cares. Times are µs UTC, 0 where it has not happened.
type Ask struct {
	Area    string
	City    bool
	Channel string // Text or Call
	State   reserve.InvitationState
	AskedAt int64 // when the wave was made
	SentAt  int64 // when the line took it; 0: it still waits
	// ReachedAt is when the phone reported the text, 0 where it did not or the carrier reports nothing.
	ReachedAt   int64
	AnsweredAt  int64   // when the answer came, or when the text failed for good
	Unclear     bool    // answered, but a person has to read it
	Factor      float64 // the person's own factor of saying yes, 0 for none (History.Factor)
	Show        float64 // the person's own factor of arriving, 0 for none (History.ShowFactor)
	DepartAsked int64   // asked whether they have set out
	OnTheWayAt  int64   // said that they have
	CheckedIn   int64
}

// saidYes reports whether the person answered yes, whatever became of it.
func (a Ask) saidYes() bool {
	switch a.State {
	case reserve.Confirmed, reserve.OnStandby, reserve.TooLate, reserve.Released:
		return true
	}
	return false
}

// replied reports whether an answer of the person came, yes or no or unclear.
func (a Ask) replied() bool {
	return a.saidYes() || a.State == reserve.Declined || a.State == reserve.Invited && a.Unclear
}

// void reports whether the person dropped out for reasons that say nothing about the group.
func (a Ask) void() bool { return a.State == reserve.InviteDropped }

// lost reports whether nobody will come of this ask any more: what is replaced at once.
func (a Ask) lost() bool {
	switch a.State {
	case reserve.Declined, reserve.WrongPerson, reserve.Unreached, reserve.InviteDropped, reserve.Released:
		return true
	}
	return false
}

// Result is a call-up that is over, for Learn.
type Result struct {
	Function string
	Deadline int64 // µs UTC
	Exercise bool  // nobody had to come: only reply rates are learnt
	Receipts bool  // the carrier reports delivery
	Night    func(at int64) bool
	Asks     []Ask
}

// Learn counts a call-up that is over. It must not be called for one that still runs: who is silent now may answer yet,
// and the quick answers come first.
func (s *Stats) Learn(r Result) {
	seen := map[Group]Counts{}
	for _, a := range r.Asks {
		if a.void() || a.SentAt == 0 {
			continue
		}
		g := Group{Function: r.Function, Area: a.Area, Channel: a.Channel, City: a.City}
		g.Night = r.Night != nil && r.Night(a.SentAt)
		seen[g] = seen[g].plus(r.teach(a, s.rates(g).reached.mean))
	}
	for g, c := range seen {
		c.Replies, c.Yeses, c.Arrives = one(c.Replied, c.Asked), one(c.Yes, c.Replied), one(c.Arrived, c.Due)
		s.Add(g, c)
	}
}

// teach is what one ask teaches. reached is the share thought reached where the carrier does not say.
func (r Result) teach(a Ask, reached float64) Counts {
	var c Counts
	gone := a.State == reserve.Unreached || a.State == reserve.WrongPerson
	if r.Receipts || gone {
		c.Sent = 1
	}
	switch {
	case gone:
		return c
	case a.replied() || a.ReachedAt != 0:
		c.Asked, c.Reached = 1, c.Sent
	case r.Receipts:
		return c
	default:
		c.Asked = reached
	}
	if a.replied() && !a.Unclear {
		c.Replied = 1
	} else if a.replied() {
		c.Asked = 0
	}
	if a.saidYes() {
		c.Yes = 1
	}
	from := max(a.SentAt, a.ReachedAt)
	if c.Replied == 1 && a.AnsweredAt > from {
		log := logMinutes(a.AnsweredAt - from)
		c.Delays, c.DelaySum, c.DelaySq = 1, log, log*log
	}
	if a.State != reserve.Confirmed || r.Exercise {
		return c
	}
	c.Due = 1
	if a.CheckedIn != 0 && a.CheckedIn <= r.Deadline {
		c.Arrived, c.Early = 1, 1
		c.EarlySum = float64(r.Deadline-a.CheckedIn) / float64(time.Minute/time.Microsecond)
	}
	return c
}
