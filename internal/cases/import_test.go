package cases

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"muster/internal/channel/sheet"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// at reports whether a line has a remark of a code.
func at(list []sheet.Remark, line int, code string) bool {
	return slices.ContainsFunc(list, func(r sheet.Remark) bool { return r.Line == line && r.Code == code })
}

// births gives each person's birth by name.
func births(list []roll.Person) map[string]string {
	out := map[string]string{}
	for _, p := range list {
		out[p.Facts.Name.Reveal()] = p.Facts.Birth.String()
	}
	return out
}

func caseC006(t *testing.T, c *Case) {
	h := newHouse(t)
	file := c.bytes(t, 0)
	rep := h.load(file, sheet.Choices{}, sheet.How{})
	kept := births(h.people())
	c.line(t, 1, func(t *testing.T) {
		p := h.preview(file, sheet.Choices{})
		if p.Dates != sheet.DayFirst || len(p.Questions) != 0 {
			t.Errorf("got order %q and questions %v, want day first and none", p.Dates, p.Questions)
		}
		want := map[string]string{"Hadiza Noma": "1991-04-03", "Fadima Bello": "1990-06-25", "Oumarou Sindi": "1985-12-31", "Nouhou Mani": "1991-04-03", "Djibo Namata": "1990-06-05"}
		for name, birth := range want {
			if kept[name] != birth {
				t.Errorf("%s: got %q, want %s", name, kept[name], birth)
			}
		}
		if len(kept) != len(want) {
			t.Errorf("got %v, want these %d alone", kept, len(want))
		}
		if !at(rep.Faults, 3, "under-age") || rep.UnderAge != 1 {
			t.Errorf("Issoufou: got faults %+v, want under-age on line 3", rep.Faults)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		for _, line := range []int{6, 8} {
			if !at(rep.Faults, line, "no-such-day") {
				t.Errorf("line %d: got faults %+v, want no-such-day", line, rep.Faults)
			}
		}
		var back bytes.Buffer
		check(t, rep.WriteRefused(&back, h.french()))
		rows := readCSV(t, back.Bytes())
		if len(rows) != 3 || rows[1][1] != "02/29/1992" || rows[2][1] != "12/25/1990" || rows[1][3] == "" {
			t.Errorf("got refused rows %q, want the two as they were, with a reason", rows)
		}
	})
	c.line(t, 3, func(t *testing.T) {
		if !at(rep.Remarks, 9, sheet.RemarkTwoDigits) || kept["Djibo Namata"] != "1990-06-05" {
			t.Errorf("got birth %q and remarks %+v, want 1990-06-05 with a flag", kept["Djibo Namata"], rep.Remarks)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h := newHouse(t)
		file := c.bytes(t, 1)
		_, err := h.tryLoad(file, sheet.Choices{}, sheet.How{})
		if reserve.CodeOf(err) != "day-order" || len(h.people()) != 0 {
			t.Errorf("got %v and %d people, want to be asked and nobody", err, len(h.people()))
		}
		q := h.preview(file, sheet.Choices{}).Questions
		if len(q) != 1 || q[0].Line != 3 || len(q[0].As) != 2 {
			t.Fatalf("got questions %+v, want one about line 3 under two readings", q)
		}
		if q[0].As[0] != (sheet.Birth{Order: sheet.DayFirst, Birth: "2008-12-11", Age: 17, Minor: true}) || q[0].As[1] != (sheet.Birth{Order: sheet.MonthFirst, Birth: "2008-11-12", Age: 18}) {
			t.Errorf("got %+v, want 17 under the one and 18 under the other", q[0].As)
		}
		if rep := h.load(file, sheet.Choices{Dates: sheet.MonthFirst}, sheet.How{}); rep.Added != 3 || births(h.people())["Issoufou Gani"] != "2008-11-12" {
			t.Errorf("after naming the order: got %d added, %v; want 3", rep.Added, births(h.people()))
		}
	})
}

func caseC019(t *testing.T, c *Case) {
	file := c.bytes(t, 0)
	c.line(t, 1, func(t *testing.T) {
		h := newHouse(t)
		p := h.preview(file, sheet.Choices{})
		if p.Columns[0].Heading != "Téléphone" || p.Columns[0].Field != sheet.FieldPhone {
			t.Errorf("got first column %+v, want the phone", p.Columns[0])
		}
		h.load(file, sheet.Choices{}, sheet.How{})
		if got := names(h.people()); !slices.Equal(got, []string{"Fadima Bello", "Hadiza Noma"}) {
			t.Errorf("got %q, want two people", got)
		}
		if got := h.named("Hadiza Noma"); !slices.Equal(phonesOf(got), []string{"+22793123451"}) || got.Facts.Birth.String() != "1990-05-17" || got.Facts.Place != "NE006" {
			t.Errorf("got %v %s %s, want her number, birth and region", phonesOf(got), got.Facts.Birth, got.Facts.Place)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		h := newHouse(t)
		head, rest, _ := strings.Cut(string(file), "\n")
		plain := strings.NewReplacer("é", "e", "É", "E").Replace
		for _, form := range []string{head, strings.ToUpper(head), plain(head), plain(strings.ToUpper(head))} {
			p := h.preview([]byte(form+"\n"+rest), sheet.Choices{})
			var got []sheet.Field
			for _, col := range p.Columns {
				got = append(got, col.Field)
			}
			if want := []sheet.Field{sheet.FieldPhone, sheet.FieldName, sheet.FieldBirth, sheet.FieldRegion}; !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", form, got, want)
			}
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h := newHouse(t)
		head, rest, _ := strings.Cut(string(file), "\n")
		odd := strings.Replace(head, "Région", "\u200bTaille de chaussures\u00a0é", 1)
		first := "\ufeffSurnom du chien," + strings.TrimPrefix(head, "\ufeff")
		if got := h.preview([]byte(odd+"\n"+rest), sheet.Choices{}).Ignored; !slices.Equal(got, []string{"Taille de chaussures é"}) {
			t.Errorf("got ignored %q, want the heading as it stands", got)
		}
		if got := h.preview([]byte(first+"\n"), sheet.Choices{}).Ignored; !slices.Equal(got, []string{"Surnom du chien"}) {
			t.Errorf("got ignored %q, want the first heading without the mark", got)
		}
	})
}

func caseC020(t *testing.T, c *Case) {
	file := c.bytes(t, 0)
	h := newHouse(t)
	rep := h.load(file, sheet.Choices{}, sheet.How{})
	c.line(t, 1, func(t *testing.T) {
		if got := names(h.people()); !slices.Equal(got, []string{"Aïssata Maïga", "Félix N’Gourti", "Zoé Guèro"}) {
			t.Errorf("got %q (faults %+v)", got, rep.Faults)
		}
	})
	c.line(t, 2, func(t *testing.T) {
		for name, address := range map[string]string{"Aïssata Maïga": "Quartier Plateau, rue 12, Niamey", "Félix N’Gourti": "Dosso; quartier Sabon Gari"} {
			var notes []string
			for _, n := range h.named(name).Facts.Notes {
				notes = append(notes, strings.Split(n.Reveal(), "\n")...)
			}
			if !slices.Contains(notes, address) {
				t.Errorf("%s: got %q, want the address whole", name, notes)
			}
		}
	})
	c.line(t, 3, func(t *testing.T) {
		p := h.preview(file, sheet.Choices{})
		if p.Separator != ";" || p.Encoding != sheet.Windows1252 || len(p.Sample) != 3 {
			t.Errorf("got separator %q, encoding %q, %d rows; want ; windows-1252 and three", p.Separator, p.Encoding, len(p.Sample))
		}
		// The operator may say otherwise, and sees what comes of it.
		commas := bytes.ReplaceAll(file, []byte(";"), []byte(","))
		if p := h.preview(commas, sheet.Choices{Separator: ';', Map: map[string]sheet.Field{"#1": sheet.FieldName}}); p.Separator != ";" || len(p.Columns) != 1 {
			t.Errorf("with the separator changed: got %q and %d columns, want ; and one", p.Separator, len(p.Columns))
		}
		utf8, err := charmap.Windows1252.NewDecoder().Bytes(file)
		check(t, err)
		if p := h.preview(utf8, sheet.Choices{Encoding: sheet.Windows1252}); p.Encoding != sheet.Windows1252 || p.Sample[0].Name == "Aïssata Maïga" {
			t.Errorf("with the encoding changed: got %q as %q, want it read as told", p.Sample[0].Name, p.Encoding)
		}
	})
	c.line(t, 4, func(t *testing.T) {
		if len(rep.Faults) != 0 || rep.Added != 3 {
			t.Errorf("got %d added and faults %+v, want 3 and none", rep.Added, rep.Faults)
		}
		if out := h.export(h.people()...); bytes.ContainsRune(out, '\ufffd') {
			t.Errorf("a letter was lost:\n%s", out)
		}
		for _, p := range h.people() {
			if strings.ContainsRune(p.Facts.Name.Reveal(), '\ufffd') || slices.ContainsFunc(p.Facts.Notes, func(n reserve.Private) bool { return strings.ContainsRune(n.Reveal(), '\ufffd') }) {
				t.Errorf("%s: a letter was lost", p.Facts.Name.Reveal())
			}
		}
	})
}

const longName = "Abdoulmoumouni Chamsoudine Zalkiphily Oumoulkhaire Mourdjanatou Dan Takoussa Tchiombiano-Alambouzou Maitourare Hainikoy Bonkaney"

func caseC022(t *testing.T, c *Case) {
	file := c.bytes(t, 0)
	h := newHouse(t)
	c.line(t, 1, func(t *testing.T) {
		h.in(t)
		rep := h.load(file, sheet.Choices{}, sheet.How{DryRun: true})
		if got := h.people(); len(got) != 0 || rep.Batch != "" {
			t.Errorf("a trial run wrote %q", names(got))
		}
		if !at(rep.Remarks, 3, sheet.RemarkEstimate) || !at(rep.Faults, 4, "no-such-day") || !at(rep.Remarks, 5, sheet.RemarkNoPhone) || rep.Blank != 1 || rep.Rows != 6 || len(rep.Faults) != 1 {
			t.Errorf("got %+v, want an estimate on line 3, no such day on line 4, no number on line 5, one blank", rep)
		}
	})
	var rep sheet.Report
	c.line(t, 2, func(t *testing.T) {
		h.in(t)
		rep = h.load(file, sheet.Choices{}, sheet.How{})
		if rep.Added != 5 || rep.Refused != 1 || len(h.people()) != 5 {
			t.Errorf("got %d added, %d refused, %d people; want 5, 1, 5", rep.Added, rep.Refused, len(h.people()))
		}
		if p := h.named("Oumarou Sindi"); p.Reachable() != "" {
			t.Error("who has no number counts as reachable")
		}
		if b := h.named("Issoufou Gani").Facts.Birth; b.Precision != reserve.PrecisionCirca || b.Year != 1996 {
			t.Errorf("environ 30: got %+v, want about 1996", b)
		}
		var back bytes.Buffer
		check(t, rep.WriteRefused(&back, h.french()))
		rows := readCSV(t, back.Bytes())
		if len(rows) != 2 || rows[1][0] != "Fadima Bello" || !strings.Contains(rows[1][len(rows[1])-1], "naissance") {
			t.Fatalf("got refused rows %q, want line 4 with its reason", rows)
		}
		mended := bytes.Replace(back.Bytes(), []byte("31/02/1990"), []byte("28/02/1990"), 1)
		if again := h.load(mended, sheet.Choices{}, sheet.How{}); again.Added != 1 || births(h.people())["Fadima Bello"] != "1990-02-28" {
			t.Errorf("mended: got %+v, want her added", again)
		}
	})
	c.line(t, 3, func(t *testing.T) {
		h.in(t)
		if !slices.Contains(names(h.people()), longName) || !bytes.Contains(h.export(h.people()...), []byte(longName)) {
			t.Errorf("got %q, want the long name whole", names(h.people()))
		}
	})
	c.line(t, 4, func(t *testing.T) {
		h.in(t)
		again := h.load(file, sheet.Choices{}, sheet.How{})
		if again.Added != 0 || again.Repeated != 5 || !again.Before || len(h.people()) != 6 {
			t.Errorf("got %+v and %d people, want nobody new and to be told", again, len(h.people()))
		}
	})
	c.line(t, 5, func(t *testing.T) { killedHalfway(t, file) })
}
