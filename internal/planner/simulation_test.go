package planner_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"muster/internal/planner"
	"muster/internal/reserve"
)

// The simulator below is a world of its own: people of several kinds who sleep, mislay phones and change their minds, masts
// that fail, rain. It takes nothing from the planner but the advice it asks for; none of its laws or figures is the
// planner's.

const simulationSeed = 20231119

// town is a group with habits of its own that the planner has to find out.
type town struct {
	function string
	city     bool
	keen     float64 // share of yes among those who read the text
	steady   float64 // share of the confirmed who come
}

// soul is one person of the pool.
type soul struct {
	signal   float64 // chance that a text arrives
	keen     float64
	reads    float64   // mean minutes until a text is read
	steady   float64   // chance of coming after a yes
	travel   float64   // minutes
	ask      int       // index of the ask, −1 before
	answerAt time.Time // zero: never
	yes      bool
	comes    bool
	givesUp  time.Time // zero: a no-show who says nothing
	there    time.Time
	admits   float64 // minutes after which the question "have you set out" is answered; 0 never
}

type world struct {
	rng      *rand.Rand
	zone     *time.Location
	town     town
	people   []soul
	asks     []planner.Ask
	who      []int // person of each ask
	wanted   int
	limit    int
	now      time.Time
	deadline time.Time
	mast     [2]time.Time // no text arrives between, for the half with the poorer signal
	counts   map[reserve.InvitationState]int
	beyond   int // confirmations past the limit in force
}

func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

func (w *world) wait(mean float64) time.Duration {
	return time.Duration(w.rng.ExpFloat64() * mean * float64(time.Minute))
}

// awake moves an instant in the night to the morning after.
func (w *world) awake(t time.Time) time.Time {
	l := t.In(w.zone)
	switch h := l.Hour(); {
	case h >= 22:
		return time.Date(l.Year(), l.Month(), l.Day()+1, 6, w.rng.IntN(50), 0, 0, w.zone)
	case h < 6:
		return time.Date(l.Year(), l.Month(), l.Day(), 6, w.rng.IntN(50), 0, 0, w.zone)
	}
	return t
}

// newWorld draws a call-up of a town: a mood of the day that all share, weather on the road, now and then a dead mast.
func newWorld(rng *rand.Rand, t town) *world {
	w := &world{rng: rng, zone: time.FixedZone("Niamey", 3600), town: t, wanted: 10 + rng.IntN(71), counts: map[reserve.InvitationState]int{}}
	start := time.Date(2026, 11, 2, 6+rng.IntN(11), rng.IntN(60), 0, 0, w.zone)
	lead := []time.Duration{4, 6, 9, 14, 24, 36}[rng.IntN(6)]
	w.now, w.deadline = start, start.Add(lead*time.Hour)
	if h := w.deadline.In(w.zone).Hour(); h < 8 {
		w.deadline = w.deadline.Add(time.Duration(9-h) * time.Hour)
	}
	if w.chance(0.15) {
		from := start.Add(w.wait(60))
		w.mast = [2]time.Time{from, from.Add(time.Hour + w.wait(60))}
	}
	mood, road := 0.35*rng.NormFloat64(), 0.20*rng.NormFloat64()
	for range 8 * w.wanted {
		p := soul{ask: -1, signal: 0.93, reads: 15}
		switch draw := rng.Float64(); {
		case draw < 0.25:
			p.signal, p.reads = 0.6, 200
		case draw < 0.55:
			p.reads = 90
		}
		p.keen = logistic(logit(t.keen) + mood + 0.8*rng.NormFloat64())
		p.steady = logistic(logit(t.steady) + road + 0.3*rng.NormFloat64())
		p.travel = 5 + 20*rng.Float64()
		w.people = append(w.people, p)
	}
	return w
}

