package reserve

import "time"

// CallUpState is where a call-up stands.
type CallUpState string

// The states of a call-up.
const (
	CallUpOpen   CallUpState = "open"
	CallUpClosed CallUpState = "closed"
)

// CallUp is a request for people. Everything that is not a code, a time or a count is kept sealed: an assembly point is a target.
type CallUp struct {
	ID       string
	Drive    string
	Code     string // one letter, named in texts when a person has two call-ups open
	State    CallUpState
	ReportBy int64 // µs UTC
	Urgent   bool  // life at risk: quiet hours do not hold
	Exercise bool
	OpenedAt int64
	ClosedAt int64
	OpenedBy string
	Risk     Risk
	Needs    []Need
	Version  int64
}

// Risk is what a call-up must say before anybody is asked (duty of care): hazards, equipment, insurance, refund, contact.
type Risk struct {
	Hazards   string `json:"hazards"`
	Equipment string `json:"equipment"`
	Insurance *bool  `json:"insurance"`
	Refund    string `json:"refund"`
	Contact   string `json:"contact"`
}

// Need is so many people of one function at one assembly point. The counts are the store's and change only by
// conditional updates; Confirmed never passes ConfirmLimit.
type Need struct {
	ID            string
	CallUp        string
	Function      string
	Qualification string // empty: any
	Wanted        int
	Level         int
	AssemblyPoint string
	Area          string // P-code within which people are asked; empty is the whole drive
	ConfirmLimit  int
	LimitFixed    bool // the organiser fixed the limit
	StandbyMax    int
	Confirmed     int
	Standby       int
	Arrived       int // checked in by the deadline
	CheckedIn     int // checked in at all
	TurnedAway    int
	Invited       int
	Declined      int
	Unclear       int
}

// CallUpRequest is a call-up as an organiser asks for it.
type CallUpRequest struct {
	Drive    string
	Needs    []NeedRequest
	ReportBy time.Time
	Urgent   bool
	Exercise bool
	Risk     Risk
	Reason   string // of an urgent call-up: kept in the log as "urgent", in full in the sealed part
}

// NeedRequest is one need as asked for.
type NeedRequest struct {
	Function      string
	Qualification string
	Wanted        int
	Level         int
	AssemblyPoint string
	Area          string
	ConfirmLimit  *int
	StandbyMax    *int
}

// Bounds of a call-up: a deadline further away than MaxLead or more places than MaxWanted is taken for a typing fault.
const (
	MaxLead   = 60 * 24 * time.Hour
	MaxWanted = 100_000
	MaxNeeds  = 50
)

// Check finds every fault of a requested call-up. No call-up opens without hazards, equipment, insurance yes or no, refund and a contact.
func (r *CallUpRequest) Check(d *Drive, now time.Time) Faults {
	var f Faults
	add := func(field, code string) { f = append(f, Fault(field, code)) }
	if len(r.Needs) == 0 {
		add("needs", "required")
	}
	if len(r.Needs) > MaxNeeds {
		add("needs", "too-many-needs")
	}
	for _, n := range r.Needs {
		fn, ok := d.Function(n.Function)
		if !ok {
			add("needs.function", "unknown-function")
		} else if n.Qualification != "" && !contains(fn.Qualifications, n.Qualification) {
			add("needs.qualification", "unknown-qualification")
		}
		if n.Wanted < 1 || n.Wanted > MaxWanted {
			add("needs.wanted", "out-of-range")
		}
		if n.Level < 0 || n.Level > 4 {
			add("needs.level", "out-of-range")
		}
		if n.AssemblyPoint == "" {
			add("needs.assembly_point", "required")
		}
		if n.ConfirmLimit != nil && *n.ConfirmLimit < n.Wanted {
			add("needs.confirm_limit", "limit-below-wanted")
		}
		if n.StandbyMax != nil && *n.StandbyMax < 0 {
			add("needs.standby_max", "out-of-range")
		}
	}
	if !r.ReportBy.After(now) {
		add("report_by", "in-the-past")
	} else if r.ReportBy.After(now.Add(MaxLead)) {
		add("report_by", "too-far")
	}
	return append(f, r.Risk.check()...)
}

func (r *Risk) check() Faults {
	var f Faults
	for _, t := range []struct{ field, text string }{{"risk.hazards", r.Hazards}, {"risk.equipment", r.Equipment}, {"risk.refund", r.Refund}, {"risk.contact", r.Contact}} {
		if t.text == "" {
			f = append(f, Fault(t.field, "required"))
		}
	}
	if r.Insurance == nil {
		f = append(f, Fault("risk.insurance", "required"))
	}
	return f
}

// DefaultStandby is how many may wait for a seat where the organiser fixed no number: half of wanted, rounded up.
func DefaultStandby(wanted int) int { return (wanted + 1) / 2 }

// InvitationState is where one person's invitation to one need stands.
type InvitationState string

// The states of an invitation. Confirmed and Standby are the two outcomes of a yes.
const (
	Invited       InvitationState = "invited"
	Confirmed     InvitationState = "confirmed"
	OnStandby     InvitationState = "standby"
	Declined      InvitationState = "declined"
	TooLate       InvitationState = "full"         // said yes, no place and no stand-by left
	Released      InvitationState = "released"     // was confirmed or on stand-by and gave it back
	Stood         InvitationState = "stood-down"   // told that they are not needed
	WrongPerson   InvitationState = "wrong-person" // the number is somebody else's
	Unreached     InvitationState = "unreached"    // every text failed
	InviteDropped InvitationState = "dropped"      // withdrew or was silenced meanwhile
)

// Invitation is one person asked for one need.
type Invitation struct {
	ID         string
	CallUp     string
	Need       string
	Volunteer  string
	Wave       int
	State      InvitationState
	Channel    string // "sms", "call" or "walk-in"
	InvitedAt  int64
	SentAt     int64
	ReachedAt  int64
	AnsweredAt int64
	Unclear    bool
	Ticket     int64 // order of a stand-by; from the need's row, never from time
	WalkIn     bool  // came without a yes
	CheckedIn  int64 // the first time
	CheckedOut int64 // the last time; 0 while there
	TurnedAway int64 // came when all wanted were there
	HomeSafeAt int64
	ToldAt     int64 // when the outcome was told
	// What became of the question whether a confirmed person still comes: asked, answered yes, tried by a caller last.
	DepartAskedAt int64
	OnTheWayAt    int64
	DepartRungAt  int64
}

// StillComing reports whether a confirmed person was asked if they still come, and nobody knows yet.
func (i Invitation) StillComing() bool {
	return i.State == Confirmed && i.DepartAskedAt != 0 && i.OnTheWayAt == 0 && i.CheckedIn == 0
}

// Wave is the invitations sent together, with the planner's reason.
type Wave struct {
	CallUp string
	Need   string
	Number int
	At     int64
	Size   int
	Reason map[string]int64 // figures of the planner's explanation, by name
}

// Place is what a yes gets.
type Place string

// The places.
const (
	PlaceSeat    Place = "seat"
	PlaceStandby Place = "standby"
	PlaceFull    Place = "full"
)
