package sheet

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"muster/internal/phone"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// The tests of this file hold the field cases by their numbers, each fed from its file.

func TestC006TheOrderOfDatesIsSettledOnce(t *testing.T) {
	h := newHouse(t)
	rep := h.take(file(t, "C006_dates.csv"), Choices{}, How{})
	if got := codes(rep.Faults); !slices.Equal(got, []string{"3 naissance under-age", "6 naissance no-such-day", "8 naissance no-such-day"}) {
		t.Errorf("faults %q", got)
	}
	if got := codes(rep.Remarks); !slices.Equal(got, []string{"9 naissance year-two-digits"}) {
		t.Errorf("remarks %q", got)
	}
	want := map[string]string{"Hadiza Noma": "1991-04-03", "Fadima Bello": "1990-06-25", "Oumarou Sindi": "1985-12-31", "Nouhou Mani": "1991-04-03", "Djibo Namata": "1990-06-05"}
	people := h.people()
	for name, birth := range want {
		if got := people[name].Facts.Birth.String(); got != birth {
			t.Errorf("%s was born %q, want %s", name, got, birth)
		}
	}
	if len(people) != len(want) || rep.UnderAge != 1 {
		t.Errorf("%d people, %d under age", len(people), rep.UnderAge)
	}
}

func TestC006AColumnThatCanBeReadInTwoWaysIsAskedAbout(t *testing.T) {
	h := newHouse(t)
	text := file(t, "C006_dates_ambiguous.csv")
	s, err := h.Open(context.Background(), "test-drive", strings.NewReader(text), Choices{})
	must(t, s, err)
	p := s.Preview()
	if len(p.Questions) != 1 || p.Questions[0].Column != "naissance" || p.Questions[0].Line != 3 {
		t.Fatalf("questions %+v", p.Questions)
	}
	as := p.Questions[0].As
	if len(as) != 2 || as[0] != (Birth{DayFirst, "2008-12-11", 17, true}) || as[1] != (Birth{MonthFirst, "2008-11-12", 18, false}) {
		t.Errorf("the row reads as %+v", as)
	}
	if _, err := h.Import(context.Background(), clerk, s, How{}); reserve.CodeOf(err) != "day-order" || len(h.people()) != 0 {
		t.Errorf("importing gave %v and %d people", err, len(h.people()))
	}
	if rep := h.take(text, Choices{Dates: DayFirst}, How{}); rep.Added != 2 || rep.UnderAge != 1 {
		t.Errorf("day first: %+v", rep)
	}
}

// phoneCase is a row of the case files of numbers.
type phoneCase struct{ raw, country, e164, state string }

func phoneCases(t *testing.T, name string, raw, country int) []phoneCase {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(file(t, name))).ReadAll()
	must(t, all, err)
	var out []phoneCase
	for _, r := range all[1:] {
		c := phoneCase{raw: r[raw], country: "NE", e164: r[2], state: r[3]}
		if country >= 0 {
			c.country = r[country]
		}
		out = append(out, c)
	}
	return out
}

func TestC010C011C013NumbersAsTheyAreWritten(t *testing.T) {
	for _, f := range []struct {
		name         string
		raw, country int
		heads        map[string]Field
	}{
		{"C010_phones_ne.csv", 0, 1, map[string]Field{"raw": FieldPhone, "state": FieldName}},
		{"C011_phones_bj.csv", 0, 1, map[string]Field{"raw": FieldPhone, "state": FieldName}},
		{"C013_excel_phones.csv", 1, -1, nil},
	} {
		want := phoneCases(t, f.name, f.raw, f.country)
		got := rowsOf(read(t, file(t, f.name), func(o *Options) { o.Map = f.heads }))
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, want %d", f.name, len(got), len(want))
		}
		for i, w := range want {
			t.Run(f.name+" "+w.raw, func(t *testing.T) { w.check(t, &got[i]) })
		}
	}
}