func logit(p float64) float64    { return math.Log(p / (1 - p)) }
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// invite asks the next n people who have not been asked.
func (w *world) invite(n int) {
	for i := range w.people {
		p := &w.people[i]
		if n == 0 {
			return
		}
		if p.ask >= 0 {
			continue
		}
		n--
		w.counts[reserve.Invited]++
		p.ask = len(w.asks)
		at := w.now.UnixMicro()
		w.who = append(w.who, i)
		w.asks = append(w.asks, planner.Ask{City: w.town.city, Channel: planner.Text, State: reserve.Invited, AskedAt: at, SentAt: at})
		if !w.chance(p.signal) {
			continue
		}
		arrives := w.now
		if p.signal < 0.9 && arrives.After(w.mast[0]) && arrives.Before(w.mast[1]) {
			arrives = w.mast[1]
		}
		if w.chance(0.12) {
			continue // read and forgotten
		}
		p.answerAt = w.awake(arrives.Add(w.wait(p.reads)))
		p.yes = w.chance(p.keen)
	}
}

func (w *world) count(state reserve.InvitationState) int {
	return w.counts[state]
}

// become changes the state of an ask.
func (w *world) become(a *planner.Ask, state reserve.InvitationState) {
	w.counts[a.State]--
	a.State = state
	w.counts[state]++
}

// seat gives a place to somebody and draws what becomes of it.
func (w *world) seat(i int) {
	a, p := &w.asks[i], &w.people[w.who[i]]
	w.become(a, reserve.Confirmed)
	a.AnsweredAt = w.now.UnixMicro()
	if w.count(reserve.Confirmed) > w.limit {
		w.beyond++
	}
	p.comes = w.chance(p.steady)
	left := w.deadline.Sub(w.now)
	switch {
	case p.comes:
		ahead := time.Duration(45 * w.rng.Float64() * w.rng.Float64() * float64(time.Minute))
		p.there = w.deadline.Add(-ahead)
		if soonest := w.now.Add(time.Duration(p.travel * float64(time.Minute))); p.there.Before(soonest) {
			p.there = soonest
		}
		if w.chance(0.5) {
			p.admits = 1 + 15*w.rng.ExpFloat64()
		}
	case w.chance(0.35):
		p.givesUp = w.now.Add(time.Duration(w.rng.Float64() * float64(left)))
	}
}

// promote fills free seats from the stand-by, oldest first.
func (w *world) promote() {
	for i := range w.asks {
		if w.count(reserve.Confirmed) >= w.limit || w.count(reserve.OnStandby) == 0 {
			return
		}
		if w.asks[i].State == reserve.OnStandby {
			w.seat(i)
		}
	}
}

// tick lets everything happen that is due.
func (w *world) tick() (changed bool) {
	for i := range w.asks {
		a, p := &w.asks[i], &w.people[w.who[i]]
		switch {
		case a.State == reserve.Invited && !p.answerAt.IsZero() && !p.answerAt.After(w.now):
			changed = true
			a.AnsweredAt = w.now.UnixMicro()
			switch {
			case !p.yes:
				w.become(a, reserve.Declined)
			case w.count(reserve.Confirmed) < w.limit && w.count(reserve.OnStandby) == 0:
				w.seat(i)
			case w.count(reserve.OnStandby) < reserve.DefaultStandby(w.wanted):
				w.become(a, reserve.OnStandby)
			default:
				w.become(a, reserve.TooLate)
			}
		case a.State == reserve.Confirmed && !p.givesUp.IsZero() && !p.givesUp.After(w.now):
			changed = true
			w.become(a, reserve.Released)
			a.AnsweredAt = w.now.UnixMicro()
		case a.State == reserve.Confirmed && a.CheckedIn == 0 && !p.there.IsZero() && !p.there.After(w.now):
			a.CheckedIn = w.now.UnixMicro()
		}
		if a.State == reserve.Confirmed && a.DepartAsked != 0 && a.OnTheWayAt == 0 && p.admits > 0 &&
			w.now.Sub(time.UnixMicro(a.DepartAsked)).Minutes() >= p.admits {
			a.OnTheWayAt = w.now.UnixMicro()
		}
	}
	w.promote()
	return changed
}

// outcome is one call-up in figures.
type outcome struct {
	wanted, asked, confirmed, arrived, away, beyond int
	inRange                                         bool
}

