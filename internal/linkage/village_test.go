package linkage

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"muster/internal/reserve"
)

// village makes families of the Sahel for the tests: shared phones, twins, fathers and sons of one name, second names
// that are the father's first, estimated births heaped on 1 January and on round years, women who take their husband's
// name, and people who register again with other spellings, numbers and gaps. It is not package people on purpose: two
// generators written apart check one another.
type village struct {
	r    *rand.Rand
	made int
	rest []Record // members of the household in hand
}

func newVillage(seed uint64) *village { return &village{r: rand.New(rand.NewPCG(seed, 77))} }

var (
	menNames = [][]string{
		{"Mahamadou", "Mamadou", "Mahamane", "Mohamed", "Muhammad", "Mouhamadou"}, {"Moussa", "Musa", "Mousa"}, {"Ibrahim", "Ibrahima", "Brahim"},
		{"Amadou", "Ahmed", "Ahmadou", "Hamadou"}, {"Abdoulaye", "Abdullahi", "Abdou", "Abdoulahi"}, {"Ali", "Aliou", "Aly"},
		{"Oumarou", "Umaru", "Omar"}, {"Boubacar", "Aboubacar", "Boubakar"}, {"Issa", "Isa"}, {"Ousmane", "Usman", "Ousman"},
		{"Souleymane", "Sulaiman", "Souleiman"}, {"Issoufou", "Youssouf", "Yusuf"}, {"Saïdou", "Seydou", "Saidu"}, {"Adamou", "Adamu"},
		{"Harouna", "Haruna"}, {"Yacouba", "Yakubu"}, {"Idrissa", "Idriss", "Idrissou"}, {"Laouali", "Lawali"}, {"Salissou", "Salisu"},
		{"Illiassou", "Iliyasu"}, {"Nassirou", "Nasiru"}, {"Abdoul Karim", "Abdoulkarim", "Karim"}, {"Abdoul Aziz", "Abdoulaziz"}, {"Daouda", "Dauda"},
		{"Djibo", "Jibo"}, {"Garba"}, {"Hama"}, {"Soumana"}, {"Tahirou", "Tahiru"}, {"Zakari", "Zakary"}, {"Moctar", "Mouktar"}, {"Mounkaila"},
		{"Bachir", "Bachirou"}, {"Kabirou", "Kabiru"}, {"Rabiou"}, {"Sani"}, {"Chaibou", "Shaibu"}, {"Elhadji Sani"}, {"Maazou"}, {"Goumar"},
	}
	womenNames = [][]string{
		{"Aïchatou", "Aissata", "Aïssatou", "Aicha"}, {"Fatouma", "Fatoumata", "Fatima", "Fati"}, {"Mariama", "Maryam", "Mariam"},
		{"Hadiza", "Khadija", "Hadidja"}, {"Zeinabou", "Zainab", "Zeynabou"}, {"Haoua", "Hawa"}, {"Aminatou", "Amina", "Aminata"},
		{"Halima", "Halimatou"}, {"Rakia", "Rakiya"}, {"Ramatou", "Rahamatou"}, {"Salamatou", "Salama"}, {"Balkissa", "Balkisa"},
		{"Rahila"}, {"Nana Firdaoussi", "Firdaoussi"}, {"Habsatou", "Hafsatou"}, {"Hassia"}, {"Maimouna", "Maïmouna"}, {"Oumou"}, {"Saadatou"},
		{"Adama"}, {"Biba"}, {"Djamila", "Jamila"}, {"Kadi"}, {"Lantana"}, {"Zouera", "Zouwera"}, {"Delphine"}, {"Hadjara"}, {"Indo"}, {"Tani"}, {"Gambina"},
	}
	familyNames = []string{"Maïga", "Diallo", "Bello", "Gani", "Noma", "Sindi", "Labo", "Gora", "Souna", "Tchiani", "Barry", "Cissé", "Touré",
		"Sidikou", "Kimba", "Garba", "Mainassara", "Boukari", "Tankari", "Seyni", "Hamani", "Djermakoye", "Keïta", "Bazoum", "Karidio", "Wonkoye",
		"Dan Baskore", "Dan Kassa", "Hassoumi", "Yerima", "Oumara", "Malam", "Maïtouraré", "Ousseini", "Kountché", "Zakou", "Niandou", "Tinguiri",
		"Ag Alhassane", "Ould Ahmed"}
)

// pick takes a heaped choice: the first are many times as frequent as the last.
func (v *village) pick(n int) int {
	x := v.r.Float64()
	return int(float64(n) * x * x)
}

func (v *village) chance(p float64) bool { return v.r.Float64() < p }

func (v *village) number() string {
	return fmt.Sprintf("+227%d%07d", []int{8, 9}[v.r.IntN(2)], v.r.IntN(10_000_000))
}

