package server

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"muster/internal/api"
	"muster/internal/handover"
	"muster/internal/store"
)

// works are the rooms that act beside the registry.
type works struct {
	Lists *handover.Lists
}

// doors are what the outside reaches.
type doors struct {
	API    *api.API
	meters meters
}

func (n *Node) openWorks(context.Context, *store.Intake) error {
	n.Lists = handover.New(handover.Config{Store: n.Store, Vault: n.Vault, Roll: n.Roll, Origin: n.Folder.Origin(), Now: n.Now})
	return nil
}

func (n *Node) openDoors(context.Context) error {
	n.meters = n.newMeters()
	n.API = api.New(api.Config{Registry: n.Registry, Staff: n.Staff, Lang: n.Texts, Now: n.Now, Log: n.Log, Address: n.address()})
	return nil
}

// address says whom a request comes from: nil is the other end of the connection.
func (n *Node) address() func(*http.Request) netip.Addr {
	if !n.BehindProxy {
		return nil
	}
	return func(r *http.Request) netip.Addr {
		// The last entry is the one our own proxy wrote; those before it are what it was told.
		list := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		a, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1]))
		if err != nil {
			return netip.Addr{}
		}
		return a
	}
}

func (n *Node) mount(mux *http.ServeMux) {
	n.API.Mount(mux)
}

// loops is the table of everything that happens by itself.
func (n *Node) loops() []loop {
	return []loop{
		{name: "sequence", step: n.Store.Sequence, idle: 300 * time.Millisecond},
		{name: "open", step: n.Registry.Step, idle: time.Second, wake: n.Registry.Waiting(), unlocked: true},
		{name: "feed", step: n.Registry.Feed, idle: 2 * time.Second, unlocked: true},
		{name: "lists", step: n.Lists.Step, idle: time.Minute, unlocked: true},
	}
}
