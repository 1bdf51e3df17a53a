package staff

import (
	"context"
	"sync"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

const goodPassword = reserve.Private("sept girafes à Kouré")

type house struct {
	t     *testing.T
	s     *store.Store
	clock *testkit.Clock
	a     *Accounts
}

func houses(t *testing.T, test func(h house)) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		test(house{t, s, clock, New(Config{Store: s, Now: clock.Now, Hashers: 2})})
	})
}

func (h house) add(by SignedIn, handle string, role reserve.Role) string {
	h.t.Helper()
	id, err := h.a.Add(context.Background(), by, Account{Handle: handle, Role: role})
	if err != nil {
		h.t.Fatalf("add %s: %v", handle, err)
	}
	return id
}

// by signs an account in by a link that giver gave out.
func (h house) by(giver SignedIn, id string) SignedIn {
	h.t.Helper()
	in, _ := h.signIn(giver, id)
	return in
}

func (h house) signIn(giver SignedIn, id string) (SignedIn, string) {
	h.t.Helper()
	link, err := h.a.IssueLink(context.Background(), giver, id)
	if err != nil {
		h.t.Fatalf("issue link: %v", err)
	}
	token, err := h.a.Redeem(context.Background(), "192.0.2.1", link.Reveal())
	if err != nil {
		h.t.Fatalf("redeem link: %v", err)
	}
	return h.in(token), token.Reveal()
}

func (h house) in(token reserve.Private) SignedIn {
	h.t.Helper()
	in, err := h.a.SignedIn(context.Background(), token.Reveal())
	if err != nil {
		h.t.Fatalf("signed in: %v", err)
	}
	return in
}

func (h house) refused(what string, err error, kind reserve.Kind, code string) {
	h.t.Helper()
	if reserve.KindOf(err) != kind || reserve.CodeOf(err) != code {
		h.t.Errorf("%s: got %v, want %s: %s", what, err, kind, code)
	}
}

func TestAnActorIsReadFromTheRowsAtEachRequest(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		id, err := h.a.Add(ctx, sys, Account{Handle: "aicha", Role: reserve.RoleCoordinator, Sites: []string{"gaya"}, Functions: []string{"medical"}})
		if err != nil {
			h.t.Fatal(err)
		}
		token, err := h.a.IssueToken(ctx, sys, id, store.TokenBearer)
		if err != nil {
			h.t.Fatal(err)
		}
		got, err := h.a.Actor(ctx, token.Reveal())
		if err != nil {
			h.t.Fatal(err)
		}
		if got.Kind != reserve.ActorStaff || got.ID != id || got.Role != reserve.RoleCoordinator || len(got.Sites) != 1 || got.Sites[0] != "gaya" || got.Functions[0] != "medical" {
			h.t.Errorf("actor: got %+v", got)
		}
		if err := h.a.SetScope(ctx, sys, id, Account{Role: reserve.RoleCaller, Sites: []string{"niamey"}}); err != nil {
			h.t.Fatal(err)
		}
		if got, _ = h.a.Actor(ctx, token.Reveal()); got.Role != reserve.RoleCaller || got.Sites[0] != "niamey" {
			h.t.Errorf("after the change of scope: got %+v, want a caller of niamey", got)
		}
		owner := h.by(sys, h.add(sys, "owner", reserve.RoleOwner))
		if _, err := h.a.IssueToken(ctx, owner, id, store.TokenBearer); err != nil {
			h.t.Fatal(err)
		}
		if err := h.a.Revoke(ctx, sys, id); err != nil {
			h.t.Fatal(err)
		}
		_, err = h.a.Actor(ctx, token.Reveal())
		h.refused("a revoked account's token", err, reserve.SignedOut, "signed-out")
		var behind []string
		err = h.s.View(ctx, func(r *store.Read) error {
			s, err := r.Staff(id)
			if err == nil {
				behind, err = r.HandsBehind(s)
			}
			return err
		})
		if err != nil || len(behind) != 1 {
			h.t.Errorf("behind a revoked account: got %v, %v, want nobody else, for its tokens have ended", behind, err)
		}
		_, err = h.a.IssueLink(ctx, sys, id)
		h.refused("a link for a revoked account", err, reserve.Forbidden, "no-token-for-account")
		if _, err := h.a.Add(ctx, sys, Account{Handle: "aicha", Role: reserve.RoleDesk}); reserve.CodeOf(err) != "handle-taken" {
			h.t.Errorf("a handle again: got %v, want handle-taken", err)
		}
	})
}

