package reserve

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Precision says how much of a birth date is known.
type Precision string

// The precisions of a birth, from the best to none.
const (
	PrecisionDay   Precision = "day"
	PrecisionMonth Precision = "month"
	PrecisionYear  Precision = "year"
	PrecisionCirca Precision = "circa" // "né vers": about that year
	PrecisionAge   Precision = "age"   // an age stated on a day
	PrecisionNone  Precision = ""
)

// CircaYears is how far a birth "about" a year may lie from it, either way (CONTRACT: `1998~` means five years either way).
const CircaYears = 5

// HighestAge is the age above which a birth is taken for a typing fault.
const HighestAge = 110

// Birth is what is known of a birth date. The zero Birth is unknown. Month and Day are 0 where unknown; for
// PrecisionAge, Age was stated on AsOf.
type Birth struct {
	Year, Month, Day int
	Precision        Precision
	Age              int
	AsOf             Date
}

// Date is a plain calendar date: no zone, no instant, so no zone can move it. The zero Date is no date.
type Date struct {
	Year, Month, Day int
}

// DateOf is the calendar date of an instant as seen in loc.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, int(m), d}
}

// String gives ISO 8601, or "" for no date.
func (d Date) String() string {
	if d == (Date{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Before reports whether d lies before e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// AddDays moves d by n days.
func (d Date) AddDays(n int) Date {
	t := time.Date(d.Year, time.Month(d.Month), d.Day+n, 0, 0, 0, 0, time.UTC)
	return Date{t.Year(), int(t.Month()), t.Day()}
}

// ParseDate reads YYYY-MM-DD and refuses days that do not exist (2007-02-29).
func ParseDate(s string) (Date, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, false
	}
	return Date{t.Year(), int(t.Month()), t.Day()}, true
}

// ParseBirth reads the EDTF forms of the CONTRACT: 1998-04-12, 1998-04, 1998, 1998~. Empty is unknown. The fault's
// code is "birth-unreadable" for another form and "no-such-day" for a day or month that does not exist.
func ParseBirth(s string) (Birth, *Error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Birth{}, nil
	}
	circa := strings.HasSuffix(s, "~")
	parts := strings.Split(strings.TrimSuffix(s, "~"), "-")
	if len(parts) > 3 || (circa && len(parts) > 1) || len(parts[0]) != 4 {
		return Birth{}, Fault("birth", "birth-unreadable")
	}
	var nums [3]int
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || (i > 0 && len(p) != 2) {
			return Birth{}, Fault("birth", "birth-unreadable")
		}
		nums[i] = n
	}
	b := Birth{Year: nums[0], Month: nums[1], Day: nums[2]}
	switch {
	case circa:
		b.Precision = PrecisionCirca
	case len(parts) == 1:
		b.Precision = PrecisionYear
	case len(parts) == 2:
		b.Precision = PrecisionMonth
		if b.Month < 1 || b.Month > 12 {
			return Birth{}, Fault("birth", "no-such-day")
		}
	default:
		b.Precision = PrecisionDay
		if _, ok := ParseDate(s); !ok {
			return Birth{}, Fault("birth", "no-such-day")
		}
	}
	return b, nil
}

// BirthFromAge is the birth of somebody who said on asOf to be age years old.
func BirthFromAge(age int, asOf Date) Birth {
	return Birth{Precision: PrecisionAge, Age: age, AsOf: asOf}
}

// String gives the EDTF form, an interval "1997/1998" for a stated age, or "" for unknown. It never shows a day that nobody stated.
func (b Birth) String() string {
	switch b.Precision {
	case PrecisionDay:
		return fmt.Sprintf("%04d-%02d-%02d", b.Year, b.Month, b.Day)
	case PrecisionMonth:
		return fmt.Sprintf("%04d-%02d", b.Year, b.Month)
	case PrecisionYear:
		return fmt.Sprintf("%04d", b.Year)
	case PrecisionCirca:
		return fmt.Sprintf("%04d~", b.Year)
	case PrecisionAge:
		return fmt.Sprintf("%04d/%04d", b.Earliest().Year, b.Latest().Year)
	}
	return ""
}

// Known reports whether anything is known.
func (b Birth) Known() bool { return b.Precision != PrecisionNone }

// Earliest is the first day on which the person may have been born; the zero Date where unknown.
func (b Birth) Earliest() Date {
	switch b.Precision {
	case PrecisionDay:
		return Date{b.Year, b.Month, b.Day}
	case PrecisionMonth:
		return Date{b.Year, b.Month, 1}
	case PrecisionYear:
		return Date{b.Year, 1, 1}
	case PrecisionCirca:
		return Date{b.Year - CircaYears, 1, 1}
	case PrecisionAge:
		return Date{b.AsOf.Year - b.Age - 1, b.AsOf.Month, b.AsOf.Day}.AddDays(1)
	}
	return Date{}
}

// Latest is the last day on which the person may have been born; the zero Date where unknown.
func (b Birth) Latest() Date {
	switch b.Precision {
	case PrecisionDay:
		return Date{b.Year, b.Month, b.Day}
	case PrecisionMonth:
		return Date{b.Year, b.Month + 1, 1}.AddDays(-1)
	case PrecisionYear:
		return Date{b.Year, 12, 31}
	case PrecisionCirca:
		return Date{b.Year + CircaYears, 12, 31}
	case PrecisionAge:
		return Date{b.AsOf.Year - b.Age, b.AsOf.Month, b.AsOf.Day}.AddDays(0)
	}
	return Date{}
}

// Contains reports whether o may be the same birth: their possible days overlap. Unknown overlaps everything.
func (b Birth) Contains(o Birth) bool {
	if !b.Known() || !o.Known() {
		return true
	}
	return !b.Latest().Before(o.Earliest()) && !o.Latest().Before(b.Earliest())
}

// Imputed reports whether day and month look like an office's default for "unknown day" (1 January and 31 December
// in the Sahel, field notes on birth dates): counted as typed for age, and as no evidence for linkage.
func (b Birth) Imputed() bool {
	return b.Precision == PrecisionDay && (b.Month == 1 && b.Day == 1 || b.Month == 12 && b.Day == 31)
}
