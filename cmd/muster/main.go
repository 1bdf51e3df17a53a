// Command muster is the whole product: it opens drives, takes registrations, calls people up, hands lists over sealed,
// proves what it did, and serves the pages. Each command is one file here; it reads flags, calls one method of the
// rooms below and prints the answer. It decides no rule.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"

	"github.com/alecthomas/kong"

	"muster/internal/lang"
	"muster/internal/reserve"
)

// Exit codes (CONTRACT, docs/operating.md).
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitLocked  = 3
	exitRefused = 4
)

// commands is the command line; the help texts are the manual.
type commands struct {
	Data string `help:"The data folder." default:"./muster-data" env:"MUSTER_DATA" type:"path"`
	JSON bool   `name:"json" help:"Print one JSON value on standard output and nothing else there."`

	Demo     demoCommand     `cmd:"" help:"Show the main job on this machine, in a temporary folder, as one story."`
	Init     initCommand     `cmd:"" help:"Make the data folder, the keys and the first owner."`
	Serve    serveCommand    `cmd:"" help:"Serve the pages, the API and the channels."`
	Unlock   unlockCommand   `cmd:"" help:"Unlock the running node."`
	Lock     lockCommand     `cmd:"" help:"Lock the running node at once."`
	Status   statusCommand   `cmd:"" help:"Say what the running node is doing."`
	Drive    driveCommand    `cmd:"" help:"Check, add, open and close drives."`
	Staff    staffCommand    `cmd:"" help:"Add and revoke staff, and print tokens."`
	Import   importCommand   `cmd:"" help:"Take people in from a sheet (CSV)."`
	Linkage  linkageCommand  `cmd:"" help:"Look for duplicates, or measure how well they are found."`
	Callup   callupCommand   `cmd:"" help:"Open, show and close call-ups."`
	Handover handoverCommand `cmd:"" help:"Prepare, approve, seal and open lists."`
	Audit    auditCommand    `cmd:"" help:"Verify the audit log, print a checkpoint."`
	Node     nodeCommand     `cmd:"" help:"Make and trust field nodes."`
	Bundle   bundleCommand   `cmd:"" help:"Carry registrations from a field node without a network."`
	Bench    benchCommand    `cmd:"" help:"Measure how fast this machine does each part."`
	Doctor   doctorCommand   `cmd:"" help:"Check disk, clock, permissions, keys, gateway and database."`
}

// run is what every command gets.
type run struct {
	ctx    context.Context
	data   string
	json   bool
	out    io.Writer
	log    *slog.Logger
	texts  *lang.Catalog
	spoken string
}

// print writes a command's answer: as JSON, or as the lines that text writes.
func (r *run) print(value any, text func(w io.Writer)) error {
	if r.json {
		return json.NewEncoder(r.out).Encode(value)
	}
	text(r.out)
	return nil
}

func main() {
	os.Exit(start(os.Args[1:]))
}

func start(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if path := os.Getenv("MUSTER_CPU_PROFILE"); path != "" {
		f, err := os.Create(fmt.Sprintf("%s.%d", path, os.Getpid())) // a bench has a server in a process of its own
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "muster:", err)
			return exitFailed
		}
		defer pprof.StopCPUProfile()
	}
	texts, err := lang.Load()
	if err != nil {
		fmt.Fprintln(os.Stderr, "muster:", err)
		return exitFailed
	}
	var c commands
	parser, err := kong.New(&c, kong.Name("muster"), kong.Description("A volunteer reserve registry and call-up system for emergencies."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}))
	if err != nil {
		fmt.Fprintln(os.Stderr, "muster:", err)
		return exitFailed
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "muster: %v\nSay `muster --help` for the commands.\n", err)
		return exitUsage
	}
	r := &run{ctx: ctx, data: c.Data, json: c.JSON, out: os.Stdout, texts: texts, spoken: "en",
		log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	return r.exit(chosen.Run(r))
}

// exit tells a person what went wrong and what to do next, and chooses the code.
func (r *run) exit(err error) int {
	if err == nil {
		return exitDone
	}
	faults := reserve.FaultsOf(err)
	if len(faults) == 0 {
		// Internal: this is the operator's own terminal, and the text holds no personal data.
		fmt.Fprintln(os.Stderr, "muster:", err)
		return exitFailed
	}
	for _, f := range faults {
		where := ""
		if line := f.Args["line"]; line != "" {
			where = "line " + line + ": "
		}
		if f.Field != "" {
			where += f.Field + ": "
		}
		fmt.Fprintf(os.Stderr, "muster: %s%s\n", where, r.texts.Text(r.spoken, "error."+f.Code, lang.Pairs(f.Args)...))
	}
	return code(err)
}

// usageError is a wrong use of the command that only its run could see.
type usageError struct{ error }

func code(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	switch reserve.KindOf(err) {
	case reserve.Locked:
		return exitLocked
	case reserve.Forbidden, reserve.Closed:
		return exitRefused
	default:
		return exitFailed
	}
}
