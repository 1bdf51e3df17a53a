package reserve

import (
	"strings"
	"unicode/utf8"
)

// Channel is the door something came through.
type Channel string

// The doors.
const (
	ChannelWeb      Channel = "web"
	ChannelAPI      Channel = "api"
	ChannelSMS      Channel = "sms"
	ChannelUSSD     Channel = "ussd"
	ChannelOpenRosa Channel = "openrosa"
	ChannelSheet    Channel = "sheet"
	ChannelDesk     Channel = "desk"
	ChannelBundle   Channel = "bundle"
)

// Application is what a channel decoded from what somebody sent, not yet judged. Texts are as typed. A channel decodes
// and answers; registry.Apply decides.
type Application struct {
	Drive   string
	Channel Channel
	// Sender scopes Ref: the secret of a device token, a file's digest, or "" where Ref itself holds 128 random bits.
	Sender string
	// Ref is the sender's own reference. The same Ref with the same content is a repeat, with other content a conflict.
	Ref  string
	Site string

	Name, KnownAs, FatherName Private
	Birth                     string // EDTF
	BirthRead                 *Birth // set by a channel whose form is not EDTF (an age stated, a column's day/month order); wins over Birth
	Age                       *int
	Phones                    []PhoneGiven
	Availability              string
	Language                  string
	Place                     string // P-code, or text of a place
	PlaceWithin               string // a department or region that tells two homonyms apart
	Sex                       string
	Note                      Private
	Functions                 []string
	Qualifications            []Claim
	Consents                  []ConsentGiven

	Batch string // import batch, for undo
	Row   int    // line of the file, for reports

	Faults Faults // what the channel could not even decode; joined to the rest, so that a sender is told all at once
}

// PhoneOwner says whose phone a number is.
type PhoneOwner string

// The owners of a number. A shared number gets texts that say who is meant, a relay carries a message by mouth.
const (
	PhoneSelf   PhoneOwner = "self"
	PhoneShared PhoneOwner = "shared"
	PhoneRelay  PhoneOwner = "relay"
)

// PhoneGiven is one number as sent.
type PhoneGiven struct {
	Number    Private
	Owner     PhoneOwner
	RelayName Private
	Texts     *bool // false: no texts to this number
}

// Claim is a qualification somebody says they have. A claim is never a verified fact.
type Claim struct {
	Code string `json:"code"`
}

// ConsentGiven is a consent as sent: to one recipient, for one purpose, under one version of the wording.
type ConsentGiven struct {
	Recipient string `json:"recipient"`
	Purpose   string `json:"purpose"`
	Wording   int    `json:"wording"`
}

// Limits of an application's texts, in characters. An application above them is refused whole, never cut.
const (
	MaxName         = 200
	MaxNote         = 500
	MaxAvailability = 100
	MaxRef          = 200
	MaxPhones       = 4
	MaxFunctions    = 20
	MinRef          = 16 // bytes, where no device token scopes it
)

// Check finds every fault of an application that needs no list of numbers, names or places: those are the registry's,
// which joins its own. open says whether the caller's drive takes registrations now.
func (a *Application) Check(d *Drive) Faults {
	f := append(Faults(nil), a.Faults...)
	add := func(field, code string) { f = append(f, Fault(field, code)) }
	if n := len(a.Ref); n > MaxRef || n == 0 || a.Sender == "" && n < MinRef {
		add("ref", "ref-too-short")
	}
	for _, t := range []struct {
		field, text string
		most        int
	}{
		{"ref", a.Ref, MaxRef}, {"name", a.Name.Reveal(), MaxName}, {"known_as", a.KnownAs.Reveal(), MaxName},
		{"father_name", a.FatherName.Reveal(), MaxName}, {"availability", a.Availability, MaxAvailability},
		{"note", a.Note.Reveal(), MaxNote}, {"place", a.Place, MaxName},
	} {
		if !utf8.ValidString(t.text) {
			add(t.field, "bad-utf8")
		} else if utf8.RuneCountInString(t.text) > t.most {
			add(t.field, "too-long")
		} else if strings.ContainsFunc(t.text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
			add(t.field, "control-character")
		}
	}
	if strings.TrimSpace(a.Name.Reveal()) == "" {
		add("name", "required")
	}
	if _, ok := d.Site(a.Site); a.Site != "" && !ok {
		add("site", "unknown-site")
	}
	if a.Sex != "" && a.Sex != "f" && a.Sex != "m" {
		add("sex", "unknown-sex")
	}
	if len(a.Phones) > MaxPhones {
		add("phones", "too-many-phones")
	}
	f = append(f, a.checkOffers(d)...)
	return append(f, a.checkConsents(d)...)
}

func (a *Application) checkOffers(d *Drive) Faults {
	var f Faults
	if len(a.Functions) == 0 {
		f = append(f, Fault("functions", "required"))
	}
	if len(a.Functions) > MaxFunctions || len(a.Qualifications) > MaxFunctions {
		f = append(f, Fault("functions", "too-many-functions"))
	}
	known := map[string]bool{}
	for _, fn := range d.Functions {
		for _, q := range fn.Qualifications {
			known[q] = true
		}
	}
	for _, code := range a.Functions {
		if _, ok := d.Function(code); !ok {
			f = append(f, Fault("functions", "unknown-function"))
		}
	}
	for _, q := range a.Qualifications {
		if !known[q.Code] {
			f = append(f, Fault("qualifications", "unknown-qualification"))
		}
	}
	return f
}

func (a *Application) checkConsents(d *Drive) Faults {
	var f Faults
	for _, c := range a.Consents {
		r, ok := d.Recipient(c.Recipient)
		switch {
		case !ok:
			f = append(f, Fault("consents", "unknown-recipient"))
		case !contains(r.Purposes, c.Purpose):
			f = append(f, Fault("consents", "unknown-purpose"))
		case c.Wording != d.Consent.Version:
			f = append(f, Fault("consents", "old-wording"))
		}
	}
	return f
}

func contains(list []string, s string) bool {
	for _, t := range list {
		if t == s {
			return true
		}
	}
	return false
}
