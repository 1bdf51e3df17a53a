package sms_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

// fuse is a context that ends by itself when it has been looked at so many times: a process that stops at the n-th thing it
// asks of the disk or the network.
type fuse struct {
	context.Context
	mu   sync.Mutex
	left int
	done chan struct{}
}

func newFuse(ctx context.Context, n int) *fuse {
	return &fuse{Context: ctx, left: n, done: make(chan struct{})}
}

func (f *fuse) burn() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left == 0 {
		close(f.done)
	}
	return f.left <= 0
}

// Done counts as a look.
func (f *fuse) Done() <-chan struct{} { f.burn(); return f.done }

// Err counts as a look.
func (f *fuse) Err() error {
	if f.burn() {
		return context.Canceled
	}
	return nil
}

func (f *fuse) blown() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left <= 0
}

// A call-up is played again and again; each time one of its steps stops one look later, the process starts anew on the same
// disk, and the rest must come out as if nothing had happened.
func TestAStopAtAnyPointOfAnyStepLosesNothingAndRepeatsNothing(t *testing.T) {
	steps := map[string]func(h *house, c reserve.CallUp) func(context.Context) error{
		"asking":    func(h *house, _ reserve.CallUp) func(context.Context) error { return step(h.callups.Step) },
		"sending":   func(h *house, _ reserve.CallUp) func(context.Context) error { return step(h.outbox.Step) },
		"answering": func(h *house, _ reserve.CallUp) func(context.Context) error { return step(h.sms.Step) },
		"closing": func(h *house, c reserve.CallUp) func(context.Context) error {
			return func(ctx context.Context) error { return h.callups.Close(ctx, h.boss, c.ID) }
		},
	}
	vault, pub := testkit.Unlocked(t)
	seed, stride := time.Now().UnixNano(), stopStride(t)
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	t.Logf("seed %d, every %d looks", seed, stride)
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		at := steps[name]
		first := 1 + rng.IntN(min(stride, 9))
		t.Run(name, func(t *testing.T) {
			stops := 0
			for n := first; ; n += stride {
				blown := stoppedCallUp(t, halt{name, at, n}, vault, pub)
				if !blown || t.Failed() {
					break
				}
				stops++
			}
			if stops < 1 {
				t.Error("no stop: the fuse was not looked at")
			}
		})
	}
}

// stopStride is how many looks lie between two stops: few in the short run, none left out in the long one (MUSTER_CAMPAIGN is
// the share of a campaign that is run, 0.01 where it is not set).
func stopStride(t *testing.T) int {
	t.Helper()
	text := os.Getenv("MUSTER_CAMPAIGN")
	if text == "" {
		text = "0.01"
	}
	share, err := strconv.ParseFloat(text, 64)
	if err != nil || share <= 0 {
		t.Fatalf("MUSTER_CAMPAIGN: got %q, want a share such as 0.01 or 1", text)
	}
	return max(1, min(40, int(1/share)))
}

func step(s func(context.Context) (bool, error)) func(context.Context) error {
	return func(ctx context.Context) error { _, err := s(ctx); return err }
}

// halt is where a process stops: at the n-th look of a step.
type halt struct {
	step string
	at   func(*house, reserve.CallUp) func(context.Context) error
	n    int
}

func stoppedCallUp(t *testing.T, where halt, vault *seal.Vault, pub seal.IntakePublic) (blown bool) {
	t.Helper()
	clock := testkit.NewClock()
	s := testkit.OpenConfig(t, store.Config{Location: filepath.Join(t.TempDir(), "muster.db"), Node: "n1", Now: clock.Now})
	h := houseWith(t, s, clock, vault, pub)
	people := h.crowd(1, 8, nil)
	c := h.open(3, count(3), count(2), 6*time.Hour)
	h.run() // the planner's own first wave
	stop := func(when string) {
		if when != where.step {
			return
		}
		f := newFuse(t.Context(), where.n)
		err := where.at(h, c)(f)
		if blown = f.blown(); err != nil && !blown {
			t.Errorf("%s: %v", when, err)
		}
		h.start()
		clock.Add(10 * time.Minute) // past every lease
	}
	h.change(func(tx *store.Tx) error {
		var list []store.Chosen
		for _, p := range people {
			list = append(list, store.Chosen{Volunteer: p.Volunteer.ID, Version: 1, Channel: "sms"})
		}
		if err := tx.AddWave(&reserve.Wave{CallUp: c.ID, Need: c.Needs[0].ID, Reason: map[string]int64{"wave": 1}}, list); err != nil {
			return err
		}
		return tx.WakeCallUp(c.ID, tx.Now())
	})
	stop("asking")
	if _, err := h.callups.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop("sending")
	h.run()
	for i := 1; i <= 7; i++ {
		clock.Add(time.Second)
		h.sim.Text(testkit.CrowdPhone(i), "oui")
	}
	if _, err := h.sim.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop("answering")
	h.run()
	stop("closing")
	if err := h.callups.Close(t.Context(), h.boss, c.ID); err != nil {
		t.Fatal(err)
	}
	h.run()
	h.checkOutcome(c, where.n)
	return blown
}

// checkOutcome looks at every phone: asked once, told once, and what it was told is what the registry holds.
func (h *house) checkOutcome(c reserve.CallUp, n int) {
	h.t.Helper()
	if v := h.show(c.ID); v.Confirmed != 3 || v.Standby != 0 {
		h.t.Errorf("stop %d: got %d confirmed and %d on stand-by after the end, want 3 and 0", n, v.Confirmed, v.Standby)
	}
	told := map[string]int{}
	for i := 1; i <= 8; i++ {
		texts := strings.Join(h.sim.Phone(testkit.CrowdPhone(i)), "\n")
		if asked := strings.Count(texts, "1=oui 2=non"); asked != 1 {
			h.t.Errorf("stop %d: person %d was asked %d times: %q", n, i, asked, texts)
		}
		for outcome, words := range map[string]string{"seat": "Gaya health centre", "standby": "la prochaine place", "full": "Restez", "not-needed": "plus besoin"} {
			told[outcome] += strings.Count(texts, words)
		}
	}
	if told["seat"] != 3 || told["standby"] != 2 || told["full"] != 2 || told["not-needed"] < 3 {
		h.t.Errorf("stop %d: told %v, want 3 seats, 2 stand-bys, 2 full, and 3 that they are not needed", n, told)
	}
}
