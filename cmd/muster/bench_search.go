package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"muster/internal/gauge"
)

type benchSearch struct {
	People int    `help:"People in the roll." default:"100000"`
	Seed   uint64 `help:"Seed of the synthetic people." default:"1"`
}

func (c *benchSearch) Run(r *run) error {
	if c.People < 1 {
		return usageError{errors.New("--people is at least 1")}
	}
	out := gauge.MeasureSearch(gauge.SearchConfig{People: c.People, Seed: c.Seed, Log: toStderr})
	return r.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s, commit %s, %.1f s in all, %.0f MB at most\n", out.Machine, out.Commit, out.Seconds, out.PeakMB)
		fmt.Fprintf(w, "the first twenty of %d people: p50 %.2f ms, p99 %.2f ms; %.0f bytes of index a person\n", out.People, out.P50, out.P99, out.BytesPerson)
		names := make([]string, 0, len(out.Kinds))
		for k := range out.Kinds {
			names = append(names, k)
		}
		slices.Sort(names)
		for _, k := range names {
			q := out.Kinds[k]
			fmt.Fprintf(w, "  %-8s p50 %.2f ms, p99 %.2f ms, found %.1f %%\n", k, q.P50, q.P99, q.Found*100)
		}
	})
}
