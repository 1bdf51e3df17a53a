package store

import "muster/internal/reserve"

// AddVolunteer makes a person without a registration.
func (tx *Tx) AddVolunteer(v reserve.Volunteer) error { return tx.addVolunteer(v) }

// AddInvitations asks people without a wave.
func (tx *Tx) AddInvitations(callup, need string, list []Chosen) ([]reserve.Invitation, error) {
	return tx.addInvitations(callup, need, 1, list)
}
