package planner

import "time"

// The rhythm of waves by the time left (field notes on planning, §2.4): under two hours one big wave, and only what silence
// has shown to be missing after it; two to six hours every 45 minutes; longer every two hours.
const (
	shortLead = 2 * time.Hour
	midLead   = 6 * time.Hour
)

func rhythm(left time.Duration) time.Duration {
	switch {
	case left < shortLead:
		return 30 * time.Minute
	case left < midLead:
		return 45 * time.Minute
	}
	return 2 * time.Hour
}

// usefulShare is the share of answers that must still be able to come in time for a text to be worth sending: a fifth come
// within a quarter of an hour.
const usefulShare = 0.2

// manyWaves is where counting waves ahead stops.
const manyWaves = 6

// wavesLeft is how many waves can still be sent, with the one now: 0 where even that one comes too late.
func (in *In) wavesLeft(d Delay) int {
	n := 0
	at := *in
	for ; n < manyWaves && d.Within(at.useful()) >= usefulShare; n++ {
		at.Now = at.nextLoud(at.Now.Add(rhythm(at.left())))
	}
	return n
}

func (in *In) nextLoud(t time.Time) time.Time {
	if in.Urgent {
		return t
	}
	return in.Quiet.NextLoud(t, in.Zone)
}

// target is the chance with which a wave should fill what is open. The last one has to do it with the certainty asked; the
// earlier ones stay under it, because what they leave open the next ones fill knowing more, and who was asked for nothing
// cannot be unasked.
func target(wavesLeft int, certainty float64) float64 {
	switch {
	case wavesLeft <= 1:
		return certainty
	case wavesLeft == 2:
		return 0.6
	case wavesLeft == 3:
		return 0.2
	}
	return 0.05
}

// batch is the people asked now: how many yes a number of them is worth.
type batch struct {
	chance  float64 // of a yes in the end, for a person without a factor
	rho     float64
	factors []float64 // the running sum of the chances of the people to come; nil: all alike
	delay   Delay
	useful  time.Duration
	line    Line
	queued  float64
}

func (s *standing) batch(channel string) batch {
	l := s.asked(channel)
	b := batch{chance: l.chance(), rho: l.chanceRho(), delay: l.delay, useful: s.in.useful(), line: s.in.Lines[channel], queued: s.in.queued[channel]}
	if len(s.in.Factors) > 0 {
		b.factors = make([]float64, len(s.in.Factors)+1)
		for i, f := range s.in.Factors {
			b.factors[i+1] = b.factors[i] + personal(b.chance, f)
		}
	}
	return b
}

// slices of a wave for which the time on the line is worked out apart.
const waveSlices = 8

// of is n people as a part: those at the end of the line have less time to answer.
func (b batch) of(n int) part {
	if n == 0 {
		return part{}
	}
	whole := b.chance
	if b.factors != nil {
		known := min(n, len(b.factors)-1)
		whole = (b.factors[known] + float64(n-known)*b.chance) / float64(n)
	}
	within := b.delay.Within(b.useful - b.line.wait(b.queued))
	if b.line.PerSecond > 0 {
		within = 0
		for i := range waveSlices {
			place := b.queued + float64(n)*(float64(i)+0.5)/waveSlices
			within += b.delay.Within(b.useful-b.line.wait(place)) / waveSlices
		}
	}
	return part{float64(n), whole * within, b.rho}
}

// carries is how many of the next people the line can reach while a fifth of their answers still come in time.
func (b batch) carries() int {
	spare := b.useful - b.delay.Quick(usefulShare)
	return max(0, b.line.carries(spare)-int(b.queued))
}

// size is the fewest people, up to most, with whom open places are filled with a chance.
func (b batch) size(pending sum, open, most int, chance float64) int {
	if open <= 0 {
		return 0
	}
	return smallest(0, max(0, most), func(n int) bool { return pending.with(b.of(n)).law().AtLeast(open) >= chance })
}
