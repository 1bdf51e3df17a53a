package registry_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
	"muster/internal/testkit"
)

// desk and owner are members of staff for everything.
func desk(id string) reserve.Actor {
	return reserve.Actor{Kind: reserve.ActorStaff, ID: id, Role: reserve.RoleOwner}
}

func ctx() context.Context { return context.Background() }

func text(s string) *string             { return &s }
func private(s string) *reserve.Private { p := reserve.Private(s); return &p }
func state(t testing.TB, n *node, id string) string {
	t.Helper()
	var v reserve.Volunteer
	err := n.Store.View(ctx(), func(r *store.Read) (err error) {
		v, err = r.Volunteer(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(v.State)
}

// twin is an application of the same person again, through another door, spelt otherwise.
func twin(ref int) reserve.Application {
	a := amina(ref)
	a.Channel, a.Name, a.Functions, a.Qualifications = reserve.ChannelSMS, "AMINA OUMAROU", []string{"logistics"}, nil
	return a
}

func TestADuplicateIsHeldUntilTheDeskDecides(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		first := n.join(amina(1))
		second := n.join(twin(2))
		if second.Volunteer.State != reserve.Held || first.Volunteer.State != reserve.Active {
			t.Fatalf("got %s and %s, want the newer one held", first.Volunteer.State, second.Volunteer.State)
		}
		pairs, err := n.Pairs(ctx(), store.PairFilter{Drive: "test-drive", Actor: desk("d"), Limit: 10})
		if err != nil || len(pairs) != 1 || pairs[0].Band != store.AlmostSure || pairs[0].Older() != first.Volunteer.ID || len(pairs[0].Reasons) == 0 {
			t.Fatalf("got %+v and %v, want one pair that is almost sure, with reasons", pairs, err)
		}
		if err := n.Distinct(ctx(), desk("d"), pairs[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := state(t, n, second.Volunteer.ID); got != "active" {
			t.Errorf("got %s after the desk said two people, want active", got)
		}
		if p, _ := n.Roll.Person(second.Volunteer.ID); p.Volunteer.State != reserve.Active {
			t.Errorf("the roll still says %s", p.Volunteer.State)
		}
		pairs, err = n.Pairs(ctx(), store.PairFilter{Drive: "test-drive", Actor: desk("d"), Limit: 10})
		if err != nil || len(pairs) != 0 {
			t.Errorf("got %d pairs and %v, want none left", len(pairs), err)
		}
	})
}

// TestAMergeLosesNothingAndCanBeUndone is case C017 at the registry.
func TestAMergeLosesNothingAndCanBeUndone(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		a := amina(1)
		a.Name, a.Birth, a.Phones, a.Place, a.Qualifications, a.Note = "Aïssata Maïga", "1993", []reserve.PhoneGiven{{Number: "+22793123456"}}, "", []reserve.Claim{{Code: "driver"}}, "parle zarma"
		b := amina(2)
		b.Name, b.Birth, b.Phones, b.Place, b.Qualifications, b.Note = "Maiga Aissata", "1993-12-05", []reserve.PhoneGiven{{Number: "+22796000001"}}, "NE006012007", []reserve.Claim{{Code: "first-aid"}}, "permis C"
		b.Functions = []string{"logistics"}
		pa := n.join(a)
		n.clock.Add(time.Hour)
		pb := n.join(b)
		before := map[string]roll.Person{pa.Volunteer.ID: pa, pb.Volunteer.ID: pb}
		if err := n.Merge(ctx(), desk("d"), pa.Volunteer.ID, pb.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		view, err := n.Show(ctx(), desk("d"), pb.Volunteer.ID)
		if err != nil {
			t.Fatal(err)
		}
		f := view.Person.Facts
		if view.Person.Volunteer.ID != pa.Volunteer.ID || len(f.Phones) != 2 || f.Place != "NE006012007" || f.Birth.String() != "1993-12-05" ||
			len(f.Qualifications) != 2 || len(f.Notes) != 2 || len(view.Received) != 2 || len(view.Person.Volunteer.Offers) != 2 {
			t.Errorf("something was lost: %d phones, place %q, birth %q, %v, %d notes", len(f.Phones), f.Place, f.Birth, f.Qualifications, len(f.Notes))
		}
		c := view.Person.Consents
		if len(c) != 1 || c[0].GivenAt != store.Micros(testkit.Today()) || c[0].EndedAt != 0 {
			t.Errorf("got consents %+v, want the earlier one standing", c)
		}
		if p, ok := n.Roll.ByReceipt(pb.Receipts[0]); !ok || p.Volunteer.ID != pa.Volunteer.ID {
			t.Errorf("the receipt of the merged one does not lead to the one they are now")
		}
		if err := n.Unmerge(ctx(), desk("e"), pa.Volunteer.ID); err != nil {
			t.Fatal(err)
		}
		for id, was := range before {
			is, ok := n.Roll.Person(id)
			is.Volunteer.Version, is.Volunteer.ChangedAt = was.Volunteer.Version, was.Volunteer.ChangedAt
			if !ok || fmt.Sprintf("%#v", plainly(is)) != fmt.Sprintf("%#v", plainly(was)) {
				t.Errorf("after undo\ngot  %#v\nwant %#v", plainly(is), plainly(was))
			}
		}
		if err := n.Unmerge(ctx(), desk("e"), pa.Volunteer.ID); reserve.KindOf(err) != reserve.NotFound {
			t.Errorf("got %v for a second undo, want not found", err)
		}
	})
}

// plainly shows what Private hides, for comparing.
func plainly(p roll.Person) []any {
	f := p.Facts
	out := []any{p.Volunteer.ID, p.Volunteer.State, p.Volunteer.Offers, p.Volunteer.Receipt, p.Receipts, f.Name.Reveal(), f.Birth, f.Place, f.Functions, f.Qualifications, p.Consents}
	for _, n := range f.Phones {
		out = append(out, n.E164.Reveal(), n.NoTexts)
	}
	for _, n := range f.Notes {
		out = append(out, n.Reveal())
	}
	return out
}

func TestTheStricterConsentWins(t *testing.T) {
	t.Parallel()
	both := []reserve.ConsentGiven{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1}, {Recipient: "red-cross", Purpose: "call-up", Wording: 1}}
	tests := []struct {
		name          string
		first, second []reserve.ConsentGiven
		want          string // recipients whose consent stands
	}{
		{"both said yes to both", both, both, "[civil-protection red-cross]"},
		{"one said yes to one only", both, both[:1], "[civil-protection]"},
		{"the older one said nothing", nil, both, "[]"},
		{"each said yes to another", both[:1], both[1:], "[]"},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := newNode(t, testkit.SQLite(t))
			a, b := amina(2*i), twin(2*i+1)
			a.Consents, b.Consents = test.first, test.second
			pa, pb := n.join(a), n.join(b)
			if err := n.Merge(ctx(), desk("d"), pa.Volunteer.ID, pb.Volunteer.ID); err != nil {
				t.Fatal(err)
			}
			p, _ := n.Roll.Person(pa.Volunteer.ID)
			got := []string{}
			for _, c := range both {
				if p.Consent(c.Recipient, c.Purpose, 1) {
					got = append(got, c.Recipient)
				}
			}
			if fmt.Sprint(got) != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestConsentEndsAndIsGivenAgain(t *testing.T) {
	t.Parallel()
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		n := newNode(t, s)
		p := n.join(amina(1))
		id, c := p.Volunteer.ID, reserve.ConsentGiven{Recipient: "civil-protection", Purpose: "call-up", Wording: 1}
		stands := func() bool {
			p, _ := n.Roll.Person(id)
			return p.Consent(c.Recipient, c.Purpose, 1)
		}
		for range 2 {
			clock.Add(time.Hour)
			n.clock.Add(time.Hour)
			if err := n.EndConsent(ctx(), desk("d"), id, c); err != nil || stands() {
				t.Fatalf("got %v, standing %v after the end", err, stands())
			}
			if err := n.EndConsent(ctx(), desk("d"), id, c); err != nil {
				t.Errorf("got %v for a second end, want nothing", err)
			}
			clock.Add(time.Hour)
			n.clock.Add(time.Hour)
			if err := n.GiveConsent(ctx(), desk("d"), id, c); err != nil || !stands() {
				t.Fatalf("got %v, standing %v after it was given again", err, stands())
			}
		}
		c.Recipient = "army"
		if err := n.GiveConsent(ctx(), desk("d"), id, c); reserve.CodeOf(err) != "unknown-recipient" {
			t.Errorf("got %v, want unknown-recipient", err)
		}
	})
}

func TestEraseLeavesNothingReadable(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		receipt := n.apply(amina(1))
		n.drain()
		p, _ := n.Roll.ByReceipt(receipt.Number)
		if err := n.CorrectMine(ctx(), receipt.Token.Reveal(), registry.Correction{Place: text("NE008001002")}); err != nil {
			t.Fatal(err)
		}
		if err := n.EraseMine(ctx(), receipt.Token.Reveal()); err != nil {
			t.Fatal(err)
		}
		err := s.View(ctx(), func(r *store.Read) error {
			regs, err := r.RegistrationsOf(p.Volunteer.ID)
			if len(regs) != 2 {
				t.Errorf("got %d rows, want the registration and its correction", len(regs))
			}
			for _, reg := range regs {
				if len(reg.Sealed) > 0 || len(reg.Consents) > 0 || len(reg.Functions) > 0 {
					t.Errorf("a row still holds something")
				}
				if _, err := n.Keyring.Key(ctx(), reg.ID); reserve.KindOf(err) != reserve.NotFound {
					t.Errorf("got %v, want no key in the keyring", err)
				}
			}
			v, _ := r.Volunteer(p.Volunteer.ID)
			if v.State != reserve.Erased || len(v.Salt) != 0 || len(v.Offers) != 0 {
				t.Errorf("got %+v, want an empty row", v)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n.Roll.Count() != 0 {
			t.Errorf("the roll still knows the person")
		}
		own, err := n.Me(ctx(), receipt.Token.Reveal())
		if err != nil || own.State != registry.OwnErased || own.Facts != nil {
			t.Errorf("got %+v and %v, want erased", own, err)
		}
		if again := n.apply(amina(1)); !again.Repeat {
			t.Errorf("what was erased was taken in again")
		}
		n.lock()
		n.unlock()
		if n.Roll.Count() != 0 {
			t.Errorf("an erased person came back at unlock")
		}
		if err := n.SweepKeys(ctx()); err != nil {
			t.Error(err)
		}
	})
}

func TestALockedNodeTakesWithdrawalsCorrectionsAndEndsOfConsent(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := lockedNode(t, s, testkit.Keyring(t))
		leaves, corrects, ends, goes := n.apply(stranger(1)), n.apply(stranger(2)), n.apply(stranger(3)), n.apply(stranger(4))
		c := reserve.ConsentGiven{Recipient: "civil-protection", Purpose: "call-up"}
		for _, err := range []error{
			n.WithdrawMine(ctx(), leaves.Token.Reveal()),
			n.CorrectMine(ctx(), corrects.Token.Reveal(), registry.Correction{Name: private("Nouveau Nom"), Functions: []string{"other"}}),
			n.EndConsentMine(ctx(), ends.Token.Reveal(), c),
			n.EraseMine(ctx(), goes.Token.Reveal()),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		own, err := n.Me(ctx(), ends.Token.Reveal())
		if err != nil || own.Facts != nil || len(own.Consents) != 1 || own.Consents[0].EndedAt == 0 {
			t.Errorf("got %+v and %v, want the ended consent shown while locked", own, err)
		}
		if own, err := n.Me(ctx(), leaves.Token.Reveal()); err != nil || own.State != registry.OwnWithdrawn {
			t.Errorf("got %+v and %v, want withdrawn", own, err)
		}
		n.unlock()
		n.drain()
		if got, want := n.people(), map[reserve.VolunteerState]int64{reserve.Withdrawn: 1, reserve.Active: 2}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if p, ok := n.Roll.ByReceipt(corrects.Number); !ok || p.Facts.Name != "Nouveau Nom" || len(p.Volunteer.Offers) != 1 || p.Volunteer.Offers[0].Function != "other" {
			t.Errorf("the correction is not applied: %+v", p.Volunteer.Offers)
		}
		if p, ok := n.Roll.ByReceipt(ends.Number); !ok || p.Consent(c.Recipient, c.Purpose, 1) {
			t.Errorf("the consent that was taken back stands")
		}
		n.lock() // the same for people who are opened
		if err := n.WithdrawMine(ctx(), corrects.Token.Reveal()); err != nil {
			t.Fatal(err)
		}
		n.unlock()
		if _, ok := n.Roll.ByReceipt(corrects.Number); ok {
			t.Errorf("who withdrew while the node was locked is back in the roll")
		}
	})
}

func TestAWithdrawalIsAtOnceAndTwiceIsNothing(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		p := n.join(amina(1))
		marked := 0
		mark := func(tx *store.Tx) error { marked++; return tx.PutSetting("handled", "yes") }
		for range 2 {
			if err := n.Withdraw(ctx(), reserve.Self(), p.Volunteer.ID, mark); err != nil {
				t.Fatal(err)
			}
		}
		if marked != 2 {
			t.Errorf("the mark of the text was made %d times, want with each", marked)
		}
		if got, err := n.Search(ctx(), desk("d"), "test-drive", "amina", 10); err != nil || len(got) != 0 {
			t.Errorf("got %d people and %v, want nobody", len(got), err)
		}
		again := n.join(amina(2)) // may register again
		if again.Volunteer.ID == p.Volunteer.ID || again.Volunteer.State != reserve.Active {
			t.Errorf("got %s, want a new entry", again.Volunteer.State)
		}
	})
}