func (w phoneCase) check(t *testing.T, row *Row) {
	t.Helper()
	var numbers []string
	for _, n := range row.Numbers {
		numbers = append(numbers, n.E164)
	}
	fault, remark := "", ""
	if len(row.Faults) > 0 {
		fault = row.Faults[0].Code
	}
	if len(row.Remarks) > 0 {
		remark = row.Remarks[0].Code
	}
	ok := false
	switch w.state {
	case "reject":
		ok = fault != "" && numbers == nil
	case "reject_damaged":
		ok = fault == phone.CodeDamaged && numbers == nil
	case "two_numbers": // both are kept, never glued
		ok = slices.Equal(numbers, []string{"+22793123457", "+22796000001"})
	case "ok_no_sms":
		ok = slices.Equal(numbers, []string{w.e164}) && remark == string(phone.WarnNoSMS) && !row.Numbers[0].SMS
	case "ok_unlisted_range":
		ok = slices.Equal(numbers, []string{w.e164}) && remark == string(phone.WarnUnlisted)
	case "ok_or_reject_damaged":
		ok = slices.Equal(numbers, []string{w.e164}) || fault == phone.CodeDamaged
	case "ok", "ok_foreign":
		ok = slices.Equal(numbers, []string{w.e164})
	}
	if !ok {
		t.Errorf("%q (%s): got %v, fault %q, remark %q; want %s %s", w.raw, w.country, numbers, fault, remark, w.state, w.e164)
	}
}

func TestC010TheSameNumberInTwoShapesIsReported(t *testing.T) {
	rep := newHouse(t).take("nom,tel\nHadiza Noma,93 12 34 57\nIssoufou Gani,00227 93.12.34.57\nFadima Bello,2.27931E+10\n", Choices{}, How{})
	if got := codes(rep.Remarks); !slices.Equal(got, []string{"3 tel same-number"}) || rep.Remarks[0].Args["line"] != "2" {
		t.Errorf("remarks %q %v", got, rep.Remarks)
	}
	if got := codes(rep.Faults); !slices.Equal(got, []string{"4 tel phone-damaged"}) || rep.Added != 2 {
		t.Errorf("faults %q, %d added", got, rep.Added)
	}
}

func TestC014OneNumberForSeveralPeopleRefusesNobody(t *testing.T) {
	h := newHouse(t)
	rep := h.take(file(t, "C014_shared_phone.csv"), Choices{}, How{})
	if rep.Added != 3 || rep.UnderAge != 1 || !slices.Equal(codes(rep.Faults), []string{"5 naissance under-age"}) {
		t.Errorf("report %+v", rep)
	}
	if len(rep.Twins) != 1 || rep.Twins[0] != (Twin{Line: 4, SameAs: 2}) {
		t.Errorf("the same person: %+v, want line 4 as line 2", rep.Twins)
	}
	counted := 0
	for _, p := range h.people() {
		if p.Volunteer.State == reserve.Active {
			counted++
		}
	}
	if counted != 2 {
		t.Errorf("%d active people, want Hadiza and Moussa", counted)
	}
}

func TestC019HeadingsAreKnownWithMarksAndAccents(t *testing.T) {
	raw := file(t, "C019_bom.csv")
	for _, text := range []string{raw, strings.ToUpper(raw), strings.NewReplacer("é", "e", "É", "E").Replace(raw)} {
		s := read(t, text)
		var fields []Field
		for _, c := range s.Preview().Columns {
			fields = append(fields, c.Field)
		}
		if !slices.Equal(fields, []Field{FieldPhone, FieldName, FieldBirth, FieldRegion}) {
			t.Errorf("columns %v", fields)
		}
		rows := rowsOf(s)
		if len(rows) != 2 || rows[0].Numbers[0].E164 != "+22793123451" || rows[0].Application.Birth != "1990-05-17" || rows[0].Application.Place != "NE006" {
			t.Errorf("rows %+v", rows)
		}
	}
	s := read(t, "\ufeffNom,\u200bGrade\u00a0 militaire\u202e\nHadiza,x\n")
	if got := s.Preview().Ignored; !slices.Equal(got, []string{"Grade militaire"}) {
		t.Errorf("unknown headings %q", got)
	}
}

