package web

import (
	"net/url"
	"slices"
	"strings"

	"muster/internal/registry"
	"muster/internal/reserve"
)

// correctionOf reads what a form changes of what is held; some is false where it changes nothing. A field that is not on
// the page, or stands there as it was, stays as it is: a page shows less of a person than is kept.
func correctionOf(f url.Values, had *reserve.Facts, place string) (c registry.Correction, some bool) {
	private := func(name string, old reserve.Private) *reserve.Private {
		p := reserve.Private(f.Get(name))
		if !f.Has(name) || p == old {
			return nil
		}
		some = true
		return &p
	}
	c.Name, c.KnownAs, c.FatherName = private("name", had.Name), private("known_as", had.KnownAs), private("father_name", had.FatherName)
	if c.Note = private("note", ""); c.Note != nil && *c.Note == "" {
		c.Note = nil
	}
	plain := func(name, old string) *string {
		s := f.Get(name)
		if !f.Has(name) || s == old {
			return nil
		}
		some = true
		return &s
	}
	c.Place, c.Birth, c.Language = plain("place", place), plain("birth", had.Birth.String()), plain("language", had.Language)
	if f.Has("phone") {
		c.Phones = phonesOf(f["phone"], had.Phones)
		some = some || c.Phones != nil
	}
	if f.Has("functions_shown") && !slices.Equal(slices.Sorted(slices.Values(f["functions"])), slices.Sorted(slices.Values(had.Functions))) {
		c.Functions = append([]string{}, f["functions"]...)
		some = true
	}
	return c, some
}

// phonesOf gives the numbers of a form where they differ from those held, else nil. What is known of a number that stays
// (whose it is, that it takes no texts) stays with it.
func phonesOf(typed []string, had []reserve.Phone) []reserve.PhoneGiven {
	out := []reserve.PhoneGiven{}
	same := true
	for _, t := range typed {
		number := reserve.Private(strings.TrimSpace(t))
		if number == "" {
			continue
		}
		given := reserve.PhoneGiven{Number: number}
		at := slices.IndexFunc(had, func(p reserve.Phone) bool { return p.E164 == number })
		if at >= 0 {
			texts := !had[at].NoTexts
			given.Owner, given.RelayName, given.Texts = had[at].Owner, had[at].RelayName, &texts
		}
		same = same && at == len(out)
		out = append(out, given)
	}
	if same && len(out) == len(had) {
		return nil
	}
	return out
}
