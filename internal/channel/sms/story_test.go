package sms_test

import (
	"testing"
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
	"muster/internal/testkit"
)

func TestStoryOfACallUp(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		people := h.crowd(1, 12, nil)
		c := h.open(2, count(2), count(1), 5*time.Hour)
		h.ask(c, people)
		amina, binta, chaibou, djamila, issa := h.phone(1), h.phone(2), h.phone(3), h.phone(4), h.phone(5)
		for n := 1; n <= 12; n++ {
			h.phone(n).expect("Personne", "demande A", "17:00", "1=oui 2=non")
		}

		amina.text("OUI merci")
		amina.expect("Merci Personne 1", "Gaya health centre", "17:00")
		binta.text("1")
		binta.expect("Gaya health centre")
		chaibou.text("Ee")
		chaibou.expect("la prochaine place est pour vous")
		djamila.text("oui")
		djamila.expect("complet", "Restez")
		issa.text("NON, je suis malade")
		issa.expect("C'est noté")
		if n := h.show(c.ID); n.Confirmed != 2 || n.Standby != 1 || n.Full != 1 || n.Declined != 1 || n.Invited != 12 {
			t.Errorf("board: got %+v", n)
		}

		binta.text("2")
		binta.expect("votre place pour A va à une autre personne")
		chaibou.expect("une place se libère", "Gaya health centre")

		h.storyMoves(c)
		h.storySetsOut(c)
		h.storyEnds(c)
		rep, err := h.callups.Report(t.Context(), h.boss, c.ID)
		if err != nil || rep.Needs[0].J2 != 1 || rep.Needs[0].NoShows != 0 {
			t.Errorf("report: got %+v (%v), want both arrived in time", rep, err)
		}
	})
}

// storyMoves is the part in which the place moves and a word is sent to all confirmed.
func (h *house) storyMoves(c reserve.CallUp) {
	h.t.Helper()
	amina, chaibou := h.phone(1), h.phone(3)
	if err := h.callups.Change(h.t.Context(), h.boss, c.ID, map[string]string{c.Needs[0].ID: "Gaya town hall"}, time.Time{}); err != nil {
		h.t.Fatal(err)
	}
	h.run()
	amina.expect("change de lieu", "Gaya town hall")
	chaibou.expect("Gaya town hall")
	seen, err := h.callups.Notices(h.t.Context(), h.boss, c.ID)
	if got := seen["sms.moved"]; err != nil || got.Delivered != 2 {
		h.t.Errorf("who has seen the move: got %+v (%v), want 2 delivered", got, err)
	}
	if _, err := h.callups.Message(h.t.Context(), h.boss, c.ID, "Apportez de l'eau."); err != nil {
		h.t.Fatal(err)
	}
	h.run()
	amina.expect("Apportez de l'eau.")
	chaibou.expect("Apportez de l'eau.")
}

// storySetsOut is the part in which those who have a seat are asked whether they still come.
func (h *house) storySetsOut(c reserve.CallUp) {
	h.t.Helper()
	amina, chaibou := h.phone(1), h.phone(3)
	h.clock.Set(store.Time(c.ReportBy).Add(-80 * time.Minute))
	h.run()
	amina.expect("Venez-vous toujours", "Gaya town hall", "1=oui 2=non")
	chaibou.expect("Venez-vous toujours")
	amina.text("1")
	amina.silent()
	h.sim.Call(testkit.CrowdPhone(3))
	h.run()
	chaibou.silent()
	h.pass(30*time.Minute, 10*time.Minute)
	amina.silent()
	for _, n := range []int{2, 4, 5} {
		h.phone(n).silent()
	}
}

