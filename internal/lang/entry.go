package lang

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// forms names the CLDR plural categories as the files spell them.
var forms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// entry is one key in one language: its sentence, or one for each plural form.
type entry struct {
	other sentence
	forms map[plural.Form]sentence // nil where the key has one form
}

// sentence is a text cut at its placeholders, so that filling it is one pass.
type sentence []piece

type piece struct {
	text string
	arg  string // the placeholder's name after text; empty in the last piece
}

func (e entry) form(f plural.Form) sentence {
	if s, ok := e.forms[f]; ok {
		return s
	}
	return e.other
}

// placeholders lists the names used in any form, in order, each once. A plural may leave {n} out in words such as
// "one person", so n counts only for the form "other".
func (e entry) placeholders() []string {
	var names []string
	add := func(s sentence, other bool) {
		for _, p := range s {
			if p.arg != "" && (other || p.arg != "n") {
				names = append(names, p.arg)
			}
		}
	}
	add(e.other, true)
	for _, s := range e.forms {
		add(s, false)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// lacks names the plural forms which the rule gives for some number up to 200 and which the entry has no sentence for.
func (e entry) lacks(rule language.Tag) []string {
	if e.forms == nil {
		return nil
	}
	var out []string
	for name, form := range forms {
		if _, ok := e.forms[form]; ok {
			continue
		}
		for n := range 201 {
			if plural.Cardinal.MatchPlural(rule, n, 0, 0, 0, 0) == form {
				out = append(out, name)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// fill puts the values of pairs into the placeholders. An odd pair or a missing value shows "?": readable, cheap in a
// text message, and it gives nothing away.
func (s sentence) fill(pairs []any) string {
	if len(s) == 1 && s[0].arg == "" {
		return s[0].text
	}
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.text)
		if p.arg != "" {
			b.WriteString(value(pairs, p.arg))
		}
	}
	return b.String()
}

func value(pairs []any, name string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] != name {
			continue
		}
		if s, ok := pairs[i+1].(string); ok {
			return s
		}
		return fmt.Sprint(pairs[i+1])
	}
	return "?"
}

// Pairs turns the arguments of a reserve.Error into pairs for Text.
func Pairs(args map[string]string) []any {
	out := make([]any, 0, 2*len(args))
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}

// file is a catalogue as it lies on disk.
type file struct {
	Meta  Meta                       `json:"meta"`
	Texts map[string]json.RawMessage `json:"texts"`
}

func parse(code string, raw []byte) (*tongue, error) {
	var f file
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	f.Meta.Code = code
	if f.Meta.Name == "" || f.Meta.Direction != "ltr" && f.Meta.Direction != "rtl" {
		return nil, errors.New("meta needs a name and a direction, ltr or rtl")
	}
	rule, err := language.Parse(f.Meta.Plural)
	if err != nil {
		return nil, fmt.Errorf("meta.plural: %w", err)
	}
	t := &tongue{meta: f.Meta, rule: rule, texts: make(map[string]entry, len(f.Texts))}
	for key, raw := range f.Texts {
		e, err := parseEntry(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		t.texts[key] = e
	}
	return t, nil
}

func parseEntry(raw json.RawMessage) (entry, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		s, err := cut(one)
		return entry{other: s}, err
	}
	var many map[string]string
	if err := json.Unmarshal(raw, &many); err != nil {
		return entry{}, errors.New("neither a text nor plural forms")
	}
	e := entry{forms: map[plural.Form]sentence{}}
	for name, text := range many {
		form, ok := forms[name]
		if !ok {
			return entry{}, fmt.Errorf("no plural form is called %q", name)
		}
		s, err := cut(text)
		if err != nil {
			return entry{}, err
		}
		e.forms[form] = s
	}
	other, ok := e.forms[plural.Other]
	if !ok {
		return entry{}, errors.New("plural forms need an \"other\"")
	}
	e.other = other
	return e, nil
}

// cut splits a text at its placeholders. Braces have no other use in a catalogue.
func cut(text string) (sentence, error) {
	if text == "" {
		return nil, errors.New("empty text")
	}
	var s sentence
	for {
		before, rest, found := strings.Cut(text, "{")
		if !found {
			if strings.Contains(before, "}") {
				return nil, errors.New("a brace closes that was never opened")
			}
			return append(s, piece{text: before}), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return nil, fmt.Errorf("placeholder %q is not a name in small letters", name)
		}
		s = append(s, piece{text: before, arg: name})
		text = after
	}
}
