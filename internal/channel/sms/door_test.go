package sms_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

func TestTheDoorTakesOnlyWhatItsCarrierPosts(t *testing.T) {
	s := testkit.SQLite(t)
	h := newHouse(t, s, testkit.NewClock())
	good := `{"kind":"text","id":"1","from":"+22790000001","text":"T1VJ","sent_at":"2026-11-24T11:00:00Z"}`
	for name, c := range map[string]struct {
		path, body string
		code       int
	}{
		"a text":                  {"/channel/sms/simulator/s3cret", good, 200},
		"the same again":          {"/channel/sms/simulator/s3cret", good, 200},
		"a wrong secret":          {"/channel/sms/simulator/S3cret0", good, 404},
		"an unknown carrier":      {"/channel/sms/nobody/s3cret", good, 404},
		"no JSON":                 {"/channel/sms/simulator/s3cret", "{", 400},
		"an unknown kind":         {"/channel/sms/simulator/s3cret", `{"kind":"x"}`, 400},
		"a report about nothing":  {"/channel/sms/simulator/s3cret", `{"kind":"report","id":"zz","state":"delivered"}`, 200},
		"more than a text can be": {"/channel/sms/simulator/s3cret", strings.Repeat("a", 70<<10), 400},
	} {
		rec := httptest.NewRecorder()
		h.mux.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, c.path, bytes.NewReader([]byte(c.body))))
		if rec.Code != c.code {
			t.Errorf("%s: got %d %s, want %d", name, rec.Code, rec.Body, c.code)
		}
	}
	if fresh, _ := h.inbox(); fresh != 1 {
		t.Errorf("inbox: got %d texts, want one", fresh)
	}
}

func TestJoiningByTextWorksWhileLocked(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		h.vault.Lock()
		p := h.phone(1)
		p.text("INSCRIRE Hadiza Noma 1998 Gaya infirmière")
		p.expect("Protection civile", "1=oui")
		p.text("1")
		p.expect("Croix-Rouge")
		p.text("non")
		p.expect("Votre numéro : GAY-")
		p.text("OUI") // to nothing that a locked node can know
		p.silent()
		if fresh, _ := h.inbox(); fresh != 1 {
			t.Errorf("inbox: got %d texts waiting for the key, want the last one", fresh)
		}
		var regs []store.Registration
		if err := s.View(t.Context(), func(r *store.Read) (err error) {
			regs, err = r.Unopened("", 10)
			return err
		}); err != nil || len(regs) != 1 || regs[0].Channel != reserve.ChannelSMS || len(regs[0].Consents) != 1 {
			t.Errorf("registrations: got %+v (%v), want one with one consent", regs, err)
		}
	})
}

func TestAMinorWhoJoinsLeavesNothing(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		p := h.phone(1)
		for _, answer := range []string{"JOIN Issa Noma 2012 Gaya nurse", "2", "2"} {
			p.text(answer)
		}
		p.expect("Protection civile")
		p.expect("Croix-Rouge")
		p.expect("Nothing was kept")
		p.text("1")
		if err := s.View(t.Context(), func(r *store.Read) error {
			n, err := r.CountUnopened()
			if n != 0 {
				t.Errorf("got %d registrations, want none", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWithdrawingByTextGivesTheSeatOn(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		people := h.crowd(1, 3, nil)
		c := h.open(1, count(1), count(1), 5*time.Hour)
		h.ask(c, people)
		for n := 1; n <= 3; n++ {
			h.phone(n).expect("demande")
		}
		h.phone(1).text("oui")
		h.phone(1).expect("Gaya")
		h.phone(2).text("oui")
		h.phone(2).expect("la prochaine place")
		h.phone(1).text("RETRAIT")
		h.phone(1).expect("votre retrait compte")
		h.phone(2).expect("une place se libère")
		h.phone(3).text("STOP")
		h.phone(3).expect("plus de SMS")
		if err := h.callups.Close(t.Context(), h.boss, c.ID); err != nil {
			t.Fatal(err)
		}
		h.run()
		h.phone(1).silent()
		h.phone(3).silent()
		if _, ok := h.roll.Person(people[0].Volunteer.ID); ok {
			t.Error("who withdrew is still in the roll")
		}
	})
}

func TestOurOwnTextsAreNeverAnswered(t *testing.T) {
	s := testkit.SQLite(t)
	h := newHouse(t, s, testkit.NewClock())
	for _, from := range []string{"+22720000000", "Orange", "1234"} {
		h.sim.Text(from, "HELP")
		h.run()
	}
	if sent := h.sim.Sent("", 0); len(sent) != 0 {
		t.Errorf("got %+v, want no answer", sent)
	}
}
