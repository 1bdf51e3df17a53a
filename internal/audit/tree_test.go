package audit

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func TestAppendAgreesWithTheLibrary(t *testing.T) {
	var stored []tlog.Hash
	l := &memoryLog{}
	for size := range int64(70) {
		leaf := testLeaf(t, int(size))
		want, err := tlog.StoredHashes(size, leaf, l)
		if err != nil {
			t.Fatal(err)
		}
		l.hashes = append(l.hashes, want...)
		root, err := tlog.TreeHash(size+1, l)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.at(t, size+1).Root; got != root {
			t.Fatalf("root of %d leaves is %v, want %v", size+1, got, root)
		}
		stored = append(stored, want...)
	}
	// In batches of every size the same hashes come out.
	for batch := 1; batch <= 70; batch++ {
		got := &memoryLog{}
		for size := int64(0); size < 70; {
			var leaves [][]byte
			for i := size; i < min(70, size+int64(batch)); i++ {
				leaves = append(leaves, testLeaf(t, int(i)))
			}
			hashes, next, err := Append(got, size, leaves)
			if err != nil {
				t.Fatal(err)
			}
			if int64(len(got.hashes)) != tlog.StoredHashCount(size) {
				t.Fatalf("%d hashes stored before leaf %d, want %d", len(got.hashes), size, tlog.StoredHashCount(size))
			}
			got.hashes = append(got.hashes, hashes...)
			size = next
		}
		for i := range stored {
			if got.hashes[i] != stored[i] {
				t.Fatalf("batches of %d: stored hash %d is %v, want %v", batch, i, got.hashes[i], stored[i])
			}
		}
	}
}

func TestEmptyTreeHasTheRootOfTheStandard(t *testing.T) {
	root, err := Root(&memoryLog{}, 0)
	if err != nil || root != sha256.Sum256(nil) {
		t.Errorf("got %v, %v, want SHA-256 of nothing", root, err)
	}
}

func TestProofsHoldForTheRightEntryOnly(t *testing.T) {
	l := testLog(t, 37)
	head := l.at(t, 37)
	for index := range int64(37) {
		proof, err := ProveEntry(l, 37, index)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckEntry(proof, head, index, l.leaves[index]); err != nil {
			t.Errorf("entry %d: %v", index, err)
		}
		if err := CheckEntry(proof, head, index, l.leaves[(index+1)%37]); !errors.Is(err, ErrProof) {
			t.Errorf("another leaf in place of %d: got %v, want ErrProof", index, err)
		}
		if err := CheckEntry(proof, head, (index+1)%37, l.leaves[index]); !errors.Is(err, ErrProof) {
			t.Errorf("entry %d shown as the next: got %v, want ErrProof", index, err)
		}
	}
	if _, err := ProveEntry(l, 37, 37); err == nil {
		t.Error("an entry behind the end was proved")
	}
}

func TestPrefixProofsRefuseAFork(t *testing.T) {
	l := testLog(t, 37)
	fork := l.copy()
	fork.leaves[3] = testLeaf(t, 999)
	fork.rebuild()
	head := l.at(t, 37)
	for size := range int64(38) {
		proof, err := ProvePrefix(l, 37, size)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckPrefix(proof, head, l.at(t, size)); err != nil {
			t.Errorf("size %d: %v", size, err)
		}
		other := l.at(t, size)
		other.Origin = "other.example"
		if err := CheckPrefix(proof, head, other); !errors.Is(err, ErrProof) {
			t.Errorf("size %d of another origin: got %v, want ErrProof", size, err)
		}
		if size <= 3 {
			continue
		}
		if err := CheckPrefix(proof, head, fork.at(t, size)); !errors.Is(err, ErrProof) {
			t.Errorf("fork at size %d: got %v, want ErrProof", size, err)
		}
	}
}

func TestCheckpointsAreSignedNotes(t *testing.T) {
	skey, vkey, err := note.GenerateKey(strings.NewReader(strings.Repeat("seed", 8)), "log.example")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	l := testLog(t, 5)
	cp := l.at(t, 5)
	cp.At = 1_714_564_800_000_000
	text, err := SignCheckpoint(cp, signer)
	if err != nil {
		t.Fatal(err)
	}
	const golden = "log.example\n5\n+VeHZ3olCX6CPJAmZ1/fNTP3i8oWKCbRlzlrkqgClzg=\nat 1714564800000000\n\n" +
		"\u2014 log.example mv55YMUodI0tQmNHLUqqM7uJxx75HDOlmyJSDZR/D6jf/kpN/qPW54CcIGbaUSGEdnWtdF1ZBu4BL6E6qZ2ieGlJlAw=\n"
	if string(text) != golden {
		t.Errorf("checkpoint is\n%s\nwant\n%s", text, golden)
	}
	got, err := OpenCheckpoint(text, verifier)
	if err != nil || got != cp {
		t.Errorf("opened %+v, %v, want %+v", got, err, cp)
	}
	for i := range text {
		bad := []byte(string(text))
		bad[i] ^= 1
		if _, err := OpenCheckpoint(bad, verifier); !errors.Is(err, ErrCheckpoint) {
			t.Fatalf("byte %d changed: got %v, want ErrCheckpoint", i, err)
		}
	}
	// Signed, but not the one text of its checkpoint.
	for _, odd := range []string{
		"log.example\n05\n" + cp.Root.String() + "\nat 1\n",
		"log.example\n-5\n" + cp.Root.String() + "\nat 1\n",
		"log.example\n5\n" + cp.Root.String() + "\n",
		"log.example\n5\n" + cp.Root.String() + "\nat +1\n",
		"log.example\n5\n" + cp.Root.String() + "\nat 1\nmore\n",
		"\n5\n" + cp.Root.String() + "\nat 1\n",
	} {
		msg, err := note.Sign(&note.Note{Text: odd}, signer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCheckpoint(msg, verifier); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%q: got %v, want ErrCheckpoint", odd, err)
		}
	}
	if _, err := SignCheckpoint(Checkpoint{Origin: "two\nlines"}, signer); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("an origin of two lines: got %v, want ErrCheckpoint", err)
	}
}

func FuzzOpenCheckpoint(f *testing.F) {
	_, vkey, err := note.GenerateKey(strings.NewReader(strings.Repeat("seed", 8)), "log.example")
	if err != nil {
		f.Fatal(err)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("log.example\n5\n\u2014 log.example AAAA\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if cp, err := OpenCheckpoint(text, verifier); err == nil {
			t.Errorf("%q was opened as %+v without the key", text, cp)
		}
	})
}
