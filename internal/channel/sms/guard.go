package sms

import (
	"sync"
	"time"
)

// guard keeps two machines from talking to each other: however much a number sends that is no answer to anything, it gets two
// texts a day (field case C031). It counts in memory: the numbers are nobody's, so nothing of them is kept on disk.
type guard struct {
	mu   sync.Mutex
	seen map[string][]time.Time
}

const (
	mostHints  = 2
	hintWindow = 24 * time.Hour
	mostSeen   = 20_000 // numbers; beyond that nobody new is answered until some are a day old
)

func (g *guard) allow(number string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) >= mostSeen {
		for n, times := range g.seen {
			if now.Sub(times[len(times)-1]) >= hintWindow {
				delete(g.seen, n)
			}
		}
	}
	times := g.seen[number]
	for len(times) > 0 && now.Sub(times[0]) >= hintWindow {
		times = times[1:]
	}
	if len(times) >= mostHints || len(times) == 0 && len(g.seen) >= mostSeen {
		return false
	}
	g.seen[number] = append(times, now)
	return true
}
