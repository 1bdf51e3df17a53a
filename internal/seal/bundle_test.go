package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
)

func fixedNode() NodeKey {
	return NodeKey{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{6}, ed25519.SeedSize))}
}

func testHead() BundleHead {
	return BundleHead{Origin: "registry.example", Node: "field-3", Sequence: 12, Created: testNow()}
}

func keyring(keys map[string]NodePublic) func(string) (NodePublic, error) {
	return func(node string) (NodePublic, error) {
		k, ok := keys[node]
		if !ok {
			return NodePublic{}, fmt.Errorf("node %s: %w", node, errUnknownNode)
		}
		return k, nil
	}
}

var errUnknownNode = errors.New("unknown")

func sealTestBundle(t testing.TB, payload []byte) ([]byte, [sha256.Size]byte) {
	t.Helper()
	var b bytes.Buffer
	digest, err := SignBundle(&b, fixedNode(), testHead(), iotest.OneByteReader(bytes.NewReader(payload)))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), digest
}

func TestBundleArrivesWhole(t *testing.T) {
	keys := keyring(map[string]NodePublic{"field-3": fixedNode().Public()})
	for _, size := range []int{0, 1, bundleChunk - 1, bundleChunk, bundleChunk + 1, 3*bundleChunk + 7} {
		payload := bytes.Repeat([]byte{'p'}, size)
		file, digest := sealTestBundle(t, payload)
		b, err := OpenBundle(bytes.NewReader(file), keys)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		got, err := io.ReadAll(b.Payload)
		if err != nil || !bytes.Equal(got, payload) || b.Head != testHead() || b.Digest != digest {
			t.Errorf("%d bytes: got %d, %+v, %v", size, len(got), b.Head, err)
		}
	}
	file, _ := sealTestBundle(t, []byte("payload"))
	if got := hex.EncodeToString(file); got != goldenBundle {
		t.Errorf("bundle is\n%s, want\n%s", got, goldenBundle)
	}
}

func TestEveryChangedOrCutBundleIsRefused(t *testing.T) {
	keys := keyring(map[string]NodePublic{"field-3": fixedNode().Public(), "field-4": NewNodeKey().Public()})
	small, _ := sealTestBundle(t, bytes.Repeat([]byte("payload "), 40))
	for i := range small {
		bad := bytes.Clone(small)
		bad[i] ^= 1 << (i % 8)
		if b, err := OpenBundle(bytes.NewReader(bad), keys); err == nil || b != nil {
			t.Fatalf("byte %d of %d changed: the bundle was opened", i, len(small))
		}
	}
	for size := range small {
		if b, err := OpenBundle(bytes.NewReader(small[:size]), keys); !errors.Is(err, ErrBundleCut) || b != nil {
			t.Fatalf("cut to %d of %d: got %v, want ErrBundleCut", size, len(small), err)
		}
	}
	large, _ := sealTestBundle(t, bytes.Repeat([]byte("payload "), 100_000))
	for i := 0; i < len(large); i += 1024 {
		bad := bytes.Clone(large)
		bad[i] ^= 0x10
		if _, err := OpenBundle(bytes.NewReader(bad), keys); err == nil {
			t.Fatalf("byte %d of %d changed: the bundle was opened", i, len(large))
		}
	}
	for size := 0; size < len(large); size += bundleChunk + 36 {
		if _, err := OpenBundle(bytes.NewReader(large[:size]), keys); !errors.Is(err, ErrBundleCut) {
			t.Fatalf("cut to %d: got %v, want ErrBundleCut", size, err)
		}
	}
	if _, err := OpenBundle(bytes.NewReader(append(bytes.Clone(small), 0)), keys); !errors.Is(err, ErrBundleBad) {
		t.Errorf("a byte behind the signature: got %v, want ErrBundleBad", err)
	}
	if _, err := OpenBundle(bytes.NewReader(small), keyring(nil)); !errors.Is(err, errUnknownNode) {
		t.Errorf("an unknown node: got %v, want the caller's error", err)
	}
	forged := keyring(map[string]NodePublic{"field-3": NewNodeKey().Public()})
	if _, err := OpenBundle(bytes.NewReader(small), forged); !errors.Is(err, ErrBundleForged) {
		t.Errorf("signed by another key: got %v, want ErrBundleForged", err)
	}
}

