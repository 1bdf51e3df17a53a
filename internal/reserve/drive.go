package reserve

import (
	"slices"
	"time"
)

// Drive is a call for volunteers as its file describes it (CONTRACT "A drive file").
type Drive struct {
	Code       string      `json:"drive"`
	Title      Texts       `json:"title"`
	Country    string      `json:"country"`   // ISO 3166-1, the default country of numbers
	TimeZone   string      `json:"time_zone"` // IANA name
	Languages  []string    `json:"languages"` // the first is the default
	Opens      string      `json:"opens,omitempty"`
	Closes     string      `json:"closes,omitempty"`
	MinimumAge int         `json:"minimum_age"`
	Organiser  Organiser   `json:"organiser"`
	Formality  Formality   `json:"formality"`
	Sites      []Site      `json:"sites"`
	Functions  []Function  `json:"functions"`
	Recipients []Recipient `json:"recipients"`
	Consent    Wording     `json:"consent"`
	Retention  int         `json:"retention_days"`
	QuietHours QuietHours  `json:"quiet_hours"`
}

// Texts is one text in several languages, by language code.
type Texts map[string]string

// In gives the text in lang, else in the first of fallback that has one, else any (the smallest code, so that it is the same every time).
func (t Texts) In(lang string, fallback ...string) string {
	for _, l := range append([]string{lang}, fallback...) {
		if s := t[l]; s != "" {
			return s
		}
	}
	least := ""
	for l := range t {
		if least == "" || l < least {
			least = l
		}
	}
	return t[least]
}

// Organiser is the one body that leads a drive; shown on the form and in every message (ISO 22319, clause 4).
type Organiser struct {
	Name    string `json:"name"`
	Contact string `json:"contact"`
}

// Formality is the data-protection formality of the country: its kind, number and date.
type Formality struct {
	Kind   string `json:"kind"`
	Number string `json:"number"`
	Date   string `json:"date"`
}

// Site is a place where people register.
type Site struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Place string `json:"place"` // P-code
}

// Function is something people can offer to do; the organiser's own list.
type Function struct {
	Code           string   `json:"code"`
	Name           Texts    `json:"name"`
	Qualifications []string `json:"qualifications,omitempty"`
	MinimumLevel   int      `json:"minimum_level"`
}

// RecipientType is the closed list of civilian bodies that may be given a list.
type RecipientType string

// The recipient types. Armed forces and groups are not among them by design, and no setting adds them.
const (
	CivilProtection RecipientType = "civil-protection"
	Health          RecipientType = "health"
	LocalAuthority  RecipientType = "local-authority"
	RedCross        RecipientType = "red-cross"
	NGO             RecipientType = "ngo"
	UN              RecipientType = "un"
	OtherCivil      RecipientType = "other-civil"
)

// RecipientTypes lists all that are allowed.
func RecipientTypes() []RecipientType {
	return []RecipientType{CivilProtection, Health, LocalAuthority, RedCross, NGO, UN, OtherCivil}
}

// Recipient is a body that may be given a list, or that asks for people by number. Handover is off by default: no list leaves.
type Recipient struct {
	Code     string        `json:"code"`
	Name     string        `json:"name"`
	Type     RecipientType `json:"type"`
	Key      string        `json:"key,omitempty"` // age recipient
	Purposes []string      `json:"purposes"`
	Handover bool          `json:"handover"`
}

// Wording is one version of the consent text.
type Wording struct {
	Version int   `json:"wording"`
	Text    Texts `json:"text"`
}

// QuietHours is when nobody is invited, in the drive's zone: start included, end excluded, "21:00" to "06:00" where empty
// (field notes on planning, §2.4).
type QuietHours struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Site finds a site by code.
func (d *Drive) Site(code string) (Site, bool) {
	i := slices.IndexFunc(d.Sites, func(s Site) bool { return s.Code == code })
	if i < 0 {
		return Site{}, false
	}
	return d.Sites[i], true
}

// Function finds a function by code.
func (d *Drive) Function(code string) (Function, bool) {
	i := slices.IndexFunc(d.Functions, func(f Function) bool { return f.Code == code })
	if i < 0 {
		return Function{}, false
	}
	return d.Functions[i], true
}

// Recipient finds a recipient by code.
func (d *Drive) Recipient(code string) (Recipient, bool) {
	i := slices.IndexFunc(d.Recipients, func(r Recipient) bool { return r.Code == code })
	if i < 0 {
		return Recipient{}, false
	}
	return d.Recipients[i], true
}

// Zone is the drive's time zone; a checked drive always has one.
func (d *Drive) Zone() *time.Location {
	loc, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Language returns code if the drive speaks it, else the drive's first language.
func (d *Drive) Language(code string) string {
	if slices.Contains(d.Languages, code) || len(d.Languages) == 0 {
		return code
	}
	return d.Languages[0]
}

// Moment reads the date forms of a drive file in the drive's zone.
func (d *Drive) Moment(s string) (time.Time, bool) {
	for _, form := range []string{"2006-01-02T15:04", time.DateOnly, time.RFC3339} {
		if t, err := time.ParseInLocation(form, s, d.Zone()); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// OpenAt reports whether the drive takes registrations at now by its own dates.
func (d *Drive) OpenAt(now time.Time) bool {
	if t, ok := d.Moment(d.Opens); ok && now.Before(t) {
		return false
	}
	if t, ok := d.Moment(d.Closes); ok && !now.Before(t) {
		return false
	}
	return true
}