// run plays a call-up to its deadline in steps of five minutes.
func (w *world) run(stats *planner.Stats) outcome {
	var lastWave, look time.Time
	var forecast *planner.Range
	for ; w.now.Before(w.deadline); w.now = w.now.Add(5 * time.Minute) {
		changed := w.tick()
		if !changed && w.now.Before(look) {
			continue
		}
		out := planner.Plan(planner.In{
			Wanted: w.wanted, Now: w.now, Deadline: w.deadline, LastWave: lastWave, LastLimit: w.limit, Confirmed: w.count(reserve.Confirmed),
			Standby: w.count(reserve.OnStandby), Asks: w.asks, Pool: len(w.people) - len(w.asks), Function: w.town.function,
			City: w.town.city, Stats: stats, Zone: w.zone, Lines: map[string]planner.Line{planner.Text: {PerSecond: 1}},
		})
		look = out.Next
		w.limit = out.ConfirmLimit
		w.promote()
		if out.Wave {
			lastWave = w.now
		}
		w.invite(out.Invite)
		if out.AskDeparture {
			for i := range w.asks {
				if a := &w.asks[i]; a.State == reserve.Confirmed && a.DepartAsked == 0 {
					a.DepartAsked = w.now.UnixMicro()
				}
			}
		}
		if forecast == nil && w.deadline.Sub(w.now) < 3*time.Hour {
			forecast = &out.Forecast
		}
	}
	o := outcome{wanted: w.wanted, asked: len(w.asks), beyond: w.beyond}
	for i := range w.asks {
		a, p := &w.asks[i], &w.people[w.who[i]]
		if a.State != reserve.Confirmed {
			continue
		}
		o.confirmed++
		if !p.there.IsZero() && !p.there.After(w.deadline) {
			a.CheckedIn = p.there.UnixMicro()
			o.arrived++
		}
	}
	o.away = max(0, o.arrived-o.wanted)
	o.inRange = forecast != nil && forecast.Low <= o.arrived && o.arrived <= forecast.High
	stats.Learn(planner.Result{Function: w.town.function, Deadline: w.deadline.UnixMicro(), Asks: w.asks, Night: func(at int64) bool {
		return reserve.QuietHours{}.Quiet(time.UnixMicro(at), w.zone)
	}})
	return o
}

// report is some hundred call-ups in figures.
type report struct {
	callUps, filled, covered, wanted, asked, arrived, away, beyond int
}

func (r *report) add(o outcome) {
	r.callUps++
	if o.arrived >= o.wanted {
		r.filled++
	}
	if o.inRange {
		r.covered++
	}
	r.wanted, r.asked, r.arrived = r.wanted+o.wanted, r.asked+o.asked, r.arrived+o.arrived
	r.away, r.beyond = r.away+o.away, r.beyond+o.beyond
}

func (r *report) log(t *testing.T) {
	share := func(a, b int) float64 { return 100 * float64(a) / float64(b) }
	t.Logf("%d call-ups: filled %.1f %%, turned away %.1f %% of wanted, asked %.2f a place, forecast held in %.1f %%",
		r.callUps, share(r.filled, r.callUps), share(r.away, r.wanted), share(r.asked, r.wanted)/100, share(r.covered, r.callUps))
}

func TestPlannerFillsNeedsInAWorldItDoesNotKnow(t *testing.T) {
	t.Logf("seed %d", uint64(simulationSeed))
	rng := rand.New(rand.NewPCG(simulationSeed, 1))
	var towns []town
	for i, function := range []string{"medical", "logistics", "technical", "civil-protection"} {
		towns = append(towns, town{function, i%2 == 0, 0.35 + 0.15*rng.Float64(), 0.55 + 0.3*rng.Float64()})
	}
	var stats planner.Stats
	var r report
	for i := range 240 {
		r.add(newWorld(rng, towns[i%len(towns)]).run(&stats))
	}
	r.log(t)
	if r.beyond != 0 {
		t.Errorf("confirmations past the limit: got %d, want 0", r.beyond)
	}
	if 100*r.filled < 90*r.callUps {
		t.Errorf("filled: got %d of %d, want 90 %%", r.filled, r.callUps)
	}
	if 100*r.away > 15*r.wanted {
		t.Errorf("turned away: got %d of %d wanted, want at most 15 %%", r.away, r.wanted)
	}
	if 100*r.covered < 80*r.callUps {
		t.Errorf("arrivals within the forecast: got %d of %d, want 80 %%", r.covered, r.callUps)
	}
}
