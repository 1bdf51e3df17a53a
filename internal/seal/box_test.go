package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func testPlace() AD { return AD{Drive: "d1", Table: "registration", ID: "r1"} }

// sealer is any pair of methods that seals records, for the tests all must pass.
type sealer struct {
	name string
	seal func(AD, []byte) []byte
	open func(AD, []byte) ([]byte, error)
}

func sealers(t testing.TB) []sealer {
	t.Helper()
	_, pub := NewIntakeKey()
	epoch, _, err := NewEpoch(pub)
	if err != nil {
		t.Fatal(err)
	}
	person, memory := NewPersonKey(), NewMemoryKey()
	secrets := testSecrets(t)
	return []sealer{
		{"epoch", epoch.Seal, epoch.Open},
		{"person", func(ad AD, p []byte) []byte { return SealRecord(person, ad, p) },
			func(ad AD, b []byte) ([]byte, error) { return OpenRecord(person, ad, b) }},
		{"memory", memory.Seal, memory.Open},
		{"house", func(ad AD, p []byte) []byte {
			box, err := secrets.SealHouse(ad, p)
			if err != nil {
				t.Fatal(err)
			}
			return box
		}, secrets.OpenHouse},
	}
}

func TestRecordsOpenAtTheirPlaceOnly(t *testing.T) {
	for _, s := range sealers(t) {
		for _, size := range []int{0, 1, 200, RecordSize - 3, RecordSize - 2, RecordSize - 1, 5000, 70_000} {
			plain := bytes.Repeat([]byte{'x'}, size)
			box := s.seal(testPlace(), plain)
			if steps := (size + 2 + RecordSize - 1) / RecordSize; len(box) != 1+12+steps*RecordSize+16 {
				t.Errorf("%s: a record of %d bytes became %d, want %d steps", s.name, size, len(box), steps)
			}
			got, err := s.open(testPlace(), box)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s: %d bytes came back as %d, %v", s.name, size, len(got), err)
			}
		}
		box := s.seal(testPlace(), []byte("content"))
		if again := s.seal(testPlace(), []byte("content")); bytes.Equal(again, box) {
			t.Errorf("%s: the same record was sealed to the same box twice", s.name)
		}
		for _, place := range []AD{
			{Drive: "d2", Table: "registration", ID: "r1"}, {Drive: "d1", Table: "answer", ID: "r1"},
			{Drive: "d1", Table: "registration", ID: "r2"}, {Drive: "d1r", Table: "egistration", ID: "r1"}, {},
		} {
			if got, err := s.open(place, box); !errors.Is(err, ErrBox) || got != nil {
				t.Errorf("%s: at %+v got %q, %v, want ErrBox", s.name, place, got, err)
			}
		}
		for i := range box {
			bad := bytes.Clone(box)
			bad[i] ^= 1 << (i % 8)
			if _, err := s.open(testPlace(), bad); !errors.Is(err, ErrBox) {
				t.Fatalf("%s: byte %d changed: got %v, want ErrBox", s.name, i, err)
			}
		}
		for size := range 40 {
			if _, err := s.open(testPlace(), box[:size]); !errors.Is(err, ErrBox) {
				t.Fatalf("%s: %d bytes of a box: got %v, want ErrBox", s.name, size, err)
			}
		}
	}
}

func TestBoxesOfOneKeyDoNotOpenAsAnother(t *testing.T) {
	all := sealers(t)
	for _, from := range all {
		box := from.seal(testPlace(), []byte("content"))
		for _, to := range all {
			if _, err := to.open(testPlace(), box); (err == nil) != (from.name == to.name) {
				t.Errorf("a box of %s opened as %s: %v", from.name, to.name, err)
			}
		}
	}
	key := newKey()
	box := sealRecord(newAEAD(key), forHouse, testPlace(), []byte("content"))
	if _, err := openRecord(newAEAD(key), forRecord, testPlace(), box); !errors.Is(err, ErrBox) {
		t.Errorf("the same key for another purpose: got %v, want ErrBox", err)
	}
}

func TestPlacesAreUnambiguous(t *testing.T) {
	got := hex.EncodeToString(appendAD(nil, forEpoch, AD{"d1", "t", "", "e"}))
	want := hex.EncodeToString([]byte("muster\x01e\x00\x00\x00\x02d1\x00\x00\x00\x01t\x00\x00\x00\x00\x00\x00\x00\x01e"))
	if got != want {
		t.Errorf("associated data is %s, want %s", got, want)
	}
	seen := map[string]AD{}
	parts := []string{"", "a", "b", "ab", "ba", "a\x00", "\x00\x00\x00\x01a"}
	for _, drive := range parts {
		for _, table := range parts {
			for _, id := range parts {
				for _, epoch := range parts {
					ad := AD{drive, table, id, epoch}
					key := string(appendAD(nil, forEpoch, ad))
					if other, dup := seen[key]; dup {
						t.Fatalf("%+v and %+v have the same associated data", ad, other)
					}
					seen[key] = ad
				}
			}
		}
	}
}

