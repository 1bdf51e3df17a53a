package api

import (
	"strconv"

	"muster/internal/reserve"
)

// The codes of a body that is JSON and not what the CONTRACT says.
const (
	CodeWrongType    = "wrong-type"
	CodeUnknownField = "unknown-field"
)

// maxConsents bounds the work on one body; no drive has so many recipients and purposes.
const maxConsents = 100

// fields reads values into Go and collects what is of another type.
type fields struct{ faults reserve.Faults }

func (f *fields) fault(field, code string) {
	if len(f.faults) < maxFaults {
		f.faults = append(f.faults, reserve.Fault(field, code))
	}
}

func (f *fields) unknown(where string, m *member) {
	if where != "" {
		where += "."
	}
	f.fault(where+plain(m.name), CodeUnknownField)
}

// text reads a text; null counts as absent.
func (f *fields) text(field string, v *value) string {
	switch v.kind {
	case isText:
		return v.text
	case isNull:
		return ""
	}
	f.fault(field, CodeWrongType)
	return ""
}

func (f *fields) private(field string, v *value) reserve.Private {
	return reserve.Private(f.text(field, v))
}

// whole reads a whole number written as one: 30, not 30.0, 3e1 or "30".
func (f *fields) whole(field string, v *value) *int {
	if v.kind == isNull {
		return nil
	}
	n, err := strconv.Atoi(v.text)
	if v.kind != isNumber || err != nil {
		f.fault(field, CodeWrongType)
		return nil
	}
	return &n
}

func (f *fields) yes(field string, v *value) *bool {
	switch v.kind {
	case isNull:
		return nil
	case isBool:
		yes := v.yes
		return &yes
	}
	f.fault(field, CodeWrongType)
	return nil
}

func (f *fields) list(field string, v *value) []value {
	if v.kind != isList && v.kind != isNull {
		f.fault(field, CodeWrongType)
	}
	return v.list
}

// most gives one more than the most that are taken: enough for the registry to refuse the list, and no work for the rest.
func (f *fields) most(field string, v *value, most int) []value {
	list := f.list(field, v)
	return list[:min(len(list), most+1)]
}

func (f *fields) texts(field string, list []value) []string {
	if len(list) == 0 {
		return nil
	}
	out := make([]string, 0, len(list))
	for i := range list {
		if list[i].kind != isText {
			f.fault(at(field, i), CodeWrongType)
			continue
		}
		out = append(out, list[i].text)
	}
	return out
}

func at(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// application reads the body of a registration. What is of the wrong type goes into Faults, so that the registry joins its
// own and the sender is told all at once.
func application(v *value) reserve.Application {
	a := reserve.Application{Channel: reserve.ChannelAPI}
	f := &fields{}
	if v.kind != isObject {
		f.fault("", CodeWrongType)
	}
	for i := range v.members {
		m := &v.members[i]
		if !f.said(&a, m) && !f.chosen(&a, m) {
			f.unknown("", m)
		}
	}
	a.Faults = f.faults
	return a
}

// said reads the fields that hold texts; false where the name is none of them.
func (f *fields) said(a *reserve.Application, m *member) bool {
	switch m.name {
	case "ref":
		a.Ref = f.text(m.name, &m.value)
	case "name":
		a.Name = f.private(m.name, &m.value)
	case "known_as":
		a.KnownAs = f.private(m.name, &m.value)
	case "father_name":
		a.FatherName = f.private(m.name, &m.value)
	case "birth":
		a.Birth = f.text(m.name, &m.value)
	case "availability":
		a.Availability = f.text(m.name, &m.value)
	case "language":
		a.Language = f.text(m.name, &m.value)
	case "place":
		a.Place = f.text(m.name, &m.value)
	case "place_within":
		a.PlaceWithin = f.text(m.name, &m.value)
	case "sex":
		a.Sex = f.text(m.name, &m.value)
	case "note":
		a.Note = f.private(m.name, &m.value)
	case "site":
		a.Site = f.text(m.name, &m.value)
	default:
		return false
	}
	return true
}

// chosen reads the fields that hold numbers and lists.
func (f *fields) chosen(a *reserve.Application, m *member) bool {
	switch m.name {
	case "age":
		a.Age = f.whole(m.name, &m.value)
	case "phones":
		list := f.most(m.name, &m.value, reserve.MaxPhones)
		a.Phones = make([]reserve.PhoneGiven, 0, len(list))
		for i := range list {
			a.Phones = append(a.Phones, f.phone(at(m.name, i), &list[i]))
		}
	case "functions":
		list := f.most(m.name, &m.value, reserve.MaxFunctions)
		a.Functions = f.texts(m.name, list)
	case "qualifications":
		list := f.most(m.name, &m.value, reserve.MaxFunctions)
		for i := range list {
			a.Qualifications = append(a.Qualifications, f.claim(at(m.name, i), &list[i]))
		}
	case "consents":
		list := f.most(m.name, &m.value, maxConsents)
		if len(list) > maxConsents {
			f.fault(m.name, "too-large")
		}
		for i := range list {
			a.Consents = append(a.Consents, f.consent(at(m.name, i), &list[i]))
		}
	default:
		return false
	}
	return true
}

func (f *fields) phone(field string, v *value) reserve.PhoneGiven {
	if v.kind == isText {
		return reserve.PhoneGiven{Number: reserve.Private(v.text)}
	}
	var p reserve.PhoneGiven
	f.object(field, v, func(m *member) bool {
		switch m.name {
		case "e164":
			p.Number = f.private(field+".e164", &m.value)
		case "owner":
			p.Owner = reserve.PhoneOwner(f.text(field+".owner", &m.value))
		case "relay_name":
			p.RelayName = f.private(field+".relay_name", &m.value)
		case "texts":
			p.Texts = f.yes(field+".texts", &m.value)
		default:
			return false
		}
		return true
	})
	return p
}

func (f *fields) claim(field string, v *value) reserve.Claim {
	if v.kind == isText {
		return reserve.Claim{Code: v.text}
	}
	var c reserve.Claim
	f.object(field, v, func(m *member) bool {
		if m.name != "code" {
			return false
		}
		c.Code = f.text(field+".code", &m.value)
		return true
	})
	return c
}

func (f *fields) consent(field string, v *value) reserve.ConsentGiven {
	var c reserve.ConsentGiven
	f.object(field, v, func(m *member) bool {
		switch m.name {
		case "recipient":
			c.Recipient = f.text(field+".recipient", &m.value)
		case "purpose":
			c.Purpose = f.text(field+".purpose", &m.value)
		case "wording":
			if n := f.whole(field+".wording", &m.value); n != nil {
				c.Wording = *n
			}
		default:
			return false
		}
		return true
	})
	return c
}

// object gives each member of an object to read, which says whether it knows the name.
func (f *fields) object(field string, v *value, read func(m *member) bool) {
	if v.kind != isObject {
		f.fault(field, CodeWrongType)
		return
	}
	for i := range v.members {
		if m := &v.members[i]; !read(m) {
			f.unknown(field, m)
		}
	}
}
