package handover

import (
	"context"
	"fmt"
	"testing"

	"muster/internal/reserve"
	"muster/internal/staff"
	"muster/internal/store"
	"muster/internal/testkit"
)

// way is one way in which one person tries to get a list out alone: the last step gives the error, and code is why.
type way struct {
	name string
	code string
	try  func(w *world) error
}

func (w *world) add(by staff.SignedIn, handle string, role reserve.Role) string {
	w.t.Helper()
	id, err := w.staff.Add(context.Background(), by, staff.Account{Handle: handle + w.tag, Role: role})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) tryApprove(by staff.SignedIn, h store.Handover) error {
	return w.lists.Approve(context.Background(), by.Actor, by.Session, h.ID, h.Count)
}

func (w *world) trySeal(h store.Handover) error {
	_, err := w.lists.Seal(context.Background(), w.one.Actor, h.ID)
	return err
}

func (w *world) scope(id string, role reserve.Role, sites ...string) {
	w.t.Helper()
	if err := w.staff.SetScope(context.Background(), staff.System("n1"), id, staff.Account{Role: role, Sites: sites}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) revoke(id string) {
	w.t.Helper()
	if err := w.staff.Revoke(context.Background(), staff.System("n1"), id); err != nil {
		w.t.Fatal(err)
	}
}

// bearer is a second sign-in of the same person, by a token they give themselves.
func (w *world) bearer(of staff.SignedIn) staff.SignedIn {
	w.t.Helper()
	token, err := w.staff.IssueToken(context.Background(), of, of.Actor.ID, store.TokenBearer)
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := w.staff.SignedIn(context.Background(), token.Reveal())
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

// byOneself are the ways with one's own account and what it is signed in with.
func byOneself() []way {
	return []way{
		{"approving one's own list", "same-person", func(w *world) error { return w.tryApprove(w.one, w.prepare()) }},
		{"approving it from another session of one's own", "same-person", func(w *world) error {
			return w.tryApprove(w.signIn(staff.System("n1"), w.one.Actor.ID), w.prepare())
		}},
		{"approving it with a bearer token of one's own", "same-person", func(w *world) error { return w.tryApprove(w.bearer(w.one), w.prepare()) }},
		{"naming another person with one's own session", "signed-out", func(w *world) error {
			return w.tryApprove(staff.SignedIn{Actor: w.two.Actor, Session: w.one.Session}, w.prepare())
		}},
		{"naming another person with no session", "signed-out", func(w *world) error {
			return w.tryApprove(staff.SignedIn{Actor: w.two.Actor}, w.prepare())
		}},
		{"naming another person with an invented session", "signed-out", func(w *world) error {
			return w.tryApprove(staff.SignedIn{Actor: w.two.Actor, Session: make([]byte, 32)}, w.prepare())
		}},
		{"preparing in another's name", "signed-out", func(w *world) error {
			q := w.ask()
			_, err := w.lists.Prepare(context.Background(), w.two.Actor, q)
			return err
		}},
		{"approving as the system", "needs-a-person", func(w *world) error {
			return w.tryApprove(staff.System("n1"), w.prepare())
		}},
		{"preparing as the system", "no-right", func(w *world) error {
			_, err := w.lists.Prepare(context.Background(), reserve.System("n1"), w.ask())
			return err
		}},
		{"sealing as the system", "needs-a-person", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			_, err := w.lists.Seal(context.Background(), reserve.System("n1"), h.ID)
			return err
		}},
		{"fetching as a person at a public door", "needs-a-person", func(w *world) error {
			h, _ := w.sealed()
			_, err := w.lists.File(context.Background(), reserve.Self(), h.ID)
			return err
		}},
		{"sealing without any approval", "changed-meanwhile", func(w *world) error { return w.trySeal(w.prepare()) }},
		{"fetching before it is sealed", "not-found", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			_, err := w.lists.File(context.Background(), w.one.Actor, h.ID)
			return err
		}},
		{"after signing out, with the session that was", "signed-out", func(w *world) error {
			h := w.prepare()
			token := w.bearer(w.two)
			w.revokeSession(token)
			return w.tryApprove(token, h)
		}},
		{"with a session of another that ran out overnight", "signed-out", func(w *world) error {
			h := w.prepare()
			w.clock.Add(reserve.SessionIdle)
			return w.tryApprove(w.two, h)
		}},
	}
}