func TestAStickExchangedAfterTheCheckIsNoticed(t *testing.T) {
	file, _ := sealTestBundle(t, bytes.Repeat([]byte{'p'}, 2*bundleChunk))
	b, err := OpenBundle(bytes.NewReader(file), keyring(map[string]NodePublic{"field-3": fixedNode().Public()}))
	if err != nil {
		t.Fatal(err)
	}
	file[len(file)/2+5000] ^= 1 // the reader reads the same memory again
	got, err := io.ReadAll(b.Payload)
	if !errors.Is(err, ErrBundleBad) || len(got) != bundleChunk {
		t.Errorf("got %d bytes, %v, want the first chunk and ErrBundleBad", len(got), err)
	}
}

func TestAckComesFromTheHubOnly(t *testing.T) {
	ack := Ack{
		Origin: "registry.example", Node: "field-3", Sequence: 12, Digest: bytes.Repeat([]byte{1}, 32),
		Taken: 40, Repeated: 2, At: testNow(),
	}
	text, err := SignAck(fixedNode(), ack)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != goldenAck {
		t.Errorf("ack is\n%q, want\n%q", text, goldenAck)
	}
	got, err := OpenAck(text, fixedNode().Public())
	if err != nil || got.Taken != 40 || got.Node != "field-3" || !bytes.Equal(got.Digest, ack.Digest) {
		t.Errorf("got %+v, %v, want %+v", got, err, ack)
	}
	if _, err := OpenAck(text, NewNodeKey().Public()); !errors.Is(err, ErrAck) {
		t.Errorf("another hub: got %v, want ErrAck", err)
	}
	if _, err := OpenAck(text, NodePublic{}); !errors.Is(err, ErrAck) {
		t.Errorf("no key: got %v, want ErrAck", err)
	}
	for i := range text {
		bad := bytes.Clone(text)
		bad[i] ^= 1
		if _, err := OpenAck(bad, fixedNode().Public()); !errors.Is(err, ErrAck) {
			t.Fatalf("byte %d changed: got %v, want ErrAck", i, err)
		}
	}
}

func TestNodeKitHoldsNoSecretThatOpens(t *testing.T) {
	_, pub := NewIntakeKey()
	kit := NodeKit{Origin: "registry.example", Node: "field-3", Intake: pub, Door: NewDoor(), HubPublic: fixedNode().Public()}
	file, err := kit.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseNodeKit(file)
	if err != nil || got.Intake.String() != pub.String() || *got.Door != *kit.Door ||
		got.HubPublic.String() != kit.HubPublic.String() || got.Node != "field-3" || got.Origin != "registry.example" {
		t.Errorf("kit came back as %+v, %v", got, err)
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "half": file[:len(file)/2], "another format": bytes.Replace(file, []byte("kit-1"), []byte("kit-2"), 1),
		"no node": bytes.Replace(file, []byte("field-3"), nil, 1), "no door": bytes.Replace(file, []byte("muster-door-1 "), nil, 1),
		"no hub": bytes.Replace(file, []byte(kit.HubPublic.String()), []byte("AA=="), 1),
	} {
		if _, err := ParseNodeKit(bad); !errors.Is(err, ErrNodeKit) {
			t.Errorf("%s: got %v, want ErrNodeKit", name, err)
		}
	}
	key := NewNodeKey()
	back, err := ParseNodeKey(key.Encode())
	if err != nil || back.Public().String() != key.Public().String() {
		t.Errorf("node key came back as %v, %v", back.Public(), err)
	}
	for _, bad := range []string{"", "muster-node-1 AAAA\n", "muster-node-2 " + string(key.Encode()[14:])} {
		if _, err := ParseNodeKey([]byte(bad)); !errors.Is(err, ErrNodeKey) {
			t.Errorf("node key %q: got %v, want ErrNodeKey", bad, err)
		}
	}
}

func TestPackKeepsItsForm(t *testing.T) {
	parts := []packed{{"a.txt", []byte("one")}, {"b.txt", nil}}
	if got := hex.EncodeToString(pack(parts)); got != goldenPack {
		t.Errorf("packed as\n%s, want\n%s", got, goldenPack)
	}
}

func FuzzOpenBundle(f *testing.F) {
	file, digest := sealTestBundle(f, bytes.Repeat([]byte("payload "), 40))
	f.Add(file)
	f.Add([]byte(bundleMagic))
	keys := keyring(map[string]NodePublic{"field-3": fixedNode().Public()})
	f.Fuzz(func(t *testing.T, file []byte) {
		if b, err := OpenBundle(bytes.NewReader(file), keys); err == nil && b.Digest != digest {
			t.Error("a bundle that nobody signed was opened")
		}
	})
}
