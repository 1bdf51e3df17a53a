package sheet

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"muster/internal/reserve"
)

func TestDatesAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		cell  string
		order Order
		want  string // EDTF, or "!" and a code
	}{
		{"", DayFirst, ""},
		{"17/05/1990", DayFirst, "1990-05-17"},
		{"17.5.1990", DayFirst, "1990-05-17"},
		{"17 05 1990", DayFirst, "1990-05-17"},
		{"05-17-1990", MonthFirst, "1990-05-17"},
		{"1990-05-17", MonthFirst, "1990-05-17"},
		{"1990/5/7", DayFirst, "1990-05-07"},
		{"1990-05-17 00:00:00", DayFirst, "1990-05-17"},
		{"1990-05-17T00:00:00Z", DayFirst, "1990-05-17"},
		{"19900517", DayFirst, "1990-05-17"},
		{"05/1990", DayFirst, "1990-05"},
		{"1990-05", DayFirst, "1990-05"},
		{"1990", DayFirst, "1990"},
		{"١٩٩٠", DayFirst, "1990"},
		{"vers 1990", DayFirst, "1990~"},
		{"Né vers 1990", DayFirst, "1990~"},
		{"née en 1990", DayFirst, "1990"},
		{"né le 17/05/1990", DayFirst, "1990-05-17"},
		{"1990~", DayFirst, "1990~"},
		{"12 avril 1998", DayFirst, "1998-04-12"},
		{"1er août 1998", DayFirst, "1998-08-01"},
		{"12-avr-98", DayFirst, "1998-04-12"},
		{"12 févr. 1998", DayFirst, "1998-02-12"},
		{"12 juil 1998", DayFirst, "1998-07-12"},
		{"April 12, 1998", DayFirst, "1998-04-12"},
		{"décembre 1998", DayFirst, "1998-12"},
		{"5/6/90", DayFirst, "1990-06-05"},
		{"5/6/26", DayFirst, "2026-06-05"},
		{"5/6/27", DayFirst, "1927-06-05"},
		{"31/02/1990", DayFirst, "!no-such-day"},
		{"29/02/2001", DayFirst, "!no-such-day"},
		{"12/25/1990", DayFirst, "!no-such-day"},
		{"00/00/1990", DayFirst, "!no-such-day"},
		{"32980", DayFirst, "!birth-unreadable"},
		{"12 ramadan 1410", DayFirst, "!birth-unreadable"},
		{"inconnu", DayFirst, "unknown"},
		{"Majeur", DayFirst, "unknown"},
		{"?", DayFirst, "unknown"},
		{"vers le marché", DayFirst, "!birth-unreadable"},
		{"1/2", DayFirst, "!birth-unreadable"},
	} {
		got := birthOf(c.cell, c.order, 2026)
		text := got.edtf
		if got.unknown {
			text = "unknown"
		}
		if got.fault != nil {
			text = "!" + got.fault.Code
		}
		if text != c.want {
			t.Errorf("%q (%s): got %q, want %q", c.cell, c.order, text, c.want)
		}
	}
}

func TestTheOrderOfAColumnNeedsEnoughEvidence(t *testing.T) {
	for _, c := range []struct {
		cells   string
		want    Order
		settled bool
	}{
		{"25/06/1990 01/02/1990", DayFirst, true},
		{"06/25/1990 07/26/1990 08/27/1990 09/28/1990 01/02/1990", MonthFirst, true},
		{"06/25/1990 07/26/1990 25/06/1990", OrderUnknown, false},
		{"06/25/1990 25/06/1990", DayFirst, true},
		{"05/05/1990 1990 1990-02-03", OrderUnknown, true},
		{"05/06/1990", OrderUnknown, false},
	} {
		var e evidence
		for _, cell := range strings.Fields(c.cells) {
			e.see(cell)
		}
		if o, ok := e.order(); o != c.want || ok != c.settled {
			t.Errorf("%s: got %q %v, want %q %v", c.cells, o, ok, c.want, c.settled)
		}
	}
}

