package sheet

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"muster/internal/lang"
	"muster/internal/phone"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// bom tells French Excel that a file is UTF-8.
const bom = "\ufeff"

// Sentence is a fault or a remark in words, for people, with the heading of its column.
func Sentence(v lang.Voice, r Remark) string {
	prefix := "error."
	if remarks[r.Code] {
		prefix = "import."
	}
	text := v.Text(prefix+r.Code, lang.Pairs(r.Args)...)
	if r.Column == "" {
		return text
	}
	return r.Column + ": " + text
}

// WriteRefused writes the rows that were refused, under the same headings and with a last column that says why, in the
// voice given. Mended and imported again, the last column is ignored. Rows of minors are left out: nothing of them is kept
// anywhere. It writes nothing but a heading where no row was refused.
func (rep *Report) WriteRefused(w io.Writer, v lang.Voice) error {
	s := rep.sheet
	heads := make([]string, 0, len(s.columns)+1)
	for _, c := range s.columns {
		if c.Field != FieldReason {
			heads = append(heads, c.Heading)
		}
	}
	reason := reasonHeading
	if s.order != OrderUnknown {
		reason += " " + string(s.order)
	}
	if _, err := io.WriteString(w, bom+line(s.separator, append(heads, reason))); err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	why := map[int][]string{}
	for _, f := range rep.Faults {
		why[f.Line] = append(why[f.Line], Sentence(v, f))
	}
	for _, r := range rep.refused {
		cells := make([]string, 0, len(s.columns)+1)
		for i, c := range s.columns {
			if c.Field == FieldReason {
				continue
			}
			cell := ""
			if i < len(r.cells) {
				cell = Unguard(r.cells[i])
			}
			cells = append(cells, cell)
		}
		if _, err := io.WriteString(w, line(s.separator, append(cells, strings.Join(why[r.line], " ")))); err != nil {
			return fmt.Errorf("write refused rows: %w", err)
		}
	}
	return nil
}

// RefusedRows is how many rows WriteRefused writes.
func (rep *Report) RefusedRows() int { return len(rep.refused) }

// exportHeads are the columns of an export, each with its field.
var exportHeads = []struct {
	head  string
	field Field
}{
	{"receipt", FieldReceipt}, {"name", FieldName}, {"known_as", FieldKnownAs}, {"father_name", FieldFather}, {"birth", FieldBirth}, {"sex", FieldSex},
	{"phone", FieldPhone}, {"phone 2", FieldPhone}, {"phone 3", FieldPhone}, {"phone 4", FieldPhone}, {"place", FieldPlace}, {"availability", FieldAvailability},
	{"language", FieldLanguage}, {"functions", FieldFunction}, {"qualifications", FieldSkill}, {"site", FieldSite},
}

// Export writes people as a CSV that spreadsheets open without computing anything (Guard is the one rule) and that can be
// imported again: a row that was not changed changes nothing. Who may have it is for the caller to ask.
func Export(w io.Writer, people iter.Seq[roll.Person]) error {
	heads := make([]string, len(exportHeads))
	for i, h := range exportHeads {
		heads[i] = h.head
	}
	if _, err := io.WriteString(w, bom+line(',', heads)); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	for p := range people {
		if _, err := io.WriteString(w, line(',', exported(&p))); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
	}
	return nil
}

// exported is a person as a row of an export.
func exported(p *roll.Person) []string {
	f := &p.Facts
	phones := make([]string, reserve.MaxPhones)
	for i, n := range f.Phones[:min(len(f.Phones), reserve.MaxPhones)] {
		phones[i] = n.E164.Reveal()
	}
	row := []string{p.Volunteer.Receipt, f.Name.Reveal(), f.KnownAs.Reveal(), f.FatherName.Reveal(), f.Birth.String(), f.Sex}
	row = append(row, phones...)
	return append(row, f.Place, f.Availability, f.Language, strings.Join(f.Functions, ", "), strings.Join(f.Qualifications, ", "), p.Volunteer.Site)
}

// unchanged reports whether a row of an export says of its person what is there already. It needs the person's receipt, an
// unlocked node, and a person within the actor's scope.
func (d *Door) unchanged(actor reserve.Actor, s *Sheet, row *Row) bool {
	if row.Receipt == "" || d.Roll == nil || !d.Roll.Loaded() {
		return false
	}
	p, ok := d.Roll.ByReceipt(row.Receipt)
	if !ok || p.Volunteer.Drive != s.options.Drive.Code || !reserve.InScope(actor, p.Volunteer.Site, p.Facts.Functions) {
		return false
	}
	there := exported(&p)
	for i, h := range exportHeads {
		col := s.column(h.field)
		if col < 0 || h.field == FieldPhone || h.field == FieldReceipt || col >= len(row.Cells) {
			continue
		}
		cell := strings.TrimSpace(Unguard(row.Cells[col]))
		// A spreadsheet that saved the file may have written the date in its own way.
		if cell != there[i] && (h.field != FieldBirth || row.Application.Birth != there[i]) {
			return false
		}
	}
	return slices.EqualFunc(row.Numbers, p.Facts.Phones[:min(len(p.Facts.Phones), reserve.MaxPhones)], func(n phone.Number, k reserve.Phone) bool {
		return n.E164 == k.E164.Reveal()
	})
}