func TestStopBindsLateComersAndOtherNodes(t *testing.T) {
	t.Parallel()
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		k := testkit.Keyring(t)
		one, two := lockedNode(t, a, k), lockedNode(t, b, k)
		one.unlock()
		two.unlock()
		p := one.join(amina(1))
		if _, err := two.Feed(ctx()); err != nil {
			t.Fatal(err)
		}
		if err := one.Silence(ctx(), reserve.Self(), "+22790123456"); err != nil {
			t.Fatal(err)
		}
		if _, err := two.Feed(ctx()); err != nil {
			t.Fatal(err)
		}
		for _, n := range []*node{one, two} {
			if q, ok := n.Roll.Person(p.Volunteer.ID); !ok || !q.Silenced {
				t.Errorf("%s: in the roll %v, silenced %v; want both", n.Store.Node(), ok, q.Silenced)
			}
		}
		late := stranger(7)
		late.Phones = []reserve.PhoneGiven{{Number: "90 12 34 56", Owner: reserve.PhoneShared}}
		if q := two.join(late); !q.Silenced || q.Volunteer.State != reserve.Active {
			t.Errorf("got silenced %v and %s, want a number under STOP to bind who comes later, and nobody else", q.Silenced, q.Volunteer.State)
		}
		if err := two.Unsilence(ctx(), reserve.Self(), "+22790123456"); err != nil {
			t.Fatal(err)
		}
		if q, _ := two.Roll.Person(p.Volunteer.ID); q.Silenced {
			t.Errorf("START does not lift STOP")
		}
	})
}

