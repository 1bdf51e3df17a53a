package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"muster/internal/handover"
	"muster/internal/reserve"
	"muster/internal/server"
	"muster/internal/staff"
)

// handoverCommand is about lists. Prepare, approve and seal need a bearer token of the person who acts, because two
// persons must do it: the machine's operator alone is nobody's second person.
type handoverCommand struct {
	Allow   handoverAllow   `cmd:"" help:"Switch lists to a recipient on; two people must say so."`
	Prepare handoverPrepare `cmd:"" help:"Prepare a list."`
	Approve handoverApprove `cmd:"" help:"Approve a list somebody else prepared, with the exact count."`
	Seal    handoverSeal    `cmd:"" help:"Seal an approved list and write the file."`
	Open    handoverOpen    `cmd:"" help:"As the recipient: open a list. Needs no registry."`
	Refresh handoverRefresh `cmd:"" help:"As the recipient: hide the people whose entries have ended."`
}

// signed is a command of a member of staff.
type signed struct {
	TokenFile      string `help:"A file whose first line is your bearer token." required:"" type:"existingfile"`
	PassphraseFile string `help:"Unlocks for this command." type:"path"`
}

func (s *signed) as(r *run, do func(n *server.Node, by staff.SignedIn) error) error {
	token, err := r.passphrase(s.TokenFile, "")
	if err != nil {
		return err
	}
	return r.opened(s.PassphraseFile, func(n *server.Node) error {
		by, err := n.Staff.SignedIn(r.ctx, token)
		if err != nil {
			return err
		}
		return do(n, by)
	})
}

type handoverAllow struct {
	signed
	Drive     string `required:""`
	Recipient string `required:""`
}

func (c *handoverAllow) Run(r *run) error {
	return c.as(r, func(n *server.Node, by staff.SignedIn) error {
		asked, err := n.Lists.Allow(r.ctx, by.Actor, by.Session, c.Drive, c.Recipient)
		if err != nil {
			return err
		}
		return r.print(map[string]bool{"waits_for_second": asked}, func(w io.Writer) {
			if asked {
				fmt.Fprintln(w, "Noted. Lists may go there once a second person says the same.")
				return
			}
			fmt.Fprintln(w, "Two people have said so: lists may go there now.")
		})
	})
}

type handoverPrepare struct {
	signed
	Drive     string   `required:""`
	Recipient string   `required:""`
	Purpose   string   `default:"call-up"`
	Function  []string `help:"The functions of the list; all where none is named."`
	Field     []string `help:"The fields of the list."`
}

func (c *handoverPrepare) Run(r *run) error {
	return c.as(r, func(n *server.Node, by staff.SignedIn) error {
		h, err := n.Lists.Prepare(r.ctx, by.Actor, handover.Request{Session: by.Session, Drive: c.Drive, Recipient: c.Recipient, Purpose: c.Purpose, Functions: c.Function, Fields: c.Field})
		if err != nil {
			return err
		}
		return r.print(map[string]any{"id": h.ID, "count": h.Count}, func(w io.Writer) {
			fmt.Fprintf(w, "List %s holds %d people. A second person approves it: muster handover approve %s --count %d\n", h.ID, h.Count, h.ID, h.Count)
		})
	})
}

type handoverApprove struct {
	signed
	ID    string `arg:""`
	Count int64  `help:"The exact number of people on the list." required:""`
}

func (c *handoverApprove) Run(r *run) error {
	return c.as(r, func(n *server.Node, by staff.SignedIn) error {
		if err := n.Lists.Approve(r.ctx, by.Actor, by.Session, c.ID, c.Count); err != nil {
			return err
		}
		return r.print(map[string]string{"approved": c.ID}, func(w io.Writer) { fmt.Fprintln(w, "Approved. Next: muster handover seal", c.ID) })
	})
}

type handoverSeal struct {
	signed
	ID  string `arg:""`
	Out string `help:"The sealed file." required:"" type:"path"`
}

func (c *handoverSeal) Run(r *run) error {
	return c.as(r, func(n *server.Node, by staff.SignedIn) error {
		m, err := n.Lists.Seal(r.ctx, by.Actor, c.ID)
		if err != nil {
			return err
		}
		file, err := n.Lists.File(r.ctx, by.Actor, c.ID)
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.Out, file, 0o600); err != nil {
			return err
		}
		return r.print(m, func(w io.Writer) {
			fmt.Fprintf(w, "%d people are sealed in %s, which only the recipient's key opens. They open it with: muster handover open %s --identity KEY --out DIR\n", m.Count, c.Out, filepath.Base(c.Out))
		})
	})
}

type handoverOpen struct {
	File     string `arg:"" type:"existingfile"`
	Identity string `help:"The recipient's key file, as age-keygen wrote it." required:"" type:"existingfile"`
	Registry string `help:"The registry's public key, compared by voice; without it, the folder's first one holds."`
	Out      string `help:"The folder of the recipient's lists." required:"" type:"path"`
	Language string `help:"Of the page." default:"fr"`
}

func (c *handoverOpen) Run(r *run) error {
	file, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	identity, err := os.ReadFile(c.Identity)
	if err != nil {
		return err
	}
	o, err := handover.OpenFile(handover.Opening{File: file, Identity: reserve.Private(identity), Pinned: c.Registry, Out: c.Out, Language: c.Language, Now: time.Now()})
	if err != nil {
		return err
	}
	return r.print(map[string]any{"count": o.Shown, "manifest": o.Manifest}, func(w io.Writer) {
		fmt.Fprintf(w, "%d people are in %s; people.html is a page to read. Send receipt.txt back to the registry.\n", o.Shown, c.Out)
	})
}

type handoverRefresh struct {
	Feed     string `arg:"" type:"existingfile" help:"The signed feed of ended entries."`
	Identity string `required:"" type:"existingfile"`
	Out      string `required:"" type:"path"`
}

func (c *handoverRefresh) Run(r *run) error {
	feed, err := os.ReadFile(c.Feed)
	if err != nil {
		return err
	}
	identity, err := os.ReadFile(c.Identity)
	if err != nil {
		return err
	}
	done, err := handover.Refresh(handover.Refreshing{Feed: feed, Identity: reserve.Private(identity), Out: c.Out, Now: time.Now()})
	if err != nil {
		return err
	}
	return r.print(map[string]any{"hidden": done.Hidden, "left": done.Left, "stale": done.Stale}, func(w io.Writer) {
		fmt.Fprintf(w, "%d people are taken out, %d are left. Send feed-receipt.txt back to the registry.\n", done.Hidden, done.Left)
		if done.Stale {
			fmt.Fprintln(w, "This feed is older than a day: ask for a newer one before you call anybody.")
		}
	})
}
