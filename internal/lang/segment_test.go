package lang

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSegmentsOfTheFieldCase(t *testing.T) {
	f, err := os.Open("testdata/C036_segments.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 20 {
		t.Fatal(len(rows), err)
	}
	for i, row := range rows[1:] {
		t.Run("C036/"+strconv.Itoa(i+1), func(t *testing.T) {
			got := Segments(row[0])
			have := []string{strings.ToUpper(string(got.Encoding)), strconv.Itoa(got.Units), strconv.Itoa(got.Segments)}
			if !slices.Equal(have, row[1:4]) {
				t.Errorf("%q: got %v, want %v", row[0], have, row[1:4])
			}
			checkSplit(t, row[0])
		})
	}
}

// checkSplit holds for every text: the parts are the text, whole characters each, and none is longer than its room.
func checkSplit(t *testing.T, text string) {
	t.Helper()
	parts, size := Split(text), Segments(text)
	if strings.Join(parts, "") != text {
		t.Errorf("the parts of %q are not the text", text)
	}
	if len(parts) != size.Segments {
		t.Errorf("%q: %d parts, but %d segments", text, len(parts), size.Segments)
	}
	room := map[Encoding]int{GSM7: 153, UCS2: 67}[size.Encoding]
	if len(parts) == 1 {
		room = map[Encoding]int{GSM7: 160, UCS2: 70}[size.Encoding]
	}
	for _, p := range parts {
		units := 0
		for _, r := range p {
			units += cost(r, size.Encoding)
		}
		if units > room || utf8.ValidString(text) && !utf8.ValidString(p) {
			t.Errorf("part %q of %q: %d units in a room of %d", p, text, units, room)
		}
	}
}

func TestSplitKeepsPairsWhole(t *testing.T) {
	for _, row := range []struct {
		name, text string
		segments   int
	}{
		{"an escape pair at the end of a part moves on", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 20), 2},
		{"and can cost one more part than division says", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 152), 3},
		{"a surrogate pair at the end of a part moves on", strings.Repeat("ê", 66) + "🙏" + strings.Repeat("ê", 66), 3},
		{"nothing costs nothing", "", 0},
		{"one character costs one", "a", 1},
		{"one unit outside the plane fits to the last", strings.Repeat("ê", 68) + "🙏", 1},
	} {
		if got := Segments(row.text).Segments; got != row.segments {
			t.Errorf("%s: got %d segments, want %d", row.name, got, row.segments)
		}
		checkSplit(t, row.text)
	}
}

// TestAlphabet counts the table against the standard: 127 characters without the escape, ten in the extension.
func TestAlphabet(t *testing.T) {
	if n := utf8.RuneCountInString(alphabet); n != 127 {
		t.Errorf("the default alphabet has %d characters, want 127", n)
	}
	if n := utf8.RuneCountInString(extension); n != 10 {
		t.Errorf("the extension has %d characters, want 10", n)
	}
	if got := Forcing("éèàùìòÇüäöñÉÜÄÖÑæÆøØåÅß£¥¤¡¿§@$_\n\r^{}\\[~]|€"); len(got) != 0 {
		t.Errorf("these are in the table: %q", got)
	}
	if got := string(Forcing("Êtes-vous là ? « Garçon » l’été `ô` ê ’")); got != "Ê«ç»’`ôê" {
		t.Errorf("forcing characters: got %q", got)
	}
}

func TestPlain(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"accents of the table stay", "Répondez à l'appel où ?", "Répondez à l'appel où ?"},
		{"other accents go", "Êtes-vous prêt ? Ça, garçon, île, Noël, œuf, ŒUVRE", "Etes-vous pret ? Ça, garcon, ile, Noel, oeuf, OEUVRE"},
		{"typography becomes plain", "« OUI » – l’appel… “a”", `" OUI " - l'appel... "a"`},
		{"hard spaces are spaces", "a\u00a0: b\u202f!", "a : b !"},
		{"Hausa loses its hooks", "Ɗan ɓera ya ƙi ƴa’ya", "Dan bera ya ki ya'ya"},
		{"Zarma loses its tails", "boŋ ɲa hãyaŋ Ɲ", "bon nya hayan Ny"},
		{"a letter and its mark apart are one", "e\u0302 e\u0301", "e é"},
		{"capital À has no place in the table", "À È Ù", "A E U"},
		{"invisible marks go", "\u200fOUI\u200e\ufeff", "OUI"},
		{"Arabic stays as it is, typography too", "نعم « oui »", "نعم « oui »"},
		{"an emoji keeps the rest as it is", "prêt 👍", "prêt 👍"},
		{"empty", "", ""},
	} {
		if got := Plain(row.text); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func FuzzSegments(f *testing.F) {
	for _, s := range []string{"", "a", "€{}", "Êtes 👍🏿", "\xff\xfe", strings.Repeat("€", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) {
			checkSplit(t, text)
			checkSplit(t, Plain(text))
		}
		if p := Plain(text); Segments(p).Segments > Segments(text).Segments && Segments(text).Encoding == UCS2 {
			t.Errorf("Plain made %q dearer", text)
		}
	})
}
