package planner

import (
	"math"
	"time"
)

// Delay is the time between a text that reached a phone and its answer: lognormal, with the median and the standard
// deviation of its logarithm.
type Delay struct {
	Median time.Duration
	Sigma  float64
}

// ColdDelay is what is taken before anything is learnt: half of those who answer do so within 50 minutes (field notes, §2.3, §2.4).
func ColdDelay() Delay { return Delay{Median: 50 * time.Minute, Sigma: 1.5} }

// Within is the share of answers that are in after t.
func (d Delay) Within(t time.Duration) float64 {
	if t <= 0 {
		return 0
	}
	return normal((math.Log(t.Minutes()) - math.Log(d.Median.Minutes())) / d.Sigma)
}

func normal(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// Still is the chance that somebody asked, silent for t, still says yes: R·y·(1−F(t)) / (1−R·F(t)), with replies the
// chance R of being reached and replying, yes the share y of yes among replies and within the share F(t) (field notes, §2.4).
func Still(replies, yes, within float64) float64 {
	rest := 1 - replies*within
	if rest <= 0 {
		return 0
	}
	return replies * yes * (1 - within) / rest
}

// logMinutes is the logarithm of a positive number of µs in minutes; less than a second counts as one.
func logMinutes(micros int64) float64 {
	return math.Log(max(time.Duration(micros)*time.Microsecond, time.Second).Minutes())
}

// Quick is the time within which a share of the answers is in.
func (d Delay) Quick(within float64) time.Duration {
	z := math.Sqrt2 * math.Erfinv(2*within-1)
	return time.Duration(d.Median.Seconds() * math.Exp(d.Sigma*z) * float64(time.Second))
}