func TestAgesAsPeopleWriteThem(t *testing.T) {
	for cell, want := range map[string]string{"36": "36 false", "36 ans": "36 false", "36.0": "36 false", "environ 30": "30 true", "~30": "30 true", "env. 30 ans": "30 true",
		"trentaine": "not-a-number", "30-35": "not-a-number", "-1": "not-a-number", "36,5": "not-a-number", "1e3": "not-a-number"} {
		n, estimate, fault := ageOf(cell)
		got := fmt.Sprint(n, estimate)
		if fault != nil {
			got = fault.Code
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", cell, got, want)
		}
	}
}

func TestTheGuardComesOffAsItWentOn(t *testing.T) {
	for cell, want := range map[string]string{"=1+1": "'=1+1", "'=1": "''=1", "'Abdou": "'Abdou", "+22793123451": "+22793123451", "+227 93 12": "+227 93 12", "+cmd": "'+cmd", "": "", "'": "'",
		"-5": "'-5", "＝1": "'＝1", "a=1": "a=1"} {
		if got := Guard(cell); got != want || Unguard(got) != cell {
			t.Errorf("%q: got %q and back %q, want %q", cell, got, Unguard(got), want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.RuneFrom([]rune("'=+-@\t\r\n\"a;, 1＝é"))).Draw(t, "cell")
		if got := Unguard(Guard(cell)); got != cell {
			t.Fatalf("%q came back as %q", cell, got)
		}
		if g := Guard(cell); g != "" && strings.ContainsRune(dangers, []rune(g)[0]) && !fullNumber.MatchString(g) {
			t.Fatalf("%q is guarded as %q", cell, g)
		}
	})
}

func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func TestFilesAsTheyComeOutOfSpreadsheets(t *testing.T) {
	for _, c := range []struct {
		name, text string
		names      []string
		faults     []string
	}{
		{"quoted line ends", "nom,note\r\n\"Hadiza\",\"une\r\ndeux\"\r\nFadima,\r\n", []string{"Hadiza", "Fadima"}, nil},
		{"old line ends", "nom;tel\rHadiza;93123451\rFadima;\r", []string{"Hadiza", "Fadima"}, nil},
		{"a title above", "Liste des volontaires de Gaya;;\n;;\nNom;Téléphone;\nHadiza;93123451;\n", []string{"Hadiza"}, nil},
		{"a quote that is never closed", "nom,tel\n\"Hadiza,93123451\nFadima,93123452\n", []string{"", "Fadima"}, []string{"2 unclosed-quote"}},
		{"quotes inside", "nom,tel\nHadiza \"Dije\" Noma,93123451\n\"Fadima \"\"Fati\"\"\",93123452\n", []string{`Hadiza "Dije" Noma`, `Fadima "Fati"`}, nil},
		{"more cells than headings", "nom,tel\nHadiza,93123451,,\nFadima,93123452,,encore\n", []string{"Hadiza", ""}, []string{"3 too-many-cells"}},
		{"tabs", "nom\ttel\nHadiza\t93123451\n", []string{"Hadiza"}, nil},
		{"UTF-16 with a mark", "\xff\xfe" + utf16le("nom\ttel\nAïssata\t93123451\n"), []string{"Aïssata"}, nil},
		{"UTF-16 without", utf16le("nom\ttel\nAïssata\t93123451\n"), []string{"Aïssata"}, nil},
		{"one broken row in UTF-8", "nom,tel\nAïssata,93123451\nZo\xe9,93123452\nMaïmouna,93123453\n", []string{"Aïssata", "", "Maïmouna"}, []string{"3 bad-utf8"}},
		{"one column", "nom\nHadiza\nFadima\n", []string{"Hadiza", "Fadima"}, nil},
		{"no line end at the end", "nom,tel\nHadiza,93123451", []string{"Hadiza"}, nil},
		{"names in two columns", "prénom,nom de famille\nAïssata,Maïga\n", []string{"Aïssata Maïga"}, nil},
		{"a cell that is too long", "nom,tel\nHadiza" + strings.Repeat("a", MaxCell) + ",93123451\nFadima,\n", []string{"", "Fadima"}, []string{"2 too-long"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var names []string
			var faults []Remark
			for _, r := range rowsOf(read(t, c.text)) {
				names = append(names, r.Application.Name.Reveal())
				faults = append(faults, r.Faults...)
			}
			if !slices.Equal(names, c.names) || !slices.Equal(codes(faults), c.faults) {
				t.Errorf("got %q %q, want %q %q", names, codes(faults), c.names, c.faults)
			}
		})
	}
}