// storyEnds is the part in which people arrive, the rest are told, and those who were there say whether they are home.
func (h *house) storyEnds(c reserve.CallUp) {
	h.t.Helper()
	amina, binta, chaibou, djamila, issa := h.phone(1), h.phone(2), h.phone(3), h.phone(4), h.phone(5)
	h.clock.Set(store.Time(c.ReportBy).Add(-10 * time.Minute))
	for _, n := range []int{1, 3} {
		if _, err := h.callups.CheckIn(h.t.Context(), h.boss, callup.At{CallUp: c.ID, Phone: reserve.Private(testkit.CrowdPhone(n))}); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := h.callups.Close(h.t.Context(), h.boss, c.ID); err != nil {
		h.t.Fatal(err)
	}
	h.run()
	for n := 6; n <= 12; n++ {
		h.phone(n).expect("on n'a plus besoin de vous")
		h.phone(n).silent()
	}
	djamila.silent()
	issa.silent()
	binta.silent()
	amina.expect("etes-vous chez vous")
	chaibou.expect("etes-vous chez vous")
	amina.text("1")
	amina.expect("Bonne nouvelle")
	chaibou.text("2")
	chaibou.expect("Nous vous appelons")
	if _, unclear := h.inbox(); unclear != 1 {
		h.t.Errorf("a call for help: got %d before a person, want 1", unclear)
	}
	h.phone(6).text("A OUI")
	h.phone(6).expect("A est clos")
}

func TestC029TwoCallUpsOpenAtOnce(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		clock.Set(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
		h := newHouse(t, s, clock)
		people := h.crowd(1, 1, nil)
		a, b := h.open(3, nil, nil, 20*time.Hour), h.open(3, nil, nil, 20*time.Hour)
		for _, c := range []reserve.CallUp{a, b} { // a person is rightly asked for one of them only; both are put to them here
			h.ask(c, people)
		}
		p := h.phone(1)
		p.expect("demande")
		p.expect("demande")
		p.text("OUI")
		p.expect("De quelle demande", "A", "B")
		if x, y := h.show(a.ID), h.show(b.ID); x.Confirmed+y.Confirmed != 0 {
			t.Error("a bare OUI was counted")
		}
		if _, unclear := h.inbox(); unclear != 1 {
			t.Errorf("before a person: got %d, want 1", unclear)
		}
		p.text("OUI A")
		p.expect("A : Gaya")
		p.text("B2")
		p.expect("C'est noté")
		if x, y := h.show(a.ID), h.show(b.ID); x.Confirmed != 1 || y.Declined != 1 {
			t.Errorf("got %d for A and %d against B, want 1 and 1", x.Confirmed, y.Declined)
		}
		if err := h.callups.Close(t.Context(), h.boss, a.ID); err != nil {
			t.Fatal(err)
		}
		h.run()
		c := h.open(3, nil, nil, 20*time.Hour)
		if c.Code == a.Code || c.Code == b.Code {
			t.Errorf("the third call-up got the letter %s again", c.Code)
		}
		p.text("A OUI")
		p.expect("A est clos")
		if x := h.show(c.ID); x.Confirmed != 0 {
			t.Error("a late A was taken for C")
		}
		clock.Add(8 * 24 * time.Hour)
		used := map[string]bool{}
		for range 22 {
			if x, err := h.callups.Open(t.Context(), h.boss, request(clock)); err == nil {
				used[x.Code] = true
			}
		}
		if !used[a.Code] {
			t.Errorf("after a week the letter %s is still taken: %v", a.Code, used)
		}
	})
}

func request(clock *testkit.Clock) reserve.CallUpRequest {
	return reserve.CallUpRequest{Drive: testkit.Drive().Code, ReportBy: clock.Now().Add(5 * time.Hour), Needs: []reserve.NeedRequest{{Function: "medical", Wanted: 1, AssemblyPoint: "x"}},
		Risk: reserve.Risk{Hazards: "heat", Equipment: "gloves", Insurance: insured(), Refund: "transport", Contact: "+22720000000"}}
}

