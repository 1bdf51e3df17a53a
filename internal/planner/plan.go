package planner

import (
	"math"
	"time"
)

// Code says in one word what Plan found; the key of a sentence.
type Code string

// The codes.
const (
	Invite        Code = "invite"          // a wave is due
	Replace       Code = "replace"         // between waves: those who said no are replaced at once
	Wait          Code = "wait"            // those asked will do, or the next wave is not due
	Enough        Code = "enough"          // the places are taken
	PoolExhausted Code = "pool-exhausted"  // nobody is left to ask
	QuietHours    Code = "quiet-hours"     // nobody is asked now
	ByCall        Code = "by-call"         // no time for texts: people have to be rung
	TooLate       Code = "too-late"        // no time for texts, and nobody to ring people
	Passed        Code = "deadline-passed" // the call-up is over
)

// Out is what Plan says about a need now.
type Out struct {
	Invite       int    // people to ask now through Channel
	Channel      string // Text, or Call where there is no time for texts
	Call         int    // beside Invite: people to be rung now, the silent ones first
	ConfirmLimit int    // a store that holds more confirmations already must not lower its limit under them
	Expected     float64
	Chance       float64 // that wanted or more arrive, with what Invite brings and later waves can
	Forecast     Range   // of arrivals by the deadline
	Next         time.Time
	Over         bool // nobody more will be asked unless a place is given back
	Goal         int  // yes looked for in all: the limit, and a stand-by that can be seated later
	Wave         bool // a whole wave: the next In.LastWave
	AskDeparture bool // time to ask the confirmed whether they have set out
	Code         Code
	Reason       map[string]int64 // figures by name: counts, shares in thousandths
}

// Range is a forecast: nine in ten outcomes lie from Low to High.
type Range struct {
	Low    int `json:"low"`
	Median int `json:"median"`
	High   int `json:"high"`
}

// Plan says what to do about one need now. It only reads in.Asks and in.Stats. The same In gives the same Out.
func Plan(in In) Out {
	in.settle()
	s := stand(&in)
	s.fill()
	out := Out{Channel: Text, ConfirmLimit: s.limit(), Expected: float64(s.here) + s.coming.mean}
	p := plan{standing: s, out: &out, text: s.batch(Text), waves: in.wavesLeft(s.asked(Text).delay)}
	out.Goal = s.goal(out.ConfirmLimit)
	p.open = out.Goal - in.Confirmed - in.Standby
	p.decide()
	p.out.Next = p.next()
	p.out.AskDeparture = p.askDeparture()
	p.forecast()
	p.explain()
	return out
}

// plan is one run of Plan.
type plan struct {
	*standing
	out   *Out
	text  batch
	waves int
	open  int // yes still to be found
}

func (p *plan) decide() {
	in, out := p.in, p.out
	_, calls := in.Lines[Call]
	due := in.LastWave.IsZero() || !in.Now.Before(in.LastWave.Add(rhythm(in.left())))
	switch {
	case in.left() <= 0:
		out.Code, out.Over = Passed, true
	case p.open <= 0:
		out.Code, out.Over = Enough, true
	case in.Pool == 0:
		out.Code, out.Over = PoolExhausted, p.pending.n == 0
	case in.quietAt(in.Now):
		out.Code = QuietHours
	case p.waves == 0 && calls && in.useful() > 0:
		out.Code, out.Channel = ByCall, Call
		out.Invite = p.calls()
	case p.waves == 0:
		out.Code, out.Over = TooLate, p.pending.n == 0
	case due:
		p.wave(calls)
	default:
		out.Code, out.Invite = Replace, min(p.lost, p.size())
	}
	if out.Invite == 0 && out.Call == 0 && (out.Code == Replace || out.Code == Invite || out.Code == ByCall) {
		out.Code = Wait
	}
}

// wave is a whole wave. Under two hours people are rung beside it, for what it leaves open.
func (p *plan) wave(calls bool) {
	p.out.Code, p.out.Wave = Invite, true
	p.out.Invite = p.size()
	if calls && p.in.left() < shortLead {
		p.out.Call = p.calls()
	}
}