func TestFilesThatAreRefusedAsAWhole(t *testing.T) {
	rows := "nom\n" + strings.Repeat("a\n", MaxRows+1)
	for _, c := range []struct {
		name, text, code string
		change           func(*Options)
	}{
		{"nothing", " \n", "file-unreadable", nil},
		{"a workbook", "PK\x03\x04....", "file-unreadable", nil},
		{"too many rows", rows, "too-many-rows", nil},
		{"too large", strings.Repeat("a", MaxSize+1), "too-large", nil},
		{"no names", "foo,bar\n1,2\n", "no-name-column", nil},
		{"a heading that is not there", "nom\nHadiza\n", "unknown-column", func(o *Options) { o.Map = map[string]Field{"naissance": FieldBirth} }},
		{"a field that is none", "nom\nHadiza\n", "unknown-column", func(o *Options) { o.Map = map[string]Field{"nom": "blood"} }},
		{"an encoding that is none", "nom\nHadiza\n", "unknown-encoding", func(o *Options) { o.Encoding = "ebcdic" }},
	} {
		o := options(t)
		if c.change != nil {
			c.change(&o)
		}
		if _, err := Read(strings.NewReader(c.text), o); reserve.CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want %s", c.name, err, c.code)
		}
	}
}

func TestWordsOfAListBecomeCodesOrNotes(t *testing.T) {
	rows := rowsOf(read(t, "nom,fonction,compétences,sexe,langue,accord,site\n"+
		"A,Soins,\"infirmière, secourisme\",Féminin,Haoussa,Croix-Rouge,Gaya\n"+
		"B,,chauffeur et éducation,H,,,\n"+
		"C,,,,,,\n"+
		"D,Magie,,,,Armée,\n"))
	a, b, c, d := rows[0].Application, rows[1].Application, rows[2].Application, rows[3].Application
	if !slices.Equal(a.Functions, []string{"medical"}) || fmt.Sprint(a.Qualifications) != "[{first-aid} {nurse}]" || a.Sex != "f" || a.Language != "ha" || a.Site != "gaya" ||
		fmt.Sprint(a.Consents) != "[{red-cross call-up 1} {red-cross training 1}]" {
		t.Errorf("A: %+v", a)
	}
	if !slices.Equal(b.Functions, []string{"logistics"}) || b.Note.Reveal() != "compétences: éducation" || b.Sex != "m" || !slices.Contains(codes(rows[1].Remarks), "3 compétences unknown-word") {
		t.Errorf("B: %+v %q", b, b.Note.Reveal())
	}
	if !slices.Equal(c.Functions, []string{"other"}) || c.Sex != "" {
		t.Errorf("C: %+v", c)
	}
	if d.Note.Reveal() != "fonction: Magie" || !slices.Equal(codes(rows[3].Faults), []string{"5 accord unknown-recipient"}) {
		t.Errorf("D: %q %v", d.Note.Reveal(), rows[3].Faults)
	}
}

func TestAnImportCanBeUndoneAndDoneAgain(t *testing.T) {
	h := newHouse(t)
	var steps []string
	text := file(t, "C022_bad_rows.csv")
	rep := h.take(text, Choices{Site: "gaya"}, How{Progress: func(done, total int) { steps = append(steps, fmt.Sprint(done, "/", total)) }})
	if !slices.Equal(steps, []string{"6/6"}) {
		t.Errorf("progress %q", steps)
	}
	if err := h.Undo(context.Background(), clerk, rep.Batch); err != nil {
		t.Fatal(err)
	}
	if n := len(h.people()); n != 0 {
		t.Errorf("%d people after the undo", n)
	}
	if again := h.take(text, Choices{Site: "gaya"}, How{}); again.Added != 5 {
		t.Errorf("after the undo: %+v", again)
	}
}

func TestOnlyThoseWithTheRightImport(t *testing.T) {
	h := newHouse(t)
	s, err := h.Open(context.Background(), "test-drive", strings.NewReader("nom\nA\n"), Choices{})
	must(t, s, err)
	for _, role := range reserve.Roles() {
		actor := reserve.Actor{Kind: reserve.ActorStaff, ID: "x", Role: role}
		_, err := h.Import(context.Background(), actor, s, How{DryRun: true})
		if want := reserve.May(actor, reserve.MayImport); (err == nil) != want {
			t.Errorf("%s: got %v, may import %v", role, err, want)
		}
	}
	if _, err := h.Open(context.Background(), "nowhere", strings.NewReader("nom\nA\n"), Choices{}); reserve.KindOf(err) != reserve.NotFound {
		t.Errorf("another drive: %v", err)
	}
}

