package demo

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"muster/internal/people"
)

// habit is how one synthetic person behaves when asked. It is drawn once a person, from the seed, before anybody is asked.
//
// The shares are the field's (project notes on planning, §2.2 and 2.3): texts reach six in ten phones in villages and
// more than eight in towns; half of those who answer do so within fifty minutes; a quarter of those who say yes do not
// come. They stand here and nowhere else, and the planner does not know them.
type habit struct {
	reached bool          // the phone is on and has a network
	answers bool          // by text, sooner or later
	after   time.Duration // from the text to the answer
	says    string        // the text of the answer
	yes     bool          // what they mean
	comes   bool          // having said yes
	early   time.Duration // before the deadline; negative is late
	calls   bool          // answers a human caller
}

// towns are the communes whose phones have a network most of the day.
var towns = []string{"NE008", "NE004007", "NE005013", "NE007011", "NE003004001", "NE003006003"}

// habitOf draws a person's habit.
func habitOf(p people.Person, r *rand.Rand) habit {
	reach := 0.66
	for _, t := range towns {
		if strings.HasPrefix(p.Place, t) {
			reach = 0.88
		}
	}
	h := habit{
		reached: r.Float64() < reach,
		answers: r.Float64() < 0.58,
		after:   time.Duration(math.Exp(math.Log(40)+1.3*r.NormFloat64()) * float64(time.Minute)),
		yes:     r.Float64() < 0.56,
		comes:   r.Float64() < 0.75,
		early:   time.Duration(20+r.ExpFloat64()*35) * time.Minute,
		calls:   r.Float64() < 0.7,
	}
	if r.Float64() < 0.03 {
		h.early = -time.Duration(5+r.ExpFloat64()*30) * time.Minute
	}
	h.says = h.words(p.Language, r)
	return h
}

// words is how somebody writes what they mean: mostly a word or a digit, sometimes a sentence, now and then something nobody can read.
func (h habit) words(language string, r *rand.Rand) string {
	if r.Float64() < 0.06 {
		return one(r, "c'est qui?", "?", "k", "peut-être demain", "rappelle moi", "ok mais j'ai pas de transport, ma soeur est malade", "allo", "je suis au marché")
	}
	yes := map[string][]string{
		"fr": {"OUI", "oui", "Oui merci", "1", "oui j'arrive", "O", "oui 👍", "d'accord, oui"}, "ha": {"EE", "ee", "i", "1", "na yarda", "Ee zan zo"},
		"dje": {"AYO", "ayo", "1"}, "ar": {"نعم", "1", "١"}, "en": {"YES", "yes", "1", "Yes, coming"},
	}
	no := map[string][]string{
		"fr": {"NON", "non", "2", "non désolé", "Non pas possible"}, "ha": {"A'A", "aa", "2", "a'a ba zan iya ba"}, "dje": {"HA'A", "2"}, "ar": {"لا", "2", "٢"}, "en": {"NO", "no", "2", "sorry no"},
	}
	table := no
	if h.yes {
		table = yes
	}
	list := table[language]
	if len(list) == 0 {
		list = table["fr"]
	}
	return one(r, list...)
}

func one(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }
