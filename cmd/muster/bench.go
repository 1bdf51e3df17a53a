package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"muster/examples"
	"muster/internal/gauge"
	"muster/internal/people"
	"muster/internal/server"
)

// benchCommand measures. Ratios within one run travel to other machines; single figures do not.
type benchCommand struct {
	Registrations      benchRegistrations      `cmd:"" help:"Durable registrations a second, beside the disk's and a bare peer's."`
	Linkage            benchLinkage            `cmd:"" help:"How well and how fast duplicates are found among synthetic people."`
	Search             benchSearch             `cmd:"" help:"How fast a name is found among synthetic people, however it is typed."`
	ServeRegistrations benchServeRegistrations `cmd:"" hidden:"" help:"The server under load; started by bench registrations."`
	ServeBare          benchServeBare          `cmd:"" hidden:"" help:"The bare peer; started by bench registrations."`
}

type benchRegistrations struct {
	People int    `help:"Registrations of each run." default:"20000"`
	Seed   uint64 `help:"Seed of the synthetic people." default:"1"`
}

func (c *benchRegistrations) Run(r *run) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "muster-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	out, err := gauge.MeasureRegistrations(r.ctx, gauge.RegistrationsConfig{
		Command: program, People: c.People, Seed: c.Seed, Dir: dir, Drive: examples.NigerCode,
		Body: func(p people.Person, n int) []byte { return registrationBody(p, fmt.Sprintf("bench-%032d", n)) },
		Log:  func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) },
	})
	if err != nil {
		return err
	}
	return r.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s, commit %s\n", out.Machine, out.Commit)
		fmt.Fprintf(w, "disk: %.0f fsync a second; bare peer at 64 connections: %.0f a second, %.0f µs CPU\n", out.FsyncPerSecond, out.BareGroupCommitPerSecond, out.BareCPU)
		fmt.Fprintln(w, "connections  per second  answered   p50 ms   p99 ms   CPU µs   failed")
		for _, run := range out.Runs {
			fmt.Fprintf(w, "%11d  %10.0f  %8.0f  %7.1f  %7.1f  %7.0f  %7d\n", run.Connections, run.PerSecond, run.Answered, run.P50, run.P99, run.CPU, run.Failed)
		}
		fmt.Fprintf(w, "share of bare at 64 connections: %.0f %%; %.0f bytes on disk a person; server's peak memory %.0f MB; %d opened and linked\n",
			out.ShareOfBare*100, out.BytesPerPerson, out.ServerPeakMB, out.Opened)
	})
}

type benchServeRegistrations struct {
	Dir string `required:"" type:"existingdir"`
}

// Run serves a fresh registry, unlocked, with linkage and audit, until its input ends; then it says how many people it has opened.
func (c *benchServeRegistrations) Run(r *run) error {
	collectSeldom() // as serve does
	data := c.Dir + "/registry"
	const passphrase = "a passphrase for a benchmark"
	if _, err := server.Init(r.ctx, server.InitConfig{Data: data, Drive: examples.Niger, Passphrase: passphrase, Owner: "owner"}); err != nil {
		return err
	}
	n, err := server.Open(r.ctx, server.Config{Data: data, Passphrase: passphrase, BehindProxy: true, Log: r.log})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", n.Handler())
	mux.HandleFunc("POST "+gauge.DrainPath, func(rw http.ResponseWriter, q *http.Request) {
		if err := n.Registry.Drain(q.Context()); err != nil {
			r.log.Error("drain", "error", err)
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		rw.WriteHeader(http.StatusNoContent)
	})
	err = r.untilInputEnds(func(ctx context.Context, l net.Listener) error { return n.ServeOn(ctx, l, mux) })
	fmt.Fprintln(r.out, n.Roll.Count())
	return errors.Join(err, n.Close())
}

type benchServeBare struct {
	Dir string `required:"" type:"existingdir"`
}

func (c *benchServeBare) Run(r *run) error {
	collectSeldom() // as the product does
	return r.untilInputEnds(func(ctx context.Context, l net.Listener) error { return gauge.ServeBare(ctx, l, c.Dir) })
}

// untilInputEnds listens on a free port of this machine, says which, and serves until standard input ends.
func (r *run) untilInputEnds(serve func(ctx context.Context, l net.Listener) error) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.ctx)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // only its end matters
		time.Sleep(50 * time.Millisecond)
		stop()
	}()
	fmt.Fprintln(r.out, l.Addr())
	return serve(ctx, l)
}
