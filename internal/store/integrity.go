package store

import "fmt"

// Integrity asks SQLite to check its file from end to end and gives its first complaint, empty where the file is whole.
// PostgreSQL checks its pages as it reads them and is asked nothing.
func (r *Read) Integrity() (fault string, err error) {
	if r.s.name != "sqlite" {
		return "", nil
	}
	said, err := one[string](r.row(`PRAGMA quick_check(1)`))
	if err != nil {
		return "", fmt.Errorf("check the file: %w", err)
	}
	if said == "ok" {
		return "", nil
	}
	return said, nil
}
