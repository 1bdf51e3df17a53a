package planner

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func hypot(x, y float64) float64 { return math.Hypot(x, y) }

func byDistance(n int, of func(int) float64) []int32 {
	out, dist := make([]int32, n), make([]float64, n)
	for j := range out {
		out[j], dist[j] = int32(j), of(j)
	}
	slices.SortStableFunc(out, func(a, b int32) int { return cmp.Compare(dist[a], dist[b]) })
	return out
}

// A whole country, proved the cheapest, then a hundred refusals and some new needs, each proved again at the end.
func TestAssignmentOfACountryIsTheCheapest(t *testing.T) {
	p := country(1, 50_000, 500, 20, 10_000)
	s := NewSolver(p)
	if fault := certify(p, s.Solution(), s.Prices()); fault != "" {
		t.Fatal(fault)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		v := rng.IntN(len(p.Eligible))
		for s.Need(v) == NoNeed {
			v = rng.IntN(len(p.Eligible))
		}
		s.Refuse(v)
		p.Eligible[v] = nil
	}
	for range 5 {
		j := int32(len(p.Places))
		var people []Candidate
		for v := range p.Eligible {
			if p.Eligible[v] != nil && rng.IntN(25) == 0 {
				c := int32(rng.IntN(5000))
				people = append(people, Candidate{int32(v), c})
				p.Eligible[v] = append(p.Eligible[v], Arc{j, c})
			}
		}
		p.Places = append(p.Places, 20)
		s.AddNeed(20, people)
	}
	if fault := certify(p, s.Solution(), s.Prices()); fault != "" {
		t.Fatal(fault)
	}
}

func BenchmarkAssignCountry(b *testing.B) { benchmarkAssign(b, country(1, 50_000, 500, 20, 10_000)) }
func BenchmarkAssignTight(b *testing.B)   { benchmarkAssign(b, country(1, 50_000, 500, 20, 45_000)) }
func BenchmarkAssignTooMany(b *testing.B) { benchmarkAssign(b, country(1, 50_000, 500, 20, 60_000)) }
func BenchmarkAssignManyNeeds(b *testing.B) {
	benchmarkAssign(b, country(1, 50_000, 5000, 20, 10_000))
}

func benchmarkAssign(b *testing.B, p Problem) {
	b.ReportAllocs()
	for b.Loop() {
		NewSolver(p)
	}
}

// BenchmarkRefuse gives the median time until the assignment is the cheapest again after somebody who serves refuses.
func BenchmarkRefuse(b *testing.B) {
	p := country(1, 50_000, 500, 20, 10_000)
	rng := rand.New(rand.NewPCG(1, 1))
	s := NewSolver(p)
	var took []time.Duration
	for b.Loop() {
		v := rng.IntN(len(p.Eligible))
		for s.Need(v) == NoNeed {
			v = rng.IntN(len(p.Eligible))
		}
		start := time.Now()
		s.Refuse(v)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)-1].Nanoseconds()), "max-ns")
}