func TestC020SemicolonsWindows1252AndAShortHeadingLine(t *testing.T) {
	s := read(t, file(t, "C020_semicolon_cp1252.csv"))
	p := s.Preview()
	if p.Separator != ";" || p.Encoding != Windows1252 {
		t.Errorf("found %q %q", p.Separator, p.Encoding)
	}
	var names, notes []string
	for _, r := range rowsOf(s) {
		names = append(names, r.Application.Name.Reveal())
		notes = append(notes, strings.SplitN(r.Application.Note.Reveal(), "\n", 2)[0])
		if len(r.Faults) > 0 || strings.Contains(r.Application.Note.Reveal(), "\ufffd") {
			t.Errorf("row %d: %v %q", r.Line, r.Faults, r.Application.Note.Reveal())
		}
	}
	if !slices.Equal(names, []string{"Aïssata Maïga", "Zoé Guèro", "Félix N’Gourti"}) {
		t.Errorf("names %q", names)
	}
	if notes[0] != "Quartier Plateau, rue 12, Niamey" || notes[2] != "Dosso; quartier Sabon Gari" {
		t.Errorf("addresses %q", notes)
	}
	if rep := newHouse(t).take(file(t, "C020_semicolon_cp1252.csv"), Choices{}, How{}); rep.Added != 3 || rep.Refused != 0 {
		t.Errorf("report %+v", rep)
	}
	other := read(t, file(t, "C020_semicolon_cp1252.csv"), func(o *Options) { o.Separator, o.Encoding, o.Map = '\t', UTF8, map[string]Field{"#1": FieldName} })
	if p := other.Preview(); p.Separator != "\t" || p.Encoding != UTF8 || len(p.Columns) != 1 {
		t.Errorf("the operator's choice was not taken: %+v", p)
	}
}

