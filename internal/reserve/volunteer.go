package reserve

// VolunteerState says what may be done with a person. It stands in clear on disk.
type VolunteerState string

// The states of a volunteer.
const (
	Active     VolunteerState = "active"
	Held       VolunteerState = "held"        // almost surely somebody already there: not counted, invited or handed over until the desk decides
	PendingAge VolunteerState = "pending-age" // may be of age: never called before somebody has settled it
	Merged     VolunteerState = "merged"      // folded into another; unmerge brings it back
	Withdrawn  VolunteerState = "withdrawn"
	Erased     VolunteerState = "erased" // the keys are gone
)

// Counted reports whether the person is in totals, searches of the desk and lists.
func (s VolunteerState) Counted() bool { return s == Active || s == PendingAge }

// Volunteer is a person as the store keeps them in clear: no name, number, birth or place. ID is a random public id.
type Volunteer struct {
	ID         string
	Drive      string
	Site       string
	State      VolunteerState
	Channel    Channel
	Receipt    string
	Salt       []byte // salts this person's subject in the audit log; goes with the person
	MergedInto string
	Offers     []Offer
	CreatedAt  int64 // µs UTC
	ChangedAt  int64
	Version    int64
}

// Offer is one function a volunteer offers, with the level verified for it: 0 unverified, 1 (best) to 4 (ESAR-VHP).
type Offer struct {
	Function string
	Level    int
}

// Meets reports whether a verified level satisfies the level a need asks: 0 takes everybody, n takes 1 to n.
func (o Offer) Meets(level int) bool {
	return level == 0 || o.Level >= 1 && o.Level <= level
}

// Consent is one consent of a person as kept: to a recipient, for a purpose, under a wording, in a language, through a door.
type Consent struct {
	Recipient string
	Purpose   string
	Wording   int
	Language  string
	Channel   Channel
	GivenAt   int64 // µs UTC
	EndedAt   int64 // 0: stands
}

// Stands reports whether a consent holds for a recipient, a purpose and at least a wording.
func (c Consent) Stands(recipient, purpose string, wording int) bool {
	return c.EndedAt == 0 && c.Recipient == recipient && c.Purpose == purpose && c.Wording >= wording
}

// Stricter joins the consents of two records of one person: a consent stands only if it stands in each record that
// was asked about that recipient and purpose; an end in either ends it. So a merge never widens a consent.
func Stricter(a, b []Consent) []Consent {
	type key struct{ recipient, purpose string }
	out := make([]Consent, 0, len(a)+len(b))
	at := map[key]int{}
	for _, c := range append(append([]Consent(nil), a...), b...) {
		k := key{c.Recipient, c.Purpose}
		i, seen := at[k]
		if !seen {
			at[k] = len(out)
			out = append(out, c)
			continue
		}
		o := &out[i]
		if c.EndedAt != 0 && (o.EndedAt == 0 || c.EndedAt < o.EndedAt) {
			o.EndedAt = c.EndedAt
		}
		if c.GivenAt < o.GivenAt {
			o.GivenAt, o.Channel, o.Language = c.GivenAt, c.Channel, c.Language
		}
		o.Wording = min(o.Wording, c.Wording)
	}
	return out
}

// RegistrationState is what a sender is told: it never says whether the person or number is known.
type RegistrationState string

// The states of a registration as told to the sender.
const (
	Received        RegistrationState = "received"
	ReceivedPending RegistrationState = "pending-age"
)

// Receipt is the answer to a registration. Number is a label that opens nothing; Token is the secret of /me.
type Receipt struct {
	Number string
	State  RegistrationState
	Token  Private
	Repeat bool // the same reference and content came before
}
