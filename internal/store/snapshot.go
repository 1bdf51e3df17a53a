package store

import (
	"context"
	"fmt"

	"muster/internal/reserve"
)

// Snapshot writes a whole, consistent copy of an SQLite registry to a new file while it goes on being used. It holds
// what the registry's own file holds: sealed records, and none of the keyring's keys.
func (s *Store) Snapshot(ctx context.Context, path string) error {
	if s.name != "sqlite" {
		return &reserve.Error{Kind: reserve.Invalid, Code: "snapshot-sqlite-only"}
	}
	if _, err := s.read.ExecContext(ctx, `VACUUM INTO ?1`, path); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}
