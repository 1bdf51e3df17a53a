package server

import (
	"context"
	"fmt"

	"muster/internal/audit"
	"muster/internal/reserve"
	"muster/internal/store"
)

// VerifyLog verifies the whole log against the checkpoints kept here and those given, whose signatures are checked first.
func (n *Node) VerifyLog(ctx context.Context, witnesses [][]byte) (audit.Report, error) {
	if n.Folder.Field() {
		return audit.Report{}, ErrFieldNode
	}
	verifier, err := n.Folder.Keys.Verifier()
	if err != nil {
		return audit.Report{}, err
	}
	var report audit.Report
	err = n.Store.View(ctx, func(r *store.Read) error {
		kept, err := r.Checkpoints(1000)
		if err != nil {
			return err
		}
		var checkpoints []audit.Checkpoint
		for _, text := range kept {
			witnesses = append(witnesses, []byte(text))
		}
		for _, text := range witnesses {
			cp, err := audit.OpenCheckpoint(text, verifier)
			if err != nil {
				return err
			}
			checkpoints = append(checkpoints, cp)
		}
		report, err = audit.Verify(r.Log(), checkpoints...)
		return err
	})
	return report, err
}

// Sequence brings all acts written so far into the tree.
func (n *Node) Sequence(ctx context.Context) error {
	for did := true; did; {
		var err error
		if did, err = n.Store.Sequence(ctx); err != nil {
			return fmt.Errorf("sequence the log: %w", err)
		}
	}
	return nil
}

// SignCheckpoint signs the log as it stands, all acts included, and keeps the checkpoint; a size that has one keeps it.
func (n *Node) SignCheckpoint(ctx context.Context) error {
	secrets, err := n.Vault.Secrets()
	if err != nil {
		return err
	}
	if err := n.Sequence(ctx); err != nil {
		return err
	}
	var head store.Head
	err = n.Store.View(ctx, func(r *store.Read) error {
		head, err = r.Head()
		return err
	})
	if err != nil {
		return err
	}
	signer, err := secrets.AuditSigner()
	if err != nil {
		return err
	}
	text, err := audit.SignCheckpoint(audit.Checkpoint{Origin: head.Origin, Size: head.Size, Root: head.Root, At: store.Micros(n.Now())}, signer)
	if err != nil {
		return err
	}
	return n.Store.KeepCheckpoint(ctx, head.Size, string(text))
}

// Checkpoint gives the newest signed checkpoint.
func (n *Node) Checkpoint(ctx context.Context) (string, error) {
	var list []string
	err := n.Store.View(ctx, func(r *store.Read) error {
		var err error
		list, err = r.Checkpoints(1)
		return err
	})
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", &reserve.Error{Kind: reserve.NotFound, Code: "no-checkpoint"}
	}
	return list[0], nil
}
