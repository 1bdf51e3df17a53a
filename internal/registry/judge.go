package registry

import (
	"slices"
	"strings"

	"muster/internal/gazetteer"
	"muster/internal/names"
	"muster/internal/phone"
	"muster/internal/reserve"
)

// codeUnderAge is the one fault that leaves a trace: a counter of the drive goes up, and nothing else is kept.
const codeUnderAge = "under-age"

// warnBirth is kept with facts whose stated age and birth date do not agree.
const warnBirth = "birth-differs"

// judgement is what was made of an application on one day.
type judgement struct {
	facts   reserve.Facts
	pending bool
	faults  reserve.Faults
}

// judge reads everything an application says and collects every fault.
func (r *Registry) judge(d *driveCard, a *reserve.Application, on reserve.Date) judgement {
	j := judgement{faults: a.Check(&d.Drive)}
	f := &j.facts
	f.Name = j.name("name", a.Name)
	f.KnownAs = j.name("known_as", a.KnownAs)
	f.FatherName = j.name("father_name", a.FatherName)
	if f.Name != "" {
		f.Warnings = append(f.Warnings, names.Remarks(f.Name.Reveal())...)
	}
	j.birth(a, d.least(), on)
	j.phones(a.Phones, d.countryAt(a.Site))
	r.place(&j, a, d.countryAt(a.Site))
	if a.Language != "" && !d.languages[a.Language] {
		j.fault("language", "unknown-language")
	}
	f.Language, f.Sex, f.Availability = a.Language, a.Sex, strings.TrimSpace(a.Availability)
	if note := strings.TrimSpace(a.Note.Reveal()); note != "" {
		f.Notes = []reserve.Private{reserve.Private(note)}
	}
	f.Functions = once(a.Functions, func(s string) string { return s })
	f.Qualifications = once(a.Qualifications, func(c reserve.Claim) string { return c.Code })
	f.Consents = once(a.Consents, func(c reserve.ConsentGiven) reserve.ConsentGiven { return c })
	slices.SortStableFunc(j.faults, func(x, y *reserve.Error) int { return fieldOrder(x.Field) - fieldOrder(y.Field) })
	return j
}

// once gives each value once, in the order given.
func once[T any, U comparable](list []T, of func(T) U) []U {
	if len(list) == 0 {
		return nil
	}
	out := make([]U, 0, len(list))
	for _, t := range list {
		if u := of(t); !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

func (j *judgement) fault(field, code string) {
	j.faults = append(j.faults, reserve.Fault(field, code))
}

func (j *judgement) has(field string) bool {
	return slices.ContainsFunc(j.faults, func(e *reserve.Error) bool { return e.Field == field })
}

// name takes a name that Check of the application found nothing wrong with.
func (j *judgement) name(field string, typed reserve.Private) reserve.Private {
	if typed == "" || j.has(field) || field != names.Field && strings.TrimSpace(typed.Reveal()) == "" {
		return ""
	}
	clean, fault := names.Check(typed.Reveal())
	if fault != nil {
		j.faults = append(j.faults, &reserve.Error{Kind: fault.Kind, Code: fault.Code, Field: field, Args: fault.Args})
		return ""
	}
	return reserve.Private(clean)
}

// birth joins date and age, and says whether the person is of age.
func (j *judgement) birth(a *reserve.Application, least int, on reserve.Date) {
	var date reserve.Birth
	if a.BirthRead != nil {
		date = *a.BirthRead
	} else {
		read, fault := reserve.ParseBirth(a.Birth)
		if fault != nil {
			j.faults = append(j.faults, fault)
			return
		}
		date = read
	}
	var stated reserve.Birth
	if a.Age != nil {
		if *a.Age < 0 || *a.Age > reserve.HighestAge {
			j.fault("age", "out-of-range")
			return
		}
		stated = reserve.BirthFromAge(*a.Age, on)
	}
	b, differs := reserve.MergeBirth(date, stated, on)
	if fault := reserve.CheckBirth(b, on); fault != nil {
		j.faults = append(j.faults, fault)
		return
	}
	switch reserve.AgeStateOn(b, least, on) {
	case reserve.Minor:
		j.fault("birth", codeUnderAge)
	case reserve.AgePending:
		j.pending = true
	}
	// A stated age below the least, beside a date above it, is for the desk to settle, not for the machine to forget.
	if differs && reserve.AgeStateOn(stated, least, on) == reserve.Minor {
		j.pending = true
	}
	j.facts.Birth, j.facts.BirthDiffers = b, differs
	if differs {
		j.facts.Warnings = append(j.facts.Warnings, warnBirth)
	}
}

func (j *judgement) phones(given []reserve.PhoneGiven, country string) {
	for _, g := range given {
		if strings.TrimSpace(g.Number.Reveal()) == "" {
			continue
		}
		n, err := phone.Parse(g.Number.Reveal(), country)
		if err != nil {
			j.faults = append(j.faults, reserve.FaultsOf(err)...)
			continue
		}
		p := reserve.Phone{E164: reserve.Private(n.E164), NoTexts: !n.SMS || g.Texts != nil && !*g.Texts}
		switch g.Owner {
		case "", reserve.PhoneSelf:
		case reserve.PhoneShared, reserve.PhoneRelay:
			p.Owner = g.Owner
			p.RelayName = j.name("phones", g.RelayName)
		default:
			j.fault("phones", "unknown-owner")
		}
		if n.Warning != "" && !slices.Contains(j.facts.Warnings, string(n.Warning)) {
			j.facts.Warnings = append(j.facts.Warnings, string(n.Warning))
		}
		if at := slices.IndexFunc(j.facts.Phones, func(q reserve.Phone) bool { return q.E164 == p.E164 }); at >= 0 {
			j.facts.Phones[at].NoTexts = j.facts.Phones[at].NoTexts || p.NoTexts
			continue
		}
		j.facts.Phones = append(j.facts.Phones, p)
	}
}

// place finds a P-code, or the one place a text surely means; where several fit, their codes go back with the fault, so
// that the form can ask.
func (r *Registry) place(j *judgement, a *reserve.Application, country string) {
	text := strings.TrimSpace(a.Place)
	if text == "" || j.has("place") {
		return
	}
	if p, ok := r.Gazetteer.ByCode(text); ok {
		j.facts.Place = p.Code
		return
	}
	within := a.PlaceWithin
	if within == "" {
		within = country
	}
	if p, ok := r.Gazetteer.Resolve(text, within); ok {
		j.facts.Place = p.Code
		return
	}
	if p, ok := r.Gazetteer.Resolve(text, ""); ok && a.PlaceWithin == "" {
		j.facts.Place = p.Code
		return
	}
	found := r.Gazetteer.Find(text, within)
	if len(found) == 0 {
		j.fault("place", "unknown-place")
		return
	}
	j.faults = append(j.faults, reserve.Fault("place", "ambiguous-place").With("choices", codes(found)))
}

func codes(places []gazetteer.Place) string {
	list := make([]string, len(places))
	for i, p := range places {
		list[i] = p.Code
	}
	return strings.Join(list, ",")
}

// fieldOrder is the order of the fields in the CONTRACT, which is the order of the form.
func fieldOrder(field string) int {
	switch field {
	case "ref":
		return 0
	case "name":
		return 1
	case "known_as":
		return 2
	case "father_name":
		return 3
	case "birth", "age":
		return 4
	case "phones":
		return 5
	case "availability":
		return 6
	case "language":
		return 7
	case "place":
		return 8
	}
	return 9
}
