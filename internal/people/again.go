package people

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// farApart is the share of repeats, in percent, that share neither the number nor the spelling of the name.
const farApart = 62

// Again is the same human registering once more, with one to three changes: the name spelt otherwise (as another
// language or clerk would, or by a slip), its parts swapped, a part missing, a title added; another number or none;
// the birth known less well or better; the father's name or nickname left out or added; another site.
// Truth.Changes says which. More than half of the repeats have both another number and another spelling. All chance
// comes from r, but new numbers come from the source, so that nobody else has them.
func (s *Source) Again(p Person, r *rand.Rand) Person {
	own := s.rand
	s.rand = r
	defer func() { s.rand = own }()
	q := p
	q.Phones, q.Functions = slices.Clone(p.Phones), slices.Clone(p.Functions)
	q.Truth.Copy++
	q.Truth.Changes = nil
	others := []string{"swapped", "title", "part missing", "birth", "father", "known as", "place"}
	r.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	if s.options.Married > 0 && p.Truth.Sex == "f" && chance(r, s.options.Married) {
		s.change(&q, "married", r)
		if chance(r, 50) {
			s.change(&q, others[0], r)
		}
		return q
	}
	if !s.options.Papers && chance(r, farApart) {
		s.change(&q, "phone", r)
		s.change(&q, "spelling", r)
		if chance(r, 45) {
			s.change(&q, others[0], r)
		}
		return q
	}
	order := append(others, "spelling", "phone")
	r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	want := 1 + r.IntN(3)
	for _, what := range order {
		if len(q.Truth.Changes) == want {
			break
		}
		s.change(&q, what, r)
	}
	return q
}

// change makes one change, and notes it where it changed anything.
func (s *Source) change(q *Person, what string, r *rand.Rand) {
	changed := false
	switch what {
	case "phone":
		changed = s.otherPhone(q, r)
	case "spelling":
		changed = s.respell(q, r)
	case "married":
		changed = rename(q, q.given+" "+s.lists.families.draw(r))
	case "swapped":
		changed = rename(q, swapped(q.Name))
	case "title":
		changed = rename(q, titled(q, r))
	case "part missing":
		changed = rename(q, shortened(q.Name))
	case "birth":
		changed = s.otherBirth(q, r)
	case "father":
		changed = s.otherFather(q)
	case "known as":
		had := q.KnownAs
		q.KnownAs = ""
		if had == "" {
			q.KnownAs = s.nickname(q)
		}
		changed = true
	case "place":
		had := q.Place
		q.Place = s.placeNear(had[:len("NE001")])
		changed = q.Place != had
	}
	if changed {
		q.Truth.Changes = append(q.Truth.Changes, what)
	}
}

func rename(q *Person, name string) bool {
	if name == "" || name == q.Name {
		return false
	}
	q.Name = name
	return true
}

func (s *Source) otherPhone(q *Person, r *rand.Rand) bool {
	had := len(q.Phones)
	q.Phones = nil
	if had == 0 || chance(r, 88) {
		line := s.newLine()
		line.Written = s.typed(line.E164)
		q.Phones = []Phone{line}
	}
	return true
}

// respell writes one part of the name otherwise, a longer one where there is a choice, since particles and titles are
// rarely misspelt; it never comes back with the same letters.
func (s *Source) respell(q *Person, r *rand.Rand) bool {
	if strings.ContainsFunc(q.Name, func(c rune) bool { return unicode.Is(unicode.Arabic, c) }) {
		return rename(q, strings.TrimSpace(q.given+" "+q.second)) // the next clerk writes Latin letters
	}
	parts := strings.Fields(q.Name)
	order := r.Perm(len(parts))
	slices.SortStableFunc(order, func(i, j int) int {
		return min(utf8.RuneCountInString(parts[j]), 4) - min(utf8.RuneCountInString(parts[i]), 4)
	})
	if sure := slices.DeleteFunc(slices.Clone(order), func(i int) bool { return beside[strings.ToLower(parts[i])] }); len(sure) > 0 {
		order = sure
	}
	at := order[0]
	for _, i := range order {
		if changed := s.respellWord(parts[i], r); !strings.EqualFold(plain(changed), plain(parts[i])) {
			parts[i] = changed
			return rename(q, strings.Join(parts, " "))
		}
	}
	parts[at] = slip(parts[at], r)
	return rename(q, strings.Join(parts, " "))
}

// beside are words that stand beside a name: titles and particles.
var beside = map[string]bool{
	"ag": true, "walet": true, "dan": true, "el": true, "hadj": true, "elhadji": true, "alhaji": true, "hadjia": true, "malam": true, "mr": true, "mme": true,
}