func (w *world) revokeSession(in staff.SignedIn) {
	w.t.Helper()
	if err := w.s.Bookkeep(context.Background(), func(tx *store.Tx) error { return tx.EndToken(in.Session) }); err != nil {
		w.t.Fatal(err)
	}
}

// byPuppets are the ways with accounts that one person controls.
func byPuppets() []way {
	return []way{
		{"with a second account made oneself", "same-hands", func(w *world) error {
			puppet := w.signIn(w.one, w.add(w.one, "puppet", reserve.RoleOwner))
			return w.tryApprove(puppet, w.prepare())
		}},
		{"preparing with the puppet, approving oneself", "same-hands", func(w *world) error {
			puppet := w.signIn(w.one, w.add(w.one, "puppet", reserve.RoleOwner))
			q := w.ask()
			q.Session = puppet.Session
			h, err := w.lists.Prepare(context.Background(), puppet.Actor, q)
			if err != nil {
				return err
			}
			return w.tryApprove(w.one, h)
		}},
		{"with two puppets of one hand", "same-hands", func(w *world) error {
			a, b := w.signIn(w.one, w.add(w.one, "puppet-a", reserve.RoleOwner)), w.signIn(w.one, w.add(w.one, "puppet-b", reserve.RoleOwner))
			q := w.ask()
			q.Session = a.Session
			h, err := w.lists.Prepare(context.Background(), a.Actor, q)
			if err != nil {
				return err
			}
			return w.tryApprove(b, h)
		}},
		{"with a puppet made by a puppet", "same-hands", func(w *world) error {
			a := w.signIn(w.one, w.add(w.one, "puppet-a", reserve.RoleOwner))
			return w.tryApprove(w.signIn(a, w.add(a, "puppet-b", reserve.RoleOwner)), w.prepare())
		}},
		{"with a link to another's account given out oneself", "same-hands", func(w *world) error {
			return w.tryApprove(w.signIn(w.one, w.two.Actor.ID), w.prepare())
		}},
		{"with a token for another's account given out oneself", "same-hands", func(w *world) error {
			token, err := w.staff.IssueToken(context.Background(), w.one, w.two.Actor.ID, store.TokenBearer)
			if err != nil {
				return err
			}
			in, err := w.staff.SignedIn(context.Background(), token.Reveal())
			if err != nil {
				return err
			}
			return w.tryApprove(in, w.prepare())
		}},
		{"with a password set through one's own link to another's account", "same-hands", func(w *world) error {
			taken := w.signIn(w.one, w.two.Actor.ID)
			if err := w.staff.SetPassword(context.Background(), taken, "sept girafes à Kouré"); err != nil {
				return err
			}
			token, err := w.staff.SignIn(context.Background(), "192.0.2.1", "boubacar"+w.tag, "sept girafes à Kouré")
			if err != nil {
				return err
			}
			in, err := w.staff.SignedIn(context.Background(), token.Reveal())
			if err != nil {
				return err
			}
			return w.tryApprove(in, w.prepare())
		}},
		{"with a token that the taken account gives itself", "same-hands", func(w *world) error {
			return w.tryApprove(w.bearer(w.signIn(w.one, w.two.Actor.ID)), w.prepare())
		}},
		{"with a puppet confirmed by oneself", "same-hands", func(w *world) error {
			return w.staff.Confirm(context.Background(), w.one, w.add(w.one, "puppet", reserve.RoleOwner))
		}},
		{"with a session kept back on an account that a second person then confirmed", "signed-out", func(w *world) error {
			id := w.add(w.one, "zara", reserve.RoleOwner)
			kept, hers := w.signIn(w.one, id), w.signIn(w.one, id)
			if err := w.staff.ConfirmSession(context.Background(), w.two, id, hers.Code()); err != nil {
				return err
			}
			return w.tryApprove(kept, w.prepare())
		}},
		{"with a token kept back on an account confirmed without a session", "signed-out", func(w *world) error {
			id := w.add(w.one, "zara", reserve.RoleOwner)
			kept := w.bearer(w.signIn(w.one, id))
			if err := w.staff.Confirm(context.Background(), w.two, id); err != nil {
				return err
			}
			return w.tryApprove(kept, w.prepare())
		}},
		{"with a link kept back on a confirmed account", "signed-out", func(w *world) error {
			id := w.add(w.one, "zara", reserve.RoleOwner)
			link, err := w.staff.IssueLink(context.Background(), w.one, id)
			if err != nil {
				return err
			}
			if err := w.staff.ConfirmSession(context.Background(), w.two, id, w.signIn(w.one, id).Code()); err != nil {
				return err
			}
			_, err = w.staff.Redeem(context.Background(), "192.0.2.1", link.Reveal())
			return err
		}},
		{"with a desk account", "no-right", func(w *world) error { return w.tryApprove(w.hire("desk", reserve.RoleDesk), w.prepare()) }},
		{"with an auditor's account", "no-right", func(w *world) error { return w.tryApprove(w.hire("auditor", reserve.RoleAuditor), w.prepare()) }},
		{"with a tablet", "needs-a-person", func(w *world) error {
			id := w.add(staff.System("n1"), "tablet", reserve.RoleDevice)
			token, err := w.staff.IssueToken(context.Background(), staff.System("n1"), id, store.TokenDevice)
			if err != nil {
				return err
			}
			in, err := w.staff.SignedIn(context.Background(), token.Reveal())
			if err != nil {
				return err
			}
			return w.tryApprove(in, w.prepare())
		}},
	}
}

