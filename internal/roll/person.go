package roll

import (
	"slices"

	"muster/internal/reserve"
)

// Person is one person as an unlocked node knows them: the clear row, what all their registrations say folded into one,
// and their consents with the stricter ones joined. A Person taken from the roll is shared: nobody may change its slices.
type Person struct {
	Volunteer reserve.Volunteer
	Facts     reserve.Facts
	Consents  []reserve.Consent
	Receipts  []string // of all registrations of the person, the oldest first
	// Silenced says that STOP stands for every number that takes texts. The roll sets it and Stopped, from its marks.
	Silenced bool
	Stopped  []reserve.Private // the numbers of the person under STOP
}

// Reachable gives the first number that takes texts and is not under STOP, or "".
func (p *Person) Reachable() reserve.Private {
	for _, n := range p.Facts.Phones {
		if !n.NoTexts && !slices.Contains(p.Stopped, n.E164) {
			return n.E164
		}
	}
	return ""
}

// Consent reports whether the person's consent to a recipient for a purpose stands under at least a wording.
func (p *Person) Consent(recipient, purpose string, wording int) bool {
	return slices.ContainsFunc(p.Consents, func(c reserve.Consent) bool { return c.Stands(recipient, purpose, wording) })
}

// listed reports whether a person belongs into the roll: those who have left do not.
func listed(s reserve.VolunteerState) bool { return s.Counted() || s == reserve.Held }

// words gives one copy of each text that thousands share, so that a person costs the roll what is their own.
type words map[string]string

func (w words) one(s *string) {
	if had, ok := w[*s]; ok {
		*s = had
		return
	}
	w[*s] = *s
}

func (w words) list(list []string) {
	for i := range list {
		w.one(&list[i])
	}
}

// share replaces the person's common texts by the shared copies. The person's slices must not be in use elsewhere.
func (w words) share(p *Person) {
	v, f := &p.Volunteer, &p.Facts
	w.one(&v.Drive)
	w.one(&v.Site)
	w.one((*string)(&v.State))
	w.one((*string)(&v.Channel))
	w.one((*string)(&f.Birth.Precision))
	w.one(&f.Language)
	w.one(&f.Place)
	w.one(&f.Sex)
	v.Offers = slices.Clone(v.Offers)
	for i := range v.Offers {
		w.one(&v.Offers[i].Function)
	}
	f.Functions, f.Qualifications, f.Warnings = slices.Clone(f.Functions), slices.Clone(f.Qualifications), slices.Clone(f.Warnings)
	w.list(f.Functions)
	w.list(f.Qualifications)
	w.list(f.Warnings)
	p.Consents = slices.Clone(p.Consents)
	for i := range p.Consents {
		c := &p.Consents[i]
		w.one(&c.Recipient)
		w.one(&c.Purpose)
		w.one(&c.Language)
		w.one((*string)(&c.Channel))
	}
	f.Consents = nil // folded into p.Consents by the registry
}
