// Package reserve holds the words and the rules of the field: what a drive, a registration, a volunteer, a consent, a
// need, a call-up, an invitation and a seat are, and the pure rules about them (age, consent, eligibility, quota,
// retention, rights, reading an answer).
//
// It imports the standard library only and never reads a clock, a file, a network or a context: the day is an
// argument. One word means one thing here and everywhere above (docs/glossary.md says the same for readers of other trades):
//
//   - drive: a call for volunteers by one organiser, with its sites, functions, recipients and wording of consent
//   - application: what a channel decoded, not yet judged
//   - registration: what somebody sent, kept as received; it is not a person
//   - volunteer: a person, one or more registrations linked
//   - function: what a person offers to do; qualification: what they say they have learnt
//   - recipient: the authority that may be given a list; hand-over: giving it, sealed
//   - call-up: a request for people; need: so many of one function at one assembly point
//   - wave: the invitations sent together; invitation: one person asked for one need; answer: what came back
//   - seat: a confirmed place on a need; stand-by: a yes waiting for a seat; check-in: the person has arrived
//   - act: who did what to whom, one leaf of the audit log
//   - held: a registration almost surely of somebody already there, neither counted, invited nor handed over until the desk decides
package reserve
