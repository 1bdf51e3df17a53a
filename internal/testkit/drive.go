package testkit

import "muster/internal/reserve"

// Drive is the drive of tests: two sites, five functions, two civil recipients, one of which may be given a list.
func Drive() reserve.Drive {
	return reserve.Drive{
		Code: "test-drive", Title: reserve.Texts{"fr": "Réserve d'essai", "en": "Test reserve"}, Country: "NE", TimeZone: "Africa/Niamey",
		Languages: []string{"fr", "ha", "dje", "ar", "en"}, MinimumAge: 18,
		Organiser: reserve.Organiser{Name: "Essai", Contact: "+22720000000"},
		Formality: reserve.Formality{Kind: "authorisation", Number: "1", Date: "2026-11-01"},
		Sites:     []reserve.Site{{Code: "niamey", Name: "Niamey", Place: "NE008001"}, {Code: "gaya", Name: "Gaya", Place: "NE003006"}},
		Functions: []reserve.Function{
			{Code: "civil-protection", Name: reserve.Texts{"fr": "Protection civile", "en": "Civil protection"}},
			{Code: "medical", Name: reserve.Texts{"fr": "Soins", "en": "Medical care"}, Qualifications: []string{"nurse", "midwife", "doctor", "first-aid"}},
			{Code: "engineering", Name: reserve.Texts{"fr": "Technique", "en": "Engineering"}, Qualifications: []string{"electrician", "mechanic"}},
			{Code: "logistics", Name: reserve.Texts{"fr": "Logistique", "en": "Logistics"}, Qualifications: []string{"driver"}},
			{Code: "other", Name: reserve.Texts{"fr": "Autre", "en": "Other"}},
		},
		Recipients: []reserve.Recipient{
			{Code: "civil-protection", Name: "Protection civile", Type: reserve.CivilProtection, Purposes: []string{"call-up"}, Handover: true},
			{Code: "red-cross", Name: "Croix-Rouge", Type: reserve.RedCross, Purposes: []string{"call-up", "training"}},
		},
		Consent:   reserve.Wording{Version: 1, Text: reserve.Texts{"fr": "J'accepte.", "en": "I agree."}},
		Retention: 180,
	}
}
