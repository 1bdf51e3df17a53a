package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/staff"
	"muster/internal/store"
)

// Node is one running Muster: every room, put together once. It is safe for concurrent use.
type Node struct {
	Config
	Folder    *Folder
	Store     *store.Store
	Keyring   *store.Keyring
	Vault     *seal.Vault
	Roll      *roll.Roll
	Texts     *lang.Catalog
	Gazetteer *gazetteer.Gazetteer
	Registry  *registry.Registry
	Staff     *staff.Accounts
	works
	doors

	state lockState
}

// Open puts a node together on its data folder. It listens nowhere yet and is locked, unless the configuration has the passphrase.
func Open(ctx context.Context, c Config) (*Node, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	folder, err := OpenFolder(c.Data)
	if err != nil {
		return nil, err
	}
	n := &Node{Config: c, Folder: folder, Vault: seal.NewVault(folder.Door), Roll: roll.New()}
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	if c.Passphrase != "" {
		if err := n.Unlock(ctx, c.Passphrase); err != nil {
			return nil, errors.Join(err, n.Close())
		}
	}
	return n, nil
}

func (n *Node) open(ctx context.Context) error {
	var err error
	if n.Texts, err = lang.Load(); err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	if n.Gazetteer, err = gazetteer.Load(); err != nil {
		return fmt.Errorf("load the places: %w", err)
	}
	location, keyring := n.Database, n.Database
	if location == "" {
		location, keyring = filepath.Join(n.Data, storeName), filepath.Join(n.Data, keyringName)
	}
	if n.Store, err = store.Open(ctx, store.Config{Location: location, Node: n.Folder.Node.ID, Now: n.Now, Broken: broken()}); err != nil {
		return err
	}
	if n.Keyring, err = store.OpenKeyring(ctx, keyring, n.Now); err != nil {
		return err
	}
	if err := n.Store.StartLog(ctx, n.Folder.Origin()); err != nil {
		return err
	}
	intake, err := n.Folder.Intake()
	if err != nil {
		return err
	}
	n.Registry = registry.New(registry.Config{Store: n.Store, Keyring: n.Keyring, Vault: n.Vault, Intake: n.Store.NewIntake(intake), Roll: n.Roll, Gazetteer: n.Gazetteer, Now: n.Now})
	n.Staff = staff.New(staff.Config{Store: n.Store, Now: n.Now})
	if err := n.openWorks(ctx); err != nil {
		return err
	}
	return n.openDoors(ctx)
}

// Close ends the node's open commits and closes its files. It may be called on a node that opened only in part.
func (n *Node) Close() error {
	n.state.ready.Store(false)
	n.Vault.Lock()
	var errs []error
	for _, c := range []io.Closer{n.Store, n.Keyring} {
		if !isNil(c) {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// isNil sees through a nil pointer in an interface.
func isNil(c io.Closer) bool {
	switch v := c.(type) {
	case *store.Store:
		return v == nil
	case *store.Keyring:
		return v == nil
	}
	return c == nil
}

// Operator is the actor of the machine's own command line: whoever may run it on this folder already owns it.
func (n *Node) Operator() reserve.Actor { return reserve.System(n.Folder.Node.ID) }

// note keeps an act that changes nothing else.
func (n *Node) note(ctx context.Context, act reserve.Act) error {
	return n.Store.Change(ctx, act, func(*store.Tx) error { return nil })
}

// Status says how the node is.
func (n *Node) Status(ctx context.Context) (Status, error) {
	s := Status{Node: n.Folder.Node.ID, Field: n.Folder.Field(), Locked: !n.Ready(), Unlocking: n.state.unlocking.Load(), People: n.Roll.Count(), Engine: n.Store.Engine()}
	s.Done, s.Total = n.Progress()
	err := n.Store.View(ctx, func(r *store.Read) error {
		var err error
		if s.Unopened, err = r.CountUnopened(); err != nil {
			return err
		}
		if s.Unsequenced, _, err = r.Unsequenced(); err != nil {
			return err
		}
		head, err := r.Head()
		s.LogSize = head.Size
		return err
	})
	return s, err
}
