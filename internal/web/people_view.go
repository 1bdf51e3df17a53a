package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// peopleView is a page of a list, or what a search found.
type peopleView struct {
	desk
	Filter   store.VolunteerFilter
	Level    string
	Query    string
	Searched bool
	People   []roll.Person
	Next     string // cursor of the next page
	Faults   reserve.Faults
	places   func(*reserve.Facts) string
}

// name is a person's name where it can be read now, else the receipt.
func (v peopleView) name(p roll.Person) string {
	if p.Facts.Name != "" {
		return p.Facts.Name.Reveal()
	}
	return p.Volunteer.Receipt
}

func (v peopleView) where(p roll.Person) string { return v.places(&p.Facts) }

func (v peopleView) nextPage() string {
	q := url.Values{}
	for name, value := range map[string]string{"function": v.Filter.Function, "site": v.Filter.Site, "state": string(v.Filter.State), "level": v.Level, "after": v.Next} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return v.under("/people?" + q.Encode())
}

// masked shows enough of numbers to ask "does it end in 56?", and no more.
func masked(phones []reserve.Phone) string {
	out := make([]string, 0, len(phones))
	for _, p := range phones {
		n := p.E164.Reveal()
		if len(n) < 7 {
			out = append(out, "••••")
			continue
		}
		out = append(out, n[:4]+" •••• "+n[len(n)-2:])
	}
	return strings.Join(out, ", ")
}

// revealReasons are the codes of why a full number is shown: the log takes no free text, which could name somebody.
func revealReasons() []string { return []string{"call-back", "duplicate", "correction", "safety"} }

// personView is all that is kept of one person.
type personView struct {
	desk
	registry.View
	Place    string
	Revealed []reserve.Phone
	Opened   string // the form that stays open because of what is wrong in it
	Values   url.Values
	Faults   reserve.Faults
}

func (v personView) here(path string) templ.SafeURL {
	return templ.SafeURL("/console/people/" + v.Person.Volunteer.ID + path)
}

func (v personView) version() string { return strconv.FormatInt(v.Person.Volunteer.Version, 10) }

func (v personView) qualified() string {
	names := make([]string, len(v.Person.Facts.Qualifications))
	for i, q := range v.Person.Facts.Qualifications {
		names[i] = v.qualification(q)
	}
	return strings.Join(names, ", ")
}

func (v personView) availability() string {
	code := v.Person.Facts.Availability
	if key := "join.availability-" + code; code != "" && v.has(key) {
		return v.Text(key)
	}
	return code
}

// warning says what the desk should look at.
func (v personView) warning(code string) string {
	if key := "warning." + code; v.has(key) {
		return v.Text(key)
	}
	return code
}

func (v personView) owner(p reserve.Phone) string {
	if p.Owner == "" || p.Owner == reserve.PhoneSelf {
		return ""
	}
	return v.Text("join.phone-owner-"+string(p.Owner)) + " " + p.RelayName.Reveal()
}

func (v personView) level(level int) string {
	if level == 0 {
		return v.Text("console.level-0")
	}
	return strconv.Itoa(level)
}

// given says when a consent was given and, where it has, ended.
func (v view) given(c reserve.Consent) string {
	if c.EndedAt != 0 {
		return v.Text("me.consent-ended", "when", v.at(c.GivenAt), "ended", v.at(c.EndedAt))
	}
	return v.Text("me.consent-given", "when", v.at(c.GivenAt))
}

// value is what stands in a field of the correction: what was typed, else what is held.
func (v personView) value(input string) string {
	if v.Values != nil {
		return v.Values.Get(input)
	}
	f := v.Person.Facts
	switch input {
	case "name":
		return f.Name.Reveal()
	case "known_as":
		return f.KnownAs.Reveal()
	case "father_name":
		return f.FatherName.Reveal()
	case "birth":
		return f.Birth.String()
	case "place":
		return v.Place
	}
	return ""
}

func (v personView) offers(function string) bool {
	if v.Values != nil {
		return slices.Contains(v.Values["functions"], function)
	}
	return slices.ContainsFunc(v.Person.Volunteer.Offers, func(o reserve.Offer) bool { return o.Function == function })
}

// actLine is one line of the log for reading.
type actLine struct {
	Index, At, Count  int64
	Actor, Verb, Note string
}

// historyView is what the log says of one person.
type historyView struct {
	desk
	ID   string
	Acts []actLine
}