func TestC022OneBadRowStopsNothing(t *testing.T) {
	h, text := newHouse(t), file(t, "C022_bad_rows.csv")
	try := h.take(text, Choices{}, How{DryRun: true})
	wantRemarks := []string{"3 age age-estimate", "5 telephone no-phone"}
	if got := codes(try.Faults); !slices.Equal(got, []string{"4 naissance no-such-day"}) || !slices.Equal(codes(try.Remarks), wantRemarks) || try.Blank != 1 {
		t.Errorf("trial: faults %q, remarks %q, %d blank", got, codes(try.Remarks), try.Blank)
	}
	if len(h.people()) != 0 || try.Batch != "" {
		t.Errorf("the trial kept %d people", len(h.people()))
	}
	rep := h.take(text, Choices{}, How{})
	if rep.Added != 5 || rep.Refused != 1 || len(h.people()) != 5 {
		t.Errorf("report %+v, %d people", rep, len(h.people()))
	}
	long := "Abdoulmoumouni Chamsoudine Zalkiphily Oumoulkhaire Mourdjanatou Dan Takoussa Tchiombiano-Alambouzou Maitourare Hainikoy Bonkaney"
	if _, ok := h.people()[long]; !ok {
		t.Error("the long name was cut")
	}
	if b := h.people()["Issoufou Gani"].Facts.Birth; b.Precision != reserve.PrecisionCirca || b.Year != 1996 {
		t.Errorf("about thirty became %v", b)
	}
	var refused bytes.Buffer
	if err := rep.WriteRefused(&refused, h.voice()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(refused.String(), "\r\n"); got != 2 || !strings.Contains(refused.String(), "naissance: Ce jour n’existe pas") {
		t.Errorf("refused rows:\n%s", refused.String())
	}
	mended := strings.Replace(refused.String(), "31/02/1990", "03/02/1990", 1)
	if rep := h.take(mended, Choices{Dates: DayFirst}, How{}); rep.Added != 1 || h.people()["Fadima Bello"].Facts.Birth.String() != "1990-02-03" {
		t.Errorf("the mended row: %+v", rep)
	}
	again := h.take(text, Choices{}, How{})
	if again.Added != 0 || again.Repeated != 5 || again.Refused != 1 || !again.Before || len(h.people()) != 6 {
		t.Errorf("the same file again: %+v, %d people", again, len(h.people()))
	}
	whole := h.take(strings.Replace(text, "31/02/1990", "01/02/1990", 1), Choices{Dates: DayFirst}, How{})
	if whole.Repeated != 5 || whole.Added != 1 {
		t.Errorf("the whole file mended: %+v, want five repeats", whole)
	}
}

func TestC025AListDoesNotUndoSTOP(t *testing.T) {
	h := newHouse(t)
	h.take("nom,telephone\nHadiza Noma,93 12 34 51\nFadima Bello,93 12 34 52\n", Choices{}, How{})
	if err := h.Registry.Silence(context.Background(), reserve.Self(), "+22793123451"); err != nil {
		t.Fatal(err)
	}
	rep := h.take("telephone,nom,commune\n93 12 34 51,Hadiza Noma,Kollo\n93 12 34 52,Fadima Bello,Say\n93 12 34 53,Rakia Labo,Say\n", Choices{}, How{Update: true})
	if rep.Added != 1 || rep.Updated != 2 || rep.OptedOut != 1 {
		t.Errorf("report %+v, want 1 added, 2 updated, of which 1 opted out", rep)
	}
	p := h.people()["Hadiza Noma"]
	if place, ok := h.Gazetteer.ByCode(p.Facts.Place); !p.Silenced || p.Reachable() != "" || !ok || place.Name != "Kollo" {
		t.Errorf("Hadiza: silenced %v, reachable %v, place %q", p.Silenced, p.Reachable() != "", p.Facts.Place)
	}
}

func TestC053AnExportComputesNothingAndComesBackUnchanged(t *testing.T) {
	var rows []struct{ Name, Phone string }
	if err := json.Unmarshal([]byte(file(t, "C053_export.json")), &rows); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString(line(',', []string{"name", "phone"}))
	for _, r := range rows {
		text.WriteString(line(',', []string{r.Name, r.Phone}))
	}
	cells, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	must(t, cells, err)
	for i, r := range rows {
		got := cells[i+1]
		if strings.ContainsAny(got[0][:1], "=+-@\t\r") || got[1] != r.Phone {
			t.Errorf("%q was written as %q", r, got)
		}
		if r.Name == "Normal =1" && got[0] != r.Name {
			t.Errorf("a harmless name was changed to %q", got[0])
		}
	}
	for i, row := range rowsOf(read(t, text.String())) {
		if got := row.Application.Name.Reveal(); got != strings.TrimSpace(rows[i].Name) || row.Numbers[0].E164 != rows[i].Phone {
			t.Errorf("%q came back as %q", rows[i].Name, got)
		}
	}
	h := newHouse(t)
	if rep := h.take(text.String(), Choices{}, How{}); rep.Added != 5 || !slices.Equal(codes(rep.Faults), []string{"6 name name-no-letter", "7 name name-control"}) {
		t.Errorf("import: %+v", rep)
	}
	var out bytes.Buffer
	if err := Export(&out, func(yield func(p roll.Person) bool) {
		for _, p := range h.people() {
			if !yield(p) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	for _, update := range []bool{false, true} {
		if rep := h.take(out.String(), Choices{}, How{Update: update}); rep.Unchanged != 5 || rep.Added+rep.Updated+rep.Refused != 0 {
			t.Errorf("the export again: %+v\n%s", rep, out.String())
		}
	}
	changed := strings.Replace(out.String(), "Normal =1", "Normale =1", 1)
	if rep := h.take(changed, Choices{}, How{}); rep.Unchanged != 4 {
		t.Errorf("a changed row counts as unchanged: %+v", rep)
	}
}