func TestVerificationNeedsTwoPeopleForTheBestLevels(t *testing.T) {
	t.Parallel()
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		n := newNode(t, s)
		id := n.join(amina(1)).Volunteer.ID
		level := func() int {
			p, _ := n.Roll.Person(id)
			return p.Volunteer.Offers[0].Level
		}
		give := registry.Verification{Function: "medical", Level: 1, Evidence: "register"}
		if got, err := n.Verify(ctx(), desk("first"), id, give); err != nil || got != store.VerificationProposed || level() != 0 {
			t.Fatalf("got %s, %v and level %d, want it proposed only", got, err, level())
		}
		if _, err := n.Verify(ctx(), desk("first"), id, give); reserve.CodeOf(err) != "second-person" {
			t.Errorf("got %v, want a second person asked for", err)
		}
		if got, err := n.Verify(ctx(), desk("second"), id, give); err != nil || got != store.VerificationStanding || level() != 1 {
			t.Fatalf("got %s, %v and level %d, want it standing", got, err, level())
		}
		if got, err := n.Verify(ctx(), desk("first"), id, registry.Verification{Function: "medical", Level: 4, Evidence: "reference", Expires: testkit.Today().AddDate(3, 0, 0)}); err != nil || got != store.VerificationStanding {
			t.Errorf("got %s and %v, want a fourth level to stand at once", got, err)
		}
		clock.Add(366 * 24 * time.Hour)
		n.clock.Add(366 * 24 * time.Hour)
		if did, err := n.ExpireVerifications(ctx()); !did || err != nil || level() != 4 {
			t.Errorf("got %v, %v and level %d after a year, want what still stands", did, err, level())
		}
		_, err := n.Verify(ctx(), desk("first"), id, registry.Verification{Function: "engineering", Level: 9})
		if got := len(reserve.FaultsOf(err)); got != 3 {
			t.Errorf("got %d faults (%v), want function, level and evidence", got, err)
		}
	})
}

