package api

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"muster/internal/reserve"
)

// The rate of registrations of one address (CONTRACT, HTTP): a site of several hundred people shares one.
const (
	burst = 500
	pace  = time.Second / 50
)

// shards keep the requests of different addresses from waiting for one lock; maxPerShard bounds the memory to some
// megabytes.
const (
	shards      = 16
	maxPerShard = 8192
)

// limiter counts per address in the memory of this node: a restart forgives, other nodes count for themselves. Addresses
// are kept as long as they are not full again, and are written nowhere.
type limiter struct {
	now    func() time.Time
	shards [shards]limits
}

// limits holds for each address the instant at which its bucket is full again; each request moves it on by a step.
type limits struct {
	mu   sync.Mutex
	full map[netip.Addr]int64
}

func newLimiter(now func() time.Time) *limiter {
	l := &limiter{now: now}
	for i := range l.shards {
		l.shards[i].full = map[netip.Addr]int64{}
	}
	return l
}

// take counts a request of an address; the error says how long to wait.
func (l *limiter) take(address netip.Addr) error {
	address = network(address)
	now := l.now().UnixNano()
	raw := address.As16()
	s := &l.shards[(raw[15]^raw[5]^raw[13])%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	full, known := s.full[address]
	if !known && len(s.full) >= maxPerShard {
		s.sweep(now)
	}
	full = max(full, now)
	if wait := full - now - int64(burst-1)*int64(pace); wait > 0 {
		seconds := (wait + int64(time.Second) - 1) / int64(time.Second)
		return (&reserve.Error{Kind: reserve.TooMany, Code: "too-many"}).With("seconds", strconv.FormatInt(seconds, 10))
	}
	s.full[address] = full + int64(pace)
	return nil
}

// sweep forgets the addresses whose bucket is full again, and half of the others where that is not enough: under an
// attack from so many addresses the limit per address is not what protects.
func (s *limits) sweep(now int64) {
	for a, full := range s.full {
		if full <= now {
			delete(s.full, a)
		}
	}
	for a := range s.full {
		if len(s.full) <= maxPerShard/2 {
			return
		}
		delete(s.full, a)
	}
}

// network is what an address stands for: an IPv4 address, or the /48 of an IPv6 one, which one site holds.
func network(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(48)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr()
}

// peer is the address at the other end of the connection. Headers are believed only by a Config.Address that knows the
// proxy they come from.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr()
}
