package reserve

import "slices"

// Reason says why a person is not asked; the key of a sentence, counted in the report of a call-up.
type Reason string

// The reasons.
const (
	NotActive          Reason = "not-active"
	NotOfAge           Reason = "not-of-age"
	AgeUnsettled       Reason = "age-unsettled"
	OtherFunction      Reason = "other-function"
	LevelTooLow        Reason = "level-too-low"
	NotQualified       Reason = "not-qualified"
	OutsideArea        Reason = "outside-area"
	NoConsent          Reason = "no-consent"
	Silenced           Reason = "silenced"
	NoReachableWay     Reason = "not-reachable"
	AskedAlready       Reason = "asked-already"
	AskedTooOften      Reason = "asked-too-often"
	ConfirmedElsewhere Reason = "confirmed-elsewhere"
	NotAvailableNow    Reason = "not-available"
)

// Candidate is what eligibility is judged on: no name, no number.
type Candidate struct {
	State          VolunteerState
	Birth          Birth
	Offers         []Offer
	Qualifications []string
	InArea         bool
	Silenced       bool // STOP stands for every number that takes texts
	TextsOK        bool // has a number that takes texts
	CallsOK        bool // has any number
	AskedHere      bool // has an invitation to this need already
	Elsewhere      bool // confirmed on another open need
	Unanswered     int  // call-ups of the last 24 hours that the person did not answer
	AskedMonth     int  // invitations of the last 30 days
}

// Fatigue limits (field notes on planning, §2.4): at most one unanswered call-up a day and three invitations in thirty days; an urgent call-up lifts both.
const (
	MaxUnanswered = 1
	MaxAskedMonth = 3
)

// Eligible gives every reason why c may not be asked for n on a day; none means yes. least is the drive's minimum age.
func Eligible(c Candidate, n Need, least int, on Date, urgent bool) []Reason {
	var why []Reason
	if c.State != Active {
		why = append(why, NotActive)
	}
	switch AgeStateOn(c.Birth, max(least, MajorityAge), on) {
	case Minor:
		why = append(why, NotOfAge)
	case AgePending:
		why = append(why, AgeUnsettled)
	}
	i := slices.IndexFunc(c.Offers, func(o Offer) bool { return o.Function == n.Function })
	if i < 0 {
		why = append(why, OtherFunction)
	} else if !c.Offers[i].Meets(n.Level) {
		why = append(why, LevelTooLow)
	}
	if n.Qualification != "" && !slices.Contains(c.Qualifications, n.Qualification) {
		why = append(why, NotQualified)
	}
	if !c.InArea {
		why = append(why, OutsideArea)
	}
	if !c.CallsOK {
		why = append(why, NoReachableWay)
	} else if c.Silenced {
		why = append(why, Silenced)
	}
	if c.AskedHere {
		why = append(why, AskedAlready)
	}
	if c.Elsewhere {
		why = append(why, ConfirmedElsewhere)
	}
	if !urgent && (c.Unanswered >= MaxUnanswered || c.AskedMonth >= MaxAskedMonth) {
		why = append(why, AskedTooOften)
	}
	return why
}
