package linkage

import "muster/internal/names"

// twinNames are the names given to the elder and the younger of twins (domain.md §3.1): alike, of one day, and two
// people.
var twinNames = [2][]string{{"Hassane", "Hassana", "Alhassane"}, {"Housseini", "Housseina", "Alhousseini"}}

// frequentNames are the names that one in twenty to one in seventy people carry, in per mille of people; judgement,
// until the registry's own people outweigh it.
var frequentNames = map[string]float32{
	"Mohamed": 80, "Ibrahim": 50, "Moussa": 45, "Ali": 40, "Abdoulaye": 40, "Amadou": 40, "Oumarou": 35, "Boubacar": 35, "Issa": 30,
	"Ousmane": 30, "Souleymane": 30, "Issoufou": 30, "Hassane": 25, "Housseini": 20, "Saidou": 25, "Adamou": 25, "Harouna": 20,
	"Yacouba": 20, "Idrissa": 20, "Laouali": 20, "Salissou": 15, "Aichatou": 40, "Fatima": 40, "Mariama": 40, "Hadiza": 25,
	"Zeinabou": 25, "Haoua": 20, "Aminatou": 25, "Halima": 15, "Rakia": 15, "Ramatou": 15, "Maiga": 15, "Diallo": 15,
}

// newPeople is a vocabulary of personal names.
func newPeople() *vocabulary {
	v := newVocabulary()
	for i, list := range twinNames {
		for _, n := range list {
			v.twin[v.classOf(names.Key(n))] = uint8(i + 1)
		}
	}
	for n, permille := range frequentNames {
		v.classPrior[v.classOf(names.Key(n))] = permille / 1000
	}
	return v
}
