package names

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xrash/smetrics"

	"muster/internal/reserve"
)

func TestC008NamesAreTakenAsPeopleGiveThem(t *testing.T) {
	raw, err := os.ReadFile("testdata/C008_names.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases struct {
		Accept, Refuse []string
		Trimmed        map[string]string
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases.Accept) < 17 || len(cases.Refuse) < 6 {
		t.Fatalf("got %d names to accept and %d to refuse, want the whole case file", len(cases.Accept), len(cases.Refuse))
	}
	for _, name := range cases.Accept {
		want := name
		if trimmed, ok := cases.Trimmed[name]; ok {
			want = trimmed
		}
		if got, fault := Check(name); fault != nil || got != want {
			t.Errorf("Check(%q): got %q, %v, want %q", name, got, fault, want)
		}
	}
	for _, name := range cases.Refuse {
		if got, fault := Check(name); fault == nil || fault.Field != "name" || fault.Kind != reserve.Invalid {
			t.Errorf("Check(%q): got %q, %v, want a fault of the field name", name, got, fault)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, in, want, code string }{
		{"decomposed accents are composed", "Aï" + "ssata Jose\u0301", "Aïssata José", ""},
		{"no-break blanks are blanks", "Hadiza\u00a0\u202fNoma", "Hadiza Noma", ""},
		{"one letter of another script", "李", "李", ""},
		{"markup is only text", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>", ""},
		{"a formula is only text", `=HYPERLINK("http://x","y")`, `=HYPERLINK("http://x","y")`, ""},
		{"Persian with a non-joiner", "علی\u200cرضا", "علی\u200cرضا", ""},
		{"a left-to-right mark stays", "Ali\u200e موسى", "Ali\u200e موسى", ""},
		{"a null byte", "a\x00b", "", CodeControl},
		{"a line end inside", "Ali\r\nINFO login ok", "", CodeControl},
		{"a line end outside", " Ali\r\n", "Ali", ""},
		{"a byte order mark in front", "\ufeffHadiza", "Hadiza", ""},
		{"a direction override", "Ali\u202enimdA", "", CodeDirection},
		{"an isolate", "Ali\u2067nimdA\u2069", "", CodeDirection},
		{"a zero-width space", "A\u200bli", "", CodeInvisible},
		{"a tag character", "Ali\U000E0041", "", CodeInvisible},
		{"nine marks on a letter", "a" + strings.Repeat("\u0324", 10), "", CodeMarks},
		{"three hundred marks", "a" + strings.Repeat("\u0301", 300), "", CodeTooLong},
		{"emoji only", "🙂👍", "", CodeNoLetter},
		{"an emoji beside letters", "Ali 🙂", "Ali 🙂", ""},
		{"broken bytes", "\xff\xfe", "", CodeUnreadable},
		{"a replacement character", "A\ufffdssata", "", CodeUnreadable},
		{"two hundred characters", strings.Repeat("a", 200), strings.Repeat("a", 200), ""},
		{"two hundred and one", strings.Repeat("a", 201), "", CodeTooLong},
		{"ten thousand", strings.Repeat("é", 10000), "", CodeTooLong},
		{"a modifier letter alone", "ʼ", "", CodeNoLetter},
	}
	for _, tt := range tests {
		got, fault := Check(tt.in)
		code := ""
		if fault != nil {
			code = fault.Code
		}
		if got != tt.want || code != tt.code {
			t.Errorf("%s: got %q %q, want %q %q", tt.name, got, code, tt.want, tt.code)
		}
	}
	if _, fault := Check("Ali\u202enimdA"); fault == nil || fault.Args["character"] != "U+202E" {
		t.Errorf("direction override: got %v, want the character named", fault)
	}
	if got := codePoint(0x1F600) + codePoint(7); got != "U+1F600U+0007" {
		t.Errorf("code points: got %s", got)
	}
}

func TestRemarks(t *testing.T) {
	for in, want := range map[string]string{
		"Hadiza Noma":   "",
		"Ив\u0061н":     RemarkMixed,
		"3e Djibo":      RemarkDigits,
		"=1+cmd":        RemarkDigits + " " + RemarkFormula,
		"Ali موسى":      "",
		"Иван Ali Noma": "",
	} {
		if got := strings.Join(Remarks(in), " "); got != want {
			t.Errorf("Remarks(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"N'Guessan Aïchatou": "nguessan aichatou",
		"D’Almeida  Réckya":  "dalmeida reckya",
		"Ƙasimu Ɗan-Ladi":    "kasimu dan ladi",
		"ʼYar Ƴaɓɓa":         "yar yabba",
		"Ｆａｔｉ":               "fati",
		"\ufb01fi":           "fifi",
		"Zoé Ñandú":          "zoe nandu",
		"موسى بن عيسى":       "moussa ben issa",
		"Ива\u043d":          "иван",
		"Мoussa":             "moussa",
		"":                   "",
		"- - '":              "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"two words", "Hadiza Noma", "hadiza noma"},
		{"titles go", "El Hadj Dr. Moussa Issa", "moussa issa"},
		{"a title in the middle goes", "Moussa Elhadji Issa", "moussa issa"},
		{"a title alone is a name", "Alhaji", "alhaji"},
		{"Cheick in front is a title", "Cheick Amadou", "amadou"},
		{"Cheick at the end is a name", "Amadou Cheick", "amadou cheick"},
		{"Maï before a known name is a title", "Maï Moussa", "moussa"},
		{"Mai before another word is half a name", "Mai Touraré", "maitourare"},
		{"Malam after Dan is a family", "Ali Dan Malam", "ali danmalam"},
		{"Abdoul stays with its name", "Abdoul-Moumouni Tagaza-Noma", "abdoulmoumouni tagaza noma"},
		{"Abdou Rahamane is one name", "Abdou Rahamane Issa", "abdourahamane issa"},
		{"Abou Bakar is one name", "Abou Bakar Sani", "aboubakar sani"},
		{"two names are not joined", "Ali Issa", "ali issa"},
		{"son of", "Sidi Mohamed ould Ahmed el-Kori", "sidi mohamed +ahmed +kori"},
		{"daughter of", "Tadist walet Akly", "tadist +akly"},
		{"a particle alone is a name", "Ag", "ag"},
		{"known as", "Boubacar Sani dit Bouba", "boubacar sani (bouba)"},
		{"in brackets", "Boubacar Sani (Bouba)", "boubacar sani (bouba)"},
		{"Arabic script", "محمد أمين", "mohamed lamine"},
		{"Arabic in two words", "عبد الله أبو بكر", "abdoulaye boubacar"},
		{"Arabic with vowel signs and stretching", "مُحَمَّـد", "mohamed"},
		{"an initial", "A. Moussa", "a moussa"},
		{"nothing", " -' ", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, tok := range Tokens(tt.in) {
			f := tok.Fold
			if tok.Particle {
				f = "+" + f
			}
			if tok.Alias {
				f = "(" + f + ")"
			}
			got = append(got, f)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: Tokens(%q): got %q, want %q", tt.name, tt.in, strings.Join(got, " "), tt.want)
		}
	}
}

func TestKeysOfOneNameAgree(t *testing.T) {
	groups := []string{
		"Mohamed Muhammad MAHAMADOU Mouhamadou Mamadou Mahamane Mamane محمد", "Ahmed Ahmad Amadou Hamadou أحمد",
		"Abdoulaye Abdullahi Abdallah Abdou عبدالله", "Boubacar Aboubacar Abubakar Garba", "Issoufou Youssouf Yusuf Issifou يوسف",
		"Oumarou Omar Umaru عمر", "Ousmane Usman Othman", "Ali Aliou Aliyu Aly", "Moussa Musa Moûssa", "Issa Isa عيسى", "Souleymane Sulaiman Souleimane",
		"Saïdou Seydou Saidu", "Hassane Hassan", "Housseini Ousseini Hussaini", "Harouna Haruna", "Laouali Lawali Lawal", "Salissou Salisu",
		"Illiassou Iliyasu", "Nassirou Nasiru", "Aïchatou Aissata Aïssatou Aicha Aisha عائشة", "Fatouma Fatoumata Fatima Fati فاطمة",
		"Hadiza Khadija Hadidjatou Kadidia خديجة", "Mariama Maryam Mariam", "Zeinabou Zainab Zeina", "Haoua Hawa", "Halima Halimatou",
		"Aminatou Amina Aminata", "Rakia Rakiya", "Tchékaraou Chekarau Shekaraou", "Guèro Gero", "Djibo Jibo", "Keïna Keina Kéna",
	}
	seen := map[string]string{}
	for _, group := range groups {
		spellings := strings.Fields(group)
		key := Key(spellings[0])
		for _, s := range spellings[1:] {
			if got := Key(s); got != key {
				t.Errorf("Key(%q): got %q, want %q as for %q", s, got, key, spellings[0])
			}
		}
		if other, twice := seen[key]; twice {
			t.Errorf("%q and %q have one key %q", other, spellings[0], key)
		}
		seen[key] = spellings[0]
	}
}

func TestTwinsAndSexesNeverShareAKey(t *testing.T) {
	for _, pair := range []string{
		"Hassane Housseini", "Hassana Housseina", "Hassane Hassana", "Housseini Housseina", "Amina Aminou", "Rachid Rachida", "Issa Aïssa",
		"Mohamed Ahmed", "Moussa Issa", "Salifou Salissou", "Habibou Habiba", "Halim Halima", "Karim Karima", "Djamil Djamila",
	} {
		p := strings.Fields(pair)
		if Key(p[0]) == Key(p[1]) {
			t.Errorf("%s and %s share the key %q", p[0], p[1], Key(p[0]))
		}
		if s := Compare(p[0]+" Bello", p[1]+" Bello"); s.Score > 0.8 {
			t.Errorf("%s Bello and %s Bello: got %.2f, want at most 0.8", p[0], p[1], s.Score)
		}
	}
}

func TestClassFileHasEverySpellingOnce(t *testing.T) {
	seen := map[string]int{}
	for n, line := range strings.Split(classFile, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		for _, w := range strings.Fields(strings.ReplaceAll(line, "|", " ")) {
			f := bareArabic(w)
			if !isArabic(w) {
				f = foldLatin(w)
			}
			if at, twice := seen[f]; twice && (at != n || !isArabic(w)) {
				t.Errorf("line %d: %q stands in line %d already", n+1, w, at+1)
			}
			seen[f] = n
		}
	}
	if len(classes.heads) < 200 || len(seen) < 1000 {
		t.Errorf("got %d classes of %d spellings, want the whole file", len(classes.heads)-1, len(seen))
	}
	for f, e := range classes.words {
		if e.class == 0 || int(e.class) >= len(classes.heads) {
			t.Errorf("%q is of no class", f)
		}
	}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		name, a, b string
		low, high  float64
		how        string
	}{
		{"the same", "Hadiza Noma", "HADIZA NOMA", 1, 1, "exact exact"},
		{"the other way round", "Aïssata Maïga", "Maiga Aissata", 1, 1, "exact exact swapped"},
		{"Arabic and French", "محمد أمين", "Mohamed Amine", 0.93, 1, ""},
		{"Arabic letter by letter", "طلحة بركات", "Talha Barkat", 0.85, 1, ""},
		{"one name in two languages", "Mohamed Issa", "Mamadou Issa", 0.94, 0.96, "exact variant"},
		{"spellings", "Abdullahi Musa", "Abdoulahi Moussa", 0.96, 0.98, "spelling spelling"},
		{"a short form", "Zeina Gora", "Zeinabou Gora", 0.94, 0.96, "exact variant"},
		{"a title", "El Hadj Moussa Issa", "Moussa Issa", 1, 1, "exact exact"},
		{"a particle left off", "Mohamed ag Ahmed", "Mohamed Ahmed", 0.97, 0.99, "exact particle"},
		{"a prefix of respect left off", "Nana Aïchatou Bello", "Aissata Bello", 0.92, 0.99, ""},
		{"written in one word", "Abdoul Moumouni Tagaza", "Abdoulmoumouni Tagaza", 1, 1, "exact exact"},
		{"written in two words", "Maitourare Issa", "Mai Tourare Issa", 0.85, 1, ""},
		{"two words joined", "Dan Takoussa Issa", "Dantakoussa Issa", 1, 1, "exact exact"},
		{"one word cut in two", "Bonkaney Issa", "Bon Kaney Issa", 0.97, 0.98, "exact joined"},
		{"sounds the same", "Tchekaraou Issa", "Shekarau Issa", 0.97, 0.98, "exact sound"},
		{"a letter wrong", "Hadiza Tankari", "Hadiza Tankiri", 0.93, 0.99, "exact typo"},
		{"a slip in a short name", "Ail Tankari", "Ali Tankari", 0.93, 0.95, "exact typo"},
		{"another first letter is another name", "Hadiza Sani", "Hadiza Mani", 0.4, 0.75, ""},
		{"a letter wrong in a known name", "Housseini Bello", "Housseiin Bello", 0.93, 1, ""},
		{"an initial", "O. Tankari", "Oumarou Tankari", 0.84, 0.86, "exact initial"},
		{"a part missing", "Hadiza", "Hadiza Noma", 0.7, 0.8, "exact"},
		{"the father's name added", "Hadiza Noma", "Hadiza Noma Issoufou", 0.8, 0.9, "exact exact"},
		{"known as", "Boubacar Sani dit Tchiani", "Boubacar Sani", 1, 1, "exact exact"},
		{"known by the other name", "Boubacar Sani dit Tchiani", "Tchiani Sani", 0.6, 1, ""},
		{"one part differs", "Hadiza Noma", "Hadiza Tankari", 0.4, 0.6, ""},
		{"strangers", "Hadiza Noma", "Oumarou Sindi", 0, 0.3, ""},
		{"no name", "", "Oumarou Sindi", 0, 0, ""},
		{"signs only", "--", "--", 0, 0, ""},
	}
	for _, tt := range tests {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			s := Compare(pair[0], pair[1])
			if s.Score < tt.low || s.Score > tt.high {
				t.Errorf("%s: %q and %q: got %.3f, want %.2f to %.2f", tt.name, pair[0], pair[1], s.Score, tt.low, tt.high)
			}
			var how []string
			for _, p := range s.Pairs[:s.N] {
				how = append(how, p.How.String())
			}
			if s.Swapped {
				how = append(how, "swapped")
			}
			if tt.how != "" && strings.Join(how, " ") != tt.how {
				t.Errorf("%s: %q and %q: got %v, want %s", tt.name, pair[0], pair[1], how, tt.how)
			}
		}
	}
}

func TestCompareSaysWhichClassMatched(t *testing.T) {
	s := Compare("Mahamane Oumarou", "Umaru Mohamed")
	var got []string
	for _, p := range s.Pairs[:s.N] {
		got = append(got, Class(p.Class))
	}
	slices.Sort(got)
	if strings.Join(got, " ") != "mohamed oumarou" || !s.Swapped {
		t.Errorf("got %v swapped=%t, want mohamed and oumarou swapped", got, s.Swapped)
	}
}

func TestJaroWinklerAgreesWithThePublicOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letter := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abdehimnosu"[r.IntN(11)]
		}
		return string(b)
	}
	for range 20000 {
		a, b := letter(1+r.IntN(14)), letter(1+r.IntN(14))
		if r.IntN(2) == 0 {
			b = a[:r.IntN(len(a))] + letter(r.IntN(3)) + a[r.IntN(len(a)):]
		}
		if b == "" {
			continue
		}
		if got, want := jaroWinkler(a, b), smetrics.JaroWinkler(a, b, 0.7, 4); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%q %q: got %f, want %f", a, b, got, want)
		}
	}
}

