package seal

import (
	"fmt"
	"sync"
	"time"
)

// An epoch serves for a minute or a thousand records, whichever ends first: what
// a thief of the memory of a running node can read is at most that much.
const (
	EpochAge     = time.Minute
	EpochRecords = 1000
)

// Rotor hands out the epoch of now. It is safe for concurrent use.
type Rotor struct {
	pub    IntakePublic
	commit func(epochID string, sealedKey []byte) error

	mu    sync.Mutex
	epoch *Epoch
	since time.Time
	used  int
}

// NewRotor seals to pub. commit stores a sealed key and returns when it is
// durable; it is called outside any transaction, one call at a time, while those
// who ask for an epoch wait.
func NewRotor(pub IntakePublic, commit func(epochID string, sealedKey []byte) error) *Rotor {
	return &Rotor{pub: pub, commit: commit}
}

// Current gives the epoch for one record. A new one is returned only after its
// sealed key was committed; if that fails, the error comes back, the epoch is
// forgotten, and the next call tries with another.
func (r *Rotor) Current(now time.Time) (*Epoch, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// A clock set back must not keep an epoch alive.
	age := now.Sub(r.since)
	if r.epoch == nil || age < 0 || age >= EpochAge || r.used >= EpochRecords {
		r.epoch = nil
		epoch, sealedKey, err := NewEpoch(r.pub)
		if err != nil {
			return nil, err
		}
		if err := r.commit(epoch.ID(), sealedKey); err != nil {
			return nil, fmt.Errorf("commit the key of an epoch: %w", err)
		}
		r.epoch, r.since, r.used = epoch, now, 0
	}
	r.used++
	return r.epoch, nil
}

// Forget drops the epoch, so that the next record starts another.
func (r *Rotor) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch = nil
}
