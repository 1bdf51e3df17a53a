package main

import (
	"fmt"
	"io"
	"os"

	"muster/internal/gauge"
)

type benchLinkage struct {
	People int     `help:"People in the index." default:"100000"`
	Seed   uint64  `help:"Seed of the synthetic people." default:"1"`
	Again  float64 `help:"Share who are registering again." default:"0.2"`
	Gaps   bool    `help:"People as they register in the Sahel, with gaps; without it, everybody states all, as in the sets that other linkers are measured with."`
}

func (c *benchLinkage) Run(r *run) error {
	if c.People < 1 || c.Again < 0 || c.Again > 0.5 {
		return usageError{fmt.Errorf("--people is at least 1, --again from 0 to 0.5")}
	}
	out := gauge.MeasureLinkage(gauge.LinkageConfig{People: c.People, Seed: c.Seed, Again: c.Again, Papers: !c.Gaps, Log: toStderr})
	return r.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s, commit %s, %.1f s in all, %.0f MB at most\n", out.Machine, out.Commit, out.Seconds, out.PeakMB)
		fmt.Fprintf(w, "%d people, %.0f %% of them again: precision %.4f, recall %.4f, F1 %.4f\n", out.People, out.Again*100, out.Precision, out.Recall, out.F1)
		fmt.Fprintf(w, "to take one in %.1f µs, to learn %.1f s, to compare all with all %.1f s; %.0f bytes of index a person\n", out.AddUS, out.LearnSeconds, out.RunSeconds, out.BytesPerson)
		fmt.Fprintf(w, "one arriving: p50 %.2f ms, p99 %.2f ms\n", out.ArriveP50, out.ArriveP99)
	})
}

func toStderr(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
