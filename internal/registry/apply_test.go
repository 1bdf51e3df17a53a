package registry_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

func TestApplyAnswersARepeatWithTheSameReceipt(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		first := n.apply(amina(1))
		if !regexp.MustCompile(`^NIA-[0-9A-Z]{5}-[0-9A-Z]{5}-.$`).MatchString(first.Number) || first.State != reserve.Received || first.Repeat {
			t.Errorf("got %+v, want a fresh receipt of Niamey", first)
		}
		again := n.apply(amina(1))
		if again.Number != first.Number || again.Token != first.Token || !again.Repeat {
			t.Errorf("got %+v for the repeat, want %+v", again, first)
		}
		other := amina(1)
		other.Note = "autre"
		_, err := n.Apply(context.Background(), reserve.Self(), other)
		if reserve.KindOf(err) != reserve.Conflict || reserve.CodeOf(err) != "conflict" {
			t.Errorf("got %v for the same reference with other content, want a conflict", err)
		}
		n.drain()
		if got := n.people()[reserve.Active]; got != 1 {
			t.Errorf("got %d people, want 1", got)
		}
		p, _ := n.Roll.ByReceipt(first.Number)
		if !slices.Contains(p.Facts.Warnings, "reference-conflict") || len(p.Facts.Notes) != 0 {
			t.Errorf("got warnings %v, want the conflict shown to the desk and not folded in", p.Facts.Warnings)
		}
	})
}

func TestARepeatIsAnsweredAfterTheDriveHasClosed(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	first := n.apply(amina(1))
	n.change(func(tx *store.Tx) error { return tx.SetDriveState("test-drive", store.DriveClosed) })
	if again := n.apply(amina(1)); again.Number != first.Number || !again.Repeat {
		t.Errorf("got %+v, want the first receipt", again)
	}
	_, err := n.Apply(context.Background(), reserve.Self(), amina(2))
	if reserve.KindOf(err) != reserve.Closed {
		t.Errorf("got %v, want closed", err)
	}
	unknown := amina(3)
	unknown.Drive = "elsewhere"
	if _, err := n.Apply(context.Background(), reserve.Self(), unknown); reserve.KindOf(err) != reserve.NotFound {
		t.Errorf("got %v for an unknown drive, want not found", err)
	}
}

func TestApplyNamesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	a := amina(1)
	a.Ref, a.Name, a.Birth, a.Language, a.Place, a.Sex, a.Site = "short", "12345", "2007-02-29", "xx", "Nullepart-sur-Mer", "x", "mars"
	a.FatherName = "Oumarou\u202e"
	a.Phones = []reserve.PhoneGiven{{Number: "2.27931E+10"}, {Number: "90 12 34 56 / 96 00 00 01"}, {Number: "90123456", Owner: "neighbour"}}
	a.Functions = []string{"artillery"}
	a.Qualifications = []reserve.Claim{{Code: "sniper"}}
	a.Consents = []reserve.ConsentGiven{{Recipient: "army", Purpose: "call-up", Wording: 1}, {Recipient: "red-cross", Purpose: "call-up", Wording: 7}}
	_, err := n.Apply(context.Background(), reserve.Self(), a)
	var got []string
	for _, e := range reserve.FaultsOf(err) {
		got = append(got, e.Field+":"+e.Code)
	}
	want := []string{"ref:ref-too-short", "name:name-no-letter", "father_name:name-direction", "birth:no-such-day", "phones:phone-damaged", "phones:two-numbers",
		"phones:unknown-owner", "language:unknown-language", "place:unknown-place", "site:unknown-site", "sex:unknown-sex", "functions:unknown-function",
		"qualifications:unknown-qualification", "consents:unknown-recipient", "consents:old-wording"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestAnAmbiguousPlaceComesBackWithItsChoices(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	a := amina(1)
	a.Place = "Gangara"
	_, err := n.Apply(context.Background(), reserve.Self(), a)
	faults := reserve.FaultsOf(err)
	if len(faults) != 1 || faults[0].Code != "ambiguous-place" || strings.Count(faults[0].Args["choices"], ",") < 1 {
		t.Fatalf("got %v %v, want the two Gangara to choose from", err, faults)
	}
	a.PlaceWithin = "Tanout"
	if p := n.join(a); !strings.HasPrefix(p.Facts.Place, "NE007") {
		t.Errorf("got %q, want the Gangara of Tanout", p.Facts.Place)
	}
}

// TestC001C002C004 holds the cases about age against the door itself.
func TestAgesAtTheDoor(t *testing.T) {
	t.Parallel()
	age := func(n int) *int { return &n }
	tests := []struct {
		name, birth string
		age         *int
		want        string // received, pending-age, or a fault's code
	}{
		{"a full date of an adult", "1998-04-12", nil, "received"},
		{"eighteen today", "2008-11-24", nil, "received"},
		{"eighteen tomorrow", "2008-11-25", nil, "under-age"},
		{"born this year minus 18, no month", "2008", nil, "pending-age"},
		{"about a year that may be too young", "2006~", nil, "pending-age"},
		{"about a year that is old enough", "1998~", nil, "received"},
		{"stated eighteen", "", age(18), "received"},
		{"stated seventeen", "", age(17), "under-age"},
		{"nothing known", "", nil, "pending-age"},
		{"a day that does not exist", "2007-02-29", nil, "no-such-day"},
		{"a date beats a stated age", "1990-05-17", age(35), "received"},
		{"an adult's date beside the stated age of a child", "1990-05-17", age(16), "pending-age"},
		{"born in the future", "2030", nil, "birth-future"},
		{"born 1899", "1899-01-01", nil, "birth-too-old"},
		{"an age that nobody has", "", age(140), "out-of-range"},
	}
	n := newNode(t, testkit.SQLite(t))
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := stranger(i)
			a.Birth, a.Age = test.birth, test.age
			receipt, err := n.Apply(context.Background(), reserve.Self(), a)
			got := string(receipt.State)
			if err != nil {
				got = reserve.CodeOf(err)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAMinorLeavesNothingButACount(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		child := amina(1)
		child.Birth = "2012-03-02"
		for range 2 {
			if _, err := n.Apply(context.Background(), reserve.Self(), child); reserve.CodeOf(err) != "under-age" {
				t.Fatalf("got %v, want under-age", err)
			}
		}
		if got, err := n.RefusedMinors(context.Background(), "test-drive"); got != 2 || err != nil {
			t.Errorf("got %d refusals and %v, want 2", got, err)
		}
		err := s.View(context.Background(), func(r *store.Read) error {
			left, err := r.CountUnopened()
			if left != 0 {
				t.Errorf("got %d registrations, want none", left)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		child.Birth = "2002-03-02" // a later try with another year is a new try
		n.join(child)
	})
}

func TestALockedNodeTakesPeopleInAndOpensThemLater(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := lockedNode(t, s, testkit.Keyring(t))
		for i := range 230 {
			n.apply(stranger(i))
		}
		if did, err := n.Step(context.Background()); did || err != nil {
			t.Errorf("got %v, %v of a locked opener, want it to do nothing", did, err)
		}
		if err := n.Drain(context.Background()); reserve.KindOf(err) != reserve.Locked {
			t.Errorf("got %v, want locked", err)
		}
		n.unlock()
		n.drain()
		if got := n.Roll.Count(); got != 230 {
			t.Errorf("got %d people in the roll, want 230", got)
		}
		p, ok := n.Roll.ByReceipt(n.apply(stranger(7)).Number)
		if !ok || p.Facts.Name != stranger(7).Name || p.Facts.Birth.String() != stranger(7).Birth || p.Facts.Phones[0].E164 != "+22793100007" {
			t.Errorf("the seventh is not as sent")
		}
		n.lock()
		if n.Roll.Count() != 0 {
			t.Errorf("a locked node still knows people")
		}
		n.unlock()
		if got := n.Roll.Count(); got != 230 {
			t.Errorf("got %d people after the second unlock, want 230", got)
		}
		if q, ok := n.Roll.Person(p.Volunteer.ID); !ok || fmt.Sprintf("%#v", q.Facts) != fmt.Sprintf("%#v", p.Facts) || q.Facts.Name != p.Facts.Name {
			t.Errorf("a person reads differently after the second unlock")
		}
	})
}

func TestTheSameReferenceFromEightSidesIsOne(t *testing.T) {
	t.Parallel()
	testkit.Pairs(t, func(t *testing.T, a, b *store.Store) {
		k := testkit.Keyring(t)
		nodes := []*node{lockedNode(t, a, k), lockedNode(t, b, k)}
		var all sync.WaitGroup
		receipts := make([]reserve.Receipt, 8)
		for i := range receipts {
			all.Go(func() {
				var err error
				if receipts[i], err = nodes[i%2].Apply(context.Background(), reserve.Self(), amina(1)); err != nil {
					t.Errorf("apply: %v", err)
				}
			})
		}
		all.Wait()
		fresh := 0
		for _, r := range receipts {
			if r.Number != receipts[0].Number || r.Token != receipts[0].Token {
				t.Errorf("got receipts %v and %v", r.Number, receipts[0].Number)
			}
			if !r.Repeat {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("got %d first registrations, want 1", fresh)
		}
		nodes[0].unlock()
		nodes[1].unlock()
		for _, n := range nodes {
			all.Go(func() { n.drain() })
		}
		all.Wait()
		if got := nodes[0].people()[reserve.Active]; got != 1 {
			t.Errorf("got %d people, want 1", got)
		}
	})
}

func TestNoErrorHoldsPersonalData(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	a := amina(1)
	a.Name, a.Place, a.Note = "Zénabou 7", "Quartier Secret", "téléphone de ma sœur"
	a.Phones = []reserve.PhoneGiven{{Number: "96 00 00 01 12"}}
	a.Birth = "1999-13-13"
	_, err := n.Apply(context.Background(), reserve.Self(), a)
	text := fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err))
	for _, e := range reserve.FaultsOf(err) {
		text += fmt.Sprintf("%+v", *e)
	}
	for _, secret := range []string{"Zénabou", "Secret", "sœur", "96", "1999"} {
		if strings.Contains(text, secret) {
			t.Errorf("the error holds %q: %s", secret, text)
		}
	}
	if err == nil {
		t.Error("got no error")
	}
}
