package handover

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/internal/lang"
	"muster/internal/seal"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// pageData is a local page of a list: no script, no link, nothing loaded from anywhere.
type pageData struct {
	Language, Direction string
	Text                map[string]string
	Facts               [][2]string
	Warnings            []string
	Heads               []string
	People              [][]string
}

// page writes the page of a list beside its people.
func (f *folder) page(sub string, m seal.Manifest, people []byte, now time.Time) error {
	catalogue, err := lang.Load()
	if err != nil {
		return err
	}
	v := catalogue.Voice(f.state.Language, "en")
	k := f.known(m.Origin, m.Drive, m.Recipient)
	day := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	d := pageData{Language: v.Code(), Direction: v.Direction(), Text: map[string]string{"title": v.Text("list.title"), "copies": v.Text("list.copies")}}
	d.Facts = [][2]string{{v.Text("list.drive"), m.Drive}, {v.Text("list.recipient"), m.Recipient}, {v.Text("list.purpose"), m.Purpose},
		{v.Text("list.number"), strconv.FormatInt(m.Sequence, 10)}, {v.Text("list.made"), day(m.Created)}, {v.Text("list.until"), day(m.Expires)}}
	switch {
	case k.Feed == 0:
		d.Warnings = append(d.Warnings, v.Text("list.no-feed"))
	case now.Sub(k.FeedMade) > feedGoodFor:
		d.Warnings = append(d.Warnings, v.Text("list.old-feed", "day", day(k.FeedMade)))
	default:
		d.Facts = append(d.Facts, [2]string{v.Text("list.feed"), day(k.FeedMade)})
	}
	for _, field := range m.Fields {
		d.Heads = append(d.Heads, v.Text("list.field."+field))
	}
	for raw := range bytes.Lines(people) {
		var l Line
		if err := json.Unmarshal(raw, &l); err != nil {
			return seal.ErrListDamaged
		}
		d.People = append(d.People, cells(l, m.Fields))
	}
	d.Facts = append(d.Facts, [2]string{v.Text("list.people"), strconv.Itoa(len(d.People))})
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, d); err != nil {
		return fmt.Errorf("write the page of a list: %w", err)
	}
	return f.write(filepath.Join(sub, filePage), out.Bytes())
}

// cells are the texts of one person's row.
func cells(l Line, fields []string) []string {
	var out []string
	for _, field := range fields {
		switch field {
		case FieldEntry:
			out = append(out, l.Entry)
		case FieldName:
			out = append(out, l.Name.Reveal())
		case FieldKnownAs:
			out = append(out, l.KnownAs.Reveal())
		case FieldPhones:
			var numbers []string
			for _, n := range l.Phones {
				text := n.Number.Reveal()
				if n.Relay != "" {
					text += " (" + n.Relay.Reveal() + ")"
				}
				numbers = append(numbers, text)
			}
			out = append(out, strings.Join(numbers, ", "))
		case FieldBirthYear:
			out = append(out, l.BirthYear)
		case FieldBirth:
			out = append(out, l.Birth)
		case FieldPlace:
			out = append(out, l.Place)
		case FieldFunctions:
			out = append(out, strings.Join(l.Functions, ", "))
		case FieldLevels:
			var levels []string
			for _, code := range slices.Sorted(maps.Keys(l.Levels)) {
				levels = append(levels, code+" "+strconv.Itoa(l.Levels[code]))
			}
			out = append(out, strings.Join(levels, ", "))
		case FieldQualifications:
			out = append(out, strings.Join(l.Qualifications, ", "))
		case FieldLanguage:
			out = append(out, l.Language)
		case FieldAvailability:
			out = append(out, l.Availability)
		}
	}
	return out
}
