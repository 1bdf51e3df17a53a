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

// familyPhone marks, in the second atom, a number that others use too. Fifteen digits leave the bit free.
const familyPhone = 1 << 31

// phones compares two sets of numbers: one shared number is enough, and one that is nobody's alone says less.
func (c *comparer) phones(a, b []uint32) outcome {
	level := phoneNone
	for i := 0; i+1 < len(a); i += 2 {
		for j := 0; j+1 < len(b); j += 2 {
			switch ha, hb := a[i+1]&^familyPhone, b[j+1]&^familyPhone; {
			case a[i] != b[j] || ha != hb:
				if level == phoneNone && digitOff(uint64(a[i])|uint64(ha)<<32, uint64(b[j])|uint64(hb)<<32) {
					level = phoneSlip
				}
			case (a[i+1]|b[j+1])&familyPhone != 0:
				level = max(level, phoneFamily)
			default:
				level = phoneSame
			}
		}
	}
	if level < phoneFamily {
		return outcome{level, nan}
	}
	return outcome{level, fastLog2(1.5 / float64(max(c.rows.live, fewest)))}
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
