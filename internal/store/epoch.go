package store

import "fmt"

// Epoch is an intake key of a minute, sealed to the registry's public key.
type Epoch struct {
	ID        string
	Node      string
	SealedKey []byte
	CreatedAt int64
}

// AddEpoch keeps a sealed intake key; the same one again changes nothing (a bundle brings the epochs of its records each time).
func (tx *Tx) AddEpoch(e Epoch) error {
	_, err := tx.exec(`INSERT INTO epoch (id, node, sealed_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
		e.ID, e.Node, e.SealedKey, e.CreatedAt)
	return err
}

// Epoch reads one sealed intake key.
func (r *Read) Epoch(id string) (Epoch, error) {
	e := Epoch{ID: id}
	err := r.row(`SELECT node, sealed_key, created_at FROM epoch WHERE id = $1`, id).Scan(&e.Node, &e.SealedKey, &e.CreatedAt)
	if err != nil {
		return e, fmt.Errorf("epoch of a record: %w", notFound(err, "epoch"))
	}
	return e, nil
}
