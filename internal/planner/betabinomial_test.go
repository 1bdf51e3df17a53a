package planner

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The table of the field notes on planning, §2.4: people to invite so that at least Q arrive with 90 %.
func TestInvitesForNinetyPercentAreThoseOfTheFieldNotes(t *testing.T) {
	places := []int{10, 50, 200}
	for _, row := range []struct {
		p          float64
		flat, rho2 [3]int
	}{
		{0.10, [3]int{140, 588, 2174}, [3]int{213, 1014, 4012}},
		{0.15, [3]int{93, 390, 1446}, [3]int{123, 575, 2265}},
		{0.20, [3]int{69, 291, 1082}, [3]int{85, 393, 1546}},
		{0.35, [3]int{38, 164, 614}, [3]int{43, 195, 763}},
		{0.50, [3]int{26, 113, 426}, [3]int{28, 127, 494}},
	} {
		for i, q := range places {
			if got := Trials(q, row.p, 0, 0.90); got != row.flat[i] {
				t.Errorf("binomial, p %.2f, %d places: got %d, want %d", row.p, q, got, row.flat[i])
			}
			if got := Trials(q, row.p, 0.02, 0.90); got != row.rho2[i] {
				t.Errorf("beta-binomial, p %.2f, %d places: got %d, want %d", row.p, q, got, row.rho2[i])
			}
		}
	}
}

// The slow sum by the definition, in logarithms, against the recurrence.
func TestLawAgreesWithTheSumOfItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := BetaBinomial{
			N:   rapid.IntRange(1, 300).Draw(t, "n"),
			P:   rapid.Float64Range(0.01, 0.99).Draw(t, "p"),
			Rho: rapid.SampledFrom([]float64{0, 0.001, 0.02, 0.2, 0.6}).Draw(t, "rho"),
		}
		q := rapid.IntRange(0, b.N+2).Draw(t, "q")
		var tail, over float64
		for k := q; k <= b.N; k++ {
			tail += math.Exp(b.logTerm(k))
			over += math.Exp(b.logTerm(k)) * float64(k-q)
		}
		if got := b.AtLeast(q); math.Abs(got-tail) > 1e-9 {
			t.Fatalf("%+v at least %d: got %.12f, want %.12f", b, q, got, tail)
		}
		if got := b.Excess(q); math.Abs(got-over) > 1e-7 {
			t.Fatalf("%+v beyond %d: got %.12f, want %.12f", b, q, got, over)
		}
	})
}

func TestPointsAreTheMiddlesOfEqualSlices(t *testing.T) {
	b := BetaBinomial{N: 80, P: 0.4, Rho: 0.02}
	for i, k := range b.points(9) {
		u := (float64(i) + 0.5) / 9
		if at, under := 1-b.AtLeast(k+1), 1-b.AtLeast(k); at < u-1e-12 || under >= u {
			t.Errorf("point at %.3f is %d: chance of not more %.4f, of fewer %.4f", u, k, at, under)
		}
	}
	if got := (BetaBinomial{N: 7, P: 1}).points(2); got[0] != 7 || got[1] != 7 {
		t.Errorf("points of a law without doubt: got %v, want 7 twice", got)
	}
}

func TestReplyTimesAreThoseOfTheFieldNotes(t *testing.T) {
	for _, row := range []struct {
		minutes int
		want    float64
	}{{5, .06}, {15, .21}, {30, .37}, {60, .55}, {120, .72}, {240, .85}, {480, .93}, {1440, .99}} {
		if got := ColdDelay().Within(minutes(row.minutes)); math.Abs(got-row.want) > 0.006 {
			t.Errorf("after %d minutes: got %.3f, want %.2f", row.minutes, got, row.want)
		}
	}
}

func TestColdChainsAreThoseOfTheFieldNotes(t *testing.T) {
	for _, row := range []struct {
		name    string
		channel string
		city    bool
		want    float64
	}{{"text, rural", Text, false, 0.12}, {"text, city", Text, true, 0.16}, {"call", Call, false, 0.23}} {
		c := coldChain(row.channel, row.city)
		if got := c.reached * c.replies * c.yes * c.arrives; math.Abs(got-row.want) > 0.005 {
			t.Errorf("%s: got %.3f, want %.2f", row.name, got, row.want)
		}
	}
}
