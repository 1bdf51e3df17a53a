package reserve

import "time"

// Window gives the instants between which the drive takes registrations by its own dates; a zero Time is no bound. It
// says the same as OpenAt, for callers who ask a thousand times a second and keep the answer.
func (d *Drive) Window() (opens, closes time.Time) {
	opens, _ = d.Moment(d.Opens)
	closes, _ = d.Moment(d.Closes)
	return opens, closes
}
