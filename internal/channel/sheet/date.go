package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"muster/internal/reserve"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Order is in which order the dates of a column are written.
type Order string

// The orders. A column has one, and no row another.
const (
	OrderUnknown Order = ""
	DayFirst     Order = "day-first"
	MonthFirst   Order = "month-first"
)

// evidence counts what a column's dates say of their order.
type evidence struct{ day, month, either int }

// order settles a column: by the dates that can be read in one way only. Day first needs half of them, as it is written
// here; month first needs more than three quarters, because one slip must not turn a column round. Where all can be read
// both ways, or the rest is between the two, the operator must say.
func (e evidence) order() (o Order, settled bool) {
	switch sum := e.day + e.month; {
	case sum == 0:
		return OrderUnknown, e.either == 0
	case 2*e.day >= sum:
		return DayFirst, true
	case 4*e.month > 3*sum:
		return MonthFirst, true
	}
	return OrderUnknown, false
}

func (e *evidence) see(cell string) {
	p, ok := numbers(cell)
	if !ok || len(p) != 3 || len(p[0]) > 2 {
		return
	}
	a, b := number(p[0]), number(p[1])
	switch {
	case a > 12 && b <= 12:
		e.day++
	case b > 12 && a <= 12:
		e.month++
	case a <= 12 && b <= 12 && a != b:
		e.either++
	}
}

var (
	clock      = regexp.MustCompile(`^(.*\d)(?:t|\s+)\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?\s*z?$`)
	about      = regexp.MustCompile(`^(?:n[ée]e?\s+)?(?:vers|environ|env\.?|circa|ca\.?|about|approx\.?|autour de|~|±)\s*(?:en\s+|l'an\s+)?`)
	born       = regexp.MustCompile(`^n[ée](?:\(e\)|e)?\s+(?:le|en)\s+|^(?:en|le)\s+`)
	dayMonth   = regexp.MustCompile(`^(\d{1,2})(?:er|e|st|nd|rd|th)?[\s./-]+(\p{L}+)\.?[\s,./-]+(\d{4}|\d{2})$`)
	monthDay   = regexp.MustCompile(`^(\p{L}+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$`)
	monthYear  = regexp.MustCompile(`^(\p{L}+)\.?[\s./-]+(\d{4})$`)
	onlyNumber = regexp.MustCompile(`^\d{1,8}(?:\s*[-/.\s]\s*\d{1,4}){0,2}$`)
	cuts       = regexp.MustCompile(`\s*[-/.\s]\s*`)
	yearAlone  = regexp.MustCompile(`^\d{4}$`)
)

// monthNames begin the months in French and English; what two months share is not enough to name one.
var monthNames = []string{"janv january jan", "fevr february feb fev", "mars march mar", "avri april avr apr", "mai may", "juin june jun", "juil july jul",
	"aout august aug aou", "sept september sep", "octo october oct", "nove november nov", "dece december dec"}

// read is a birth as a cell has it: in EDTF, or why it cannot be read.
type readBirth struct {
	edtf     string
	twoDigit bool // the century was not written
	circa    bool
	unknown  bool // the cell says that nobody knows
	fault    *reserve.Error
}

func unreadable() readBirth { return readBirth{fault: reserve.Fault("birth", "birth-unreadable")} }

// unknownBirths say that a birth is not known, as compact makes them. "majeur" is somebody's word, and no age: the desk settles it.
var unknownBirths = []string{"", "inconnu", "inconnue", "unknown", "nonconnu", "nonconnue", "indetermine", "nesaitpas", "nsp", "majeur", "majeure", "adulte", "adult", "na", "nd", "ras", "neant"}

// birthOf reads a cell of a column whose order is settled. thisYear tells in which century a year of two digits lies: the
// latest that is not to come. A date that does not exist is refused, never turned round.
func birthOf(cell string, order Order, thisYear int) readBirth {
	s := strings.ToLower(asciiDigits(strings.TrimSpace(cell)))
	if s == "" {
		return readBirth{}
	}
	if slices.Contains(unknownBirths, compact(s)) {
		return readBirth{unknown: true}
	}
	if m := clock.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	bare := strings.TrimSpace(about.ReplaceAllString(s, ""))
	if bare != s || strings.HasSuffix(s, "~") {
		if bare = strings.TrimSuffix(bare, "~"); yearAlone.MatchString(bare) {
			return readBirth{edtf: bare + "~", circa: true}
		}
		return unreadable()
	}
	s = strings.TrimSpace(born.ReplaceAllString(s, ""))
	if r, ok := spelled(s, thisYear); ok {
		return r
	}
	p, ok := numbers(s)
	if !ok {
		return unreadable()
	}
	return numeric(p, order, thisYear)
}

