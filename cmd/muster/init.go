package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"muster/internal/server"
)

// initCommand makes a data folder.
type initCommand struct {
	Drive          string `help:"The drive file." required:"" type:"existingfile"`
	PassphraseFile string `help:"A file whose first line is the passphrase; without it, it is asked for." type:"path"`
	Owner          string `help:"The sign-in name of the first owner." default:"owner"`
}

func (c *initCommand) Run(r *run) error {
	text, err := os.ReadFile(c.Drive)
	if err != nil {
		return err
	}
	passphrase, err := r.passphrase(c.PassphraseFile, "Choose a passphrase (12 characters or more; without it nobody can read the people again): ")
	if err != nil {
		return err
	}
	made, err := server.Init(r.ctx, server.InitConfig{Data: r.data, Drive: text, Passphrase: passphrase, Owner: c.Owner, Log: r.log})
	if err != nil {
		return err
	}
	return r.print(made, func(w io.Writer) {
		fmt.Fprintf(w, "The registry %s is in %s, with drive %s.\n", made.Origin, r.data, made.Drive)
		fmt.Fprintf(w, "Sign in as %s with this link, once, within the hour, at the address you serve on:\n  /console/link/%s\n", c.Owner, made.Link)
		fmt.Fprintf(w, "Next: muster --data %s serve\n", r.data)
	})
}

// passphrase reads a passphrase from a file or asks for it. It is never an argument: other users of a machine see those.
func (r *run) passphrase(file, question string) (string, error) {
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read the passphrase: %w", err)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return strings.TrimRight(line, "\r"), nil
	}
	return askHidden(os.Stdin, os.Stderr, question)
}
