package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/registry"
	"muster/internal/reserve"
)

// meView is what a person may see of their own entry.
type meView struct {
	view
	Own     registry.Own
	Address string // of this page, to write down
	New     bool
	Done    string
	Place   string
	Values  url.Values // what was typed in a correction that was refused
	Faults  reserve.Faults
}

// open reports whether anything can still be changed.
func (v meView) open() bool {
	return v.Own.State != registry.OwnWithdrawn && v.Own.State != registry.OwnErased
}

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

func (v meView) qualifications(codes []string) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = v.qualification(c)
	}
	return strings.Join(names, ", ")
}

func (v meView) fault(input string) string {
	if input == "phone" {
		return "phones"
	}
	return input
}

func (v meView) where(field string) (anchor, label string) {
	switch field {
	case "phones":
		return "f-phone", "join.phone"
	case "name":
		return "f-name", "join.name"
	case "place":
		return "f-place", "join.address"
	case "withdraw", "erase":
		return "f-" + field, "me." + field + "-title"
	}
	return "", ""
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
		return v.Own.Facts.Name.Reveal()
	case "place":
		return v.Place
	}
	return ""
}

func (v meView) offers(function string) bool {
	if v.Values != nil {
		return slices.Contains(v.Values["functions"], function)
	}
	return slices.Contains(v.Own.Functions, function)
}

// birth writes a birth so that a person can check it.
func (v view) birth(b reserve.Birth) string {
	if b.Precision == reserve.PrecisionAge {
		return v.Text("join.age-on", "age", int64(b.Age), "when", b.AsOf.String())
	}
	return b.String()
}

// phones are the numbers of the correction, with an empty line for one more.
func (v meView) phones() []string {
	if v.Values != nil {
		return v.Values["phone"]
	}
	list := make([]string, 0, len(v.Own.Facts.Phones)+1)
	for _, p := range v.Own.Facts.Phones {
		list = append(list, p.E164.Reveal())
	}
	if len(list) < reserve.MaxPhones {
		list = append(list, "")
	}
	return list
}

func (v meView) phoneID(i int) string {
	if i == 0 {
		return "f-phone"
	}
	return "f-phone" + strconv.Itoa(i+1)
}
