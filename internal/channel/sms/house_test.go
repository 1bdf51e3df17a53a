package sms_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/callup"
	"muster/internal/carrier/simulator"
	"muster/internal/channel/sms"
	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/outbox"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

var (
	places = sync.OnceValues(gazetteer.Load)
	words  = sync.OnceValues(lang.Load)
)

// house is one node with everything between a phone and the registry, on a standing clock.
type house struct {
	t       *testing.T
	clock   *testkit.Clock
	store   *store.Store
	vault   *seal.Vault
	roll    *roll.Roll
	reg     *registry.Registry
	callups *callup.CallUps
	outbox  *outbox.Outbox
	sms     *sms.SMS
	sim     *simulator.Simulator
	mux     *http.ServeMux
	boss    reserve.Actor
	intake  *store.Intake
	places  *gazetteer.Gazetteer
	catalog *lang.Catalog
	keyring *store.Keyring
	read    map[string]int // how many texts of a phone expect has seen
}

func newHouse(t *testing.T, s *store.Store, clock *testkit.Clock) *house {
	t.Helper()
	vault, pub := testkit.Unlocked(t)
	return houseWith(t, s, clock, vault, pub)
}

func houseWith(t *testing.T, s *store.Store, clock *testkit.Clock, vault *seal.Vault, pub seal.IntakePublic) *house {
	t.Helper()
	h := &house{t: t, clock: clock, store: s, roll: roll.New(), mux: http.NewServeMux(), read: map[string]int{}, boss: reserve.Actor{Kind: reserve.ActorStaff, ID: "boss", Role: reserve.RoleOwner}}
	h.vault = vault
	g, err := places()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := words()
	if err != nil {
		t.Fatal(err)
	}
	h.intake, h.places, h.catalog, h.keyring = s.NewIntake(pub), g, catalog, testkit.Keyring(t)
	h.change(func(tx *store.Tx) error { return tx.PutDrive(testkit.Drive(), store.DriveOpen) })
	h.sim = simulator.New(simulator.Config{Now: clock.Now, Seed: 1, OwnNumber: "+22720000000", Post: h.post})
	h.start()
	h.roll.SetLoaded()
	return h
}

// start makes everything that a process holds anew; what phones and the disk know stays.
func (h *house) start() {
	h.t.Helper()
	s, clock, vault, intake, g, catalog := h.store, h.clock, h.vault, h.intake, h.places, h.catalog
	h.mux = http.NewServeMux()
	h.reg = registry.New(registry.Config{Store: s, Keyring: h.keyring, Vault: vault, Intake: intake, Roll: h.roll, Gazetteer: g, Now: clock.Now})
	h.callups = callup.New(callup.Config{Store: s, Vault: vault, Roll: h.roll, Now: clock.Now})
	var err error
	h.outbox, err = outbox.New(h.t.Context(), outbox.Config{Store: s, Vault: vault, Roll: h.roll, Catalog: catalog, Now: clock.Now,
		Gateways: []outbox.Gateway{{Name: simulator.Name, Sender: h.sim, Dedup: true}}, Drain: func(ctx context.Context) error { return h.sms.Drain(ctx) }})
	if err != nil {
		h.t.Fatal(err)
	}
	h.sms = sms.New(sms.Config{Store: s, Vault: vault, Intake: intake, Roll: h.roll, Registry: h.reg, CallUps: h.callups, Reports: h.outbox, Gazetteer: g, Catalog: catalog, Now: clock.Now,
		Carriers: []sms.Carrier{{Name: simulator.Name, Secret: "s3cret", Decoder: h.sim}}, Own: []string{"+22720000000"}, Drive: testkit.Drive().Code})
	h.mux.Handle("/channel/sms/{carrier}/{secret}", h.sms)
}

// post is how the simulator reaches the house: through its door.
func (h *house) post(ctx context.Context, body []byte) error {
	rec := httptest.NewRecorder()
	h.mux.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodPost, "/channel/sms/simulator/s3cret", bytes.NewReader(body)))
	if rec.Code != http.StatusOK {
		return fmt.Errorf("the door answered %d", rec.Code)
	}
	return nil
}

func (h *house) change(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.store.Change(h.t.Context(), reserve.Act{Actor: reserve.System("test"), Verb: reserve.ActDriveAdd}, fn); err != nil {
		h.t.Fatal(err)
	}
}

