package sheet

import (
	"iter"
	"slices"
	"strings"

	"muster/internal/gazetteer"
	"muster/internal/phone"
	"muster/internal/reserve"
)

// Remark is something about one row: what is wrong with it, or what somebody should look at. It holds codes, never what
// stands in the cell.
type Remark struct {
	Line   int               `json:"line"`
	Column string            `json:"column"` // heading; empty where it is the whole row
	Code   string            `json:"code"`
	Args   map[string]string `json:"args,omitempty"`
}

// The remarks on rows that are taken.
const (
	RemarkTwoDigits   = "year-two-digits"
	RemarkEstimate    = "age-estimate"
	RemarkUnknownAge  = "age-unknown" // what stands there is kept in the note
	RemarkNoPhone     = "no-phone"
	RemarkUnknownWord = "unknown-word" // of a function or skill; kept in the note
	RemarkSameNumber  = "same-number"  // Args line: the row that had the number first
)

// remarks are the codes whose sentences begin with "import.": they are no errors.
var remarks = map[string]bool{RemarkTwoDigits: true, RemarkEstimate: true, RemarkUnknownAge: true, RemarkNoPhone: true, RemarkUnknownWord: true, RemarkSameNumber: true,
	string(phone.WarnPremium): true, string(phone.WarnSatellite): true, string(phone.WarnUnlisted): true, string(phone.WarnNoSMS): true,
	string(phone.WarnNoPlus): true, string(phone.WarnForeign): true, string(phone.WarnOldBenin): true}

// Row is one row as it would be sent to the registry.
type Row struct {
	Line        int
	Cells       []string
	Application reserve.Application
	Receipt     string // of somebody already there
	Numbers     []phone.Number
	Faults      []Remark // the registry adds its own
	Remarks     []Remark
}

// Shown is a row as a preview shows it.
type Shown struct {
	Line      int      `json:"line"`
	Name      string   `json:"name"`
	Birth     string   `json:"birth"`
	Phones    []string `json:"phones"`
	Place     string   `json:"place"`
	Functions []string `json:"functions"`
	Note      string   `json:"note"`
	Faults    []Remark `json:"faults"`
}

func (r *Row) shown() Shown {
	a := &r.Application
	s := Shown{Line: r.Line, Name: a.Name.Reveal(), Birth: a.Birth, Place: a.Place, Functions: a.Functions, Note: a.Note.Reveal(), Phones: []string{}, Faults: r.Faults}
	if a.BirthRead != nil {
		s.Birth = a.BirthRead.String()
	}
	for _, n := range r.Numbers {
		s.Phones = append(s.Phones, phone.Format(n.E164))
	}
	return s
}

// All gives every row that is not blank, decoded.
func (s *Sheet) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for r := range s.body() {
			if r.blank() {
				continue
			}
			if !yield(s.row(r)) {
				return
			}
		}
	}
}

// reader decodes one row.
type reader struct {
	*Sheet
	row  Row
	note []string
}

func (s *Sheet) row(rec record) Row {
	r := reader{Sheet: s, row: Row{Line: rec.line, Cells: rec.cells}}
	a := &r.row.Application
	// No reference: what a row says is its reference, so that the same row in a file that was mended is a repeat.
	a.Drive, a.Channel, a.Row = s.options.Drive.Code, reserve.ChannelSheet, rec.line
	if rec.code != "" {
		r.fault(FieldNone, reserve.Fault("", rec.code))
		return r.row
	}
	for i, c := range rec.cells {
		if i >= len(s.columns) && strings.TrimSpace(c) != "" {
			r.fault(FieldNone, reserve.Fault("", "too-many-cells"))
			return r.row
		}
	}
	r.names(a)
	r.site(a)
	r.birth(a)
	r.phones(a)
	r.place(a)
	r.offers(a)
	r.words(a)
	a.Note = reserve.Private(strings.Join(r.note, "\n"))
	return r.row
}

// get gives the cell of a field's first column, without outer blanks.
func (r *reader) get(f Field) string {
	i := r.column(f)
	if i < 0 || i >= len(r.row.Cells) {
		return ""
	}
	return strings.TrimSpace(Unguard(r.row.Cells[i]))
}

