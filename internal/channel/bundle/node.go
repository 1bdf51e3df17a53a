package bundle

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// NodeConfig is what the giving end needs.
type NodeConfig struct {
	Store *store.Store
	Key   seal.NodeKey // made on this node; it never leaves it
	Kit   Kit
	Now   func() time.Time
	// Parcel is how many records go in one HTTP request; 0 is 100.
	Parcel int
}

// Node is a field node that gives what it has taken in. It is safe for concurrent use.
type Node struct{ NodeConfig }

// NewNode makes the giving end.
func NewNode(c NodeConfig) *Node {
	if c.Parcel == 0 {
		c.Parcel = 100
	}
	return &Node{c}
}

// NodeID is a node's public key in a form that fits an address.
func NodeID(key seal.NodePublic) string {
	return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(key.String()), "=")
}

// keyOf reads back what NodeID wrote. The error wraps seal.ErrNodeKey.
func keyOf(id string) (seal.NodePublic, error) {
	return seal.ParseNodePublic(strings.NewReplacer("-", "+", "_", "/").Replace(id) + "=")
}

// ID names this node to its registry.
func (n *Node) ID() string { return NodeID(n.Key.Public()) }

// Pending counts what the registry has not acknowledged.
func (n *Node) Pending(ctx context.Context) (count int64, err error) {
	err = n.Store.View(ctx, func(r *store.Read) error {
		count, err = r.CountUndelivered()
		return err
	})
	return count, err
}

// Sealed says what went into a bundle.
type Sealed struct {
	Sequence int64
	Count    int
	Digest   string // hex
}

// Seal writes everything that is not yet acknowledged as one signed file. Nothing is marked by it: the same records go
// into the next file too, until ReceiveAck has seen the registry's answer to one of them.
func (n *Node) Seal(ctx context.Context, out io.Writer) (Sealed, error) {
	src, err := n.source(ctx, 0)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal a bundle: %w", err)
	}
	sequence, err := n.number(ctx, src.node.Undelivered)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal a bundle: %w", err)
	}
	digest, err := seal.SignBundle(out, n.Key, n.head(sequence), src)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal a bundle: %w", err)
	}
	done := Sealed{Sequence: sequence, Count: len(src.items), Digest: hex.EncodeToString(digest[:])}
	act := reserve.Act{Actor: n.actor(), Verb: reserve.ActBundleSeal, Count: int64(done.Count), Digest: digest[:]}
	err = n.Store.Change(ctx, act, func(tx *store.Tx) error {
		return tx.AddBundle(store.Bundle{ID: done.Digest, Node: n.ID(), Direction: store.BundleSealed, Sequence: sequence, Count: int64(done.Count), Items: src.items})
	})
	if err != nil {
		return Sealed{}, fmt.Errorf("note a bundle: %w", err)
	}
	return done, nil
}

func (n *Node) actor() reserve.Actor { return reserve.System(n.Store.Node()) }

func (n *Node) source(ctx context.Context, most int) (*source, error) {
	pending, err := n.Pending(ctx)
	return &source{ctx: ctx, store: n.Store, most: most, epochs: map[string]bool{},
		node: nodeLine{Name: n.Kit.Node, Site: n.Kit.Site, Undelivered: pending}}, err
}

func (n *Node) head(sequence int64) seal.BundleHead {
	return seal.BundleHead{Origin: n.Kit.Origin, Node: n.ID(), Sequence: sequence, Created: n.Now()}
}

func (n *Node) number(ctx context.Context, count int64) (sequence int64, err error) {
	act := reserve.Act{Actor: n.actor(), Verb: reserve.ActBundleSeal, Count: count, Note: "begin"}
	err = n.Store.Change(ctx, act, func(tx *store.Tx) error {
		sequence, err = tx.NextBundle()
		return err
	})
	return sequence, err
}

