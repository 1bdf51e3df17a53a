package store

import "fmt"

// AskDeparture notes that a confirmed person is asked whether they still come, once. first is false for whoever was asked
// already, has arrived, or has no seat any more.
func (tx *Tx) AskDeparture(invitation string) (first bool, err error) {
	n, err := tx.exec(`UPDATE invitation SET depart_asked_at = $1 WHERE id = $2 AND state = 'confirmed' AND depart_asked_at IS NULL AND checked_in_at IS NULL`, tx.at, invitation)
	if err != nil {
		return false, fmt.Errorf("note the question of departure: %w", err)
	}
	return n == 1, nil
}

// OnTheWay notes that a confirmed person who was asked still comes; first is false for a repeat.
func (tx *Tx) OnTheWay(invitation string) (first bool, err error) {
	n, err := tx.exec(`UPDATE invitation SET on_the_way_at = $1 WHERE id = $2 AND state = 'confirmed' AND depart_asked_at IS NOT NULL AND on_the_way_at IS NULL`, tx.at, invitation)
	if err != nil {
		return false, fmt.Errorf("note a departure: %w", err)
	}
	return n == 1, nil
}

// DepartureRung notes that a caller tried a confirmed person about their departure. The channel by which they were asked for
// the need stays: the planner learns from it.
func (tx *Tx) DepartureRung(invitation string) error {
	_, err := tx.exec(`UPDATE invitation SET depart_rung_at = $1 WHERE id = $2 AND state = 'confirmed'`, tx.at, invitation)
	if err != nil {
		return fmt.Errorf("note a call: %w", err)
	}
	return nil
}
