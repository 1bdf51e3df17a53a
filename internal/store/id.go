package store

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ids makes the ids of rows. Inner ids are ULIDs, which keep new rows at the end of an index; they tell the millisecond,
// so they never leave the house. Public ids are 128 random bits.
type ids struct {
	mu   sync.Mutex
	last [16]byte
}

// ulid is a new inner id, larger than every earlier one of this process.
func (g *ids) ulid(now time.Time) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16)
	rand.Read(id[6:])
	if string(id[:6]) <= string(g.last[:6]) {
		id = g.last
		for i := 15; i >= 0; i-- {
			if id[i]++; id[i] != 0 {
				break
			}
		}
	}
	g.last = id
	return base32(id)
}

// PublicID is a new random id of 26 characters that tells nothing.
func PublicID() string {
	var id [16]byte
	rand.Read(id[:])
	return base32(id)
}

// base32 writes 128 bits as 26 Crockford characters.
func base32(id [16]byte) string {
	var out [26]byte
	hi, lo := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	for i := 25; i >= 0; i-- {
		out[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}
