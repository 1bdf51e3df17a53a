package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

const kitFormat = "muster-kit-1"

// Kit is what a field node starts with: the keys of seal.NodeKit, its site, and the drives it takes people for. Nothing in
// it opens anything. The node makes its own signing key.
type Kit struct {
	seal.NodeKit
	Site   string
	Drives []reserve.Drive
}

type kitFile struct {
	Format string          `json:"format"`
	Site   string          `json:"site"`
	Keys   json.RawMessage `json:"keys"`
	Drives []reserve.Drive `json:"drives"`
}

// Kit makes the file for a new node of a name and a site.
func (h *Hub) Kit(ctx context.Context, actor reserve.Actor, name, site string) ([]byte, error) {
	if err := reserve.Demand(actor, reserve.MayManageDrive); err != nil {
		return nil, err
	}
	if !codeForm.MatchString(name) {
		return nil, reserve.Fault("name", "bad-handle")
	}
	if site != "" && !codeForm.MatchString(site) {
		return nil, reserve.Fault("site", "unknown-site")
	}
	keys, err := seal.NodeKit{Origin: h.Origin, Node: name, Intake: h.Intake, Door: h.Door, HubPublic: h.Key.Public()}.Encode()
	if err != nil {
		return nil, err
	}
	file := kitFile{Format: kitFormat, Site: site, Keys: keys}
	err = h.Store.Change(ctx, reserve.Act{Actor: actor, Verb: reserve.ActNodeKit, Note: name}, func(tx *store.Tx) error {
		drives, err := tx.Drives()
		file.Drives = nil
		for _, d := range drives {
			file.Drives = append(file.Drives, d.Drive)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a kit: %w", err)
	}
	b, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("make a kit: %w", err)
	}
	return append(b, '\n'), nil
}

// ParseKit reads a kit. The error wraps seal.ErrNodeKit.
func ParseKit(file []byte) (Kit, error) {
	var f kitFile
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || f.Format != kitFormat {
		return Kit{}, seal.ErrNodeKit
	}
	keys, err := seal.ParseNodeKit(f.Keys)
	if err != nil {
		return Kit{}, err
	}
	return Kit{NodeKit: keys, Site: f.Site, Drives: f.Drives}, nil
}

// Nodes lists the nodes a registry knows, and those that wait for a person.
func (h *Hub) Nodes(ctx context.Context) (list []store.Node, err error) {
	err = h.Store.View(ctx, func(r *store.Read) error {
		list, err = r.Nodes()
		return err
	})
	return list, err
}

// Trust takes a waiting node in, once a person has compared its fingerprint with what the node shows.
func (h *Hub) Trust(ctx context.Context, actor reserve.Actor, id string) error {
	return h.move(ctx, reserve.Act{Actor: actor, Verb: reserve.ActNodeTrust, Subject: id}, store.NodeTrusted, store.NodeWaiting)
}

// Revoke takes nothing more from a node: it was lost or stolen. What it brought before stays.
func (h *Hub) Revoke(ctx context.Context, actor reserve.Actor, id string) error {
	err := h.move(ctx, reserve.Act{Actor: actor, Verb: reserve.ActNodeRevoke, Subject: id}, store.NodeRevoked, store.NodeTrusted)
	return errors.Join(err, h.move(ctx, reserve.Act{Actor: actor, Verb: reserve.ActNodeRevoke, Subject: id}, store.NodeRevoked, store.NodeWaiting))
}

func (h *Hub) move(ctx context.Context, act reserve.Act, to, from store.NodeState) error {
	if err := reserve.Demand(act.Actor, reserve.MayManageDrive); err != nil {
		return err
	}
	err := h.Store.Change(ctx, act, func(tx *store.Tx) error {
		if _, err := tx.Node(act.Subject); err != nil {
			return err
		}
		return tx.SetNodeState(act.Subject, to, from)
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return fmt.Errorf("%s: %w", act.Verb, err)
	}
	return nil
}
