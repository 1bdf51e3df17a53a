package planner

import (
	"math"
	"time"

	"muster/internal/reserve"
)

// live is a group's links in the call-up at hand and what the call-up has shown of them so far.
type live struct {
	rates
	sent, reached, asked, replied, yes float64
	due, arrived                       float64
}

// observe counts one ask. Everybody, silent or not, is a trial only as far as the answers of people like them would be in
// by now: silence of five minutes teaches little and silence of a day much. Were those who answered counted whole, the
// share would look too small as long as answers come in.
func (l *live) observe(in *In, a *Ask) {
	if a.void() || a.State == reserve.Stood {
		return
	}
	if a.State == reserve.Unreached || a.State == reserve.WrongPerson {
		l.sent++
		return
	}
	age := in.since(max(a.SentAt, a.ReachedAt))
	switch {
	case a.Unclear:
		l.asked, l.replied = l.asked+1, l.replied+1
	case a.ReachedAt != 0 || a.replied():
		l.asked += l.delay.Within(age)
	default:
		l.asked += l.rates.reached.mean * l.delay.Within(age)
	}
	if a.replied() && !a.Unclear {
		l.replied++
	}
	if in.Lines[a.Channel].Receipts {
		if a.ReachedAt != 0 || a.replied() {
			l.sent, l.reached = l.sent+1, l.reached+1
		} else {
			l.sent += delivered(age)
		}
	}
	switch {
	case a.saidYes():
		l.yes++
	case a.replied() && a.Unclear:
		l.yes += l.rates.yes.mean
	}
	if a.State == reserve.Confirmed {
		l.observeArrival(in, a)
	}
}

// observeArrival counts somebody confirmed: a trial as far as those who come would have been seen by now, at the desk or
// by saying that they have set out.
func (l *live) observeArrival(in *In, a *Ask) {
	unseen := 1 - in.shownBy(l.early)
	if a.DepartAsked != 0 {
		unseen *= 1 - answersDeparture*l.delay.Within(in.sinceDeparture(a))
	}
	l.due += 1 - unseen
	if a.CheckedIn != 0 || a.OnTheWayAt != 0 {
		l.arrived++
	}
}

// conclude turns what was counted into the links that are used from here on.
func (l *live) conclude() {
	l.rates.reached = l.rates.reached.seen(l.reached, l.sent)
	l.rates.replies = l.rates.replies.seen(l.replied, l.asked)
	l.rates.yes = l.rates.yes.seen(l.yes, l.replied)
	l.rates.arrives = l.rates.arrives.seen(l.arrived, l.due)
}

// chance is the share of a group that says yes in the end.
func (l *live) chance() float64 {
	return l.rates.reached.mean * l.rates.replies.mean * l.rates.yes.mean
}

// chanceRho is how alike people are in saying yes: what is not known of three links, as one correlation.
func (l *live) chanceRho() float64 {
	grow := 1.0
	for _, link := range []share{l.rates.reached, l.rates.replies, l.rates.yes} {
		grow *= 1 + (1-link.mean)/max(link.mean, 1e-6)/(link.weight+1)
	}
	q := l.chance()
	return min(0.5, max(restRho, (grow-1)*q/(1-q)))
}

// deliverMean is how long a text takes that arrives at all, in minutes (judgement: most at once, some when a phone is charged).
const deliverMean = 15

// delivered is the share of the texts that arrive at all which have arrived after an age.
func delivered(age time.Duration) float64 {
	if age <= 0 {
		return 0
	}
	return 1 - math.Exp(-age.Minutes()/deliverMean)
}

// stillYes is the chance that somebody who was asked and is silent says yes while it is of use.
func (l *live) stillYes(in *In, a *Ask) float64 {
	replies, yes := l.rates.replies.mean, l.rates.yes.mean
	if whole := l.chance(); whole > 0 && a.Factor != 0 {
		yes *= personal(whole, a.Factor) / whole
	}
	yes = min(yes, mostChance)
	if a.Unclear {
		return yes
	}
	if a.SentAt == 0 || a.SentAt > in.Now.UnixMicro() {
		wait := in.Lines[a.Channel].wait(in.queued[a.Channel]) / 2
		return l.rates.reached.mean * replies * yes * l.delay.Within(in.useful()-wait)
	}
	reached, age := l.rates.reached.mean, in.since(max(a.SentAt, a.ReachedAt))
	if a.ReachedAt != 0 {
		reached = 1
	} else if in.Lines[a.Channel].Receipts {
		in := delivered(age)
		reached = reached * (1 - in) / (1 - reached*in)
	}
	// the share of the answers still out that comes before it is too late
	within := l.delay.Within(age)
	soon := 0.0
	if within < 1 {
		soon = (l.delay.Within(age+in.useful()) - within) / (1 - within)
	}
	return Still(reached*replies, yes, within) * soon
}

// surelyComing is the chance that somebody who says they have set out arrives in time.
const surelyComing = 0.95

// answersDeparture is the share of those who come that say so when asked whether they have set out (judgement).
const answersDeparture = 0.6

// arrival is the chance that somebody confirmed, not there yet, arrives in time.
func (l *live) arrival(in *In, a *Ask) float64 {
	left := in.left()
	if left <= 0 {
		return 0
	}
	if a.OnTheWayAt != 0 {
		return surelyComing
	}
	s := l.rates.arrives.mean
	if a.Show != 0 {
		s = min(0.98, s*a.Show)
	}
	if a.AnsweredAt != 0 {
		s *= in.canTravel(in.Deadline.Sub(time.UnixMicro(a.AnsweredAt)))
	}
	if a.DepartAsked != 0 {
		s = Still(s, 1, answersDeparture*l.delay.Within(in.sinceDeparture(a)))
	}
	return Still(s, 1, in.shownBy(l.early))
}
