package callup_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"muster/internal/audit"
	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

// desk is the call-ups of one node.
type desk struct {
	*callup.CallUps
	t     *testing.T
	store *store.Store
	clock *testkit.Clock
	vault *seal.Vault
	roll  *roll.Roll
}

func owner() reserve.Actor {
	return reserve.Actor{Kind: reserve.ActorStaff, ID: "boss", Role: reserve.RoleOwner}
}

func newDesk(t *testing.T, s *store.Store, clock *testkit.Clock) *desk {
	t.Helper()
	vault, _ := testkit.Unlocked(t)
	d := &desk{t: t, store: s, clock: clock, vault: vault, roll: roll.New()}
	err := s.Change(t.Context(), reserve.Act{Actor: reserve.System("test"), Verb: reserve.ActDriveAdd}, func(tx *store.Tx) error {
		return tx.PutDrive(testkit.Drive(), store.DriveOpen)
	})
	if err != nil {
		t.Fatal(err)
	}
	d.roll.SetLoaded()
	d.CallUps = callup.New(callup.Config{Store: s, Vault: vault, Roll: d.roll, Now: clock.Now})
	return d
}

func (d *desk) request(wanted int) reserve.CallUpRequest {
	insured := false
	return reserve.CallUpRequest{Drive: testkit.Drive().Code, ReportBy: d.clock.Now().Add(5 * time.Hour),
		Needs: []reserve.NeedRequest{{Function: "medical", Wanted: wanted, AssemblyPoint: "Gaya health centre"}},
		Risk:  reserve.Risk{Hazards: "heat", Equipment: "gloves", Insurance: &insured, Refund: "transport", Contact: "+22720000000"}}
}

func (d *desk) open(r reserve.CallUpRequest) reserve.CallUp {
	d.t.Helper()
	c, err := d.Open(d.t.Context(), owner(), r)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) step() {
	d.t.Helper()
	for {
		did, err := d.Step(d.t.Context())
		if err != nil {
			d.t.Fatal(err)
		}
		if !did {
			return
		}
	}
}

