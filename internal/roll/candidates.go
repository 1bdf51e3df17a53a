package roll

import (
	"muster/internal/linkage"
	"muster/internal/reserve"
)

// Candidate is somebody in the roll who may be a given person.
type Candidate struct {
	ID          string
	Band        linkage.Band
	Probability float64
	Reasons     []string // codes of what agrees and what does not
}

// mostCandidates bounds what one person brings to the desk.
const mostCandidates = 20

// Candidates gives those of the person's drive who may be the same person, the surest first. The person may be in the
// roll already and is never their own candidate.
func (r *Roll) Candidates(p Person) []Candidate {
	rec := recordOf(&p)
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.linking.Lock()
	defer r.linking.Unlock()
	var out []Candidate
	for _, m := range r.links.Candidates(rec) {
		other := r.people[m.ID]
		if other == nil || other.Volunteer.ID == p.Volunteer.ID || other.Volunteer.Drive != p.Volunteer.Drive {
			continue
		}
		_, why := r.links.Score(rec, recordOf(other))
		out = append(out, Candidate{other.Volunteer.ID, m.Band, m.Probability, reasonCodes(why)})
		if len(out) == mostCandidates {
			break
		}
	}
	return out
}

// Compare weighs two people of the roll against one another; false where one of them is not there.
func (r *Roll) Compare(a, b string) (Candidate, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	x, okA := r.byID[a]
	y, okB := r.byID[b]
	if !okA || !okB {
		return Candidate{}, false
	}
	r.linking.Lock()
	defer r.linking.Unlock()
	m, why := r.links.Score(recordOf(r.people[x]), recordOf(r.people[y]))
	return Candidate{b, m.Band, m.Probability, reasonCodes(why)}, true
}

func reasonCodes(why []linkage.Reason) []string {
	out := make([]string, len(why))
	for i, w := range why {
		out[i] = w.Code
	}
	return out
}

// recordOf is what linkage compares of a person.
func recordOf(p *Person) linkage.Record {
	f := &p.Facts
	rec := linkage.Record{Name: f.Name.Reveal(), FatherName: f.FatherName.Reveal(), KnownAs: f.KnownAs.Reveal(),
		Birth: f.Birth, Place: f.Place, Site: p.Volunteer.Site, Sex: f.Sex}
	for _, n := range f.Phones {
		switch n.Owner {
		case reserve.PhoneRelay: // says nothing of the person
		case reserve.PhoneShared:
			rec.FamilyPhones = append(rec.FamilyPhones, n.E164.Reveal())
		default:
			rec.Phones = append(rec.Phones, n.E164.Reveal())
		}
	}
	return rec
}
