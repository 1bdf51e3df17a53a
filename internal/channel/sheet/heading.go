package sheet

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Field is what a column holds.
type Field string

// The fields. A column that is none of them is ignored and named in the preview.
const (
	FieldNone         Field = ""
	FieldName         Field = "name"        // whole, or the family's where there is a given one
	FieldFamily       Field = "family_name" // goes behind the given name
	FieldGiven        Field = "given_name"
	FieldKnownAs      Field = "known_as"
	FieldFather       Field = "father_name"
	FieldBirth        Field = "birth"
	FieldAge          Field = "age"
	FieldPhone        Field = "phone" // may stand in several columns
	FieldCountry      Field = "country"
	FieldPlace        Field = "place" // a commune, or a P-code
	FieldDistrict     Field = "district"
	FieldRegion       Field = "region"
	FieldAddress      Field = "address"
	FieldSex          Field = "sex"
	FieldFunction     Field = "function"
	FieldSkill        Field = "qualification"
	FieldAvailability Field = "availability"
	FieldLanguage     Field = "language"
	FieldNote         Field = "note"
	FieldSite         Field = "site"
	FieldConsent      Field = "consent"
	FieldReceipt      Field = "receipt" // of somebody already there: the row is that person
	FieldReason       Field = "reason"  // why a row was refused; ours, and ignored on the way in
)

// Fields lists all that a column can be mapped to.
func Fields() []Field {
	return []Field{FieldName, FieldFamily, FieldGiven, FieldKnownAs, FieldFather, FieldBirth, FieldAge, FieldPhone, FieldCountry, FieldPlace, FieldDistrict,
		FieldRegion, FieldAddress, FieldSex, FieldFunction, FieldSkill, FieldAvailability, FieldLanguage, FieldNote, FieldSite, FieldConsent, FieldReceipt}
}

// reasonHeading is the column that refused rows carry. Behind it stands the order of the dates, as it was settled for the
// whole file: the few rows that are mended and sent again may no longer show it.
const reasonHeading = "muster: reason"

// carriedOrder is the order of dates that a file of refused rows brings along.
func carriedOrder(columns []Column) Order {
	for _, c := range columns {
		for _, o := range []Order{DayFirst, MonthFirst} {
			if c.Field == FieldReason && strings.HasSuffix(compact(c.Heading), compact(string(o))) {
				return o
			}
		}
	}
	return OrderUnknown
}

// headingWords are headings as compact makes them, in French and English, and as the API spells its fields.
var headingWords = map[Field]string{
	FieldName: "nom noms name fullname nomcomplet nometprenom nometprenoms nomprenom nomprenoms nomsetprenoms nomsprenoms prenometnom prenomsetnoms nomduvolontaire" +
		" identite nomfamille",
	FieldFamily:       "nomdefamille familyname surname lastname patronyme",
	FieldGiven:        "prenom prenoms givenname givennames firstname firstnames forename forenames",
	FieldKnownAs:      "surnom knownas alias nickname ditou dit appele usualname nomusuel",
	FieldFather:       "nomdupere pere fathername fathersname father prenomdupere filsfillede",
	FieldBirth:        "naissance datedenaissance datenaissance daten ddn dob birth birthdate dateofbirth birthday neele nele nee ne neeen neen anneedenaissance anneenaissance yearofbirth birthyear",
	FieldAge:          "age ages agean ageans agenannees ageenannees ageinyears",
	FieldPhone:        "phones contact contacts contacttel numero numeros whatsapp gsm cell cellulaire cellphone mob",
	FieldCountry:      "pays country defaultcountry paysdunumero",
	FieldPlace:        "place commune ville city town localite village lieu lieuderesidence residence communederesidence municipality",
	FieldDistrict:     "district departement department dept adm2 departementderesidence",
	FieldRegion:       "region regions adm1 province state regionderesidence",
	FieldAddress:      "adresse address quartier adressecomplete domicile rue street",
	FieldSex:          "sexe sex genre gender mf hf sexemf sexehf",
	FieldFunction:     "functions function fonction fonctions domaine domaines specialite role secteur volet affectation",
	FieldSkill:        "qualifications qualification competence competences skill skills metier profession diplome diplomes formation occupation savoirfaire",
	FieldAvailability: "disponibilite disponibilites availability available disponible horaires",
	FieldLanguage:     "langue language lang langues langueparlee preferredlanguage",
	FieldNote:         "note notes remarque remarques observation observations commentaire commentaires comment comments remark remarks",
	FieldSite:         "site centre center sitedinscription lieudinscription",
	FieldConsent:      "consent consents consentement consentements accord",
	FieldReceipt:      "receipt recu numerodurecu numeroderecu receiptnumber",
}

