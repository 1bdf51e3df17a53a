package handover

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/staff"
	"muster/internal/store"
	"muster/internal/testkit"
)

const origin = "muster.test/registry"

// world is a registry with people on its rows and in its roll, two owners, and a recipient with a key.
type world struct {
	t        testing.TB
	s        *store.Store
	clock    *testkit.Clock
	staff    *staff.Accounts
	lists    *Lists
	roll     *roll.Roll
	drive    reserve.Drive
	identity string
	pinned   string
	one, two staff.SignedIn
	people   []string
	tag      string
}

func worlds(t *testing.T, test func(w *world)) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) { test(newWorld(t, s, clock, "")) })
}

// newWorld fills a store. Worlds with different tags can share one.
func newWorld(t testing.TB, s *store.Store, clock *testkit.Clock, tag string) *world {
	t.Helper()
	keys, secrets, err := seal.Create("sept girafes à Kouré", origin, seal.MinArgon2id())
	if err != nil {
		t.Fatal(err)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, s: s, clock: clock, identity: id.String() + "\n", pinned: keys.ListPublic, roll: roll.New(), drive: testkit.Drive(), tag: tag}
	w.drive.Code += tag
	vault := seal.NewVault(seal.NewDoor())
	vault.Unlock(secrets)
	w.staff = staff.New(staff.Config{Store: s, Now: clock.Now})
	w.lists = New(Config{Store: s, Vault: vault, Roll: w.roll, Origin: origin, Now: clock.Now})
	w.drive.Recipients[0].Key, w.drive.Recipients[1].Key = id.Recipient().String(), otherKey(t)
	w.keepDrive()
	w.one, w.two = w.hire("aicha", reserve.RoleOwner), w.hire("boubacar", reserve.RoleOwner)
	for i := range 12 {
		w.people = append(w.people, w.person(i, reserve.Active, "1990-05-0"+fmt.Sprint(1+i%9)))
	}
	w.roll.SetLoaded()
	return w
}

func otherKey(t testing.TB) string {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String()
}

func (w *world) change(verb reserve.Verb, fn func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.s.Change(context.Background(), reserve.Act{Actor: reserve.System("test"), Verb: verb}, fn); err != nil {
		w.t.Fatalf("%s: %v", verb, err)
	}
}

func (w *world) keepDrive() {
	w.t.Helper()
	w.change(reserve.ActDriveAdd, func(tx *store.Tx) error { return tx.PutDrive(w.drive, store.DriveOpen) })
}

// hire makes an account by the system and signs it in.
func (w *world) hire(handle string, role reserve.Role, scope ...string) staff.SignedIn {
	w.t.Helper()
	id, err := w.staff.Add(context.Background(), staff.System("n1"), staff.Account{Handle: handle + w.tag, Role: role, Sites: scope})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.signIn(staff.System("n1"), id)
}

func (w *world) signIn(giver staff.SignedIn, id string) staff.SignedIn {
	w.t.Helper()
	link, err := w.staff.IssueLink(context.Background(), giver, id)
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := w.staff.Redeem(context.Background(), "192.0.2.1", link.Reveal())
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := w.staff.SignedIn(context.Background(), token.Reveal())
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

// person makes somebody who agreed to both recipients, on the rows and in the roll.
func (w *world) person(i int, state reserve.VolunteerState, birth string, consents ...reserve.Consent) string {
	w.t.Helper()
	reg := w.s.NewID()
	v := reserve.Volunteer{ID: store.PublicID(), Drive: w.drive.Code, Site: []string{"niamey", "gaya"}[i%2], State: state, Channel: reserve.ChannelWeb,
		Receipt: fmt.Sprintf("NIA-%05d", i), Salt: []byte("salt"), CreatedAt: store.Micros(w.clock.Now()), Version: 1,
		Offers: []reserve.Offer{{Function: "medical", Level: i % 3}, {Function: "logistics"}}}
	token := seal.TokenHash(reg)
	w.change(reserve.ActApply, func(tx *store.Tx) error {
		_, _, err := tx.AddRegistration(store.Registration{ID: reg, TokenHash: token[:], Digest: make([]byte, 32), Drive: v.Drive, Site: v.Site,
			Channel: v.Channel, Kind: store.KindApplication, State: reserve.Received, Receipt: v.Receipt, Node: "n1", Sealed: []byte{1}})
		if err != nil {
			return err
		}
		_, err = tx.Open([]store.Opened{{Registration: reg, Sealed: []byte{2}, Volunteer: v, New: true}})
		return err
	})
	b, fault := reserve.ParseBirth(birth)
	if fault != nil {
		w.t.Fatal(fault)
	}
	if consents == nil {
		consents = []reserve.Consent{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1}, {Recipient: "red-cross", Purpose: "call-up", Wording: 1}}
	}
	w.roll.Put(roll.Person{Volunteer: v, Consents: consents, Facts: reserve.Facts{
		Name: reserve.Private(fmt.Sprintf("Amina Canari%03d", i)), KnownAs: "Mina", Birth: b, Language: "ha", Place: "NE008001",
		Phones: []reserve.Phone{{E164: reserve.Private(fmt.Sprintf("+2279012%04d", i))}}, Qualifications: []string{"nurse"}, Availability: "nights"}})
	return v.ID
}

