package linkage

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"muster/internal/names"
	"muster/internal/phone"
	"muster/internal/reserve"
)

// importHeadings are the headings of an import as this layout knows them, folded and without blanks; digits behind a
// heading ("phone 2") do not matter. A sheet with other headings, or of a hundred shapes of dates, is read by the
// channel for sheets and measured by EvaluateRecords.
var importHeadings = map[string]string{
	"name": "name", "nom": "name", "fullname": "name", "nomcomplet": "name", "nometprenom": "name", "nometprenoms": "name", "nomprenom": "name",
	"givenname": "given", "firstname": "given", "prenom": "given", "prenoms": "given",
	"familyname": "family", "lastname": "family", "surname": "family", "nomdefamille": "family",
	"father": "father", "fathername": "father", "pere": "father", "nomdupere": "father",
	"knownas": "known", "surnom": "known", "nickname": "known", "alias": "known",
	"birth": "birth", "naissance": "birth", "datedenaissance": "birth", "datenaissance": "birth", "birthdate": "birth", "dateofbirth": "birth", "dob": "birth",
	"age":    "age",
	"phones": "phone", "phone": "phone", "telephone": "phone", "telephones": "phone", "tel": "phone", "contact": "phone", "mobile": "phone",
	"place": "place", "commune": "place", "lieu": "place", "localite": "place", "village": "place", "ville": "place",
	"owner": "owner", "phoneowner": "owner", "proprietaire": "owner",
	"sex": "sex", "sexe": "sex", "genre": "sex", "gender": "sex", "site": "site",
}

// fillImport files the rows of an import.
func fillImport(t *trial, without []string) error {
	use := make([]string, len(t.data.columns))
	found := false
	for i, c := range t.data.columns {
		if slices.Contains(without, c) {
			continue
		}
		key := strings.TrimRight(strings.ReplaceAll(names.Fold(c), " ", ""), "0123456789")
		use[i] = importHeadings[key]
		found = found || use[i] == "name" || use[i] == "given" || use[i] == "family"
	}
	if !found {
		return reserve.Fault("dataset", "column-missing").With("column", "name")
	}
	for id, row := range t.data.rows {
		t.index.Add(uint32(id), importRecord(use, row))
	}
	return nil
}

// importRecord reads one row; what it cannot read is no evidence.
func importRecord(use, row []string) Record {
	var rec Record
	var given, family string
	var owner reserve.PhoneOwner
	for i, u := range use {
		cell := strings.TrimSpace(row[i])
		if cell == "" {
			continue
		}
		switch u {
		case "name":
			rec.Name = cell
		case "given":
			given = cell
		case "family":
			family = cell
		case "father":
			rec.FatherName = cell
		case "known":
			rec.KnownAs = cell
		case "birth":
			rec.Birth = importBirth(cell)
		case "age":
			if n, err := strconv.Atoi(cell); err == nil && !rec.Birth.Known() {
				rec.Birth = reserve.BirthFromAge(n, ageDay)
			}
		case "phone":
			rec.Phones = append(rec.Phones, importPhones(cell)...)
		case "place":
			rec.Place = cell
		case "sex":
			rec.Sex = cell
		case "site":
			rec.Site = cell
		case "owner":
			owner = reserve.PhoneOwner(cell)
		}
	}
	switch owner {
	case reserve.PhoneShared:
		rec.Phones, rec.FamilyPhones = nil, rec.Phones
	case reserve.PhoneRelay:
		rec.Phones = nil // says nothing of the person
	}
	if rec.Name == "" {
		rec.Name = strings.TrimSpace(given + " " + family)
	} else if given != "" {
		rec.Name = given + " " + rec.Name
	}
	return rec
}

// ageDay is the day ages of a labelled set are taken to be stated on where the set does not say: two ages of one set are
// compared with one another, and with dates to a year or so.
var ageDay = reserve.Date{Year: 2026, Month: 11, Day: 24}

var (
	dayFirst = regexp.MustCompile(`^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$`)
	about    = regexp.MustCompile(`(?i)^(?:n[ée]e? )?(?:vers|circa|about|env(?:iron)?\.?|~)\s*(\d{4})$`)
	ageWords = regexp.MustCompile(`(?i)^(\d{1,3}) ?(?:ans?|years?)?(?: \(age on (\d{4}-\d{2}-\d{2})\))?$`)
	yearOnly = regexp.MustCompile(`^(\d{4}) \(year\)$`)
)

func importBirth(cell string) reserve.Birth {
	if m := dayFirst.FindStringSubmatch(cell); m != nil {
		cell = m[3] + "-" + twoDigits(m[2]) + "-" + twoDigits(m[1])
	}
	if m := about.FindStringSubmatch(cell); m != nil {
		cell = m[1] + "~"
	}
	if m := yearOnly.FindStringSubmatch(cell); m != nil {
		cell = m[1]
	}
	if m := ageWords.FindStringSubmatch(cell); m != nil {
		on := ageDay
		if day, ok := reserve.ParseDate(m[2]); ok {
			on = day
		}
		if n, err := strconv.Atoi(m[1]); err == nil && n <= reserve.HighestAge {
			return reserve.BirthFromAge(n, on)
		}
	}
	b, fault := reserve.ParseBirth(cell)
	if fault != nil {
		return reserve.Birth{}
	}
	return b
}

func twoDigits(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// importPhones reads a cell of numbers; numbers without a calling code are of Niger, as in the cases.
func importPhones(cell string) []string {
	list, err := phone.ParseAll(cell, "NE")
	if err != nil {
		return nil // not a number anybody could share
	}
	var out []string
	for _, n := range list {
		out = append(out, n.E164)
	}
	return out
}
