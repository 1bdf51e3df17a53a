package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/reserve"
	"muster/internal/store"
)

// meView is what a person may see of their own entry. Facts is nil where nobody can read them now: the node is locked,
// has not opened the registration yet, or the entry is erased.
type meView struct {
	view
	Receipt      string
	Address      string // of this page, to write down
	State        string
	RegisteredAt int64
	Pending      bool
	New          bool
	Done         string
	Functions    []string
	Facts        *reserve.Facts
	Place        string
	Consents     []reserve.Consent
	Held         []store.Held
	Values       url.Values // what was typed in a correction that was refused
	Faults       reserve.Faults
}

// open reports whether anything can still be changed.
func (v meView) open() bool { return v.State != "withdrawn" && v.State != "erased" }

func (v meView) doneText() string {
	switch v.Done {
	case "correct":
		return v.Text("me.done-correct")
	case "withdraw":
		return v.Text("me.done-withdraw")
	case "erase":
		return v.Text("me.done-erase", "days", "1")
	case "end-consent":
		return v.Text("me.done-consent")
	}
	return ""
}

func (v meView) functions(codes []string) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = v.function(c)
	}
	return strings.Join(names, ", ")
}

func (v meView) qualifications(codes []string) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = v.qualification(c)
	}
	return strings.Join(names, ", ")
}

// given says when a consent was given and, where it has, ended.
func (v meView) given(c reserve.Consent) string {
	if c.EndedAt != 0 {
		return v.Text("me.consent-ended", "when", v.at(c.GivenAt), "ended", v.at(c.EndedAt))
	}
	return v.Text("me.consent-given", "when", v.at(c.GivenAt))
}

func (v meView) fault(input string) string {
	if input == "phone" {
		return "phones"
	}
	return input
}

func (v meView) anchor(field string) string {
	switch field {
	case "phones":
		return "f-phone"
	case "name", "place", "withdraw", "erase":
		return "f-" + field
	}
	return ""
}

func (v meView) marked(input string) templ.Attributes {
	f := v.fault(input)
	if !hasFault(v.Faults, f) {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "fault-" + f}
}

// value is what stands in a field of the correction: what was typed, else what is held.
func (v meView) value(input string) string {
	if v.Values != nil {
		return v.Values.Get(input)
	}
	switch input {
	case "name":
		return v.Facts.Name.Reveal()
	case "phone":
		if len(v.Facts.Phones) > 0 {
			return v.Facts.Phones[0].E164.Reveal()
		}
	case "place":
		return v.Place
	}
	return ""
}

func (v meView) offers(function string) bool {
	if v.Values != nil {
		return slices.Contains(v.Values["functions"], function)
	}
	return slices.Contains(v.Functions, function)
}

// birth writes a birth so that a person can check it.
func (v view) birth(b reserve.Birth) string {
	if b.Precision == reserve.PrecisionAge {
		return v.Text("join.age-on", "age", int64(b.Age), "when", b.AsOf.String())
	}
	return b.String()
}