// fieldOf knows a heading by its words; numbers behind it ("phone 2", "Tel. 1") do not matter.
func fieldOf(heading string) Field {
	key := strings.TrimRight(compact(heading), "0123456789")
	if key == "" {
		return FieldNone
	}
	if strings.HasPrefix(key, compact(reasonHeading)) {
		return FieldReason
	}
	for field, words := range headingWords {
		if slices.Contains(strings.Fields(words), key) {
			return field
		}
	}
	for _, part := range []string{"telephone", "phone", "portable", "mobile"} {
		if strings.Contains(key, part) {
			return FieldPhone
		}
	}
	if key == "tel" || key == "tels" || key == "ntel" || key == "numtel" {
		return FieldPhone
	}
	if strings.Contains(key, "datedenaissance") || strings.Contains(key, "dateofbirth") {
		return FieldBirth
	}
	return FieldNone
}

// visible is a heading as it stands in the file, without signs that nobody sees.
func visible(heading string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Co):
			return -1
		}
		return r
	}, norm.NFC.String(heading))
	return strings.Join(strings.Fields(clean), " ")
}

// compact brings a heading or a word to lower-case letters and digits without marks: "Né(e) le" is "neele".
func compact(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func knownHeadings(cells []string) int {
	n := 0
	for _, c := range cells {
		if fieldOf(c) != FieldNone {
			n++
		}
	}
	return n
}

// Column is one column of a file.
type Column struct {
	Number  int    `json:"number"` // from 1
	Heading string `json:"heading"`
	Field   Field  `json:"field"` // empty: ignored
}

// columnsOf gives each heading its field; the operator's choice wins. Only phones may stand in several columns: of two
// headings for another field the first counts, and the other is named as ignored.
func columnsOf(cells []string, chosen map[string]Field) ([]Column, error) {
	columns := make([]Column, 0, len(cells))
	used := map[string]bool{}
	for i, c := range cells {
		col := Column{Number: i + 1, Heading: visible(c), Field: fieldOf(c)}
		if field, key, ok := choice(chosen, col); ok {
			col.Field, used[key] = field, true
		}
		taken := slices.ContainsFunc(columns, func(o Column) bool { return o.Field == col.Field })
		if taken && col.Field != FieldPhone && col.Field != FieldNone {
			col.Field = FieldNone
		}
		columns = append(columns, col)
	}
	for key, field := range chosen {
		if !used[key] || field != FieldNone && !slices.Contains(Fields(), field) {
			return nil, fault("map", "unknown-column").With("column", key)
		}
	}
	given := slices.ContainsFunc(columns, func(c Column) bool { return c.Field == FieldGiven })
	for i := range columns {
		if given && columns[i].Field == FieldName {
			columns[i].Field = FieldFamily
		}
	}
	return columns, nil
}

// choice finds what the operator said of a column: by its heading, in any spelling that means it, or as "#3".
func choice(chosen map[string]Field, col Column) (Field, string, bool) {
	for key, field := range chosen {
		if key == "#"+itoa(col.Number) || compact(key) != "" && compact(key) == compact(col.Heading) {
			return field, key, true
		}
	}
	return FieldNone, "", false
}