// byChange are the ways in which something is changed between two steps.
func byChange() []way {
	return []way{
		{"a wrong count", "wrong-count", func(w *world) error {
			h := w.prepare()
			h.Count++
			return w.tryApprove(w.two, h)
		}},
		{"guessing the count until the list is cancelled", "changed-meanwhile", func(w *world) error {
			h := w.prepare()
			for range maxMisses {
				w.refused("guess", w.lists.Approve(context.Background(), w.two.Actor, w.two.Session, h.ID, 0), "wrong-count")
			}
			return w.tryApprove(w.two, h)
		}},
		{"replaying an approval for the same list", "changed-meanwhile", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			return w.tryApprove(w.two, h)
		}},
		{"using the approval of an earlier list for a later one", "changed-meanwhile", func(w *world) error {
			w.approve(w.prepare())
			return w.trySeal(w.prepare())
		}},
		{"sealing twice with one approval", "changed-meanwhile", func(w *world) error {
			h, _ := w.sealed()
			return w.trySeal(h)
		}},
		{"the first person revoked before the approval", "first-person-gone", func(w *world) error {
			h := w.prepare()
			w.revoke(w.one.Actor.ID)
			return w.tryApprove(w.two, h)
		}},
		{"the first person demoted before the approval", "first-person-gone", func(w *world) error {
			h := w.prepare()
			w.scope(w.one.Actor.ID, reserve.RoleDesk)
			return w.tryApprove(w.two, h)
		}},
		{"the first person's sites cut before the approval", "first-person-gone", func(w *world) error {
			h := w.prepare()
			w.scope(w.one.Actor.ID, reserve.RoleOwner, "gaya")
			return w.tryApprove(w.two, h)
		}},
		{"the second person revoked before they approve", "signed-out", func(w *world) error {
			h := w.prepare()
			w.revoke(w.two.Actor.ID)
			return w.tryApprove(w.two, h)
		}},
		{"the second person demoted while holding the old rights in hand", "no-right", func(w *world) error {
			h := w.prepare()
			w.scope(w.two.Actor.ID, reserve.RoleDesk)
			return w.tryApprove(w.two, h)
		}},
		{"the second person revoked before the seal", "second-person-gone", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			w.revoke(w.two.Actor.ID)
			return w.trySeal(h)
		}},
		{"the first person revoked before the seal", "no-right", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			w.revoke(w.one.Actor.ID)
			return w.trySeal(h)
		}},
		{"the second person sees only some of the sites", "not-found", func(w *world) error {
			return w.tryApprove(w.hire("local", reserve.RoleOwner, "gaya"), w.prepare())
		}},
		{"approving a day late", "list-too-old", func(w *world) error {
			h := w.prepare()
			w.clock.Add(waitForSecond)
			return w.tryApprove(w.signIn(staff.System("n1"), w.two.Actor.ID), h)
		}},
		{"sealing a day late", "list-too-old", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			w.clock.Add(waitForSeal)
			return w.trySeal(h)
		}},
		{"a list that was cancelled", "changed-meanwhile", func(w *world) error {
			h := w.prepare()
			if err := w.lists.Cancel(context.Background(), w.two.Actor, w.two.Session, h.ID); err != nil {
				return err
			}
			return w.tryApprove(w.two, h)
		}},
	}
}

