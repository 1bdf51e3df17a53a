package planner

import (
	"math"
	"time"

	"muster/internal/reserve"
)

// Line is what carries texts, or calls, of one channel.
type Line struct {
	PerSecond float64 // of each SIM, connection or human caller; 0: no limit
	SIMs      int     // how many of them; 0 counts as 1
	Receipts  bool    // delivery is reported
}

func (l Line) rate() float64 { return l.PerSecond * float64(max(1, l.SIMs)) }

// wait is how long n texts take; nothing on a line without limit.
func (l Line) wait(n float64) time.Duration {
	if l.PerSecond <= 0 {
		return 0
	}
	return time.Duration(min(n/l.rate()*float64(time.Second), math.MaxInt64/4))
}

// carries is how many texts fit into a time.
func (l Line) carries(t time.Duration) int {
	if l.PerSecond <= 0 {
		return maxTrials
	}
	return int(max(0, t.Seconds()*l.rate()))
}

// In is what Plan is told about one need now. The asks are those of this need; a person who was asked twice has one, the
// last.
type In struct {
	Wanted     int
	Certainty  float64 // 0 counts as DefaultCertainty
	FixedLimit int     // 0: the planner sets the limit
	LastLimit  int     // the limit as it stands, 0 before the first; it is kept once nobody more could arrive in time
	Now        time.Time
	Deadline   time.Time
	LastWave   time.Time // the last whole wave (Out.Wave), zero before the first; replacements do not count
	Travel     time.Duration
	Confirmed  int
	Standby    int
	StandbyMax int // 0: reserve.DefaultStandby
	Asks       []Ask
	Pool       int // people who may be asked and have not been
	Function   string
	Area       string // of the pool, with City: where most of the next people live
	City       bool
	Factors    []float64 // of the next people in the order of asking, optional
	Stats      *Stats    // nil knows nothing
	Lines      map[string]Line
	Urgent     bool // life at risk: quiet hours do not hold
	Quiet      reserve.QuietHours
	Zone       *time.Location // nil is UTC

	checkedIn int
	departing int // asked whether they have set out
	queued    map[string]float64
}

// DefaultCertainty is the chance of a filled need that is aimed at.
const DefaultCertainty = 0.90

// DefaultTravel is how long before the deadline somebody has to have said yes to arrive in time (judgement: a town).
const DefaultTravel = 30 * time.Minute

func (in *In) settle() {
	if in.Certainty <= 0 || in.Certainty >= 1 {
		in.Certainty = DefaultCertainty
	}
	if in.Travel <= 0 {
		in.Travel = DefaultTravel
	}
	if in.Stats == nil {
		in.Stats = &Stats{}
	}
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	if in.StandbyMax <= 0 {
		in.StandbyMax = reserve.DefaultStandby(in.Wanted)
	}
	in.Wanted, in.Pool = max(0, in.Wanted), max(0, in.Pool)
	in.checkedIn, in.departing, in.queued = 0, 0, map[string]float64{}
	for i := range in.Asks {
		a := &in.Asks[i]
		if a.CheckedIn != 0 {
			in.checkedIn++
		}
		if a.DepartAsked != 0 {
			in.departing++
		}
		if a.State == reserve.Invited && a.SentAt == 0 {
			in.queued[a.Channel]++
		}
	}
}

func (in *In) left() time.Duration { return in.Deadline.Sub(in.Now) }

// useful is how long from now a yes is still of use: the person has to travel.
func (in *In) useful() time.Duration { return max(0, in.left()-in.Travel) }

func (in *In) since(at int64) time.Duration { return in.Now.Sub(time.UnixMicro(at)) }

// sinceDeparture is how long somebody has had to say that they have set out: the questions leave one after another, and
// whoever is last in a slow SIM's queue has not even read it.
func (in *In) sinceDeparture(a *Ask) time.Duration {
	return max(0, in.since(a.DepartAsked)-in.Lines[Text].wait(float64(in.departing)))
}

func (in *In) quietAt(t time.Time) bool { return !in.Urgent && in.Quiet.Quiet(t, in.Zone) }

// night sorts an ask by the hour it was made, whether quiet hours held or not.
func (in *In) night(at time.Time) bool { return in.Quiet.Quiet(at, in.Zone) }

// canTravel is the share of people who can be there within a time.
func (in *In) canTravel(t time.Duration) float64 {
	return min(1, max(0, t.Seconds()/in.Travel.Seconds()))
}

// shownBy is the share of those who arrive in time that should be there by now. Nothing follows from empty desks: where
// nobody has been checked in, the desk may be offline.
func (in *In) shownBy(early float64) float64 {
	if in.checkedIn == 0 {
		return 0
	}
	return math.Exp(-max(0, in.left().Minutes()) / early)
}
