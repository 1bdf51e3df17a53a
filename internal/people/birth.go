package people

import (
	"fmt"
	"time"

	"muster/internal/reserve"
)

// drawBorn draws a real birth date: 4 % are 15 to 17, and of the others half are under 28.
func (s *Source) drawBorn() reserve.Date {
	r := s.rand
	from, years := 18, 10
	switch pick(r, []share{{"minor", 40}, {"18", 480}, {"28", 300}, {"38", 130}, {"50", 45}, {"65", 5}}) {
	case "minor":
		from, years = 15, 3
	case "28":
		from, years = 28, 10
	case "38":
		from, years = 38, 12
	case "50":
		from, years = 50, 15
	case "65":
		from, years = 65, 12
	}
	// Birthdays are drawn between the two dates themselves, since days per year do not come out even at 18.
	first := day(reserve.Date{Year: s.on.Year - from - years, Month: s.on.Month, Day: s.on.Day}) + 1
	last := day(reserve.Date{Year: s.on.Year - from, Month: s.on.Month, Day: s.on.Day})
	return reserve.Date{Year: 1970, Month: 1, Day: 1}.AddDays(first + r.IntN(last-first+1))
}

func day(d reserve.Date) int {
	return int(time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func (s *Source) daysAgo(n int) reserve.Date { return s.on.AddDays(-n) }

func (s *Source) ageOf(born reserve.Date) int {
	age := s.on.Year - born.Year
	if s.on.Month < born.Month || s.on.Month == born.Month && s.on.Day < born.Day {
		age--
	}
	return age
}

// state says what somebody knows of their birth: an EDTF text, or an age, or nothing. Those under 18, and those who
// only just are 18, state the truth: pupils know their date, and a rounded one would make the truth of Minor
// something no registry can know.
func (s *Source) state(born reserve.Date) (birth string, age int) {
	r := s.rand
	real := s.ageOf(born)
	if s.options.Papers {
		return born.String(), 0
	}
	if real < 20 {
		switch pick(r, []share{{"day", 75}, {"month", 5}, {"year", 8}, {"age", 12}}) {
		case "month":
			return fmt.Sprintf("%04d-%02d", born.Year, born.Month), 0
		case "year":
			return fmt.Sprintf("%04d", born.Year), 0
		case "age":
			return "", real
		}
		return born.String(), 0
	}
	switch pick(r, []share{{"day", 36}, {"1 January", 7}, {"31 December", 5}, {"month", 3}, {"year", 20}, {"about", 13}, {"age", 11}, {"none", 5}}) {
	case "1 January":
		return fmt.Sprintf("%04d-01-01", born.Year), 0
	case "31 December":
		return fmt.Sprintf("%04d-12-31", born.Year), 0
	case "month":
		return fmt.Sprintf("%04d-%02d", born.Year, born.Month), 0
	case "year":
		return fmt.Sprintf("%04d", born.Year), 0
	case "about":
		return fmt.Sprintf("%04d~", s.on.Year-s.heap(real)), 0
	case "age":
		return "", s.heap(real)
	case "none":
		return "", 0
	}
	return born.String(), 0
}

// heap rounds half of the ages to the next 0 or 5, as Whipple's index of more than 200 in the region says.
func (s *Source) heap(age int) int {
	if chance(s.rand, 50) {
		return (age + 2) / 5 * 5
	}
	return age
}
