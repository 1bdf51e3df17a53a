package sheet

import (
	"context"
	"io"
	"slices"
	"time"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// Config is what imports stand on. Roll may be nil where nobody is unlocked.
type Config struct {
	Registry  *registry.Registry
	Roll      *roll.Roll
	Gazetteer *gazetteer.Gazetteer
	Lang      *lang.Catalog
	Now       func() time.Time
}

// Door reads sheets for a registry. It is safe for concurrent use.
type Door struct{ Config }

// New makes the door of sheets.
func New(c Config) *Door { return &Door{c} }

// Choices is what an operator says of a file; what is empty is found out, as Options describes.
type Choices struct {
	Map       map[string]Field
	Separator byte
	Encoding  Encoding
	Dates     Order
	Site      string
	Functions []string
	Language  string
}

// Open reads a file for a drive. The faults are those of Read, and NotFound for the drive.
func (d *Door) Open(ctx context.Context, drive string, file io.Reader, c Choices) (*Sheet, error) {
	kept, err := d.Registry.Drive(ctx, drive)
	if err != nil {
		return nil, err
	}
	return Read(file, Options{Drive: kept.Drive, Today: reserve.DateOf(d.Now(), kept.Zone()), Gazetteer: d.Gazetteer, Lang: d.Lang,
		Map: c.Map, Separator: c.Separator, Encoding: c.Encoding, Dates: c.Dates, Site: c.Site, Functions: c.Functions, Language: c.Language})
}

// How is in which way a sheet is imported.
type How struct {
	DryRun   bool // judges everything, writes nothing
	Update   bool // a row with the number and name of exactly one person is a correction of theirs
	Progress func(done, total int)
}

// Twin is a row that is almost surely about somebody who was there before.
type Twin struct {
	Line   int `json:"line"`
	SameAs int `json:"same_as_line"` // 0: somebody who did not come with this file
}

// Report is what became of a file. It holds codes and line numbers, nothing of what stands in the cells.
type Report struct {
	Batch     string   `json:"batch"` // for undo; empty for a dry run
	DryRun    bool     `json:"dry_run"`
	Before    bool     `json:"imported_before"`
	Rows      int      `json:"rows"`
	Blank     int      `json:"blank_rows"`
	Added     int      `json:"added"`
	Updated   int      `json:"updated"`
	Unchanged int      `json:"unchanged"` // rows of an export that say what is there
	Repeated  int      `json:"repeated"`  // taken before
	Refused   int      `json:"refused"`
	UnderAge  int      `json:"under_age"` // among the refused; nothing of them is kept
	Conflicts int      `json:"conflicts"`
	Pending   int      `json:"pending_age"`
	OptedOut  int      `json:"opted_out"` // among those there: STOP stands, whatever the file says
	NoPhone   int      `json:"no_phone"`
	Twins     []Twin   `json:"same_person"`
	Faults    []Remark `json:"faults"`
	Remarks   []Remark `json:"remarks"`

	refused []record // rows to be mended; those of minors are not among them
	sheet   *Sheet
}

// Import hands every row to the registry, slice by slice. Rows that are refused stop nothing: the report names them by line
// and column, and WriteRefused gives them back. The same rows again add nobody. Errors: Fault "day-order" while a column of
// dates can be read in two ways (a dry run reports it in the preview alone), and those of registry.Import.
func (d *Door) Import(ctx context.Context, actor reserve.Actor, s *Sheet, how How) (Report, error) {
	if err := reserve.Demand(actor, reserve.MayImport); err != nil {
		return Report{}, err
	}
	if err := s.unsettled(); err != nil {
		return Report{}, err
	}
	rep := Report{DryRun: how.DryRun, Blank: s.blanks, Rows: s.rows, Twins: []Twin{}, Faults: []Remark{}, Remarks: []Remark{}, sheet: s}
	plan := registry.ImportPlan{Drive: s.options.Drive.Code, Digest: s.digest, DryRun: how.DryRun, Progress: how.Progress, Mode: registry.ImportAdd}
	if how.Update {
		plan.Mode = registry.ImportUpdate
	}
	plan.Rows = make([]reserve.Application, 0, s.rows)
	sent := make([]sentRow, 0, s.rows)
	for row := range s.All() {
		if d.unchanged(actor, s, &row) {
			rep.Unchanged++
			continue
		}
		rep.Remarks = append(rep.Remarks, row.Remarks...)
		plan.Rows = append(plan.Rows, row.Application)
		noPhone := slices.ContainsFunc(row.Remarks, func(r Remark) bool { return r.Code == RemarkNoPhone })
		sent = append(sent, sentRow{row.Line, row.Cells, row.Faults, noPhone})
	}
	out, err := d.Registry.Import(ctx, actor, plan)
	if err != nil {
		return rep, err
	}
	rep.Batch, rep.Before = out.Batch, out.Before
	rep.Added, rep.Updated, rep.Repeated, rep.Refused = out.Added, out.Updated, out.Repeated, out.Refused
	rep.UnderAge, rep.Conflicts, rep.OptedOut = out.Minors, out.Conflicts, out.OptedOut
	for i := range out.Rows {
		rep.add(&sent[i], &out.Rows[i])
	}
	return rep, nil
}

// Undo takes an import back.
func (d *Door) Undo(ctx context.Context, actor reserve.Actor, batch string) error {
	return d.Registry.Undo(ctx, actor, batch)
}

// sentRow is what a report needs of a row once its application is the registry's.
type sentRow struct {
	line    int
	cells   []string
	faults  []Remark
	noPhone bool
}

// add notes what became of one row.
func (rep *Report) add(row *sentRow, out *registry.ImportedRow) {
	if out.State == reserve.ReceivedPending {
		rep.Pending++
	}
	if row.noPhone {
		rep.NoPhone++
	}
	if out.SameNumber != 0 {
		rep.Remarks = append(rep.Remarks, Remark{Line: row.line, Column: rep.sheet.heading(FieldPhone), Code: RemarkSameNumber, Args: map[string]string{"line": itoa(out.SameNumber)}})
	}
	if out.SameAs != "" {
		rep.Twins = append(rep.Twins, Twin{Line: row.line, SameAs: out.SameRow})
	}
	switch out.Outcome {
	case registry.RowConflict:
		rep.Faults = append(rep.Faults, Remark{Line: row.line, Code: "conflict"})
	case registry.RowRefused:
		faults := rep.faultsOf(row, out.Faults)
		rep.Faults = append(rep.Faults, faults...)
		if !slices.ContainsFunc(faults, func(f Remark) bool { return f.Code == "under-age" }) {
			rep.refused = append(rep.refused, record{line: row.line, cells: row.cells})
		}
	}
}

// faultsOf names the column of each fault. Those that the sheet itself found know it; the registry's are named by field.
func (rep *Report) faultsOf(row *sentRow, list reserve.Faults) []Remark {
	out := slices.Clone(row.faults)
	unreadable := slices.ContainsFunc(out, func(r Remark) bool { return r.Column == "" })
	for _, e := range list {
		had := func(r Remark) bool { return r.Code == e.Code }
		// A row that could not be read at all has no name either: saying so helps nobody.
		if slices.ContainsFunc(out, had) || unreadable {
			continue
		}
		out = append(out, Remark{Line: row.line, Column: rep.sheet.columnFor(e.Field), Code: e.Code, Args: e.Args})
	}
	return out
}

// fieldColumns says in which columns a field of a registration may stand.
var fieldColumns = map[string][]Field{
	"name": {FieldName, FieldGiven, FieldFamily}, "known_as": {FieldKnownAs}, "father_name": {FieldFather}, "birth": {FieldBirth, FieldAge}, "age": {FieldAge},
	"phones": {FieldPhone}, "availability": {FieldAvailability}, "language": {FieldLanguage}, "place": {FieldPlace, FieldDistrict, FieldRegion, FieldAddress},
	"sex": {FieldSex}, "note": {FieldNote, FieldAddress, FieldSkill}, "site": {FieldSite}, "functions": {FieldFunction}, "qualifications": {FieldSkill}, "consents": {FieldConsent},
}

// columnFor is the heading under which a fault of the registry is mended.
func (s *Sheet) columnFor(field string) string {
	for _, f := range fieldColumns[field] {
		if h := s.heading(f); h != "" {
			return h
		}
	}
	return ""
}
