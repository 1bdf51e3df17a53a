package audit

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func fullEntry() Entry {
	return Entry{
		At: 1_714_564_800_000_001, Actor: "staff:7QX", Verb: "handover.seal",
		Subject: bytes.Repeat([]byte{0xAB}, SubjectSize), Count: 312,
		Digest: bytes.Repeat([]byte{0xCD}, DigestSize), Node: "niamey-1", Note: "two-persons",
	}
}

func TestEntryKeepsItsForm(t *testing.T) {
	const want = "01" + "0006176339d93001" + "0000000000000138" +
		"0973746166663a375158" + "0d68616e646f7665722e7365616c" +
		"10abababababababababababababababab" +
		"20cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" +
		"086e69616d65792d31" + "0b74776f2d706572736f6e73"
	got, err := fullEntry().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != want {
		t.Errorf("leaf is\n%x, want\n%s", got, want)
	}
	back, err := Decode(got)
	if err != nil || !reflect.DeepEqual(back, fullEntry()) {
		t.Errorf("decoded %+v, %v, want %+v", back, err, fullEntry())
	}
}

func TestEntryRefusesWhatIsNoCode(t *testing.T) {
	for name, change := range map[string]func(*Entry){
		"an actor without a kind":         func(e *Entry) { e.Actor = ":7" },
		"an actor without an id":          func(e *Entry) { e.Actor = "staff:" },
		"an actor with a name":            func(e *Entry) { e.Actor = "staff:Aïssa" },
		"no verb":                         func(e *Entry) { e.Verb = "" },
		"a sentence as note":              func(e *Entry) { e.Note = "asked by phone" },
		"an international number as note": func(e *Entry) { e.Note = "+22790000000" },
		"a note of 256 characters":        func(e *Entry) { e.Note = strings.Repeat("a", 256) },
		"a subject of 15 bytes":           func(e *Entry) { e.Subject = e.Subject[:15] },
		"a digest of 31 bytes":            func(e *Entry) { e.Digest = e.Digest[:31] },
		"a negative count":                func(e *Entry) { e.Count = -1 },
		"a node with a space":             func(e *Entry) { e.Node = "a b" },
	} {
		e := fullEntry()
		change(&e)
		if leaf, err := e.Encode(); !errors.Is(err, ErrEntry) || leaf != nil {
			t.Errorf("%s: got %x, %v, want ErrEntry", name, leaf, err)
		}
	}
}

func TestDecodeRefusesOtherForms(t *testing.T) {
	leaf, err := fullEntry().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for cut := range leaf {
		if _, err := Decode(leaf[:cut]); !errors.Is(err, ErrEntry) {
			t.Fatalf("a leaf cut at byte %d: got %v, want ErrEntry", cut, err)
		}
	}
	if _, err := Decode(append(bytes.Clone(leaf), 0)); !errors.Is(err, ErrEntry) {
		t.Errorf("a trailing byte: got %v, want ErrEntry", err)
	}
	other := bytes.Clone(leaf)
	other[0] = 2
	if _, err := Decode(other); !errors.Is(err, ErrEntry) {
		t.Errorf("another version: got %v, want ErrEntry", err)
	}
}

func TestSubjectHidesAnId(t *testing.T) {
	got := hex.EncodeToString(Subject([]byte("salt"), []byte("id")))
	// First half of: printf id | openssl dgst -sha256 -hmac salt
	if want := "c8c9d23a51a1f6f808445b999085cee1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBlockKeepsItsForm(t *testing.T) {
	block := EncodeBlock([][]byte{[]byte("ab"), {}, []byte("c")})
	if got, want := hex.EncodeToString(block), "01030261620001"+"63"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, bad := range map[string]string{
		"nothing":                 "",
		"another version":         "0200",
		"a count too high":        "01ff7f",
		"a leaf cut short":        "01010261",
		"a trailing byte":         "010000",
		"a count in a long form":  "018000",
		"a length in a long form": "0101810061",
	} {
		b, err := hex.DecodeString(bad)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeBlock(b); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: got %v, want ErrEntry", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	leaf, err := fullEntry().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(leaf)
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, leaf []byte) {
		e, err := Decode(leaf)
		if err != nil {
			return
		}
		again, err := e.Encode()
		if err != nil || !bytes.Equal(again, leaf) {
			t.Errorf("%x was read and written again as %x, %v", leaf, again, err)
		}
	})
}

func FuzzDecodeBlock(f *testing.F) {
	f.Add(EncodeBlock([][]byte{[]byte("ab"), {}, bytes.Repeat([]byte("x"), 200)}))
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, block []byte) {
		leaves, err := DecodeBlock(block)
		if err != nil {
			return
		}
		if again := EncodeBlock(leaves); !bytes.Equal(again, block) {
			t.Errorf("%x was read and written again as %x", block, again)
		}
	})
}
