package demo

import "fmt"

// Result is what the story measured, under the names of the CONTRACT.
type Result struct {
	Registered             int     `json:"registered"`
	RefusedUnderAge        int     `json:"refused_under_age"`
	PendingAge             int     `json:"pending_age"`
	DuplicatesTrue         int     `json:"duplicates_true"`
	DuplicatesFound        int     `json:"duplicates_found"`
	DuplicatesWrong        int     `json:"duplicates_wrong"`
	DuplicatesOffered      int     `json:"duplicates_offered"`
	Invited                int     `json:"invited"`
	Messages               int     `json:"messages"`
	Answers                int     `json:"answers"`
	Wanted                 int     `json:"wanted"`
	ConfirmLimit           int     `json:"confirm_limit"`
	Confirmed              int     `json:"confirmed"`
	Overconfirmed          int     `json:"overconfirmed"`
	Standby                int     `json:"standby"`
	NoShows                int     `json:"no_shows"`
	Arrived                int     `json:"arrived"`
	TurnedAway             int     `json:"turned_away"`
	FieldNodeDelivered     int     `json:"field_node_delivered"`
	FieldNodeLost          int     `json:"field_node_lost"`
	HandedOver             int     `json:"handed_over"`
	WithdrawnAfter         int     `json:"withdrawn_after"`
	ShownAfterWithdrawal   int     `json:"shown_after_withdrawal"`
	AuditEntries           int64   `json:"audit_entries"`
	AuditOK                bool    `json:"audit_ok"`
	PersonalDataOnDisk     int     `json:"personal_data_on_disk"`
	Seconds                float64 `json:"seconds"`
	RegistrationsPerSecond float64 `json:"registrations_per_second"`

	Imported        int      `json:"imported"`
	ImportRefused   int      `json:"import_refused"`
	MinorsCallable  int      `json:"minors_callable"`
	PairsShown      int      `json:"pairs_shown"`
	Rehearsal       Drill    `json:"rehearsal"`
	CanaryFound     bool     `json:"canary_found"`
	EditFound       bool     `json:"edit_found"`
	PlaceMoved      int      `json:"place_moved_told"`
	PeakMB          float64  `json:"peak_mb"`
	Seed            uint64   `json:"seed"`
	PromisesBroken  []string `json:"promises_broken"`
	FieldNodeStubs  int      `json:"field_node_stubs"`
	FieldNodeRepeat int      `json:"field_node_repeats"`
}

// Drill is the rehearsal in which everybody says yes at once.
type Drill struct {
	Wanted    int `json:"wanted"`
	Yes       int `json:"yes"`
	Confirmed int `json:"confirmed"`
	Standby   int `json:"standby"`
	Full      int `json:"full"`
	MostSeen  int `json:"most_seen"` // the highest count of confirmed that anybody saw at any moment
}

// promise is one thing that must hold at the end.
type promise struct {
	says string
	kept bool
}

// promises judges a result. Each line is a promise that README or the CONTRACT makes.
func (r *Result) promises() []promise {
	share := func(part, whole int) float64 {
		if whole == 0 {
			return 1
		}
		return float64(part) / float64(whole)
	}
	sure := r.DuplicatesFound + r.DuplicatesWrong
	return []promise{
		{"no under-age person can be called", r.MinorsCallable == 0},
		{"three in four true duplicates are marked almost sure", share(r.DuplicatesFound, r.DuplicatesTrue) >= 0.75},
		{"at most one in two hundred of those marks is wrong", sure == 0 || float64(r.DuplicatesWrong) <= 0.005*float64(sure)+1e-9 || r.DuplicatesWrong == 0},
		{"nineteen in twenty true duplicates are shown to the desk", share(r.DuplicatesOffered, r.DuplicatesTrue) >= 0.95},
		{"the field node lost nothing", r.FieldNodeLost == 0},
		{"the field node delivered what its stubs say", r.FieldNodeDelivered == r.FieldNodeStubs},
		{"confirmations never passed the limit", r.Overconfirmed == 0},
		{"enough people arrived", r.Arrived >= r.Wanted},
		{"at most 15 % of the places' number were turned away", float64(r.TurnedAway) <= 0.15*float64(r.Wanted)},
		{"in the rehearsal every place was taken once", r.Rehearsal.Confirmed == r.Rehearsal.Wanted && r.Rehearsal.MostSeen <= r.Rehearsal.Wanted},
		{"a list was handed over", r.HandedOver > 0},
		{"who withdrew is shown nowhere", r.WithdrawnAfter > 0 && r.ShownAfterWithdrawal == 0},
		{"the audit log is whole", r.AuditOK},
		{"an edit of the audit log is found", r.EditFound},
		{"no name, number or birth date lies readable on the disk", r.PersonalDataOnDisk == 0},
		{"the search of the disk finds what was planted on purpose", r.CanaryFound},
	}
}

// judge notes the promises that were broken.
func (r *Result) judge() error {
	r.PromisesBroken = []string{}
	for _, p := range r.promises() {
		if !p.kept {
			r.PromisesBroken = append(r.PromisesBroken, p.says)
		}
	}
	if n := len(r.PromisesBroken); n > 0 {
		return fmt.Errorf("%d promises broken, the first: %s", n, r.PromisesBroken[0])
	}
	return nil
}
