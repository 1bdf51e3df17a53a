package gazetteer

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest is how much text Find looks at, in bytes: longer than any label of a place.
const longest = 120

// most is how many places Find returns.
const most = 20

// How well a place fits a text, the best first. Only the first two decide in Resolve.
const (
	exact    = iota // the name or an alias, and every qualifier holds
	reversed        // the qualifier stands in front: "Dosso, Tibiri"
	begins          // the name begins with the text at a word
	typo            // one letter wrong, missing, added or swapped with its neighbour
	wrongIn         // the name fits, the qualifier does not; only where nothing fits wholly
	partial         // the name begins with the text inside a word
)

// match is a place with its fit.
type match struct{ place, fit int }

// Find gives the places that text may mean, the likeliest first, at most 20. Accents, case, apostrophes, hyphens
// and blanks do not matter; "Tibiri (Dosso)", "Gangara, Tanout" and "Tibiri Maradi" are a name and what it lies
// in; a P-code is found as such. Places of one name all come back, communes first, so that the caller can ask.
// within narrows the search to a country ("NE"), a P-code or the name of an area; empty means everywhere.
func (g *Gazetteer) Find(text, within string) []Place {
	var out []Place
	for _, m := range g.matches(text, within) {
		out = append(out, g.places[m.place])
	}
	return out[:min(len(out), most)]
}

// Resolve gives the one place that text surely means: the only commune that fits exactly or, where no commune does,
// the only department, or region. A misspelt or ambiguous text gives false; Find has the suggestions.
func (g *Gazetteer) Resolve(text, within string) (Place, bool) {
	found := g.matches(text, within)
	sure := found[:0:0]
	for _, m := range found {
		if m.fit <= reversed && m.fit == found[0].fit {
			sure = append(sure, m)
		}
	}
	for _, level := range []Level{Commune, Department, Region} {
		var only []int
		for _, m := range sure {
			if g.places[m.place].Level == level {
				only = append(only, m.place)
			}
		}
		if len(only) > 0 {
			return g.places[only[0]], len(only) == 1
		}
	}
	return Place{}, false
}

func (g *Gazetteer) matches(text, within string) []match {
	text = text[:min(len(text), longest)]
	areas, narrow := g.areas(within)
	inside := func(at int) bool {
		return !narrow || slices.ContainsFunc(areas, func(a string) bool { return g.within(at, a) })
	}
	if at, ok := g.at(text); ok {
		if inside(at) {
			return []match{{at, exact}}
		}
		return nil
	}
	best := map[int]int{}
	note := func(at, fit int) {
		if have, ok := best[at]; inside(at) && (!ok || fit < have) {
			best[at] = fit
		}
	}
	g.lookUp(text, note)
	if len(best) == 0 {
		g.search(fold(nameOf(text)), note)
	}
	out := make([]match, 0, len(best))
	for at, fit := range best {
		out = append(out, match{at, fit})
	}
	if slices.ContainsFunc(out, func(m match) bool { return m.fit <= reversed }) {
		out = slices.DeleteFunc(out, func(m match) bool { return m.fit == wrongIn })
	}
	slices.SortFunc(out, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.fit, b.fit), cmp.Compare(rank(g.places[a.place].Level), rank(g.places[b.place].Level)),
			cmp.Compare(a.place, b.place))
	})
	return out
}

// areas turns the second argument of Find into codes.
func (g *Gazetteer) areas(within string) (codes []string, narrow bool) {
	within = strings.TrimSpace(within)
	if within == "" {
		return nil, false
	}
	if _, known := countryNames[strings.ToUpper(within)]; known {
		return []string{within}, true
	}
	if at, ok := g.at(within); ok {
		return []string{g.places[at].Code}, true
	}
	for _, at := range g.names[compact(within)] {
		codes = append(codes, g.places[at].Code)
	}
	return codes, true
}

// lookUp tries the exact names: the text as a whole, then each of its parts as the name with the others around it.
func (g *Gazetteer) lookUp(text string, note func(at, fit int)) {
	for _, at := range g.names[compact(text)] {
		note(at, exact)
	}
	parts := split(text)
	for i, name := range parts {
		others := slices.Delete(slices.Clone(parts), i, i+1)
		for _, at := range g.names[compact(name)] {
			switch {
			case !g.liesIn(at, others):
				if i == 0 {
					note(at, wrongIn)
				}
			case i == 0:
				note(at, exact)
			default:
				note(at, reversed)
			}
		}
	}
	// Names with a slash of their own: "Irepodun/Ifelodun (Ekiti)".
	for cut := 2; cut < len(parts); cut++ {
		for _, at := range g.names[compact(strings.Join(parts[:cut], " "))] {
			if g.liesIn(at, parts[cut:]) {
				note(at, exact)
			}
		}
	}
	if len(parts) > 1 {
		return
	}
	// Without a sign between them: "Tibiri Dosso".
	words := strings.Fields(fold(text))
	for cut := 1; cut < len(words); cut++ {
		head, tail := strings.Join(words[:cut], ""), strings.Join(words[cut:], " ")
		for _, at := range g.names[head] {
			if g.liesIn(at, []string{tail}) {
				note(at, exact)
			}
		}
	}
}

