package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/reserve"
)

// headingRows is among how many first rows the headings are looked for: a title above them is common.
const headingRows = 10

// Options is what an operator says of a file; what is empty is found out.
type Options struct {
	Drive     reserve.Drive
	Today     reserve.Date // at the drive's place
	Gazetteer *gazetteer.Gazetteer
	Lang      *lang.Catalog

	Map       map[string]Field // by heading in any spelling, or "#3"; an empty field ignores the column
	Separator byte
	Encoding  Encoding
	Dates     Order
	Site      string   // of rows that name none
	Functions []string // of rows that name none; empty is the drive's "other", or its last
	Language  string   // of rows that name none
}

// Sheet is a file that was understood so far as its form goes.
type Sheet struct {
	options   Options
	text      string
	separator byte
	encoding  Encoding
	digest    []byte
	first     int // line of the headings
	columns   []Column
	order     Order
	settled   bool
	words     *vocabulary
	rows      int
	blanks    int
}

// Read looks at a file: its encoding, its separator, its headings and the order of its dates. Faults are of the file as a
// whole: "too-large", "file-unreadable", "too-many-rows", "unknown-encoding", "unknown-column", "no-name-column". A column
// of dates that can be read in two ways is no fault here: Preview shows it, and Import refuses until it is settled.
func Read(file io.Reader, o Options) (*Sheet, error) {
	raw, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	if len(raw) > MaxSize {
		return nil, fault("file", "too-large")
	}
	if len(bytes.TrimSpace(raw)) == 0 || bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return nil, fault("file", "file-unreadable") // nothing, or a workbook under the name of a CSV
	}
	sum := sha256.Sum256(raw)
	s := &Sheet{options: o, digest: sum[:], encoding: o.Encoding, separator: o.Separator, words: newVocabulary(&o.Drive, o.Lang)}
	if s.encoding == "" {
		s.encoding = encodingOf(raw)
	}
	if s.text, err = decode(raw, s.encoding); err != nil {
		return nil, err
	}
	if s.separator == 0 {
		s.separator = separatorOf(s.text)
	}
	if err := s.findHeadings(); err != nil {
		return nil, err
	}
	return s, s.look()
}

// findHeadings takes the row with most known headings among the first.
func (s *Sheet) findHeadings() error {
	most, n := 0, 0
	var heads []string
	for r := range records(s.text, s.separator) {
		if r.blank() {
			continue
		}
		if n++; n > headingRows {
			break
		}
		if k := knownHeadings(r.cells); k > most || heads == nil {
			most, heads, s.first = k, r.cells, r.line
		}
	}
	for len(heads) > 0 && visible(heads[len(heads)-1]) == "" {
		heads = heads[:len(heads)-1]
	}
	var err error
	s.columns, err = columnsOf(heads, s.options.Map)
	if err != nil {
		return err
	}
	if s.column(FieldName) < 0 && s.column(FieldFamily) < 0 && s.column(FieldGiven) < 0 && s.column(FieldReceipt) < 0 {
		return fault("map", "no-name-column")
	}
	return nil
}

// look reads the file once: how many rows it has, and in which order its dates are.
func (s *Sheet) look() error {
	seen, birth := evidence{}, s.column(FieldBirth)
	for r := range s.body() {
		if r.blank() {
			s.blanks++
			continue
		}
		if s.rows++; s.rows > MaxRows {
			return fault("file", "too-many-rows").With("most", itoa(MaxRows))
		}
		if birth >= 0 && birth < len(r.cells) {
			seen.see(Unguard(r.cells[birth]))
		}
	}
	s.order, s.settled = seen.order()
	for _, said := range []Order{carriedOrder(s.columns), s.options.Dates} {
		if said != OrderUnknown {
			s.order, s.settled = said, true
		}
	}
	return nil
}

// body gives the rows below the headings.
func (s *Sheet) body() func(yield func(record) bool) {
	return func(yield func(record) bool) {
		for r := range records(s.text, s.separator) {
			if r.line > s.first && !yield(r) {
				return
			}
		}
	}
}