func (d *desk) invitations(id string) (list []reserve.Invitation) {
	d.t.Helper()
	err := d.store.View(d.t.Context(), func(r *store.Read) (err error) {
		list, err = r.InvitationsTo(id, "", 10_000)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

// acts gives the log's entries of a verb.
func (d *desk) acts(verb reserve.Verb) (list []audit.Entry) {
	d.t.Helper()
	for {
		did, err := d.store.Sequence(d.t.Context())
		if err != nil {
			d.t.Fatal(err)
		}
		if !did {
			break
		}
	}
	err := d.store.View(d.t.Context(), func(r *store.Read) error {
		for leaf, err := range r.Leaves(0) {
			if err != nil {
				return err
			}
			e, err := audit.Decode(leaf)
			if err != nil {
				return err
			}
			if e.Verb == string(verb) {
				list = append(list, e)
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func TestNoCallUpOpensWithoutDutyOfCareRightAndKey(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		d := newDesk(t, s, clock)
		for name, c := range map[string]struct {
			actor  reserve.Actor
			change func(r *reserve.CallUpRequest)
			kind   reserve.Kind
		}{
			"no right":                 {reserve.Actor{Kind: reserve.ActorStaff, ID: "x", Role: reserve.RoleDesk}, func(*reserve.CallUpRequest) {}, reserve.Forbidden},
			"signed out":               {reserve.Self(), func(*reserve.CallUpRequest) {}, reserve.SignedOut},
			"another compartment":      {reserve.Actor{Kind: reserve.ActorStaff, ID: "x", Role: reserve.RoleCoordinator, Functions: []string{"logistics"}}, func(*reserve.CallUpRequest) {}, reserve.Forbidden},
			"no risk":                  {owner(), func(r *reserve.CallUpRequest) { r.Risk = reserve.Risk{} }, reserve.Invalid},
			"urgent without a reason":  {owner(), func(r *reserve.CallUpRequest) { r.Urgent = true }, reserve.Invalid},
			"no such drive":            {owner(), func(r *reserve.CallUpRequest) { r.Drive = "nowhere" }, reserve.NotFound},
			"an hour that has passed":  {owner(), func(r *reserve.CallUpRequest) { r.ReportBy = clock.Now() }, reserve.Invalid},
			"a limit below the wanted": {owner(), func(r *reserve.CallUpRequest) { one := 1; r.Needs[0].ConfirmLimit = &one }, reserve.Invalid},
		} {
			r := d.request(5)
			c.change(&r)
			if _, err := d.Open(t.Context(), c.actor, r); reserve.KindOf(err) != c.kind {
				t.Errorf("%s: got %v, want %s", name, err, c.kind)
			}
		}
		d.vault.Lock()
		if _, err := d.Open(t.Context(), owner(), d.request(5)); reserve.KindOf(err) != reserve.Locked {
			t.Errorf("locked: got %v", err)
		}
	})
}

func TestAWaveIsOneActWithTheDigestOfItsList(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		d := newDesk(t, s, clock)
		testkit.Crowd(t, s, d.roll, 1, 400, nil)
		c := d.open(d.request(60))
		d.step()
		list := d.invitations(c.ID)
		acts := d.acts(reserve.ActWave)
		if len(acts) != 1 || int(acts[0].Count) != len(list) || len(list) < 60 {
			t.Fatalf("got %d acts about %d invitations, want one about more than 60", len(acts), len(list))
		}
		var ids []string
		for _, i := range list {
			ids = append(ids, i.Volunteer)
		}
		if !slices.Equal(acts[0].Digest, audit.ListDigest(ids)) {
			t.Error("the act's digest is not that of the people asked")
		}
		v, err := d.Show(t.Context(), owner(), c.ID)
		if err != nil || len(v.Waves) != 1 || v.Waves[0].Size != len(list) || v.Needs[0].Invited != len(list) || v.Needs[0].ConfirmLimit < 60 {
			t.Errorf("board: got %+v (%v)", v, err)
		}
		d.step()
		if n := len(d.invitations(c.ID)); n != len(list) {
			t.Errorf("a second look at once asked %d more", n-len(list))
		}
	})
}

func TestTwoNodesMakeOneWave(t *testing.T) {
	clock := testkit.NewClock()
	url := testkit.Postgres(t)
	a := testkit.OpenConfig(t, store.Config{Location: url, Node: "n1", Now: clock.Now})
	b := testkit.OpenConfig(t, store.Config{Location: url, Node: "n2", Now: clock.Now})
	d := newDesk(t, a, clock)
	testkit.Crowd(t, a, d.roll, 1, 200, nil)
	other := callup.New(callup.Config{Store: b, Vault: d.vault, Roll: d.roll, Now: clock.Now})
	d.open(d.request(10))
	var wg sync.WaitGroup
	for _, node := range []*callup.CallUps{d.CallUps, other, d.CallUps, other} {
		wg.Go(func() {
			if _, err := node.Step(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(d.acts(reserve.ActWave)); n != 1 {
		t.Errorf("got %d waves, want one", n)
	}
}

func TestOnlyThoseWhoMayBeAreAskedAndTheReasonsAreCounted(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		d := newDesk(t, s, clock)
		people := testkit.Crowd(t, s, d.roll, 1, 8, func(i int, p *roll.Person) {
			switch i {
			case 1:
				p.Volunteer.State = reserve.PendingAge
				p.Facts.Birth = reserve.Birth{}
			case 2:
				p.Volunteer.Offers = []reserve.Offer{{Function: "logistics"}}
			case 3:
				p.Facts.Birth.Year = 2010
			case 4:
				p.Facts.Place = "NE008001"
			case 5:
				p.Facts.Phones = nil
			case 6:
				p.Volunteer.State = reserve.Held
			}
		})
		r := d.request(8)
		r.Needs[0].Area = "NE003"
		c := d.open(r)
		for range 40 {
			d.step()
			clock.Add(5 * time.Minute)
		}
		asked := map[string]bool{}
		for _, i := range d.invitations(c.ID) {
			asked[i.Volunteer] = true
		}
		for i, p := range people {
			if want := i == 0 || i == 7; asked[p.Volunteer.ID] != want {
				t.Errorf("person %d: asked %v, want %v", i, asked[p.Volunteer.ID], want)
			}
		}
		rep, err := d.Report(t.Context(), owner(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, why := range []reserve.Reason{reserve.AgeUnsettled, reserve.OtherFunction, reserve.NotOfAge, reserve.OutsideArea, reserve.NoReachableWay} {
			if rep.Needs[0].NotAsked[string(why)] != 1 {
				t.Errorf("%s: got %v, want it counted once", why, rep.Needs[0].NotAsked)
			}
		}
	})
}

func TestWhoWasAskedLeastIsAskedFirst(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		d := newDesk(t, s, clock)
		testkit.Crowd(t, s, d.roll, 1, 400, nil)
		asked := map[string]int{}
		for range 3 {
			c := d.open(d.request(3))
			d.step()
			for _, i := range d.invitations(c.ID) {
				asked[i.Volunteer]++
			}
			if err := d.Close(t.Context(), owner(), c.ID); err != nil {
				t.Fatal(err)
			}
			clock.Add(48 * time.Hour)
		}
		for id, n := range asked {
			if n > 1 {
				t.Errorf("%s was asked %d times while others were not asked at all", id, n)
			}
		}
	})
}

func TestQuietHoursHoldUnlessLifeIsAtRisk(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		clock.Set(time.Date(2026, 11, 24, 21, 0, 0, 0, time.UTC)) // ten in the evening at Niamey
		d := newDesk(t, s, clock)
		testkit.Crowd(t, s, d.roll, 1, 50, nil)
		r := d.request(3)
		r.ReportBy = clock.Now().Add(14 * time.Hour)
		calm := d.open(r)
		r.Urgent, r.Reason = true, "flood"
		urgent := d.open(r)
		d.step()
		if n := len(d.invitations(calm.ID)); n != 0 {
			t.Errorf("at night: %d were asked", n)
		}
		if n := len(d.invitations(urgent.ID)); n == 0 {
			t.Error("at night, life at risk: nobody was asked")
		}
		if acts := d.acts(reserve.ActCallUpOpen); len(acts) != 2 || acts[1].Note != "urgent" || acts[1].Actor != "staff:boss" {
			t.Errorf("log: got %+v, want who opened it and that it is urgent", acts)
		}
		clock.Set(time.Date(2026, 11, 25, 5, 1, 0, 0, time.UTC))
		d.step()
		if n := len(d.invitations(calm.ID)); n == 0 {
			t.Error("in the morning: nobody was asked")
		}
	})
}

// at puts the clock to an hour on the wall of Niamey.
func (d *desk) at(hour string) {
	d.t.Helper()
	drive := testkit.Drive()
	at, err := time.ParseInLocation("2006-01-02T15:04:05.9", hour, drive.Zone())
	if err != nil {
		d.t.Fatal(err)
	}
	d.clock.Set(at)
}

func (d *desk) tap(c reserve.CallUp, volunteer, agent, hour string) callup.CheckedIn {
	d.t.Helper()
	d.at(hour)
	got, err := d.CheckIn(d.t.Context(), reserve.Actor{Kind: reserve.ActorStaff, ID: agent, Role: reserve.RoleDesk}, callup.At{CallUp: c.ID, Volunteer: volunteer})
	if err != nil {
		d.t.Errorf("%s at %s: %v", agent, hour, err)
	}
	return got
}

func (d *desk) leave(c reserve.CallUp, volunteer, hour string) error {
	d.t.Helper()
	d.at(hour)
	_, err := d.CheckOut(d.t.Context(), owner(), callup.At{CallUp: c.ID, Volunteer: volunteer})
	return err
}

func TestC049TappedTwiceScannedTwiceCameBackTheNextDay(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		clock.Set(time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC))
		d := newDesk(t, s, clock)
		people := testkit.Crowd(t, s, d.roll, 1, 3, nil)
		r := d.request(2)
		r.ReportBy = time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC) // eight at Niamey
		c := d.open(r)
		in := func(agent, hour string) callup.CheckedIn { return d.tap(c, people[0].Volunteer.ID, agent, hour) }
		out := func(hour string) error { return d.leave(c, people[0].Volunteer.ID, hour) }
		if err := out("2026-11-25T07:30:00"); reserve.CodeOf(err) != "not-checked-in" {
			t.Errorf("out before in: got %v, want not-checked-in", err)
		}
		first := in("agent1", "2026-11-25T07:58:02")
		if first.Repeat || !first.WalkIn || first.TurnedAway {
			t.Errorf("first: got %+v, want a walk-in who is welcome", first)
		}
		for _, again := range []callup.CheckedIn{in("agent1", "2026-11-25T07:58:02.4"), in("agent1", "2026-11-25T07:58:06"), in("agent2", "2026-11-25T08:30:00")} {
			if !again.Repeat || again.By != "agent1" || again.Since != first.Since {
				t.Errorf("again: got %+v, want since 07:58:02 by agent1", again)
			}
		}
		if err := out("2026-11-25T16:00:00"); err != nil {
			t.Error(err)
		}
		if next := in("agent2", "2026-11-26T07:50:00"); next.Repeat {
			t.Errorf("the next day: got %+v, want a second spell", next)
		}
		var spells []store.Spell
		if err := s.View(t.Context(), func(r *store.Read) (err error) {
			spells, err = r.Spells(first.Invitation)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(spells) != 2 || time.Duration(spells[0].OutAt-spells[0].InAt)*time.Microsecond != 8*time.Hour+time.Minute+58*time.Second {
			t.Errorf("spells: got %+v, want two, the first of 8 h 01 min 58 s", spells)
		}
		if n := len(d.acts(reserve.ActCheckIn)); n != 2 {
			t.Errorf("acts: got %d, want 2, for a repeat leaves none", n)
		}
		v, err := d.Show(t.Context(), owner(), c.ID)
		if err != nil || v.Needs[0].CheckedIn != 1 || v.Needs[0].ArrivedInTime != 1 {
			t.Errorf("board: got %+v (%v), want one, in time", v.Needs[0], err)
		}
	})
}

func TestBeyondThoseWantedIsTurnedAwayOnce(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		d := newDesk(t, s, clock)
		people := testkit.Crowd(t, s, d.roll, 1, 30, nil)
		c := d.open(d.request(20))
		var wg sync.WaitGroup
		for i := range 60 { // every one of the thirty twice, at three desks at once
			wg.Go(func() {
				agent := reserve.Actor{Kind: reserve.ActorStaff, ID: fmt.Sprint("agent", i%3), Role: reserve.RoleDesk}
				if _, err := d.CheckIn(t.Context(), agent, callup.At{CallUp: c.ID, Volunteer: people[i%30].Volunteer.ID}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		v, err := d.Show(t.Context(), owner(), c.ID)
		if n := v.Needs[0]; err != nil || n.CheckedIn != 20 || n.TurnedAway != 10 || n.WalkIns != 30 {
			t.Errorf("got %+v (%v), want 20 in and 10 turned away", n, err)
		}
	})
}

func TestAPersonIsAskedForOneNeedOfACallUp(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		d := newDesk(t, s, clock)
		testkit.Crowd(t, s, d.roll, 1, 40, nil)
		r := d.request(3)
		r.Needs = append(r.Needs, r.Needs[0])
		c := d.open(r)
		d.step()
		seen, needs := map[string]int{}, map[string]int{}
		for _, i := range d.invitations(c.ID) {
			seen[i.Volunteer]++
			needs[i.Need]++
		}
		for id, n := range seen {
			if n > 1 {
				t.Errorf("%s was asked for %d needs", id, n)
			}
		}
		if len(needs) != 2 {
			t.Errorf("got invitations to %d needs, want both", len(needs))
		}
	})
}

func TestADeskFindsAPersonByANumberAsItIsWritten(t *testing.T) {
	s := testkit.SQLite(t)
	d := newDesk(t, s, testkit.NewClock())
	people := testkit.Crowd(t, s, d.roll, 1, 1, nil)
	c := d.open(d.request(2))
	got, err := d.CheckIn(t.Context(), owner(), callup.At{CallUp: c.ID, Phone: "90 00 00 01"})
	if err != nil || got.Volunteer != people[0].Volunteer.ID {
		t.Errorf("got %+v (%v), want the person", got, err)
	}
	if _, err := d.CheckIn(t.Context(), owner(), callup.At{CallUp: c.ID, Phone: "90 00 00 77"}); reserve.KindOf(err) != reserve.NotFound {
		t.Errorf("nobody's number: got %v, want not found", err)
	}
}

func TestNobodyUnderAgeOrHeldIsPutToWork(t *testing.T) {
	s := testkit.SQLite(t)
	d := newDesk(t, s, testkit.NewClock())
	people := testkit.Crowd(t, s, d.roll, 1, 2, func(i int, p *roll.Person) {
		p.Volunteer.State = []reserve.VolunteerState{reserve.PendingAge, reserve.Held}[i]
	})
	c := d.open(d.request(2))
	for i, p := range people {
		if _, err := d.CheckIn(t.Context(), owner(), callup.At{CallUp: c.ID, Volunteer: p.Volunteer.ID}); reserve.KindOf(err) != reserve.Forbidden {
			t.Errorf("person %d: got %v, want it refused", i, err)
		}
	}
}

func TestOneButtonStopsAllSendingAndIsInTheLog(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		d := newDesk(t, s, clock)
		testkit.Crowd(t, s, d.roll, 1, 20, nil)
		caller := reserve.Actor{Kind: reserve.ActorStaff, ID: "caller", Role: reserve.RoleCaller}
		for range 2 { // twice is once
			if err := d.Pause(t.Context(), caller); err != nil {
				t.Fatal(err)
			}
		}
		c := d.open(d.request(2))
		d.step()
		if n := len(d.invitations(c.ID)); n != 0 {
			t.Errorf("paused: %d were asked", n)
		}
		if err := errors.Join(d.Resume(t.Context(), caller), d.Resume(t.Context(), caller)); err != nil {
			t.Fatal(err)
		}
		clock.Add(2 * time.Minute)
		d.step()
		if n := len(d.invitations(c.ID)); n == 0 {
			t.Error("resumed: nobody was asked")
		}
		if p, r := len(d.acts(reserve.ActPause)), len(d.acts(reserve.ActResume)); p != 1 || r != 1 {
			t.Errorf("log: got %d pauses and %d resumptions, want one each", p, r)
		}
	})
}

func TestAnotherCompartmentSeesNothing(t *testing.T) {
	s := testkit.SQLite(t)
	d := newDesk(t, s, testkit.NewClock())
	c := d.open(d.request(2))
	stranger := reserve.Actor{Kind: reserve.ActorStaff, ID: "x", Role: reserve.RoleCoordinator, Functions: []string{"logistics"}}
	if _, err := d.Show(t.Context(), stranger, c.ID); reserve.KindOf(err) != reserve.NotFound {
		t.Errorf("show: got %v, want not found", err)
	}
	if list, err := d.List(t.Context(), stranger, "", 10); err != nil || len(list) != 0 {
		t.Errorf("list: got %d (%v), want none", len(list), err)
	}
	if _, err := d.CallList(t.Context(), stranger, c.ID, 10); reserve.KindOf(err) != reserve.NotFound {
		t.Errorf("callers' list: got %v, want not found", err)
	}
}