// The boxes of version 1 in testdata must open for ever.
func TestOldBoxesStillOpen(t *testing.T) {
	priv, err := parseIntakePrivate(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	ring := ringKey("2026-05-01", [keySize]byte(bytes.Repeat([]byte{9}, 32)))
	person := PersonKey{[keySize]byte(bytes.Repeat([]byte{8}, 32))}
	if *update {
		epoch, sealedKey, err := NewEpoch(priv.Public())
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, "testdata/epoch-1.key", sealedKey)
		writeFile(t, "testdata/epoch-1.box", epoch.Seal(testPlace(), []byte("A first registration")))
		writeFile(t, "testdata/person-1.key", ring.Wrap("v1", person))
		writeFile(t, "testdata/person-1.box", SealRecord(person, testPlace(), []byte("A first person")))
	}
	epoch, err := OpenEpoch(priv, readFile(t, "testdata/epoch-1.key"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := epoch.Open(testPlace(), readFile(t, "testdata/epoch-1.box"))
	if err != nil || string(plain) != "A first registration" {
		t.Errorf("got %q, %v, want the first registration", plain, err)
	}
	key, err := ring.Unwrap("v1", readFile(t, "testdata/person-1.key"))
	if err != nil || key != person {
		t.Errorf("the wrapped key did not come back: %v", err)
	}
	plain, err = OpenRecord(key, testPlace(), readFile(t, "testdata/person-1.box"))
	if err != nil || string(plain) != "A first person" {
		t.Errorf("got %q, %v, want the first person", plain, err)
	}
}

func TestEpochsOpenWithTheirPrivateKeyOnly(t *testing.T) {
	priv, pub := NewIntakeKey()
	other, _ := NewIntakeKey()
	epoch, sealed, err := NewEpoch(pub)
	if err != nil {
		t.Fatal(err)
	}
	box := epoch.Seal(testPlace(), []byte("content"))
	again, err := OpenEpoch(priv, sealed)
	if err != nil || again.ID() != epoch.ID() {
		t.Fatalf("got epoch %v, %v, want %s", again, err, epoch.ID())
	}
	if plain, err := again.Open(testPlace(), box); err != nil || string(plain) != "content" {
		t.Errorf("got %q, %v, want content", plain, err)
	}
	if _, err := OpenEpoch(other, sealed); !errors.Is(err, ErrBox) {
		t.Errorf("another private key: got %v, want ErrBox", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 0x40
		if _, err := OpenEpoch(priv, bad); !errors.Is(err, ErrBox) {
			t.Errorf("byte %d of a sealed key changed: got %v, want ErrBox", i, err)
		}
	}
	if back, err := ParseIntakePublic(pub.String()); err != nil || back.String() != pub.String() {
		t.Errorf("public key came back as %v, %v", back, err)
	}
}

func TestKeysOfPeopleAreWrappedForTheirRecordAndDay(t *testing.T) {
	monday, tuesday := NewRingKey("2026-05-04"), NewRingKey("2026-05-05")
	key := NewPersonKey()
	wrapped := monday.Wrap("v1", key)
	if len(wrapped) != 61 {
		t.Errorf("a wrapped key has %d bytes, want 61", len(wrapped))
	}
	if got, err := monday.Unwrap("v1", wrapped); err != nil || got != key {
		t.Errorf("got %v, want the key", err)
	}
	for name, open := range map[string]func() (PersonKey, error){
		"another record":   func() (PersonKey, error) { return monday.Unwrap("v2", wrapped) },
		"another ring key": func() (PersonKey, error) { return tuesday.Unwrap("v1", wrapped) },
		"another day":      func() (PersonKey, error) { return ringKey("2026-05-05", monday.key).Unwrap("v1", wrapped) },
	} {
		if _, err := open(); !errors.Is(err, ErrBox) {
			t.Errorf("%s: got %v, want ErrBox", name, err)
		}
	}
	again, err := tuesday.Rewrap(monday, "v1", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tuesday.Unwrap("v1", again); err != nil || got != key {
		t.Errorf("after the rotation got %v, want the key", err)
	}
}

func TestKeysMaskThemselves(t *testing.T) {
	person, ring, door, node := NewPersonKey(), NewRingKey("r"), NewDoor(), NewNodeKey()
	priv, _ := NewIntakeKey()
	for _, key := range []any{person, ring, door, node, priv, testSecrets(t)} {
		for _, verb := range []string{"%v", "%+v", "%s", "%x", "%q"} {
			if text := fmt.Sprintf(verb, key); len(text) > 60 {
				t.Errorf("%T printed with %s shows %s", key, verb, text)
			}
		}
	}
	if !slices.Contains(strings.Fields(fmt.Sprint(person)), "key]") {
		t.Errorf("a person key prints as %v", person)
	}
}

func FuzzOpenRecord(f *testing.F) {
	key := PersonKey{[keySize]byte(bytes.Repeat([]byte{5}, 32))}
	f.Add(SealRecord(key, testPlace(), []byte("content")))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, box []byte) {
		if plain, err := OpenRecord(key, testPlace(), box); err == nil && string(plain) != "content" {
			t.Errorf("a foreign box opened as %q", plain)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	_, pub := NewIntakeKey()
	epoch, _, err := NewEpoch(pub)
	if err != nil {
		b.Fatal(err)
	}
	plain, ad := bytes.Repeat([]byte{'x'}, 400), testPlace()
	b.ReportAllocs()
	for b.Loop() {
		epoch.Seal(ad, plain)
	}
}

func BenchmarkOpen(b *testing.B) {
	_, pub := NewIntakeKey()
	epoch, _, err := NewEpoch(pub)
	if err != nil {
		b.Fatal(err)
	}
	box, ad := epoch.Seal(testPlace(), bytes.Repeat([]byte{'x'}, 400)), testPlace()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := epoch.Open(ad, box); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealUnderANewPersonKey(b *testing.B) {
	ring, plain, ad := NewRingKey("r"), bytes.Repeat([]byte{'x'}, 400), testPlace()
	b.ReportAllocs()
	for b.Loop() {
		k := NewPersonKey()
		SealRecord(k, ad, plain)
		ring.Wrap("v1", k)
	}
}

func BenchmarkNewEpoch(b *testing.B) {
	_, pub := NewIntakeKey()
	for b.Loop() {
		if _, _, err := NewEpoch(pub); err != nil {
			b.Fatal(err)
		}
	}
}
