package main

import (
	"fmt"
	"io"
	"os"

	"muster/internal/gauge"
	"muster/internal/linkage"
	"muster/internal/registry"
	"muster/internal/server"
	"muster/internal/store"
)

// linkageCommand is about duplicates: `linkage` alone compares everybody again.
type linkageCommand struct {
	All      linkageAll      `cmd:"" name:"all" default:"withargs" help:"Compare everybody of a drive again, and offer the pairs to the desk."`
	Evaluate linkageEvaluate `cmd:"" help:"Measure on labelled data how well duplicates are found; needs no registry."`
}

type linkageAll struct {
	Drive          string `help:"One drive; without it, all of them."`
	PassphraseFile string `help:"A file whose first line is the passphrase; without it, it is asked for." type:"path"`
}

// relinked is the answer of linkage, a drive.
type relinked struct {
	Drive string `json:"drive"`
	registry.Relinked
}

func (c *linkageAll) Run(r *run) error {
	return r.opened(c.PassphraseFile, func(n *server.Node) error {
		names := []string{c.Drive}
		if c.Drive == "" {
			names = nil
			err := n.Store.View(r.ctx, func(rd *store.Read) error {
				drives, err := rd.Drives()
				for _, d := range drives {
					names = append(names, d.Drive.Code)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		out := []relinked{}
		for _, name := range names {
			done, err := n.Registry.Relink(r.ctx, n.Operator(), name, func(done, total int) { fmt.Fprintf(os.Stderr, "\r%d of %d", done, total) })
			fmt.Fprintln(os.Stderr)
			if err != nil {
				return err
			}
			out = append(out, relinked{name, done})
		}
		return r.print(out, func(w io.Writer) {
			for _, d := range out {
				fmt.Fprintf(w, "%s: %d people compared, %d pairs worth a look\n", d.Drive, d.People, d.Pairs)
				fmt.Fprintf(w, "  %d pairs offered for the first time, %d almost sure by now, %d scored anew\n", d.Added, d.Raised, d.Rescored)
				fmt.Fprintf(w, "  %d people held until the desk decides, %d not held because they have a place in an open call-up\n", d.Held, d.Seated)
			}
		})
	})
}

type linkageEvaluate struct {
	Dataset []string `required:"" type:"existingfile" help:"A labelled CSV file, or two to link with one another."`
	Layout  string   `help:"How the file is laid out." enum:"febrl,splink,muster" default:"febrl"`
	Without []string `help:"Columns to leave out."`
}

func (c *linkageEvaluate) Run(r *run) error {
	e := linkage.Evaluation{Layout: c.Layout, Without: c.Without}
	for _, path := range c.Dataset {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		e.Files = append(e.Files, f)
	}
	out, err := gauge.Evaluate(e)
	if err != nil {
		return err
	}
	return r.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s, commit %s, %.1f s, %.0f MB\n", out.Machine, out.Commit, out.Seconds, out.PeakMB)
		fmt.Fprintf(w, "%d records, %d true pairs, %d found at a chance of %.2f or more\n", out.Records, out.PairsTrue, out.PairsFound, out.Threshold)
		fmt.Fprintf(w, "precision %.4f, recall %.4f, F1 %.4f\n", out.Precision, out.Recall, out.F1)
	})
}