// run lets every loop turn until none has anything to do.
func (h *house) run() {
	h.t.Helper()
	for range 1000 {
		any := false
		for _, step := range []func(context.Context) (bool, error){h.sim.Step, h.sms.Step, h.callups.Step, h.outbox.Step} {
			did, err := step(h.t.Context())
			if err != nil {
				h.t.Fatal(err)
			}
			any = any || did
		}
		if !any {
			return
		}
	}
	h.t.Fatal("the house does not come to rest")
}

// pass lets time pass in steps, as the loops of a server would.
func (h *house) pass(d, step time.Duration) {
	h.t.Helper()
	for end := h.clock.Now().Add(d); h.clock.Now().Before(end); {
		h.clock.Add(step)
		h.run()
	}
}

// phone is one phone of the network.
type phone struct {
	h      *house
	number string
}

func (h *house) phone(n int) phone { return phone{h, testkit.CrowdPhone(n)} }

// text sends a text a second after whatever came before, and lets it be handled.
func (p phone) text(text string) {
	p.h.t.Helper()
	p.h.clock.Add(time.Second)
	p.h.sim.Text(p.number, text)
	p.h.run()
}

// expect checks that the next text the phone received holds all of these.
func (p phone) expect(holds ...string) string {
	p.h.t.Helper()
	list := p.h.sim.Phone(p.number)
	at := p.h.read[p.number]
	if at >= len(list) {
		p.h.t.Errorf("%s: got no further text after %q, want one with %q", p.number, list, holds)
		return ""
	}
	p.h.read[p.number]++
	for _, w := range holds {
		if !strings.Contains(list[at], w) {
			p.h.t.Errorf("%s: got %q, want it to hold %q", p.number, list[at], w)
		}
	}
	return list[at]
}

// silent checks that nothing further came.
func (p phone) silent() {
	p.h.t.Helper()
	if list := p.h.sim.Phone(p.number); len(list) != p.h.read[p.number] {
		p.h.t.Errorf("%s: got %q, want nothing more", p.number, list[p.h.read[p.number]:])
	}
}

func insured() *bool { no := false; return &no }

// open opens a call-up for nurses.
func (h *house) open(wanted int, limit, standby *int, lead time.Duration) reserve.CallUp {
	h.t.Helper()
	c, err := h.callups.Open(h.t.Context(), h.boss, reserve.CallUpRequest{Drive: testkit.Drive().Code, ReportBy: h.clock.Now().Add(lead),
		Needs: []reserve.NeedRequest{{Function: "medical", Wanted: wanted, AssemblyPoint: "Gaya health centre", ConfirmLimit: limit, StandbyMax: standby}},
		Risk:  reserve.Risk{Hazards: "heat", Equipment: "gloves", Insurance: insured(), Refund: "transport", Contact: "+22720000000"}})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// ask puts a need to people at once, whatever the planner would say.
func (h *house) ask(c reserve.CallUp, people []roll.Person) {
	h.t.Helper()
	var list []store.Chosen
	for _, p := range people {
		list = append(list, store.Chosen{Volunteer: p.Volunteer.ID, Version: 1, Channel: "sms"})
	}
	h.change(func(tx *store.Tx) error {
		if err := tx.AddWave(&reserve.Wave{CallUp: c.ID, Need: c.Needs[0].ID, Reason: map[string]int64{"wave": 1}}, list); err != nil {
			return err
		}
		return tx.WakeCallUp(c.ID, tx.Now())
	})
	h.run()
}

func (h *house) show(id string) callup.NeedView {
	h.t.Helper()
	v, err := h.callups.Show(h.t.Context(), h.boss, id)
	if err != nil || len(v.Needs) == 0 {
		h.t.Fatalf("show: %v", err)
	}
	return v.Needs[0]
}

func (h *house) crowd(first, n int, change func(i int, p *roll.Person)) []roll.Person {
	h.t.Helper()
	return testkit.Crowd(h.t, h.store, h.roll, first, n, change)
}

// inbox counts rows by state and reading.
func (h *house) inbox() (fresh, unclear int64) {
	h.t.Helper()
	err := h.store.View(h.t.Context(), func(r *store.Read) (err error) {
		fresh, unclear, _, err = r.CountInbound()
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return fresh, unclear
}

func count(n int) *int { return &n }
