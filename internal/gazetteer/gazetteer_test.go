package gazetteer

import (
	"slices"
	"strings"
	"testing"
)

func load(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func labels(places []Place) string {
	var out []string
	for _, p := range places {
		out = append(out, Label(p))
	}
	return strings.Join(out, " | ")
}

func TestCountsOfPlaces(t *testing.T) {
	g := load(t)
	counts := map[string]int{}
	for _, p := range g.places {
		counts[p.Country+" "+string(p.Level)]++
	}
	for what, want := range map[string]int{
		"NE region": 8, "NE department": 67, "NE commune": 266,
		"NG region": 37, "NG department": 774, "BJ region": 12, "BJ department": 77, "BF region": 13, "BF department": 45,
		"ML region": 10, "ML department": 53, "TD region": 23, "TD department": 70,
	} {
		if counts[what] != want {
			t.Errorf("%s: got %d, want %d", what, counts[what], want)
		}
	}
}

func TestFind(t *testing.T) {
	g := load(t)
	tests := []struct{ name, text, within, want string }{
		{"as printed", "Karma", "NE", "Karma (Kollo)"},
		{"no accents, capitals", "BIRNI NGAOURE", "NE", "Birni N'Gaouré (Boboye)"},
		{"with accents", "Birni N’Gaouré", "NE", "Birni N'Gaouré (Boboye)"},
		{"apostrophe left out and n moved", "birnin gaoure", "NE", "Birni N'Gaouré (Boboye)"},
		{"hyphen", "Maine-Soroa", "NE003", ""},
		{"a P-code", "ne006008004", "", "Karma (Kollo)"},
		{"an older P-code", "NER006008004", "NE", "Karma (Kollo)"},
		{"a P-code outside", "NE006008004", "NE003", ""},
		{"both Tibiri and the department", "Tibiri", "NE", "Tibiri Doutchi (Tibiri) | Tibiri Maradi (Guidan Roumdji) | Tibiri (département)"},
		{"Tibiri by region", "Tibiri Maradi", "NE", "Tibiri Maradi (Guidan Roumdji)"},
		{"Tibiri by department", "Tibiri, Guidan-Roumdji", "NE", "Tibiri Maradi (Guidan Roumdji)"},
		{"Tibiri with brackets", "Tibiri (Dosso)", "NE", "Tibiri Doutchi (Tibiri) | Tibiri (département)"},
		{"Tibiri within a region", "Tibiri", "NE004", "Tibiri Maradi (Guidan Roumdji)"},
		{"Tibiri within a named area", "tibiri", "Maradi", "Tibiri Maradi (Guidan Roumdji)"},
		{"both Gangara", "gangara", "NE", "Gangara Aguié (Gazaoua) | Gangara Tanout (Tanout)"},
		{"Gangara of Tanout", "Gangara, Tanout", "NE", "Gangara Tanout (Tanout)"},
		{"Gangara of Gazaoua", "Gangara (Gazaoua)", "NE", "Gangara Aguié (Gazaoua)"},
		{"Gangara of Aguié, its former department", "Gangara (Aguié)", "NE", "Gangara Aguié (Gazaoua)"},
		{"no sign between name and area", "Karma Tillaberi", "NE", "Karma (Kollo)"},
		{"the whole way down", "Tillabéri / Kollo / Karma", "NE", "Karma (Kollo)"},
		{"city in Roman numbers", "Niamey II", "NE", "Niamey 2 (Ville de Niamey)"},
		{"city with an ordinal", "Niamey 2ème", "NE", "Niamey 2 (Ville de Niamey)"},
		{"number in front of the city", "2ème arrondissement communal de Niamey", "NE", "Niamey 2 (Ville de Niamey)"},
		{"a qualifier that does not hold", "Karma (Say)", "NE", "Karma (Kollo)"},
		{"city without a blank", "Tahoua1", "NE", "Tahoua 1 (Ville de Tahoua)"},
		{"city as a whole", "Niamey", "NE", "Ville de Niamey (département) | Niamey (région)"},
		{"rank in front", "Commune urbaine de Téra", "NE", "Téra (Téra) | Téra (département)"},
		{"one letter wrong", "Filingje", "NE", "Filingué (Filingué) | Filingué (département)"},
		{"two letters swapped", "Kolol", "NE", "Kollo (Kollo) | Kollo (département)"},
		{"a digit is no typing fault", "Niamey 6", "NE", ""},
		{"the beginning", "Tombokoirey", "NE", "Tombokoirey 1 (Dosso) | Tombokoirey 2 (Dosso)"},
		{"a popular name", "Konni", "NE", "Birni N'Konni (Birni N'Konni) | Birni N'Konni (département)"},
		{"Agadez lies in Tchirozérine", "agadez", "NE", "Agadez (Tchirozérine) | Agadez (région)"},
		{"a neighbour", "Malanville", "", "Malanville (Alibori, Bénin)"},
		{"a neighbour is not in Niger", "Malanville", "NE", ""},
		{"hooked letters", "Ɗogondoutchi", "NE", "Dogondoutchi (Dogondoutchi) | Dogondoutchi (département)"},
		{"nothing", "  ", "NE", ""},
		{"signs only", "(,)", "NE", ""},
		{"no such place", "Atlantis", "NE", ""},
		{"no such area", "Karma", "Atlantis", ""},
	}
	for _, tt := range tests {
		if got := labels(g.Find(tt.text, tt.within)); got != tt.want {
			t.Errorf("%s: Find(%q, %q): got %q, want %q", tt.name, tt.text, tt.within, got, tt.want)
		}
	}
}

func TestResolve(t *testing.T) {
	g := load(t)
	tests := []struct{ name, text, want string }{
		{"one commune", "karma", "NE006008004"},
		{"Tibiri by its region", "Tibiri (Dosso)", "NE003008004"},
		{"Gangara by its department", "Gangara, Tanout", "NE007009002"},
		{"the commune wins over department and region", "Dosso", "NE003004001"},
		{"a city of several communes", "Niamey", "NE008001"},
		{"reversed", "Dosso, Tibiri", "NE003008004"},
		{"ambiguous", "Tibiri", ""},
		{"ambiguous Gangara", "Gangara", ""},
		{"misspelt is for people to confirm", "Karna", ""},
		{"a wrong qualifier is for people to confirm", "Karma (Say)", ""},
		{"unknown", "Atlantis", ""},
	}
	for _, tt := range tests {
		p, ok := g.Resolve(tt.text, "NE")
		if !ok {
			p = Place{}
		}
		if p.Code != tt.want {
			t.Errorf("%s: Resolve(%q): got %q, want %q", tt.name, tt.text, p.Code, tt.want)
		}
	}
}

// Everybody must be able to type what the console shows, and no two places may look alike.
func TestEveryLabelIsItsOwnAndFindsItsPlace(t *testing.T) {
	g := load(t)
	seen := map[string]string{}
	for _, p := range g.places {
		label := Label(p)
		if other, twice := seen[label+p.Country]; twice {
			t.Errorf("%s and %s are both %q", other, p.Code, label)
		}
		seen[label+p.Country] = p.Code
		if found := g.Find(label, p.Country); !slices.Contains(found, p) {
			t.Errorf("%s: Find(%q): got %q, want it among them", p.Code, label, labels(found))
		}
		if p.Level == Commune {
			if got, ok := g.Resolve(label, "NE"); !ok || got != p {
				t.Errorf("%s: Resolve(%q): got %q %t", p.Code, label, got.Code, ok)
			}
		}
		if p.Country == "NE" && p.Name == strings.ToUpper(p.Name) {
			t.Errorf("%s: %q is still in capitals", p.Code, p.Name)
		}
	}
}

func TestTreeOfAreas(t *testing.T) {
	g := load(t)
	if got := labels(g.Parents("NE001006001")); got != "Tchirozérine (département) | Agadez (région)" {
		t.Errorf("parents of Agadez: got %q", got)
	}
	if got := labels(g.Children("NE006001")); got != "Abala (Abala) | Sanam (Abala)" {
		t.Errorf("children of Abala: got %q", got)
	}
	if got := len(g.Regions("ne")); got != 8 {
		t.Errorf("regions of Niger: got %d, want 8", got)
	}
	if got := len(g.Communes("NE")); got != 266 {
		t.Errorf("communes of Niger: got %d, want 266", got)
	}
	if got := len(g.Communes("NE008")); got != 5 {
		t.Errorf("communes of Niamey: got %d, want 5", got)
	}
	tests := []struct {
		area, place string
		want        bool
	}{
		{"NE006", "NE006008004", true},
		{"NE006008", "NE006008004", true},
		{"NE006008004", "NE006008004", true},
		{"NE", "NE006008004", true},
		{"NE003", "NE006008004", false},
		{"NE006008004", "NE006008", false},
		{"BF", "NE006008004", false},
		{"BF57", "BF5704", true},
		{"", "NE006008004", false},
		{"NE006", "nowhere", false},
	}
	for _, tt := range tests {
		if got := g.Contains(tt.area, tt.place); got != tt.want {
			t.Errorf("Contains(%q, %q): got %t, want %t", tt.area, tt.place, got, tt.want)
		}
	}
}

func TestPoints(t *testing.T) {
	g := load(t)
	lat, lon, ok := g.Point("NE001006001")
	if !ok || lat < 16.9 || lat > 17.1 || lon < 7.9 || lon > 8.1 {
		t.Errorf("Agadez: got %f %f %t, want about 17 north, 8 east", lat, lon, ok)
	}
	if _, _, ok := g.Point("NE006008004"); ok {
		t.Error("Karma: got a point, want none: no town of that name is known")
	}
	if _, _, of := g.PointAround("NE006008004"); of.Code != "NE006008" {
		t.Errorf("Karma: got the point of %q, want its department's", of.Code)
	}
	for code, p := range g.points {
		if p[0] < 11 || p[0] > 24 || p[1] < 0 || p[1] > 16 {
			t.Errorf("%s: point %v lies outside Niger", code, p)
		}
	}
	for _, p := range g.Communes("NE") {
		if _, _, of := g.PointAround(p.Code); of.Code == "" {
			t.Errorf("%s: no point around it", p.Code)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{"Tibiri (Dosso)", "NE006008004", "Niamey II", "n'", "\xff", "((()))"} {
		f.Add(seed, "NE")
	}
	g := load(f)
	f.Fuzz(func(t *testing.T, text, within string) {
		if found := g.Find(text, within); len(found) > most {
			t.Fatalf("got %d places, want at most %d", len(found), most)
		}
		g.Resolve(text, within)
	})
}

func BenchmarkFindExact(b *testing.B) {
	g := load(b)
	for b.Loop() {
		g.Find("Tibiri, Guidan-Roumdji", "NE")
	}
}

func BenchmarkFindTypo(b *testing.B) {
	g := load(b)
	for b.Loop() {
		g.Find("Filingje", "NE")
	}
}
