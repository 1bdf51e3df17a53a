package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"muster/internal/server"
)

// serveCommand serves until it is told to stop.
type serveCommand struct {
	Listen         string `help:"Where people, staff and carriers reach this node." default:"127.0.0.1:8080"`
	Metrics        string `help:"Where Prometheus reads; empty is off." default:""`
	Database       string `help:"postgres://… joins a shared registry; empty is the folder's own file." env:"MUSTER_DATABASE"`
	PassphraseFile string `help:"Unlocks at start. Without it the node starts locked, which is the safe state." type:"path"`
	Registry       string `help:"On a field node: the address of its registry, to deliver to whenever there is a network."`
	Simulator      bool   `help:"Mount the carrier simulator, for rehearsals. A simulated text reaches nobody."`
	BehindProxy    bool   `help:"A proxy of ours stands in front and names who asks in X-Forwarded-For."`
	HTTPS          bool   `name:"https" help:"People reach this node by https, through a proxy that ends it."`
}

func (c *serveCommand) Run(r *run) error {
	collectSeldom()
	passphrase := ""
	if c.PassphraseFile != "" {
		var err error
		if passphrase, err = r.passphrase(c.PassphraseFile, ""); err != nil {
			return err
		}
	}
	n, err := server.Open(r.ctx, server.Config{Data: r.data, Listen: c.Listen, Metrics: c.Metrics, Database: c.Database, Passphrase: passphrase,
		Registry: c.Registry, Simulator: c.Simulator, Secure: c.HTTPS, BehindProxy: c.BehindProxy, Log: r.log})
	if err != nil {
		return err
	}
	return n.Serve(r.ctx)
}

// unlockCommand unlocks the node that runs on the data folder.
type unlockCommand struct {
	PassphraseFile string `help:"A file whose first line is the passphrase; without it, it is asked for." type:"path"`
}

func (c *unlockCommand) Run(r *run) error {
	passphrase, err := r.passphrase(c.PassphraseFile, "Passphrase: ")
	if err != nil {
		return err
	}
	control := server.NewControl(r.data)
	if err := control.Unlock(r.ctx, passphrase); err != nil {
		return err
	}
	return printStatus(r, control)
}

// lockCommand locks the node that runs on the data folder.
type lockCommand struct{}

func (c *lockCommand) Run(r *run) error {
	control := server.NewControl(r.data)
	if err := control.Lock(r.ctx); err != nil {
		return err
	}
	return printStatus(r, control)
}

// statusCommand says how the running node is.
type statusCommand struct{}

func (c *statusCommand) Run(r *run) error { return printStatus(r, server.NewControl(r.data)) }

func printStatus(r *run, control *server.Control) error {
	s, err := control.Status(r.ctx)
	if err != nil {
		return err
	}
	return r.print(s, func(w io.Writer) {
		state := "unlocked"
		switch {
		case s.Field:
			state = "field node: holds the public key only"
		case s.Unlocking:
			state = fmt.Sprintf("unlocking: %d of %d people read", s.Done, s.Total)
		case s.Locked:
			state = "locked: takes people in, reads and sends nothing"
		}
		fmt.Fprintf(w, "node %s on %s, %s\n", s.Node, s.Engine, state)
		fmt.Fprintf(w, "people in memory %d, not opened yet %d\n", s.People, s.Unopened)
		fmt.Fprintf(w, "audit log %d entries, %d commits not sequenced yet\n", s.LogSize, s.Unsequenced)
	})
}

// collectSeldom lets a server collect its garbage half as often: a registry makes much of it beside little that lives, and
// this took a tenth off a registration's processor time for as much memory again as people take. GOGC says otherwise.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}
