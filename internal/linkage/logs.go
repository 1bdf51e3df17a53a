package linkage

import "math"

// fastLog2 is log2 of a positive number, within 0.0002: evidence is added up a hundred million times in a whole run.
func fastLog2(x float64) float32 {
	if x <= 1e-12 {
		return -40
	}
	bits := math.Float64bits(x)
	exponent := int(bits>>52) - 1023
	i := bits >> (52 - logBits) & (1<<logBits - 1)
	return float32(exponent) + logTable[i]
}

const logBits = 12

// logTable holds log2 of 1 to 2 in steps, each at the middle of its step.
var logTable = makeLogTable()

func makeLogTable() *[1 << logBits]float32 {
	var t [1 << logBits]float32
	for i := range t {
		t[i] = float32(math.Log2(1 + (float64(i)+0.5)/(1<<logBits)))
	}
	return &t
}

// logSum is log2(2^a + 2^b), within 0.02 where the two are close and exact where they are not.
func logSum(a, b float32) float32 {
	if a < b {
		a, b = b, a
	}
	d := (a - b) * sumSteps
	if d >= sumSteps*sumReach || d != d {
		return a
	}
	return a + sumTable[int(d)]
}

const (
	sumSteps = 64
	sumReach = 16
)

// sumTable holds log2(1 + 2^-d) for d from 0 in steps.
var sumTable = makeSumTable()

func makeSumTable() *[sumSteps * sumReach]float32 {
	var t [sumSteps * sumReach]float32
	for i := range t {
		t[i] = float32(math.Log2(1 + math.Exp2(-(float64(i)+0.5)/sumSteps)))
	}
	return &t
}
