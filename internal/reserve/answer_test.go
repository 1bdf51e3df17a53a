package reserve

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// lines reads a JSONL file of testdata/answers.
func lines[T any](t testing.TB, name string) []T {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "answers", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	for s := bufio.NewScanner(f); s.Scan(); {
		var row T
		if err := json.Unmarshal(s.Bytes(), &row); err != nil {
			t.Fatalf("%s: %v: %s", name, err, s.Text())
		}
		out = append(out, row)
	}
	return out
}

// class is how the field cases name what was read: whatever settles nothing is "unclear" to them.
func class(m Meaning) string {
	if m.Decides() {
		return string(m)
	}
	return "unclear"
}

func TestAnswersOfTheFieldCase(t *testing.T) {
	type row struct {
		Text  string   `json:"text"`
		Allow []string `json:"allow"`
	}
	rows := lines[row](t, "C027_replies.jsonl")
	if len(rows) != 50 {
		t.Fatalf("C027 has %d lines, want 50", len(rows))
	}
	for i, r := range rows {
		t.Run("C027/"+strconv.Itoa(i+1), func(t *testing.T) {
			if a := ReadAnswer(r.Text, nil); !slices.Contains(r.Allow, class(a.Meaning)) {
				t.Errorf("%q: got %+v, want one of %v", r.Text, a, r.Allow)
			}
		})
	}
}

func TestBytesOfTheFieldCase(t *testing.T) {
	type row struct {
		ID     string  `json:"id"`
		Text   *string `json:"text_json"`
		Base64 string  `json:"text_base64"`
		Expect string  `json:"expect"`
	}
	rows := lines[row](t, "C034_bytes.jsonl")
	if len(rows) != 6 {
		t.Fatalf("C034 has %d lines, want 6", len(rows))
	}
	for _, r := range rows {
		t.Run("C034/"+r.ID, func(t *testing.T) {
			raw, err := base64.StdEncoding.DecodeString(r.Base64)
			if err != nil {
				t.Fatal(err)
			}
			if r.Text != nil {
				raw = []byte(*r.Text)
			}
			text := CleanText(raw)
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Errorf("%q is not fit to be kept", text)
			}
			if a := ReadAnswer(text, nil); !slices.Contains(strings.Split(r.Expect, "|"), class(a.Meaning)) {
				t.Errorf("%q: got %+v, want %s", text, a, r.Expect)
			}
		})
	}
}

func TestMachinesOfTheFieldCase(t *testing.T) {
	type row struct {
		ID, From, Text string
	}
	rows := lines[row](t, "C031_loop.jsonl")
	if len(rows) != 41 {
		t.Fatalf("C031 has %d lines, want 41", len(rows))
	}
	for _, r := range rows {
		t.Run("C031/"+r.ID, func(t *testing.T) {
			a := ReadAnswer(r.Text, nil)
			if machine := r.From == "+22790000031"; machine != a.Machine || machine && a.Meaning != MeansUnclear || !machine && a.Meaning != MeansYes {
				t.Errorf("%q: got %+v", r.Text, a)
			}
		})
	}
}

func TestTwoCallUpsOfTheFieldCase(t *testing.T) {
	ab := []string{"A", "B"}
	for _, row := range []struct {
		name, text string
		open       []string
		meaning    Meaning
		code       string
	}{
		{"C029/1 a bare yes names none", "OUI", ab, MeansYes, ""},
		{"C029/2 the letter behind", "OUI A", ab, MeansYes, "A"},
		{"C029/3 the letter before", "A OUI", ab, MeansYes, "A"},
		{"C029/4 letter and digit", "A1", ab, MeansYes, "A"},
		{"C029/5 small and apart", "a 1", ab, MeansYes, "A"},
		{"C029/6 B2 refuses B", "B2", ab, MeansNo, "B"},
		{"C029/7 a late A never counts for C", "A OUI", []string{"C"}, MeansUnclear, "A"},
		{"C029/8 the code is not needed for one", "OUI", []string{"C"}, MeansYes, ""},
		{"both named", "A1 B2", ab, MeansUnclear, ""},
		{"both accepted", "oui A et B", ab, MeansUnclear, ""},
		{"the letter alone", "A", ab, MeansUnclear, "A"},
		{"digit before letter", "1a", ab, MeansYes, "A"},
		{"full-width and Arabic digits", "Ａ١", ab, MeansYes, "A"},
		{"with words between", "oui pour A merci", ab, MeansYes, "A"},
		{"à is not A", "oui à 11h", ab, MeansYes, ""},
		{"nor is a before an hour", "oui a 11h", ab, MeansYes, ""},
		{"a reason may hold the letter a", "non a cause de la pluie", ab, MeansUnclear, "A"},
		{"and a far one is no code", "non il y a un souci chez moi", nil, MeansUnclear, "A"},
		{"a reason after the letter", "B non je suis malade", ab, MeansNo, "B"},
		{"a yes to a closed one with words", "yes to D please", ab, MeansUnclear, "D"},
		{"B12 is no code", "B12", ab, MeansUnclear, ""},
		{"a code of more than one letter", "oui k7", []string{"K7", "L2"}, MeansYes, "K7"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if a := ReadAnswer(row.text, row.open); a.Meaning != row.meaning || a.Code != row.code {
				t.Errorf("%q: got %s %q, want %s %q", row.text, a.Meaning, a.Code, row.meaning, row.code)
			}
		})
	}
}