// spelled reads a date whose month is a word.
func spelled(s string, thisYear int) (readBirth, bool) {
	if m := dayMonth.FindStringSubmatch(s); m != nil {
		if month := monthOf(m[2]); month > 0 {
			return day(m[3], month, number(m[1]), thisYear), true
		}
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		if month := monthOf(m[1]); month > 0 {
			return day(m[3], month, number(m[2]), thisYear), true
		}
	}
	if m := monthYear.FindStringSubmatch(s); m != nil {
		if month := monthOf(m[1]); month > 0 {
			return checked(fmt.Sprintf("%s-%02d", m[2], month), false), true
		}
	}
	return readBirth{}, false
}

func monthOf(word string) int {
	word = compact(word)
	for i, names := range monthNames {
		for _, n := range strings.Fields(names) {
			if len(word) >= 3 && (word == n || len(n) > 3 && strings.HasPrefix(word, n)) {
				return i + 1
			}
		}
	}
	return 0
}

func numeric(p []string, order Order, thisYear int) readBirth {
	switch {
	case len(p) == 1 && len(p[0]) == 4:
		return checked(p[0], false)
	case len(p) == 1 && len(p[0]) == 8 && (p[0][:2] == "19" || p[0][:2] == "20"):
		return checked(p[0][:4]+"-"+p[0][4:6]+"-"+p[0][6:], false)
	case len(p) == 2 && len(p[0]) == 4 && len(p[1]) <= 2:
		return checked(fmt.Sprintf("%s-%02d", p[0], number(p[1])), false)
	case len(p) == 2 && len(p[1]) == 4 && len(p[0]) <= 2:
		return checked(fmt.Sprintf("%s-%02d", p[1], number(p[0])), false)
	case len(p) == 3 && len(p[0]) == 4 && len(p[1]) <= 2 && len(p[2]) <= 2:
		return checked(fmt.Sprintf("%s-%02d-%02d", p[0], number(p[1]), number(p[2])), false)
	case len(p) == 3 && len(p[0]) <= 2 && len(p[1]) <= 2 && (len(p[2]) == 4 || len(p[2]) == 2):
		d, m := number(p[0]), number(p[1])
		if order == MonthFirst {
			d, m = m, d
		}
		return day(p[2], m, d, thisYear)
	}
	return unreadable()
}

func day(year string, month, day, thisYear int) readBirth {
	y := number(year)
	if len(year) == 2 {
		if y += thisYear - thisYear%100; y > thisYear {
			y -= 100
		}
	}
	return checked(fmt.Sprintf("%04d-%02d-%02d", y, month, day), len(year) == 2)
}

// checked refuses days and months that do not exist.
func checked(edtf string, twoDigit bool) readBirth {
	if _, fault := reserve.ParseBirth(edtf); fault != nil {
		return readBirth{fault: fault}
	}
	return readBirth{edtf: edtf, twoDigit: twoDigit}
}

// numbers cuts a date of digits and signs into its parts.
func numbers(cell string) ([]string, bool) {
	s := asciiDigits(strings.TrimSpace(cell))
	if m := clock.FindStringSubmatch(strings.ToLower(s)); m != nil {
		s = m[1]
	}
	if !onlyNumber.MatchString(s) {
		return nil, false
	}
	return cuts.Split(s, -1), true
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// asciiDigits writes the digits of other scripts as 0 to 9.
func asciiDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII || !unicode.IsDigit(r) {
			return r
		}
		for _, zero := range "٠۰０" {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, s)
}

var ageForm = regexp.MustCompile(`^(\d{1,3})(?:[.,]0+)?\s*(?:ans?|years?(?: old)?|yrs?|a)?\.?$`)

// ageOf reads a stated age. estimate says that it is one: "environ 30".
func ageOf(cell string) (age int, estimate bool, fault *reserve.Error) {
	s := strings.ToLower(asciiDigits(strings.TrimSpace(cell)))
	bare := strings.TrimSpace(about.ReplaceAllString(s, ""))
	m := ageForm.FindStringSubmatch(strings.TrimSuffix(bare, "~"))
	if m == nil {
		return 0, false, reserve.Fault("age", "not-a-number")
	}
	return number(m[1]), bare != s || strings.HasSuffix(s, "~"), nil
}
