package main

import (
	"errors"
	"fmt"
	"io"

	"muster/internal/server"
)

// doctorCommand looks for what would fail tonight.
type doctorCommand struct{}

func (c *doctorCommand) Run(r *run) error {
	return r.offline(func(n *server.Node) error {
		checks := n.Doctor(r.ctx)
		faults := 0
		for _, k := range checks {
			if !k.OK {
				faults++
			}
		}
		err := r.print(map[string]any{"ok": faults == 0, "checks": checks}, func(w io.Writer) {
			for _, k := range checks {
				mark := "ok  "
				if !k.OK {
					mark = "FAIL"
				}
				fmt.Fprintf(w, "%s  %-12s %s\n", mark, k.Name, k.Detail)
				if !k.OK {
					fmt.Fprintf(w, "      %s\n", r.texts.Text(r.spoken, k.Advice))
				}
			}
		})
		if err != nil {
			return err
		}
		if faults > 0 {
			return fmt.Errorf("%d of %d checks failed: %w", faults, len(checks), errUnwell)
		}
		return nil
	})
}

var errUnwell = errors.New("see the advice above")
