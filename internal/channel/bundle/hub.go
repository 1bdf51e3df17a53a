package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// HubConfig is what the taking end needs. No secret is among it: a locked registry takes bundles too.
type HubConfig struct {
	Store  *store.Store
	Key    seal.NodeKey // signs acknowledgements
	Origin string
	Intake seal.IntakePublic
	Door   *seal.Door
	Now    func() time.Time
	// Taken, where set, is called after a bundle brought something new, so that an unlocked node opens it soon.
	Taken func()
}

// Hub is a registry that takes what field nodes bring. It is safe for concurrent use.
type Hub struct{ HubConfig }

// NewHub makes the taking end.
func NewHub(c HubConfig) *Hub { return &Hub{c} }

// Result says what a bundle brought.
type Result struct {
	Node      string // its name
	Sequence  int64
	Total     int
	Fresh     int
	Repeats   int
	Conflicts int // the same reference with other content: kept for the desk
	Refused   int // an id that belongs to another record: not kept
}

// maxBundle bounds a file: at some 2 KB a record, half a million of them.
const maxBundle = 1 << 30

// maxWaiting bounds how many unknown nodes wait for a person, because anybody can make keys.
const maxWaiting = 100

// Receive takes a bundle file and gives the signed answer for the node. Errors: Forbidden "no-right", "node-unknown" (the
// node now waits for a person, with its fingerprint; nothing of the bundle is kept), "node-revoked",
// "bundle-other-registry", "bundle-forged"; Invalid "bundle-cut", "bundle-damaged".
func (h *Hub) Receive(ctx context.Context, actor reserve.Actor, r io.Reader) (Result, []byte, error) {
	if err := reserve.Demand(actor, reserve.MayReceive); err != nil {
		return Result{}, nil, err
	}
	file, ok := r.(io.ReadSeeker)
	if !ok {
		spool, err := os.CreateTemp("", "muster-bundle-*")
		if err != nil {
			return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
		}
		defer func() { // what is left behind is sealed
			_ = spool.Close()
			_ = os.Remove(spool.Name())
		}()
		if _, err := io.Copy(spool, io.LimitReader(r, maxBundle)); err != nil {
			return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
		}
		if _, err := spool.Seek(0, io.SeekStart); err != nil {
			return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
		}
		file = spool
	}
	return h.receive(ctx, actor, file, "")
}

// receive takes a bundle whose sender proves itself by its signature. only, where set, is the node it must be from.
func (h *Hub) receive(ctx context.Context, actor reserve.Actor, file io.ReadSeeker, only string) (Result, []byte, error) {
	start, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
	}
	first, err := seal.OpenBundle(file, keyOf)
	if err != nil {
		return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
	}
	if only != "" && first.Head.Node != only {
		return Result{}, nil, seal.ErrBundleForged
	}
	if first.Head.Origin != h.Origin {
		return Result{}, nil, &reserve.Error{Kind: reserve.Forbidden, Code: "bundle-other-registry"}
	}
	// Once through without keeping anything: a bundle is sound as a whole or not at all.
	res := Result{Sequence: first.Head.Sequence}
	node, err := each(first.Payload, func(rec record) error {
		if rec.Registration != nil || rec.Text != nil {
			res.Total++
		}
		return nil
	})
	if err != nil {
		return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
	}
	res.Node = node.Name
	if err := h.known(ctx, actor, first.Head.Node, node); err != nil {
		return Result{}, nil, err
	}
	if _, err := file.Seek(start, io.SeekStart); err != nil {
		return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
	}
	second, err := seal.OpenBundle(file, keyOf)
	if err != nil {
		return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
	}
	if second.Digest != first.Digest {
		return Result{}, nil, seal.ErrBundleBad
	}
	if err := h.take(ctx, actor, second, &res); err != nil {
		return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
	}
	// What the node still holds after this, as far as we know: what it holds is not in this bundle.
	if err := h.Store.NoteContact(ctx, second.Head.Node, max(0, node.Undelivered-int64(res.Total-res.Refused))); err != nil {
		return Result{}, nil, fmt.Errorf("receive a bundle: %w", err)
	}
	ack, err := seal.SignAck(h.Key, seal.Ack{Origin: h.Origin, Node: second.Head.Node, Sequence: res.Sequence, Digest: second.Digest[:],
		Taken: res.Fresh + res.Conflicts, Repeated: res.Repeats, Refused: res.Refused, At: h.Now()})
	return res, ack, err
}

