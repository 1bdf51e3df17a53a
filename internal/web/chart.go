package web

import (
	"strconv"

	"muster/internal/reserve"
)

// px writes a coordinate.
func px(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// needLine is one need as the board and the call-up's page show it.
type needLine struct {
	reserve.Need
	Name     string
	Expect   float64 // arrivals by the deadline; below 0 where nobody knows
	Low      int     // the forecast: nine in ten outcomes lie from Low to High
	Median   int
	High     int
	Silent   int
	Forecast bool
}

// expected is the arrivals to be expected, to a whole person.
func (n needLine) expected(v view) string {
	if n.Expect < 0 {
		return "—"
	}
	return v.Number(int64(n.Expect + 0.5))
}

// mood says whether enough people are to be expected.
func (n needLine) mood() string {
	switch {
	case n.Expect < 0:
		return ""
	case n.Expect+0.5 < float64(n.Wanted):
		return "bad"
	}
	return "good"
}

// scale is the number that the whole width of a need's drawings stands for.
func (n needLine) scale() float64 {
	return max(1, float64(n.Wanted), float64(n.Confirmed), float64(n.High), float64(n.Arrived), float64(n.ConfirmLimit)) * 1.04
}

func (n needLine) along(x float64) string { return px(min(300, 300*x/n.scale())) }

// bar is one column of a sparkline.
type bar struct{ x, y, width, height string }

// bars draws counts as columns over a width of 240 and a height of 40; the greatest is as high as the drawing.
func bars(counts []int64) []bar {
	most := int64(1)
	for _, n := range counts {
		most = max(most, n)
	}
	step := 240 / float64(max(1, len(counts)))
	out := make([]bar, 0, len(counts))
	for i, n := range counts {
		if n == 0 {
			continue
		}
		h := max(1, 38*float64(n)/float64(most))
		out = append(out, bar{px(float64(i) * step), px(40 - h), px(step * 0.8), px(h)})
	}
	return out
}
