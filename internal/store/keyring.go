package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Keyring keeps the personal keys, wrapped, apart from the data and from its backups. Deleting a key here is what makes
// a record unreadable; see DESIGN §2.3 for the days it takes until every copy of the keyring is unreadable too.
type Keyring struct {
	engine
	write, read *sql.DB
	now         func() time.Time
}

// OpenKeyring opens the keyring at a path of its own, or in a schema of its own of a postgres:// address.
func OpenKeyring(ctx context.Context, location string, now func() time.Time) (*Keyring, error) {
	e, write, read, err := openEngine(location, "muster_keyring")
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	k := &Keyring{engine: e, write: write, read: read, now: now}
	if err := e.migrate(ctx, write, keyringMigrations, "keyring"); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

// Close closes the keyring.
func (k *Keyring) Close() error {
	return closePools(k.read, k.write)
}

// Ring is a key that wraps personal keys, itself wrapped under the master.
type Ring struct {
	ID      string
	Wrapped []byte
	MadeAt  int64
}

// WrappedKey is one record's key under a ring.
type WrappedKey struct {
	Registration string
	Ring         string
	Wrapped      []byte
}

// Rings lists the rings, the newest first.
func (k *Keyring) Rings(ctx context.Context) ([]Ring, error) {
	return all(k.reader(ctx), func(row scanner) (Ring, error) {
		var r Ring
		err := row.Scan(&r.ID, &r.Wrapped, &r.MadeAt)
		return r, err
	}, `SELECT id, wrapped, made_at FROM ring ORDER BY made_at DESC`)
}

// AddRing keeps a new ring.
func (k *Keyring) AddRing(ctx context.Context, r Ring) error {
	return k.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, k.text(`INSERT INTO ring (id, wrapped, made_at) VALUES ($1, $2, $3)`), r.ID, r.Wrapped, r.MadeAt)
		return err
	})
}

// Put keeps keys; the caller does so before it commits the records sealed under them, so that no record is ever
// without its key. A record that has a key keeps it, and had gives those: after a crash, or where two nodes open one
// record, both must seal it under the one key that is here, because nobody can tell whose commit will be taken.
func (k *Keyring) Put(ctx context.Context, keys []WrappedKey) (had []WrappedKey, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	err = k.change(ctx, func(tx *sql.Tx) error {
		had = nil
		st, err := tx.PrepareContext(ctx, k.text(`INSERT INTO personal_key (registration, ring, wrapped) VALUES ($1, $2, $3) ON CONFLICT (registration) DO NOTHING`))
		if err != nil {
			return err
		}
		defer st.Close()
		for _, w := range keys {
			res, err := st.ExecContext(ctx, w.Registration, w.Ring, w.Wrapped)
			if err != nil {
				return fmt.Errorf("keep personal key: %w", err)
			}
			n, err := res.RowsAffected()
			if err != nil {
				return fmt.Errorf("keep personal key: %w", err)
			}
			if n == 1 {
				continue
			}
			old := WrappedKey{Registration: w.Registration}
			row := tx.QueryRowContext(ctx, k.text(`SELECT ring, wrapped FROM personal_key WHERE registration = $1`), w.Registration)
			if err := row.Scan(&old.Ring, &old.Wrapped); err != nil {
				return fmt.Errorf("read personal key: %w", err)
			}
			had = append(had, old)
		}
		return nil
	})
	return had, err
}

// Key reads one record's key; a key that was erased is NotFound.
func (k *Keyring) Key(ctx context.Context, registration string) (WrappedKey, error) {
	w := WrappedKey{Registration: registration}
	err := k.reader(ctx).row(`SELECT ring, wrapped FROM personal_key WHERE registration = $1`, registration).Scan(&w.Ring, &w.Wrapped)
	if err != nil {
		return w, notFound(err, "personal key")
	}
	return w, nil
}

// Keys gives all keys in pages by registration id after a given one, for the start of a node and the rotation of rings.
func (k *Keyring) Keys(ctx context.Context, after string, limit int) ([]WrappedKey, error) {
	return all(k.reader(ctx), func(row scanner) (WrappedKey, error) {
		var w WrappedKey
		err := row.Scan(&w.Registration, &w.Ring, &w.Wrapped)
		return w, err
	}, `SELECT registration, ring, wrapped FROM personal_key WHERE registration > $1 ORDER BY registration LIMIT $2`, after, limit)
}

// Erase deletes the keys of records for good.
func (k *Keyring) Erase(ctx context.Context, registrations []string) error {
	return k.change(ctx, func(tx *sql.Tx) error {
		for _, id := range registrations {
			if _, err := tx.ExecContext(ctx, k.text(`DELETE FROM personal_key WHERE registration = $1`), id); err != nil {
				return fmt.Errorf("erase personal key: %w", err)
			}
		}
		return nil
	})
}

// DropRing deletes a ring under which no key is wrapped any more; with it, every old copy of the keyring becomes unreadable.
func (k *Keyring) DropRing(ctx context.Context, id string) error {
	return k.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, k.text(`DELETE FROM ring WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM personal_key WHERE ring = $1)`), id)
		return err
	})
}

func (k *Keyring) change(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := k.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin keyring: %w", err)
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit keyring: %w", err)
	}
	return nil
}

// plain runs statements on a pool without preparing them.
type plain struct {
	e   engine
	db  *sql.DB
	ctx context.Context
}

func (k *Keyring) reader(ctx context.Context) plain { return plain{k.engine, k.read, ctx} }

func (p plain) query(query string, args ...any) (*sql.Rows, error) {
	return p.db.QueryContext(p.ctx, p.e.text(query), args...)
}

func (p plain) row(query string, args ...any) *sql.Row {
	return p.db.QueryRowContext(p.ctx, p.e.text(query), args...)
}
