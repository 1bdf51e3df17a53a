package api

import (
	"reflect"
	"strings"
	"time"

	"muster/internal/reserve"
)

// taker is a type that reads itself from a value, because JSON may write it in more than one way.
type taker interface {
	take(f *fields, field string, v *value)
}

// bind fills a struct from an object, by the json names of its fields, and collects everything that is not as it should be:
// unknown names and other types. What is absent or null stays as it is.
func (f *fields) bind(field string, v *value, into reflect.Value) {
	if t, ok := into.Addr().Interface().(taker); ok {
		t.take(f, field, v)
		return
	}
	if v.kind == isNull {
		return
	}
	if into.Type() == reflect.TypeFor[time.Time]() {
		f.moment(field, v, into)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		f.bind(field, v, into.Elem())
	case reflect.String:
		into.SetString(f.text(field, v))
	case reflect.Bool:
		if yes := f.yes(field, v); yes != nil {
			into.SetBool(*yes)
		}
	case reflect.Int, reflect.Int64:
		if n := f.whole(field, v); n != nil {
			into.SetInt(int64(*n))
		}
	case reflect.Slice:
		f.bindList(field, v, into)
	case reflect.Map:
		f.bindMap(field, v, into)
	case reflect.Struct:
		f.object(field, v, func(m *member) bool {
			at := fieldNamed(into.Type(), m.name)
			if at < 0 {
				return false
			}
			f.bind(under(field, m.name), &m.value, into.Field(at))
			return true
		})
	default:
		panic("a body type that cannot be read: " + into.Type().String())
	}
}

// maxList bounds what one body may list; the packages below have their own, smaller limits.
const maxList = 1000

func (f *fields) bindList(field string, v *value, into reflect.Value) {
	list := f.list(field, v)
	if len(list) > maxList {
		f.fault(field, "too-large")
		return
	}
	out := reflect.MakeSlice(into.Type(), len(list), len(list))
	for i := range list {
		f.bind(at(field, i), &list[i], out.Index(i))
	}
	into.Set(out)
}

// bindMap reads an object whose names are the sender's, such as needs by id, with texts as values.
func (f *fields) bindMap(field string, v *value, into reflect.Value) {
	into.Set(reflect.MakeMap(into.Type()))
	f.object(field, v, func(m *member) bool {
		into.SetMapIndex(reflect.ValueOf(m.name), reflect.ValueOf(f.text(under(field, plain(m.name)), &m.value)))
		return true
	})
}

func (f *fields) moment(field string, v *value, into reflect.Value) {
	text := f.text(field, v)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil && v.kind == isText {
		f.fault(field, CodeWrongType)
	}
	if err == nil {
		into.Set(reflect.ValueOf(t))
	}
}

func under(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

// fieldNamed finds a struct's field by its json name; -1 where there is none.
func fieldNamed(t reflect.Type, name string) int {
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag == name && tag != "" && tag != "-" {
			return i
		}
	}
	return -1
}

// phoneIn is a number as the CONTRACT takes it: a text, or an object that says whose it is.
type phoneIn struct {
	E164      reserve.Private `json:"e164"`
	Owner     string          `json:"owner,omitempty" enum:"self,shared,relay"`
	RelayName reserve.Private `json:"relay_name,omitempty"`
	Texts     *bool           `json:"texts,omitempty" doc:"false: no texts to this number"`
}

func (p *phoneIn) take(f *fields, field string, v *value) {
	g := f.phone(field, v)
	*p = phoneIn{g.Number, string(g.Owner), g.RelayName, g.Texts}
}

func (p phoneIn) given() reserve.PhoneGiven {
	return reserve.PhoneGiven{Number: p.E164, Owner: reserve.PhoneOwner(p.Owner), RelayName: p.RelayName, Texts: p.Texts}
}

// skillIn is a qualification somebody says they have: a text, or an object with a code.
type skillIn struct {
	Code string `json:"code"`
}

func (s *skillIn) take(f *fields, field string, v *value) { s.Code = f.claim(field, v).Code }
