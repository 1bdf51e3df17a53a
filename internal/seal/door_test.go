package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

func TestReferencesHaveTheSameNamesEverywhere(t *testing.T) {
	door := &Door{[keySize]byte(bytes.Repeat([]byte{3}, 32))}
	n := door.Ref("d1", "device-7", "9f2c6a0e")
	if n.Token != goldenToken || n.Receipt != goldenReceipt || hex.EncodeToString(n.TokenHash[:]) != goldenTokenHash ||
		hex.EncodeToString(n.Digest([]byte("content"))) != goldenDigest {
		t.Errorf("names are %q %q %x %x", n.Token, n.Receipt, n.TokenHash, n.Digest([]byte("content")))
	}
	again, err := ParseDoor(door.Encode())
	if err != nil || again.Ref("d1", "device-7", "9f2c6a0e") != n {
		t.Errorf("another node with the same door key has other names: %v", err)
	}
	if len(n.Token) != 26 || TokenHash(strings.ToUpper(n.Token)) != n.TokenHash {
		t.Errorf("token %q: want 26 characters, and case not to matter", n.Token)
	}
	for _, other := range []RefNames{
		door.Ref("d2", "device-7", "9f2c6a0e"), door.Ref("d1", "device-8", "9f2c6a0e"), door.Ref("d1", "device-7", "9f2c6a0f"),
		door.Ref("d1d", "evice-7", "9f2c6a0e"), NewDoor().Ref("d1", "device-7", "9f2c6a0e"),
	} {
		if other.Token == n.Token || other.TokenHash == n.TokenHash || other.Receipt == n.Receipt ||
			bytes.Equal(other.Digest([]byte("content")), n.Digest([]byte("content"))) {
			t.Errorf("another reference shares a name: %q %q", other.Token, other.Receipt)
		}
	}
	if bytes.Equal(n.Digest([]byte("content")), n.Digest([]byte("contenu"))) {
		t.Error("other content has the same digest")
	}
	for _, bad := range []string{"", "muster-door-1 AAAA", strings.Replace(string(door.Encode()), "1 ", "2 ", 1), string(door.Encode()) + "x"} {
		if _, err := ParseDoor([]byte(bad)); !errors.Is(err, ErrDoorFile) {
			t.Errorf("door file %q: got %v, want ErrDoorFile", bad, err)
		}
	}
}

func TestReceiptsCatchWhatPeopleMistype(t *testing.T) {
	door := NewDoor()
	for i := range 40 {
		receipt := door.Ref("d1", "", string(rune('a'+i))).Receipt
		plain := strings.ReplaceAll(receipt, "-", "")
		for _, typed := range []string{
			receipt, plain, strings.ToLower(receipt), " " + plain[:3] + " " + plain[3:],
			strings.ReplaceAll(receipt, "0", "O"), strings.ReplaceAll(strings.ReplaceAll(receipt, "0", "o"), "1", "I"),
			strings.ReplaceAll(receipt, "1", "l"),
		} {
			if got, err := CheckReceipt(typed); err != nil || got != receipt {
				t.Errorf("typed %q: got %q, %v, want %q", typed, got, err, receipt)
			}
		}
		for at := range plain {
			for _, c := range crockford {
				wrong := plain[:at] + string(c) + plain[at+1:]
				if _, err := CheckReceipt(wrong); (err == nil) != (wrong == plain) {
					t.Fatalf("%s typed as %s was taken", plain, wrong)
				}
			}
			for other := at + 1; other < len(plain); other++ {
				b := []byte(plain)
				b[at], b[other] = b[other], b[at]
				if _, err := CheckReceipt(string(b)); (err == nil) != (string(b) == plain) {
					t.Fatalf("%s typed as %s was taken", plain, b)
				}
			}
		}
		for _, wrong := range []string{"", plain[:10], plain + "0", "U" + plain[1:], plain[:10] + "é", strings.Repeat("0", 500)} {
			if _, err := CheckReceipt(wrong); !errors.Is(err, ErrReceipt) {
				t.Errorf("%q: got %v, want ErrReceipt", wrong, err)
			}
		}
	}
}

func TestBadgesAreOursOrRefused(t *testing.T) {
	s := testSecrets(t)
	id := NewBadgeID()
	b, err := s.Badge(id)
	if err != nil || len(b.Text) != 29 || len(b.Code) != 9 {
		t.Fatalf("got %+v, %v, want 29 and 9 characters", b, err)
	}
	for _, text := range []string{b.Text, strings.ToLower(b.Text), " " + b.Text + "\n"} {
		if got, err := s.CheckBadge(text); err != nil || got != id {
			t.Errorf("%q: got %x, %v, want %x", text, got, err, id)
		}
		if got, err := ParseBadge(text); err != nil || got != id || got.Code() != b.Code {
			t.Errorf("%q read while locked: got %x, %v, want %x", text, got, err, id)
		}
	}
	for at := range b.Text {
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" {
			wrong := b.Text[:at] + string(c) + b.Text[at+1:]
			if _, err := s.CheckBadge(wrong); (err == nil) != (wrong == b.Text) {
				t.Fatalf("%s in place of %s: got %v", wrong, b.Text, err)
			}
		}
	}
	for _, wrong := range []string{"", b.Text[:28], b.Text + "A", strings.Repeat("1", 29)} {
		if _, err := s.CheckBadge(wrong); !errors.Is(err, ErrBadge) {
			t.Errorf("%q: got %v, want ErrBadge", wrong, err)
		}
	}
	if got, err := CheckCode(strings.ToLower(b.Code[:4]) + " " + b.Code[4:]); err != nil || got != b.Code {
		t.Errorf("code %s typed in two halves: got %q, %v", b.Code, got, err)
	}
	wrong := b.Code[:8] + string(crockford[(strings.IndexByte(crockford, b.Code[8])+1)%32])
	if _, err := CheckCode(wrong); !errors.Is(err, ErrCode) {
		t.Errorf("code %s typed as %s: got %v, want ErrCode", b.Code, wrong, err)
	}
	fixed := BadgeID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	if got := badgeText([keySize]byte(bytes.Repeat([]byte{4}, 32)), fixed) + " " + fixed.Code(); got != goldenBadge {
		t.Errorf("badge is %q, want %q", got, goldenBadge)
	}
}

func FuzzParseBadge(f *testing.F) {
	f.Add("AEBAGBAFAYDQQCIKAAAAAAAAAAAAA")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ParseBadge(text); err == nil && len(strings.TrimSpace(text)) != 29 {
			t.Errorf("%q was read as a badge", text)
		}
		if code, err := CheckReceipt(text); err == nil {
			if again, err := CheckReceipt(code); err != nil || again != code {
				t.Errorf("%q became %q, which became %q, %v", text, code, again, err)
			}
		}
	})
}

func BenchmarkRef(b *testing.B) {
	door, content := NewDoor(), bytes.Repeat([]byte{'x'}, 400)
	b.ReportAllocs()
	for b.Loop() {
		n := door.Ref("d1", "device-7", "9f2c6a0e5b7d41c8a3e0")
		n.Digest(content)
	}
}
