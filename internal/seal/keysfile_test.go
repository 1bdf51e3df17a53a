package seal

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

const testPassphrase = "sand under the door"

// testRegistry makes one keys file for all tests, because Argon2id costs on purpose.
var testRegistry = sync.OnceValues(func() (KeysFile, *Secrets) {
	k, s, err := Create(testPassphrase, "registry.example", MinArgon2id())
	if err != nil {
		panic(err)
	}
	return k, s
})

func testSecrets(t testing.TB) *Secrets {
	t.Helper()
	_, s := testRegistry()
	return s
}

func TestKeysFileOpensWithItsPassphrase(t *testing.T) {
	k, made := testRegistry()
	file, err := k.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseKeysFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := back.Unlock(testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	box, err := made.SealHouse(testPlace(), []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := opened.OpenHouse(testPlace(), box); err != nil || string(got) != "text" {
		t.Errorf("house box: got %q, %v, want text", got, err)
	}
	ring := NewRingKey("2026-05-01")
	wrapped, err := made.WrapRing(ring)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := opened.UnwrapRing("2026-05-01", wrapped); err != nil || got.key != ring.key {
		t.Errorf("ring key did not come back: %v", err)
	}
	if _, err := opened.UnwrapRing("2026-05-02", wrapped); !errors.Is(err, ErrBox) {
		t.Errorf("ring key under another id: got %v, want ErrBox", err)
	}
	one, err := made.PhoneIndex("+22790000000")
	if err != nil {
		t.Fatal(err)
	}
	two, err := opened.PhoneIndex("+22790000000")
	if err != nil || !bytes.Equal(one, two) || len(one) != 16 {
		t.Errorf("phone index is %x and %x, %v, want the same 16 bytes", one, two, err)
	}
}

func TestPublicHalfFitsTheSecrets(t *testing.T) {
	back, opened := testRegistry()
	intake, err := back.Intake()
	if err != nil {
		t.Fatal(err)
	}
	_, sealed, err := NewEpoch(intake)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.OpenEpoch(sealed); err != nil {
		t.Errorf("an epoch sealed to the file's public key: %v", err)
	}
	signer, err := opened.AuditSigner()
	if err != nil {
		t.Fatal(err)
	}
	msg, err := note.Sign(&note.Note{Text: "head\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := back.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(msg, note.VerifierList(verifier)); err != nil {
		t.Errorf("a note signed by the secrets: %v", err)
	}
}

func TestKeysFileRefusesOtherPassphrases(t *testing.T) {
	k, _ := testRegistry()
	for _, wrong := range []string{"", "sand under the Door", testPassphrase + " "} {
		if s, err := k.Unlock(wrong); !errors.Is(err, ErrWrongPassphrase) || s != nil {
			t.Errorf("passphrase %q: got %v, want ErrWrongPassphrase", wrong, err)
		}
	}
	file, err := k.Encode()
	if err != nil {
		t.Fatal(err)
	}
	before, err := ParseKeysFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Rewrap("not the passphrase", "another long one"); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("change with a wrong passphrase: got %v", err)
	}
	var short interface{ Error() string }
	if err := k.Rewrap(testPassphrase, "short"); !errors.As(err, &short) || !strings.Contains(err.Error(), "passphrase-short") {
		t.Errorf("a passphrase of five characters: got %v, want passphrase-short", err)
	}
	if err := k.Rewrap(testPassphrase, "another long one"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Unlock("another long one"); err != nil {
		t.Errorf("the new passphrase: %v", err)
	}
	if _, err := k.Unlock(testPassphrase); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("the old passphrase: got %v, want ErrWrongPassphrase", err)
	}
	if _, err := before.Unlock(testPassphrase); err != nil {
		t.Errorf("the file kept from before: %v", err)
	}
}

func TestKeysFileNoticesExchangedPublicKeys(t *testing.T) {
	k, _ := testRegistry()
	other, _, err := Create("a second registry", "registry.example", MinArgon2id())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*KeysFile){
		"intake key":    func(k *KeysFile) { k.IntakePublic = other.IntakePublic },
		"log verifier":  func(k *KeysFile) { k.AuditVerifier = other.AuditVerifier },
		"key of lists":  func(k *KeysFile) { k.ListPublic = other.ListPublic },
		"sealed half":   func(k *KeysFile) { k.Sealed = other.Sealed },
		"a changed bit": func(k *KeysFile) { k.Sealed = bytes.Clone(k.Sealed); k.Sealed[40] ^= 1 },
	} {
		bad := k
		change(&bad)
		if _, err := bad.Unlock(testPassphrase); !errors.Is(err, ErrKeysTampered) {
			t.Errorf("%s: got %v, want ErrKeysTampered", name, err)
		}
	}
}

func TestKeysFileRefusesBadForms(t *testing.T) {
	k, _ := testRegistry()
	good, err := k.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"nothing":            "",
		"another format":     strings.Replace(string(good), keysFormat, "other", 1),
		"a later version":    strings.Replace(string(good), `"version": 1`, `"version": 2`, 1),
		"an unknown field":   strings.Replace(string(good), `"version": 1`, `"version": 1, "extra": 1`, 1),
		"something behind":   string(good) + "{}",
		"no intake key":      strings.Replace(string(good), k.IntakePublic, "AAAA", 1),
		"no verifier":        strings.Replace(string(good), `"registry.example+`, `"registry example+`, 1),
		"no key for lists":   strings.Replace(string(good), k.ListPublic, "RWQ", 1),
		"cut in the middle":  string(good[:len(good)/2]),
		"no way to a master": strings.Replace(string(good), `"wraps": [`, `"wraps": [], "x": [`, 1),
	} {
		if _, err := ParseKeysFile([]byte(file)); !errors.Is(err, ErrKeysFile) {
			t.Errorf("%s: got %v, want ErrKeysFile", name, err)
		}
	}
	for _, cost := range []Argon2id{{}, {19*1024 - 1, 2, 1}, {19 * 1024, 1, 1}, {19 * 1024, 2, 0}, {1 << 30, 2, 1}, {19 * 1024, 1 << 20, 1}} {
		if _, _, err := Create(testPassphrase, "registry.example", cost); !errors.Is(err, ErrKeysWeak) {
			t.Errorf("create with %+v: got %v, want ErrKeysWeak", cost, err)
		}
		bad := k
		w := k.Wraps[0]
		w.Argon2id = &cost
		bad.Wraps = []Wrap{w}
		if _, err := bad.Unlock(testPassphrase); !errors.Is(err, ErrKeysWeak) {
			t.Errorf("unlock with %+v: got %v, want ErrKeysWeak", cost, err)
		}
	}
	for _, origin := range []string{"", "two words", "a+b"} {
		if _, _, err := Create(testPassphrase, origin, MinArgon2id()); !errors.Is(err, ErrOrigin) {
			t.Errorf("origin %q: got %v, want ErrOrigin", origin, err)
		}
	}
}

