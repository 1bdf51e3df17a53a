package reserve

import "time"

// How long a sign-in lasts (OWASP ASVS 5.0, V7.3): a session ends twelve hours after it began, or after half an hour in
// which nothing was asked.
const (
	SessionLife = 12 * time.Hour
	SessionIdle = 30 * time.Minute
)
