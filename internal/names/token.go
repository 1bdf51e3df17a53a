package names

import (
	"slices"
	"strings"
)

// Token is one part of a name as it is compared.
type Token struct {
	Text     string // as written, with its particle: "ould Ahmed"
	Fold     string // folded, without a particle that only links: "ahmed"; with one that makes a name: "abdoulmoumouni"
	Key      string // as Key gives it
	Class    uint16 // of Class; 0 for a name of no class
	Particle bool   // a particle stood before it
	Alias    bool   // after "dit" or "alias", or in brackets

	group  uint8
	sound  string
	arabic bool // written letter by letter from Arabic, so short vowels are missing
}

// word is one word of a name before titles, particles and markers are sorted out.
type word struct {
	text, fold string
	alias      bool
}

// The words that mark what follows as another name of the same person.
var aliasMarkers = words("dit dite dits alias aka surnomme surnommee surnom appele appelee")

// Titles are stripped wherever they stand, those of firstTitles only in front: elsewhere they are names.
var (
	titles = words("elhadj elhadji elhaji elhaj elhajj elh alhadji alhaji alhadj alhaj alhajj alh hadj haj hajj hadja hadjia hajia hajiya " +
		"hajja hadjya malam mallam malan mallan dr docteur doctor ing ingenieur mme madame mlle mademoiselle mr monsieur mrs ms prof " +
		"professeur pr hon honorable")
	firstTitles = words("alfa alpha cheick cheikh cheik sheikh sheick sarki imam iman chef m")
	pilgrims    = words("hadj hadji haji hajj haj")
)

// Linking particles say "the", "son of", "daughter of" or are a prefix of respect (Nana): who leaves them off means
// the same name. Making particles are half of a name (Abdoul Moumouni, Dan Kassa, Mai Touraré).
var (
	linking = words("el al ag agg ould oueld weld wuld mint mindt ben bin ibn bint bent walet oualet welet nana wan")
	making  = words("abdoul abdul abdel abdal abd dan yar mai")
	// openers are names by themselves that are joined where the whole is a listed name: Abou Bakar, Abdou Rahamane.
	openers = words("abdou abou abu oumou oumoul oum nour chams zoul zul")
)

func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// Tokens takes a name apart for comparing: titles away (unless nothing else is left), particles with the next word,
// other names after "dit" or "alias" marked. The order is as written.
func Tokens(full string) []Token {
	list := wordsOf(full)
	out := make([]Token, 0, len(list))
	kept := withoutTitles(list)
	for i := 0; i < len(kept); {
		n := particles(kept[i:])
		var t Token
		head, arabic := arabicWhole(kept[i:])
		switch {
		case arabic:
			n = 2
			t = plain(kept[i].text+" "+kept[i+1].text, head)
		case n > 0:
			t = particled(kept[i:i+n], kept[i+n])
			n++
		case joins(kept[i:]):
			n = 2
			t = plain(kept[i].text+" "+kept[i+1].text, kept[i].fold+kept[i+1].fold)
		default:
			n = 1
			t = plain(kept[i].text, kept[i].fold)
		}
		t.Alias = kept[i].alias
		out = append(out, t)
		i += n
	}
	return out
}

func wordsOf(full string) []word {
	list := make([]word, 0, 8)
	alias := false
	eachWord(full, func(text string, bracketed bool) {
		fold := foldWord(text)
		switch {
		case fold == "":
		case aliasMarkers[fold] && len(list) > 0:
			alias = true
		default:
			list = append(list, word{text, fold, alias || bracketed && len(list) > 0})
		}
	})
	return list
}

func withoutTitles(list []word) []word {
	if !slices.ContainsFunc(list, func(w word) bool { return mayBeTitle(w.fold) }) {
		return list
	}
	kept := make([]word, 0, len(list))
	for i := 0; i < len(list); i++ {
		w := list[i].fold
		pilgrim := (w == "el" || w == "al") && i+1 < len(list) && pilgrims[list[i+1].fold]
		afterMaking := len(kept) > 0 && making[kept[len(kept)-1].fold] // Dan Malam is a family
		switch {
		case afterMaking:
			kept = append(kept, list[i])
		case pilgrim:
			i++
		case titles[w] || len(kept) == 0 && firstTitles[w]:
		case w == "mai" && i+1 < len(list) && known(list[i+1].fold): // Maï Moussa is a chief called Moussa
		default:
			kept = append(kept, list[i])
		}
	}
	if len(kept) == 0 {
		return list
	}
	return kept
}

func mayBeTitle(fold string) bool {
	return titles[fold] || firstTitles[fold] || pilgrims[fold] || fold == "mai"
}

func known(fold string) bool {
	_, ok := classes.words[fold]
	return ok
}

// particles counts the particles in front of a name word.
func particles(list []word) int {
	n := 0
	for n+1 < len(list) && (linking[list[n].fold] || making[list[n].fold]) && list[n].alias == list[n+1].alias {
		n++
	}
	return n
}

// joins says whether the first two words are the two halves of one listed name.
func joins(list []word) bool {
	if len(list) < 2 || list[0].alias != list[1].alias {
		return false
	}
	a, b := list[0].fold, list[1].fold
	if len(a) < 2 || len(b) < 2 {
		return false
	}
	return known(a+b) && (openers[a] || !known(a) && !known(b))
}

// arabicWhole looks the first two words up as one Arabic name: عبد الله, أبو بكر.
func arabicWhole(list []word) (head string, ok bool) {
	if len(list) < 2 || !isArabic(list[0].text) || !isArabic(list[1].text) {
		return "", false
	}
	e, ok := classes.words[bareArabic(list[0].text+list[1].text)]
	return classes.heads[e.class], ok
}

func plain(text, fold string) Token {
	t := Token{Text: text, Fold: fold, sound: sound(fold)}
	t.arabic = isArabic(text)
	if e, ok := classes.find(fold); ok {
		t.Class, t.group, t.arabic = e.class, e.group, false
	}
	t.Key = keyOf(t)
	return t
}

// particled makes the token of a word with particles in front.
func particled(before []word, last word) Token {
	texts := make([]string, 0, len(before)+1)
	prefix := ""
	for _, w := range before {
		texts = append(texts, w.text)
		if making[w.fold] {
			prefix += w.fold
		}
	}
	text := strings.Join(append(texts, last.text), " ")
	t := plain(text, prefix+last.fold)
	if prefix == "" {
		t.Particle = true
		return t
	}
	if t.Class == 0 && strings.HasPrefix(prefix, "abd") {
		if e, ok := classes.find(last.fold); ok { // Abdoul Nafiou is often called Nafiou
			t.Class, t.group, t.Particle = e.class, 0, true
			t.Key = keyOf(t)
		}
	}
	return t
}

func keyOf(t Token) string {
	if t.Class != 0 {
		return classes.keys[t.Class]
	}
	return t.sound
}

// Keys gives the distinct keys of a name, sorted: what an index of names stores and asks for.
func Keys(full string) []string {
	var out []string
	for _, t := range Tokens(full) {
		out = append(out, t.Key)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