func (s *Source) respellWord(word string, r *rand.Rand) string {
	if chance(r, 62) {
		if all, ok := s.lists.spellings[strings.ToLower(plain(word))]; ok {
			other := all[1+r.IntN(len(all)-1)]
			if isUpper(word) {
				return strings.ToUpper(other)
			}
			return other
		}
	}
	if chance(r, 60) {
		if other := habit(word, r); other != word {
			return other
		}
	}
	return slip(word, r)
}

func isUpper(word string) bool { return word == strings.ToUpper(word) }

// habits are pairs of spellings that clerks of different schools use for one sound.
var habits = [][2]string{
	{"ou", "u"}, {"ch", "sh"}, {"dj", "j"}, {"ss", "s"}, {"ï", "i"}, {"k", "c"}, {"y", "i"}, {"tch", "ch"}, {"oua", "wa"}, {"é", "e"}, {"ai", "ey"},
	{"ph", "f"}, {"qu", "k"}, {"z", "s"}, {"mm", "m"}, {"nn", "n"}, {"aou", "ao"}, {"ah", "a"}, {"gui", "gi"},
}

func habit(word string, r *rand.Rand) string {
	upper := isUpper(word)
	lower := strings.ToLower(word)
	for _, i := range r.Perm(len(habits)) {
		from, to := habits[i][0], habits[i][1]
		if strings.Contains(lower, from) {
			lower = strings.Replace(lower, from, to, 1)
			return cased(lower, upper)
		}
	}
	if strings.HasSuffix(lower, "e") && len(lower) > 4 {
		return cased(strings.TrimSuffix(lower, "e"), upper)
	}
	return word
}

func cased(lower string, upper bool) string {
	if upper {
		return strings.ToUpper(lower)
	}
	first, size := utf8.DecodeRuneInString(lower)
	return string(unicode.ToUpper(first)) + lower[size:]
}

// slip is a slip of the finger behind the first letter: two neighbours swapped, a letter dropped, doubled or replaced.
func slip(word string, r *rand.Rand) string {
	runes := []rune(word)
	if len(runes) < 3 {
		return word + string(runes[len(runes)-1])
	}
	at := 1 + r.IntN(len(runes)-2)
	switch r.IntN(4) {
	case 0:
		if runes[at] != runes[at+1] {
			runes[at], runes[at+1] = runes[at+1], runes[at]
			return string(runes)
		}
	case 1:
		return string(slices.Delete(runes, at, at+1))
	case 2:
		return string(slices.Insert(runes, at, runes[at]))
	}
	other := 'a'
	for unicode.ToLower(runes[at]) == other || other == 'a' && runes[at] != 'e' {
		other = rune("eioumnrstl"[r.IntN(10)])
	}
	if isUpper(word) {
		other = unicode.ToUpper(other)
	}
	runes[at] = other
	return string(runes)
}

func swapped(name string) string {
	parts := strings.Fields(name)
	if len(parts) < 2 || hasTitle(name) || len(parts) == 3 && beside[strings.ToLower(parts[1])] {
		return ""
	}
	return strings.Join(append(parts[1:], parts[0]), " ")
}

// shortened leaves off the third word, or the particle of a Tamasheq name; of a name of two words nothing can go
// without making it anybody's.
func shortened(name string) string {
	parts := strings.Fields(name)
	if len(parts) == 3 && (strings.EqualFold(parts[1], "ag") || strings.EqualFold(parts[1], "walet")) {
		return parts[0] + " " + parts[2]
	}
	if len(parts) != 3 || hasTitle(name) || strings.EqualFold(parts[1], "dan") {
		return ""
	}
	return strings.Join(parts[:2], " ")
}

// titles are what clerks put in front of a name, by sex.
var titles = map[string][]share{
	"m": {{"El Hadj ", 3}, {"Elhadji ", 2}, {"Alhaji ", 1}, {"Malam ", 2}, {"Mr ", 1}},
	"f": {{"Hadjia ", 3}, {"Mme ", 2}},
}

// hasTitle says whether a name begins with a title, however the clerk wrote it.
func hasTitle(name string) bool {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	return beside[first]
}

// titled: who has been to Mecca, or taught the Koran, is written with it by some clerks and not by others.
func titled(q *Person, r *rand.Rand) string {
	if hasTitle(q.Name) {
		return ""
	}
	return pick(r, titles[q.Truth.Sex]) + q.Name
}

// otherBirth states the birth anew: better, worse, or by an age.
func (s *Source) otherBirth(q *Person, r *rand.Rand) bool {
	hadBirth, hadAge := q.Birth, q.Age
	for range 8 {
		q.Birth, q.Age = s.state(q.Truth.Born)
		if q.Birth != hadBirth || q.Age != hadAge {
			return true
		}
	}
	return false
}

func (s *Source) otherFather(q *Person) bool {
	if q.FatherName != "" {
		q.FatherName = ""
		return true
	}
	return false
}
