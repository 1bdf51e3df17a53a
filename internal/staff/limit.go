package staff

import (
	"net/netip"
	"sync"
	"time"

	"muster/internal/reserve"
)

// rate is a bucket: burst tries at once, then one every step.
type rate struct {
	burst int
	step  time.Duration
}

// The rates of sign-in. A person who mistypes has five tries from one place; a site that shares one address has fifty; a
// handle tried from everywhere has thirty, then 8,640 a day, which is nothing against fifteen characters. Whoever is kept
// out by others' tries can still come in by a link.
func pairRate() rate    { return rate{5, 30 * time.Second} }
func addressRate() rate { return rate{50, time.Second} }
func handleRate() rate  { return rate{30, 10 * time.Second} }

// maxBuckets bounds the memory; when it is full, the buckets that are full again go first.
const maxBuckets = 50_000

// limits counts tries in the memory of this node: a restart forgives, other nodes count for themselves.
type limits struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[string]bucket
}

// bucket is full again at an instant; each try moves that instant on by a step.
type bucket struct{ full time.Time }

func newLimits(now func() time.Time) *limits { return &limits{now: now, buckets: map[string]bucket{}} }

func (l *limits) signIn(handle, address string) error {
	address = network(address)
	l.mu.Lock()
	defer l.mu.Unlock()
	// Each of the three is asked, so that each counts for itself.
	a, b, c := l.take("a "+address, addressRate()), l.take("h "+handle, handleRate()), l.take("p "+address+" "+handle, pairRate())
	if a && b && c {
		return nil
	}
	return tooMany()
}

func (l *limits) redeem(address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.take("a "+network(address), addressRate()) {
		return nil
	}
	return tooMany()
}

func tooMany() error { return &reserve.Error{Kind: reserve.TooMany, Code: "too-many"} }

func (l *limits) take(key string, r rate) bool {
	now := l.now()
	b, ok := l.buckets[key]
	if !ok && len(l.buckets) >= maxBuckets {
		l.sweep(now)
	}
	if b.full.Before(now) {
		b.full = now
	}
	if b.full.Sub(now) > time.Duration(r.burst-1)*r.step {
		return false
	}
	b.full = b.full.Add(r.step)
	l.buckets[key] = b
	return true
}

func (l *limits) sweep(now time.Time) {
	for k, b := range l.buckets {
		if !b.full.After(now) {
			delete(l.buckets, k)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}

// network is what an address stands for: an IPv4 address, or the /64 of an IPv6 one, which one customer holds.
func network(address string) string {
	if host, err := netip.ParseAddrPort(address); err == nil {
		address = host.Addr().String()
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}