func TestCompareAllocatesNothing(t *testing.T) {
	a, b := Parse("Abdoul-Moumouni Tchékaraou dit Bouba"), Parse("Tankari Abdullahi Shekarau")
	if n := testing.AllocsPerRun(100, func() { CompareParsed(&a, &b) }); n != 0 {
		t.Errorf("got %.0f allocations, want none", n)
	}
}

// For whatever text: the score is in 0 to 1, the same both ways, and 1 for a name with itself.
func FuzzCompare(f *testing.F) {
	for _, seed := range [][2]string{{"Hadiza Noma", "Maïga Aïssata"}, {"محمد أمين", "Mohamed Amine"}, {"A", "Abdou Rahamane"}, {"\xff", "ag ag ag"}, {"l'l", "(a) dit"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		pa, pb := Parse(a), Parse(b)
		ab, ba := CompareParsed(&pa, &pb), CompareParsed(&pb, &pa)
		if ab.Score < 0 || ab.Score > 1.000001 || math.IsNaN(ab.Score) {
			t.Fatalf("%q %q: got %f", a, b, ab.Score)
		}
		if math.Abs(ab.Score-ba.Score) > 0.35 { // greedy pairing may break ties differently, no more
			t.Fatalf("%q %q: got %f one way, %f the other", a, b, ab.Score, ba.Score)
		}
		if self := CompareParsed(&pa, &pa); pa.Len() > 0 && self.Score < 0.999 {
			t.Fatalf("%q with itself: got %f", a, self.Score)
		}
		if clean, fault := Check(a); fault == nil {
			if again, fault := Check(clean); fault != nil || again != clean {
				t.Fatalf("Check(%q): %q is changed again to %q", a, clean, again)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Parse("Abdoul-Moumouni Tchékaraou")
	}
}

func BenchmarkCompareParsed(b *testing.B) {
	pairs := [][2]string{
		{"Hadiza Noma", "Hadiza Noma"}, {"Mahamadou Issoufou", "Mohamed Youssouf"}, {"Oumarou Sindi", "Rakia Labo"},
		{"Abdoulmoumouni Tchiombiano", "Abdoulaye Tankari Gani"},
	}
	for _, pair := range pairs {
		x, y := Parse(pair[0]), Parse(pair[1])
		b.Run(strings.ReplaceAll(fmt.Sprint(pair), " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				CompareParsed(&x, &y)
			}
		})
	}
}

func BenchmarkKey(b *testing.B) {
	for b.Loop() {
		Key("Tchékaraou")
	}
}
