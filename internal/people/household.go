package people

import (
	"strconv"
	"strings"

	"muster/internal/reserve"
)

// home is what the members of a household share.
type home struct {
	site        Site
	place       string
	language    string
	father      string // given name of the head
	family      string
	phone       *Phone // the family's number, where one is shared
	familyStyle string
}

// makeHousehold makes the members of one household who register: alone, a couple, brothers and sisters, twins, or a
// father and his son.
func (s *Source) makeHousehold() []Person {
	r := s.rand
	s.household++
	h := home{site: s.drawSite(), father: s.lists.men.draw(r), family: s.lists.families.draw(r)}
	h.place = s.placeNear(h.site.Place)
	h.language = s.drawLanguage(h.place)
	h.familyStyle = pick(r, []share{{"family", 68}, {"father", 25}, {"single", 3}, {"three", 2}, {"tamasheq", 2}})
	kind := pick(r, []share{{"alone", 62}, {"couple", 12}, {"siblings", 18}, {"father and son", 6}, {"twins", 2}})
	if kind != "alone" && chance(r, 55) {
		p := s.newLine()
		p.Owner = reserve.PhoneShared
		h.phone = &p
	}
	switch kind {
	case "couple":
		man, woman := s.member(h, "m"), s.member(s.marriedIn(h), "f")
		return s.done(h, man, woman)
	case "siblings":
		out := []Person{s.member(h, s.drawSex()), s.member(h, s.drawSex())}
		if chance(r, 35) {
			out = append(out, s.member(h, s.drawSex()))
		}
		return s.done(h, out...)
	case "father and son":
		return s.done(h, s.fatherAndSon(h)...)
	case "twins":
		return s.done(h, s.twins(h)...)
	}
	return s.done(h, s.member(h, s.drawSex()))
}

// drawSex: about seven in ten who signed up in 2023 were men, by the pictures and the press.
func (s *Source) drawSex() string {
	return pick(s.rand, []share{{"m", 68}, {"f", 32}})
}

// marriedIn is the same home for somebody who has another father and another family's name.
func (s *Source) marriedIn(h home) home {
	h.father, h.family = s.lists.men.draw(s.rand), s.lists.families.draw(s.rand)
	return h
}

func (s *Source) member(h home, sex string) Person {
	p := Person{Sex: sex, given: s.drawGiven(sex)}
	p.Truth.Born = s.drawBorn()
	s.call(&p, h)
	return p
}

func (s *Source) drawGiven(sex string) string {
	if sex == "f" {
		return s.lists.women.draw(s.rand)
	}
	return s.lists.men.draw(s.rand)
}

// call gives the second half of the name by the family's habit.
func (s *Source) call(p *Person, h home) {
	p.FatherName = h.father
	switch h.familyStyle {
	case "father":
		p.second = h.father
	case "single":
		p.second = ""
	case "three":
		p.second = h.father + " " + h.family
	case "tamasheq":
		p.second = map[string]string{"m": "ag ", "f": "walet "}[p.Sex] + h.father
	default:
		p.second = h.family
	}
}

// fatherAndSon: the son often bears his grandfather's name, so that the two names are the same words in another order.
func (s *Source) fatherAndSon(h home) []Person {
	r := s.rand
	grandfather := s.lists.men.draw(r)
	father := Person{Sex: "m", given: h.father, second: grandfather, FatherName: grandfather}
	age := 40 + r.IntN(18)
	father.Truth.Born = s.daysAgo(age*365 + r.IntN(365))
	son := Person{Sex: "m", given: s.lists.men.draw(r), second: h.father, FatherName: h.father}
	if chance(r, 45) {
		son.given = grandfather
	}
	son.Truth.Born = s.daysAgo((age-20)*365 + r.IntN(365))
	return []Person{father, son}
}

// twins have one birth date, one father and most often the names that twins have.
func (s *Source) twins(h home) []Person {
	r := s.rand
	names := map[string][2]string{"m": {"Hassane", "Housseini"}, "f": {"Hassana", "Housseina"}}
	first, second := s.drawSex(), s.drawSex()
	a, b := s.member(h, first), s.member(h, second)
	b.Truth.Born = a.Truth.Born
	if chance(r, 80) {
		a.given, b.given = names[first][0], names[second][1]
	}
	a.Truth.Twin, b.Truth.Twin = s.nextID+2, s.nextID+1 // done numbers them in this order
	return []Person{a, b}
}