// withdraw does what registry.Withdraw does to the rows and the roll of this node.
func (w *world) withdraw(id string) {
	w.t.Helper()
	w.change(reserve.ActWithdraw, func(tx *store.Tx) error {
		if err := tx.SetVolunteerState(id, reserve.Withdrawn, reserve.Active); err != nil {
			return err
		}
		_, err := tx.EndEntries(id)
		return err
	})
	w.roll.Remove(id)
}

func (w *world) ask() Request {
	return Request{Session: w.one.Session, Drive: w.drive.Code, Recipient: "civil-protection", Purpose: "call-up", Fields: Fields()[:5]}
}

func (w *world) prepare() store.Handover {
	w.t.Helper()
	h, err := w.lists.Prepare(context.Background(), w.one.Actor, w.ask())
	if err != nil {
		w.t.Fatalf("prepare: %v", err)
	}
	return h
}

func (w *world) approve(h store.Handover) {
	w.t.Helper()
	if err := w.lists.Approve(context.Background(), w.two.Actor, w.two.Session, h.ID, h.Count); err != nil {
		w.t.Fatalf("approve: %v", err)
	}
}

// sealed gives a list that has gone all the way, and its file.
func (w *world) sealed() (store.Handover, []byte) {
	w.t.Helper()
	h := w.prepare()
	w.approve(h)
	if _, err := w.lists.Seal(context.Background(), w.one.Actor, h.ID); err != nil {
		w.t.Fatalf("seal: %v", err)
	}
	file, err := w.lists.File(context.Background(), w.one.Actor, h.ID)
	if err != nil {
		w.t.Fatalf("file: %v", err)
	}
	return h, file
}

func (w *world) open(file []byte, out string) (Opened, error) {
	return OpenFile(Opening{File: file, Identity: reserve.Private(w.identity), Pinned: w.pinned, Out: out, Language: "fr", Now: w.clock.Now()})
}

func (w *world) state(id string) store.HandoverState {
	w.t.Helper()
	h, err := w.lists.Handover(context.Background(), reserve.System("test"), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return h.State
}

// steps lets the loop run until it has nothing to do.
func (w *world) steps() (n int) {
	w.t.Helper()
	for {
		did, err := w.lists.Step(context.Background())
		if err != nil {
			w.t.Fatalf("step: %v", err)
		}
		if !did {
			return n
		}
		n++
	}
}

func (w *world) refused(what string, err error, code string) {
	w.t.Helper()
	if got := reserve.CodeOf(err); err == nil || got != code {
		w.t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func lines(s string) int { return strings.Count(s, "\n") }

const day = 24 * time.Hour

// storeOf is a store on SQLite with a clock, for tests of files that no database has to do with.
func storeOf(t testing.TB) (testing.TB, *store.Store, *testkit.Clock, string) {
	t.Helper()
	clock := testkit.NewClock()
	return t, testkit.OpenConfig(t, store.Config{Location: filepath.Join(t.TempDir(), "muster.db"), Node: "n1", Now: clock.Now}), clock, ""
}

// back signs both owners in again, after a time in which their sessions ended.
func (w *world) back() {
	w.t.Helper()
	w.one, w.two = w.signIn(staff.System("n1"), w.one.Actor.ID), w.signIn(staff.System("n1"), w.two.Actor.ID)
}
