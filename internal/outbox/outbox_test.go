package outbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"muster/internal/carrier/simulator"
	"muster/internal/lang"
	"muster/internal/outbox"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

// house is a store, people and a call-up, with an outbox on one or more gateways.
type house struct {
	*outbox.Outbox
	t      *testing.T
	store  *store.Store
	clock  *testkit.Clock
	vault  *seal.Vault
	roll   *roll.Roll
	people []roll.Person
	callup store.KeptCallUp
}

func newHouse(t *testing.T, s *store.Store, clock *testkit.Clock, people int, gateways ...outbox.Gateway) *house {
	t.Helper()
	h := &house{t: t, store: s, clock: clock, roll: roll.New()}
	h.vault, _ = testkit.Unlocked(t)
	h.people = testkit.Crowd(t, s, h.roll, 1, people, nil)
	secrets, err := h.vault.Secrets()
	if err != nil {
		t.Fatal(err)
	}
	h.change(func(tx *store.Tx) error { return tx.PutDrive(testkit.Drive(), store.DriveOpen) })
	h.callup = store.KeptCallUp{CallUp: reserve.CallUp{ID: store.PublicID(), Drive: testkit.Drive().Code, ReportBy: store.Micros(clock.Now().Add(6 * time.Hour)), OpenedBy: "x",
		Needs: []reserve.Need{{ID: store.PublicID(), Function: "medical", Wanted: people, ConfirmLimit: people, StandbyMax: 5, AssemblyPoint: "Gaya health centre"}}}}
	if err := h.callup.SealDetails(secrets); err != nil {
		t.Fatal(err)
	}
	h.change(func(tx *store.Tx) error { return tx.AddCallUp(&h.callup) })
	h.Outbox = h.open(s, gateways...)
	return h
}

