package store

import (
	"fmt"

	"muster/internal/reserve"
)

// AddVolunteer makes a person without a registration.
func (tx *Tx) AddVolunteer(v reserve.Volunteer) error { return tx.addVolunteer(v) }

// AddInvitations asks people without a wave.
func (tx *Tx) AddInvitations(callup, need string, list []Chosen) ([]reserve.Invitation, error) {
	return tx.addInvitations(callup, need, 1, list)
}

// Fill keeps n invitations of as many people to a need.
func (tx *Tx) Fill(callup, need string, n int, at int64) error {
	for i := range n {
		_, err := tx.exec(`INSERT INTO invitation (id, callup, need, volunteer, wave, state, channel, unclear, walk_in, invited_at) VALUES ($1, $2, $3, $4, 1, 'confirmed', 'sms', FALSE, FALSE, $5)`,
			PublicID(), callup, need, fmt.Sprintf("person %s %d", need, i), at)
		if err != nil {
			return err
		}
	}
	return nil
}
