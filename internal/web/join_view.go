package web

import (
	"slices"
	"strconv"
)

// invalid is the value of aria-invalid for a field.
func (v joinView) invalid(field string) string {
	for _, e := range v.Faults {
		if e.Field == field || e.Field == "phones" && field == "phone" {
			return "true"
		}
	}
	return "false"
}

func (v joinView) ticked(name, value string) bool { return slices.Contains(v.Values[name], value) }

// spoken is the language the person wants texts in: what they chose, else the page's.
func (v joinView) spoken() string {
	if l := v.Values.Get("language"); l != "" {
		return l
	}
	return v.Code()
}

// qualifications lists those of all functions once, in the drive's order.
func (v joinView) qualifications() []string {
	var out []string
	for _, f := range v.Drive.Functions {
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

// purpose names a purpose in the reader's language; an organiser's own purpose is its code, which the drive file chose.
func (v view) purpose(code string) string {
	if code == "call-up" {
		return v.Text("join.purpose-call-up")
	}
	return code
}
