package planner

import (
	"math"
	"time"

	"muster/internal/reserve"
)

// ForecastIn is a need before anybody is asked. Price is what one part of a text costs, in the smallest unit of money.
type ForecastIn struct {
	Wanted    int
	Certainty float64 // 0 counts as DefaultCertainty
	Now       time.Time
	Deadline  time.Time
	Travel    time.Duration
	Pool      int
	Group     Group // function, area, city and channel of the people; Night is found from the hour
	Stats     *Stats
	Line      Line
	Parts     int // parts of one text, at least 1
	Price     int64
	Urgent    bool
	Quiet     reserve.QuietHours
	Zone      *time.Location
}

// ForecastOut is what a need is expected to take.
type ForecastOut struct {
	ConfirmLimit int
	Invitations  Range         // people asked
	Texts        int           // parts sent in the median case: the question, and one answer to each person who was asked
	Cost         int64         // of Texts
	Sending      time.Duration // that the line at hand needs for Texts
	FillBy       time.Time     // when the places are expected to be taken; zero where the pool or the time does not suffice
	Chance       float64       // that wanted or more arrive in time
}

// forecastSteps bounds the waves that are played through.
const forecastSteps = 1000

// Forecast plays the waves Plan would send to people who answer exactly as expected. It is for the screen before
// anything is sent; what happens afterwards is Out.Forecast.
func Forecast(f ForecastIn) ForecastOut {
	in := In{
		Wanted: f.Wanted, Certainty: f.Certainty, Now: f.Now, Deadline: f.Deadline, Travel: f.Travel, Pool: f.Pool,
		Function: f.Group.Function, Area: f.Group.Area, City: f.Group.City, Stats: f.Stats, Urgent: f.Urgent, Quiet: f.Quiet, Zone: f.Zone,
		Lines: map[string]Line{Text: f.Line},
	}
	if f.Group.Channel == Call {
		in.Lines = map[string]Line{Call: f.Line}
	}
	in.settle()
	s := stand(&in)
	first := Plan(in)
	l := s.asked(f.Group.channel())
	out := ForecastOut{ConfirmLimit: first.ConfirmLimit, Chance: first.Chance}
	out.Invitations = invitations(first.ConfirmLimit, f.Pool, l)
	out.Texts = 2 * out.Invitations.Median * max(1, f.Parts)
	out.Cost = int64(out.Texts) * f.Price
	out.Sending = f.Line.wait(float64(out.Texts))
	out.FillBy = fillBy(in, l, first.ConfirmLimit, f.Group.channel())
	return out
}

func (g Group) channel() string {
	if g.Channel == Call {
		return Call
	}
	return Text
}

// invitations is how many people have to be asked for a number of yes, in a good, a middling and a bad case.
func invitations(yes, pool int, l *live) Range {
	p, rho := l.chance(), l.chanceRho()
	return Range{
		Low:    min(pool, Trials(yes, p, rho, 0.05)),
		Median: min(pool, Trials(yes, p, rho, 0.50)),
		High:   min(pool, Trials(yes, p, rho, 0.95)),
	}
}

// cohort is the people of one wave who answer as expected.
type cohort struct {
	at time.Time
	n  float64
}

// fillBy is when the expected yes reach the limit. Each wave asks for what the waves before it will not bring.
func fillBy(in In, l *live, limit int, channel string) time.Time {
	var waves []cohort
	pool, line := float64(in.Pool), in.Lines[channel]
	busy := in.Now
	end := in.Deadline.Add(-in.Travel)
	for t := in.nextLoud(in.Now); len(waves) < forecastSteps && t.Before(end) && pool >= 1; t = in.nextLoud(t.Add(rhythm(in.Deadline.Sub(t)))) {
		missing := float64(limit) - l.yesBy(waves, end)
		if missing < 0.5 {
			break
		}
		if busy.Before(t) {
			busy = t
		}
		n := min(pool, missing/l.chance(), float64(line.carries(end.Sub(busy))))
		pool -= n
		sent := line.wait(n)
		waves = append(waves, cohort{busy.Add(sent / 2), n})
		busy = busy.Add(sent)
	}
	if l.yesBy(waves, end) < float64(limit)-0.5 {
		return time.Time{}
	}
	span := int(math.Ceil(end.Sub(in.Now).Minutes()))
	done := smallest(0, span, func(m int) bool {
		return l.yesBy(waves, in.Now.Add(time.Duration(m)*time.Minute)) >= float64(limit)-0.5
	})
	return in.Now.Add(time.Duration(done) * time.Minute)
}

// yesBy is how many of some waves have said yes by a moment, as expected.
func (l *live) yesBy(waves []cohort, t time.Time) float64 {
	yes := 0.0
	for _, w := range waves {
		yes += w.n * l.chance() * l.delay.Within(t.Sub(w.at))
	}
	return yes
}
