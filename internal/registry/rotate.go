package registry

import (
	"context"
	"fmt"
	"time"

	"muster/internal/store"
)

// ringAge is how long a ring serves. An old copy of the keyring can be opened for as long as its rings are kept, so this is
// what "erased" means in days for copies of the keyring.
const ringAge = 24 * time.Hour

// perRotation is how many keys one step wraps anew: some milliseconds.
const perRotation = 1000

// Rotate wraps keys that lie under a ring of yesterday or before under today's, and deletes a ring under which none is left. It does
// one step; did is false where nothing is due, and on a locked node.
func (r *Registry) Rotate(ctx context.Context) (did bool, err error) {
	sec, err := r.Vault.Secrets()
	if err != nil {
		return false, nil
	}
	rings, err := r.Keyring.Rings(ctx)
	if err != nil {
		return false, fmt.Errorf("read rings: %w", err)
	}
	due := store.Micros(r.Now().Add(-ringAge))
	for _, old := range rings {
		if old.MadeAt > due {
			continue
		}
		today, err := r.ring(ctx, sec)
		if err != nil {
			return false, err
		}
		if today.ID() == old.ID { // made a whole day ago, and still of this day by the calendar
			continue
		}
		from, err := r.ringBy(ctx, sec, old.ID)
		if err != nil || from == nil {
			return false, err
		}
		keys, err := r.Keyring.KeysUnder(ctx, old.ID, perRotation)
		if err != nil {
			return false, fmt.Errorf("read keys of a ring: %w", err)
		}
		if len(keys) == 0 {
			return true, r.dropRing(ctx, old.ID)
		}
		for i := range keys {
			if keys[i].Wrapped, err = today.Rewrap(from, keys[i].Registration, keys[i].Wrapped); err != nil {
				return false, err
			}
			keys[i].Ring = today.ID()
		}
		if err := r.Keyring.Rewrap(ctx, old.ID, keys); err != nil {
			return false, fmt.Errorf("rotate a ring: %w", err)
		}
		return true, nil
	}
	return false, nil
}

func (r *Registry) dropRing(ctx context.Context, id string) error {
	if err := r.Keyring.DropRing(ctx, id); err != nil {
		return fmt.Errorf("drop a ring: %w", err)
	}
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	delete(r.keys.rings, id)
	return nil
}
