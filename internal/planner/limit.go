package planner

// The limit on confirmations. Two wishes pull at it: enough must arrive with the certainty asked, and few may be turned
// away at the point. Where a small need or an unknown group makes both impossible, the second bounds the first: a stand-by
// can still be promoted when somebody gives the place back, but nobody can be called back from the road.

// TurnedAway is how many may be turned away on average, as a share of those wanted.
const TurnedAway = 0.15

// leastTurnedAway lets the smallest needs take one person more than wanted: 0.15 of four is nobody.
const leastTurnedAway = 1.0

// Limit is the confirm limit of a need before anything is known of the call-up at hand: the fewest confirmations of whom
// wanted arrive with the certainty asked, bounded by TurnedAway, never fewer than wanted. arrives is the group's share of
// arrivals and rho what is not known of it.
func Limit(wanted int, arrives, rho, certainty float64) int {
	q := seats{need: wanted, arrives: arrives, rho: rho, allowed: allowance(wanted)}
	return max(wanted, q.more(certainty))
}

func allowance(wanted int) float64 { return max(leastTurnedAway, TurnedAway*float64(wanted)) }

// seats is the arithmetic of a limit: how many more confirmations are needed and bearable.
type seats struct {
	coming  sum // confirmed already, not there yet
	need    int // wanted less those who are there
	arrives float64
	rho     float64
	allowed float64
}

// mostPerPlace bounds a search for a limit where almost nobody arrives.
const mostPerPlace = 20

// more is how many further confirmations the need can take.
func (q seats) more(certainty float64) int {
	return smallest(0, q.enough(certainty), func(n int) bool { return q.law(n+1).Excess(q.need) > q.allowed })
}

func (q seats) law(n int) BetaBinomial {
	return q.coming.with(part{float64(n), q.arrives, q.rho}).law()
}

// enough is how many further confirmations bring the people needed with a certainty, whoever is turned away.
func (q seats) enough(certainty float64) int {
	if q.need <= 0 || q.arrives <= 0 {
		return 0
	}
	return smallest(0, mostPerPlace*q.need, func(n int) bool { return q.law(n).AtLeast(q.need) >= certainty })
}
