package store

import (
	"context"
	"time"

	"muster/internal/seal"
)

// Intake seals what comes in: registrations and texts. It needs no secret, so it works on a locked node. The key of each
// epoch is on disk before the first record that uses it.
type Intake struct {
	rotor *seal.Rotor
}

// NewIntake seals to a registry's public key and keeps the epochs in s.
func (s *Store) NewIntake(pub seal.IntakePublic) *Intake {
	return &Intake{seal.NewRotor(pub, func(id string, sealedKey []byte) error {
		return s.Bookkeep(context.Background(), func(tx *Tx) error {
			return tx.AddEpoch(Epoch{ID: id, Node: s.config.Node, SealedKey: sealedKey, CreatedAt: tx.at})
		})
	})}
}

// Seal seals one record for its place (drive, table, id) and gives the epoch that opens it.
func (in *Intake) Seal(now time.Time, place seal.AD, plain []byte) (epoch string, box []byte, err error) {
	e, err := in.rotor.Current(now)
	if err != nil {
		return "", nil, err
	}
	return e.ID(), e.Seal(place, plain), nil
}
