package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"muster/internal/reserve"
	"muster/internal/seal"
)

// lockState is how far a node is from reading people. It is shared by the pages, the control socket and the loops.
type lockState struct {
	ready       atomic.Bool
	unlocking   atomic.Bool
	done, total atomic.Int64
}

// Ready reports whether the node is unlocked and has applied the withdrawals that came while it was locked. Until then
// nothing is read, sent or handed over.
func (n *Node) Ready() bool { return n.state.ready.Load() }

// Progress tells how many people an unlock has read, of how many.
func (n *Node) Progress() (done, total int) {
	return int(n.state.done.Load()), int(n.state.total.Load())
}

// Unlock opens the secrets with the passphrase, reads all people, applies what came while the node was locked, and only
// then lets anything be read or sent. The errors are Conflict "already-unlocked", Forbidden "field-node" and the keys file's.
func (n *Node) Unlock(ctx context.Context, passphrase string) error {
	if n.Folder.Field() {
		return ErrFieldNode
	}
	if n.Ready() || !n.state.unlocking.CompareAndSwap(false, true) {
		return &reserve.Error{Kind: reserve.Conflict, Code: "already-unlocked"}
	}
	defer n.state.unlocking.Store(false)
	secrets, err := n.Folder.Keys.Unlock(passphrase)
	if err != nil {
		return err
	}
	return n.admit(ctx, secrets)
}

// admit takes the secrets in and readies the node.
func (n *Node) admit(ctx context.Context, secrets *seal.Secrets) error {
	n.Vault.Unlock(secrets)
	err := n.Registry.Load(ctx, func(done, total int64) {
		n.state.done.Store(done)
		n.state.total.Store(total)
	})
	if err != nil {
		n.Lock()
		return fmt.Errorf("read the people: %w", err)
	}
	if err := n.Registry.SweepKeys(ctx); err != nil {
		n.Lock()
		return fmt.Errorf("sweep erased keys: %w", err)
	}
	if err := n.drain(ctx); err != nil {
		n.Lock()
		return fmt.Errorf("apply what came while locked: %w", err)
	}
	n.state.ready.Store(true)
	act := reserve.Act{Actor: reserve.System(n.Folder.Node.ID), Verb: reserve.ActUnlock}
	if err := n.note(ctx, act); err != nil {
		n.Lock()
		return err
	}
	n.Log.LogAttrs(ctx, slog.LevelInfo, "unlocked", slog.Int("people", n.Roll.Count()))
	return nil
}

// Lock wipes the secrets and the people from memory at once; what is on its way to a carrier ends by itself.
func (n *Node) Lock() {
	was := n.state.ready.Swap(false)
	n.Vault.Lock()
	n.Registry.Forget()
	n.Calls.Forget()
	n.SMS.Forget()
	n.state.done.Store(0)
	n.state.total.Store(0)
	if !was {
		return
	}
	if err := n.note(context.Background(), reserve.Act{Actor: reserve.System(n.Folder.Node.ID), Verb: reserve.ActLock}); err != nil {
		n.Log.LogAttrs(context.Background(), slog.LevelError, "lock not noted", slog.String("error", err.Error()))
	}
}