func TestRefusedRowsComeBackAsTheyWere(t *testing.T) {
	h := newHouse(t)
	text := "nom;tel;grade;naissance\n\"=1+1;A\";2.27931E+10;x;25/06/1990\n\"Zoé \"\"Z\"\"\";12;\"a\nb\";31/02/1990\nIssa;;;01/01/2015\n"
	rep := h.take(text, Choices{}, How{})
	if rep.Refused != 3 || rep.RefusedRows() != 2 {
		t.Fatalf("report %+v", rep)
	}
	var b bytes.Buffer
	if err := rep.WriteRefused(&b, h.voice()); err != nil {
		t.Fatal(err)
	}
	back := read(t, b.String())
	if back.separator != ';' || back.order != DayFirst {
		t.Errorf("separator %q, order %q", back.separator, back.order)
	}
	rows := rowsOf(back)
	if len(rows) != 2 || rows[0].Application.Name != "=1+1;A" || rows[1].Application.Name != `Zoé "Z"` || rows[1].Cells[2] != "a\nb" {
		t.Errorf("rows %+v\n%s", rows, b.String())
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"nom,tel\nA,1\n", "\xff\xfea\x00", "nom;naissance\n\"A;1\n", "nom\tn\r\n\"a\"\"b\"\tc", "Téléphone,Nom\n2.27931E+10,=1"} {
		f.Add(s)
	}
	o := options(f)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Read(strings.NewReader(text), o)
		if err != nil {
			if len(reserve.FaultsOf(err)) == 0 {
				t.Fatalf("%q: an error without a code: %v", text, err)
			}
			return
		}
		n := 0
		for row := range s.All() {
			if n++; !utf8.ValidString(row.Application.Name.Reveal()) {
				t.Fatalf("%q: a name that is no UTF-8", text)
			}
		}
		if n != s.Rows() {
			t.Fatalf("%q: %d rows read, %d counted", text, n, s.Rows())
		}
		s.Preview()
	})
}

func TestAnUploadIsAnsweredWithWhatWasFoundAndWhatBecameOfIt(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	how := url.Values{"drive": {"test-drive"}, "dry_run": {"true"}, "lang": {"fr"}}
	got, err := h.Take(ctx, clerk, strings.NewReader(file(t, "C006_dates_ambiguous.csv")), how)
	must(t, got, err)
	if a := got.(Answer); a.Report != nil || len(a.Preview.Questions) != 1 {
		t.Errorf("a trial of an unsettled file: %+v", a)
	}
	how.Del("dry_run")
	if _, err := h.Take(ctx, clerk, strings.NewReader(file(t, "C006_dates_ambiguous.csv")), how); reserve.CodeOf(err) != "day-order" {
		t.Errorf("an unsettled file: %v", err)
	}
	how["map"], how["separator"], how["functions"] = []string{"district=", "#4=phone"}, []string{","}, []string{"medical,logistics"}
	got, err = h.Take(ctx, clerk, strings.NewReader(file(t, "C022_bad_rows.csv")), how)
	must(t, got, err)
	if a := got.(Answer); a.Report.Added != 5 || !strings.Contains(a.Refused, "Ce jour n’existe pas") || !slices.Equal(a.Preview.Ignored, []string{"district"}) {
		t.Errorf("an upload: %+v", a)
	}
	if p := h.people()["Hadiza Noma"]; !slices.Equal(p.Facts.Functions, []string{"logistics", "medical"}) || p.Facts.Place != "" {
		t.Errorf("Hadiza offers %v at %q", p.Facts.Functions, p.Facts.Place)
	}
	_, err = h.Take(ctx, clerk, strings.NewReader("nom\nA\n"), url.Values{"drive": {"test-drive"}, "map": {"x"}, "separator": {"!"}, "dates": {"?"}, "encoding": {"?"}})
	if got := len(reserve.FaultsOf(err)); got != 4 {
		t.Errorf("four wrong choices gave %v", err)
	}
}
