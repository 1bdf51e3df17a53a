package linkage

// The levels of each kind, worst first. The shares are what the model believes before it has seen a record (Estimate
// improves M and U): M from field notes on how people repeat themselves (domain.md §3.1–3.2), U from random pairs of
// people, R from households: siblings, parents and children who share phone, village, father and family
// name; T from twins, who share all but the given name.

// The levels of Names.
const (
	nameDifferent int8 = iota
	nameTwins          // Hassane and Housseini: names given to two children of one birth
	nameGivenDiffers
	nameRestDiffers
	namePartOne
	namePart
	nameClose
	nameSlip
	nameVariant
	nameOrder
	nameClass
	nameEqual
)

var nameLevels = []Level{
	nameDifferent:    {"name-different", 0.010, 0.780, 0.340, 0.02, false, 0},
	nameTwins:        {"name-twins", 0.0003, 0.0004, 0.100, 0.35, false, 0},
	nameGivenDiffers: {"name-given-differs", 0.010, 0.100, 0.450, 0.585, false, 0},
	nameRestDiffers:  {"name-rest-differs", 0.040, 0.080, 0.050, 0.02, true, 0},
	namePartOne:      {"name-part-one", 0.020, 0.020, 0.010, 0.004, true, 0},
	namePart:         {"name-part", 0.070, 0.004, 0.006, 0.004, true, 0},
	nameClose:        {"name-close", 0.030, 0.004, 0.008, 0.006, true, 0},
	nameSlip:         {"name-slip", 0.120, 0.003, 0.004, 0.003, true, 0},
	nameVariant:      {"name-variant", 0.080, 0.002, 0.015, 0.005, true, 0},
	nameOrder:        {"name-order", 0.040, 0.001, 0.010, 0.0025, true, 0},
	nameClass:        {"name-class-equal", 0.120, 0.002, 0.002, 0.0006, true, 0},
	nameEqual:        {"name-equal", 0.457, 0.002, 0.0015, 0.0006, true, 0},
}

// The levels of Relation and Calling.
const (
	relationDifferent int8 = iota
	relationPart
	relationClose
	relationClass
	relationEqual
)

var relationLevels = []Level{
	relationDifferent: {"father-different", 0.050, 0.930, 0.500, 0.04, false, 0},
	relationPart:      {"father-part", 0.090, 0.030, 0.080, 0.08, true, 0},
	relationClose:     {"father-close", 0.110, 0.010, 0.020, 0.11, true, 0},
	relationClass:     {"father-class-equal", 0.150, 0.010, 0.080, 0.15, true, 0},
	relationEqual:     {"father-equal", 0.600, 0.010, 0.320, 0.5, true, 0},
}

var callingLevels = []Level{
	relationDifferent: {"known-as-different", 0.120, 0.960, 0.950, 0.95, false, 0},
	relationPart:      {"known-as-part", 0.030, 0.005, 0.005, 0.005, true, 0},
	relationClose:     {"known-as-close", 0.080, 0.005, 0.010, 0.01, true, 0},
	relationClass:     {"known-as-class-equal", 0.080, 0.005, 0.010, 0.01, true, 0},
	relationEqual:     {"known-as-equal", 0.690, 0.005, 0.010, 0.01, true, 0},
}

// The levels of Birth: seven for two stated days, then five where one side is less than a stated day.
const (
	birthGeneration int8 = iota // 13 years or more apart
	birthFar
	birthNear     // two days at most two years apart
	birthYearSlip // same day and month, another year
	birthSlip     // one digit off, or two neighbours swapped
	birthSwap     // day and month in one another's place
	birthEqual
	aboutGeneration
	aboutFar
	aboutNear   // the intervals miss one another by three years or less
	aboutInside // they meet: an interval that holds the other's full date
	aboutEqual  // the same statement: one year, one month, one age
)

var birthLevels = []Level{
	birthGeneration: {"birth-generation-apart", 0.0002, 0.400, 0.380, 0.002, false, 0},
	birthFar:        {"birth-far-apart", 0.0042, 0.490, 0.430, 0.004, false, 0},
	birthNear:       {"birth-near", 0.025, 0.100, 0.160, 0.01, false, 0},
	birthYearSlip:   {"birth-year-slip", 0.025, 0.0025, 0.0025, 0.004, false, 0},
	birthSlip:       {"birth-slip", 0.045, 0.0010, 0.0008, 0.02, false, 0},
	birthSwap:       {"birth-day-month-swapped", 0.020, 0.0004, 0.0004, 0.01, false, 0},
	birthEqual:      {"birth-equal", 0.880, 0.0001, 0.0003, 0.95, true, 0},
	aboutGeneration: {"birth-generation-apart", 0.003, 0.350, 0.350, 0.002, false, 1},
	aboutFar:        {"birth-far-apart", 0.037, 0.400, 0.390, 0.018, false, 1},
	aboutNear:       {"birth-year-near", 0.160, 0.180, 0.200, 0.09, false, 1},
	aboutInside:     {"birth-inside", 0.300, 0.075, 0.020, 0.19, true, 1},
	aboutEqual:      {"birth-equal-about", 0.500, 0.015, 0.004, 0.70, true, 1},
}

