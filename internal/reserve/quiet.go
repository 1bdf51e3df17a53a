package reserve

import "time"

// The quiet hours where a drive names none: no invitation between nine in the evening and six in the morning.
const (
	quietFrom = "21:00"
	quietTo   = "06:00"
)

// Quiet reports whether an instant lies in the quiet hours of a zone: start included, end excluded. The wall clock of
// the zone decides, so the day on which clocks change needs no rule of its own.
func (q QuietHours) Quiet(t time.Time, loc *time.Location) bool {
	from, to := q.From, q.To
	if from == "" || to == "" {
		from, to = quietFrom, quietTo
	}
	now := t.In(loc).Format("15:04")
	if from == to {
		return false
	}
	if from < to {
		return from <= now && now < to
	}
	return now >= from || now < to
}

// NextLoud is the first full minute at or after t outside the quiet hours.
func (q QuietHours) NextLoud(t time.Time, loc *time.Location) time.Time {
	for step := 0; step <= 48*60; step++ {
		at := t
		if step > 0 {
			at = t.Truncate(time.Minute).Add(time.Duration(step) * time.Minute)
		}
		if !q.Quiet(at, loc) {
			return at
		}
	}
	return t
}