// column finds the first column of a field, from 0; -1 where there is none.
func (s *Sheet) column(f Field) int {
	for i, c := range s.columns {
		if c.Field == f {
			return i
		}
	}
	return -1
}

// heading is the heading of a field's column, as it stands in the file.
func (s *Sheet) heading(f Field) string {
	if i := s.column(f); i >= 0 && f != FieldNone {
		return s.columns[i].Heading
	}
	return ""
}

// Digest names the file by its bytes, in hex.
func (s *Sheet) Digest() string { return hex.EncodeToString(s.digest) }

// Rows is how many rows stand below the headings, blank ones left out.
func (s *Sheet) Rows() int { return s.rows }

// Question is what the operator must answer before anything is kept.
type Question struct {
	Code   string  `json:"code"`   // "day-order"
	Column string  `json:"column"` // heading
	Line   int     `json:"line"`   // of the row shown
	As     []Birth `json:"as"`     // the row under each reading
}

// Birth is a date under one reading.
type Birth struct {
	Order Order  `json:"order"`
	Birth string `json:"birth"` // EDTF, or empty where it is no date under this reading
	Age   int    `json:"age"`
	Minor bool   `json:"minor"`
}

// Preview is what was found out about a file, for the operator to look at: it holds the first rows as they would be taken.
type Preview struct {
	Digest    string     `json:"digest"`
	Encoding  Encoding   `json:"encoding"`
	Separator string     `json:"separator"`
	Heading   int        `json:"heading_line"`
	Rows      int        `json:"rows"`
	Blank     int        `json:"blank_rows"`
	Columns   []Column   `json:"columns"`
	Ignored   []string   `json:"ignored"` // headings of no known field
	Dates     Order      `json:"dates"`   // empty: no date needs an order
	Questions []Question `json:"questions"`
	Sample    []Shown    `json:"sample"`
}

// sampleRows is how many rows a preview shows.
const sampleRows = 10

// Preview tells what was found out. It writes nothing.
func (s *Sheet) Preview() Preview {
	p := Preview{Digest: s.Digest(), Encoding: s.encoding, Separator: string(s.separator), Heading: s.first, Rows: s.rows, Blank: s.blanks, Columns: s.columns,
		Ignored: []string{}, Dates: s.order, Questions: []Question{}, Sample: []Shown{}}
	for _, c := range s.columns {
		if c.Field == FieldNone && c.Heading != "" {
			p.Ignored = append(p.Ignored, c.Heading)
		}
	}
	if !s.settled {
		p.Questions = append(p.Questions, s.ask())
	}
	for row := range s.All() {
		if p.Sample = append(p.Sample, row.shown()); len(p.Sample) == sampleRows {
			break
		}
	}
	return p
}

// ask shows the row on which the two readings differ most: one that is of age under the one and a minor under the other, if there is any.
func (s *Sheet) ask() Question {
	col, q := s.column(FieldBirth), Question{Code: "day-order", Column: s.heading(FieldBirth)}
	least := max(s.options.Drive.MinimumAge, reserve.MajorityAge)
	for r := range s.body() {
		if r.blank() || col >= len(r.cells) {
			continue
		}
		var e evidence
		if e.see(Unguard(r.cells[col])); e.either == 0 {
			continue
		}
		var as []Birth
		for _, o := range []Order{DayFirst, MonthFirst} {
			b := Birth{Order: o, Birth: birthOf(Unguard(r.cells[col]), o, s.options.Today.Year).edtf}
			if birth, fault := reserve.ParseBirth(b.Birth); fault == nil && birth.Known() {
				b.Age = reserve.AgeOn(birth.Latest(), s.options.Today)
				b.Minor = reserve.AgeStateOn(birth, least, s.options.Today) == reserve.Minor
			}
			as = append(as, b)
		}
		differs := as[0].Minor != as[1].Minor
		if q.Line == 0 || differs {
			q.Line, q.As = r.line, as
		}
		if differs {
			break
		}
	}
	return q
}

// unsettled is the fault of Import while a column of dates can be read in two ways.
func (s *Sheet) unsettled() error {
	if s.settled {
		return nil
	}
	return fault(string(FieldBirth), "day-order").With("column", s.heading(FieldBirth))
}
