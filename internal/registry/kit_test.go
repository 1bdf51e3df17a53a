package registry_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"muster/internal/gazetteer"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

// house is the keys of the registry of these tests; made once, because the passphrase is costly on purpose.
var house = sync.OnceValues(func() (seal.KeysFile, error) {
	file, _, err := seal.Create("correct horse battery staple", "muster.test/log", seal.MinArgon2id())
	return file, err
})

var places = sync.OnceValues(gazetteer.Load)

// node is one node under test.
type node struct {
	*registry.Registry
	t     testing.TB
	clock *testkit.Clock
	keys  seal.KeysFile
}

// newNode is an unlocked node on a store that holds the test drive, with an empty roll that is loaded.
func newNode(t testing.TB, s *store.Store) *node {
	t.Helper()
	n := lockedNode(t, s, testkit.Keyring(t))
	n.unlock()
	return n
}

func lockedNode(t testing.TB, s *store.Store, k *store.Keyring) *node {
	t.Helper()
	keys, err := house()
	if err != nil {
		t.Fatal(err)
	}
	pub, err := keys.Intake()
	if err != nil {
		t.Fatal(err)
	}
	g, err := places()
	if err != nil {
		t.Fatal(err)
	}
	clock := testkit.NewClock()
	door, err := seal.ParseDoor([]byte("muster-door-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"))
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, clock: clock, keys: keys}
	n.Registry = registry.New(registry.Config{Store: s, Keyring: k, Vault: seal.NewVault(door), Intake: s.NewIntake(pub), Roll: roll.New(), Gazetteer: g, Now: clock.Now})
	n.change(func(tx *store.Tx) error { return tx.PutDrive(testkit.Drive(), store.DriveOpen) })
	return n
}

func (n *node) unlock() {
	n.t.Helper()
	sec, err := n.keys.Unlock("correct horse battery staple")
	if err != nil {
		n.t.Fatal(err)
	}
	n.Vault.Unlock(sec)
	if err := n.Load(context.Background(), nil); err != nil {
		n.t.Fatalf("load: %v", err)
	}
}

func (n *node) lock() {
	n.Vault.Lock()
	n.Forget()
}

func (n *node) change(fn func(tx *store.Tx) error) {
	n.t.Helper()
	if err := n.Store.Change(context.Background(), reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActDriveAdd}, fn); err != nil {
		n.t.Fatal(err)
	}
	n.DriveChanged()
}

// apply takes an application that must be taken.
func (n *node) apply(a reserve.Application) reserve.Receipt {
	n.t.Helper()
	receipt, err := n.Apply(context.Background(), reserve.Self(), a)
	if err != nil {
		n.t.Fatalf("apply: %v", err)
	}
	return receipt
}

func (n *node) drain() {
	n.t.Helper()
	if err := n.Drain(context.Background()); err != nil {
		n.t.Fatalf("drain: %v", err)
	}
}

// join takes somebody in and opens them.
func (n *node) join(a reserve.Application) roll.Person {
	n.t.Helper()
	receipt := n.apply(a)
	n.drain()
	p, ok := n.Roll.ByReceipt(receipt.Number)
	if !ok {
		n.t.Fatalf("%s is not in the roll", receipt.Number)
	}
	return p
}

// people counts a drive's people by state.
func (n *node) people() map[reserve.VolunteerState]int64 {
	n.t.Helper()
	out := map[reserve.VolunteerState]int64{}
	err := n.Store.View(context.Background(), func(r *store.Read) error {
		counts, err := r.CountVolunteers("test-drive")
		for _, c := range counts {
			out[c.State] += c.Count
		}
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return out
}

// amina is an application without fault; ref tells it from others.
func amina(ref int) reserve.Application {
	return reserve.Application{
		Drive: "test-drive", Channel: reserve.ChannelWeb, Ref: fmt.Sprintf("reference-%012d", ref), Site: "niamey",
		Name: "Amina Oumarou", Birth: "1998-04-12", Phones: []reserve.PhoneGiven{{Number: "90 12 34 56"}}, Availability: "any", Language: "ha",
		Place: "NE008001", Sex: "f", Functions: []string{"medical"}, Qualifications: []reserve.Claim{{Code: "nurse"}},
		Consents: []reserve.ConsentGiven{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1}},
	}
}

// stranger is somebody unlike all others of these tests.
func stranger(ref int) reserve.Application {
	given := []string{"Issa", "Moussa", "Hadiza", "Rakia", "Zeina", "Boubacar", "Fatimata", "Salamatou", "Idrissa", "Garba"}
	family := []string{"Noma", "Labo", "Maïga", "Dan Kassa", "Bello", "Sindi", "Gani", "Tchiani", "Kimba", "Saley", "Alzouma"}
	a := amina(ref)
	a.Name = reserve.Private(given[ref%len(given)] + " " + family[ref/len(given)%len(family)])
	a.Birth = fmt.Sprintf("%d-%02d-%02d", 1960+ref*7%40, 1+ref*5%12, 2+ref*11%26)
	a.Phones = []reserve.PhoneGiven{{Number: reserve.Private(fmt.Sprintf("+227931%05d", ref))}}
	a.Sex = ""
	return a
}
