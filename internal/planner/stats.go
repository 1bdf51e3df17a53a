package planner

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// Group is people who answer alike: a function in an area, asked through a channel, by day or in the quiet hours. City
// picks the figures taken before anything is learnt; it follows from the area.
type Group struct {
	Function string `json:"function"`
	Area     string `json:"area"`
	Channel  string `json:"channel"`
	Night    bool   `json:"night,omitempty"`
	City     bool   `json:"city,omitempty"`
}

// Counts is what was seen of a group in call-ups that are over. Each link has its own trials, because not every carrier
// reports delivery and not everybody confirmed was due.
type Counts struct {
	Sent     float64 `json:"sent"`    // texts whose fate is known
	Reached  float64 `json:"reached"` // of those, reached a phone
	Asked    float64 `json:"asked"`   // people reached, or thought reached
	Replied  float64 `json:"replied"`
	Yes      float64 `json:"yes"`
	Due      float64 `json:"due"`     // confirmed and not released when the deadline came
	Arrived  float64 `json:"arrived"` // of those, in time
	Delays   float64 `json:"delays"`  // answers with a known delay, then the sums of the logarithm of its minutes and of its square
	DelaySum float64 `json:"delay_sum"`
	DelaySq  float64 `json:"delay_sq"`
	Early    float64 `json:"early"` // arrivals with a known time, then the sum of their minutes before the deadline
	EarlySum float64 `json:"early_sum"`
	// How the three links differed from one call-up to the next.
	Replies Spread `json:"replies_spread"`
	Yeses   Spread `json:"yes_spread"`
	Arrives Spread `json:"arrives_spread"`
}

func (c Counts) plus(o Counts) Counts {
	return Counts{
		Sent: c.Sent + o.Sent, Reached: c.Reached + o.Reached, Asked: c.Asked + o.Asked, Replied: c.Replied + o.Replied,
		Yes: c.Yes + o.Yes, Due: c.Due + o.Due, Arrived: c.Arrived + o.Arrived, Delays: c.Delays + o.Delays,
		DelaySum: c.DelaySum + o.DelaySum, DelaySq: c.DelaySq + o.DelaySq, Early: c.Early + o.Early, EarlySum: c.EarlySum + o.EarlySum,
		Replies: c.Replies.plus(o.Replies), Yeses: c.Yeses.plus(o.Yeses), Arrives: c.Arrives.plus(o.Arrives),
	}
}

// Stats is what a drive has learnt, group by group. The zero value knows nothing and works. It is written and read as
// JSON, and is not safe for use by several goroutines while it learns.
type Stats struct {
	groups map[Group]Counts
	pools  map[pool]Counts
}

// pool is all groups of one channel and one kind of area: what a group is shrunk to.
type pool struct {
	channel string
	city    bool
}

// Add counts what was seen of a group.
func (s *Stats) Add(g Group, seen Counts) {
	if s.groups == nil {
		s.groups, s.pools = map[Group]Counts{}, map[pool]Counts{}
	}
	s.groups[g] = s.groups[g].plus(seen)
	p := pool{g.Channel, g.City}
	s.pools[p] = s.pools[p].plus(seen)
}

// Counts is what was seen of a group so far.
func (s *Stats) Counts(g Group) Counts { return s.groups[g] }

type cell struct {
	Group
	Counts
}

// MarshalJSON writes the groups in a fixed order, so that equal statistics are equal bytes.
func (s Stats) MarshalJSON() ([]byte, error) {
	cells := make([]cell, 0, len(s.groups))
	for g, c := range s.groups {
		cells = append(cells, cell{g, c})
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.Function, b.Function), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Channel, b.Channel),
			compareBool(a.Night, b.Night), compareBool(a.City, b.City))
	})
	return json.Marshal(cells)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// UnmarshalJSON reads what MarshalJSON wrote and forgets what was there.
