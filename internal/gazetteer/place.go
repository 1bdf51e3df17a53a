// Package gazetteer knows the regions, departments and communes of Niger and the first two levels of its
// neighbours by their P-codes, and finds them by the names people write. It never knows where a person lives: its
// points are towns, for a map, and its finest unit is the commune.
package gazetteer

import "strings"

// Level is how fine a Place is.
type Level string

// The levels, from the widest.
const (
	Region     Level = "region"     // OCHA level 1; a state of Nigeria, a department of Benin
	Department Level = "department" // OCHA level 2; a cercle of Mali, a local government area of Nigeria
	Commune    Level = "commune"    // OCHA level 3; Niger only
)

// Place is one administrative area. Department and Region are the names of the areas it lies in (or its own name
// at its own level), so that two places of one name can be told apart.
type Place struct {
	Code       string // OCHA P-code, "NE006008004"
	Name       string // as it is shown: "Birni N'Gaouré"
	Level      Level
	Department string // empty for a region
	Region     string
	Country    string // ISO 3166-1 alpha-2
}

var countryNames = map[string]string{
	"NE": "Niger", "BJ": "Bénin", "BF": "Burkina Faso", "ML": "Mali", "NG": "Nigeria", "TD": "Tchad",
}

// Label names a place so that no other has the same label in its country: a commune always with its department,
// "Karma (Kollo)"; wider areas of Niger with their rank, "Dosso (région)"; abroad with what they lie in.
func Label(p Place) string {
	switch {
	case p.Code == "":
		return ""
	case p.Level == Commune:
		return p.Name + " (" + p.Department + ")"
	case p.Country == "NE" && p.Level == Department:
		return p.Name + " (département)"
	case p.Country == "NE":
		return p.Name + " (région)"
	case p.Level == Department:
		return p.Name + " (" + p.Region + ", " + countryNames[p.Country] + ")"
	default:
		return p.Name + " (" + countryNames[p.Country] + ")"
	}
}

// title turns "BIRNI N'KONNI" into "Birni N'Konni" and "TAHOUA1" into "Tahoua 1". Names already in mixed case stay.
func title(name string) string {
	if name != strings.ToUpper(name) {
		return name
	}
	var b strings.Builder
	start := true
	var last rune
	for _, r := range strings.ToLower(name) {
		if isDigit(r) && isLetter(last) {
			b.WriteByte(' ')
		}
		if start {
			b.WriteString(strings.ToUpper(string(r)))
		} else {
			b.WriteRune(r)
		}
		start = !isLetter(r)
		last = r
	}
	return b.String()
}

func isDigit(r rune) bool  { return '0' <= r && r <= '9' }
func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || r > 0x7f }
