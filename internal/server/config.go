package server

import (
	"log/slog"
	"time"
)

// Config is how a node runs. The comments are the manual; docs/operating.md shows examples.
type Config struct {
	// Data is the folder made by `muster init` or `muster node init`.
	Data string
	// Listen is where people, staff and carriers reach the node, "host:port".
	Listen string
	// Metrics is where Prometheus reads, on loopback unless somebody says otherwise; empty is off.
	Metrics string
	// Database is a postgres:// address for several nodes on one registry; empty is the folder's own SQLite file.
	Database string
	// Passphrase unlocks at start; empty leaves the node locked, which is the safe state after a power cut.
	Passphrase string
	// Registry is where a field node delivers what it took in, "https://…"; empty waits for a bundle to be carried.
	Registry string
	// Simulator mounts the carrier simulator, for demos, rehearsals and tests. A simulated text reaches nobody.
	Simulator bool
	// SimulatorRate is how many texts an hour the simulated SIM carries; 0 is no limit.
	SimulatorRate int
	// Seed makes the simulator's losses and delays the same each time.
	Seed uint64
	// Arrived, where set, is told of each simulated text that reaches a phone: the crowd of a demo listens here.
	Arrived func(to, text string, at time.Time)
	// CarrierSecret is the last part of the address that carriers post to; made at init, kept in the folder.
	CarrierSecret string
	// Numbers are the house's own numbers, in E.164, and short codes: a text from one of them is an echo of ours, and is never
	// answered (two machines would go on for ever).
	Numbers []string
	// Secure says that people reach the node by https: cookies are then sent over https only.
	Secure bool
	// BehindProxy says that a proxy of ours stands in front, and that its X-Forwarded-For names who asks. Without a proxy the
	// header is anybody's word and must not be believed.
	BehindProxy bool
	// Now is the one clock; nil is the machine's.
	Now func() time.Time
	// Log gets one line an event, without names, numbers or texts.
	Log *slog.Logger
}

// Limits of the doors. Each has its reason beside it.
const (
	// A basic phone on 2G sends its headers in two seconds; slower than five is somebody holding connections open.
	readHeaderTimeout = 5 * time.Second
	// A form of 16 KB at 10 kbit/s takes 13 s; an import of 100,000 rows is read by its own route with its own limit.
	readTimeout = 60 * time.Second
	// Answers stream for as long as a console is open, so only idle connections are ended.
	idleTimeout = 30 * time.Second
	// The headers of every browser fit four times.
	maxHeader = 16 << 10
	// Between a signal and the end: commits take milliseconds, a page seconds.
	stopTimeout = 10 * time.Second
)
