package linkage

import (
	"testing"

	"muster/internal/reserve"
)

func TestWhatIsNeverAlmostSure(t *testing.T) {
	day := func(y, m, d int) reserve.Birth {
		return reserve.Birth{Year: y, Month: m, Day: d, Precision: reserve.PrecisionDay}
	}
	year := func(y int) reserve.Birth { return reserve.Birth{Year: y, Precision: reserve.PrecisionYear} }
	own, family := []string{"+22790123456"}, []string{"+22796000001"}
	base := Record{Name: "Rabiou Tchiani", FatherName: "Ilyassou", Birth: day(1991, 4, 7), Phones: own, Place: "NE003006002", Sex: "m"}
	cases := []struct {
		name   string
		change func(a, b *Record)
		want   Band
	}{
		{"the same person again with the own number", func(a, b *Record) { b.FatherName = "" }, AlmostSure},
		{"a number the family shares, and no birth", func(a, b *Record) {
			a.FatherName, b.FatherName, b.Birth = "", "", reserve.Birth{}
			a.Phones, b.Phones, a.FamilyPhones, b.FamilyPhones = nil, nil, family, family
		}, Review},
		{"the same where nobody says that it is shared", func(a, b *Record) {
			a.FatherName, b.FatherName, b.Birth = "", "", reserve.Birth{}
		}, AlmostSure},
		{"one of two says that the number is shared", func(a, b *Record) {
			a.FatherName, b.FatherName, b.Birth = "", "", reserve.Birth{}
			b.Phones, b.FamilyPhones = nil, own
		}, Review},
		{"one father, and births that are years apart", func(a, b *Record) {
			b.Birth, b.Phones = year(1984), nil
		}, Review},
		{"one father, and births that just miss one another", func(a, b *Record) {
			a.Birth, b.Birth, b.Phones = year(1991), year(1993), nil
		}, Review},
		{"the own number, and births that just miss one another", func(a, b *Record) {
			a.Birth, b.Birth = year(1991), year(1993)
		}, AlmostSure},
		{"brothers of one name in two languages", func(a, b *Record) {
			a.Name, b.Name = "Ahmed Tchiani", "Amadou Tchiani"
			b.Birth, b.Phones = year(1991), []string{"+22794000009"}
		}, Review},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, b := base, base
			c.change(&a, &b)
			m, why := NewIndex(Sahel(), 16).Score(a, b)
			if m.Band != c.want {
				t.Errorf("got %v at %.1f bits (%v), want %v", m.Band, m.Bits, why, c.want)
			}
			if back, _ := NewIndex(Sahel(), 16).Score(b, a); back.Band != m.Band {
				t.Errorf("got %v one way and %v the other", m.Band, back.Band)
			}
		})
	}
}