// size is how many texts to send now: for the chance that fits the waves left, no more than are at hand, than the line
// carries in time, or, where another wave follows, than it carries until then.
func (p *plan) size() int {
	in := p.in
	most := min(in.Pool, p.text.carries())
	if p.waves > 1 {
		most = min(most, p.in.Lines[Text].carries(min(rhythm(in.left()), in.loudFor()))-int(p.text.queued))
	}
	return p.text.size(p.pending, p.open, most, p.aim())
}

// aim is the chance this wave has to reach. Where people can be rung as well, texts need not do it alone.
func (p *plan) aim() float64 {
	if _, calls := p.in.Lines[Call]; calls && p.waves <= 1 {
		return 0.5
	}
	return target(p.waves, p.in.Certainty)
}

// calls is how many people to ring so that, with the texts on their way, the places are filled with the certainty asked.
func (p *plan) calls() int {
	b := p.batch(Call)
	most := min(b.carries(), p.in.Pool-p.out.Invite+int(p.pending.n))
	return b.size(p.pending.with(p.text.of(p.out.Invite)), p.open, most, p.in.Certainty)
}

// loudFor is how long texts may still go out before the quiet hours begin, to the quarter of an hour and up to a day.
func (in *In) loudFor() time.Duration {
	const step, most = 15 * time.Minute, 24 * time.Hour
	if in.Urgent {
		return most
	}
	t := time.Duration(0)
	for t < most && !in.quietAt(in.Now.Add(t+step)) {
		t += step
	}
	return max(t, step)
}

// next is when to look again: at the next wave, when the quiet hours end, when the mid or short rhythm starts; close to the
// deadline every ten minutes, because people arrive.
func (p *plan) next() time.Time {
	in := p.in
	last := in.LastWave
	if p.out.Wave || last.IsZero() {
		last = in.Now
	}
	at := last.Add(rhythm(in.left()))
	if !at.After(in.Now) {
		at = in.Now.Add(rhythm(in.left()))
	}
	at = in.nextLoud(at)
	for _, t := range []time.Time{in.Deadline.Add(-midLead), in.Deadline.Add(-shortLead), in.Deadline.Add(-in.Travel - departureAhead), in.Deadline.Add(-in.Travel - seatAhead), in.Deadline} {
		if t.After(in.Now) && t.Before(at) {
			at = t
		}
	}
	if soon := in.Now.Add(10 * time.Minute); in.left() < in.Travel+departureAhead && in.left() > 0 && soon.Before(at) {
		at = soon
	}
	return at
}

// departureAhead is how long before they must be on the road people are asked whether they are: long enough to promote
// somebody from stand-by who can still come.
const departureAhead = time.Hour

// seatAhead is how long before they must be on the road the limit rises to the certainty asked: forty minutes after the
// question, when a slow SIM has carried it to everybody and most who answer have done so.
const seatAhead = departureAhead - 40*time.Minute

// askDeparture is true from departureAhead until it is too late to set out: after that a no frees a place for nobody.
func (p *plan) askDeparture() bool {
	return p.in.useful() > 0 && p.in.useful() <= departureAhead && p.coming.n > 0
}

func (p *plan) explain() {
	group := p.standing.asked(p.out.Channel)
	p.out.Reason = map[string]int64{
		"open":           int64(max(0, p.open)),
		"confirm_limit":  int64(p.out.ConfirmLimit),
		"expected_share": thousandths(group.chance()),
		"in_time":        thousandths(p.text.delay.Within(p.in.useful())),
		"likely":         int64(math.Round(p.pending.mean)),
		"silent":         int64(math.Round(p.pending.n)),
		"arrive_share":   thousandths(group.rates.arrives.mean),
		"arrivals":       int64(math.Round(p.out.Expected)),
		"chance":         thousandths(p.out.Chance),
		"waves_left":     int64(p.waves),
		"refused":        int64(p.lost),
		"pool":           int64(p.in.Pool),
		"invite":         int64(p.out.Invite),
		"call":           int64(p.out.Call),
		"wave":           0,
	}
	if p.out.Wave {
		p.out.Reason["wave"] = 1
	}
}

func thousandths(x float64) int64 { return int64(math.Round(1000 * x)) }
