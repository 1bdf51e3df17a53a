package planner

import (
	"math"
	"slices"
)

// BetaBinomial is the law of how many of N people do a thing that each does with chance P, when they are alike to the
// degree Rho (the correlation between two people; 0 is the binomial law). P lies in 0 to 1, Rho in 0 to below 1.
type BetaBinomial struct {
	N   int
	P   float64
	Rho float64
}

// Mean is the expected count.
func (b BetaBinomial) Mean() float64 { return float64(b.N) * b.P }

// Variance is the variance of the count.
func (b BetaBinomial) Variance() float64 {
	return float64(b.N) * b.P * (1 - b.P) * (1 + float64(b.N-1)*b.Rho)
}

// AtLeast is the chance that q or more do it.
func (b BetaBinomial) AtLeast(q int) float64 {
	below, _ := b.below(q)
	return 1 - below
}

// Excess is the expected number beyond q.
func (b BetaBinomial) Excess(q int) float64 {
	_, short := b.below(q)
	return max(0, b.Mean()-float64(q)+short)
}

// below is the chance of fewer than q and the expected number missing to q. It adds the terms outwards from one that
// is not tiny, so that a start that rounds to zero cannot hide the rest.
func (b BetaBinomial) below(q int) (chance, short float64) {
	switch {
	case q <= 0:
		return 0, 0
	case b.N <= 0 || b.P <= 0:
		return 1, float64(q)
	case b.P >= 1:
		if b.N >= q {
			return 0, 0
		}
		return 1, float64(q - b.N)
	}
	start := min(q-1, b.N, int(b.Mean()))
	first := math.Exp(b.logTerm(start))
	add := func(k int, term float64) {
		chance += term
		short += term * float64(q-k)
	}
	add(start, first)
	for k, term := start, first; k > 0; k-- {
		term /= b.ratio(k - 1)
		add(k-1, term)
		if term < chance*1e-17 {
			break
		}
	}
	for k, term := start, first; k < min(q-1, b.N); k++ {
		term *= b.ratio(k)
		add(k+1, term)
		if term < chance*1e-17 {
			break
		}
	}
	return min(1, chance), short
}

// window is the chance of each count from low on, as far as the chances are worth adding.
func (b BetaBinomial) window() (low int, terms []float64) {
	switch {
	case b.N <= 0 || b.P <= 0:
		return 0, []float64{1}
	case b.P >= 1:
		return b.N, []float64{1}
	}
	const least = 1e-17
	start := min(b.N, int(b.Mean()))
	first := math.Exp(b.logTerm(start))
	for k, term := start, first; k > 0 && term > least; k-- {
		term /= b.ratio(k - 1)
		terms = append(terms, term)
	}
	slices.Reverse(terms)
	low = start - len(terms)
	terms = append(terms, first)
	for k, term := start, first; k < b.N && term > least; k++ {
		term *= b.ratio(k)
		terms = append(terms, term)
	}
	return low, terms
}

// points are n counts that stand for the law, each with the same chance: the middles of n equal slices.
func (b BetaBinomial) points(n int) []int {
	low, terms := b.window()
	out := make([]int, 0, n)
	below := 0.0
	for k, term := range terms {
		below += term
		for len(out) < n && below >= (float64(len(out))+0.5)/float64(n) {
			out = append(out, low+k)
		}
	}
	for len(out) < n {
		out = append(out, low+len(terms)-1)
	}
	return out
}

// ratio is the term of k+1 divided by that of k.
func (b BetaBinomial) ratio(k int) float64 {
	n, x := float64(b.N), float64(k)
	if b.Rho < minRho {
		return (n - x) * b.P / ((x + 1) * (1 - b.P))
	}
	yes, no := b.shape()
	return (n - x) * (x + yes) / ((x + 1) * (n - x - 1 + no))
}

func (b BetaBinomial) logTerm(k int) float64 {
	n, x := float64(b.N), float64(k)
	choose := lgamma(n+1) - lgamma(x+1) - lgamma(n-x+1)
	if b.Rho < minRho {
		return choose + x*math.Log(b.P) + (n-x)*math.Log1p(-b.P)
	}
	yes, no := b.shape()
	return choose + logBeta(x+yes, n-x+no) - logBeta(yes, no)
}

// minRho is where a correlation counts as none: below it the shapes grow so large that their logarithms lose digits.
const minRho = 1e-9

func (b BetaBinomial) shape() (yes, no float64) {
	weight := (1 - b.Rho) / b.Rho
	return b.P * weight, (1 - b.P) * weight
}

func logBeta(a, b float64) float64 { return lgamma(a) + lgamma(b) - lgamma(a+b) }

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// maxTrials bounds every search: more people than any drive has.
const maxTrials = 50_000_000

// Trials is the smallest number of people to ask so that q or more do it with the certainty asked; it stops at fifty
// million where no number is enough.
func Trials(q int, p, rho, certainty float64) int {
	return smallest(q, maxTrials, func(n int) bool {
		return BetaBinomial{N: n, P: p, Rho: rho}.AtLeast(q) >= certainty
	})
}

// smallest finds the least n in low to high for which ok holds, given that ok stays true once it is; high if it never does.
func smallest(low, high int, ok func(int) bool) int {
	if low >= high {
		return high
	}
	if ok(low) {
		return low
	}
	step := 1
	for low+step < high && !ok(low+step) {
		low += step
		step *= 2
	}
	bad, good := low, min(low+step, high)
	for bad+1 < good {
		if mid := bad + (good-bad)/2; ok(mid) {
			good = mid
		} else {
			bad = mid
		}
	}
	return good
}

// part is some people with one chance and one correlation.
type part struct {
	n, p, rho float64
}

// sum gathers parts by their moments: people, mean, variance of their own, and the root of the variance they share.
type sum struct {
	n, mean, own, shared float64
}

func (s sum) with(t part) sum {
	spread := max(0, t.p*(1-t.p))
	s.n += t.n
	s.mean += t.n * t.p
	s.own += t.n * spread * (1 - t.rho)
	s.shared += t.n * math.Sqrt(spread*t.rho)
	return s
}

// law is the beta-binomial law with the mean and the variance of the parts together. What makes one part answer better
// makes the others answer better too, so their common ups and downs add and do not average away.
func (s sum) law() BetaBinomial {
	b := BetaBinomial{N: int(math.Round(s.n))}
	if b.N == 0 {
		return b
	}
	b.P = min(1, s.mean/s.n)
	if flat := s.n * b.P * (1 - b.P); flat > 0 && s.n > 1 {
		b.Rho = min(0.5, max(0, ((s.own+s.shared*s.shared)/flat-1)/(s.n-1)))
	}
	return b
}
