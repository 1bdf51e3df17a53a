package registry

import (
	"sync"

	"muster/internal/seal"
)

// keyBook keeps what costs too much to open for every record: epochs and rings. It lives as long as the node is unlocked.
type keyBook struct {
	mu     sync.Mutex
	epochs map[string]*seal.Epoch
	rings  map[string]*seal.RingKey
	newest string
}

func (k *keyBook) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.epochs, k.rings, k.newest = nil, nil, ""
}
