package lang

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the catalogues again in their usual order")

func load(t testing.TB) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryKeyIsInEveryLanguage(t *testing.T) {
	for _, fault := range load(t).Missing() {
		t.Error(fault)
	}
}

// TestCataloguesAreSorted keeps two people's additions from colliding. `go test ./internal/lang -update` sorts.
func TestCataloguesAreSorted(t *testing.T) {
	names, err := filepath.Glob("catalog/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Meta  Meta           `json:"meta"`
			Texts map[string]any `json:"texts"`
		}
		if err := json.Unmarshal(raw, &f); err != nil {
			t.Fatal(name, err)
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(f); err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if !bytes.Equal(raw, want.Bytes()) {
			t.Errorf("%s is not in its usual order, or has a key twice: run go test ./internal/lang -update", name)
		}
	}
}

func TestMetadata(t *testing.T) {
	c := load(t)
	for _, code := range c.Languages() {
		m, _ := c.Meta(code)
		if m.English == "" || m.Plural == "" || m.Group == "" {
			t.Errorf("%s: metadata incomplete: %+v", code, m)
		}
		if !m.Reviewed && !strings.Contains(m.Note, "needs review by a native speaker") {
			t.Errorf("%s: not reviewed, and its note does not say so", code)
		}
	}
	if got := c.Direction("ar"); got != "rtl" {
		t.Errorf("direction of Arabic: got %q, want rtl", got)
	}
	if got := c.NativeName("fr"); got != "Français" {
		t.Errorf("native name: got %q", got)
	}
	if c.NativeName("xx") != "xx" || c.Direction("xx") != "ltr" {
		t.Error("an unknown language must give its code and ltr")
	}
}

func TestTextFallsBack(t *testing.T) {
	c := load(t)
	en, fr := c.Text("en", "join.button"), c.Text("fr", "join.button")
	if en == fr {
		t.Fatal("the probe sentence must differ between the languages")
	}
	for _, row := range []struct {
		name  string
		langs []string
		want  string
	}{
		{"the reader's language wins", []string{"fr", "en"}, fr},
		{"a region is ignored", []string{"fr-NE"}, fr},
		{"an underscore is a hyphen", []string{"FR_ne"}, fr},
		{"an unknown language gives way to the drive's", []string{"ff", "fr"}, fr},
		{"nothing known gives English", []string{"ff", ""}, en},
		{"no language gives English", nil, en},
	} {
		if got := c.Voice(row.langs...).Text("join.button"); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	if got := c.Voice("fr").Code() + c.Voice("xx").Code(); got != "fren" {
		t.Errorf("codes of the voices: got %q, want fren", got)
	}
}

func TestFilling(t *testing.T) {
	c := load(t)
	got := c.Text("en", "error.two-numbers", "second", 2, "first", "+227 90…", "other", "x")
	if want := "There are two numbers here: +227 90… and 2. Put each on its own line."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// A value that looks like a placeholder or a template is a value.
	got = c.Text("en", "join.organiser", "name", "{name} {{7*7}} %s")
	if want := "Organised by {name} {{7*7}} %s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := c.Text("en", "join.organiser", "name"); got != "Organised by ?" {
		t.Errorf("a value that is missing: got %q", got)
	}
	args := Pairs(map[string]string{"first": "a", "second": "b"})
	if got := c.Text("en", "error.two-numbers", args...); !strings.Contains(got, "a and b") {
		t.Errorf("arguments of an error: got %q", got)
	}
}

func TestUnknownKeyIsMarkedAndKept(t *testing.T) {
	c := load(t)
	if got := c.Text("fr", "no.such-key"); got != "⟦no.such-key⟧" {
		t.Errorf("got %q", got)
	}
	c.Plural("fr", "no.such-plural", 3)
	if got := c.Unknown(); !slices.Equal(got, []string{"no.such-key", "no.such-plural"}) {
		t.Errorf("unknown keys: got %v", got)
	}
	if c.Has("no.such-key") || !c.Has("join.title") {
		t.Error("Has is wrong")
	}
}

func TestBestLanguage(t *testing.T) {
	c := load(t)
	drive := []string{"fr", "ha", "ar", "en"}
	for _, row := range []struct{ name, header, want string }{
		{"the first that the drive speaks", "de, ha;q=0.7, en;q=0.9", "en"},
		{"a region counts as its language", "ar-TD", "ar"},
		{"none fits", "de", "fr"},
		{"no header", "", "fr"},
		{"a broken header", ";;;q=", "fr"},
	} {
		if got := c.Best(row.header, drive); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	if got := c.Best("fr", nil); got != Last {
		t.Errorf("a drive without languages: got %q, want %q", got, Last)
	}
}

func TestCatalogueFaultsAreFound(t *testing.T) {
	meta := `"meta":{"name":"X","direction":"ltr","plural":"en"}`
	for name, raw := range map[string]string{
		"not JSON":                  `{`,
		"no direction":              `{"meta":{"name":"X","plural":"en"},"texts":{}}`,
		"a rule that is no tag":     `{"meta":{"name":"X","direction":"ltr","plural":"!"},"texts":{}}`,
		"an unknown section":        `{` + meta + `,"text":{}}`,
		"a number for a text":       `{` + meta + `,"texts":{"a":1}}`,
		"an empty text":             `{` + meta + `,"texts":{"a":""}}`,
		"an open brace":             `{` + meta + `,"texts":{"a":"x {name"}}`,
		"a closing brace":           `{` + meta + `,"texts":{"a":"x} "}}`,
		"a placeholder with blanks": `{` + meta + `,"texts":{"a":"{a b}"}}`,
		"a plural without other":    `{` + meta + `,"texts":{"a":{"one":"x"}}}`,
		"an unknown plural form":    `{` + meta + `,"texts":{"a":{"other":"x","tow":"y"}}}`,
	} {
		if _, err := parse("xx", []byte(raw)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMissingFindsEveryKindOfGap(t *testing.T) {
	part := func(code, plural, texts string) *tongue {
		raw := `{"meta":{"name":"X","direction":"ltr","plural":"` + plural + `"},"texts":{` + texts + `}}`
		out, err := parse(code, []byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	c := &Catalog{order: []string{"ar", "en"}, tongues: map[string]*tongue{
		"en": part("en", "en", `"a":"x {n}","b":"y","p":{"one":"one","other":"{n}"}`),
		"ar": part("ar", "ar", `"a":"x","c":"z","p":{"one":"1","zero":"0","two":"2","few":"{n}","other":"{n}"}`),
	}}
	want := []string{
		"ar: a: placeholders [], want [n]",
		"ar: b: no text",
		"ar: p: no plural form many",
		"en: c: no text",
	}
	if got := c.Missing(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEnglishHasEveryKey(t *testing.T) {
	c := load(t)
	if got := c.Keys(); !slices.Equal(got, slices.Sorted(maps.Keys(c.tongues["fr"].texts))) {
		t.Error("English and French have different keys")
	}
}
