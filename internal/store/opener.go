package store

import (
	"context"
	"sync"

	"muster/internal/seal"
)

// keptEpochs is how many keys of epochs an Opener keeps at hand: an hour of minutes.
const keptEpochs = 64

// Opener opens what an Intake sealed, on an unlocked node. It keeps the keys of the last epochs at hand, because opening one
// costs as much as opening a hundred records. It is safe for concurrent use.
type Opener struct {
	store *Store
	vault *seal.Vault

	mu      sync.Mutex
	secrets *seal.Secrets // whose epochs these are: after a lock they are forgotten
	epochs  map[string]*seal.Epoch
}

// NewOpener opens records of s with the secrets of a vault.
func (s *Store) NewOpener(v *seal.Vault) *Opener { return &Opener{store: s, vault: v} }

// Open opens one record sealed under an epoch for its place. The error is Locked, or wraps seal.ErrBox.
func (o *Opener) Open(ctx context.Context, epoch string, place seal.AD, box []byte) ([]byte, error) {
	e, err := o.epoch(ctx, epoch)
	if err != nil {
		return nil, err
	}
	return e.Open(place, box)
}

func (o *Opener) epoch(ctx context.Context, id string) (*seal.Epoch, error) {
	secrets, err := o.vault.Secrets()
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.secrets != secrets || len(o.epochs) >= keptEpochs {
		o.secrets, o.epochs = secrets, map[string]*seal.Epoch{}
	}
	if e, ok := o.epochs[id]; ok {
		return e, nil
	}
	var kept Epoch
	err = o.store.View(ctx, func(r *Read) (err error) {
		kept, err = r.Epoch(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	e, err := secrets.OpenEpoch(kept.SealedKey)
	if err == nil {
		o.epochs[id] = e
	}
	return e, err
}

// Forget drops the keys: the node was locked.
func (o *Opener) Forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.secrets, o.epochs = nil, nil
}

// InboxPlace is where the sealed part of an inbox row belongs.
func InboxPlace(id string) seal.AD { return seal.AD{Table: "inbox", ID: id} }