func (h *house) open(s *store.Store, gateways ...outbox.Gateway) *outbox.Outbox {
	h.t.Helper()
	catalog, err := lang.Load()
	if err != nil {
		h.t.Fatal(err)
	}
	o, err := outbox.New(h.t.Context(), outbox.Config{Store: s, Vault: h.vault, Roll: h.roll, Catalog: catalog, Now: h.clock.Now, Gateways: gateways})
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func (h *house) change(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.store.Change(h.t.Context(), reserve.Act{Actor: reserve.System("test"), Verb: reserve.ActWave}, fn); err != nil {
		h.t.Fatal(err)
	}
}

// wave asks everybody.
func (h *house) wave() {
	h.t.Helper()
	var list []store.Chosen
	for _, p := range h.people {
		list = append(list, store.Chosen{Volunteer: p.Volunteer.ID, Version: 1, Channel: "sms"})
	}
	h.change(func(tx *store.Tx) error {
		return tx.AddWave(&reserve.Wave{CallUp: h.callup.ID, Need: h.callup.Needs[0].ID}, list)
	})
	for {
		did, err := h.store.WriteWave(h.t.Context(), h.callup.ID)
		if err != nil {
			h.t.Fatal(err)
		}
		if !did {
			return
		}
	}
}

// drain steps until nothing is due.
func (h *house) drain(o *outbox.Outbox) {
	h.t.Helper()
	for {
		did, err := o.Step(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if !did {
			return
		}
	}
}

func (h *house) counts() map[store.OutboxState]int64 {
	h.t.Helper()
	out := map[store.OutboxState]int64{}
	err := h.store.View(h.t.Context(), func(r *store.Read) error {
		list, err := r.CountTexts("")
		for _, c := range list {
			out[c.State] += c.Count
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// recorder is a carrier that writes down what it is given, by number and by our reference.
type recorder struct {
	mu      sync.Mutex
	numbers map[string]int
	refs    map[string]int
	bodies  []string
	dedup   bool
	answer  func(n int) error
	n       int
}

func newRecorder() *recorder { return &recorder{numbers: map[string]int{}, refs: map[string]int{}} }

func (r *recorder) Send(_ context.Context, t reserve.OutboundText) (string, error) {
	r.mu.Lock()
	r.n++
	n, answer := r.n, r.answer
	if !r.dedup || r.refs[t.Ref] == 0 {
		r.numbers[t.To.Reveal()]++
		r.bodies = append(r.bodies, t.Body.Reveal())
	}
	r.refs[t.Ref]++
	r.mu.Unlock()
	if answer != nil {
		if err := answer(n); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("r%d", n), nil
}

func (r *recorder) mostPerNumber() (numbers, most int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.numbers {
		most = max(most, n)
	}
	return len(r.numbers), most
}

func TestAnInvitationNamesThePersonAndNoPlace(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		sim := simulator.New(simulator.Config{Now: clock.Now, Post: func(context.Context, []byte) error { return nil }})
		h := newHouse(t, s, clock, 1, outbox.Gateway{Name: "simulator", Sender: sim, Dedup: true})
		h.wave()
		h.drain(h.Outbox)
		if _, err := sim.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := sim.Phone(testkit.CrowdPhone(1))
		want := "Personne 1, demande A : venir avant 18:00 ? 1=oui 2=non. Non payé, refus libre. STOP=plus de SMS"
		if len(got) != 1 || got[0] != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestC042APowerCutInTheMiddleOfAWave(t *testing.T) {
	for _, dedup := range []bool{true, false} {
		t.Run(fmt.Sprintf("dedup=%v", dedup), func(t *testing.T) {
			for _, cut := range []int{1, 17, 230, 499} {
				cutWave(t, dedup, cut)
			}
		})
	}
}

// die lets a process of its own send until wait returns, and takes the disk from it: so does a killed process end.
func (h *house) die(path string, gateway outbox.Gateway, wait, release func()) {
	h.t.Helper()
	doomed, err := store.Open(h.t.Context(), store.Config{Location: path, Node: "n1", Now: h.clock.Now})
	if err != nil {
		h.t.Fatal(err)
	}
	first := h.open(doomed, gateway)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			if did, err := first.Step(context.Background()); err != nil || !did {
				return
			}
		}
	})
	wait()
	if err := doomed.Close(); err != nil {
		h.t.Fatal(err)
	}
	release()
	running.Wait()
}

// cutWave hands over part of a wave, lets the process die with 17 texts in flight, and starts again.
func cutWave(t *testing.T, dedup bool, cut int) {
	t.Helper()
	clock := testkit.NewClock()
	path := filepath.Join(t.TempDir(), "muster.db")
	kept := testkit.OpenConfig(t, store.Config{Location: path, Node: "n1", Now: clock.Now})
	carrier := newRecorder()
	carrier.dedup = dedup
	dead := make(chan struct{})
	flying := make(chan struct{}, 1000)
	carrier.answer = func(n int) error {
		if n <= cut {
			return nil
		}
		flying <- struct{}{}
		<-dead
		return nil
	}
	gateway := outbox.Gateway{Name: "g", Sender: carrier, Window: 17, Dedup: dedup}
	h := newHouse(t, kept, clock, 500, gateway)
	h.wave()

	inFlight := min(17, 500-cut)
	if !dedup { // such a carrier is given one window at a time
		inFlight = min(17-cut%17, 500-cut)
	}
	h.die(path, gateway, func() {
		for range inFlight {
			<-flying
		}
	}, func() {
		carrier.mu.Lock()
		carrier.answer = nil
		carrier.mu.Unlock()
		close(dead)
	})

	clock.Add(time.Hour) // past every lease
	second := h.open(kept, gateway)
	h.drain(second)
	numbers, most := carrier.mostPerNumber()
	counts := h.counts()
	if most != 1 {
		t.Errorf("cut after %d: somebody was texted %d times", cut, most)
	}
	if numbers != 500 && dedup || int64(numbers) < 500-counts[store.Unknown] {
		t.Errorf("cut after %d: %d of 500 were handed over, with %d put to a person", cut, numbers, counts[store.Unknown])
	}
	if dedup && counts[store.Unknown] != 0 || counts[store.Unknown] > 17 {
		t.Errorf("cut after %d: %d of unknown fate, want only what was in flight", cut, counts[store.Unknown])
	}
	if counts[store.Queued] != 0 || counts[store.Sending] != 0 {
		t.Errorf("cut after %d: got %v, want nothing left over", cut, counts)
	}
}

func TestALostAnswerIsSentOnceOrPutToAPerson(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		carrier := newRecorder()
		carrier.answer = func(n int) error {
			if n == 1 {
				return fmt.Errorf("connection reset")
			}
			return nil
		}
		h := newHouse(t, s, clock, 3, outbox.Gateway{Name: "g", Sender: carrier, Window: 1})
		h.wave()
		for range 5 {
			h.drain(h.Outbox)
			clock.Add(10 * time.Second)
		}
		if got := h.counts(); got[store.Unknown] != 1 || got[store.Sent] != 2 {
			t.Errorf("got %v, want one of unknown fate and two sent", got)
		}
		if _, most := carrier.mostPerNumber(); most != 1 {
			t.Errorf("somebody was texted %d times", most)
		}
	})
}

func TestWhatIsNotWantedAnyMoreIsNotSent(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		carrier := newRecorder()
		h := newHouse(t, s, clock, 4, outbox.Gateway{Name: "g", Sender: carrier})
		h.wave()
		secrets, _ := h.vault.Secrets()
		h.change(func(tx *store.Tx) error {
			if err := tx.SetVolunteerState(h.people[0].Volunteer.ID, reserve.Withdrawn, reserve.Active); err != nil {
				return err
			}
			index, err := secrets.PhoneIndex(testkit.CrowdPhone(2))
			if err != nil {
				return err
			}
			return tx.Silence(index)
		})
		h.drain(h.Outbox)
		if numbers, _ := carrier.mostPerNumber(); numbers != 2 || carrier.numbers[testkit.CrowdPhone(1)]+carrier.numbers[testkit.CrowdPhone(2)] != 0 {
			t.Errorf("got %v, want only the two who are still there", carrier.numbers)
		}
		if got := h.counts(); got[store.Dropped] != 2 {
			t.Errorf("got %v, want two dropped", got)
		}
	})
}

func TestNoInvitationGoesOutForAFullNeedOrAClosedCallUp(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		carrier := newRecorder()
		h := newHouse(t, s, clock, 5, outbox.Gateway{Name: "g", Sender: carrier})
		h.wave()
		h.change(func(tx *store.Tx) error { return tx.CloseCallUp(h.callup.ID) })
		h.drain(h.Outbox)
		if carrier.n != 0 {
			t.Errorf("%d texts went out for a closed call-up", carrier.n)
		}
	})
}

