package registry

import (
	"sync"
	"sync/atomic"
	"time"

	"muster/internal/gazetteer"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// Config is what a registry works with. All fields are needed.
type Config struct {
	Store     *store.Store
	Keyring   *store.Keyring
	Vault     *seal.Vault
	Intake    *store.Intake
	Roll      *roll.Roll
	Gazetteer *gazetteer.Gazetteer
	Now       func() time.Time
}

// Registry is one node's registry. All methods are safe for concurrent use.
type Registry struct {
	Config
	drives driveBook
	keys   keyBook
	wake   chan struct{}

	// opening lets one opener of this node work at a time: two would do the same work twice.
	opening sync.Mutex
	skipped map[string]bool // registrations that do not open; under opening

	damaged atomic.Int64 // records that did not open at the last Load

	feeding sync.Mutex
	fed     int64 // µs UTC: how far this node has read what others changed; under feeding

	stops stopBook

	relinking   sync.Mutex   // one whole run of this node at a time
	relinkAsked atomic.Bool  // the next RelinkStep has a reason
	relinkedAt  atomic.Int64 // people at the last run this node knows of
}

// New makes a registry on a node that may be locked.
func New(c Config) *Registry {
	return &Registry{Config: c, drives: driveBook{cards: map[string]*driveCard{}}, wake: make(chan struct{}, 1), skipped: map[string]bool{}}
}

// Waiting gets a value when something came in that an unlocked node can open at once; the loop around Step listens to it.
func (r *Registry) Waiting() <-chan struct{} { return r.wake }

// Arrived tells the opener that registrations came in by another way than Apply: with a bundle.
func (r *Registry) Arrived() { r.notify() }

func (r *Registry) notify() {
	select {
	case r.wake <- struct{}{}:
	default: // it has been told already
	}
}

// Forget drops what was learned from the secrets: the node was locked. It waits for the step under way, which the locked
// vault ends.
func (r *Registry) Forget() {
	r.opening.Lock()
	defer r.opening.Unlock()
	r.feeding.Lock()
	defer r.feeding.Unlock()
	r.Roll.Clear()
	r.keys.forget()
	clear(r.skipped)
	r.fed = 0
	r.stops.set(nil)
}
