package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/callup"
	"muster/internal/outbox"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/server"
	"muster/internal/store"
	"muster/internal/testkit"
)

// gateway is the test double of C042: it records every request with its key, answers late, and pulls the plug at a request.
type gateway struct {
	mu     sync.Mutex
	keys   map[string][]string // by number: the keys of the requests, in order
	total  int
	cutAt  int
	cut    func()
	slow   func() time.Duration
	server *httptest.Server
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{keys: map[string][]string{}, slow: func() time.Duration { return time.Duration(rand.IntN(3000)) * time.Microsecond }}
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	return g
}

// ServeHTTP takes one text.
func (g *gateway) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.total++
	to := r.FormValue("to")
	g.keys[to] = append(g.keys[to], r.FormValue("key"))
	if g.cut != nil && g.total >= g.cutAt {
		g.cut()
		g.cut = nil
	}
	g.mu.Unlock()
	select {
	case <-time.After(g.slow()): // a gateway takes its time; what is cut meanwhile is in flight
	case <-r.Context().Done():
	}
	_, _ = rw.Write([]byte("id-" + r.FormValue("key"))) // whoever is dead hears nothing
}

// of gives the keys under which a number was handed over.
func (g *gateway) of(number string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.keys[number])
}

// counts gives how many requests came, for how many numbers.
func (g *gateway) counts() (requests, numbers int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.total, len(g.keys)
}

// wire hands texts to a gateway by HTTP.
type wire struct{ url string }

// Send posts one text with its key.
func (w wire) Send(ctx context.Context, t reserve.OutboundText) (string, error) {
	body := strings.NewReader("to=" + strings.ReplaceAll(t.To.Reveal(), "+", "%2B") + "&key=" + t.Ref)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	id, err := io.ReadAll(resp.Body)
	return string(id), errors.Join(err, resp.Body.Close())
}

// sending is what the process that is killed is told.
type sending struct {
	Data, URL string
	Dedup     bool
}

// sender is the variable that tells it.
const sender = "MUSTER_CASES_SENDER"

// inFlight is how many texts are on their way at once when the power goes.
const inFlight = 17

func outboxOf(n *server.Node, s sending) (*outbox.Outbox, error) {
	return outbox.New(context.Background(), outbox.Config{Store: n.Store, Vault: n.Vault, Roll: n.Roll, Catalog: n.Texts, Now: n.Now,
		Gateways: []outbox.Gateway{{Name: "double", Sender: wire{s.URL}, Dedup: s.Dedup, Window: inFlight}}})
}

// sendUntilKilled sends everything that is due from a process of its own.
func sendUntilKilled(text string) error {
	var s sending
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	n, err := server.Open(context.Background(), server.Config{Data: s.Data, Passphrase: passphrase, Now: testkit.NewClock().Now})
	if err != nil {
		return err
	}
	out, err := outboxOf(n, s)
	for did := true; did && err == nil; {
		did, err = out.Step(context.Background())
	}
	return err
}

// wave is a house in which a wave of invitations is ready to be sent, closed; copies of its folder are cut at different points.
type wave struct {
	data   string
	people []person
	callup reserve.CallUp
}

func newWave(t *testing.T, size int) *wave {
	t.Helper()
	h := newHouse(t)
	w := &wave{data: h.data, people: h.crowd(size)}
	check(t, h.Close())
	h.silent = true
	h.open()
	w.callup = h.callUp(request{wanted: size, urgent: true, by: testkit.Today().Add(48 * time.Hour)})
	if got := len(h.invitations(w.callup)); got != size {
		t.Fatalf("got %d invited, want %d", got, size)
	}
	check(t, h.Close())
	t.Cleanup(h.open) // the house is closed once more when its test ends
	return w
}

// cut sends the wave from a process that dies at a request, and opens what is left on the disk.
func (w *wave) cut(t *testing.T, g *gateway, at int, dedup bool) *house {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	check(t, os.CopyFS(data, os.DirFS(w.data)))
	check(t, os.Chmod(data, 0o700))
	self, err := os.Executable()
	check(t, err)
	told, err := json.Marshal(sending{data, g.server.URL, dedup})
	check(t, err)
	child := exec.Command(self)
	child.Env = append(os.Environ(), sender+"="+string(told))
	var out bytes.Buffer
	child.Stdout, child.Stderr = &out, &out
	check(t, child.Start())
	g.mu.Lock()
	g.cutAt, g.cut = at, func() { _ = child.Process.Kill() } // it is alive: it has just spoken
	g.mu.Unlock()
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the process was not killed at request %d: %v\n%s", at, err, out.Bytes())
	}
	h := &house{t: t, data: data, clock: testkit.NewClock(), log: &bytes.Buffer{}, drive: "niger-civil-reserve", silent: true}
	h.open()
	t.Cleanup(func() { check(t, h.Close()) })
	return h
}

// goOn sends what is left, while the clock moves on past whatever the dead process had claimed.
func (h *house) goOn(g *gateway, dedup bool) {
	h.t.Helper()
	out, err := outboxOf(h.Node, sending{h.data, g.server.URL, dedup})
	check(h.t, err)
	for range 30 {
		for did := true; did; {
			did, err = out.Step(context.Background())
			check(h.t, err)
		}
		h.clock.Add(time.Minute)
	}
}