func TestTimedAnswers(t *testing.T) {
	for _, row := range []struct {
		text    string
		meaning Meaning
		in      time.Duration
		at      string
	}{
		{"yes in 2 hours", MeansYes, 2 * time.Hour, ""},
		{"Oui dans 30 min", MeansYes, 30 * time.Minute, ""},
		{"oui dans une heure", MeansYes, time.Hour, ""},
		{"yes in half an hour", MeansYes, 30 * time.Minute, ""},
		{"ee nan da awa 2", MeansYes, 2 * time.Hour, ""},
		{"نعم بعد ساعتين", MeansYes, 2 * time.Hour, ""},
		{"نعم بعد ٣ ساعات", MeansYes, 3 * time.Hour, ""},
		{"oui à 11h", MeansYes, 0, "11:00"},
		{"OUI A 11H30", MeansYes, 0, "11:30"},
		{"yes at 8", MeansYes, 0, "08:00"},
		{"yes 2 pm", MeansYes, 0, "14:00"},
		{"yes at 12 am", MeansYes, 0, "00:00"},
		{"yes at 13 pm", MeansUnclear, 0, ""},
		{"oui vers 14:15", MeansYes, 0, "14:15"},
		{"oui à midi", MeansYes, 0, "12:00"},
		{"1 à 9h", MeansYes, 0, "09:00"},
		{"oui dans 2", MeansUnclear, 0, ""},
		{"oui avant 11h", MeansUnclear, 0, "11:00"},
		{"oui entre 8h et 10h", MeansUnclear, 0, "08:00"},
		{"oui à 31h", MeansUnclear, 0, ""},
		{"dans 2h", MeansUnclear, 2 * time.Hour, ""},
		{"Je rappelle à 11h", MeansLater, 0, "11:00"},
	} {
		if a := ReadAnswer(row.text, nil); a.Meaning != row.meaning || a.In != row.in || a.At != row.at {
			t.Errorf("%q: got %s in %v at %q, want %s in %v at %q", row.text, a.Meaning, a.In, a.At, row.meaning, row.in, row.at)
		}
	}
}

// TestCorpus runs the public corpus: texts with their right reading, one a line. A line may give several readings
// ("yes|unclear") where people differ, the open codes, and what else must have been read.
func TestCorpus(t *testing.T) {
	type row struct {
		Text    string
		Lang    string
		Means   string
		Codes   []string
		Code    string
		Pin     string
		Suggest *string
		Number  int
		Rest    string
	}
	rows := lines[row](t, "../answers.jsonl")
	if len(rows) < 300 {
		t.Errorf("the corpus has %d lines, want 300", len(rows))
	}
	seen := map[string]bool{}
	langs := map[string]int{}
	for i, r := range rows {
		langs[r.Lang]++
		if seen[r.Text] {
			t.Errorf("line %d: %q stands twice", i+1, r.Text)
		}
		seen[r.Text] = len(r.Codes) == 0
		a := ReadAnswer(r.Text, r.Codes)
		if !slices.Contains(strings.Split(r.Means, "|"), string(a.Meaning)) {
			t.Errorf("line %d: %q: got %s (suggest %q), want %s", i+1, r.Text, a.Meaning, a.Suggest, r.Means)
		}
		if a.Code != r.Code || a.Pin != r.Pin || r.Suggest != nil && string(a.Suggest) != *r.Suggest ||
			r.Number != 0 && a.Number != r.Number || r.Rest != "" && a.Rest.Reveal() != r.Rest {
			t.Errorf("line %d: %q: got code %q pin %q suggest %q number %d rest %q, want %+v", i+1, r.Text, a.Code, a.Pin, a.Suggest, a.Number, a.Rest.Reveal(), r)
		}
	}
	for _, lang := range []string{"fr", "en", "ha", "dje", "ar"} {
		if langs[lang] < 25 {
			t.Errorf("%d lines in %s, want 25", langs[lang], lang)
		}
	}
}