func (v *village) place() string {
	k := v.pick(266)
	return fmt.Sprintf("NE%03d%03d%03d", k%8+1, k/8%8+1, k/64+1)
}

func (v *village) birth(year int) reserve.Birth {
	switch x := v.r.Float64(); {
	case x < 0.25:
		if v.chance(0.5) {
			year = (year + 2) / 5 * 5
		}
		return reserve.Birth{Year: year, Month: 1, Day: 1, Precision: reserve.PrecisionDay}
	case x < 0.35:
		return reserve.Birth{Year: year, Precision: reserve.PrecisionYear}
	case x < 0.40:
		return reserve.BirthFromAge(2026-year-1, reserve.Date{Year: 2026, Month: 11, Day: 24})
	}
	return reserve.Birth{Year: year, Month: 1 + v.r.IntN(12), Day: 1 + v.r.IntN(28), Precision: reserve.PrecisionDay}
}

// next is one new person.
func (v *village) next() Record {
	if len(v.rest) == 0 {
		v.household()
	}
	rec := v.rest[0]
	v.rest = v.rest[1:]
	v.made++
	return rec
}

// household makes the members of one family who register.
func (v *village) household() {
	family := familyNames[v.pick(len(familyNames))]
	given := menNames[v.pick(len(menNames))][0]
	patronymic := v.chance(0.4)
	place, shared, born := v.place(), v.number(), 1950+v.r.IntN(35)
	grandfather := menNames[v.pick(len(menNames))][0]
	name := func(first, father string) string {
		if patronymic {
			return first + " " + father
		}
		if v.chance(0.2) {
			return first + " " + father + " " + family
		}
		return first + " " + family
	}
	member := func(first, father, sex string, birth reserve.Birth) {
		rec := Record{Name: name(first, father), Birth: birth, Place: place, Site: place[:8], Sex: sex}
		if v.chance(0.75) {
			rec.FatherName = name(father, menNames[v.pick(len(menNames))][0])
		}
		if v.chance(0.1) {
			rec.KnownAs = []string{"Bouba", "Tonton", "Dan Lele", "Gado", "Kaka", "Mai Kudi", "Petit", "Commando"}[v.r.IntN(8)]
		}
		if v.chance(0.6) {
			rec.Phones = append(rec.Phones, shared)
		}
		if v.chance(0.5) {
			rec.Phones = append(rec.Phones, v.number())
		}
		v.rest = append(v.rest, rec)
	}
	taken := map[string]bool{}
	fresh := func(list [][]string) string { // no two children of one name
		for {
			if first := list[v.pick(len(list))][0]; !taken[first] {
				taken[first] = true
				return first
			}
		}
	}
	member(given, grandfather, "M", v.birth(born))
	for range v.r.IntN(4) {
		year := min(born+18+v.r.IntN(22), 2007)
		if v.chance(0.5) {
			first := fresh(menNames)
			if v.chance(0.03) {
				first = given // a son of his father's name
			}
			member(first, given, "M", v.birth(year))
		} else {
			member(fresh(womenNames), given, "F", v.birth(year))
		}
	}
	if v.chance(0.05) {
		birth, two := v.birth(min(born+20+v.r.IntN(10), 2007)), twinPairs[v.r.IntN(2)]
		for _, t := range two {
			member(t[0], given, t[1], birth)
		}
	}
}

var twinPairs = [2][2][2]string{{{"Hassane", "M"}, {"Housseini", "M"}}, {{"Hassana", "F"}, {"Housseina", "F"}}}

// spell writes a name another way: another spelling of some part, or one letter wrong.
func (v *village) spell(name string) string {
	for _, list := range append(menNames, womenNames...) {
		if len(list) > 1 && strings.Contains(name, list[0]) && v.chance(0.7) {
			return strings.Replace(name, list[0], list[1+v.r.IntN(len(list)-1)], 1)
		}
	}
	b := []byte(name)
	at := 1 + v.r.IntN(len(b)-1)
	if b[at] >= 0x80 || b[at-1] >= 0x80 || b[at] == ' ' || b[at-1] == ' ' {
		return name + "e"
	}
	switch v.r.IntN(3) {
	case 0:
		return string(append(b[:at:at], b[min(at+1, len(b)):]...))
	case 1:
		b[at-1], b[at] = b[at], b[at-1]
		return string(b)
	}
	b[at] = "aeioulmnrst"[v.r.IntN(11)]
	return string(b)
}

