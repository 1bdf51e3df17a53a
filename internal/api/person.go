package api

import (
	"time"

	"muster/internal/phone"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// offerOut is one function somebody offers.
type offerOut struct {
	Function string `json:"function"`
	Level    int    `json:"level" doc:"0 unverified, 1 (best) to 4"`
}

// phoneOut is one number. In lists most of it is hidden.
type phoneOut struct {
	E164      string          `json:"e164"`
	Owner     string          `json:"owner" enum:"self,shared,relay"`
	RelayName reserve.Private `json:"relay_name,omitempty"`
	Texts     bool            `json:"texts"`
}

// consentOut is one consent of a person.
type consentOut struct {
	Recipient string     `json:"recipient"`
	Purpose   string     `json:"purpose"`
	Wording   int        `json:"wording"`
	Language  string     `json:"language"`
	GivenAt   time.Time  `json:"given_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
}

// personOut is a person in a list: on a locked node without what is sealed.
type personOut struct {
	ID           string          `json:"id"`
	Receipt      string          `json:"receipt"`
	State        string          `json:"state"`
	Site         string          `json:"site"`
	Channel      string          `json:"channel"`
	Functions    []offerOut      `json:"functions"`
	Name         reserve.Private `json:"name,omitempty"`
	KnownAs      reserve.Private `json:"known_as,omitempty"`
	Birth        string          `json:"birth,omitempty"`
	Place        string          `json:"place,omitempty"`
	Language     string          `json:"language,omitempty"`
	Phones       []phoneOut      `json:"phones,omitempty"`
	OptedOut     bool            `json:"opted_out"`
	RegisteredAt time.Time       `json:"registered_at"`
	ChangedAt    time.Time       `json:"changed_at"`
	Version      int64           `json:"version"`
}

func offersOut(list []reserve.Offer) []offerOut {
	out := make([]offerOut, 0, len(list))
	for _, o := range list {
		out = append(out, offerOut{o.Function, o.Level})
	}
	return out
}

// phonesOut shows numbers, in full or all but the last two digits hidden.
func phonesOut(list []reserve.Phone, full bool) []phoneOut {
	out := make([]phoneOut, 0, len(list))
	for _, p := range list {
		shown := phoneOut{E164: phone.Mask(p.E164.Reveal()), Owner: string(p.Owner), RelayName: p.RelayName, Texts: !p.NoTexts}
		if full {
			shown.E164 = p.E164.Reveal()
		}
		if shown.Owner == "" {
			shown.Owner = string(reserve.PhoneSelf)
		}
		out = append(out, shown)
	}
	return out
}

func personIn(p roll.Person) personOut {
	v, f := p.Volunteer, p.Facts
	return personOut{ID: v.ID, Receipt: v.Receipt, State: string(v.State), Site: v.Site, Channel: string(v.Channel), Functions: offersOut(v.Offers),
		Name: f.Name, KnownAs: f.KnownAs, Birth: f.Birth.String(), Place: f.Place, Language: f.Language, Phones: phonesOut(f.Phones, false), OptedOut: p.Silenced,
		RegisteredAt: store.Time(v.CreatedAt), ChangedAt: store.Time(v.ChangedAt), Version: v.Version}
}

// receivedOut is one registration or correction as it came in.
type receivedOut struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind"`
	Channel    string          `json:"channel"`
	Site       string          `json:"site"`
	Batch      string          `json:"batch,omitempty"`
	Receipt    string          `json:"receipt"`
	ReceivedAt time.Time       `json:"received_at"`
	Name       reserve.Private `json:"name,omitempty"`
	Birth      string          `json:"birth,omitempty"`
	Place      string          `json:"place,omitempty"`
	Phones     []phoneOut      `json:"phones"`
	Functions  []string        `json:"functions"`
}

// verificationOut is one verification of a function.
type verificationOut struct {
	ID         string    `json:"id"`
	Function   string    `json:"function"`
	Level      int       `json:"level"`
	Evidence   string    `json:"evidence"`
	State      string    `json:"state"`
	VerifiedAt time.Time `json:"verified_at"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// heldOut is one list that left with the person on it.
type heldOut struct {
	Recipient      string     `json:"recipient"`
	Handover       string     `json:"handover"`
	SealedAt       time.Time  `json:"sealed_at"`
	ExpiresAt      time.Time  `json:"expires_at"`
	EndedAt        *time.Time `json:"ended_at,omitempty"`
	ToldAt         *time.Time `json:"told_at,omitempty"`
	AcknowledgedAt *time.Time `json:"acknowledged_at,omitempty"`
}

// wholeOut is all that is kept of one person.
type wholeOut struct {
	personOut
	FatherName     reserve.Private   `json:"father_name,omitempty"`
	BirthDiffers   bool              `json:"birth_differs"`
	AgeSettled     string            `json:"age_settled,omitempty"`
	Sex            string            `json:"sex,omitempty"`
	Availability   string            `json:"availability,omitempty"`
	Qualifications []string          `json:"qualifications"`
	Notes          []reserve.Private `json:"notes"`
	Warnings       []string          `json:"warnings" doc:"Codes the desk should look at."`
	Receipts       []string          `json:"receipts"`
	Consents       []consentOut      `json:"consents"`
	Received       []receivedOut     `json:"received"`
	Verifications  []verificationOut `json:"verifications"`
	Duplicates     []string          `json:"duplicates" doc:"Ids of pairs with this person."`
	HandedTo       []heldOut         `json:"handed_to"`
}

// when is an instant, or nil where there is none.
func when(µs int64) *time.Time {
	if µs == 0 {
		return nil
	}
	t := store.Time(µs)
	return &t
}

func all[S, T any](list []S, show func(S) T) []T {
	out := make([]T, 0, len(list))
	for _, s := range list {
		out = append(out, show(s))
	}
	return out
}

// whole shows a person; full says that the numbers are shown too, which the log then knows.
func whole(v registry.View, full bool) wholeOut {
	p, f := v.Person, v.Person.Facts
	out := wholeOut{personOut: personIn(p), FatherName: f.FatherName, BirthDiffers: f.BirthDiffers, AgeSettled: v.AgeSettled, Sex: f.Sex, Availability: f.Availability,
		Qualifications: all(f.Qualifications, same), Notes: all(f.Notes, same), Warnings: all(f.Warnings, same), Receipts: all(p.Receipts, same)}
	out.Phones = phonesOut(f.Phones, full)
	out.Consents = all(p.Consents, func(c reserve.Consent) consentOut {
		return consentOut{c.Recipient, c.Purpose, c.Wording, c.Language, store.Time(c.GivenAt), when(c.EndedAt)}
	})
	out.Received = all(v.Received, func(r registry.Received) receivedOut {
		return receivedOut{r.ID, string(r.Kind), string(r.Channel), r.Site, r.Batch, r.Receipt, store.Time(r.ReceivedAt), r.Facts.Name, r.Facts.Birth.String(), r.Facts.Place,
			phonesOut(r.Facts.Phones, full), all(r.Facts.Functions, same)}
	})
	out.Verifications = all(v.Verifications, func(w store.Verification) verificationOut {
		return verificationOut{w.ID, w.Function, w.Level, w.Evidence, string(w.State), store.Time(w.VerifiedAt), store.Time(w.ExpiresAt)}
	})
	out.Duplicates = all(v.Pairs, func(p store.Pair) string { return p.ID })
	out.HandedTo = all(v.HandedTo, func(h store.Held) heldOut {
		return heldOut{h.Recipient, h.Handover, store.Time(h.SealedAt), store.Time(h.ExpiresAt), when(h.EndedAt), when(h.ToldAt), when(h.AcknowledgedAt)}
	})
	return out
}

func same[T any](t T) T { return t }
