// Package handover gives lists of people to named civil recipients, where that is allowed at all: by default no list leaves.
//
// A list is prepared by one person, approved by another who types the exact count from another session, and sealed to the
// key that both saw. Only people who are active, of age and who agreed to that recipient, that purpose and that wording
// are on it, with the fields that were asked for and no others. The rows are asked again at each of the three steps: the
// roll suggests, the rows decide. Ended entries are told to whoever got them, in signed feeds without reasons, until they
// acknowledge.
//
// It never writes a list in clear on the registry's side, never gives two lists a common id of a person, and never lets
// one person, by whatever accounts, do the work of two.
package handover
