package api

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// plainOf turns a value into what encoding/json would give, for comparison.
func plainOf(v *value) any {
	switch v.kind {
	case isBool:
		return v.yes
	case isNumber:
		return json.Number(v.text)
	case isText:
		return v.text
	case isList:
		out := make([]any, 0, len(v.list))
		for i := range v.list {
			out = append(out, plainOf(&v.list[i]))
		}
		return out
	case isObject:
		out := map[string]any{}
		for i := range v.members {
			out[v.members[i].name] = plainOf(&v.members[i].value)
		}
		return out
	}
	return nil
}

// againstStandard holds the scanner against the standard library: whatever is taken here is valid JSON with the same
// meaning; whatever is refused is no JSON, or has equal names, bad characters or too much depth.
func againstStandard(t *testing.T, source string) {
	t.Helper()
	v, faults := parse(source)
	var want any
	d := json.NewDecoder(strings.NewReader(source))
	d.UseNumber()
	standard := json.Valid([]byte(source)) && d.Decode(&want) == nil
	if len(faults) == 0 {
		if !standard {
			t.Fatalf("%q: taken, though it is no JSON", source)
		}
		if got := plainOf(&v); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %#v, want %#v", source, got, want)
		}
		if application(&v); !utf8.ValidString(source) {
			t.Fatalf("%q: taken, though it is no UTF-8", source)
		}
		return
	}
	for _, f := range faults {
		if f.Code == CodeBadJSON && standard {
			t.Fatalf("%q: refused as no JSON, though it is", source)
		}
		if !utf8.ValidString(f.Field) {
			t.Fatalf("%q: field %q is no UTF-8", source, f.Field)
		}
	}
	application(&v)
}

func TestTheScannerAgreesWithTheStandardLibrary(t *testing.T) {
	for _, s := range []string{`{}`, `[]`, ` [ 1 , 2 ] `, `{"a":[],"b":{}}`, `"\u00e9\n\t\/"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\u0041"`,
		`-0`, `0`, `01`, `-`, `1.`, `1.5e+10`, `1e`, `.5`, `+1`, `1E5`, `tru`, `true`, `nulll`, `[1,]`, `{"a":1,}`, `{"a"}`, `{a:1}`, `'x'`, "\"a\nb\"", `"\x"`, `"\u12"`, `"abc`, `[`, `]`,
		`{"a":1,"a":2}`, "\ufeff{}", `{"` + strings.Repeat("x", 200) + `":1}`, `NaN`, `/* */ {}`, `1 2`, "", " ", `"` + "\xed\xa0\x80" + `"`, `{"":""}`} {
		againstStandard(t, s)
	}
}

func TestAnObjectOfManyNamesIsReadInOneBreath(t *testing.T) {
	var b strings.Builder
	for i := range 12_000 {
		b.WriteString(`"` + strconv.Itoa(i) + `":0,`)
	}
	v, faults := parse(`{` + b.String() + `"7":1}`)
	if len(faults) != 1 || faults[0].Code != CodeDuplicate || faults[0].Field != "7" || len(v.members) != 12_001 {
		t.Errorf("got %d members and %v", len(v.members), faults)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{amina(ref1), `{"name":"\ud800"}`, `{"a":1,"A":2}`, strings.Repeat("[", 20), "{\"phones\":[{\"e164\":\"\xff\"}]}", `{"age":1e99}`} {
		f.Add(s)
	}
	f.Fuzz(againstStandard)
}
