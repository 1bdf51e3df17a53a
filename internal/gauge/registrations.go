package gauge

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"muster/internal/people"
)

// Registrations is the figures of `bench registrations`.
type Registrations struct {
	Setting
	FsyncPerSecond           float64 `json:"fsync_per_second"`
	BareGroupCommitPerSecond float64 `json:"bare_group_commit_per_second"`
	BareCPU                  float64 `json:"bare_cpu_us"`
	ShareOfBare              float64 `json:"share_of_bare"` // at 64 connections
	BytesPerPerson           float64 `json:"bytes_per_person"`
	ServerPeakMB             float64 `json:"server_peak_mb"`
	Opened                   int     `json:"opened"` // registrations opened, linked and searchable at the end
	Runs                     []Run   `json:"runs"`
}

// Run is one number of connections.
type Run struct {
	Connections int     `json:"connections"`
	PerSecond   float64 `json:"per_second"`          // acknowledged, and opened, linked and searchable: the time to open the rest is in it
	Answered    float64 `json:"answered_per_second"` // acknowledged only
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	CPU         float64 `json:"cpu_us"` // the server's processor time a registration, its linkage and audit included
	Failed      int     `json:"failed"`
}

// compared is the number of connections at which the product is held against its bare peer.
const compared = 64

// RegistrationsConfig says how to measure.
type RegistrationsConfig struct {
	Command string // the program itself, started as server and as bare peer
	People  int    // a run
	Seed    uint64
	Dir     string
	Drive   string // code of the drive in Body
	Body    func(people.Person, int) []byte
	Log     func(format string, args ...any)
}

// MeasureRegistrations runs the real server, unlocked, with linkage and audit, and the bare peer on the same disk, in turn.
func MeasureRegistrations(ctx context.Context, c RegistrationsConfig) (Registrations, error) {
	var out Registrations
	start := time.Now()
	var err error
	if out.FsyncPerSecond, err = FsyncRate(c.Dir, 2*time.Second); err != nil {
		return out, err
	}
	source := people.New(c.Seed)
	serial := 0
	bodies := func(n int) [][]byte {
		list := make([][]byte, n)
		for i := range list {
			serial++
			list[i] = c.Body(source.Next(), serial)
		}
		return list
	}
	if err := c.bare(ctx, &out, bodies(c.People)); err != nil {
		return out, fmt.Errorf("bare peer: %w", err)
	}
	server, err := startChild(ctx, c.Command, "bench", "serve-registrations", "--dir", c.Dir)
	if err != nil {
		return out, fmt.Errorf("server: %w", err)
	}
	before := diskUse(c.Dir + "/registry")
	taken := 0
	for _, connections := range []int{1, 16, compared, 256} {
		n := c.People
		if connections == 1 {
			n = c.People / 8 // one connection waits for one fsync each
		}
		run, err := server.measure(Load{Addr: server.addr, Path: "/api/v1/drives/" + c.Drive + "/registrations", Connections: connections, Bodies: bodies(n), Want: 201})
		if err != nil {
			return out, errors.Join(fmt.Errorf("at %d connections: %w", connections, err), server.stop())
		}
		taken += n - run.Failed
		c.Log("%3d connections: %.0f/s, p50 %.1f ms, p99 %.1f ms, %.0f µs CPU", connections, run.PerSecond, run.P50, run.P99, run.CPU)
		out.Runs = append(out.Runs, run)
		if connections == compared && out.BareGroupCommitPerSecond > 0 {
			out.ShareOfBare = run.PerSecond / out.BareGroupCommitPerSecond
		}
	}
	out.ServerPeakMB = rssOf(server.cmd.Process.Pid)
	if out.Opened, err = server.drained(); err != nil {
		return out, errors.Join(err, server.stop())
	}
	if err := server.stop(); err != nil {
		return out, err
	}
	if taken > 0 {
		out.BytesPerPerson = float64(diskUse(c.Dir+"/registry")-before) / float64(taken)
	}
	out.Setting = settle(start)
	return out, nil
}

func (c RegistrationsConfig) bare(ctx context.Context, out *Registrations, bodies [][]byte) error {
	bare, err := startChild(ctx, c.Command, "bench", "serve-bare", "--dir", c.Dir)
	if err != nil {
		return err
	}
	run, err := bare.measure(Load{Addr: bare.addr, Path: "/", Connections: compared, Bodies: bodies, Want: 201})
	if err != nil {
		return errors.Join(err, bare.stop())
	}
	out.BareGroupCommitPerSecond, out.BareCPU = run.PerSecond, run.CPU
	c.Log("bare at %d connections: %.0f/s, %.0f µs CPU", compared, run.PerSecond, run.CPU)
	return bare.stop()
}

// child is a server in a process of its own, so that its processor time is its own. It says its address in its first
// line and, asked by the end of its input, how many registrations it has opened in its last.
type child struct {
	cmd   *exec.Cmd
	in    interface{ Close() error }
	lines *bufio.Reader
	addr  string
}

func startChild(ctx context.Context, command string, args ...string) (*child, error) {
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, in: in, lines: bufio.NewReader(out)}
	line, err := c.lines.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("no address: %w", err), cmd.Process.Kill(), cmd.Wait())
	}
	c.addr = strings.TrimSpace(line)
	if _, _, err := net.SplitHostPort(c.addr); err != nil {
		return nil, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	return c, nil
}

func (c *child) measure(l Load) (Run, error) {
	before, err := cpuOf(c.cmd.Process.Pid)
	if err != nil {
		return Run{}, err
	}
	o, err := l.Run()
	if err != nil {
		return Run{}, err
	}
	// What the run left to be opened and linked is part of its cost.
	draining := time.Now()
	if err := c.drain(); err != nil {
		return Run{}, err
	}
	whole := o.Seconds + time.Since(draining).Seconds()
	after, err := cpuOf(c.cmd.Process.Pid)
	if err != nil {
		return Run{}, err
	}
	if o.Done == 0 {
		return Run{}, fmt.Errorf("none of %d posts was taken", len(l.Bodies))
	}
	return Run{Connections: l.Connections, PerSecond: float64(o.Done) / whole, Answered: float64(o.Done) / o.Seconds, P50: ms(o.P50), P99: ms(o.P99), Failed: o.Failed,
		CPU: float64((after - before).Microseconds()) / float64(o.Done)}, nil
}

// DrainPath is where a measured server is asked to open everything that waits. The bare peer has nothing to open and says so with 204 too.
const DrainPath = "/drain"

func (c *child) drain() error {
	resp, err := http.Post("http://"+c.addr+DrainPath, "text/plain", nil)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusNoContent {
		return errors.Join(fmt.Errorf("drain: status %d", resp.StatusCode), resp.Body.Close())
	}
	return resp.Body.Close()
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// drained ends the child's input and reads how many registrations it has opened.
func (c *child) drained() (int, error) {
	if err := c.in.Close(); err != nil {
		return 0, err
	}
	line, err := c.lines.ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("server did not say what it opened: %w", err)
	}
	var n int
	if _, err := fmt.Sscanf(line, "%d", &n); err != nil {
		return 0, fmt.Errorf("server said %d bytes that are no number", len(line))
	}
	return n, nil
}

func (c *child) stop() error {
	err := c.in.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	if wait := c.cmd.Wait(); wait != nil {
		return errors.Join(err, wait)
	}
	return err
}

func diskUse(dir string) int64 {
	var total int64
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !e.IsDir() && e.Name() != "bare.db" && e.Name() != "bare.db-wal" {
			total += info.Size()
		}
	}
	return total
}
