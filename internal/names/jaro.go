package names

import "math/bits"

// jaroWinkler is the Jaro similarity of two folded words with Winkler's bonus for a common beginning of up to four
// letters (where Jaro is over 0.7). Unlike the usual ones it allocates nothing: the marks of both words fit in 64
// bits; of longer words the first 64 bytes are compared.
func jaroWinkler(a, b string) float64 {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	reach := max(0, max(len(a), len(b))/2-1)
	var inA, inB uint64
	for i := range len(a) {
		for j := max(0, i-reach); j <= min(len(b)-1, i+reach); j++ {
			if inB&(1<<j) == 0 && a[i] == b[j] {
				inA |= 1 << i
				inB |= 1 << j
				break
			}
		}
	}
	matches := bits.OnesCount64(inA)
	if matches == 0 {
		return 0
	}
	crossed := 0
	for restA, restB := inA, inB; restA != 0; restA, restB = restA&(restA-1), restB&(restB-1) {
		if a[bits.TrailingZeros64(restA)] != b[bits.TrailingZeros64(restB)] {
			crossed++
		}
	}
	m := float64(matches)
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(crossed/2))/m) / 3
	if jaro <= 0.7 {
		return jaro
	}
	same := 0
	for same < min(4, len(a), len(b)) && a[same] == b[same] {
		same++
	}
	return jaro + 0.1*float64(same)*(1-jaro)
}

// oneApart says whether two words differ by one letter changed, dropped or added, or two neighbours swapped.
func oneApart(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		return i == len(a) || a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}