func TestThePauseStopsAllAndLosesNothing(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		carrier := newRecorder()
		h := newHouse(t, s, clock, 3, outbox.Gateway{Name: "g", Sender: carrier})
		h.wave()
		h.change(func(tx *store.Tx) error { return tx.PutSetting(store.SettingPaused, "yes") })
		h.drain(h.Outbox)
		if carrier.n != 0 {
			t.Errorf("%d texts went out while paused", carrier.n)
		}
		h.change(func(tx *store.Tx) error { return tx.PutSetting(store.SettingPaused, "") })
		h.drain(h.Outbox)
		if carrier.n != 3 {
			t.Errorf("after the pause: got %d texts, want 3", carrier.n)
		}
	})
}

func TestC044InvitationsWaitForTheMorningAndRepliesDoNot(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		clock.Set(time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)) // nine in the evening at Niamey
		carrier := newRecorder()
		h := newHouse(t, s, clock, 1, outbox.Gateway{Name: "g", Sender: carrier})
		h.callup.ReportBy = store.Micros(clock.Now().Add(24 * time.Hour))
		h.change(func(tx *store.Tx) error { return tx.ChangeCallUp(h.callup.ID, 1, h.callup.Sealed, h.callup.ReportBy) })
		h.wave()
		h.change(func(tx *store.Tx) error {
			return tx.Queue(store.Outbound{Lane: store.LaneReply, TextKey: "sms.declined", Volunteer: h.people[0].Volunteer.ID})
		})
		h.drain(h.Outbox)
		if len(carrier.bodies) != 1 || carrier.bodies[0] == "" {
			t.Errorf("at night: got %q, want the reply alone", carrier.bodies)
		}
		clock.Set(time.Date(2026, 11, 25, 4, 59, 59, 0, time.UTC))
		h.drain(h.Outbox)
		if carrier.n != 1 {
			t.Error("an invitation went out before six")
		}
		clock.Add(time.Second)
		h.drain(h.Outbox)
		if carrier.n != 2 {
			t.Errorf("at six: got %d texts, want 2", carrier.n)
		}
	})
}