func TestTokensThatAreNotGoodAllLookTheSame(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		id := h.add(sys, "boubacar", reserve.RoleOwner)
		link, err := h.a.IssueLink(ctx, sys, id)
		if err != nil {
			h.t.Fatal(err)
		}
		_, session := h.signIn(sys, id)
		if err := h.a.SignOut(ctx, session); err != nil {
			h.t.Fatal(err)
		}
		for what, token := range map[string]string{
			"nothing": "", "another form": "Bearer x", "of the right form": "muster-bearer.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
			"a link": link.Reveal(), "after sign-out": session, "huge": "muster-" + string(make([]byte, 1<<20)),
		} {
			_, err := h.a.Actor(ctx, token)
			h.refused(what, err, reserve.SignedOut, "signed-out")
		}
	})
}

func TestALinkSignsInOnceAndNotLate(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		id := h.add(sys, "boubacar", reserve.RoleOwner)
		link, err := h.a.IssueLink(ctx, sys, id)
		if err != nil {
			h.t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		opened := 0
		for range 8 {
			wg.Go(func() {
				if _, err := h.a.Redeem(ctx, "192.0.2.7:5000", link.Reveal()); err == nil {
					mu.Lock()
					opened++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if opened != 1 {
			h.t.Errorf("eight uses of one link at once: %d opened a session, want 1", opened)
		}
		late, err := h.a.IssueLink(ctx, sys, id)
		if err != nil {
			h.t.Fatal(err)
		}
		h.clock.Add(linkLife)
		_, err = h.a.Redeem(ctx, "192.0.2.8", late.Reveal())
		h.refused("a link after its hour", err, reserve.SignedOut, "signed-out")
	})
}

func TestASessionEndsWhenIdleAndAfterTwelveHours(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		id := h.add(sys, "boubacar", reserve.RoleOwner)
		_, idle := h.signIn(sys, id)
		_, busy := h.signIn(sys, id)
		for range 23 { // eleven and a half hours of work
			h.clock.Add(reserve.SessionIdle - time.Second)
			if _, err := h.a.Actor(ctx, busy); err != nil {
				h.t.Fatalf("a session in use at %s: %v", h.clock.Now(), err)
			}
		}
		_, err := h.a.Actor(ctx, idle)
		h.refused("a session left alone", err, reserve.SignedOut, "signed-out")
		h.clock.Add(reserve.SessionIdle - time.Second)
		if _, err = h.a.Actor(ctx, busy); err != nil {
			h.t.Fatalf("just before the twelve hours: %v", err)
		}
		h.clock.Add(time.Minute)
		_, err = h.a.Actor(ctx, busy)
		h.refused("a session after twelve hours", err, reserve.SignedOut, "signed-out")
		h.clock.Add(keepEnded + reserve.SessionLife)
		if did, err := h.a.Step(ctx); err != nil || !did {
			h.t.Errorf("sweep: got %v, %v, want some deleted", did, err)
		}
	})
}

func TestAPasswordSignsIn(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		id := h.add(sys, "boubacar", reserve.RoleOwner)
		first, old := h.signIn(sys, id)
		for what, bad := range map[string]reserve.Private{
			"password-short": "kouré", "password-weak": "aaaaaaaaaaaaaaaaaaaa", "bad-utf8": "sept girafes \xff\xfe kouré",
		} {
			h.refused(what, h.a.SetPassword(ctx, first, bad), reserve.Invalid, what)
		}
		h.refused("with the handle inside", h.a.SetPassword(ctx, first, "Boubacar de Kouré 7"), reserve.Invalid, "password-weak")
		_, other := h.signIn(sys, id)
		if err := h.a.SetPassword(ctx, first, goodPassword); err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.a.Actor(ctx, old); err != nil {
			h.t.Errorf("the session that set the password: %v", err)
		}
		_, err := h.a.Actor(ctx, other)
		h.refused("another session after a new password", err, reserve.SignedOut, "signed-out")
		token, err := h.a.SignIn(ctx, "192.0.2.1", " Boubacar ", goodPassword)
		if err != nil {
			h.t.Fatal(err)
		}
		if in := h.in(token); in.Actor.ID != id || in.Kind != store.TokenSession {
			h.t.Errorf("signed in as %+v, want %s", in, id)
		}
		for what, try := range map[string]struct {
			handle   string
			password reserve.Private
		}{
			"a wrong password": {"boubacar", goodPassword + "x"}, "no password": {"boubacar", ""},
			"nobody's handle": {"nobody", goodPassword}, "a handle that cannot be": {"'; --", goodPassword},
		} {
			_, err := h.a.SignIn(ctx, "192.0.2.99", try.handle, try.password)
			h.refused(what, err, reserve.SignedOut, "wrong-sign-in")
		}
		if err := h.a.Revoke(ctx, sys, id); err != nil {
			h.t.Fatal(err)
		}
		_, err = h.a.SignIn(ctx, "192.0.2.50", "boubacar", goodPassword)
		h.refused("a revoked account's password", err, reserve.SignedOut, "wrong-sign-in")
	})
}

