package lang

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed catalog/*.json
var files embed.FS

// Last is the language every sentence exists in: what is shown when neither the reader's nor the drive's language has one.
const Last = "en"

// Meta is what a language's file says of the language itself.
type Meta struct {
	Code      string `json:"-"`
	Name      string `json:"name"`      // in the language itself
	English   string `json:"english"`   // in English, for operators
	Direction string `json:"direction"` // "ltr" or "rtl"
	// Plural is the language whose CLDR plural rule this one follows. Zarma has no rule of its own in CLDR and follows
	// Koyraboro Senni, its nearest sister with one: no difference after a number.
	Plural   string `json:"plural"`
	Group    string `json:"group"`    // put between thousands
	Reviewed bool   `json:"reviewed"` // a native speaker has read every sentence
	Note     string `json:"note"`
}

// Catalog is every language's sentences. It does not change after Load and may be used by many goroutines.
type Catalog struct {
	tongues map[string]*tongue
	order   []string

	mu      sync.Mutex
	unknown map[string]bool
}

type tongue struct {
	meta  Meta
	rule  language.Tag
	texts map[string]entry
}

// Load reads the catalogues built into the program. It fails on a file that cannot be read as described in the
// package comment; keys missing in one language are not an error here but in Missing, so that a half-translated
// language can be shipped.
func Load() (*Catalog, error) {
	names, err := files.ReadDir("catalog")
	if err != nil {
		return nil, fmt.Errorf("list the catalogues: %w", err)
	}
	c := &Catalog{tongues: map[string]*tongue{}, unknown: map[string]bool{}}
	for _, f := range names {
		raw, err := files.ReadFile(path.Join("catalog", f.Name()))
		if err != nil {
			return nil, fmt.Errorf("read catalogue %s: %w", f.Name(), err)
		}
		code := strings.TrimSuffix(f.Name(), ".json")
		t, err := parse(code, raw)
		if err != nil {
			return nil, fmt.Errorf("read catalogue %s: %w", f.Name(), err)
		}
		c.tongues[code] = t
		c.order = append(c.order, code)
	}
	if c.tongues[Last] == nil {
		return nil, fmt.Errorf("no catalogue for %s, the language of last resort", Last)
	}
	return c, nil
}

// Text gives the sentence of key in lang, or in English where lang is not known or lacks it. pairs are names and values
// in turn ("name", n, "hour", "08:00"); a reserve.Private value shows its mask, so reveal what is meant to be read. A
// placeholder without a value shows "?". A key that no language has gives "⟦key⟧" and is kept for Unknown.
func (c *Catalog) Text(lang, key string, pairs ...any) string {
	return c.Voice(lang).Text(key, pairs...)
}

// Plural is Text with the form that n asks for; {n} is filled with n, grouped as the language does.
func (c *Catalog) Plural(lang, key string, n int64, pairs ...any) string {
	return c.Voice(lang).Plural(key, n, pairs...)
}

// Voice is the languages to try in turn: the reader's, then the drive's; English comes last by itself.
func (c *Catalog) Voice(langs ...string) Voice {
	v := Voice{catalog: c, tongues: make([]*tongue, 0, len(langs)+1)}
	for _, code := range append(langs[:len(langs):len(langs)], Last) {
		if t := c.tongue(code); t != nil && !slices.Contains(v.tongues, t) {
			v.tongues = append(v.tongues, t)
		}
	}
	return v
}

// tongue finds a language by its code, in any case and with any region: "fr-NE" is "fr".
func (c *Catalog) tongue(code string) *tongue {
	if t := c.tongues[code]; t != nil {
		return t
	}
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(code, "_", "-")), "-")
	return c.tongues[base]
}

// Languages lists the codes of all languages, in alphabetical order.
func (c *Catalog) Languages() []string { return slices.Clone(c.order) }

// Meta tells what is known of a language; ok is false for one without a catalogue.
func (c *Catalog) Meta(lang string) (m Meta, ok bool) {
	if t := c.tongue(lang); t != nil {
		return t.meta, true
	}
	return Meta{}, false
}

// NativeName is the language's name in the language itself, or its code where it has no catalogue.
func (c *Catalog) NativeName(lang string) string {
	if m, ok := c.Meta(lang); ok {
		return m.Name
	}
	return lang
}

// Direction is "rtl" or "ltr", as the HTML attribute dir wants it; "ltr" where the language has no catalogue.
func (c *Catalog) Direction(lang string) string {
	if m, ok := c.Meta(lang); ok {
		return m.Direction
	}
	return "ltr"
}

// Best picks the language for a reader from an Accept-Language header and the languages a drive speaks, whose first is
// its default. Where nothing fits it is the drive's default, or English where the drive names none.
func (c *Catalog) Best(header string, drive []string) string {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err == nil {
		for _, tag := range wanted {
			base, _ := tag.Base()
			if code := base.String(); slices.Contains(drive, code) && c.tongues[code] != nil {
				return code
			}
		}
	}
	if len(drive) > 0 {
		return drive[0]
	}
	return Last
}

// Keys lists every key of English, in order.
func (c *Catalog) Keys() []string { return slices.Sorted(maps.Keys(c.tongues[Last].texts)) }

// Has reports whether some language has a sentence for key.
func (c *Catalog) Has(key string) bool {
	for _, t := range c.tongues {
		if _, ok := t.texts[key]; ok {
			return true
		}
	}
	return false
}

// Unknown lists the keys that were asked for and that no language has. A test of pages or doors ends by finding it empty.
func (c *Catalog) Unknown() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.unknown))
}

func (c *Catalog) missed(key string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.unknown) < 1000 { // a caller that builds keys from input must not fill the memory
		c.unknown[key] = true
	}
	return "⟦" + key + "⟧"
}

// Missing tells, in words, what is wrong between the languages: keys that one has and another lacks, placeholders
// that differ, plural forms that a language's rule asks for and that are not there. Empty is right.
func (c *Catalog) Missing() []string {
	var out []string
	all := map[string][]string{} // key → placeholders, as English or else the first language has them
	for _, code := range append([]string{Last}, c.order...) {
		for key, e := range c.tongues[code].texts {
			if _, seen := all[key]; !seen {
				all[key] = e.placeholders()
			}
		}
	}
	for _, code := range c.order {
		t := c.tongues[code]
		for _, key := range slices.Sorted(maps.Keys(all)) {
			e, ok := t.texts[key]
			if !ok {
				out = append(out, code+": "+key+": no text")
				continue
			}
			if got := e.placeholders(); !slices.Equal(got, all[key]) {
				out = append(out, fmt.Sprintf("%s: %s: placeholders %v, want %v", code, key, got, all[key]))
			}
			for _, form := range e.lacks(t.rule) {
				out = append(out, code+": "+key+": no plural form "+form)
			}
		}
	}
	return out
}

// Voice speaks a few languages, the first that has a sentence wins. The zero Voice must not be used; make it with Catalog.Voice.
type Voice struct {
	catalog *Catalog
	tongues []*tongue
}

// Code is the language that is tried first.
func (v Voice) Code() string { return v.tongues[0].meta.Code }

// Direction is that of the language tried first.
func (v Voice) Direction() string { return v.tongues[0].meta.Direction }

// Text is Catalog.Text in this voice.
func (v Voice) Text(key string, pairs ...any) string {
	for _, t := range v.tongues {
		if e, ok := t.texts[key]; ok {
			return e.form(plural.Other).fill(pairs)
		}
	}
	return v.catalog.missed(key)
}

// Plural is Catalog.Plural in this voice.
func (v Voice) Plural(key string, n int64, pairs ...any) string {
	for _, t := range v.tongues {
		if e, ok := t.texts[key]; ok {
			form := plural.Cardinal.MatchPlural(t.rule, pluralOperand(n), 0, 0, 0, 0)
			return e.form(form).fill(append(pairs[:len(pairs):len(pairs)], "n", t.number(n)))
		}
	}
	return v.catalog.missed(key)
}

// Number writes n with the thousands apart as the first language does.
func (v Voice) Number(n int64) string { return v.tongues[0].number(n) }

// pluralOperand is the absolute value as the plural rules want it. No rule looks at more than the last six digits and
// whether the number is small, so a large number may be cut; that keeps it in an int of any machine.
func pluralOperand(n int64) int {
	if n < 0 {
		n = -n
	}
	if n >= 10_000_000 {
		n = 10_000_000 + n%1_000_000
	}
	return int(n)
}

func (t *tongue) number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + t.meta.Group + digits[i:]
	}
	return sign + digits
}