func TestDigitsOfEveryScript(t *testing.T) {
	for _, zero := range []rune{'0', '٠', '۰', '०', '߀', '０', '๐', 0x1D7CE, 0x1E950} {
		for d := rune(0); d < 10; d++ {
			if got := digitValue(zero + d); got != int(d) {
				t.Errorf("%q: got %d, want %d", zero+d, got, d)
			}
		}
		if a := ReadAnswer(string(zero+1), nil); a.Meaning != MeansYes || a.Number != 1 {
			t.Errorf("%q: got %+v, want yes", zero+1, a)
		}
		if a := ReadAnswer(string([]rune{zero + 1, zero + 2}), nil); a.Meaning != MeansUnclear {
			t.Errorf("12 in the script of %q: got %+v, want unclear", zero, a)
		}
	}
}

func TestLongTextsSettleNothingButStop(t *testing.T) {
	long := strings.Repeat(" merci", 100)
	for text, want := range map[string]Meaning{"oui" + long: MeansUnclear, "non" + long: MeansUnclear, "STOP" + long: MeansStop, "join" + long: MeansUnclear} {
		if a := ReadAnswer(text, nil); a.Meaning != want {
			t.Errorf("%.10q and much more: got %s, want %s", text, a.Meaning, want)
		}
	}
}

func TestAnswersShowNoText(t *testing.T) {
	a := ReadAnswer("OUI HADIZA", nil)
	if shown := fmt.Sprintf("%v %+v %#v", a, a, a); strings.Contains(shown, "HADIZA") {
		t.Errorf("an answer in a log shows %s", shown)
	}
}

func TestCleanText(t *testing.T) {
	for _, row := range []struct{ name, raw, want string }{
		{"good text stays", "Oui à 11h\r\n\tنعم 👍🏾", "Oui à 11h\r\n\tنعم 👍🏾"},
		{"a null byte", "OUI\x00", "OUI\uFFFD"},
		{"a byte of another alphabet", "D\xe9sol\xe9", "D\uFFFDsol\uFFFD"},
		{"half an emoji", "\xed\xa0\xbd", "\uFFFD\uFFFD\uFFFD"},
		{"signs that XML refuses", "a\x1b\uFFFEb\uFFFF\u0085", "a\uFFFD\uFFFDb\uFFFD\uFFFD"},
		{"nothing", "", ""},
	} {
		if got := CleanText([]byte(row.raw)); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestWordsStandInOneTable: a word that says yes and no, or yes and a courtesy, would make its reading depend on order.
func TestWordsStandInOneTable(t *testing.T) {
	tables := map[string]map[string]bool{"yes": yesWords, "no": noWords, "courtesy": courtesy, "negation": negations, "but": butWords, "stop": stopFirst}
	owner := map[string]string{}
	for name, table := range tables {
		for w := range table {
			if other := owner[w]; other != "" {
				t.Errorf("%q stands in %s and in %s", w, other, name)
			}
			owner[w] = name
		}
	}
	for w := range support {
		if negations[w] || butWords[w] || ifWords[w] || noWords[w] || laterWords[w] {
			t.Errorf("%q may weaken a yes and stands in support", w)
		}
	}
}

func FuzzReadAnswer(f *testing.F) {
	for _, s := range []string{"OUI", "A1 B2", "oui dans 2h", "STOP", "1 OUI 4821", "نعم", "\xff\x00", "👍🏾", "oui\nEnvoyé de mon iPhone", "12:30:45", "i i i"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := CleanText([]byte(text))
		if !utf8.ValidString(clean) || strings.ContainsRune(clean, 0) || utf8.RuneCountInString(clean) > len(text) {
			t.Fatalf("%q is cleaned to %q", text, clean)
		}
		a := ReadAnswer(clean, []string{"A", "B"})
		if a.Meaning == "" {
			t.Fatalf("%q has no meaning", clean)
		}
		if a.Meaning == MeansYes {
			// A yes never survives a word that nobody knows, nor a question.
			if b := ReadAnswer(clean+" xyzzy", []string{"A", "B"}); b.Meaning == MeansYes && utf8.RuneCountInString(clean) < 400 && !strings.ContainsAny(clean, "\n") {
				t.Fatalf("%q is a yes with an unknown word too", clean)
			}
			if b := ReadAnswer(clean+" ?", []string{"A", "B"}); b.Meaning == MeansYes && utf8.RuneCountInString(clean) < 400 && !strings.ContainsAny(clean, "\n") {
				t.Fatalf("%q is a yes as a question too", clean)
			}
		}
	})
}
