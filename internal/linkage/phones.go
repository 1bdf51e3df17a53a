package linkage

// phoneAtoms packs a number of up to 15 digits into two atoms.
func phoneAtoms(e164 string) (lo, hi uint32, ok bool) {
	var n uint64
	digits := 0
	for i := 0; i < len(e164); i++ {
		if c := e164[i]; c >= '0' && c <= '9' {
			n = n*10 + uint64(c-'0')
			digits++
		}
	}
	return uint32(n), uint32(n >> 32), digits >= 6 && digits <= 15
}

// phones compares two sets of numbers: one shared number is enough.
func (c *comparer) phones(a, b []uint32) outcome {
	near := false
	for i := 0; i+1 < len(a); i += 2 {
		for j := 0; j+1 < len(b); j += 2 {
			if a[i] == b[j] && a[i+1] == b[j+1] {
				return outcome{phoneSame, fastLog2(1.5 / float64(max(c.rows.live, fewest)))}
			}
			near = near || digitOff(uint64(a[i])|uint64(a[i+1])<<32, uint64(b[j])|uint64(b[j+1])<<32)
		}
	}
	if near {
		return outcome{phoneSlip, nan}
	}
	return outcome{phoneNone, nan}
}

// digitOff reports whether two numbers of one length differ in one digit or in two neighbours swapped.
func digitOff(a, b uint64) bool {
	differ, last, swap := 0, [2]uint64{}, false
	for at := 0; a > 0 || b > 0; at++ {
		if (a == 0) != (b == 0) {
			return false
		}
		x, y := a%10, b%10
		if x != y {
			differ++
			swap = differ == 2 && last == [2]uint64{y, x}
			if differ > 2 {
				return false
			}
		}
		last = [2]uint64{x, y}
		a, b = a/10, b/10
	}
	return differ == 1 || differ == 2 && swap
}
