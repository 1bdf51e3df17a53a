package linkage

// Kind names the comparator of a field.
type Kind uint8

// The comparators. Names and Relation fold and class personal names with package names; the others know no language.
const (
	Names    Kind = iota // a full personal name, any order, spelling classes; the field's words are a person
	Relation             // the name of a relative: as Names, but words already in the agreeing Names field prove nothing
	Calling              // a name somebody is called by
	Word                 // one short text, compared by letters: a given name, a suburb
	Words                // a longer text of several words, any order
	Code                 // letters and digits where one wrong sign is a slip: a postcode, a number of a house or a card
	Date                 // eight digits, YYYYMMDD, with slips and swaps
	Birth                // an interval of days with its precision
	Phones               // a set of numbers that families share
	Place                // a P-code: commune, department, region
	Choice               // equal or not: a sex, a state
)

// Level is one outcome of comparing a field, and how often it comes up: among pairs that are one person (M), pairs of
// strangers (U), of relatives (R) and of twins (T). Frequent marks a level whose U is taken from how common the agreeing
// value is. The shares of the levels of one Family sum to one: which family a pair falls into (two full dates, or a date
// and a year) says nothing.
type Level struct {
	Code       string
	M, U, R, T float64
	Frequent   bool
	Family     uint8
}

// Field is one compared field: its name, its comparator, and its levels, worst first (nil: the kind's own). A field
// with Unless is evidence only where not both records state that other field, of which it is a shadow.
type Field struct {
	Name   string
	Kind   Kind
	Levels []Level
	Unless string
}

// Take says which part of a field goes into a blocking key.
type Take uint8

// The parts of a blocking key. Those marked many give several keys a record.
const (
	Whole    Take = iota // the whole value
	Head                 // the first N letters
	Skeleton             // the sound of it: consonants without doubles
	Token                // each word (many)
	Class                // the spelling class of each name (many)
	Pair                 // each two spelling classes (many)
	Sounds               // the sound of each two names (many)
	Beside               // each name with the first letter of each other (many)
	Heads                // the first N letters of all words, sorted
	Year                 // the year of a date
	YearNear             // the year of a date, and on looking up its two neighbours (many)
	Day                  // a whole date, only where it is a stated day
	MonthDay             // month and day of a date
	Number               // each phone (many)
	Area                 // the commune of a place
	District             // the department of a place
)

// Part is one ingredient of a blocking key.
type Part struct {
	Field string
	Take  Take
	N     int
}

// Rule is a blocking rule: records that agree on all its parts are compared, unless more than Limit records share the
// key, when the key says too little to be worth the work.
type Rule struct {
	Name  string
	Parts []Part
	Limit int
}

// Schema says what is compared and which pairs are looked at.
type Schema struct {
	Name      string
	Fields    []Field
	Rules     []Rule
	Relatives bool // weigh against relatives and twins too
	// Duplicates, Kin and Twins are, before anything is known, the share of records that repeat another, and the
	// relatives and twins each record has in the set.
	Duplicates, Kin, Twins float64
	// Join is how many bits a pair needs to be taken for one person where no person decides, as in an evaluation.
	Join float32
	// Swaps are pairs of fields that people put into one another's place.
	Swaps [][2]string
}

const maxFields = 12

func (s *Schema) field(name string) int {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return i
		}
	}
	return -1
}
