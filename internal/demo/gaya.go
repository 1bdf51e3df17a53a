package demo

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fieldNode is the laptop at Gaya: the real command in a process of its own, so that killing it is a real kill.
type fieldNode struct {
	program, data string
	addr          string
	cmd           *exec.Cmd
	errs          bytes.Buffer
}

func (f *fieldNode) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, f.program, append([]string{"--data", f.data}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", args[0], err, out)
	}
	return nil
}

// start serves, as always without a secret, and delivers to registry if there is a network.
func (f *fieldNode) start(ctx context.Context, registry string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	f.addr = l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	f.cmd = exec.CommandContext(ctx, f.program, "--data", f.data, "serve", "--listen", f.addr, "--behind-proxy", "--registry", registry)
	f.cmd.Stderr = &f.errs
	if err := f.cmd.Start(); err != nil {
		return err
	}
	for range 500 {
		resp, err := http.Get("http://" + f.addr + "/healthz")
		if err == nil {
			return resp.Body.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return off("the field node does not answer: %s", f.errs.String())
}

// kill ends the process without a word, as a battery does.
func (f *fieldNode) kill() error {
	if err := f.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = f.cmd.Wait() // "killed" is what was asked for
	return nil
}

func (f *fieldNode) stop() error {
	if err := f.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return f.cmd.Wait()
}

// gaya is the site whose network goes, whose laptop dies, and who loses nobody.
func (s *story) gaya(ctx context.Context) error {
	var queue []*known
	for _, k := range s.crowd {
		if k.person.Site == "gaya" {
			queue = append(queue, k)
		}
	}
	f := &fieldNode{program: s.Program, data: filepath.Join(s.dir, "gaya")}
	if err := s.equip(ctx, f); err != nil {
		return err
	}
	third := len(queue) / 3
	if err := f.start(ctx, s.base); err != nil {
		return err
	}
	if err := s.trust(ctx); err != nil {
		return err
	}
	if err := s.takeIn(ctx, f, queue[:third], nil); err != nil {
		return err
	}
	s.say("   Gaya took in %d people and delivered while it had a network. Now the network goes, and in the middle of the queue the laptop is killed.", taken(queue))
	if err := f.kill(); err != nil {
		return err
	}
	if err := f.start(ctx, ""); err != nil {
		return err
	}
	if err := s.takeIn(ctx, f, queue[third:2*third], f.kill); err != nil {
		return err
	}
	if err := f.start(ctx, ""); err != nil {
		return err
	}
	s.say("   It starts again, locked as always: it holds no key. Whoever got no receipt is asked again; the queue goes on.")
	if err := s.takeIn(ctx, f, queue[third:], nil); err != nil {
		return err
	}
	if err := f.stop(); err != nil {
		return err
	}
	return s.carry(ctx, f, queue)
}

// equip makes the kit on the registry and the folder at Gaya.
func (s *story) equip(ctx context.Context, f *fieldNode) error {
	kit, err := s.node.Hub.Kit(ctx, s.owner.Actor, "gaya-1", "gaya")
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, "gaya.kit")
	if err := os.WriteFile(path, kit, 0o600); err != nil {
		return err
	}
	return f.run(ctx, "node", "init", "--kit", path)
}

// trust waits until the new node has called and somebody has compared its fingerprint.
func (s *story) trust(ctx context.Context) error {
	for range 300 {
		nodes, err := s.node.Hub.Nodes(ctx)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			return s.node.Hub.Trust(ctx, s.owner.Actor, n.ID)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return off("the field node never called its registry")
}

// takeIn registers people at the node, four desks at once; with cut, the node is cut off after half of them, and whoever
// then has no receipt stays without one. People who have a stub already are not asked again.
func (s *story) takeIn(ctx context.Context, f *fieldNode, queue []*known, cut func() error) error {
	var taken atomic.Int64
	var once sync.Once
	var cutErr error
	work := make(chan int)
	errs := make(chan error, 1)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range work {
				k := queue[i]
				join := s.joinByForm
				if i%2 == 0 {
					join = s.joinByAPI
				}
				err := join(ctx, "http://"+f.addr, k)
				if cut != nil && taken.Add(1) > int64(len(queue)/2) {
					once.Do(func() { cutErr = cut() })
				}
				if err != nil && cut == nil {
					select {
					case errs <- err:
					default: // the first fault is the one to tell
					}
				}
			}
		})
	}
	for i, k := range queue {
		if k.receipt == "" && !k.refused {
			work <- i
		}
	}
	close(work)
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return cutErr
	}
}

// carry brings the bundle in on a stick, twice, and compares with the paper stubs.
func (s *story) carry(ctx context.Context, f *fieldNode, queue []*known) error {
	path := filepath.Join(s.dir, "gaya.bundle")
	if err := f.run(ctx, "bundle", "seal", "--out", path); err != nil {
		return err
	}
	ack, fresh, err := s.receive(ctx, path)
	if err != nil {
		return err
	}
	_, again, err := s.receive(ctx, path)
	if err != nil {
		return err
	}
	ackPath := filepath.Join(s.dir, "gaya.ack")
	if err := os.WriteFile(ackPath, ack, 0o600); err != nil {
		return err
	}
	if err := f.run(ctx, "bundle", "ack", ackPath); err != nil {
		return err
	}
	if err := s.node.Settle(ctx); err != nil {
		return err
	}
	r := &s.result
	r.FieldNodeStubs, r.FieldNodeRepeat = taken(queue), again
	for _, k := range queue {
		switch {
		case k.refused:
			r.RefusedUnderAge++
		case k.receipt != "":
			r.Registered++
			if _, there := s.node.Roll.ByReceipt(k.receipt); there {
				r.FieldNodeDelivered++
			} else {
				r.FieldNodeLost++
			}
			s.byReceipt[k.receipt] = k
		}
	}
	s.say("   The bundle is carried in on a stick: %d people were new. Carried in once more by mistake: %d new. Paper stubs %d, in the registry %d, lost %d.",
		fresh, again, r.FieldNodeStubs, r.FieldNodeDelivered, r.FieldNodeLost)
	return nil
}

func (s *story) receive(ctx context.Context, path string) (ack []byte, fresh int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	res, ack, err := s.node.Hub.Receive(ctx, s.owner.Actor, file)
	return ack, res.Fresh, err
}

// imported takes the file in that somebody else wrote.
func (s *story) imported(ctx context.Context) error {
	if s.Import == "" {
		s.say("   No file was given (--import FILE takes a CSV).")
		return nil
	}
	return s.importFile(ctx, strings.TrimSpace(s.Import))
}