// known finds whether a node is trusted; an unknown one is noted for a person to compare its fingerprint.
func (h *Hub) known(ctx context.Context, actor reserve.Actor, id string, said nodeLine) error {
	var n store.Node
	err := h.Store.View(ctx, func(r *store.Read) (err error) {
		n, err = r.Node(id)
		return err
	})
	switch {
	case err == nil && n.State == store.NodeTrusted:
		return nil
	case err == nil && n.State == store.NodeRevoked:
		return &reserve.Error{Kind: reserve.Forbidden, Code: "node-revoked"}
	case err != nil && reserve.KindOf(err) != reserve.NotFound:
		return fmt.Errorf("find a node: %w", err)
	}
	key, err := keyOf(id)
	if err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActNodeWaits, Subject: id}
	err = h.Store.ChangeLater(ctx, act, func(tx *store.Tx) error {
		return tx.AddWaitingNode(store.Node{ID: id, Name: said.Name, Site: said.Site, PublicKey: key.String(), Undelivered: said.Undelivered}, maxWaiting)
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return fmt.Errorf("note a node: %w", err)
	}
	unknown := &reserve.Error{Kind: reserve.Forbidden, Code: "node-unknown"}
	return unknown.With("fingerprint", key.Fingerprint())
}

// take keeps the records in slices. Each slice is a change of its own, so a cut in between leaves whole slices, and the
// same bundle again goes over them as repeats.
func (h *Hub) take(ctx context.Context, actor reserve.Actor, b *seal.Bundle, res *Result) error {
	var part []record
	flush := func() error {
		err := h.keep(ctx, actor, b, part, res)
		part = part[:0]
		return err
	}
	_, err := each(b.Payload, func(rec record) error {
		if rec.Node != nil {
			return nil
		}
		if part = append(part, rec); len(part) < page {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	if res.Fresh+res.Conflicts == 0 {
		return nil
	}
	if h.Taken != nil {
		h.Taken()
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActBundleReceive, Subject: b.Head.Node, Count: int64(res.Total), Digest: b.Digest[:], Note: "done"}
	err = h.Store.ChangeLater(ctx, act, func(tx *store.Tx) error {
		return tx.AddBundle(store.Bundle{ID: hex.EncodeToString(b.Digest[:]), Node: b.Head.Node, Direction: store.BundleReceived, Sequence: b.Head.Sequence,
			Count: int64(res.Total), Fresh: int64(res.Fresh)})
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return err
	}
	return nil
}

// keep writes one slice; a slice in which nothing is new leaves no act.
func (h *Hub) keep(ctx context.Context, actor reserve.Actor, b *seal.Bundle, part []record, res *Result) error {
	if len(part) == 0 {
		return nil
	}
	var got Result
	act := reserve.Act{Actor: actor, Verb: reserve.ActBundleReceive, Subject: b.Head.Node, Digest: b.Digest[:]}
	err := h.Store.ChangeLater(ctx, act, func(tx *store.Tx) error {
		got = Result{}
		var epochs []store.Epoch
		for _, rec := range part {
			if e := rec.Epoch; e != nil {
				epochs = append(epochs, store.Epoch{ID: e.ID, Node: e.Node, SealedKey: e.SealedKey, CreatedAt: e.CreatedAt})
			}
		}
		keys, err := tx.AddEpochs(epochs)
		if err != nil {
			return err
		}
		for _, rec := range part {
			if err := got.takeOne(tx, rec); err != nil {
				return err
			}
		}
		if tx.Act().Count = int64(got.Fresh + got.Conflicts); tx.Act().Count == 0 && keys == 0 {
			return store.ErrNothing
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return err
	}
	res.Fresh, res.Repeats, res.Conflicts, res.Refused = res.Fresh+got.Fresh, res.Repeats+got.Repeats, res.Conflicts+got.Conflicts, res.Refused+got.Refused
	return nil
}

// takeOne keeps one record and counts what became of it.
func (res *Result) takeOne(tx *store.Tx, rec record) error {
	switch {
	case rec.Registration != nil:
		r := rec.Registration.row()
		taken, err := tx.TakeRegistration(r, conflictHash(r))
		if err != nil {
			return err
		}
		switch taken {
		case store.TakenFresh:
			res.Fresh++
		case store.TakenRepeat:
			res.Repeats++
		case store.TakenConflict:
			res.Conflicts++
		case store.TakenRefused:
			res.Refused++
		}
	case rec.Text != nil:
		t := rec.Text
		fresh, err := tx.AddInbound(store.Inbound{ID: t.ID, Carrier: t.Carrier, RefHash: t.RefHash, CopyHash: t.CopyHash, Kind: t.Kind, Epoch: t.Epoch, Sealed: t.Sealed, ReceivedAt: t.ReceivedAt})
		if err != nil {
			return err
		}
		if fresh {
			res.Fresh++
		} else {
			res.Repeats++
		}
	}
	return nil
}

// conflictHash names the row of a conflict: nobody's token, and the same for the same two contents.
func conflictHash(r store.Registration) []byte {
	sum := sha256.Sum256(append(append([]byte("muster conflict v1 "), r.TokenHash...), r.Digest...))
	return sum[:16]
}
