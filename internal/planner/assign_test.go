package planner

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// bruteCost tries everything: each volunteer in turn at every need or at none.
func bruteCost(p Problem) int64 {
	left := append([]int(nil), p.Places...)
	var try func(v int) int64
	try = func(v int) int64 {
		if v == len(p.Eligible) {
			empty := 0
			for _, n := range left {
				empty += n
			}
			return int64(empty) * int64(p.Shortage)
		}
		best := try(v + 1)
		for _, a := range p.Eligible[v] {
			if left[a.Need] > 0 {
				left[a.Need]--
				best = min(best, int64(a.Cost)+try(v+1))
				left[a.Need]++
			}
		}
		return best
	}
	return try(0)
}

// certify proves a solution the cheapest without solving anything: it obeys the problem, and prices of needs give a lower
// bound on every solution (linear programming duality) that it meets.
func certify(p Problem, got Solution, prices []int64) (fault string) {
	used := make([]int, len(p.Places))
	var cost int64
	for v, j := range got.Need {
		if j == NoNeed {
			continue
		}
		found := false
		for _, a := range p.Eligible[v] {
			if a.Need == j {
				cost, found = cost+int64(a.Cost), true
			}
		}
		if !found {
			return "somebody serves a need they cannot serve"
		}
		used[j]++
	}
	var bound int64
	for j, n := range p.Places {
		if used[j] > n {
			return "more people than places"
		}
		if prices[j] > int64(p.Shortage) {
			return "a price above that of an empty place"
		}
		cost += int64(n-used[j]) * int64(p.Shortage)
		bound += int64(n) * prices[j]
	}
	for _, row := range p.Eligible {
		gain := int64(0)
		for _, a := range row {
			gain = max(gain, prices[a.Need]-int64(a.Cost))
		}
		bound -= gain
	}
	switch {
	case cost != got.Cost:
		return "the cost named is not the cost"
	case bound != cost:
		return "dearer than the bound"
	}
	return ""
}

func drawProblem(t *rapid.T, volunteers, needs int) Problem {
	p := Problem{Shortage: int32(rapid.IntRange(0, 30).Draw(t, "shortage"))}
	for range rapid.IntRange(1, needs).Draw(t, "needs") {
		p.Places = append(p.Places, rapid.IntRange(0, 3).Draw(t, "places"))
	}
	for range rapid.IntRange(0, volunteers).Draw(t, "volunteers") {
		var row []Arc
		for j := range p.Places {
			if rapid.Bool().Draw(t, "eligible") {
				row = append(row, Arc{int32(j), int32(rapid.IntRange(-5, 25).Draw(t, "cost"))})
			}
		}
		p.Eligible = append(p.Eligible, row)
	}
	return p
}

func TestAssignmentCostsWhatTryingEverythingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t, 7, 4)
		s := NewSolver(p)
		got := s.Solution()
		if want := bruteCost(p); got.Cost != want {
			t.Fatalf("cost: got %d, want %d", got.Cost, want)
		}
		if fault := certify(p, got, s.Prices()); fault != "" {
			t.Fatal(fault)
		}
	})
}

func TestAssignmentStaysCheapestThroughRefusalsAndNewNeeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t, 40, 6)
		s := NewSolver(p)
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			if len(p.Eligible) > 0 && rapid.Bool().Draw(t, "refusal") {
				v := rapid.IntRange(0, len(p.Eligible)-1).Draw(t, "who")
				s.Refuse(v)
				p.Eligible[v] = nil
			} else {
				j, places := int32(len(p.Places)), rapid.IntRange(0, 4).Draw(t, "places")
				var people []Candidate
				for v := range p.Eligible {
					if rapid.Bool().Draw(t, "can") && p.Eligible[v] != nil {
						c := int32(rapid.IntRange(-5, 25).Draw(t, "cost"))
						people = append(people, Candidate{int32(v), c})
						p.Eligible[v] = append(p.Eligible[v], Arc{j, c})
					}
				}
				p.Places = append(p.Places, places)
				if got := s.AddNeed(places, people); got != int(j) {
					t.Fatalf("index of the new need: got %d, want %d", got, j)
				}
			}
			if fault := certify(p, s.Solution(), s.Prices()); fault != "" {
				t.Fatal(fault)
			}
		}
	})
}

// country is an instance with the shape of the field notes on performance, §4: 40 towns, 12 skills of which each volunteer
// has 3, the nearest needs that match, cost by distance, noise and calls answered lately.
func country(seed uint64, volunteers, needs, eligible, places int) Problem {
	rng := rand.New(rand.NewPCG(seed, 4))
	type town struct{ x, y float64 }
	towns := make([]town, 40)
	for i := range towns {
		towns[i] = town{1000 * rng.Float64(), 600 * rng.Float64()}
	}
	p := Problem{Shortage: 100_000, Places: make([]int, needs), Eligible: make([][]Arc, volunteers)}
	where, skill := make([]int, needs), make([]int, needs)
	for j := range needs {
		where[j], skill[j] = rng.IntN(40), rng.IntN(12)
	}
	for range places {
		p.Places[rng.IntN(needs)]++
	}
	var near [40][]int32
	for t := range near {
		near[t] = byDistance(needs, func(j int) float64 {
			dx, dy := towns[where[j]].x-towns[t].x, towns[where[j]].y-towns[t].y
			return dx*dx + dy*dy
		})
	}
	for v := range p.Eligible {
		home, calls := rng.IntN(40), int32(rng.IntN(6))
		skills := rng.Perm(12)[:3]
		row := make([]Arc, 0, eligible)
		for _, j := range near[home] {
			if k := skill[j]; k != skills[0] && k != skills[1] && k != skills[2] {
				continue
			}
			dx, dy := towns[where[j]].x-towns[home].x, towns[where[j]].y-towns[home].y
			row = append(row, Arc{j, int32(10*hypot(dx, dy)) + int32(rng.IntN(50)) + 200*calls})
			if len(row) == eligible {
				break
			}
		}
		p.Eligible[v] = row
	}
	return p
}