func TestAgeIsSettledAtTheDesk(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		age := 19
		pending := func(ref int) string {
			a := stranger(ref)
			a.Birth = "2008"
			p := n.join(a)
			if p.Volunteer.State != reserve.PendingAge {
				t.Fatalf("got %s, want pending-age", p.Volunteer.State)
			}
			return p.Volunteer.ID
		}
		by, minor, seen := pending(1), pending(2), pending(3)
		if got, err := n.SettleAge(ctx(), desk("d"), by, registry.Settlement{How: "document", Birth: "2008-03-01"}); err != nil || got != reserve.Adult || state(t, n, by) != "active" {
			t.Errorf("got %s, %v and %s, want an adult let in", got, err, state(t, n, by))
		}
		if got, err := n.SettleAge(ctx(), desk("d"), minor, registry.Settlement{How: "document", Birth: "2008-12-24"}); err != nil || got != reserve.Minor || state(t, n, minor) != "erased" {
			t.Errorf("got %s, %v and %s, want a minor erased", got, err, state(t, n, minor))
		}
		if got, err := n.SettleAge(ctx(), desk("d"), seen, registry.Settlement{How: "witness", Age: &age}); err != nil || got != reserve.Adult {
			t.Errorf("got %s and %v, want the witness believed", got, err)
		}
		p, _ := n.Roll.Person(seen)
		if p.Volunteer.State != reserve.Active || reserve.AgeStateOn(p.Facts.Birth, 18, reserve.Date{Year: 2026, Month: 11, Day: 24}) != reserve.Adult {
			t.Errorf("got %s born %s, want somebody who may be called", p.Volunteer.State, p.Facts.Birth)
		}
		if err := n.Correct(ctx(), desk("d"), by, registry.Correction{Birth: text("2010-01-01")}); reserve.CodeOf(err) != "under-age" || state(t, n, by) != "pending-age" {
			t.Errorf("got %v and %s, want calls stopped until the desk has looked", err, state(t, n, by))
		}
		if err := n.Correct(ctx(), desk("d"), by, registry.Correction{Place: text("NE008001")}); err != nil || state(t, n, by) != "pending-age" {
			t.Errorf("got %v and %s, want the doubt to last", err, state(t, n, by))
		}
		if refused, err := n.RefusedMinors(ctx(), "test-drive"); refused != 1 || err != nil {
			t.Errorf("got %d refusals and %v, want 1", refused, err)
		}
	})
}