// liesIn says whether every qualifier names an area around the place, its rank ("commune") or its country.
func (g *Gazetteer) liesIn(at int, qualifiers []string) bool {
	for _, q := range qualifiers {
		want := compact(q)
		held := want == "" || want == compact(countryNames[g.places[at].Country]) || g.calledAs(at, want)
		for up := g.parent[at]; up >= 0 && !held; up = g.parent[up] {
			held = slices.Contains(g.names[want], up)
		}
		if !held {
			return false
		}
	}
	return true
}

// calledAs says whether want is the second half of a place's own name: "Tibiri (Doutchi)" is Tibiri Doutchi.
func (g *Gazetteer) calledAs(at int, want string) bool {
	return len(want) > 2 && strings.HasSuffix(compact(g.places[at].Name), want)
}

// search tries what is not exact: beginnings and single typing faults. Digits are never a fault: Niamey 6 does not
// exist, and is not Niamey 1.
func (g *Gazetteer) search(words string, note func(at, fit int)) {
	want := strings.ReplaceAll(words, " ", "")
	if len(want) < 3 {
		return
	}
	for _, k := range g.keys {
		switch {
		case strings.HasPrefix(k.words, words+" "):
			note(k.place, begins)
		case len(want) >= 4 && digits(k.compact) == digits(want) && oneApart(k.compact, want):
			note(k.place, typo)
		case strings.HasPrefix(k.compact, want):
			note(k.place, partial)
		}
	}
}

// fold brings a name to lower-case ASCII words: no marks, no apostrophes, Roman numbers and ordinals as digits, words
// of rank ("commune de", "ville de") away unless nothing else is left.
func fold(name string) string {
	var b strings.Builder
	last := ' '
	for _, r := range norm.NFKD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if last != ' ' && unicode.IsDigit(r) != unicode.IsDigit(last) {
				b.WriteByte(' ')
			}
			b.WriteRune(plain(r))
			last = r
			continue
		}
		if last != ' ' {
			b.WriteByte(' ')
		}
		last = ' '
	}
	words := strings.Fields(b.String())
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.Contains(rankWords, " "+w+" ") })
	if len(kept) == 0 {
		kept = words
	}
	if len(kept) > 1 && digits(kept[0]) == kept[0] {
		kept = append(kept[1:], kept[0]) // "2ème arrondissement de Niamey"
	}
	if n := len(kept); n > 1 {
		if d, ok := roman[kept[n-1]]; ok {
			kept[n-1] = d
		}
	}
	return strings.Join(kept, " ")
}

// rankWords are words around a name that are no part of it; "er", "e", "eme" are what is left of ordinals.
const rankWords = " commune communal communale urbaine rurale urbain rural arrondissement ville de du departement region cu cr ca er e eme ieme "

var roman = map[string]string{"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}

// plain writes the hooked letters of Hausa and Fulani, and what else has no mark to strip, in ASCII.
func plain(r rune) rune {
	switch r {
	case 'ɓ':
		return 'b'
	case 'ɗ':
		return 'd'
	case 'ƙ':
		return 'k'
	case 'ƴ':
		return 'y'
	case 'ŋ', 'ɲ':
		return 'n'
	case 'ı':
		return 'i'
	}
	return r
}

func compact(name string) string { return strings.ReplaceAll(fold(name), " ", "") }

// split cuts a text at brackets, commas, slashes and lone hyphens.
func split(text string) []string {
	text = strings.NewReplacer(" - ", ",", " – ", ",", " — ", ",", ">", ",").Replace(text)
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("(),;/[]|:", r) })
	return slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" })
}

// nameOf is the part of a text that names the place.
func nameOf(text string) string {
	if parts := split(text); len(parts) > 0 {
		return parts[0]
	}
	return ""
}

func rank(l Level) int {
	switch l {
	case Commune:
		return 0
	case Department:
		return 1
	}
	return 2
}

func digits(s string) string {
	at := strings.IndexFunc(s, unicode.IsDigit)
	if at < 0 {
		return ""
	}
	return s[at:]
}

// oneApart says whether a and b differ by one letter changed, dropped or added, or two neighbours swapped.
func oneApart(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