func TestADeadGatewayHandsItsQueueToTheSpareAfterAMinute(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		broken, spare := newRecorder(), newRecorder()
		broken.answer = func(int) error { return &reserve.SendError{Code: "unreachable", Retry: true} }
		h := newHouse(t, s, clock, 20, outbox.Gateway{Name: "a", Sender: broken, Window: 4}, outbox.Gateway{Name: "b", Sender: spare, Spare: true})
		h.wave()
		begin := clock.Now()
		var took time.Duration
		for took == 0 && clock.Now().Before(begin.Add(5*time.Minute)) {
			h.drain(h.Outbox)
			if spare.n > 0 {
				took = clock.Now().Sub(begin)
			}
			clock.Add(5 * time.Second)
		}
		if took < time.Minute || took > 75*time.Second {
			t.Errorf("the spare took over after %v, want about a minute", took)
		}
		for end := clock.Now().Add(2 * time.Minute); clock.Now().Before(end) && h.counts()[store.Sent] < 20; {
			h.drain(h.Outbox)
			clock.Add(5 * time.Second)
		}
		if got := h.counts(); got[store.Sent] != 20 {
			t.Errorf("got %v, want all 20 sent", got)
		}
	})
}

func TestWhileLockedOnlyMemoryRepliesGoOut(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		carrier := newRecorder()
		h := newHouse(t, s, clock, 2, outbox.Gateway{Name: "g", Sender: carrier})
		h.wave()
		h.vault.Lock()
		plain, err := json.Marshal(outbox.Sealed{To: "+22790999999", Lang: "fr"})
		if err != nil {
			t.Fatal(err)
		}
		o := store.Outbound{ID: store.PublicID(), Lane: store.LaneReply, TextKey: "sms.join-name", SealKind: store.SealMemory, Holder: s.Node()}
		o.Sealed = h.vault.Memory().Seal(store.OutboxPlace(o.ID), plain)
		h.change(func(tx *store.Tx) error { return tx.Queue(o) })
		h.drain(h.Outbox)
		if carrier.n != 1 || carrier.numbers["+22790999999"] != 1 {
			t.Errorf("got %v, want the one reply", carrier.numbers)
		}
	})
}

func TestSharedPhonesAreToldWhoIsMeant(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		carrier := newRecorder()
		h := newHouse(t, s, clock, 0, outbox.Gateway{Name: "g", Sender: carrier})
		h.people = testkit.Crowd(t, s, h.roll, 50, 2, func(_ int, p *roll.Person) { p.Facts.Phones[0].E164 = "+22790000011" })
		h.change(func(tx *store.Tx) error { return nil })
		h.wave()
		h.drain(h.Outbox)
		if len(carrier.bodies) != 2 || carrier.bodies[0] == carrier.bodies[1] {
			t.Errorf("got %q, want two texts that say who is meant", carrier.bodies)
		}
	})
}
