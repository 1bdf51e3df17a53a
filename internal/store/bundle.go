package store

import (
	"bytes"
	"fmt"
	"slices"

	"muster/internal/reserve"
)

// Bundle is a parcel of registrations and texts between a field node and its registry.
type Bundle struct {
	ID             string // digest of the file, in hex
	Node           string
	Direction      BundleDirection
	Sequence       int64
	Count          int64
	Fresh          int64
	Items          []string // on a node: the ids in it, until it is acknowledged
	At             int64
	AcknowledgedAt int64 // 0: not yet
}

// BundleDirection says which way a bundle went.
type BundleDirection string

// The directions.
const (
	BundleSealed   BundleDirection = "sealed"   // on a node
	BundleReceived BundleDirection = "received" // on a registry
)

// NextBundle is the number of this node's next bundle.
func (tx *Tx) NextBundle() (int64, error) {
	if err := tx.AddCounter("bundle", 1); err != nil {
		return 0, fmt.Errorf("number a bundle: %w", err)
	}
	return tx.Counter("bundle")
}

// AddBundle notes a bundle; the same again is ErrNothing.
func (tx *Tx) AddBundle(b Bundle) error {
	n, err := tx.exec(`INSERT INTO bundle (id, node, direction, sequence, count, fresh, items, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		b.ID, b.Node, string(b.Direction), b.Sequence, b.Count, b.Fresh, packList(b.Items), tx.at)
	if err != nil {
		return fmt.Errorf("add bundle: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// Bundle reads one bundle.
func (r *Read) Bundle(id string) (Bundle, error) {
	b := Bundle{ID: id}
	var items string
	err := r.row(`SELECT node, direction, sequence, count, fresh, items, at, COALESCE(acknowledged_at, 0) FROM bundle WHERE id = $1`, id).
		Scan(&b.Node, &b.Direction, &b.Sequence, &b.Count, &b.Fresh, &items, &b.At, &b.AcknowledgedAt)
	if err != nil {
		return b, notFound(err, "bundle")
	}
	b.Items = unpackList(items)
	return b, nil
}

// AcknowledgeBundle notes that the registry has a bundle, and forgets what was in it; ErrNothing where that was known.
func (tx *Tx) AcknowledgeBundle(id string) error {
	n, err := tx.exec(`UPDATE bundle SET acknowledged_at = $1, items = '' WHERE id = $2 AND acknowledged_at IS NULL`, tx.at, id)
	if err != nil {
		return fmt.Errorf("acknowledge bundle: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// Undelivered gives a field node's registrations that the registry has not acknowledged, by id after a given one.
func (r *Read) Undelivered(after string, limit int) ([]Registration, error) {
	return all(r.conn, scanRegistration, `SELECT `+registrationColumns+` FROM registration WHERE delivered_at IS NULL AND epoch IS NOT NULL AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// UndeliveredInbound gives a field node's texts that nobody has handled and the registry has not acknowledged, by id after a given one.
func (r *Read) UndeliveredInbound(after string, limit int) ([]Inbound, error) {
	return all(r.conn, func(row scanner) (Inbound, error) {
		var in Inbound
		err := row.Scan(&in.ID, &in.Carrier, &in.RefHash, &in.CopyHash, &in.Kind, &in.Epoch, &in.Sealed, &in.ReceivedAt)
		return in, err
	}, `SELECT id, carrier, ref_hash, copy_hash, kind, COALESCE(epoch, ''), sealed, received_at FROM inbox WHERE state = 'new' AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// CountUndelivered counts the registrations and texts that wait for the registry's acknowledgement.
func (r *Read) CountUndelivered() (int64, error) {
	return one[int64](r.row(`SELECT (SELECT COUNT(*) FROM registration WHERE delivered_at IS NULL AND epoch IS NOT NULL) + (SELECT COUNT(*) FROM inbox WHERE state = 'new')`))
}

// Deliver marks what the registry has acknowledged, at most 200 ids of registrations and texts mixed. A text is handled
// with that: the registry answers it.
func (tx *Tx) Deliver(ids []string) error {
	for _, id := range ids {
		n, err := tx.exec(`UPDATE registration SET delivered_at = $1 WHERE id = $2 AND delivered_at IS NULL`, tx.at, id)
		if err != nil {
			return fmt.Errorf("mark delivered: %w", err)
		}
		if n == 1 {
			continue
		}
		if _, err := tx.exec(`UPDATE inbox SET state = 'done', reading = 'carried', handled_at = $1 WHERE id = $2 AND state = 'new'`, tx.at, id); err != nil {
			return fmt.Errorf("mark delivered: %w", err)
		}
	}
	return nil
}

// AddEpochs keeps sealed intake keys that a bundle brought and counts those that were new.
func (tx *Tx) AddEpochs(list []Epoch) (fresh int64, err error) {
	for _, e := range list {
		n, err := tx.exec(`INSERT INTO epoch (id, node, sealed_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`, e.ID, e.Node, e.SealedKey, e.CreatedAt)
		if err != nil {
			return 0, fmt.Errorf("add epoch: %w", err)
		}
		fresh += n
	}
	return fresh, nil
}

// Taken is what became of a registration that came in a bundle.
type Taken string

// What becomes of it.
const (
	TakenFresh    Taken = "fresh"
	TakenRepeat   Taken = "repeat"   // the same reference and content is there
	TakenConflict Taken = "conflict" // the same reference with other content is there: kept for the desk
	TakenRefused  Taken = "refused"  // its id belongs to another record
)

// TakeRegistration keeps a registration that a node carried in, once. conflictHash names it where its reference is there with
// other content, drawn from both, so that the same conflict again is one row.
func (tx *Tx) TakeRegistration(r Registration, conflictHash []byte) (Taken, error) {
	fresh, err := tx.putRegistration(r)
	if err != nil || fresh {
		return TakenFresh, err
	}
	had, err := tx.RegistrationByToken(r.TokenHash)
	if reserve.KindOf(err) == reserve.NotFound {
		return TakenRefused, nil
	}
	if err != nil {
		return "", err
	}
	if bytes.Equal(had.Digest, r.Digest) && had.Kind == r.Kind {
		return TakenRepeat, nil
	}
	r.Kind, r.Receipt, r.State, r.Consents = KindConflict, had.Receipt, had.State, nil
	r.TokenHash, r.Digest = conflictHash, had.TokenHash
	if fresh, err = tx.putRegistration(r); err != nil {
		return "", err
	}
	if fresh {
		return TakenConflict, nil
	}
	again, err := tx.RegistrationByToken(conflictHash)
	if reserve.KindOf(err) == reserve.NotFound {
		return TakenRefused, nil
	}
	if err == nil && !slices.Equal(again.Digest, had.TokenHash) {
		return TakenRefused, nil
	}
	return TakenRepeat, err
}

// putRegistration adds a row unless its id or its reference is taken.
func (tx *Tx) putRegistration(r Registration) (bool, error) {
	n, err := tx.exec(`INSERT INTO registration (id, token_hash, digest, drive, site, channel, kind, state, functions, consents, receipt, node, received_at, epoch, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING`,
		r.ID, r.TokenHash, r.Digest, r.Drive, r.Site, string(r.Channel), string(r.Kind), string(r.State), packList(r.Functions), packConsents(r.Consents),
		r.Receipt, r.Node, r.ReceivedAt, r.Epoch, r.Sealed)
	if err != nil {
		return false, fmt.Errorf("take registration: %w", err)
	}
	return n == 1, nil
}
