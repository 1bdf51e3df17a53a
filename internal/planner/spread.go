package planner

// Spread is how a link differs from one call-up to the next: the sums that give the correlation of the people of a call-up.
type Spread struct {
	CallUps float64 `json:"n"`
	Trials  float64 `json:"trials"`
	Square  float64 `json:"square"` // of the trials of each call-up
	Cross   float64 `json:"cross"`  // trials times successes
	Success float64 `json:"success"`
	Both    float64 `json:"both"` // square of the successes
}

// one is the spread of one call-up. A single person says nothing about how alike two are.
func one(successes, trials float64) Spread {
	if trials < 2 {
		return Spread{}
	}
	return Spread{1, trials, trials * trials, trials * successes, successes, successes * successes}
}

func (s Spread) plus(o Spread) Spread {
	return Spread{s.CallUps + o.CallUps, s.Trials + o.Trials, s.Square + o.Square, s.Cross + o.Cross, s.Success + o.Success, s.Both + o.Both}
}

const (
	spreadWeight = 8   // call-ups' worth of trust in callUpRho
	mostRho      = 0.2 // however wild the past
)

// rho is the correlation by the method of moments, shrunk to the field notes' figure: the square of what a call-up is off
// its expectation is m(1−m)·(n + rho·n(n−1)) on average.
func (s Spread) rho() float64 {
	rho := callUpRho
	if pairs, m := s.Square-s.Trials, s.Success/max(s.Trials, 1); pairs > 0 && m > 0 && m < 1 {
		off := s.Both - 2*m*s.Cross + m*m*s.Square
		rho = (off/(m*(1-m)) - s.Trials) / pairs
	}
	rho = (spreadWeight*callUpRho + s.CallUps*rho) / (spreadWeight + s.CallUps)
	return min(mostRho, max(restRho, rho))
}
