package linkage

import (
	"testing"

	"muster/internal/people"
	"muster/internal/reserve"
)

// recordOf is a synthetic registration as the registry would hand it over.
func recordOf(t testing.TB, p people.Person) Record {
	rec := Record{Name: p.Name, FatherName: p.FatherName, KnownAs: p.KnownAs, Place: p.Place, Site: p.Site, Sex: p.Sex}
	birth, fault := reserve.ParseBirth(p.Birth)
	if fault != nil {
		t.Fatalf("%v: %s", p, fault.Code)
	}
	if p.Age > 0 {
		birth = reserve.BirthFromAge(p.Age, reserve.Date{Year: 2026, Month: 11, Day: 25})
	}
	rec.Birth = birth
	for _, n := range p.Phones {
		rec.Phones = append(rec.Phones, n.E164)
	}
	return rec
}

func sampleOf(t testing.TB, seed uint64, n int, again float64) (records []Record, person []int) {
	for _, p := range people.New(seed).Sample(n, again) {
		records = append(records, recordOf(t, p))
		person = append(person, int(p.Truth.ID))
	}
	return records, person
}
