package web

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"muster/internal/reserve"
)

// joinView is the form with what was typed and what is wrong with it.
type joinView struct {
	view
	Values url.Values
	Faults reserve.Faults
	Ref    string
	Choose []choice // places, where the one typed is not the only one
}

// choice is one place to choose from.
type choice struct{ Code, Label string }

// field is one line of the form.
type field struct{ name, kind, label, hint, complete string }

func (f field) inputType() string {
	if f.kind == "number" {
		return "text" // a number input hides what it cannot read, and then nobody can correct it
	}
	return f.kind
}

// option is one answer of a list.
type option struct {
	Value, Label string
	Chosen       bool
	Lang         string
}

func (o option) language() templ.Attributes {
	if o.Lang == "" {
		return nil
	}
	return templ.Attributes{"lang": o.Lang}
}

func hasFault(faults reserve.Faults, field string) bool {
	return slices.ContainsFunc(faults, func(e *reserve.Error) bool { return e.Field == field })
}

// fault is the field of the CONTRACT that an input of the form belongs to.
func (v joinView) fault(input string) string {
	if input == "phone" {
		return "phones"
	}
	return input
}

// where is the element that a fault's link leads to, so that the keyboard goes there too, and what the field is called.
func (v joinView) where(field string) (anchor, label string) {
	switch field {
	case "birth":
		return "f-birth_year", "join.birth"
	case "phones":
		return "f-phone", "join.phone"
	case "functions", "qualifications":
		return field, "join." + field
	case "consents":
		return field, "join.consent-title"
	case "place":
		return "f-place", "join.address"
	case "known_as":
		return "f-known_as", "join.known-as"
	case "father_name":
		return "f-father_name", "join.family"
	case "name", "age", "sex", "site", "language", "availability", "note":
		return "f-" + field, "join." + field
	}
	return "", ""
}

// describe names the hint of an input and, where there is one, its fault.
func (v joinView) describe(input string) string {
	ids := "hint-" + input
	if f := v.fault(input); hasFault(v.Faults, f) {
		ids = "fault-" + f + " " + ids
	}
	return ids
}

// attributes are those that only some inputs have.
func (v joinView) attributes(f field) templ.Attributes {
	out := templ.Attributes{}
	if f.kind == "number" {
		out["inputmode"] = "numeric"
		out["size"] = "3"
	}
	if hasFault(v.Faults, v.fault(f.name)) {
		out["aria-invalid"] = "true"
	}
	return out
}

// marked marks an input that has no hint of its own.
func (v joinView) marked(fault string) templ.Attributes {
	if !hasFault(v.Faults, fault) {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "fault-" + fault}
}

func (v joinView) ticked(name, value string) bool { return slices.Contains(v.Values[name], value) }

// list makes the options of a choice whose texts are "join.<name>-<code>"; the empty code is "none".
func (v joinView) list(name string, codes ...string) []option {
	input := name
	if name == "phone-owner" {
		input = "phone_owner"
	}
	out := make([]option, 0, len(codes))
	for _, c := range codes {
		key := "join." + name + "-" + c
		if c == "" {
			key += "none"
		}
		out = append(out, option{Value: c, Label: v.Text(key), Chosen: v.Values.Get(input) == c})
	}
	return out
}

func (v joinView) sites() []option {
	out := []option{{Label: "—", Chosen: v.Values.Get("site") == ""}}
	for _, s := range v.Drive.Sites {
		out = append(out, option{Value: s.Code, Label: s.Name, Chosen: v.Values.Get("site") == s.Code})
	}
	return out
}

// languages are those of the drive; chosen is what the person chose, else the page's.
func (v joinView) languages() []option {
	chosen := v.Values.Get("language")
	if chosen == "" {
		chosen = v.Code()
	}
	out := make([]option, 0, len(v.Drive.Languages))
	for _, l := range v.Drive.Languages {
		out = append(out, option{Value: l, Label: v.Names(l), Chosen: l == chosen, Lang: l})
	}
	return out
}

// qualifications lists those of all functions once, in the drive's order.
func (v joinView) qualifications() []string { return qualificationsOf(v.Drive) }

func qualificationsOf(d *reserve.Drive) []string {
	var out []string
	for _, f := range d.Functions {
		for _, q := range f.Qualifications {
			if !slices.Contains(out, q) {
				out = append(out, q)
			}
		}
	}
	return out
}

func (v joinView) wording() string { return strconv.Itoa(v.Drive.Consent.Version) }

func (v joinView) days() string { return strconv.Itoa(v.Drive.Retention) }
