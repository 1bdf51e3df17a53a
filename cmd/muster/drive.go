package main

import (
	"fmt"
	"io"
	"os"

	"muster/internal/server"
	"muster/internal/store"
)

// driveCommand is about drives.
type driveCommand struct {
	Check driveCheck `cmd:"" help:"Read a drive file and list every fault with its line."`
	Add   driveAdd   `cmd:"" help:"Add a drive to the registry, or change it."`
	Open  driveOpen  `cmd:"" help:"Let a drive take registrations."`
	Close driveClose `cmd:"" help:"Close a drive."`
}

type driveCheck struct {
	File string `arg:"" type:"existingfile"`
}

func (c *driveCheck) Run(r *run) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	d, err := server.ReadDrive(text)
	if err != nil {
		return err
	}
	return r.print(map[string]any{"drive": d.Code, "sites": len(d.Sites), "functions": len(d.Functions), "recipients": len(d.Recipients), "languages": d.Languages},
		func(w io.Writer) {
			fmt.Fprintf(w, "%s: %d sites, %d functions, %d recipients, languages %v. No fault.\n", d.Code, len(d.Sites), len(d.Functions), len(d.Recipients), d.Languages)
		})
}

type driveAdd struct {
	File string `arg:"" type:"existingfile"`
}

func (c *driveAdd) Run(r *run) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	d, err := server.ReadDrive(text)
	if err != nil {
		return err
	}
	return r.offline(func(n *server.Node) error {
		if err := n.AddDrive(r.ctx, n.Operator(), d); err != nil {
			return err
		}
		return r.print(map[string]string{"drive": d.Code, "state": string(store.DriveOpen)}, func(w io.Writer) { fmt.Fprintf(w, "Drive %s is open.\n", d.Code) })
	})
}

type driveOpen struct {
	Name string `arg:""`
}

func (c *driveOpen) Run(r *run) error { return r.setDrive(c.Name, store.DriveOpen) }

type driveClose struct {
	Name string `arg:""`
}

func (c *driveClose) Run(r *run) error { return r.setDrive(c.Name, store.DriveClosed) }

func (r *run) setDrive(name string, state store.DriveState) error {
	return r.offline(func(n *server.Node) error {
		if err := n.SetDrive(r.ctx, n.Operator(), name, state); err != nil {
			return err
		}
		return r.print(map[string]string{"drive": name, "state": string(state)}, func(w io.Writer) { fmt.Fprintf(w, "Drive %s is %s.\n", name, state) })
	})
}

// offline opens the data folder beside a node that may be running on it, without listening anywhere and locked, and closes it again.
func (r *run) offline(do func(n *server.Node) error) error {
	n, err := server.Open(r.ctx, server.Config{Data: r.data, Database: os.Getenv("MUSTER_DATABASE"), Log: r.log})
	if err != nil {
		return err
	}
	if err := do(n); err != nil {
		_ = n.Close() // the first error is the one to tell
		return err
	}
	return n.Close()
}

// opened is offline with the folder unlocked by a passphrase.
func (r *run) opened(passphraseFile string, do func(n *server.Node) error) error {
	passphrase, err := r.passphrase(passphraseFile, "Passphrase: ")
	if err != nil {
		return err
	}
	return r.offline(func(n *server.Node) error {
		if err := n.Unlock(r.ctx, passphrase); err != nil {
			return err
		}
		return do(n)
	})
}
