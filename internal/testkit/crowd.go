package testkit

import (
	"context"
	"fmt"
	"testing"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// Unlocked is a vault with fresh keys, open, and the public key to seal to.
func Unlocked(t testing.TB) (*seal.Vault, seal.IntakePublic) {
	t.Helper()
	file, secrets, err := seal.Create("a passphrase of tests", "muster.test/log", seal.MinArgon2id())
	if err != nil {
		t.Fatalf("make keys: %v", err)
	}
	pub, err := file.Intake()
	if err != nil {
		t.Fatalf("read intake key: %v", err)
	}
	v := seal.NewVault(seal.NewDoor())
	v.Unlock(secrets)
	return v, pub
}

// CrowdPhone is the number of the n-th person of a Crowd.
func CrowdPhone(n int) string { return fmt.Sprintf("+22790%06d", n) }

// Crowd puts people into a store and a roll: adults of the drive's second site who offer medical care as nurses, each with
// a number of their own, CrowdPhone(first), CrowdPhone(first+1) and so on. change, which may be nil, alters one before it is kept.
func Crowd(t testing.TB, s *store.Store, r *roll.Roll, first, n int, change func(i int, p *roll.Person)) []roll.Person {
	t.Helper()
	var people []roll.Person
	for i := range n {
		v := reserve.Volunteer{ID: store.PublicID(), Drive: Drive().Code, Site: "gaya", State: reserve.Active, Channel: reserve.ChannelAPI, Receipt: fmt.Sprintf("GAY-%06d", first+i),
			Salt: []byte("salt of a test"), Offers: []reserve.Offer{{Function: "medical"}}, Version: 1}
		p := roll.Person{Volunteer: v, Receipts: []string{v.Receipt}, Facts: reserve.Facts{Name: reserve.Private(fmt.Sprintf("Personne %d", first+i)), Birth: reserve.Birth{Year: 1990, Month: 5, Day: 17, Precision: reserve.PrecisionDay},
			Phones: []reserve.Phone{{E164: reserve.Private(CrowdPhone(first + i))}}, Language: "fr", Place: "NE003006", Functions: []string{"medical"}, Qualifications: []string{"nurse"}}}
		if change != nil {
			change(i, &p)
		}
		people = append(people, p)
	}
	for at := 0; at < n; at += 50 {
		keepCrowd(t, s, people[at:min(at+50, n)])
	}
	for _, p := range people {
		r.Put(p)
	}
	r.SetLoaded()
	return people
}

func keepCrowd(t testing.TB, s *store.Store, people []roll.Person) {
	t.Helper()
	act := reserve.Act{Actor: reserve.System("test"), Verb: reserve.ActOpen}
	err := s.Change(context.Background(), act, func(tx *store.Tx) error {
		var list []store.Opened
		for _, p := range people {
			reg := store.Registration{ID: s.NewID(), TokenHash: []byte(p.Volunteer.ID), Digest: []byte("digest"), Drive: p.Volunteer.Drive, Site: p.Volunteer.Site, Channel: p.Volunteer.Channel,
				Kind: store.KindApplication, State: reserve.Received, Functions: p.Facts.Functions, Receipt: p.Volunteer.Receipt, Node: s.Node(), ReceivedAt: tx.Now(), Sealed: []byte{1}}
			if _, _, err := tx.AddRegistration(reg); err != nil {
				return err
			}
			list = append(list, store.Opened{Registration: reg.ID, Sealed: []byte{1}, Volunteer: p.Volunteer, New: true})
		}
		opened, err := tx.Open(list)
		if err == nil && len(opened) != len(people) {
			return fmt.Errorf("opened %d of %d", len(opened), len(people))
		}
		return err
	})
	if err != nil {
		t.Fatalf("keep people: %v", err)
	}
}
