package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"muster/internal/callup"
	"muster/internal/carrier/simulator"
	"muster/internal/channel/bundle"
	"muster/internal/handover"
	"muster/internal/outbox"
	"muster/internal/reserve"
)

// works are the rooms that act beside the registry. A field node has only Field; a registry has all but Field.
type works struct {
	Lists     *handover.Lists
	Calls     *callup.CallUps
	Out       *outbox.Outbox
	Simulated *simulator.Simulator // nil where no carrier is simulated
	Hub       *bundle.Hub          // takes what field nodes bring
	Field     *bundle.Node         // gives what a field node took in
}

func (n *Node) openWorks(ctx context.Context) error {
	n.Lists = handover.New(handover.Config{Store: n.Store, Vault: n.Vault, Roll: n.Roll, Origin: n.Folder.Origin(), Now: n.Now})
	n.Calls = callup.New(callup.Config{Store: n.Store, Vault: n.Vault, Roll: n.Roll, Now: n.Now, Log: n.Log})
	if n.Folder.Field() {
		n.Field = bundle.NewNode(bundle.NodeConfig{Store: n.Store, Key: n.Folder.Key, Kit: *n.Folder.Kit, Now: n.Now})
		return nil
	}
	intake, err := n.Folder.Intake()
	if err != nil {
		return err
	}
	n.Hub = bundle.NewHub(bundle.HubConfig{Store: n.Store, Key: n.Folder.Key, Origin: n.Folder.Origin(), Intake: intake, Door: n.Folder.Door, Now: n.Now,
		Taken: n.Registry.Arrived})
	if n.Simulator {
		n.Simulated = simulator.New(simulator.Config{Now: n.Now, Seed: n.Seed, Arrived: n.Arrived, Post: n.postSimulated})
	}
	n.Out, err = outbox.New(ctx, outbox.Config{Store: n.Store, Vault: n.Vault, Roll: n.Roll, Catalog: n.Texts, Now: n.Now, Gateways: n.gateways(), Drain: n.drain, Log: n.Log})
	return err
}

// gateways is the table of carriers that texts go out by: one line each.
func (n *Node) gateways() []outbox.Gateway {
	var list []outbox.Gateway
	if n.Simulated != nil {
		list = append(list, outbox.Gateway{Name: simulatorName, Sender: n.Simulated, RatePerHour: n.SimulatorRate, Dedup: true})
	}
	return list
}

// loops is the table of everything that happens by itself.
func (n *Node) loops() []loop {
	if n.Field != nil {
		return []loop{
			{name: "sequence", step: n.Store.Sequence, idle: 300 * time.Millisecond},
			{name: "sync", step: n.sync, idle: syncEvery},
		}
	}
	return []loop{
		{name: "sequence", step: n.Store.Sequence, idle: 300 * time.Millisecond},
		{name: "open", step: n.Registry.Step, idle: time.Second, wake: n.Registry.Waiting(), unlocked: true},
		{name: "feed", step: n.Registry.Feed, idle: 2 * time.Second, unlocked: true},
		{name: "network", step: n.stepNetwork, idle: 200 * time.Millisecond},
		{name: "texts", step: n.SMS.Step, idle: time.Second, wake: n.SMS.Waiting(), unlocked: true},
		{name: "call-ups", step: n.Calls.Step, idle: time.Second, unlocked: true},
		{name: "outbox", step: n.Out.Step, idle: time.Second, unlocked: false},
		{name: "lists", step: n.Lists.Step, idle: time.Minute, unlocked: true},
		{name: "linkage", step: n.Registry.RelinkStep, idle: 5 * time.Second, unlocked: true},
		{name: "keys", step: n.Registry.Rotate, idle: time.Hour, unlocked: true},
		{name: "levels", step: n.Registry.ExpireVerifications, idle: time.Hour, unlocked: true},
		{name: "sign-ins", step: n.Staff.Step, idle: time.Minute},
		{name: "checkpoint", step: n.checkpoint, idle: checkpointEvery, unlocked: true},
	}
}

// checkpointEvery is how often the log is signed: what a thief of the keys could rewrite unseen is at most that much.
const checkpointEvery = time.Minute

// checkpoint signs the log where it has grown.
func (n *Node) checkpoint(ctx context.Context) (did bool, err error) {
	return false, n.SignCheckpoint(ctx)
}

// syncEvery is how often a field node calls its registry: soon enough that a desk sees its site live, seldom enough for a
// network that is paid by the megabyte.
const syncEvery = 10 * time.Second

// sync delivers what a field node holds, where it knows its registry's address. No network is no fault: it tries again.
func (n *Node) sync(ctx context.Context) (did bool, err error) {
	if n.Config.Registry == "" {
		return false, nil
	}
	done, err := n.Field.Sync(ctx, &http.Client{Timeout: time.Minute}, n.Config.Registry)
	if err != nil {
		n.Log.LogAttrs(ctx, slog.LevelWarn, "not delivered", slog.String("code", reserve.CodeOf(err)), slog.Int64("left", done.Left))
	}
	return false, nil
}
