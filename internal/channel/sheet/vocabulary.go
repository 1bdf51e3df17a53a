package sheet

import (
	"regexp"
	"slices"
	"strings"

	"muster/internal/lang"
	"muster/internal/reserve"
)

// synonyms are words of lists as people keep them for the qualifications and functions that drives know; each is written
// as compact makes it. What a drive does not know itself is not used.
var synonyms = map[string]string{
	"secourisme": "first-aid", "secouriste": "first-aid", "premierssecours": "first-aid", "firstaider": "first-aid",
	"infirmier": "nurse", "infirmiere": "nurse", "ide": "nurse", "sagefemme": "midwife", "medecin": "doctor", "docteur": "doctor", "generaliste": "doctor",
	"chauffeur": "driver", "conducteur": "driver", "conduite": "driver", "permisb": "driver", "permisdeconduire": "driver",
	"electricite": "electrician", "mecanique": "mechanic", "mecano": "mechanic", "maconnerie": "mason", "menuiserie": "carpenter", "menuisier": "carpenter",
	"plomberie": "plumber", "pompier": "fire-fighter", "sapeurpompier": "fire-fighter", "enseignement": "teacher", "instituteur": "teacher", "institutrice": "teacher",
	"professeur": "teacher", "informatique": "it", "cuisine": "cook", "interprete": "interpreter", "traducteur": "interpreter", "ambulancier": "paramedic",
	"magasinier": "storekeeper", "pharmacie": "pharmacist", "protectioncivile": "civil-protection", "sante": "medical", "soins": "medical", "medical": "medical",
	"logistique": "logistics", "technique": "engineering", "genie": "engineering", "ingenierie": "engineering", "autre": "other", "autres": "other",
}

// vocabulary knows the words for a drive's functions and qualifications, sites, recipients and languages.
type vocabulary struct {
	functions, skills, sites, languages map[string]string
	recipients                          map[string]reserve.Recipient
	offered                             map[string][]string // by qualification: the functions that ask for it
}

func newVocabulary(d *reserve.Drive, catalog *lang.Catalog) *vocabulary {
	v := &vocabulary{functions: map[string]string{}, skills: map[string]string{}, sites: map[string]string{}, languages: map[string]string{},
		recipients: map[string]reserve.Recipient{}, offered: map[string][]string{}}
	texts := func(key string) (list []string) {
		for _, l := range catalog.Languages() {
			if catalog.Has(key) {
				list = append(list, catalog.Text(l, key))
			}
		}
		return list
	}
	for _, f := range d.Functions {
		learn(v.functions, f.Code, append(texts("function."+f.Code), f.Code)...)
		for _, name := range f.Name {
			learn(v.functions, f.Code, name)
		}
		for _, q := range f.Qualifications {
			learn(v.skills, q, append(texts("qualification."+q), q)...)
			v.offered[q] = append(v.offered[q], f.Code)
		}
	}
	for word, code := range synonyms {
		if _, ok := v.offered[code]; ok {
			learn(v.skills, code, word)
		}
		if _, ok := d.Function(code); ok {
			learn(v.functions, code, word)
		}
	}
	for _, s := range d.Sites {
		learn(v.sites, s.Code, s.Code, s.Name)
	}
	for _, r := range d.Recipients {
		v.recipients[compact(r.Code)], v.recipients[compact(r.Name)] = r, r
	}
	for _, l := range d.Languages {
		m, _ := catalog.Meta(l)
		learn(v.languages, l, l, m.Name, m.English)
	}
	learnKnown(v.languages, "fr", "francais", "french")
	learnKnown(v.languages, "ha", "haoussa", "hausa")
	learnKnown(v.languages, "dje", "zarma", "djerma", "zerma", "songhai")
	learnKnown(v.languages, "ar", "arabe", "arabic")
	learnKnown(v.languages, "en", "anglais", "english")
	return v
}

// learn keeps the first meaning of a word.
func learn(words map[string]string, code string, list ...string) {
	for _, w := range list {
		if key := compact(w); key != "" && words[key] == "" {
			words[key] = code
		}
	}
}

func learnKnown(words map[string]string, code string, list ...string) {
	if words[compact(code)] != "" {
		learn(words, code, list...)
	}
}

var listCuts = regexp.MustCompile(`[,;/|+&\n]+|\s(?:et|and)\s`)

// pieces cuts a cell that lists several things.
func pieces(cell string) []string {
	var out []string
	for _, p := range listCuts.Split(cell, -1) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// known looks the pieces of a cell up, the whole cell first ("protection civile et secours" may be one name); rest is what
// nobody knows.
func known(words map[string]string, cell string) (codes, rest []string) {
	if code := words[compact(cell)]; code != "" {
		return []string{code}, nil
	}
	for _, p := range pieces(cell) {
		code := words[compact(p)]
		switch {
		case code == "":
			rest = append(rest, p)
		case !slices.Contains(codes, code):
			codes = append(codes, code)
		}
	}
	return codes, rest
}

var sexWords = map[string]string{
	"f": "f", "femme": "f", "feminin": "f", "female": "f", "woman": "f", "fille": "f", "mme": "f", "mlle": "f",
	"m": "m", "h": "m", "homme": "m", "masculin": "m", "male": "m", "man": "m", "garcon": "m", "mr": "m",
}
