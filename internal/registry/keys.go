package registry

import (
	"context"
	"fmt"
	"sync"
	"time"

	"muster/internal/seal"
	"muster/internal/store"
)

// keyBook keeps what costs too much to open for every record: epochs and rings. It lives as long as the node is unlocked.
type keyBook struct {
	mu     sync.Mutex
	epochs map[string]*seal.Epoch
	rings  map[string]*seal.RingKey
}

// mostEpochs bounds the open epochs: each serves a minute of one node, and records come in order.
const mostEpochs = 256

func (k *keyBook) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.epochs, k.rings = nil, nil
}

// epoch opens an intake key, once.
func (r *Registry) epoch(ctx context.Context, sec *seal.Secrets, id string) (*seal.Epoch, error) {
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	if e, ok := r.keys.epochs[id]; ok {
		return e, nil
	}
	var kept store.Epoch
	err := r.Store.View(ctx, func(rd *store.Read) (err error) {
		kept, err = rd.Epoch(id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read epoch: %w", err)
	}
	e, err := sec.OpenEpoch(kept.SealedKey)
	if err != nil {
		return nil, err
	}
	if r.keys.epochs == nil || len(r.keys.epochs) >= mostEpochs {
		r.keys.epochs = map[string]*seal.Epoch{}
	}
	r.keys.epochs[id] = e
	return e, nil
}

// ring gives this node's ring of today, making it where there is none.
func (r *Registry) ring(ctx context.Context, sec *seal.Secrets) (*seal.RingKey, error) {
	id := r.Now().UTC().Format(time.DateOnly) + "/" + r.Store.Node()
	if ring, err := r.ringBy(ctx, sec, id); ring != nil || err != nil {
		return ring, err
	}
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	ring := seal.NewRingKey(id)
	wrapped, err := sec.WrapRing(ring)
	if err != nil {
		return nil, err
	}
	if err := r.Keyring.AddRing(ctx, store.Ring{ID: id, Wrapped: wrapped, MadeAt: store.Micros(r.Now())}); err != nil {
		return nil, fmt.Errorf("keep ring: %w", err)
	}
	r.keys.rings[id] = ring
	return ring, nil
}

// ringBy gives a ring by its id; nil where there is none.
func (r *Registry) ringBy(ctx context.Context, sec *seal.Secrets, id string) (*seal.RingKey, error) {
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	if ring, ok := r.keys.rings[id]; ok {
		return ring, nil
	}
	kept, err := r.Keyring.Rings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read rings: %w", err)
	}
	if r.keys.rings == nil {
		r.keys.rings = map[string]*seal.RingKey{}
	}
	for _, k := range kept {
		if r.keys.rings[k.ID] == nil {
			ring, err := sec.UnwrapRing(k.ID, k.Wrapped)
			if err != nil {
				return nil, err
			}
			r.keys.rings[k.ID] = ring
		}
	}
	return r.keys.rings[id], nil
}

// unwrap gives a record's own key.
func (r *Registry) unwrap(ctx context.Context, sec *seal.Secrets, w store.WrappedKey) (seal.PersonKey, error) {
	ring, err := r.ringBy(ctx, sec, w.Ring)
	if err != nil {
		return seal.PersonKey{}, err
	}
	if ring == nil {
		return seal.PersonKey{}, fmt.Errorf("unwrap a key: its ring is gone")
	}
	return ring.Unwrap(w.Registration, w.Wrapped)
}
