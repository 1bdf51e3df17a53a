package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"muster/internal/reserve"
)

// Snapshot writes a whole, consistent copy of an SQLite registry to a new file while it goes on being used. It holds
// what the registry's own file holds: sealed records, and none of the keyring's keys.
func (s *Store) Snapshot(ctx context.Context, path string) error {
	if s.name != "sqlite" {
		return &reserve.Error{Kind: reserve.Invalid, Code: "snapshot-sqlite-only"}
	}
	// A connection of its own: the readers' may write nowhere, and the writer's must not wait for a whole copy.
	db, err := sql.Open("sqlite", "file:"+s.config.Location)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?1`, path)
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}
