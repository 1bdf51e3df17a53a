package reserve

import (
	"fmt"
	"strconv"
	"strings"
)

// Facts is what one registration or correction says of a person, after judging. It exists in clear only in the memory
// of an unlocked node; on disk its JSON lies inside a sealed box. Short JSON names keep the box small.
type Facts struct {
	Name           Private        `json:"n,omitempty"`
	KnownAs        Private        `json:"k,omitempty"`
	FatherName     Private        `json:"f,omitempty"`
	Birth          Birth          `json:"b,omitzero"`
	BirthDiffers   bool           `json:"bd,omitempty"` // a stated age and a stated date do not agree
	Phones         []Phone        `json:"p,omitempty"`
	Availability   string         `json:"v,omitempty"`
	Language       string         `json:"l,omitempty"`
	Place          string         `json:"c,omitempty"` // P-code
	PlaceText      Private        `json:"ct,omitempty"`
	Sex            string         `json:"s,omitempty"`
	Notes          []Private      `json:"o,omitempty"`
	Functions      []string       `json:"u,omitempty"`
	Qualifications []string       `json:"q,omitempty"`
	Consents       []ConsentGiven `json:"cs,omitempty"`
	Warnings       []string       `json:"w,omitempty"` // codes the desk should look at
}

// Phone is one number of a person.
type Phone struct {
	E164      Private    `json:"e"`
	Owner     PhoneOwner `json:"o,omitempty"` // empty is self
	RelayName Private    `json:"r,omitempty"`
	NoTexts   bool       `json:"x,omitempty"`
}

// Reachable gives the first number that takes texts, or "".
func (f *Facts) Reachable() Private {
	for _, p := range f.Phones {
		if !p.NoTexts {
			return p.E164
		}
	}
	return ""
}

// CallName is the name to use in a text: the one the person asked for, else the name on the document.
func (f *Facts) CallName() Private {
	if f.KnownAs != "" {
		return f.KnownAs
	}
	return f.Name
}

// Fold joins what several registrations and corrections of one person say, oldest first. Nothing is lost: the newest
// non-empty value of a single-valued field wins, a finer birth beats a coarser one, and phones, functions,
// qualifications and notes are united. Consents are not folded here: the store keeps them apart, and the stricter wins.
func Fold(records []Facts) Facts {
	var out Facts
	for _, r := range records {
		setPrivate(&out.Name, r.Name)
		setPrivate(&out.KnownAs, r.KnownAs)
		setPrivate(&out.FatherName, r.FatherName)
		setPrivate(&out.PlaceText, r.PlaceText)
		setString(&out.Availability, r.Availability)
		setString(&out.Language, r.Language)
		setString(&out.Place, r.Place)
		setString(&out.Sex, r.Sex)
		if r.Birth.Known() && r.Birth.fineness() >= out.Birth.fineness() {
			out.Birth, out.BirthDiffers = r.Birth, r.BirthDiffers
		}
		out.Phones = unitePhones(out.Phones, r.Phones)
		out.Functions = unite(out.Functions, r.Functions)
		out.Qualifications = unite(out.Qualifications, r.Qualifications)
		out.Warnings = unite(out.Warnings, r.Warnings)
		out.Notes = unite(out.Notes, r.Notes)
	}
	return out
}

func setPrivate(to *Private, from Private) {
	if from != "" {
		*to = from
	}
}

func setString(to *string, from string) {
	if from != "" {
		*to = from
	}
}

func unite[T comparable](list, more []T) []T {
	for _, m := range more {
		seen := false
		for _, l := range list {
			seen = seen || l == m
		}
		if !seen {
			list = append(list[:len(list):len(list)], m)
		}
	}
	return list
}

// unitePhones keeps one entry a number; what the later record says of it (no texts, whose it is) wins, but a "no texts" is never lost.
func unitePhones(list, more []Phone) []Phone {
	for _, m := range more {
		at := -1
		for i := range list {
			if list[i].E164 == m.E164 {
				at = i
			}
		}
		if at < 0 {
			list = append(list[:len(list):len(list)], m)
			continue
		}
		list = append([]Phone(nil), list...)
		m.NoTexts = m.NoTexts || list[at].NoTexts
		list[at] = m
	}
	return list
}

// fineness orders precisions: a date seen to the day is finer than a stated age.
func (b Birth) fineness() int {
	switch b.Precision {
	case PrecisionDay:
		return 5
	case PrecisionMonth:
		return 4
	case PrecisionYear:
		return 3
	case PrecisionAge:
		return 2
	case PrecisionCirca:
		return 1
	}
	return 0
}

// IsZero reports whether nothing is known, for omitzero.
func (b Birth) IsZero() bool { return b.Precision == PrecisionNone }

// MarshalText writes EDTF, or "age:18@2026-11-24" for a stated age, which EDTF cannot say.
func (b Birth) MarshalText() ([]byte, error) {
	if b.Precision == PrecisionAge {
		return fmt.Appendf(nil, "age:%d@%s", b.Age, b.AsOf), nil
	}
	return []byte(b.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (b *Birth) UnmarshalText(text []byte) error {
	s := string(text)
	if rest, ok := strings.CutPrefix(s, "age:"); ok {
		age, day, _ := strings.Cut(rest, "@")
		n, err := strconv.Atoi(age)
		on, ok := ParseDate(day)
		if err != nil || !ok {
			return Fault("birth", "birth-unreadable")
		}
		*b = BirthFromAge(n, on)
		return nil
	}
	read, fault := ParseBirth(s)
	if fault != nil {
		return fault
	}
	*b = read
	return nil
}