// again is how the same person registers another time.
func (v *village) again(rec Record) Record {
	if v.chance(0.55) {
		rec.Name = v.spell(rec.Name)
	}
	words := strings.Fields(rec.Name)
	switch {
	case v.chance(0.10):
		rec.Name = words[len(words)-1] + " " + strings.Join(words[:len(words)-1], " ")
	case len(words) > 2 && v.chance(0.3):
		rec.Name = strings.Join(words[:len(words)-1], " ")
	case v.chance(0.03):
		rec.Name = words[0]
	case rec.Sex == "F" && v.chance(0.08):
		rec.Name = words[0] + " " + familyNames[v.pick(len(familyNames))]
	}
	if rec.FatherName != "" {
		if v.chance(0.25) {
			rec.FatherName = v.spell(rec.FatherName)
		}
		if v.chance(0.2) {
			rec.FatherName = ""
		}
	}
	if v.chance(0.15) {
		rec.KnownAs = ""
	}
	v.renumber(&rec)
	v.redate(&rec)
	if v.chance(0.1) {
		rec.Place = v.place()
	} else if v.chance(0.05) {
		rec.Place = ""
	}
	if v.chance(0.1) {
		rec.Sex = ""
	}
	if v.chance(0.2) {
		rec.Site = v.place()[:8]
	}
	return rec
}

func (v *village) renumber(rec *Record) {
	switch {
	case v.chance(0.45):
		rec.Phones = []string{v.number()}
	case v.chance(0.1):
		rec.Phones = nil
	case len(rec.Phones) > 0 && v.chance(0.05):
		p := []byte(rec.Phones[0])
		p[5+v.r.IntN(len(p)-5)] = byte('0' + v.r.IntN(10))
		rec.Phones = []string{string(p)}
	}
}

func (v *village) redate(rec *Record) {
	b := &rec.Birth
	if b.Precision != reserve.PrecisionDay {
		return
	}
	switch x := v.r.Float64(); {
	case x < 0.08:
		*b = reserve.Birth{Year: b.Year, Precision: reserve.PrecisionYear}
	case x < 0.13:
		*b = reserve.BirthFromAge(2026-b.Year-1, reserve.Date{Year: 2026, Month: 11, Day: 24})
	case x < 0.16:
		b.Month, b.Day = 1, 1
	case x < 0.18 && b.Day <= 12:
		b.Month, b.Day = b.Day, b.Month
	case x < 0.21:
		b.Year += v.r.IntN(3) - 1
	case x < 0.24:
		*b = reserve.Birth{}
	}
}

// register gives n registrations of which part are repeats, and which person each is of, in random order.
func (v *village) register(n int, part float64) (records []Record, person []int) {
	repeats := int(float64(n) * part)
	for i := range n - repeats {
		records = append(records, v.next())
		person = append(person, i)
	}
	for range repeats {
		i := v.r.IntN(n - repeats)
		records = append(records, v.again(records[i]))
		person = append(person, i)
	}
	v.r.Shuffle(n, func(i, j int) {
		records[i], records[j] = records[j], records[i]
		person[i], person[j] = person[j], person[i]
	})
	return records, person
}

// plainly gives n registrations of a registry with full facts, of which part are repeats with one to three changes: the
// set that others measure a million people with.
func (v *village) plainly(n int, part float64) (records []Record, person []int) {
	first := n - int(float64(n)*part)
	sexes := []string{"F", "M"}
	for i := range first {
		list := [][][]string{womenNames, menNames}[i%2]
		rec := Record{
			Name:   list[v.pick(len(list))][0] + " " + menNames[v.pick(len(menNames))][0] + " " + familyNames[v.pick(len(familyNames))],
			Birth:  reserve.Birth{Year: 1955 + v.r.IntN(53), Month: 1 + v.r.IntN(12), Day: 1 + v.r.IntN(28), Precision: reserve.PrecisionDay},
			Phones: []string{v.number()}, Place: v.place(), Sex: sexes[i%2],
		}
		if v.chance(0.8) {
			rec.FatherName = menNames[v.pick(len(menNames))][0] + " " + familyNames[v.pick(len(familyNames))]
		}
		records, person = append(records, rec), append(person, i)
	}
	for range n - first {
		i := v.r.IntN(first)
		rec := records[i]
		for range 1 + v.r.IntN(3) {
			v.alter(&rec)
		}
		records, person = append(records, rec), append(person, i)
	}
	return records, person
}

// alter makes one change of plainly.
func (v *village) alter(rec *Record) {
	words := strings.Fields(rec.Name)
	switch v.r.IntN(9) {
	case 0, 1:
		rec.Name = v.spell(rec.Name)
	case 2:
		rec.Name = words[len(words)-1] + " " + strings.Join(words[:len(words)-1], " ")
	case 3:
		if len(words) > 2 {
			rec.Name = words[0] + " " + words[len(words)-1]
		}
	case 4:
		if b := &rec.Birth; b.Day <= 12 {
			b.Month, b.Day = b.Day, b.Month
		}
	case 5:
		rec.Phones = []string{v.number()}
	case 6:
		rec.Place = v.place()
	case 7:
		rec.FatherName = ""
	case 8:
		rec.Phones, rec.Sex = nil, ""
	}
}