// done gives the members what each has alone.
func (s *Source) done(h home, members ...Person) []Person {
	for i := range members {
		p := &members[i]
		s.nextID++
		p.Truth.ID, p.Truth.Household = s.nextID, s.household
		p.Site, p.Place, p.Language = h.site.Code, h.place, h.language
		p.Truth.Sex, p.Truth.Minor = p.Sex, s.ageOf(p.Truth.Born) < 18
		p.Birth, p.Age = s.state(p.Truth.Born)
		p.Phones = s.phonesFor(h)
		s.offer(p)
		p.Name = s.write(p)
		if s.keepsFatherToThemselves(h) {
			p.FatherName = ""
		}
		if chance(s.rand, 10) {
			p.KnownAs = s.nickname(p)
		}
		if !s.options.Papers && chance(s.rand, 20) {
			p.Sex = "" // the field is free to leave out
		}
	}
	return members
}

// keepsFatherToThemselves: the field is free to leave out, and seems needless where the second name is the father's.
func (s *Source) keepsFatherToThemselves(h home) bool {
	if s.options.Fathers > 0 {
		return !chance(s.rand, s.options.Fathers)
	}
	return !chance(s.rand, 45) || h.familyStyle == "father" && chance(s.rand, 70)
}

func (s *Source) nickname(p *Person) string {
	return pick(s.rand, []share{
		{"Bouba", 2}, {"Baba", 2}, {"Papa", 1}, {"Gado", 2}, {"Tanko", 2}, {"Kaka", 1}, {"Mato", 1}, {"Dan Gata", 1}, {"Petit " + p.given, 2},
	})
}

// write puts the name down as a form or a clerk has it.
func (s *Source) write(p *Person) string {
	r := s.rand
	if script, ok := s.arabicName(p); ok && p.Language == "ar" && chance(r, 60) {
		return script
	}
	name := strings.TrimSpace(p.given + " " + p.second)
	switch pick(r, []share{{"as spoken", 70}, {"family first", 12}, {"capitals", 9}, {"no accents", 9}}) {
	case "family first":
		if p.second != "" && !strings.Contains(p.second, " ") {
			return strings.ToUpper(p.second) + " " + p.given
		}
	case "capitals":
		return strings.ToUpper(name)
	case "no accents":
		return plain(name)
	}
	return name
}

func (s *Source) arabicName(p *Person) (string, bool) {
	given, ok := s.lists.arabic[p.given]
	if !ok {
		return "", false
	}
	if second, ok := s.lists.arabic[p.second]; ok {
		return given + " " + second, true
	}
	return given, true
}

func plain(name string) string {
	return strings.NewReplacer("ï", "i", "é", "e", "è", "e", "ë", "e", "ê", "e", "ô", "o", "Ï", "I", "É", "E").Replace(name)
}

func (s *Source) drawSite() Site {
	table := make([]share, len(s.sites))
	for i, site := range s.sites {
		table[i] = share{strconv.Itoa(i), max(1, site.Weight)}
	}
	i, _ := strconv.Atoi(pick(s.rand, table)) // a number that was written two lines up
	return s.sites[i]
}

// placeNear: seven in ten live in the department of the site, a quarter elsewhere in its region, the rest anywhere.
func (s *Source) placeNear(code string) string {
	prefix := code
	switch pick(s.rand, []share{{"department", 70}, {"region", 25}, {"anywhere", 5}}) {
	case "region":
		prefix = code[:min(len(code), len("NE001"))]
	case "anywhere":
		prefix = ""
	}
	var near []string
	for _, c := range s.lists.communes {
		if strings.HasPrefix(c, prefix) {
			near = append(near, c)
		}
	}
	if len(near) == 0 { // a site outside Niger
		near = s.lists.communes
	}
	return near[s.rand.IntN(len(near))]
}

// drawLanguage: Zarma in the west, Hausa in the middle and the east, French everywhere in towns.
func (s *Source) drawLanguage(place string) string {
	switch place[:5] {
	case "NE003", "NE006", "NE008":
		return pick(s.rand, []share{{"dje", 45}, {"fr", 32}, {"ha", 20}, {"ar", 1}, {"en", 2}})
	case "NE001", "NE002":
		return pick(s.rand, []share{{"ha", 50}, {"fr", 38}, {"ar", 12}})
	}
	return pick(s.rand, []share{{"ha", 74}, {"fr", 23}, {"ar", 2}, {"en", 1}})
}
