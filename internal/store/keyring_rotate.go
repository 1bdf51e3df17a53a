package store

import (
	"context"
	"database/sql"
	"fmt"
)

// KeysUnder gives keys that are wrapped under a ring, at most limit.
func (k *Keyring) KeysUnder(ctx context.Context, ring string, limit int) ([]WrappedKey, error) {
	return all(k.reader(ctx), func(row scanner) (WrappedKey, error) {
		var w WrappedKey
		err := row.Scan(&w.Registration, &w.Ring, &w.Wrapped)
		return w, err
	}, `SELECT registration, ring, wrapped FROM personal_key WHERE ring = $1 LIMIT $2`, ring, limit)
}

// Rewrap exchanges the wrapping of keys that are still under the old ring. A key that was erased meanwhile stays erased.
func (k *Keyring) Rewrap(ctx context.Context, old string, keys []WrappedKey) error {
	return k.change(ctx, func(tx *sql.Tx) error {
		st, err := tx.PrepareContext(ctx, k.text(`UPDATE personal_key SET ring = $1, wrapped = $2 WHERE registration = $3 AND ring = $4`))
		if err != nil {
			return err
		}
		defer st.Close()
		for _, w := range keys {
			if _, err := st.ExecContext(ctx, w.Ring, w.Wrapped, w.Registration, old); err != nil {
				return fmt.Errorf("rewrap personal key: %w", err)
			}
		}
		return nil
	})
}
