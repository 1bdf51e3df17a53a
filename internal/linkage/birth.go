package linkage

import (
	"time"

	"muster/internal/reserve"
)

// A birth is one atom: the first possible day (days since 1900, 16 bits), how many days later the last is (13 bits),
// and whether it is less than a stated day. 1 January and 31 December are what offices write for an unknown day
// (domain.md §3.2): they keep their year and lose their day.
const (
	birthSpanShift = 16
	birthSpanMask  = 1<<13 - 1 // circa: eleven years
	birthAbout     = 1 << 31   // less than a stated day
	birthDefault   = 1 << 30   // and that because the day looks like an office's default
	firstYear      = 1900
)

func dayNumber(d reserve.Date) int {
	return int(time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).Sub(
		time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
}

// birthAtom packs a birth; false where unknown or before 1900.
func birthAtom(b reserve.Birth) (uint32, bool) {
	if !b.Known() {
		return 0, false
	}
	about := uint32(0)
	if b.Precision != reserve.PrecisionDay {
		about = birthAbout
	}
	if b.Imputed() {
		b = reserve.Birth{Year: b.Year, Precision: reserve.PrecisionYear}
		about = birthAbout | birthDefault
	}
	lo, hi := dayNumber(b.Earliest()), dayNumber(b.Latest())
	if lo < 0 || lo > 1<<16-1 || hi < lo {
		return 0, false
	}
	return uint32(lo) | uint32(min(hi-lo, birthSpanMask))<<birthSpanShift | about, true
}

func birthDays(atom uint32) (lo, hi int) {
	lo = int(atom & 0xffff)
	return lo, lo + int(atom>>birthSpanShift&birthSpanMask)
}

func civil(day int) (y, m, d int) {
	t := time.Unix(int64(day-daysTo1970)*86400, 0).UTC()
	yy, mm, dd := t.Date()
	return yy, int(mm), dd
}

const daysTo1970 = 25567

// years counts how many records were born in each year, and state their birth in each form, for the chance that a
// stranger states the same.
type years struct {
	count [200]uint32
	forms [5]uint32
	total uint32
}

// The forms of a statement of birth. A default day is a year.
const (
	formDay = iota
	formMonth
	formYear
	formAge
	formCirca
)

func formOf(atom uint32) int {
	lo, hi := birthDays(atom)
	switch span := hi - lo; {
	case span == 0:
		return formDay
	case span < 32:
		return formMonth
	case span < 367:
		if _, m, d := civil(lo); m == 1 && d == 1 {
			return formYear
		}
		return formAge
	}
	return formCirca
}

func (y *years) add(atom uint32, by int32) {
	i := min(max(midYear(atom)-firstYear, 0), len(y.count)-1)
	y.count[i] += uint32(by)
	y.forms[formOf(atom)] += uint32(by)
	y.total += uint32(by)
}

// usualForm is the share of one form among statements that are less than a day.
const usualForm = 0.3

// stated is the chance that a stranger, whose birth is stated as less than a day, states the same as atom.
func (y *years) stated(atom uint32) float64 {
	f := formOf(atom)
	about := float64(y.total - y.forms[formDay])
	p := y.share(midYear(atom)) * (float64(y.forms[f]) + imagined*usualForm) / (about + imagined)
	if f == formMonth {
		p /= 12
	}
	return p
}

// usualYear is the share of one year of birth among adults where nobody has been counted yet.
const usualYear = 0.03

func (y *years) share(year int) float64 {
	i := year - firstYear
	if i < 0 || i >= len(y.count) {
		return usualYear
	}
	return (float64(y.count[i]) + imagined*usualYear) / (float64(y.total) + imagined)
}

// compare grades two births.
func (y *years) compare(a, b uint32) outcome {
	if (a|b)&birthAbout != 0 {
		return y.about(a, b)
	}
	ya, ma, da := civil(int(a & 0xffff))
	if a == b {
		return outcome{birthEqual, fastLog2(y.share(ya) / 300)}
	}
	yb, mb, db := civil(int(b & 0xffff))
	gap := ya - yb
	if gap < 0 {
		gap = -gap
	}
	switch {
	case ya == yb && ma == db && da == mb:
		return outcome{birthSwap, nan}
	case ma == mb && da == db && (gap <= 2 || oneOff(ya, yb)):
		return outcome{birthYearSlip, nan}
	case ya == yb && (ma == mb && oneOff(da, db) || da == db && oneOff(ma, mb)):
		return outcome{birthSlip, nan}
	case gap >= 13:
		return outcome{birthGeneration, nan}
	case gap <= 2:
		return outcome{birthNear, nan}
	}
	return outcome{birthFar, nan}
}

// guessed is the least chance that strangers agree on a birth that was guessed: the default day proves nothing (case
// C015), and the year somebody guessed proves little.
const guessed = 0.12

// otherForm is the chance that two strangers' births are not stated in the same form, where one is less than a day.
const otherForm = 0.65

// about grades two births of which at least one is an interval.
func (y *years) about(a, b uint32) outcome {
	alo, ahi := birthDays(a)
	blo, bhi := birthDays(b)
	o := outcome{level: aboutInside}
	p := 0.0
	switch apart := max(alo-bhi, blo-ahi); {
	case alo == blo && ahi == bhi:
		o.level, p = aboutEqual, y.stated(a)
	case apart > 12*366:
		return outcome{aboutGeneration, nan}
	case apart > 3*366:
		return outcome{aboutFar, nan}
	case apart > 0:
		return outcome{aboutNear, nan}
	case ahi-alo < bhi-blo:
		p = y.between(blo, bhi) * otherForm
	default:
		p = y.between(alo, ahi) * otherForm
	}
	if (a|b)&birthDefault != 0 {
		p = max(p, guessed)
	}
	o.logU = fastLog2(p)
	return o
}

// between is the share of people born from one day to another.
func (y *years) between(lo, hi int) float64 {
	from, _, _ := civil(lo)
	to, _, _ := civil(hi)
	if from == to {
		return y.share(from) * float64(hi-lo+1) / 366
	}
	sum := 0.0
	for year := from; year <= to; year++ {
		sum += y.share(year)
	}
	return min(sum*float64(hi-lo+1)/float64((to-from+1)*366), 1)
}

// oneOff reports whether two numbers differ in one decimal digit, or by two neighbours swapped.
func oneOff(a, b int) bool {
	differ, sumA, sumB := 0, 0, 0
	for a > 0 || b > 0 {
		x, z := a%10, b%10
		if x != z {
			differ++
			sumA, sumB = sumA*10+x, sumB+z*pow10(differ-1)
		}
		a, b = a/10, b/10
	}
	return differ == 1 || differ == 2 && sumA == sumB
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}