func TestWipedSecretsDoNothing(t *testing.T) {
	k, _ := testRegistry()
	s, err := k.Unlock(testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := s.AuditSigner()
	if err != nil {
		t.Fatal(err)
	}
	lists := s.ListSigner()
	s.Wipe()
	try := map[string]func() error{
		"OpenEpoch":   func() error { _, err := s.OpenEpoch(nil); return err },
		"PhoneIndex":  func() error { _, err := s.PhoneIndex("+227"); return err },
		"SealHouse":   func() error { _, err := s.SealHouse(AD{}, nil); return err },
		"OpenHouse":   func() error { _, err := s.OpenHouse(AD{}, nil); return err },
		"WrapRing":    func() error { _, err := s.WrapRing(NewRingKey("r")); return err },
		"UnwrapRing":  func() error { _, err := s.UnwrapRing("r", nil); return err },
		"Badge":       func() error { _, err := s.Badge(BadgeID{}); return err },
		"CheckBadge":  func() error { _, err := s.CheckBadge(""); return err },
		"AuditSigner": func() error { _, err := s.AuditSigner(); return err },
		"note signer": func() error { _, err := signer.Sign([]byte("x")); return err },
		"list signer": func() error { _, err := lists.sign([]byte("x"), listTrusted); return err },
	}
	for name, do := range try {
		if err := do(); !errors.Is(err, ErrWiped) {
			t.Errorf("%s after Wipe: got %v, want ErrWiped", name, err)
		}
	}
}

// The keys file of version 1 in testdata must open for ever.
func TestOldKeysFileStillOpens(t *testing.T) {
	const path = "testdata/keys-1.json"
	if *update {
		k, s := testRegistry()
		file, err := k.Encode()
		if err != nil {
			t.Fatal(err)
		}
		box, err := s.SealHouse(testPlace(), []byte("an old text"))
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, path, file)
		writeFile(t, "testdata/house-1.box", box)
	}
	k, err := ParseKeysFile(readFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.Unlock(testPassphrase)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.OpenHouse(testPlace(), readFile(t, "testdata/house-1.box")); err != nil || string(got) != "an old text" {
		t.Errorf("got %q, %v, want an old text", got, err)
	}
}

func FuzzParseKeysFile(f *testing.F) {
	f.Add(readFile(f, "testdata/keys-1.json"))
	f.Fuzz(func(t *testing.T, file []byte) {
		k, err := ParseKeysFile(file)
		if err != nil {
			return
		}
		if _, err := k.Encode(); err != nil {
			t.Errorf("%q was read and could not be written: %v", file, err)
		}
	})
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkUnlock(b *testing.B) {
	k, _ := testRegistry()
	for b.Loop() {
		if _, err := k.Unlock(testPassphrase); err != nil {
			b.Fatal(err)
		}
	}
}
