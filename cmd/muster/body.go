package main

import (
	"encoding/json"

	"muster/internal/people"
	"muster/internal/reserve"
)

// registrationBody is a synthetic person's registration as the API takes it, for benchmarks and tests.
func registrationBody(p people.Person, ref string) []byte {
	type phone struct {
		E164      string             `json:"e164"`
		Owner     reserve.PhoneOwner `json:"owner,omitempty"`
		RelayName string             `json:"relay_name,omitempty"`
	}
	body := struct {
		Ref            string                 `json:"ref"`
		Name           string                 `json:"name"`
		KnownAs        string                 `json:"known_as,omitempty"`
		FatherName     string                 `json:"father_name,omitempty"`
		Birth          string                 `json:"birth,omitempty"`
		Age            *int                   `json:"age,omitempty"`
		Phones         []phone                `json:"phones,omitempty"`
		Availability   string                 `json:"availability,omitempty"`
		Language       string                 `json:"language,omitempty"`
		Place          string                 `json:"place,omitempty"`
		Sex            string                 `json:"sex,omitempty"`
		Site           string                 `json:"site"`
		Functions      []string               `json:"functions"`
		Qualifications []reserve.Claim        `json:"qualifications,omitempty"`
		Consents       []reserve.ConsentGiven `json:"consents"`
	}{Ref: ref, Name: p.Name, KnownAs: p.KnownAs, FatherName: p.FatherName, Birth: p.Birth, Availability: p.Availability, Language: p.Language,
		Place: p.Place, Sex: p.Sex, Site: p.Site, Functions: p.Functions,
		Consents: []reserve.ConsentGiven{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1}}}
	if p.Age > 0 {
		body.Age = &p.Age
	}
	for _, n := range p.Phones {
		body.Phones = append(body.Phones, phone{n.Written, n.Owner, n.Relay})
	}
	for _, q := range p.Qualifications {
		body.Qualifications = append(body.Qualifications, reserve.Claim{Code: q})
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a struct of texts and numbers always encodes
	}
	return text
}
