package api

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/internal/audit"
	"muster/internal/reserve"
	"muster/internal/store"
)

// auditLog are the routes by which others check the log without trusting this node.
func auditLog() []route {
	return []route{
		op("GET /api/v1/audit/checkpoint", reserve.MayReadAudit, "Fetch the newest signed checkpoint of the log", (*API).checkpoint).answers(200, "text/plain; charset=utf-8"),
		op("GET /api/v1/audit/entries", reserve.MayReadAudit, "Read the log from an index on", (*API).entries).with("from", "limit"),
		op("GET /api/v1/audit/proof", reserve.MayReadAudit, "Prove that an entry is in the log of the newest checkpoint", (*API).proof).with("index"),
	}
}

func noCheckpoint() error { return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"} }

// newest reads the newest checkpoint and its size.
func newest(r *store.Read) (text string, size int64, err error) {
	list, err := r.Checkpoints(1)
	if err != nil {
		return "", 0, fmt.Errorf("read a checkpoint: %w", err)
	}
	if len(list) == 0 {
		return "", 0, noCheckpoint()
	}
	lines := strings.SplitN(list[0], "\n", 3) // origin, size, root
	if len(lines) == 3 {
		size, err = strconv.ParseInt(lines[1], 10, 64)
	}
	return list[0], size, err
}

func (a *API) checkpoint(c *call, _ *none) (raw, error) {
	var text string
	err := a.Store.View(c.Context(), func(r *store.Read) (err error) {
		text, _, err = newest(r)
		return err
	})
	return raw{kind: "text/plain; charset=utf-8", body: []byte(text)}, err
}

type entryOut struct {
	Index   int64     `json:"index"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Verb    string    `json:"verb"`
	Subject string    `json:"subject,omitempty" doc:"Salted, in hex: it says nothing once the person's salt is gone."`
	Count   int64     `json:"count"`
	Digest  string    `json:"digest,omitempty"`
	Node    string    `json:"node"`
	Note    string    `json:"note,omitempty"`
	Leaf    string    `json:"leaf" doc:"The entry as it is hashed, in base64."`
}

func (a *API) entries(c *call, _ *none) (page[entryOut], error) {
	out := page[entryOut]{Items: []entryOut{}}
	limit, err := c.limit()
	if err != nil {
		return out, err
	}
	from, err := c.number("from", 0)
	if err != nil {
		return out, err
	}
	err = a.Store.View(c.Context(), func(r *store.Read) error {
		for leaf, err := range r.Leaves(from) {
			if err != nil {
				return err
			}
			if len(out.Items) == limit {
				out.Next = strconv.FormatInt(from+int64(limit), 10)
				return nil
			}
			e, err := audit.Decode(leaf)
			if err != nil {
				return fmt.Errorf("read the log: %w", err)
			}
			out.Items = append(out.Items, entryOut{Index: from + int64(len(out.Items)), At: store.Time(e.At), Actor: e.Actor, Verb: e.Verb, Subject: hex.EncodeToString(e.Subject),
				Count: e.Count, Digest: hex.EncodeToString(e.Digest), Node: e.Node, Note: e.Note, Leaf: base64.StdEncoding.EncodeToString(leaf)})
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	act := reserve.Act{Actor: c.actor, Verb: reserve.ActAuditRead, Count: int64(len(out.Items))}
	return out, a.Store.Change(c.Context(), act, func(*store.Tx) error { return nil })
}

type proofOut struct {
	Index      int64    `json:"index"`
	Size       int64    `json:"size" doc:"Of the log at the checkpoint."`
	Proof      []string `json:"proof" doc:"Hashes in base64, as RFC 6962 orders them."`
	Leaf       string   `json:"leaf"`
	Checkpoint string   `json:"checkpoint"`
}

func (a *API) proof(c *call, _ *none) (proofOut, error) {
	index, err := c.number("index", 0)
	if err != nil {
		return proofOut{}, err
	}
	out := proofOut{Index: index, Proof: []string{}}
	err = a.Store.View(c.Context(), func(r *store.Read) (err error) {
		if out.Checkpoint, out.Size, err = newest(r); err != nil {
			return err
		}
		if index >= out.Size {
			return noCheckpoint()
		}
		hashes, err := audit.ProveEntry(r.Hashes(), out.Size, index)
		if err != nil {
			return fmt.Errorf("prove an entry: %w", err)
		}
		for _, h := range hashes {
			out.Proof = append(out.Proof, base64.StdEncoding.EncodeToString(h[:]))
		}
		for leaf, err := range r.Leaves(index) {
			out.Leaf = base64.StdEncoding.EncodeToString(leaf)
			return err
		}
		return nil
	})
	return out, err
}
