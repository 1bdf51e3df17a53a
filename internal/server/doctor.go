package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"muster/internal/store"
)

// Check is one thing doctor looked at. Advice is a key of the language catalogue, so that it reads in the operator's language.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Advice string `json:"advice,omitempty"`
}

// Bounds of what doctor calls healthy, each with its reason.
const (
	// A drive of 100,000 people needs 200 MB, and a full disk stops intake: half a gigabyte is the least to begin a day with.
	leastFree = 512 << 20
	// A laptop's disk syncs in 1 to 10 ms; above 100 ms a queue of people waits for the disk.
	slowSync = 100 * time.Millisecond
	// The log sequences twice a second; a minute means that nobody does.
	staleActs = time.Minute
)

// builtAfter is a day on which this code was already written: a clock that says an earlier one is wrong, and would make children of adults.
func builtAfter() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

// Doctor looks at the machine, the folder and the data of a node, running or not, and says what to do about each fault.
func (n *Node) Doctor(ctx context.Context) []Check {
	checks := []Check{n.checkDisk(), n.checkSync(), n.checkClock(), n.checkPermissions(), n.checkKeys()}
	return append(checks, n.checkData(ctx)...)
}

func (n *Node) checkDisk() Check {
	c := Check{Name: "disk", Advice: "doctor.disk"}
	var s syscall.Statfs_t
	if err := syscall.Statfs(n.Data, &s); err != nil {
		c.Detail = err.Error()
		return c
	}
	free := s.Bavail * uint64(s.Bsize)
	c.Detail, c.OK = fmt.Sprintf("%d MB free", free>>20), free >= leastFree
	return c.done()
}

func (n *Node) checkSync() Check {
	c := Check{Name: "fsync", Advice: "doctor.fsync"}
	path := filepath.Join(n.Data, "doctor-probe")
	start := n.Now()
	if err := writeDurably(path, []byte("probe")); err != nil {
		c.Detail = err.Error()
		return c
	}
	took := n.Now().Sub(start)
	if err := os.Remove(path); err != nil {
		c.Detail = err.Error()
		return c
	}
	c.Detail, c.OK = fmt.Sprintf("a file durable in %s", took.Round(time.Microsecond)), took < slowSync
	return c.done()
}

func (n *Node) checkClock() Check {
	c := Check{Name: "clock", Advice: "doctor.clock"}
	now := n.Now()
	c.Detail, c.OK = now.UTC().Format(time.RFC3339), now.After(builtAfter()) && now.Before(builtAfter().AddDate(20, 0, 0))
	return c.done()
}

func (n *Node) checkPermissions() Check {
	c := Check{Name: "permissions", Advice: "doctor.permissions", OK: true, Detail: "the folder and its files are the operator's alone"}
	files := []string{".", keysName, kitName, doorName, nodeKeyName, storeName, keyringName}
	for _, name := range files {
		info, err := os.Stat(filepath.Join(n.Data, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			c.OK, c.Detail = false, name+" can be read by others"
		}
	}
	return c.done()
}

func (n *Node) checkKeys() Check {
	c := Check{Name: "keys", OK: true, Advice: "doctor.keys"}
	switch {
	case n.Folder.Field():
		c.Detail = "field node: the public key only"
	case len(n.Folder.Keys.Wraps) == 0:
		c.OK, c.Detail = false, "no way to unlock"
	default:
		c.Detail = fmt.Sprintf("%d way(s) to unlock", len(n.Folder.Keys.Wraps))
	}
	return c.done()
}

func (n *Node) checkData(ctx context.Context) []Check {
	data := Check{Name: "database", Advice: "doctor.database", OK: true, Detail: n.Store.Engine() + " whole"}
	acts := Check{Name: "log", Advice: "doctor.log", OK: true, Detail: "every act has its place"}
	gateways := Check{Name: "gateway", Advice: "doctor.gateway", OK: true, Detail: "none dead"}
	records := Check{Name: "records", Advice: "doctor.records", OK: true, Detail: "all that were read opened"}
	if damaged := n.Registry.Damaged(); damaged > 0 {
		records.OK, records.Detail = false, fmt.Sprintf("%d records did not open at the last unlock", damaged)
	}
	err := n.Store.View(ctx, func(r *store.Read) error {
		if fault, err := r.Integrity(); err != nil || fault != "" {
			data.OK, data.Detail = false, "the file is damaged"
			return err
		}
		count, oldest, err := r.Unsequenced()
		if err != nil {
			return err
		}
		if age := n.Now().Sub(store.Time(oldest)); count > 0 && age > staleActs {
			acts.OK, acts.Detail = false, fmt.Sprintf("%d commits wait for their place since %s", count, age.Round(time.Second))
		}
		list, err := r.Gateways()
		for _, g := range list {
			if g.State == store.GatewayDead {
				gateways.OK, gateways.Detail = false, g.Carrier+" does not answer"
			}
		}
		return err
	})
	if err != nil {
		data.OK, data.Detail = false, err.Error()
	}
	return []Check{data.done(), acts.done(), gateways.done(), records.done()}
}

// done drops the advice where all is well.
func (c Check) done() Check {
	if c.OK {
		c.Advice = ""
	}
	return c
}
