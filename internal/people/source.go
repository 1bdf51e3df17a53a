// Package people makes synthetic people of Niger for the demo, the benchmarks and tests: families on one telephone,
// twins, fathers and sons with near-equal names, and the same human registering again with a few changes. The same
// seed makes the same people. It never holds a real person, and what it makes must never be texted through a real
// carrier: its numbers lie in real ranges.
//
// Linkage and planner never import it, nor may their settings be derived from it: an engine that knows how its test
// was made proves nothing. For the same reason this package has its own short list of spellings, and shares no code
// with the package that compares names.
//
// The distributions are judgement, led by these facts (project notes on the Sahel, 2.3, 3.1, 3.2, 3.6):
//   - Age: most who signed up in 2023 were young men; 4 % are under 18, because posters reach schools.
//   - Birth: 35 to 40 % of Niger's people are in no register, so of those over 20 only 48 % state a full date, of which one in
//     four is an office's 1 January or 31 December; the others give a month, a year, "about", an age (heaped on 0 and 5), or nothing.
//   - Name: 25 % have the father's given name as second name, 3 % one name, 2 % Tamasheq "ag"/"walet", 1.5 % write Arabic
//     script. Given names follow a power law: the thirty commonest make up more than half.
//   - Telephone: four in ten adults owned one, more in towns and among those who sign up: about 69 % give an own number, 21 %
//     one of the family, 4 % a relay (a shop, a chief), 6 % none; one owner in seven has a second SIM.
//   - Households: 62 % of the households send one person; 2 % send twins, which makes about 3 % of all people, as among West Africans.
//   - Again: who registers twice mostly does so at another desk, months later, with another SIM and another clerk's
//     spelling: 62 % of the repeats share neither number nor spelling of the name.
package people

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"muster/internal/reserve"
)

// Phone is one number of a person.
type Phone struct {
	E164    string             // as Muster keeps it
	Written string             // as the person wrote it: "93 12 34 57", "00227…"
	Owner   reserve.PhoneOwner // self, shared or relay
	Relay   string             // name of who passes messages on, for a relay
}

// Truth is what nobody but the generator knows. Two Persons of one ID are the same human.
type Truth struct {
	ID        uint64
	Household uint64
	Twin      uint64 // ID of the twin, 0 for none
	Sex       string
	Born      reserve.Date // the real day
	Minor     bool         // under 18 on the day of the source
	Copy      int          // 0 for the first registration, then 1, 2…
	Changes   []string     // what Again changed
}

// Person is one registration as somebody sends it.
type Person struct {
	Name, KnownAs, FatherName string
	Sex                       string // "f", "m" or empty
	Birth                     string // EDTF, or empty where an age or nothing is stated
	Age                       int    // stated on the day of the source; 0 for none
	Phones                    []Phone
	Site, Place               string // site code; P-code of a commune
	Language                  string
	Availability              string
	Functions, Qualifications []string
	Truth                     Truth

	given, second string // the parts of the name, for spelling it otherwise
}

// Site is a place of registration. Weight is how many come there, against the others.
type Site struct {
	Code, Place string
	Weight      int
}

// Options change what a Source makes. The zero value of each is the default.
type Options struct {
	On      reserve.Date // the day on which ages are reckoned; 25 November 2026
	Sites   []Site       // the sites of the shipped drive
	Fathers float64      // percent who state their father's name; 0: 45, and fewer where it is their second name anyway
	Married float64      // percent of the women who come again under their husband's family name; 0: none
	// Papers makes a registry that asked for papers: everybody states a full birth date, a number and their sex, and who
	// comes again changes one to three things, chosen evenly.
	Papers bool
}

// Source makes people. It is not safe for several goroutines at once; the same seed and options make the same people.
type Source struct {
	rand      *rand.Rand
	lists     lists
	on        reserve.Date
	sites     []Site
	waiting   []Person // the rest of the household
	nextID    uint64
	household uint64
	options   Options
	line      uint64 // counts telephone lines, so that no two people get one by chance
	relays    []Phone
}

// New makes a source with the default options.
func New(seed uint64) *Source { return NewWith(seed, Options{}) }

// NewWith makes a source.
func NewWith(seed uint64, o Options) *Source {
	if o.On == (reserve.Date{}) {
		o.On = reserve.Date{Year: 2026, Month: 11, Day: 25}
	}
	if len(o.Sites) == 0 {
		o.Sites = []Site{
			{"niamey", "NE008001", 38}, {"maradi", "NE004007", 15}, {"zinder", "NE007011", 14}, {"tahoua", "NE005013", 9},
			{"dosso", "NE003004", 8}, {"tillaberi", "NE006012", 7}, {"konni", "NE005003", 5}, {"gaya", "NE003006", 4},
		}
	}
	return &Source{rand: rand.New(rand.NewPCG(seed, 0x6d7573746572)), lists: readLists(), on: o.On, sites: o.Sites, options: o}
}

// Next makes the next person; members of a household follow one another.
func (s *Source) Next() Person {
	if len(s.waiting) == 0 {
		s.waiting = s.makeHousehold()
	}
	p := s.waiting[0]
	s.waiting = s.waiting[1:]
	return p
}

// Sample makes n registrations of which a share (0 to 1) are people registering again, at some later place in the
// list than their first time.
func (s *Source) Sample(n int, again float64) []Person {
	repeats := min(int(float64(n)*again+0.5), n/2)
	out := make([]Person, 0, n)
	for range n - repeats {
		out = append(out, s.Next())
	}
	// Each repeat is of a different first registration, put at a random place behind it.
	type repeat struct {
		at float64
		p  Person
	}
	later := make([]repeat, 0, repeats)
	for _, i := range s.rand.Perm(len(out))[:repeats] {
		at := float64(i) + s.rand.Float64()*float64(len(out)-i)
		later = append(later, repeat{at, s.Again(out[i], s.rand)})
	}
	slices.SortStableFunc(later, func(a, b repeat) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	merged := make([]Person, 0, n)
	for i, p := range out {
		merged = append(merged, p)
		for len(later) > 0 && later[0].at < float64(i+1) {
			merged = append(merged, later[0].p)
			later = later[1:]
		}
	}
	for _, r := range later {
		merged = append(merged, r.p)
	}
	return merged
}

// Application is the person's registration as a channel would decode it; the caller sets the channel, the reference
// and the consents.
func (p Person) Application(drive string) reserve.Application {
	a := reserve.Application{
		Drive: drive, Site: p.Site, Name: reserve.Private(p.Name), KnownAs: reserve.Private(p.KnownAs),
		FatherName: reserve.Private(p.FatherName), Birth: p.Birth, Availability: p.Availability, Language: p.Language,
		Place: p.Place, Sex: p.Sex, Functions: slices.Clone(p.Functions),
	}
	if p.Age > 0 {
		a.Age = &p.Age
	}
	for _, n := range p.Phones {
		a.Phones = append(a.Phones, reserve.PhoneGiven{
			Number: reserve.Private(n.Written), Owner: n.Owner, RelayName: reserve.Private(n.Relay),
		})
	}
	for _, code := range p.Qualifications {
		a.Qualifications = append(a.Qualifications, reserve.Claim{Code: code})
	}
	return a
}

// String names the person by number only, so that a failing test prints no name.
func (p Person) String() string { return fmt.Sprintf("person %d.%d", p.Truth.ID, p.Truth.Copy) }