func caseC042(t *testing.T, c *Case) {
	var in struct {
		Wave      int
		Before    int `json:"handed_over_before_cut"`
		InFlight  int `json:"in_flight"`
		GatewayIs string
	}
	check(t, json.Unmarshal(c.Input, &in))
	if in.InFlight != inFlight {
		t.Fatalf("the case has %d in flight, the test %d", in.InFlight, inFlight)
	}
	big, small := newWave(t, in.Wave), newWave(t, 60)
	c.line(t, 1, func(t *testing.T) {
		big.once(t, in.Before)
		points := 20
		if testing.Short() {
			points = 4
		}
		for range points {
			small.once(t, 1+rand.IntN(59))
		}
		small.unknown(t, 30)
	})
	c.line(t, 2, func(t *testing.T) { small.notNeeded(t) })
}

// once wants everybody handed over after a cut, and nobody twice but under the same key.
func (w *wave) once(t *testing.T, at int) {
	t.Helper()
	g := newGateway(t)
	h := w.cut(t, g, at, true)
	h.goOn(g, true)
	for _, p := range w.people {
		if keys := slices.Compact(g.of(p.phone)); len(keys) != 1 {
			t.Errorf("cut at %d: a person was handed over under %d keys, want one", at, len(keys))
		}
	}
	requests, _ := g.counts()
	if again := requests - len(w.people); again < 0 || again > at+inFlight {
		t.Errorf("cut at %d: %d requests for %d people, want only what was handed over before the cut repeated", at, requests, len(w.people))
	}
}

// unknown is a gateway that keeps no keys: what was in flight is put to a person and never sent again.
func (w *wave) unknown(t *testing.T, at int) {
	t.Helper()
	g := newGateway(t)
	h := w.cut(t, g, at, false)
	h.goOn(g, false)
	var open []store.Outbound
	check(t, h.Store.View(context.Background(), func(r *store.Read) (err error) {
		open, err = r.UnknownTexts(1000)
		return err
	}))
	for _, p := range w.people {
		if len(g.of(p.phone)) > 1 {
			t.Errorf("a person was handed over %d times to a gateway that keeps no keys", len(g.of(p.phone)))
		}
	}
	_, numbers := g.counts()
	if len(open) == 0 || len(open) > inFlight || numbers+len(open) < len(w.people) {
		t.Errorf("got %d handed over and %d before a person, want all %d", numbers, len(open), len(w.people))
	}
}

// notNeeded lets the need go away between the cut and the restart, in three ways.
func (w *wave) notNeeded(t *testing.T) {
	ctx := context.Background()
	waiting := func(h *house, g *gateway) (list []roll.Person) {
		for _, p := range h.people() {
			if len(g.of(phonesOf(p)[0])) == 0 {
				list = append(list, p)
			}
		}
		return list
	}
	for what, change := range map[string]func(h *house, left []roll.Person) (stay []roll.Person){
		"somebody says STOP": func(h *house, left []roll.Person) []roll.Person {
			check(t, h.Registry.Silence(ctx, h.Operator(), phonesOf(left[0])[0]))
			return left[:1]
		},
		"somebody withdraws": func(h *house, left []roll.Person) []roll.Person {
			check(t, h.Registry.Withdraw(ctx, h.Operator(), left[0].Volunteer.ID))
			return left[:1]
		},
		"the call-up is closed": func(h *house, left []roll.Person) []roll.Person {
			check(t, h.Calls.Close(ctx, h.Operator(), w.callup.ID))
			return left
		},
	} {
		g := newGateway(t)
		h := w.cut(t, g, 20, true)
		left := waiting(h, g)
		if len(left) < 20 {
			t.Fatalf("%s: %d not yet asked after the cut, want more", what, len(left))
		}
		stay := change(h, left)
		h.goOn(g, true)
		for _, p := range stay {
			if keys := g.of(phonesOf(p)[0]); len(keys) != 0 && !onlyNotices(h, keys) {
				t.Errorf("%s: somebody who is not needed was asked all the same", what)
			}
		}
		if _, numbers := g.counts(); len(stay) == 1 && numbers != len(w.people)-1 {
			t.Errorf("%s: got %d asked, want all others", what, numbers)
		}
	}
	w.quotaMet(t)
}

// onlyNotices reports whether texts are none of asking: who is not needed may be told so.
func onlyNotices(h *house, keys []string) bool {
	return !slices.ContainsFunc(keys, func(key string) bool { return h.outbound(key).TextKey == "sms.invite" })
}

// quotaMet fills every place of a small need by phone calls while its texts wait.
func (w *wave) quotaMet(t *testing.T) {
	h := newHouse(t)
	people := h.crowd(12)
	check(t, h.Close())
	h.silent = true
	h.open()
	k := h.callUp(request{wanted: 5, limit: 5, standby: 1, urgent: true, by: testkit.Today().Add(48 * time.Hour)})
	invited := h.invitations(k)
	if len(invited) < 7 {
		t.Fatalf("got %d of %d invited, want more than the places", len(invited), len(people))
	}
	taken := map[string]bool{}
	for _, i := range invited[:6] { // five places and the stand-by
		check(t, h.Calls.RecordCall(context.Background(), h.Operator(), i.ID, callup.CallYes))
		taken[i.Volunteer] = true
	}
	g := newGateway(t)
	h.settle()
	h.goOn(g, true)
	for _, i := range invited {
		p, _ := h.Roll.Person(i.Volunteer)
		if keys := g.of(phonesOf(p)[0]); !taken[i.Volunteer] && !onlyNotices(h, keys) {
			t.Errorf("somebody (%s) was asked when every place was taken", i.State)
		}
	}
}
