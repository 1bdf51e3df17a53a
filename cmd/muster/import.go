package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"muster/internal/channel/sheet"
	"muster/internal/server"
)

// importCommand takes people in from a sheet.
type importCommand struct {
	File           string   `arg:"" optional:"" type:"existingfile" help:"A CSV file."`
	Drive          string   `help:"The drive the people are for."`
	Map            []string `help:"A column's meaning, as heading=field; an empty field ignores the column."`
	Separator      string   `help:"The separator, where it is not found out."`
	Encoding       string   `help:"utf-8 or windows-1252, where it is not found out."`
	Dates          string   `help:"day-first or month-first, where the file does not settle it." enum:",day-first,month-first" default:""`
	Site           string   `help:"The site of rows that name none."`
	Function       []string `help:"The functions of rows that name none."`
	DryRun         bool     `help:"Judge everything, write nothing."`
	Refused        string   `help:"Where to write the rows that were refused, with the reason, to be mended and sent again." type:"path"`
	Undo           string   `help:"Take a batch back instead."`
	PassphraseFile string   `help:"Unlocks for this command, so that rows like people already there are named." type:"path"`
}

func (c *importCommand) Run(r *run) error {
	if c.Undo != "" {
		return r.opened(c.PassphraseFile, func(n *server.Node) error {
			if err := n.Sheets.Undo(r.ctx, n.Operator(), c.Undo); err != nil {
				return err
			}
			return r.print(map[string]string{"undone": c.Undo}, func(w io.Writer) { fmt.Fprintln(w, "The batch is taken back.") })
		})
	}
	if c.File == "" || c.Drive == "" {
		return usageError{errors.New("name a FILE and a --drive, or a batch to --undo")}
	}
	with := r.offline
	if c.PassphraseFile != "" {
		with = func(do func(*server.Node) error) error { return r.opened(c.PassphraseFile, do) }
	}
	return with(func(n *server.Node) error { return c.take(r, n) })
}

func (c *importCommand) take(r *run, n *server.Node) error {
	choices := sheet.Choices{Map: map[string]sheet.Field{}, Encoding: sheet.Encoding(c.Encoding), Dates: sheet.Order(c.Dates), Site: c.Site, Functions: c.Function}
	for _, m := range c.Map {
		heading, field, ok := strings.Cut(m, "=")
		if !ok {
			return usageError{fmt.Errorf("--map %q: say heading=field", m)}
		}
		choices.Map[heading] = sheet.Field(field)
	}
	if len(c.Separator) == 1 {
		choices.Separator = c.Separator[0]
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := n.Sheets.Open(r.ctx, c.Drive, f, choices)
	if err != nil {
		return err
	}
	preview := s.Preview()
	fmt.Fprintf(os.Stderr, "%d rows, %s, separator %q\n", preview.Rows, preview.Encoding, preview.Separator)
	for _, col := range preview.Columns {
		fmt.Fprintf(os.Stderr, "  %-24s %s\n", col.Heading, col.Field)
	}
	for _, q := range preview.Questions {
		fmt.Fprintf(os.Stderr, "  %s, line %d:", q.Column, q.Line)
		for _, as := range q.As {
			fmt.Fprintf(os.Stderr, " --dates %s reads %s;", as.Order, as.Birth)
		}
		fmt.Fprintln(os.Stderr)
	}
	rep, err := n.Sheets.Import(r.ctx, n.Operator(), s, sheet.How{DryRun: c.DryRun, Progress: func(done, total int) {
		fmt.Fprintf(os.Stderr, "\r%d of %d", done, total)
		if done == total {
			fmt.Fprintln(os.Stderr)
		}
	}})
	if err != nil {
		return err
	}
	if c.Refused != "" && rep.RefusedRows() > 0 {
		if err := c.giveBack(r, &rep); err != nil {
			return err
		}
	}
	return r.print(rep, func(w io.Writer) {
		voice := r.texts.Voice(r.spoken)
		for _, fault := range rep.Faults {
			fmt.Fprintf(w, "line %d: %s\n", fault.Line, sheet.Sentence(voice, fault))
		}
		fmt.Fprintf(w, "%d added, %d there already, %d refused (%d of them under age, of whom nothing is kept), %d with their age open\n",
			rep.Added, rep.Repeated, rep.Refused, rep.UnderAge, rep.Pending)
		if rep.Batch != "" {
			fmt.Fprintf(w, "To take it back: muster import --undo %s\n", rep.Batch)
		}
	})
}

// giveBack writes the refused rows. The file holds names, so it is the operator's alone to read.
func (c *importCommand) giveBack(r *run, rep *sheet.Report) error {
	f, err := os.OpenFile(c.Refused, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := rep.WriteRefused(f, r.texts.Voice(r.spoken)); err != nil {
		_ = f.Close() // the first error is the one to tell
		return err
	}
	return f.Close()
}