func TestC014OnePhoneSeveralPeople(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		names := []reserve.Private{"Hadiza Maïga", "Moussa Maïga"}
		people := h.crowd(1, 2, func(i int, p *roll.Person) {
			p.Facts.Name, p.Facts.Phones[0].E164, p.Facts.Phones[0].Owner = names[i], reserve.Private(testkit.CrowdPhone(1)), reserve.PhoneShared
		})
		c := h.open(2, count(2), nil, 5*time.Hour)
		h.pass(2*time.Minute, time.Minute)
		p := h.phone(1)
		first, second := p.expect("Maiga", "demande A"), p.expect("Maiga", "demande A")
		if first == second {
			t.Errorf("two texts that do not say who is meant: %q", first)
		}
		p.text("OUI")
		p.expect("Qui répond", "Hadiza", "Moussa")
		if n := h.show(c.ID); n.Confirmed != 0 {
			t.Error("a bare OUI was counted")
		}
		p.text("Oui Hadiza")
		p.expect("Merci Hadiza")
		var inv reserve.Invitation
		if err := s.View(t.Context(), func(r *store.Read) (err error) {
			inv, _, err = r.InvitationOf(c.Needs[0].ID, people[1].Volunteer.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		p.text("1 " + store.Pin(inv.ID))
		p.expect("Merci Moussa")
		p.text("STOP")
		p.expect("plus de SMS")
		if _, err := h.callups.Message(t.Context(), h.boss, c.ID, "Apportez de l'eau."); err != nil {
			t.Fatal(err)
		}
		h.run()
		p.silent()
		for _, who := range people {
			if x, ok := h.roll.Person(who.Volunteer.ID); !ok || x.Volunteer.State != reserve.Active || !x.Silenced {
				t.Errorf("after STOP: got %+v, want registered and silenced", x)
			}
		}
	})
}

func TestAMissedCallIsAYesAndACallerHearsTheRest(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h := newHouse(t, s, clock)
		h.crowd(1, 5, nil)
		c := h.open(4, count(4), nil, 5*time.Hour)
		h.pass(2*time.Minute, time.Minute)
		h.sim.Call(testkit.CrowdPhone(1))
		h.run()
		if n := h.show(c.ID); n.Confirmed != 1 {
			t.Errorf("after a missed call: got %d confirmed, want 1", n.Confirmed)
		}
		h.pass(time.Hour, 10*time.Minute)
		caller := reserve.Actor{Kind: reserve.ActorStaff, ID: "caller", Role: reserve.RoleCaller}
		list, err := h.callups.CallList(t.Context(), caller, c.ID, 10)
		if err != nil || len(list) != 4 {
			t.Fatalf("callers' list: got %d (%v), want the four silent ones", len(list), err)
		}
		if list[0].Number == "" || list[0].Number[:4] != "+227" || list[0].Number == testkit.CrowdPhone(2) {
			t.Errorf("number: got %q, want it masked", list[0].Number)
		}
		if n, err := h.callups.Reveal(t.Context(), caller, list[0].Invitation, "call"); err != nil || n.Reveal()[:6] != "+22790" {
			t.Errorf("reveal: got %q (%v), want the number", n.Reveal(), err)
		}
		for i, outcome := range []callup.CallOutcome{callup.CallYes, callup.CallNo, callup.CallNobody, callup.CallWrongPerson} {
			if err := h.callups.RecordCall(t.Context(), caller, list[i].Invitation, outcome); err != nil {
				t.Errorf("%s: %v", outcome, err)
			}
		}
		h.run()
		if n := h.show(c.ID); n.Confirmed != 2 || n.Declined != 1 {
			t.Errorf("after the calls: got %+v, want 2 confirmed and 1 declined", n)
		}
		if again, _ := h.callups.CallList(t.Context(), caller, c.ID, 10); len(again) != 1 || again[0].Invitation != list[2].Invitation {
			t.Errorf("callers' list: got %+v, want the one who did not pick up", again)
		}
	})
}
