package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"muster/internal/audit"
	"muster/internal/server"
)

// auditCommand is about the log of acts.
type auditCommand struct {
	Verify     auditVerify     `cmd:"" help:"Verify the whole log, against every checkpoint at hand."`
	Checkpoint auditCheckpoint `cmd:"" help:"Print the newest signed checkpoint."`
}

type auditVerify struct {
	Checkpoint []string `help:"A checkpoint kept elsewhere; may be given more than once." type:"existingfile"`
}

// verification is the answer of audit verify.
type verification struct {
	OK          bool     `json:"ok"`
	Entries     int64    `json:"entries"`
	Root        string   `json:"root"`
	Checkpoints int      `json:"checkpoints"`
	Damage      []string `json:"damage"`
}

func (c *auditVerify) Run(r *run) error {
	var texts [][]byte
	for _, path := range c.Checkpoint {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		texts = append(texts, text)
	}
	return r.offline(func(n *server.Node) error {
		report, err := n.VerifyLog(r.ctx, texts)
		if err != nil {
			return err
		}
		v := verificationOf(report)
		err = r.print(v, func(w io.Writer) {
			if v.OK {
				fmt.Fprintf(w, "The log is whole: %d entries, root %s, %d checkpoints agree.\n", v.Entries, v.Root, v.Checkpoints)
				return
			}
			fmt.Fprintf(w, "The log does not hold, %d entries:\n", v.Entries)
			for _, d := range v.Damage {
				fmt.Fprintln(w, " ", d)
			}
		})
		if err == nil && !v.OK {
			return errDamaged
		}
		return err
	})
}

var errDamaged = errors.New("the audit log was changed; keep this folder as it is and ask whoever holds a checkpoint")

func verificationOf(report audit.Report) verification {
	v := verification{OK: report.OK(), Entries: report.Leaves, Root: report.Root.String(), Checkpoints: report.Checkpoints, Damage: []string{}}
	for _, d := range report.Damage {
		v.Damage = append(v.Damage, d.String())
	}
	return v
}

type auditCheckpoint struct {
	PassphraseFile string `help:"Signs a new checkpoint of the log as it stands; without it, the newest kept one is printed." type:"path"`
}

func (c *auditCheckpoint) Run(r *run) error {
	print := func(text string) error {
		return r.print(map[string]string{"checkpoint": text}, func(w io.Writer) { fmt.Fprint(w, text) })
	}
	if c.PassphraseFile == "" {
		return r.offline(func(n *server.Node) error {
			text, err := n.Checkpoint(r.ctx)
			if err != nil {
				return err
			}
			return print(text)
		})
	}
	return r.opened(c.PassphraseFile, func(n *server.Node) error {
		if err := n.SignCheckpoint(r.ctx); err != nil {
			return err
		}
		text, err := n.Checkpoint(r.ctx)
		if err != nil {
			return err
		}
		return print(text)
	})
}
