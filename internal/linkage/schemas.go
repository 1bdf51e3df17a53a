package linkage

// Sahel is the schema of the registry: what a registration says of a person.
func Sahel() *Schema {
	sex := []Level{
		choiceDifferent: {"sex-different", 0.010, 0.50, 0.50, 0.35, false, 0},
		choiceSame:      {"same-sex", 0.990, 0.50, 0.50, 0.65, false, 0},
	}
	site := []Level{
		choiceDifferent: {"site-different", 0.20, 0.60, 0.20, 0.10, false, 0},
		choiceSame:      {"same-site", 0.80, 0.40, 0.80, 0.90, false, 0},
	}
	return &Schema{
		Name: "sahel", Relatives: true, Duplicates: 0.08, Kin: 1.5, Twins: 0.02, Join: 2,
		Fields: []Field{
			{Name: "name", Kind: Names}, {Name: "father", Kind: Relation}, {Name: "known", Kind: Calling}, {Name: "birth", Kind: Birth},
			{Name: "phones", Kind: Phones}, {Name: "place", Kind: Place}, {Name: "site", Kind: Choice, Levels: site, Unless: "place"},
			{Name: "sex", Kind: Choice, Levels: sex},
		},
		Rules: []Rule{
			{"phone", []Part{{"phones", Number, 0}}, 60},
			{"two names", []Part{{"name", Pair, 0}}, 120},
			{"two names, year", []Part{{"name", Pair, 0}, {"birth", YearNear, 0}}, 200},
			{"two names, commune", []Part{{"name", Pair, 0}, {"place", Area, 0}}, 200},
			{"two names, father", []Part{{"name", Pair, 0}, {"father", Class, 0}}, 200},
			{"name, day", []Part{{"name", Class, 0}, {"birth", Day, 0}}, 200},
			{"father, day", []Part{{"father", Class, 0}, {"birth", Day, 0}}, 120},
			{"letters, commune, year", []Part{{"name", Heads, 2}, {"place", Area, 0}, {"birth", YearNear, 0}}, 200},
			{"day, commune", []Part{{"birth", Day, 0}, {"place", Area, 0}}, 120},
			{"name, father, commune", []Part{{"name", Class, 0}, {"father", Class, 0}, {"place", Area, 0}}, 120},
			{"name, father", []Part{{"name", Class, 0}, {"father", Class, 0}}, 60},
			{"name, commune, year", []Part{{"name", Class, 0}, {"place", Area, 0}, {"birth", Year, 0}}, 200},
			{"name, letter, commune", []Part{{"name", Beside, 0}, {"place", Area, 0}}, 120},
			{"name, letter, year", []Part{{"name", Beside, 0}, {"birth", Year, 0}}, 120},
			{"two sounds, commune", []Part{{"name", Sounds, 0}, {"place", Area, 0}}, 120},
		},
	}
}

// Febrl is the schema of the FEBRL data sets: synthetic Australians.
func Febrl() *Schema {
	return &Schema{
		Name: "febrl", Duplicates: 0.5,
		Fields: []Field{
			{Name: "given_name", Kind: Word}, {Name: "surname", Kind: Word}, {Name: "street_number", Kind: Code}, {Name: "address_1", Kind: Words},
			{Name: "address_2", Kind: Words}, {Name: "suburb", Kind: Words}, {Name: "postcode", Kind: Code}, {Name: "state", Kind: Choice},
			{Name: "date_of_birth", Kind: Date}, {Name: "soc_sec_id", Kind: Code},
		},
		Swaps: [][2]string{{"given_name", "surname"}},
		Rules: []Rule{
			{"date", []Part{{"date_of_birth", Whole, 0}}, 200},
			{"card", []Part{{"soc_sec_id", Whole, 0}}, 200},
			{"names", []Part{{"surname", Skeleton, 0}, {"given_name", Head, 1}}, 200},
			{"given, postcode", []Part{{"given_name", Skeleton, 0}, {"postcode", Whole, 0}}, 200},
			{"surname, postcode", []Part{{"surname", Skeleton, 0}, {"postcode", Whole, 0}}, 200},
			{"number, suburb", []Part{{"street_number", Whole, 0}, {"suburb", Whole, 0}}, 200},
			{"number, postcode", []Part{{"street_number", Whole, 0}, {"postcode", Whole, 0}}, 200},
			{"street", []Part{{"address_1", Token, 0}, {"street_number", Whole, 0}}, 200},
			{"place", []Part{{"address_2", Token, 0}, {"postcode", Whole, 0}}, 200},
			{"suburb, surname", []Part{{"suburb", Whole, 0}, {"surname", Head, 2}}, 200},
			{"suburb, given", []Part{{"suburb", Whole, 0}, {"given_name", Head, 2}}, 200},
			{"given, day", []Part{{"given_name", Whole, 0}, {"date_of_birth", MonthDay, 0}}, 200},
			{"surname, year", []Part{{"surname", Whole, 0}, {"date_of_birth", Year, 0}}, 200},
			{"given, year", []Part{{"given_name", Whole, 0}, {"date_of_birth", Year, 0}}, 200},
		},
	}
}

// Historical is the schema of Splink's historical_50k: people of the past, some ten records each.
func Historical() *Schema {
	return &Schema{
		Name: "historical", Duplicates: 3,
		Fields: []Field{
			{Name: "first_name", Kind: Word}, {Name: "surname", Kind: Word}, {Name: "dob", Kind: Date}, {Name: "birth_place", Kind: Words},
			{Name: "postcode_fake", Kind: Code}, {Name: "gender", Kind: Choice}, {Name: "occupation", Kind: Choice},
		},
		Swaps: [][2]string{{"first_name", "surname"}},
		Rules: []Rule{
			{"dob, surname", []Part{{"dob", Whole, 0}, {"surname", Head, 1}}, 250},
			{"dob, first name", []Part{{"dob", Whole, 0}, {"first_name", Head, 1}}, 250},
			{"postcode, dob", []Part{{"postcode_fake", Whole, 0}, {"dob", Year, 0}}, 250},
			{"postcode, first name", []Part{{"postcode_fake", Whole, 0}, {"first_name", Head, 2}}, 250},
			{"postcode, surname", []Part{{"postcode_fake", Whole, 0}, {"surname", Head, 2}}, 250},
			{"names", []Part{{"first_name", Skeleton, 0}, {"surname", Skeleton, 0}}, 250},
			{"surname, place", []Part{{"surname", Whole, 0}, {"birth_place", Whole, 0}}, 250},
			{"surname, year", []Part{{"surname", Skeleton, 0}, {"dob", Year, 0}}, 250},
			{"surname, first letter", []Part{{"surname", Whole, 0}, {"first_name", Head, 1}}, 250},
			{"first name, place, year", []Part{{"first_name", Whole, 0}, {"birth_place", Whole, 0}, {"dob", Year, 0}}, 250},
			{"surname, occupation", []Part{{"surname", Whole, 0}, {"occupation", Whole, 0}}, 250},
			{"place, day", []Part{{"birth_place", Whole, 0}, {"dob", MonthDay, 0}}, 250},
		},
	}
}