func TestUnknownHandlesCostTheSameWork(t *testing.T) {
	a := newHasher(1)
	hash, err := a.hash(context.Background(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	took := func(kept string) time.Duration {
		start := time.Now()
		for range 5 {
			if ok, err := a.matches(context.Background(), "another password", kept); ok || err != nil {
				t.Fatalf("matches: got %v, %v", ok, err)
			}
		}
		return time.Since(start)
	}
	known, unknown := took(hash), took("")
	if unknown < known/4 || known < unknown/4 {
		t.Errorf("five wrong passwords took %v for a known handle and %v for an unknown one", known, unknown)
	}
}

func TestAFloodOfSignInsIsTurnedAway(t *testing.T) {
	h := newHasher(1)
	leave, err := h.seat(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	results := make(chan error, 200)
	for range 200 {
		wg.Go(func() {
			_, err := h.seat(ctx)
			results <- err
		})
	}
	for range 200 - maxWaiting {
		if err := <-results; reserve.KindOf(err) != reserve.Busy {
			t.Fatalf("beyond the queue: got %v, want busy", err)
		}
	}
	cancel()
	wg.Wait()
	leave()
	if n := h.waiting.Load(); n != 0 {
		t.Errorf("after the flood %d wait, want 0", n)
	}
	if _, err := h.seat(context.Background()); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}

func TestTriesAreCounted(t *testing.T) {
	clock := testkit.NewClock()
	l := newLimits(clock.Now)
	many := func(n int, handle, address string) (passed int) {
		for range n {
			if l.signIn(handle, address) == nil {
				passed++
			}
		}
		return passed
	}
	if got := many(20, "aicha", "192.0.2.1:4000"); got != 5 {
		t.Errorf("one handle from one address: %d of 20 passed, want 5", got)
	}
	if got := many(3, "aicha", "::ffff:192.0.2.1"); got != 0 {
		t.Errorf("the same address written as IPv6: %d passed, want 0", got)
	}
	if got := many(3, "boubacar", "192.0.2.1"); got != 3 {
		t.Errorf("another handle from that address: %d of 3 passed, want 3", got)
	}
	clock.Add(30 * time.Second)
	if got := many(3, "aicha", "192.0.2.1"); got != 1 {
		t.Errorf("half a minute later: %d of 3 passed, want 1", got)
	}
	passed := 0
	for i := range 100 {
		passed += many(1, "zara", "2001:db8:"+string(rune('a'+i%6))+"::1")
	}
	if passed > 30 {
		t.Errorf("one handle from everywhere: %d passed at once, want at most 30", passed)
	}
	if got := many(1, "fati", "2001:db8:1::1") + many(9, "fati", "2001:db8:1::2"); got != 5 {
		t.Errorf("two addresses of one /64: %d passed, want 5", got)
	}
	for i := range maxBuckets + 10 {
		l.signIn("h"+string(rune(i)), "192.0.2.77")
	}
	if n := len(l.buckets); n > maxBuckets+3 {
		t.Errorf("%d buckets are kept, want at most %d", n, maxBuckets)
	}
}

func TestHandsFollowEverySecretThatIsGivenOut(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		ownerID, secondID := h.add(sys, "owner", reserve.RoleOwner), h.add(sys, "second", reserve.RoleOwner)
		owner, second := h.by(sys, ownerID), h.by(sys, secondID)
		puppetID := h.add(owner, "puppet", reserve.RoleOwner)
		puppet := h.by(owner, puppetID)
		// The puppet gives a link to a third account: the owner is behind that too.
		thirdID := h.add(puppet, "third", reserve.RoleCoordinator)
		third := h.by(puppet, thirdID)
		hands := func(in SignedIn) (list []string) {
			err := h.s.View(ctx, func(r *store.Read) error {
				tok, s, err := r.SignedIn(in.Session, store.Micros(h.clock.Now()))
				list = store.Hands(tok, s)
				return err
			})
			if err != nil {
				h.t.Fatal(err)
			}
			return list
		}
		has := func(who string, list []string, want ...string) {
			h.t.Helper()
			if len(list) != len(want) {
				h.t.Errorf("%s: %d hands %v, want %v", who, len(list), list, want)
			}
			for _, w := range want {
				found := false
				for _, l := range list {
					found = found || l == w
				}
				if !found {
					h.t.Errorf("%s: hands %v, want %s among them", who, list, w)
				}
			}
		}
		has("the owner", hands(owner), ownerID)
		has("the puppet", hands(puppet), puppetID, ownerID)
		has("the third", hands(third), thirdID, puppetID, ownerID)
		h.refused("confirmed by its maker", h.a.Confirm(ctx, owner, thirdID), reserve.Forbidden, "same-hands")
		h.refused("confirmed by the maker's puppet", h.a.Confirm(ctx, puppet, thirdID), reserve.Forbidden, "same-hands")
		h.refused("confirmed by itself", h.a.Confirm(ctx, puppet, puppetID), reserve.Forbidden, "same-hands")
		h.refused("confirmed by the system", h.a.Confirm(ctx, sys, thirdID), reserve.Forbidden, "needs-a-person")
		// A password set in a session that somebody gave out is known to them.
		if err := h.a.SetPassword(ctx, third, goodPassword); err != nil {
			h.t.Fatal(err)
		}
		token, err := h.a.SignIn(ctx, "192.0.2.1", "third", goodPassword)
		if err != nil {
			h.t.Fatal(err)
		}
		has("the third by password", hands(h.in(token)), thirdID, puppetID, ownerID)
		h.refused("a code nobody read out", h.a.ConfirmSession(ctx, second, thirdID, "00000-00000"), reserve.Invalid, "session-code-wrong")
		h.refused("the code of another account", h.a.ConfirmSession(ctx, second, thirdID, second.Code()), reserve.Invalid, "session-code-wrong")
		if err := h.a.ConfirmSession(ctx, second, thirdID, " "+third.Code()); err != nil {
			h.t.Fatal(err)
		}
		has("the third once confirmed", hands(third), thirdID)
		_, err = h.a.Actor(ctx, token.Reveal())
		h.refused("another session of the account, which its maker may hold", err, reserve.SignedOut, "signed-out")
		_, err = h.a.SignIn(ctx, "192.0.2.1", "third", goodPassword)
		h.refused("the password its maker may know", err, reserve.SignedOut, "wrong-sign-in")
		if err := h.a.SetPassword(ctx, third, goodPassword+"!"); err != nil {
			h.t.Fatal(err)
		}
		if token, err = h.a.SignIn(ctx, "192.0.2.1", "third", goodPassword+"!"); err != nil {
			h.t.Fatal(err)
		}
		has("by the password of their own", hands(h.in(token)), thirdID)
		// A new link from the owner brings the owner's hand back, for that session.
		has("by a new link of the owner", hands(h.by(owner, thirdID)), thirdID, ownerID)
		has("the session from before", hands(third), thirdID)
		if err := h.a.Confirm(ctx, second, thirdID); err != nil {
			h.t.Fatal(err)
		}
		_, err = h.a.Actor(ctx, token.Reveal())
		h.refused("every session, once confirmed without one", err, reserve.SignedOut, "signed-out")
	})
}

func TestNobodyGivesMoreThanTheyHave(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		localID, err := h.a.Add(ctx, sys, Account{Handle: "local", Role: reserve.RoleOwner, Sites: []string{"gaya"}})
		if err != nil {
			h.t.Fatal(err)
		}
		deskID := h.add(sys, "desk", reserve.RoleDesk)
		local, desk := h.by(sys, localID), h.by(sys, deskID)
		_, err = h.a.Add(ctx, local, Account{Handle: "wide", Role: reserve.RoleOwner})
		h.refused("a wider account", err, reserve.Forbidden, "wider-than-own")
		_, err = h.a.IssueLink(ctx, local, deskID)
		h.refused("a link to a wider account", err, reserve.Forbidden, "wider-than-own")
		h.refused("a wider scope for oneself", h.a.SetScope(ctx, local, localID, Account{Role: reserve.RoleOwner, Sites: []string{"gaya"}}), reserve.Forbidden, "wider-than-own")
		_, err = h.a.Add(ctx, desk, Account{Handle: "mine", Role: reserve.RoleOwner})
		h.refused("an account made by a desk", err, reserve.Forbidden, "no-right")
		_, err = h.a.IssueToken(ctx, desk, localID, store.TokenBearer)
		h.refused("a token for another, by a desk", err, reserve.Forbidden, "no-right")
		if _, err := h.a.IssueToken(ctx, desk, deskID, store.TokenBearer); err != nil {
			h.t.Errorf("a token for oneself: %v", err)
		}
		// The session outlives nothing: once the owner is revoked, what they ask in the same instant is refused in the change itself.
		if err := h.a.Revoke(ctx, sys, localID); err != nil {
			h.t.Fatal(err)
		}
		_, err = h.a.Add(ctx, local, Account{Handle: "late", Role: reserve.RoleDesk, Sites: []string{"gaya"}})
		h.refused("an account made by a revoked owner", err, reserve.SignedOut, "signed-out")
		stolen := SignedIn{Actor: reserve.Actor{Kind: reserve.ActorStaff, ID: localID, Role: reserve.RoleOwner}, Session: desk.Session}
		_, err = h.a.Add(ctx, stolen, Account{Handle: "late", Role: reserve.RoleDesk})
		h.refused("an actor with somebody else's session", err, reserve.SignedOut, "signed-out")
		_, err = h.a.Add(ctx, sys, Account{Handle: "A b", Role: "king", Sites: []string{",x,"}, Functions: []string{"%"}})
		if f := reserve.FaultsOf(err); len(f) != 4 {
			h.t.Errorf("a bad account: got %v, want four faults at once", err)
		}
	})
}

func TestEveryActOfStaffIsInTheLog(t *testing.T) {
	houses(t, func(h house) {
		ctx, sys := context.Background(), System("n1")
		id := h.add(sys, "boubacar", reserve.RoleOwner)
		in := h.by(sys, id)
		if err := h.a.SetPassword(ctx, in, goodPassword); err != nil {
			h.t.Fatal(err)
		}
		if err := h.a.Revoke(ctx, in, id); err != nil {
			h.t.Fatal(err)
		}
		if err := h.a.Revoke(ctx, sys, id); err != nil { // nothing to do: no act
			h.t.Fatal(err)
		}
		for {
			did, err := h.s.Sequence(ctx)
			if err != nil {
				h.t.Fatal(err)
			}
			if !did {
				break
			}
		}
		var size int64
		err := h.s.View(ctx, func(r *store.Read) error {
			head, err := r.Head()
			size = head.Size
			return err
		})
		if err != nil || size != 5 {
			h.t.Errorf("acts in the log: got %d, %v, want 5 (add, token, sign-in, password, revoke)", size, err)
		}
	})
}