func (r *reader) remark(f Field, code string) {
	r.row.Remarks = append(r.row.Remarks, Remark{Line: r.row.Line, Column: r.heading(f), Code: code})
}

func (r *reader) fault(f Field, e *reserve.Error) {
	r.row.Faults = append(r.row.Faults, Remark{Line: r.row.Line, Column: r.heading(f), Code: e.Code, Args: e.Args})
	r.row.Application.Faults = append(r.row.Application.Faults, e)
}

func (r *reader) names(a *reserve.Application) {
	name := r.get(FieldName)
	if given, family := r.get(FieldGiven), r.get(FieldFamily); given != "" || family != "" {
		name = strings.TrimSpace(given + " " + family)
	}
	a.Name, a.KnownAs, a.FatherName = reserve.Private(name), reserve.Private(r.get(FieldKnownAs)), reserve.Private(r.get(FieldFather))
	r.row.Receipt = r.get(FieldReceipt)
}

func (r *reader) site(a *reserve.Application) {
	a.Site = r.options.Site
	if cell := r.get(FieldSite); cell != "" {
		a.Site = cell // one that is not known is for the registry to refuse
		if code := r.Sheet.words.sites[compact(cell)]; code != "" {
			a.Site = code
		}
	}
}

// birth reads the date, else the age. An age that is an estimate becomes "about that year": nobody is called of age by a guess.
func (r *reader) birth(a *reserve.Application) {
	if cell := r.get(FieldBirth); cell != "" {
		b := birthOf(cell, r.order, r.options.Today.Year)
		if b.fault != nil {
			r.fault(FieldBirth, b.fault)
		}
		if b.twoDigit {
			r.remark(FieldBirth, RemarkTwoDigits)
		}
		if b.circa {
			r.remark(FieldBirth, RemarkEstimate)
		}
		if b.unknown {
			r.remark(FieldBirth, RemarkUnknownAge)
			r.note = append(r.note, r.heading(FieldBirth)+": "+cell)
		}
		a.Birth = b.edtf
	}
	cell := r.get(FieldAge)
	if cell == "" {
		return
	}
	age, estimate, fault := ageOf(cell)
	switch {
	case fault != nil:
		r.fault(FieldAge, fault)
	case estimate && a.Birth == "":
		a.BirthRead = &reserve.Birth{Year: r.options.Today.Year - age, Precision: reserve.PrecisionCirca}
		r.remark(FieldAge, RemarkEstimate)
	case !estimate:
		a.Age = &age
	}
}

// phones reads every column of numbers. A cell with two gives both: they are never glued into one.
func (r *reader) phones(a *reserve.Application) {
	country := r.country(a.Site)
	for i, c := range r.columns {
		if c.Field != FieldPhone || i >= len(r.row.Cells) {
			continue
		}
		cell := strings.TrimSpace(Unguard(r.row.Cells[i]))
		if cell == "" {
			continue
		}
		list, err := phone.ParseAll(cell, country)
		if err != nil {
			for _, e := range reserve.FaultsOf(err) {
				r.row.Faults = append(r.row.Faults, Remark{Line: r.row.Line, Column: c.Heading, Code: e.Code, Args: e.Args})
				a.Faults = append(a.Faults, e)
			}
			continue
		}
		for _, n := range list {
			a.Phones = append(a.Phones, reserve.PhoneGiven{Number: reserve.Private(n.E164)})
			r.row.Numbers = append(r.row.Numbers, n)
			if n.Warning != "" {
				r.row.Remarks = append(r.row.Remarks, Remark{Line: r.row.Line, Column: c.Heading, Code: string(n.Warning)})
			}
		}
	}
	if len(a.Phones) == 0 && len(r.row.Faults) == 0 {
		r.remark(FieldPhone, RemarkNoPhone)
	}
}

// country is where the numbers of a row were typed.
func (r *reader) country(site string) string {
	if c := r.get(FieldCountry); c != "" {
		return c
	}
	if s, ok := r.options.Drive.Site(site); ok {
		if p, ok := r.options.Gazetteer.ByCode(s.Place); ok {
			return p.Country
		}
	}
	return r.options.Drive.Country
}

