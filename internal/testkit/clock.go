package testkit

import (
	"sync"
	"time"
)

// Clock stands still until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Today is the day of the field cases, at noon in Niamey.
func Today() time.Time { return time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC) }

// NewClock stands at Today.
func NewClock() *Clock { return &Clock{now: Today()} }

// Now gives the standing time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set puts the clock to an instant.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
