package store

import (
	"context"
	"fmt"
)

// Node is a field node as the registry knows it.
type Node struct {
	ID            string // its public key, in a form that fits an address
	Name          string
	Site          string
	PublicKey     string // as seal.ParseNodePublic reads it
	State         NodeState
	LastContactAt int64
	Undelivered   int64 // what it said it still held at the last contact
	AddedAt       int64
}

// NodeState says whether what a node brings is taken.
type NodeState string

// The states of a node.
const (
	NodeWaiting NodeState = "waiting" // for a person to compare its fingerprint
	NodeTrusted NodeState = "trusted"
	NodeRevoked NodeState = "revoked"
)

const nodeColumns = `id, name, site, public_key, state, last_contact_at, undelivered, added_at`

func scanNode(row scanner) (Node, error) {
	var n Node
	var key []byte
	err := row.Scan(&n.ID, &n.Name, &n.Site, &key, &n.State, &n.LastContactAt, &n.Undelivered, &n.AddedAt)
	n.PublicKey = string(key)
	return n, err
}

// AddWaitingNode notes a node that nobody knows yet; ErrNothing where it waits already, or where most others wait, because
// anybody can make keys.
func (tx *Tx) AddWaitingNode(n Node, most int64) error {
	waiting, err := one[int64](tx.row(`SELECT COUNT(*) FROM node WHERE state = 'waiting'`))
	if err != nil {
		return fmt.Errorf("count waiting nodes: %w", err)
	}
	if waiting >= most {
		return ErrNothing
	}
	added, err := tx.exec(`INSERT INTO node (id, name, site, public_key, state, last_contact_at, undelivered, added_at) VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $5)
		ON CONFLICT (id) DO NOTHING`, n.ID, n.Name, n.Site, []byte(n.PublicKey), tx.at, n.Undelivered)
	if err != nil {
		return fmt.Errorf("add node: %w", err)
	}
	if added == 0 {
		return ErrNothing
	}
	return nil
}

// SetNodeState moves a node from one of the given states; ErrNothing where it is in none of them.
func (tx *Tx) SetNodeState(id string, to, from NodeState) error {
	n, err := tx.exec(`UPDATE node SET state = $1 WHERE id = $2 AND state = $3`, string(to), id, string(from))
	if err != nil {
		return fmt.Errorf("set state of node: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// Node reads one node.
func (r *Read) Node(id string) (Node, error) {
	n, err := scanNode(r.row(`SELECT `+nodeColumns+` FROM node WHERE id = $1`, id))
	if err != nil {
		return n, notFound(err, "node")
	}
	return n, nil
}

// Nodes lists all nodes by name.
func (r *Read) Nodes() ([]Node, error) {
	return all(r.conn, scanNode, `SELECT `+nodeColumns+` FROM node ORDER BY name, id`)
}

// NoteContact notes that a node was heard of now and how much it still holds. It is a mark, not an act: a node that has
// nothing to bring calls every minute.
func (s *Store) NoteContact(ctx context.Context, id string, undelivered int64) error {
	return s.Bookkeep(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE node SET last_contact_at = $1, undelivered = $2 WHERE id = $3`, tx.at, undelivered, id)
		return err
	})
}
