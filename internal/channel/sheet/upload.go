package sheet

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"muster/internal/reserve"
)

// Answer is what an upload gets: what was found out, what became of the rows, and those that can be mended and sent again.
type Answer struct {
	Preview Preview `json:"preview"`
	Report  *Report `json:"report,omitempty"` // absent where a question must be answered first
	Refused string  `json:"refused_csv,omitempty"`
}

// Take reads and imports an upload in one go. how holds drive, dry_run, update, separator, encoding, dates, site, functions, language,
// map ("heading=field", as often as needed) and lang, the language of the reasons in the refused rows. A dry run
// whose dates can be read in two ways is answered with the question; anything but a dry run is then refused with "day-order".
func (d *Door) Take(ctx context.Context, actor reserve.Actor, file io.Reader, how url.Values) (any, error) {
	c, err := choicesOf(how)
	if err != nil {
		return nil, err
	}
	s, err := d.Open(ctx, how.Get("drive"), file, c)
	if err != nil {
		return nil, err
	}
	out := Answer{Preview: s.Preview()}
	dry := yes(how, "dry_run")
	if dry && len(out.Preview.Questions) > 0 {
		return out, nil
	}
	rep, err := d.Import(ctx, actor, s, How{DryRun: dry, Update: yes(how, "update")})
	if err != nil {
		return nil, err
	}
	out.Report = &rep
	if rep.RefusedRows() > 0 {
		var b strings.Builder
		if err := rep.WriteRefused(&b, d.Lang.Voice(how.Get("lang"))); err != nil {
			return nil, err
		}
		out.Refused = b.String()
	}
	return out, nil
}

func yes(how url.Values, name string) bool {
	return slices.Contains([]string{"1", "true", "yes"}, strings.ToLower(how.Get(name)))
}

func choicesOf(how url.Values) (Choices, error) {
	var f reserve.Faults
	c := Choices{Encoding: Encoding(strings.ToLower(how.Get("encoding"))), Dates: Order(how.Get("dates")), Site: how.Get("site"), Language: how.Get("language")}
	for _, list := range how["functions"] {
		c.Functions = append(c.Functions, pieces(list)...)
	}
	var err error
	if c.Map, err = ParseMap(how["map"]); err != nil {
		f = append(f, reserve.FaultsOf(err)...)
	}
	if c.Separator, err = ParseSeparator(how.Get("separator")); err != nil {
		f = append(f, reserve.FaultsOf(err)...)
	}
	if !slices.Contains([]Order{OrderUnknown, DayFirst, MonthFirst}, c.Dates) {
		f = append(f, fault("dates", "unknown-choice"))
	}
	if c.Encoding != "" && !slices.Contains(Encodings(), c.Encoding) {
		f = append(f, fault("encoding", "unknown-encoding"))
	}
	return c, f.Err()
}

// ParseMap reads "heading=field" choices; "heading=" ignores the column. The fault is "unknown-column".
func ParseMap(list []string) (map[string]Field, error) {
	out := map[string]Field{}
	for _, pair := range list {
		key, field, ok := strings.Cut(pair, "=")
		key, field = strings.TrimSpace(key), strings.TrimSpace(field)
		if !ok || key == "" || field != "" && !slices.Contains(Fields(), Field(field)) {
			return nil, fault("map", "unknown-column").With("column", visible(pair))
		}
		out[key] = Field(field)
	}
	return out, nil
}

// ParseSeparator reads a sign between cells: ";", ",", "|", "tab"; empty finds it out. The fault is "unknown-choice".
func ParseSeparator(s string) (byte, error) {
	switch {
	case s == "":
		return 0, nil
	case s == "tab" || s == `\t`:
		return '\t', nil
	case len(s) == 1 && strings.Contains(separators, s):
		return s[0], nil
	}
	return 0, fault("separator", "unknown-choice")
}