// ReceiveAck takes the registry's answer to a bundle file and marks what was in it as delivered: how many. The same answer
// again changes nothing. Errors: Forbidden "ack-forged"; NotFound where this node sealed no such bundle; Conflict
// "bundle-refused" where the registry could not take some of it, so that all of it stays here.
func (n *Node) ReceiveAck(ctx context.Context, text []byte) (delivered int, err error) {
	a, err := n.openAck(text)
	if err != nil {
		return 0, err
	}
	var b store.Bundle
	err = n.Store.View(ctx, func(r *store.Read) error {
		b, err = r.Bundle(hex.EncodeToString(a.Digest))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("receive an acknowledgement: %w", err)
	}
	if b.Direction != store.BundleSealed || b.Sequence != a.Sequence {
		return 0, seal.ErrAck
	}
	if a.Refused > 0 {
		return 0, &reserve.Error{Kind: reserve.Conflict, Code: "bundle-refused"}
	}
	if b.AcknowledgedAt != 0 {
		return 0, nil
	}
	if err := n.deliver(ctx, b.Items, b.ID); err != nil {
		return 0, fmt.Errorf("receive an acknowledgement: %w", err)
	}
	return len(b.Items), nil
}

func (n *Node) openAck(text []byte) (seal.Ack, error) {
	a, err := seal.OpenAck(text, n.Kit.HubPublic)
	if err == nil && (a.Node != n.ID() || a.Origin != n.Kit.Origin) {
		err = seal.ErrAck
	}
	return a, err
}

// deliver marks ids as delivered, in slices; the bundle's own mark, where it has a row, comes with the last of them.
func (n *Node) deliver(ctx context.Context, ids []string, bundle string) error {
	parts := slices.Collect(slices.Chunk(ids, page))
	if len(parts) == 0 {
		parts = [][]string{nil}
	}
	for i, part := range parts {
		act := reserve.Act{Actor: n.actor(), Verb: reserve.ActBundleAck, Count: int64(len(part))}
		err := n.Store.Change(ctx, act, func(tx *store.Tx) error {
			if err := tx.Deliver(part); err != nil || bundle == "" || i < len(parts)-1 {
				return err
			}
			return tx.AcknowledgeBundle(bundle)
		})
		if err != nil && !errors.Is(err, store.ErrNothing) {
			return err
		}
	}
	return nil
}

// Synced says what a run of Sync did.
type Synced struct {
	Delivered int
	Refused   int // records the registry could not take; they stay here
	Left      int64
}

// maxAnswer bounds what a registry may answer.
const maxAnswer = 64 << 10

// Sync gives everything over HTTP, in small parcels. It can be cut anywhere and begun again: what was not acknowledged is
// sent again, and the registry keeps it once. Where nothing waits it calls once, so that the registry knows the node lives.
func (n *Node) Sync(ctx context.Context, client *http.Client, url string) (done Synced, err error) {
	for first := true; ; first = false {
		src, err := n.source(ctx, n.Parcel)
		if err != nil {
			return done, fmt.Errorf("sync: %w", err)
		}
		if done.Left = src.node.Undelivered; done.Left == 0 && !first {
			return done, nil
		}
		a, err := n.give(ctx, client, url, src)
		if err != nil {
			return done, fmt.Errorf("sync: %w", err)
		}
		if a.Refused > 0 {
			// The rest of the parcel is safe there; which record it was, the registry's desk sees and we do not.
			done.Refused += a.Refused
			return done, &reserve.Error{Kind: reserve.Conflict, Code: "bundle-refused"}
		}
		if len(src.items) == 0 {
			return done, nil
		}
		if err := n.deliver(ctx, src.items, ""); err != nil {
			return done, fmt.Errorf("sync: %w", err)
		}
		done.Delivered += len(src.items)
	}
}

// give sends one parcel and returns the registry's answer to it.
func (n *Node) give(ctx context.Context, client *http.Client, url string, src *source) (seal.Ack, error) {
	sequence, err := n.number(ctx, min(src.node.Undelivered, int64(n.Parcel)))
	if err != nil {
		return seal.Ack{}, err
	}
	var body bytes.Buffer
	digest, err := seal.SignBundle(&body, n.Key, n.head(sequence), src)
	if err != nil {
		return seal.Ack{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(url, "/")+"/sync/"+n.ID(), &body)
	if err != nil {
		return seal.Ack{}, err
	}
	req.Header.Set("Content-Type", bundleType)
	answer, err := client.Do(req)
	if err != nil {
		return seal.Ack{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return seal.Ack{}, err
	}
	// A captive portal answers 200 to everything; only the registry's signature counts.
	if answer.StatusCode != http.StatusOK {
		return seal.Ack{}, refusalOf(answer.StatusCode, text)
	}
	a, err := n.openAck(text)
	if err == nil && (a.Sequence != sequence || !bytes.Equal(a.Digest, digest[:])) {
		err = seal.ErrAck
	}
	return a, err
}
