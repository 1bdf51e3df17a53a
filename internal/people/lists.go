package people

import (
	"embed"
	"math"
	"math/rand/v2"
	"strings"
)

//go:embed data/*.txt
var files embed.FS

// lists are the embedded names, commonest first, and the codes of the communes.
type lists struct {
	men, women, families weighted
	spellings            map[string][]string
	arabic               map[string]string
	communes             []string
}

// weighted draws names by a power law of their rank.
type weighted struct {
	names []string
	sums  []float64
}

// steepness is the exponent of the power law; with 130 names the thirty commonest are drawn in about 60 % of cases.
const steepness = 0.8

func readLists() lists {
	l := lists{
		men: weigh(lines("men")), women: weigh(lines("women")), families: weigh(lines("families")), communes: lines("communes"),
		spellings: map[string][]string{}, arabic: map[string]string{},
	}
	for _, line := range lines("spellings") {
		all := strings.Fields(line)
		l.spellings[strings.ToLower(plain(all[0]))] = all
	}
	for _, line := range lines("arabic") {
		name, script, _ := strings.Cut(line, " ")
		l.arabic[name] = script
	}
	return l
}

func lines(name string) []string {
	raw, err := files.ReadFile("data/" + name + ".txt")
	if err != nil {
		panic("people: built without its list " + name) // cannot happen: the files are part of the program
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}

func weigh(names []string) weighted {
	w := weighted{names: names, sums: make([]float64, len(names))}
	sum := 0.0
	for i := range names {
		sum += 1 / math.Pow(float64(i+2), steepness)
		w.sums[i] = sum
	}
	return w
}

func (w weighted) draw(r *rand.Rand) string {
	x := r.Float64() * w.sums[len(w.sums)-1]
	for i, sum := range w.sums {
		if x < sum {
			return w.names[i]
		}
	}
	return w.names[len(w.names)-1]
}

// share is one line of a table for pick.
type share struct {
	word   string
	weight int
}

// pick draws one word of a table, by the weights.
func pick(r *rand.Rand, table []share) string {
	total := 0
	for _, s := range table {
		total += s.weight
	}
	x := r.IntN(total)
	for _, s := range table {
		if x -= s.weight; x < 0 {
			return s.word
		}
	}
	return table[0].word
}

// chance is true in so many of a hundred cases.
func chance(r *rand.Rand, percent float64) bool { return r.Float64()*100 < percent }