func (s *Stats) UnmarshalJSON(text []byte) error {
	var cells []cell
	if err := json.Unmarshal(text, &cells); err != nil {
		return fmt.Errorf("read planner statistics: %w", err)
	}
	*s = Stats{}
	for _, c := range cells {
		s.Add(c.Group, c.Counts)
	}
	return nil
}

// share is one link: a Beta law by its mean and the weight of what is known, in people.
type share struct {
	mean, weight float64
}

// seen adds successes among trials.
func (l share) seen(successes, trials float64) share {
	trials = max(trials, successes)
	w := l.weight + trials
	return share{(l.mean*l.weight + successes) / w, w}
}

// again is the share as a prior for the next group or call-up, with the weight given.
func (l share) again(weight float64) share { return share{l.mean, weight} }

// callUp widens the share by what one call-up differs from the next: never surer than 1/rho − 1 people.
func (l share) callUp(rho float64) share {
	rho += (1 - rho) / (l.weight + 1)
	return share{l.mean, 1/rho - 1}
}

// rho is the correlation that not knowing the share brings to the people it stands for.
func (l share) rho() float64 { return max(restRho, 1/(l.weight+1)) }

// rates is what a group is expected to do in the call-up at hand.
type rates struct {
	reached, replies, yes, arrives share
	delay                          Delay
	early                          float64 // mean minutes before the deadline at which those in time arrive
}

// coldEarly is how long before the deadline people arrive on average, in minutes, until it is learnt.
const coldEarly = 20

// callUp gives a group's links as they may be in one more call-up.
func (s *Stats) callUp(g Group) rates {
	r, all := s.rates(g), s.pools[pool{g.Channel, g.City}]
	r.reached = r.reached.callUp(callUpRho)
	r.replies = r.replies.callUp(all.Replies.rho())
	r.yes = r.yes.callUp(all.Yeses.rho())
	r.arrives = r.arrives.callUp(all.Arrives.rho())
	return r
}

// rates gives a group's links from the cold figures, the drive's mean and the group's own past, in that order.
func (s *Stats) rates(g Group) rates {
	cold := coldChain(g.Channel, g.City)
	all, own := s.pools[pool{g.Channel, g.City}], s.groups[g]
	link := func(prior, allYes, allOf, ownYes, ownOf float64) share {
		return share{prior, priorWeight}.seen(allYes, allOf).again(priorWeight).seen(ownYes, ownOf)
	}
	r := rates{
		reached: link(cold.reached, all.Reached, all.Sent, own.Reached, own.Sent),
		replies: link(cold.replies, all.Replied, all.Asked, own.Replied, own.Asked),
		yes:     link(cold.yes, all.Yes, all.Replied, own.Yes, own.Replied),
		arrives: link(cold.arrives, all.Arrived, all.Due, own.Arrived, own.Due),
		delay:   learntDelay(all),
		early:   (coldEarly*priorWeight + all.EarlySum) / (priorWeight + all.Early),
	}
	if g.Channel == Call {
		r.delay = Delay{Median: time.Minute, Sigma: 0.5} // a caller hears the answer at once
	}
	return r
}

// Arrives is the share of the confirmed of a group who are expected to arrive in time.
func (s *Stats) Arrives(g Group) float64 { return s.rates(g).arrives.mean }

// YesChance is the chance that somebody of a group who is asked now says yes in the end.
func (s *Stats) YesChance(g Group) float64 {
	r := s.rates(g)
	return r.reached.mean * r.replies.mean * r.yes.mean
}

// learntDelay shrinks the mean and the spread of the logarithms to the cold law, as if that had been seen priorWeight times.
func learntDelay(c Counts) Delay {
	cold := ColdDelay()
	mu, sigma := math.Log(cold.Median.Minutes()), cold.Sigma
	n := priorWeight + c.Delays
	mean := (priorWeight*mu + c.DelaySum) / n
	square := (priorWeight*(mu*mu+sigma*sigma) + c.DelaySq) / n
	spread := math.Sqrt(max(0.25, square-mean*mean))
	return Delay{Median: time.Duration(math.Exp(mean) * float64(time.Minute)), Sigma: spread}
}