func TestCorrectReplacesWhatItNames(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	p := n.join(amina(1))
	err := n.Correct(ctx(), desk("d"), p.Volunteer.ID, registry.Correction{Name: private("Amina  Oumarou Noma"), Phones: []reserve.PhoneGiven{{Number: "96 00 00 01"}},
		Note: private("de nuit"), Functions: []string{"medical", "other"}, Version: p.Volunteer.Version})
	if err != nil {
		t.Fatal(err)
	}
	q, _ := n.Roll.Person(p.Volunteer.ID)
	if q.Facts.Name != "Amina Oumarou Noma" || len(q.Facts.Phones) != 1 || q.Facts.Phones[0].E164 != "+22796000001" || q.Facts.Sex != "f" || len(q.Volunteer.Offers) != 2 {
		t.Errorf("got %v, %d phones, sex %q, %v", q.Facts.Name.Reveal(), len(q.Facts.Phones), q.Facts.Sex, q.Volunteer.Offers)
	}
	if len(n.Roll.ByPhone("+22790123456")) != 0 || len(n.Roll.ByPhone("+22796000001")) != 1 {
		t.Errorf("the old number still leads to the person")
	}
	err = n.Correct(ctx(), desk("d"), p.Volunteer.ID, registry.Correction{Sex: text("m"), Version: p.Volunteer.Version})
	if reserve.CodeOf(err) != "changed-meanwhile" {
		t.Errorf("got %v for an old version, want changed-meanwhile", err)
	}
	err = n.Correct(ctx(), desk("d"), p.Volunteer.ID, registry.Correction{Name: private(" "), Birth: text("1990-13-01"), Place: text("Nullepart-sur-Mer")})
	if got := len(reserve.FaultsOf(err)); got != 3 {
		t.Errorf("got %v, want three faults", err)
	}
}

