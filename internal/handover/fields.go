package handover

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"muster/internal/reserve"
	"muster/internal/roll"
)

// The fields a list may have: a closed list. Every list has the entry, which is of that list alone; none has anything
// that is not here, whoever asks.
const (
	FieldEntry          = "entry"
	FieldName           = "name"
	FieldKnownAs        = "known_as"
	FieldPhones         = "phones"
	FieldBirthYear      = "birth_year"
	FieldBirth          = "birth"
	FieldPlace          = "place"
	FieldFunctions      = "functions"
	FieldLevels         = "levels"
	FieldQualifications = "qualifications"
	FieldLanguage       = "language"
	FieldAvailability   = "availability"
)

// Fields lists them in the order in which they stand in a line.
func Fields() []string {
	return []string{FieldEntry, FieldName, FieldKnownAs, FieldPhones, FieldBirthYear, FieldBirth, FieldPlace, FieldFunctions, FieldLevels,
		FieldQualifications, FieldLanguage, FieldAvailability}
}

// DefaultFields are those of a list for which nobody chose: what is needed to call somebody for what they offer.
func DefaultFields() []string {
	return []string{FieldEntry, FieldName, FieldKnownAs, FieldPhones, FieldFunctions, FieldLanguage}
}

// chosen puts the wished fields in order, with the entry; faults are "unknown-field" and "birth-twice".
func chosen(wish []string) ([]string, *reserve.Error) {
	if len(wish) == 0 {
		return DefaultFields(), nil
	}
	for _, w := range wish {
		if !slices.Contains(Fields(), w) {
			return nil, reserve.Fault("fields", "unknown-field")
		}
	}
	if slices.Contains(wish, FieldBirth) && slices.Contains(wish, FieldBirthYear) {
		return nil, reserve.Fault("fields", "birth-twice")
	}
	return slices.DeleteFunc(Fields(), func(f string) bool { return f != FieldEntry && !slices.Contains(wish, f) }), nil
}

// Line is one person of a list, as the recipient reads them. Which parts are filled is in the manifest's fields.
type Line struct {
	Entry          string          `json:"entry"`
	Name           reserve.Private `json:"name,omitempty"`
	KnownAs        reserve.Private `json:"known_as,omitempty"`
	Phones         []LinePhone     `json:"phones,omitempty"`
	BirthYear      string          `json:"birth_year,omitempty"` // EDTF: 1998, 1998~, 1997/1998
	Birth          string          `json:"birth,omitempty"`      // EDTF
	Place          string          `json:"place,omitempty"`      // P-code
	Functions      []string        `json:"functions,omitempty"`
	Levels         map[string]int  `json:"levels,omitempty"` // verified level of each function, 1 (best) to 4; absent is unverified
	Qualifications []string        `json:"qualifications,omitempty"`
	Language       string          `json:"language,omitempty"`
	Availability   string          `json:"availability,omitempty"`
}

// LinePhone is a number and whose it is, so that nobody talks of the call-up to whoever happens to answer.
type LinePhone struct {
	Number reserve.Private    `json:"number"` // E.164
	Owner  reserve.PhoneOwner `json:"owner,omitempty"`
	Relay  reserve.Private    `json:"relay,omitempty"`
	Texts  bool               `json:"texts"`
}

// line writes the chosen fields of a person; of the functions only those the list is about, since each is a compartment.
func line(entry string, p *roll.Person, fields, functions []string) ([]byte, error) {
	f := &p.Facts
	out := Line{Entry: entry}
	for _, field := range fields {
		switch field {
		case FieldName:
			out.Name = f.Name
		case FieldKnownAs:
			out.KnownAs = f.KnownAs
		case FieldPhones:
			out.Phones = phones(p)
		case FieldBirthYear:
			out.BirthYear = birthYear(f.Birth)
		case FieldBirth:
			out.Birth = f.Birth.String()
		case FieldPlace:
			out.Place = f.Place
		case FieldFunctions, FieldLevels:
			offers(&out, field, p.Volunteer.Offers, functions)
		case FieldQualifications:
			out.Qualifications = f.Qualifications
		case FieldLanguage:
			out.Language = f.Language
		case FieldAvailability:
			out.Availability = f.Availability
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write a line of a list: %w", err)
	}
	return append(b, '\n'), nil
}

// phones says of each number whether it takes texts: a recipient must not write where we may not.
func phones(p *roll.Person) []LinePhone {
	var out []LinePhone
	for _, n := range p.Facts.Phones {
		texts := !n.NoTexts && !slices.Contains(p.Stopped, n.E164)
		out = append(out, LinePhone{Number: n.E164, Owner: n.Owner, Relay: n.RelayName, Texts: texts})
	}
	return out
}

func offers(out *Line, field string, have []reserve.Offer, functions []string) {
	for _, o := range have {
		if len(functions) > 0 && !slices.Contains(functions, o.Function) {
			continue
		}
		if field == FieldFunctions {
			out.Functions = append(out.Functions, o.Function)
		} else if o.Level > 0 {
			if out.Levels == nil {
				out.Levels = map[string]int{}
			}
			out.Levels[o.Function] = o.Level
		}
	}
}

// birthYear is the year without the day, as far as it is known.
func birthYear(b reserve.Birth) string {
	switch b.Precision {
	case reserve.PrecisionDay, reserve.PrecisionMonth:
		return strconv.Itoa(b.Year)
	}
	return b.String()
}
