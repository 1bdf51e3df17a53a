package people

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"muster/internal/reserve"
)

func TestTheSameSeedMakesTheSamePeople(t *testing.T) {
	all := func(seed uint64) string {
		raw, err := json.Marshal(New(seed).Sample(500, 0.2))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	first, second := all(7), all(7)
	if first != second {
		t.Error("seed 7 made two different samples")
	}
	if first == all(8) {
		t.Error("seeds 7 and 8 made the same sample")
	}
}

// between fails unless 100*count/of lies between low and high.
func between(t *testing.T, what string, count, of int, low, high float64) {
	t.Helper()
	if got := 100 * float64(count) / float64(of); got < low || got > high {
		t.Errorf("%s: got %.1f %%, want %.1f to %.1f", what, got, low, high)
	}
}

func TestSharesAreThoseOfTheComment(t *testing.T) {
	s := New(1)
	const n = 20000
	counts := map[string]int{}
	owners := map[string]map[uint64]bool{}
	for range n {
		p := s.Next()
		switch {
		case p.Birth == "" && p.Age == 0:
			counts["nothing"]++
		case p.Age > 0:
			counts["age"]++
		case strings.HasSuffix(p.Birth, "~"):
			counts["about"]++
		case len(p.Birth) == 4:
			counts["year"]++
		case len(p.Birth) == 10:
			counts["full date"]++
		}
		if strings.HasSuffix(p.Birth, "-01-01") || strings.HasSuffix(p.Birth, "-12-31") {
			counts["imputed"]++
		}
		if p.Truth.Minor {
			counts["minor"]++
		}
		if len(p.Phones) == 0 {
			counts["no phone"]++
		} else {
			counts[string(p.Phones[0].Owner)]++
		}
		if !strings.Contains(p.Name, " ") {
			counts["one name"]++
		}
		for _, ph := range p.Phones {
			if owners[ph.E164] == nil {
				owners[ph.E164] = map[uint64]bool{}
			}
			owners[ph.E164][p.Truth.Household] = true
			if len(owners[ph.E164]) > 1 && ph.Owner != reserve.PhoneRelay {
				t.Fatalf("%s: a number of another household that is no relay", p)
			}
		}
	}
	between(t, "under 18", counts["minor"], n, 3.2, 4.8)
	between(t, "full date", counts["full date"], n, 46, 60)
	between(t, "imputed date", counts["imputed"], n, 8, 13)
	between(t, "year", counts["year"], n, 14, 22)
	between(t, "about", counts["about"], n, 8, 14)
	between(t, "age", counts["age"], n, 8, 14)
	between(t, "no birth", counts["nothing"], n, 3, 6)
	between(t, "no phone", counts["no phone"], n, 4, 9)
	between(t, "own phone", counts["self"], n, 60, 80)
	between(t, "shared phone", counts["shared"], n, 12, 28)
	between(t, "relay", counts["relay"], n, 2, 6)
	between(t, "one name only", counts["one name"], n, 2, 8)
}

func TestWhatIsStatedFitsTheTruth(t *testing.T) {
	s := New(2)
	for range 5000 {
		p := s.Next()
		birth, fault := reserve.ParseBirth(p.Birth)
		if fault != nil {
			t.Fatalf("%s: birth %q: %v", p, p.Birth, fault)
		}
		real := reserve.Birth{Year: p.Truth.Born.Year, Month: p.Truth.Born.Month, Day: p.Truth.Born.Day, Precision: reserve.PrecisionDay}
		if !birth.Imputed() && !birth.Contains(real) {
			t.Errorf("%s: %q does not hold the real birth %s", p, p.Birth, p.Truth.Born)
		}
		if p.Truth.Minor && (p.Age >= 18 || birth.Known() && birth.Latest().Year < 2008) {
			t.Errorf("%s: under 18, but states %q or %d years", p, p.Birth, p.Age)
		}
		if p.Name == "" || p.Place == "" || p.Language == "" || len(p.Functions) == 0 || p.Site == "" {
			t.Errorf("%s lacks a part: %d functions", p, len(p.Functions))
		}
		for _, ph := range p.Phones {
			n, err := phonenumbers.Parse(ph.E164, "ZZ")
			if err != nil || !phonenumbers.IsValidNumber(n) {
				t.Errorf("%s: %s is no valid number: %v", p, ph.E164, err)
			}
		}
	}
}

func TestTwinsAndFathersWithSons(t *testing.T) {
	s := New(3)
	byID := map[uint64]Person{}
	for range 20000 {
		p := s.Next()
		byID[p.Truth.ID] = p
	}
	twins, near := 0, 0
	words := func(p Person) string {
		w := strings.Fields(strings.ToLower(plain(p.Name)))
		slices.Sort(w)
		return strings.Join(w, " ")
	}
	for id, p := range byID {
		other, ok := byID[p.Truth.Twin]
		if p.Truth.Twin != 0 && ok {
			twins++
			if other.Truth.Twin != id || other.Truth.Born != p.Truth.Born || other.Truth.Household != p.Truth.Household {
				t.Errorf("%s and %s are no twins of each other", p, other)
			}
		}
		next, ok := byID[id+1]
		if ok && next.Truth.Household == p.Truth.Household && words(next) == words(p) {
			near++
		}
	}
	between(t, "twins", twins, len(byID), 1.5, 4.5)
	if near < 100 {
		t.Errorf("got %d pairs of one household whose names are the same words, want at least 100 in 20,000", near)
	}
}

func TestAgainIsTheSameHumanWithOneToThreeChanges(t *testing.T) {
	s := New(4)
	r := rand.New(rand.NewPCG(9, 9))
	const n = 5000
	far, changed := 0, map[string]int{}
	for range n {
		p := s.Next()
		q := s.Again(p, r)
		if q.Truth.ID != p.Truth.ID || q.Truth.Copy != p.Truth.Copy+1 || q.Truth.Born != p.Truth.Born {
			t.Fatalf("%s became %s", p, q)
		}
		if len(q.Truth.Changes) < 1 || len(q.Truth.Changes) > 3 {
			t.Errorf("%s: got changes %v, want one to three", q, q.Truth.Changes)
		}
		for _, c := range q.Truth.Changes {
			changed[c]++
		}
		sharesNumber := slices.ContainsFunc(q.Phones, func(a Phone) bool {
			return slices.ContainsFunc(p.Phones, func(b Phone) bool { return a.E164 == b.E164 })
		})
		if !sharesNumber && !strings.EqualFold(plain(p.Name), plain(q.Name)) {
			far++
		}
	}
	between(t, "share neither number nor spelling", far, n, 55, 75)
	for _, what := range []string{"phone", "spelling", "swapped", "title", "part missing", "birth", "father", "known as", "place"} {
		if changed[what] == 0 {
			t.Errorf("no repeat has the change %q", what)
		}
	}
	if p := s.Next(); s.Again(s.Again(p, r), r).Truth.Copy != 2 {
		t.Error("a second repeat is not numbered 2")
	}
}

func TestSample(t *testing.T) {
	sample := New(5).Sample(2000, 0.2)
	if len(sample) != 2000 {
		t.Fatalf("got %d registrations, want 2,000", len(sample))
	}
	first := map[uint64]bool{}
	repeats := 0
	for _, p := range sample {
		if p.Truth.Copy > 0 {
			repeats++
			if !first[p.Truth.ID] {
				t.Errorf("%s stands before the first registration", p)
			}
		}
		first[p.Truth.ID] = true
	}
	if repeats != 400 {
		t.Errorf("got %d repeats, want 400", repeats)
	}
}

func TestApplicationCarriesWhatThePersonSent(t *testing.T) {
	s := New(6)
	for range 300 {
		p := s.Next()
		a := p.Application("niger-civil-reserve")
		if a.Name.Reveal() != p.Name || len(a.Phones) != len(p.Phones) || (a.Age != nil) != (p.Age > 0) || a.Place != p.Place {
			t.Fatalf("%s: the application differs", p)
		}
		for i, ph := range a.Phones {
			if ph.Number.Reveal() != p.Phones[i].Written || ph.Owner != p.Phones[i].Owner {
				t.Errorf("%s: phone %d differs", p, i)
			}
		}
	}
}

func BenchmarkNext(b *testing.B) {
	s := New(1)
	for b.Loop() {
		s.Next()
	}
}

func TestOptionsChangeWhatIsStated(t *testing.T) {
	const n = 4000
	source := NewWith(3, Options{Papers: true, Fathers: 85, Married: 10})
	fathers, women, married := 0, 0, 0
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		p := source.Next()
		if len(p.Birth) != len("1990-01-01") || len(p.Phones) == 0 || p.Sex == "" {
			t.Fatalf("%v: birth %d signs, %d phones, sex %q; want all stated", p, len(p.Birth), len(p.Phones), p.Sex)
		}
		if p.FatherName != "" {
			fathers++
		}
		q := source.Again(p, r)
		if p.Truth.Sex == "f" {
			women++
			if slices.Contains(q.Truth.Changes, "married") {
				married++
			}
		}
	}
	if fathers < n*82/100 || fathers > n*88/100 {
		t.Errorf("got %d of %d fathers' names, want about 85 in a hundred", fathers, n)
	}
	if married < women*7/100 || married > women*13/100 {
		t.Errorf("got %d of %d women married, want about 10 in a hundred", married, women)
	}
}

func TestAStreamBringsTheShareAgain(t *testing.T) {
	const n = 20_000
	seen, again, made := map[uint64]int{}, 0, 0
	for p := range New(4).Stream(0.2) {
		if made++; made > n {
			break
		}
		if p.Truth.Copy > 0 {
			again++
			if seen[p.Truth.ID] != 1 {
				t.Fatalf("%v comes again after %d times", p, seen[p.Truth.ID])
			}
		}
		seen[p.Truth.ID]++
	}
	if again < n*19/100 || again > n*21/100 {
		t.Errorf("got %d of %d again, want about a fifth", again, n)
	}
}