func TestWhoIsOutOfScopeIsNotFound(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	p := n.join(amina(1))
	tests := []struct {
		name  string
		actor reserve.Actor
		want  reserve.Kind
	}{
		{"everywhere", reserve.Actor{Kind: reserve.ActorStaff, ID: "a", Role: reserve.RoleCoordinator}, ""},
		{"at the site, for the function", reserve.Actor{Kind: reserve.ActorStaff, ID: "a", Role: reserve.RoleDesk, Sites: []string{"niamey"}, Functions: []string{"medical"}}, ""},
		{"at another site", reserve.Actor{Kind: reserve.ActorStaff, ID: "a", Role: reserve.RoleCoordinator, Sites: []string{"gaya"}}, reserve.NotFound},
		{"for another function", reserve.Actor{Kind: reserve.ActorStaff, ID: "a", Role: reserve.RoleCoordinator, Functions: []string{"logistics"}}, reserve.NotFound},
		{"an auditor sees nobody", reserve.Actor{Kind: reserve.ActorStaff, ID: "a", Role: reserve.RoleAuditor}, reserve.Forbidden},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := n.Show(ctx(), test.actor, p.Volunteer.ID); reserve.KindOf(err) != test.want {
				t.Errorf("show: got %v, want kind %q", err, test.want)
			}
			found, err := n.Search(ctx(), test.actor, "test-drive", "amina", 10)
			if got := len(found) == 1; got != (test.want == "") || reserve.KindOf(err) != test.want && test.want != reserve.NotFound {
				t.Errorf("search: got %d people and %v", len(found), err)
			}
		})
	}
}