// byRecipient are the ways that lead to another recipient, another key or another drive.
func byRecipient() []way {
	return []way{
		{"a recipient who may not get lists", "handover-off", func(w *world) error {
			q := w.ask()
			q.Recipient = "red-cross"
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, q)
			return err
		}},
		{"allowing a recipient oneself twice", "same-person", func(w *world) error {
			w.allow(w.one, "red-cross")
			_, err := w.lists.Allow(context.Background(), w.one.Actor, w.one.Session, w.drive.Code, "red-cross")
			return err
		}},
		{"allowing a recipient with a puppet", "same-hands", func(w *world) error {
			w.allow(w.one, "red-cross")
			puppet := w.signIn(w.one, w.add(w.one, "puppet", reserve.RoleOwner))
			_, err := w.lists.Allow(context.Background(), puppet.Actor, puppet.Session, w.drive.Code, "red-cross")
			return err
		}},
		{"a recipient for whom only one person asked", "handover-off", func(w *world) error {
			w.allow(w.one, "red-cross")
			q := w.ask()
			q.Recipient = "red-cross"
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, q)
			return err
		}},
		{"one's own key put into the drive after the preparation", "recipient-key-changed", func(w *world) error {
			h := w.prepare()
			w.drive.Recipients[0].Key = otherKey(w.t)
			w.keepDrive()
			return w.tryApprove(w.two, h)
		}},
		{"one's own key put into the drive after the approval", "recipient-key-changed", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			w.drive.Recipients[0].Key = otherKey(w.t)
			w.keepDrive()
			return w.trySeal(h)
		}},
		{"one's own key put into the drive after an earlier list", "recipient-key-changed", func(w *world) error {
			w.sealed()
			w.drive.Recipients[0].Key = otherKey(w.t)
			w.keepDrive()
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, w.ask())
			return err
		}},
		{"the key changed between two words of allowing", "handover-off", func(w *world) error {
			w.allow(w.one, "red-cross")
			w.drive.Recipients[1].Key = otherKey(w.t)
			w.keepDrive()
			w.allow(w.two, "red-cross") // is taken as a new question, not as the second word
			q := w.ask()
			q.Recipient = "red-cross"
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, q)
			return err
		}},
		{"a recipient switched off after the approval", "handover-off", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			if err := w.lists.Stop(context.Background(), w.two.Actor, w.two.Session, w.drive.Code, "civil-protection"); err != nil {
				return err
			}
			return w.trySeal(h)
		}},
		{"a new drive of one's own with the same recipient", "list-empty", func(w *world) error {
			w.drive.Code = "my-drive" + w.tag
			w.keepDrive()
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, w.ask())
			return err
		}},
		{"a list of another drive under this one's name", "not-found", func(w *world) error {
			q := w.ask()
			q.Drive = "nowhere"
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, q)
			return err
		}},
		{"a type of recipient that is not civil", "recipient-not-civil", func(w *world) error {
			w.drive.Recipients[0].Type = "armed-forces"
			w.keepDrive()
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, w.ask())
			return err
		}},
		{"a purpose nobody agreed to", "unknown-purpose", func(w *world) error {
			q := w.ask()
			q.Purpose = "training"
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, q)
			return err
		}},
		{"a field that no list has", "unknown-field", func(w *world) error {
			q := w.ask()
			q.Fields = []string{"name", "father_name"}
			_, err := w.lists.Prepare(context.Background(), w.one.Actor, q)
			return err
		}},
		{"a function outside one's compartment", "no-right", func(w *world) error {
			id, err := w.staff.Add(context.Background(), staff.System("n1"), staff.Account{Handle: "medic" + w.tag, Role: reserve.RoleOwner, Functions: []string{"medical"}})
			if err != nil {
				return err
			}
			in, q := w.signIn(staff.System("n1"), id), w.ask()
			q.Session, q.Functions = in.Session, []string{"medical", "logistics"}
			_, err = w.lists.Prepare(context.Background(), in.Actor, q)
			return err
		}},
		{"a locked node", "locked", func(w *world) error {
			h := w.prepare()
			w.approve(h)
			w.lists.Vault.Lock()
			return w.trySeal(h)
		}},
	}
}

func (w *world) allow(by staff.SignedIn, recipient string) {
	w.t.Helper()
	asked, err := w.lists.Allow(context.Background(), by.Actor, by.Session, w.drive.Code, recipient)
	if err != nil || !asked {
		w.t.Fatalf("ask to allow %s: got %v, %v, want a first word", recipient, asked, err)
	}
}

