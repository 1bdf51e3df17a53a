package sms_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"muster/internal/carrier/simulator"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

// relock takes the secrets away and gives them back, as a panic lock and an unlock would; Lock wipes what it holds.
func (h *house) relock(file seal.KeysFile) func() {
	h.vault.Lock()
	return func() {
		h.t.Helper()
		secrets, err := file.Unlock("a passphrase of tests")
		if err != nil {
			h.t.Fatal(err)
		}
		h.vault.Unlock(secrets)
	}
}

// lockable is a house whose vault can be unlocked again, and those who unlock it.
func lockable(t *testing.T, s *store.Store, clock *testkit.Clock) (*house, seal.KeysFile) {
	t.Helper()
	file, secrets, err := seal.Create("a passphrase of tests", "muster.test/log", seal.MinArgon2id())
	if err != nil {
		t.Fatal(err)
	}
	pub, err := file.Intake()
	if err != nil {
		t.Fatal(err)
	}
	vault := seal.NewVault(seal.NewDoor())
	vault.Unlock(secrets)
	return houseWith(t, s, clock, vault, pub), file
}

func TestACopyUnderAnotherIDIsTheSameTextLockedOrNot(t *testing.T) {
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		h, file := lockable(t, s, clock)
		stranger := "+22790000099"
		post := func(id, text string) {
			h.sim.Post(simulator.Message{Kind: "text", ID: id, From: stranger, Text: []byte(text), SentAt: testkit.Today()})
			if _, err := h.sim.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		waiting := func(want int64, when string) {
			t.Helper()
			if fresh, _ := h.inbox(); fresh != want {
				t.Errorf("%s: got %d texts in the inbox, want %d", when, fresh, want)
			}
		}
		post("a1", "bonjour")
		post("a2", "bonjour")
		waiting(1, "a copy while unlocked")
		unlock := h.relock(file)
		post("b1", "salut")
		post("b2", "salut")
		waiting(2, "a copy while locked")
		h.start()
		post("b3", "salut")
		post("a3", "bonjour")
		waiting(4, "copies after a restart while locked, which nobody can know yet")
		unlock()
		h.run()
		if fresh, unclear := h.inbox(); fresh != 0 || unclear != 2 {
			t.Errorf("after unlocking: got %d waiting and %d before a person, want 0 and 2: the copies are ignored", fresh, unclear)
		}
		post("b4", "salut")
		waiting(0, "a copy of a text kept while locked")
	})
}

// A thief of the disk has the door key and the database, and tries numbers out: no hash they can compute may be there.
func TestAThiefOfTheDiskFindsNoNumberByTrying(t *testing.T) {
	folder := t.TempDir()
	clock := testkit.NewClock()
	s := testkit.OpenConfig(t, store.Config{Location: filepath.Join(folder, "muster.db"), Node: "n1", Now: clock.Now})
	h, file := lockable(t, s, clock)
	door, err := seal.ParseDoor(h.vault.Door().Encode())
	if err != nil {
		t.Fatal(err)
	}
	number := testkit.CrowdPhone(1)
	people := h.crowd(1, 2, nil)
	c := h.open(1, count(1), nil, 5*time.Hour)
	h.ask(c, people)
	sentAt := store.Micros(clock.Now())
	post := func(id, text string) {
		h.sim.Post(simulator.Message{Kind: "text", ID: id, From: number, Text: []byte(text), SentAt: store.Time(sentAt)})
		h.run()
	}
	post("ref-1", "oui")
	post("ref-2", "STOP")
	unlock := h.relock(file)
	post("ref-3", "2")
	unlock()
	h.run()

	disk := read(t, folder)
	if known := door.Ref("", "inbox simulator", "ref-1").TokenHash; !bytes.Contains(disk, known[:]) {
		t.Error("the search does not find a hash that is there")
	}
	at := store.Time(sentAt)
	for _, sender := range []string{number, number[1:], number[4:]} {
		for _, kind := range []string{"", "text ", "call "} {
			for _, text := range []string{"", "oui", "STOP", "2"} {
				for _, when := range []string{"", strconv.FormatInt(sentAt, 10), strconv.FormatInt(at.Unix(), 10)} {
					for _, guess := range []string{kind + sender + " " + when + " " + text, sender + "\n" + when + "\n" + text} {
						for _, scope := range []string{"inbox", "inbox simulator", "phone", ""} {
							if found(disk, door, scope, guess) {
								t.Fatalf("%q under %q is on the disk: a thief can find numbers by trying", guess, scope)
							}
						}
					}
				}
			}
		}
	}
}

// found looks for every name that a guess has under the door key, and for its bare hash.
func found(disk []byte, door *seal.Door, scope, guess string) bool {
	sum := sha256.Sum256([]byte(guess))
	hashes := [][]byte{sum[:16]}
	for _, drive := range []string{"", testkit.Drive().Code} {
		n := door.Ref(drive, scope, guess)
		hashes = append(hashes, n.TokenHash[:], []byte(n.Token), []byte(n.Receipt), n.Digest([]byte(guess))[:16], n.Digest(nil)[:16])
	}
	for _, h := range hashes {
		if bytes.Contains(disk, h) || bytes.Contains(disk, []byte(hex.EncodeToString(h))) {
			return true
		}
	}
	return false
}

// read is every byte of a folder's files.
func read(t *testing.T, folder string) (all []byte) {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(list) == 0 {
		t.Fatalf("files of the store: %v (%v)", list, err)
	}
	for _, name := range list {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}
