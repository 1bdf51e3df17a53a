package demo

import (
	"sync"
	"time"
)

// clock is the story's time: it jumps to the next thing that is due while the story is told, and runs on from there
// afterwards, so that the console goes on living.
type clock struct {
	mu      sync.Mutex
	at      time.Time
	running time.Time // the machine's time since which it runs; zero while it jumps
}

func newClock(at time.Time) *clock { return &clock{at: at} }

// Now gives the story's time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running.IsZero() {
		return c.at
	}
	return c.at.Add(time.Since(c.running))
}

// Jump moves to an instant, never back.
func (c *clock) Jump(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.at) {
		c.at = to
	}
}

// Run lets the clock go on by itself.
func (c *clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = time.Now()
}