// TestOnePersonAloneGetsNoListOut tries every way, each in a world of its own, and looks afterwards whether a file lies there that should not.
func TestOnePersonAloneGetsNoListOut(t *testing.T) {
	ways := append(append(append(byOneself(), byPuppets()...), byChange()...), byRecipient()...)
	if len(ways) < 40 {
		t.Fatalf("%d ways are tried, want at least 40", len(ways))
	}
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		for i, try := range ways {
			t.Run(try.name, func(t *testing.T) {
				w := newWorld(t, s, clock, fmt.Sprintf("-%d", i))
				drive := w.drive.Code
				w.refused(try.name, try.try(w), try.code)
				hs, err := w.lists.Handovers(context.Background(), reserve.System("test"), drive)
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range hs {
					honest := h.PreparedBy == w.one.Actor.ID && h.ApprovedBy == w.two.Actor.ID
					if h.State == store.ListSealed && !honest {
						t.Errorf("list of %s approved by %s was sealed", h.PreparedBy, h.ApprovedBy)
					}
				}
			})
		}
	})
}

// TestTheHonestWayIsOpen is the control of the test above: the same steps by two people give a list.
func TestTheHonestWayIsOpen(t *testing.T) {
	worlds(t, func(w *world) {
		h, file := w.sealed()
		if h.Count != 12 || len(file) == 0 {
			w.t.Errorf("two people: got %d people in %d bytes, want 12", h.Count, len(file))
		}
		// A coordinator hired by one owner and confirmed by the other is a person of their own.
		id := w.add(w.one, "zara", reserve.RoleCoordinator)
		zara := w.signIn(w.one, id)
		h = w.prepare()
		w.refused("before she is confirmed", w.tryApprove(zara, h), "same-hands")
		if err := w.staff.ConfirmSession(context.Background(), w.two, id, zara.Code()); err != nil {
			w.t.Fatal(err)
		}
		if err := w.tryApprove(zara, h); err != nil {
			w.t.Errorf("once confirmed: %v", err)
		}
		// Another recipient, switched on by two people.
		w.allow(w.one, "red-cross")
		if asked, err := w.lists.Allow(context.Background(), w.two.Actor, w.two.Session, w.drive.Code, "red-cross"); err != nil || asked {
			w.t.Fatalf("the second word: got %v, %v", asked, err)
		}
		q := w.ask()
		q.Recipient = "red-cross"
		if _, err := w.lists.Prepare(context.Background(), w.one.Actor, q); err != nil {
			w.t.Errorf("a recipient that two people allowed: %v", err)
		}
		ps, err := w.lists.Permissions(context.Background(), w.drive.Code)
		if err != nil || len(ps) != 2 || !ps[0].May || !ps[1].May || len(ps[1].Fingerprint) != 39 {
			w.t.Errorf("permissions: got %+v, %v", ps, err)
		}
	})
}

func TestTwoApprovalsAtOnceCountOnce(t *testing.T) {
	worlds(t, func(w *world) {
		third := w.hire("zara", reserve.RoleOwner)
		h := w.prepare()
		results := make(chan error, 2)
		for _, by := range []staff.SignedIn{w.two, third} {
			go func() { results <- w.tryApprove(by, h) }()
		}
		a, b := <-results, <-results
		if (a == nil) == (b == nil) {
			w.t.Errorf("two approvals at once: got %v and %v, want one to win", a, b)
		}
		results = make(chan error, 4)
		for range 4 {
			go func() { results <- w.trySeal(h) }()
		}
		sealed := 0
		for range 4 {
			if <-results == nil {
				sealed++
			}
		}
		if sealed != 1 {
			w.t.Errorf("four seals at once: %d succeeded, want 1", sealed)
		}
	})
}

func TestTwoAreApartByPersonSessionAndHands(t *testing.T) {
	first := []byte("session one")
	for _, c := range []struct {
		name    string
		id      string
		session string
		hands   []string
		want    string
	}{
		{"another person elsewhere", "b", "session two", []string{"b"}, ""},
		{"the same person elsewhere", "a", "session two", []string{"a"}, "same-person"},
		{"another person on the same session", "b", "session one", []string{"b"}, "same-session"},
		{"somebody the first may be behind", "b", "session two", []string{"b", "a"}, "same-hands"},
		{"somebody a third may be behind, as behind the first", "b", "session two", []string{"b", "c"}, "same-hands"},
	} {
		p := signedIn{session: []byte(c.session), hands: c.hands}
		p.ID = c.id
		if got := reserve.CodeOf(apart(p, "a", first, []string{"a", "c"})); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
