package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/people"
)

// program builds the real command, once a test.
func program(t *testing.T, tags string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "muster")
	build := exec.Command("go", "build", "-tags", tags, "-o", path, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// victim is a real registry that is killed and started again on the same folder.
type victim struct {
	t                   *testing.T
	program, data, addr string
	passphrase          string
	env                 []string
	cmd                 *exec.Cmd
	log                 bytes.Buffer
}

func newVictim(t *testing.T, program string, env ...string) *victim {
	t.Helper()
	dir := t.TempDir()
	v := &victim{t: t, program: program, data: filepath.Join(dir, "data"), passphrase: filepath.Join(dir, "passphrase"), env: append(os.Environ(), env...)}
	if err := os.WriteFile(v.passphrase, []byte("a passphrase of a test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	v.run("init", "--drive", "../../examples/niger/drive.yaml", "--passphrase-file", v.passphrase)
	return v
}

func (v *victim) run(args ...string) []byte {
	v.t.Helper()
	cmd := exec.Command(v.program, append([]string{"--data", v.data}, args...)...)
	cmd.Env = v.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		v.t.Fatalf("muster %s: %v\n%s", strings.Join(args, " "), err, errs.Bytes())
	}
	return out
}

func (v *victim) start() {
	v.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		v.t.Fatal(err)
	}
	v.addr = l.Addr().String()
	if err := l.Close(); err != nil {
		v.t.Fatal(err)
	}
	v.cmd = exec.Command(v.program, "--data", v.data, "serve", "--listen", v.addr, "--behind-proxy", "--passphrase-file", v.passphrase)
	v.cmd.Env, v.cmd.Stderr = v.env, &v.log
	if err := v.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	for range 600 {
		resp, err := http.Get("http://" + v.addr + "/healthz")
		if err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	v.t.Fatalf("the server does not answer:\n%s", v.log.String())
}

// kill ends the process as a power cut would end it, as far as the process is concerned.
func (v *victim) kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
}

// post sends one registration and gives its receipt and status.
func (v *victim) post(ctx context.Context, body []byte) (receipt string, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+v.addr+"/api/v1/drives/niger-civil-reserve/registrations", bytes.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", rand.IntN(256), rand.IntN(256), rand.IntN(256))) // one address may not send so much
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", 0, err
	}
	var answer struct{ Receipt string }
	if resp.StatusCode < 300 {
		if err := json.Unmarshal(text, &answer); err != nil {
			return "", 0, err
		}
	}
	return answer.Receipt, resp.StatusCode, nil
}

// rush posts until the server is killed, and keeps what was acknowledged.
func (v *victim) rush(next func() []byte, acknowledged map[string]string, mu *sync.Mutex, kill <-chan time.Time) {
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for ctx.Err() == nil {
				body := next()
				receipt, status, err := v.post(ctx, body)
				if err != nil {
					return // killed: nobody knows whether this one was kept, so nothing was promised
				}
				if status == http.StatusCreated || status == http.StatusOK {
					mu.Lock()
					acknowledged[string(body)] = receipt
					mu.Unlock()
				}
			}
		})
	}
	<-kill
	v.kill()
	stop()
	wg.Wait()
}

// lost posts every acknowledged registration again: the same receipt and 200 mean that it is there whole.
func (v *victim) lost(acknowledged map[string]string) (lost int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan [2]string)
	for range 16 {
		wg.Go(func() {
			for w := range work {
				receipt, status, err := v.post(context.Background(), []byte(w[0]))
				if err != nil || status != http.StatusOK || receipt != w[1] {
					mu.Lock()
					lost++
					mu.Unlock()
				}
			}
		})
	}
	for body, receipt := range acknowledged {
		work <- [2]string{body, receipt}
	}
	close(work)
	wg.Wait()
	return lost
}

func campaign(t *testing.T, v *victim, kills int, seed uint64) (acknowledged map[string]string, lost int) {
	t.Helper()
	source, r := people.New(seed), rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	serial := 0
	next := func() []byte {
		mu.Lock()
		defer mu.Unlock()
		for {
			serial++
			if p := source.Next(); !p.Truth.Minor {
				return registrationBody(p, fmt.Sprintf("kill-%d-%016d", seed, serial))
			}
		}
	}
	acknowledged = map[string]string{}
	for range kills {
		v.start()
		v.rush(next, acknowledged, &mu, time.After(time.Duration(30+r.IntN(270))*time.Millisecond))
	}
	v.start()
	return acknowledged, v.lost(acknowledged)
}

func TestNoAcknowledgedRegistrationIsLostInFiftyKills(t *testing.T) {
	const seed = 20261125
	v := newVictim(t, program(t, ""))
	acknowledged, lost := campaign(t, v, 50, seed)
	defer v.kill()
	t.Logf("seed %d: 50 kills, %d acknowledged, %d lost", seed, len(acknowledged), lost)
	if lost != 0 || len(acknowledged) < 500 {
		t.Errorf("lost %d of %d acknowledged (want 0 of 500 or more)", lost, len(acknowledged))
	}
	var status struct{ Unopened int64 }
	for range 200 {
		if err := json.Unmarshal(v.run("--json", "status"), &status); err != nil {
			t.Fatal(err)
		}
		if status.Unopened == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if status.Unopened != 0 {
		t.Errorf("%d registrations are half there: an unlocked node could not open them", status.Unopened)
	}
	var check struct{ OK bool }
	if err := json.Unmarshal(v.run("--json", "audit", "verify"), &check); err != nil || !check.OK {
		t.Errorf("the log after fifty kills: ok=%v (%v)", check.OK, err)
	}
}

func TestTheKillsCatchABuildThatAcknowledgesBeforeItCommits(t *testing.T) {
	v := newVictim(t, program(t, "broken"), "MUSTER_BROKEN=ack-before-commit")
	acknowledged, lost := campaign(t, v, 12, 7)
	v.kill()
	if lost == 0 {
		t.Errorf("12 kills of a build that is wrong on purpose lost nothing of %d: the harness is blind", len(acknowledged))
	}
}
