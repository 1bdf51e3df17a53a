package sms

import (
	"context"
	"fmt"
	"sync"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// copies remembers, in memory only, what came in while the node was locked: a locked node has no key under which it may write
// down that it has seen a text. After a restart, or beyond its bounds, a copy is found when the row is handled.
type copies struct {
	mu    sync.Mutex
	seen  map[[16]byte]bool
	order []sighting // oldest first
}

type sighting struct {
	index [16]byte
	at    time.Time
}

const (
	mostCopies = 50_000
	copyLife   = 48 * time.Hour
)

func newCopies() copies { return copies{seen: map[[16]byte]bool{}} }

// has reports whether a text came while the node was locked.
func (c *copies) has(index [16]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[index]
}

// first notes a text; false where it is noted already.
func (c *copies) first(index [16]byte, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.order) > 0 && (len(c.order) >= mostCopies || now.Sub(c.order[0].at) >= copyLife) {
		delete(c.seen, c.order[0].index)
		c.order = c.order[1:]
	}
	if c.seen[index] {
		return false
	}
	c.seen[index] = true
	c.order = append(c.order, sighting{index, now})
	return true
}

// forget takes a note back: the text was not kept, and will be posted again.
func (c *copies) forget(index [16]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.seen, index)
}

// copyText is what makes two texts the same one, whatever their ids (field case C033); nil without a time of the carrier's,
// where only the id can tell a repeat.
func copyText(kind reserve.InboundKind, from string, sentAt int64, body []byte) []byte {
	if sentAt == 0 {
		return nil
	}
	return fmt.Appendf(nil, "%s %s %d %s", kind, from, sentAt, body)
}

// known reports whether a text is a copy of one that this process took while locked, and fills the row's index where the
// node is unlocked. noted is the index taken in memory, to be forgotten if the row is not kept.
func (s *SMS) known(row *store.Inbound, text []byte, now time.Time) (isCopy bool, noted *[16]byte) {
	if text == nil {
		return false, nil
	}
	index := s.Vault.Memory().CopyIndex(text)
	if secrets, err := s.Vault.Secrets(); err == nil {
		if row.CopyHash, err = secrets.CopyIndex(text); err == nil {
			return s.copies.has(index), nil
		}
		row.CopyHash = nil // locked in this instant
	}
	if !s.copies.first(index, now) {
		return true, nil
	}
	return false, &index
}

// copied reports, on an unlocked node, whether a row that was kept while locked is a copy of another one.
func (s *SMS) copied(ctx context.Context, a arrival) (bool, error) {
	text := copyText(a.row.Kind, a.from, a.sentAt, a.body)
	if text == nil || a.row.CopyHash != nil {
		return false, nil
	}
	secrets, err := s.Vault.Secrets()
	if err != nil {
		return false, err
	}
	index, err := secrets.CopyIndex(text)
	if err != nil {
		return false, err
	}
	first, err := s.Store.ClaimCopy(ctx, a.row.ID, index)
	return !first, err
}