// The levels of Phones.
const (
	phoneNone int8 = iota
	phoneSlip
	phoneFamily // one of them says that others use the number too
	phoneSame
)

var phoneLevels = []Level{
	phoneNone:   {"phone-different", 0.400, 0.99, 0.470, 0.2, false, 0},
	phoneSlip:   {"phone-slip", 0.040, 0.010, 0.015, 0.02, false, 0},
	phoneFamily: {"same-phone", 0.140, 0.0001, 0.260, 0.39, true, 0},
	phoneSame:   {"same-phone", 0.420, 0.0001, 0.260, 0.39, true, 0},
}

// The levels of Place.
const (
	placeDifferent int8 = iota
	placeRegion
	placeDepartment
	placeSame
)

var placeLevels = []Level{
	placeDifferent:  {"place-different", 0.040, 0.850, 0.040, 0.02, false, 0},
	placeRegion:     {"same-region", 0.040, 0.110, 0.040, 0.03, false, 0},
	placeDepartment: {"same-department", 0.050, 0.030, 0.050, 0.05, false, 0},
	placeSame:       {"same-commune", 0.870, 0.010, 0.870, 0.9, true, 0},
}

// The levels of Choice.
const (
	choiceDifferent int8 = iota
	choiceSame
)

var choiceLevels = []Level{
	choiceDifferent: {"different", 0.01, 0.50, 0.50, 0.35, false, 0},
	choiceSame:      {"same", 0.99, 0.50, 0.50, 0.65, false, 0},
}

// The levels of Word.
const (
	wordDifferent int8 = iota
	wordDistant
	wordClose
	wordSlip
	wordEqual
)

var wordLevels = []Level{
	wordDifferent: {"different", 0.05, 0.960, 0, 0, false, 0},
	wordDistant:   {"distant", 0.05, 0.020, 0, 0, false, 0},
	wordClose:     {"close", 0.05, 0.005, 0, 0, false, 0},
	wordSlip:      {"slip", 0.15, 0.005, 0, 0, false, 0},
	wordEqual:     {"equal", 0.70, 0.010, 0, 0, true, 0},
}

// The levels of Words.
const (
	wordsDifferent int8 = iota
	wordsSome
	wordsMost
	wordsNear
	wordsEqual
)

var wordsLevels = []Level{
	wordsDifferent: {"different", 0.10, 0.900, 0, 0, false, 0},
	wordsSome:      {"some-words", 0.05, 0.080, 0, 0, false, 0},
	wordsMost:      {"most-words", 0.10, 0.010, 0, 0, false, 0},
	wordsNear:      {"near", 0.15, 0.002, 0, 0, false, 0},
	wordsEqual:     {"equal", 0.60, 0.001, 0, 0, true, 0},
}

// The levels of Code.
const (
	codeDifferent int8 = iota
	codeTwoOff
	codeOneOff
	codeEqual
)

var codeLevels = []Level{
	codeDifferent: {"different", 0.05, 0.950, 0, 0, false, 0},
	codeTwoOff:    {"two-off", 0.05, 0.020, 0, 0, false, 0},
	codeOneOff:    {"one-off", 0.15, 0.020, 0, 0, false, 0},
	codeEqual:     {"equal", 0.75, 0.010, 0, 0, true, 0},
}

// The levels of Date.
const (
	dateDifferent int8 = iota
	dateNearYear
	dateYear
	dateTwoOff
	dateSwap
	dateOneOff
	dateEqual
)

var dateLevels = []Level{
	dateDifferent: {"different", 0.05, 0.900, 0, 0, false, 0},
	dateNearYear:  {"near-year", 0.03, 0.050, 0, 0, false, 0},
	dateYear:      {"same-year", 0.05, 0.010, 0, 0, false, 0},
	dateTwoOff:    {"two-off", 0.03, 0.005, 0, 0, false, 0},
	dateSwap:      {"swapped", 0.02, 0.0005, 0, 0, false, 0},
	dateOneOff:    {"one-off", 0.10, 0.001, 0, 0, false, 0},
	dateEqual:     {"equal", 0.72, 0.001, 0, 0, true, 0},
}

// levelsOf is a field's own levels or its kind's.
func levelsOf(f *Field) []Level {
	if f.Levels != nil {
		return f.Levels
	}
	switch f.Kind {
	case Names:
		return nameLevels
	case Relation:
		return relationLevels
	case Calling:
		return callingLevels
	case Word:
		return wordLevels
	case Words:
		return wordsLevels
	case Code:
		return codeLevels
	case Date:
		return dateLevels
	case Birth:
		return birthLevels
	case Phones:
		return phoneLevels
	case Place:
		return placeLevels
	}
	return choiceLevels
}