func TestEveryReadingLeavesAnAct(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	p := n.join(amina(1))
	before := acts(t, n)
	if _, err := n.Show(ctx(), desk("d"), p.Volunteer.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Search(ctx(), desk("d"), "test-drive", "amina", 10); err != nil {
		t.Fatal(err)
	}
	if numbers, err := n.Reveal(ctx(), desk("d"), p.Volunteer.ID, "call"); err != nil || len(numbers) != 1 {
		t.Fatalf("got %d numbers and %v", len(numbers), err)
	}
	if got := acts(t, n)[len(before):]; !slices.Equal(got, []string{"volunteer.read", "volunteer.search", "volunteer.reveal"}) {
		t.Errorf("got acts %v", got)
	}
}

// TestAHeldPersonIsNotForgottenByAMerge: B is held because of A, and A is folded into C.
func TestAHeldPersonIsNotForgottenByAMerge(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	c, a := n.join(stranger(9)), n.join(amina(1))
	b := n.join(twin(2))
	if b.Volunteer.State != reserve.Held {
		t.Fatalf("got %s, want held", b.Volunteer.State)
	}
	if err := n.Merge(ctx(), desk("d"), c.Volunteer.ID, a.Volunteer.ID); err != nil {
		t.Fatal(err)
	}
	pairs := func() []store.Pair {
		list, err := n.Pairs(ctx(), store.PairFilter{Drive: "test-drive", Actor: desk("d"), Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := pairs(); len(got) != 1 || got[0].Newer != b.Volunteer.ID || got[0].Older() != c.Volunteer.ID {
		t.Fatalf("got %+v, want the pair of B with the one A is now", got)
	}
	if err := n.Unmerge(ctx(), desk("d"), a.Volunteer.ID); err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs() {
		if p.Older() == a.Volunteer.ID {
			if err := n.Distinct(ctx(), desk("d"), p.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := state(t, n, b.Volunteer.ID); got != "active" {
		t.Errorf("got %s after the desk said two people, want nothing left that holds B", got)
	}
}

func TestAnOptOutBindsBothUntilTheDeskDecides(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		tests := []struct {
			name  string
			leave func(again reserve.Application)
		}{
			{"the double was opened and held", func(a reserve.Application) {
				receipt := n.apply(a)
				n.drain()
				if err := n.WithdrawMine(ctx(), receipt.Token.Reveal()); err != nil {
					t.Fatal(err)
				}
			}},
			{"the double withdrew before anybody opened it", func(a reserve.Application) {
				receipt := n.apply(a)
				if err := n.WithdrawMine(ctx(), receipt.Token.Reveal()); err != nil {
					t.Fatal(err)
				}
				n.drain()
			}},
		}
		for i, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				a, b := stranger(2*i), stranger(2*i)
				b.Ref += "again"
				first := n.join(a)
				test.leave(b)
				if got := state(t, n, first.Volunteer.ID); got != "held" {
					t.Fatalf("got %s, want the first entry held until the desk has decided", got)
				}
				pairs, err := n.Pairs(ctx(), store.PairFilter{Drive: "test-drive", Actor: desk("d"), Limit: 10})
				if err != nil || len(pairs) != 1 {
					t.Fatalf("got %d pairs and %v, want one to decide", len(pairs), err)
				}
				decide, want := n.Distinct, "active"
				if i == 1 {
					decide, want = n.MergePair, "withdrawn"
				}
				if err := decide(ctx(), desk("d"), pairs[0].ID); err != nil {
					t.Fatal(err)
				}
				if got := state(t, n, first.Volunteer.ID); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
	})
}

func TestAStepThatIsCancelledLeavesNoTrace(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	n.apply(amina(1))
	gone, cancel := context.WithCancel(ctx())
	cancel()
	if did, err := n.Step(gone); did || err == nil {
		t.Errorf("got %v and %v of a cancelled step", did, err)
	}
	if n.Roll.Count() != 0 {
		t.Errorf("somebody is in the roll whom no row knows")
	}
	n.drain()
	if n.Roll.Count() != 1 || n.people()[reserve.Active] != 1 {
		t.Errorf("got %d in the roll and %v, want the one", n.Roll.Count(), n.people())
	}
}