// place takes the finest area that a row names, with the wider ones to tell it from others of its name. An address is kept
// as a note; it is searched for a place only where no column names one.
func (r *reader) place(a *reserve.Application) {
	region := r.area(r.get(FieldRegion), "", gazetteer.Region)
	district := r.area(r.get(FieldDistrict), region, gazetteer.Department)
	address := r.get(FieldAddress)
	switch commune := r.get(FieldPlace); {
	case commune != "":
		a.Place, a.PlaceWithin = commune, district
		if a.PlaceWithin == "" {
			a.PlaceWithin = region
		}
	case district != "":
		a.Place, a.PlaceWithin = district, region
	case region != "":
		a.Place = region
	case address != "":
		if p, ok := r.options.Gazetteer.Resolve(address, r.options.Drive.Country); ok {
			a.Place = p.Code
		}
	}
	if address != "" {
		r.note = append(r.note, address)
	}
}

// area gives the P-code of an area of a level, or the text itself where it is not surely one: "Tillabéri" in the column of
// regions is the region, not the town.
func (r *reader) area(text, within string, level gazetteer.Level) string {
	if text == "" {
		return ""
	}
	var found []string
	for _, p := range r.options.Gazetteer.Find(text, within) {
		if p.Level == level && compact(p.Name) == compact(text) && p.Country == r.options.Drive.Country {
			found = append(found, p.Code)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return text
}

// offers reads functions and qualifications. A word that the drive does not know is kept in the note; a row without any
// function offers what a known qualification is asked for, or the default.
func (r *reader) offers(a *reserve.Application) {
	v := r.Sheet.words
	functions, rest := known(v.functions, r.get(FieldFunction))
	skills, more := known(v.skills, r.get(FieldSkill))
	for _, w := range []struct {
		field Field
		rest  []string
	}{{FieldFunction, rest}, {FieldSkill, more}} {
		var unknown []string
		for _, word := range w.rest {
			// People write trades under functions, and functions under skills.
			if q := v.skills[compact(word)]; q != "" {
				skills = append(skills, q)
			} else if f := v.functions[compact(word)]; f != "" {
				functions = append(functions, f)
			} else {
				unknown = append(unknown, word)
			}
		}
		if len(unknown) > 0 {
			r.remark(w.field, RemarkUnknownWord)
			r.note = append(r.note, r.heading(w.field)+": "+strings.Join(unknown, ", "))
		}
	}
	if len(functions) == 0 {
		for _, q := range skills {
			functions = append(functions, v.offered[q]...)
		}
	}
	if len(functions) == 0 {
		functions = r.defaults()
	}
	slices.Sort(functions)
	a.Functions = slices.Compact(functions)
	slices.Sort(skills)
	for _, q := range slices.Compact(skills) {
		a.Qualifications = append(a.Qualifications, reserve.Claim{Code: q})
	}
}

func (s *Sheet) defaults() []string {
	if len(s.options.Functions) > 0 {
		return slices.Clone(s.options.Functions)
	}
	if _, ok := s.options.Drive.Function("other"); ok {
		return []string{"other"}
	}
	if n := len(s.options.Drive.Functions); n > 0 {
		return []string{s.options.Drive.Functions[n-1].Code}
	}
	return nil
}

// words reads what is chosen from lists, and the note.
func (r *reader) words(a *reserve.Application) {
	a.Availability, a.Language, a.Sex = r.get(FieldAvailability), r.options.Language, r.get(FieldSex)
	if cell := r.get(FieldLanguage); cell != "" {
		a.Language = cell
		if code := r.Sheet.words.languages[compact(cell)]; code != "" {
			a.Language = code
		}
	}
	if code := sexWords[compact(a.Sex)]; code != "" {
		a.Sex = code
	}
	for _, p := range pieces(r.get(FieldConsent)) {
		to, ok := r.Sheet.words.recipients[compact(p)]
		if !ok {
			r.fault(FieldConsent, reserve.Fault("consents", "unknown-recipient"))
			continue
		}
		for _, purpose := range to.Purposes {
			a.Consents = append(a.Consents, reserve.ConsentGiven{Recipient: to.Code, Purpose: purpose, Wording: r.options.Drive.Consent.Version})
		}
	}
	if note := r.get(FieldNote); note != "" {
		r.note = append(r.note, note)
	}
}
