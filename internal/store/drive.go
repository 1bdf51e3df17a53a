package store

import (
	"encoding/json"
	"fmt"

	"muster/internal/reserve"
)

// DriveState says whether a drive takes registrations.
type DriveState string

// The states of a drive.
const (
	DriveOpen   DriveState = "open"
	DriveClosed DriveState = "closed"
)

// KeptDrive is a drive with its state.
type KeptDrive struct {
	reserve.Drive
	State DriveState
}

// PutDrive adds a drive, or replaces its definition under the same code.
func (tx *Tx) PutDrive(d reserve.Drive, state DriveState) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("write drive: %w", err)
	}
	_, err = tx.exec(`INSERT INTO drive (code, definition, state, added_at, changed_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (code) DO UPDATE SET definition = excluded.definition, state = excluded.state, changed_at = excluded.changed_at`,
		d.Code, string(text), string(state), tx.at)
	return err
}

// SetDriveState opens or closes a drive; ErrNothing where it is so already.
func (tx *Tx) SetDriveState(code string, state DriveState) error {
	n, err := tx.exec(`UPDATE drive SET state = $1, changed_at = $2 WHERE code = $3 AND state <> $1`, string(state), tx.at, code)
	if err == nil && n == 0 {
		return ErrNothing
	}
	return err
}

// Drives lists all drives by code.
func (r *Read) Drives() ([]KeptDrive, error) {
	return all(r.conn, func(row scanner) (KeptDrive, error) {
		var d KeptDrive
		var text, state string
		if err := row.Scan(&text, &state); err != nil {
			return d, err
		}
		d.State = DriveState(state)
		if err := json.Unmarshal([]byte(text), &d.Drive); err != nil {
			return d, fmt.Errorf("read drive: %w", err)
		}
		return d, nil
	}, `SELECT definition, state FROM drive ORDER BY code`)
}
