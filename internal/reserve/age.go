package reserve

// MajorityAge is the age below which nobody is ever registered or called. A drive may ask for more, never for less.
const MajorityAge = 18

// AgeState says what the stated birth lets us do with a person.
type AgeState string

// The age states. Only Adult may be called.
const (
	Adult      AgeState = "adult"
	AgePending AgeState = "pending-age" // may be of age: kept, and never called before somebody has settled it
	Minor      AgeState = "minor"
)

// AgeOn is the full years from birth to on. Someone born on 29 February completes a year on 1 March in common years:
// this is the one place where that rule stands, and it is the later of the two readings, so nobody is called a day early.
func AgeOn(birth, on Date) int {
	years := on.Year - birth.Year
	if on.Month < birth.Month || on.Month == birth.Month && on.Day < birth.Day {
		years--
	}
	return years
}

// AgeStateOn judges a birth on a day against the least age. The youngest reading decides Adult, the oldest decides
// Minor, between the two or unknown is AgePending.
func AgeStateOn(b Birth, least int, on Date) AgeState {
	if !b.Known() {
		return AgePending
	}
	if AgeOn(b.Latest(), on) >= least {
		return Adult
	}
	if AgeOn(b.Earliest(), on) < least {
		return Minor
	}
	return AgePending
}

// CheckBirth finds what cannot be: a birth after on, or an age over HighestAge. The fault's codes are "birth-future" and "birth-too-old".
func CheckBirth(b Birth, on Date) *Error {
	if !b.Known() {
		return nil
	}
	if on.Before(b.Earliest()) {
		return Fault("birth", "birth-future")
	}
	if AgeOn(b.Latest(), on) > HighestAge {
		return Fault("birth", "birth-too-old")
	}
	return nil
}

// MergeBirth joins a birth date and a stated age of one form: a full date beats an age, an age beats nothing, and a
// difference of more than a year between the two is told, so that the desk can ask.
func MergeBirth(date, stated Birth, on Date) (b Birth, differ bool) {
	if !date.Known() {
		return stated, false
	}
	if !stated.Known() {
		return date, false
	}
	youngest, oldest := AgeOn(date.Latest(), on), AgeOn(date.Earliest(), on)
	return date, stated.Age < youngest-1 || stated.Age > oldest+1
}
