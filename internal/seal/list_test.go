package seal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

func testNow() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

func newRecipient(t testing.TB) (public, identity string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String(), "# created: today\n" + id.String() + "\n"
}

func testPeople(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"entry":"e%d","name":"Aïssa","function":"medical"}`+"\n", i)
	}
	return b.Bytes()
}

func testList(public string, s ListSigner) ListInput {
	return ListInput{
		Recipient: public, Signer: s, People: testPeople(300),
		Manifest: Manifest{
			Origin: "registry.example", List: "L1", Drive: "d1", Recipient: "dgpc", Sequence: 4, Count: 300,
			PeopleFormat: ListJSONLines, Fields: []string{"name", "function"}, Purpose: "flood 2026",
			Created: testNow(), Expires: testNow().AddDate(0, 0, 30),
		},
	}
}

func sealTestList(t testing.TB, in ListInput) []byte {
	t.Helper()
	file, _, err := SealList(in)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestListReachesItsRecipient(t *testing.T) {
	k, s := testRegistry()
	public, identity := newRecipient(t)
	in := testList(public, s.ListSigner())
	file, m, err := SealList(in)
	if err != nil {
		t.Fatal(err)
	}
	l, err := OpenList(file, ListCheck{identity, k.ListPublic, testNow(), 3})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(l.People, in.People) || l.Manifest.List != "L1" || l.Manifest.PeopleSHA256 != m.PeopleSHA256 {
		t.Errorf("opened %+v with %d bytes, want %+v with %d", l.Manifest, len(l.People), m, len(in.People))
	}
	if print, err := Fingerprint(public); err != nil || l.Manifest.RecipientKey != print || len(print) != 39 {
		t.Errorf("fingerprint is %q, %v, want %q", l.Manifest.RecipientKey, err, print)
	}
	text, err := l.SignOpening(testNow())
	if err != nil {
		t.Fatal(err)
	}
	key, err := OpeningKey(identity)
	if err != nil {
		t.Fatal(err)
	}
	for _, pinned := range []string{"", key} {
		o, err := CheckOpening(text, pinned)
		if err != nil || o.List != "L1" || o.Sequence != 4 || o.Count != 300 || o.Key != key || !o.At.Equal(testNow()) {
			t.Errorf("opening is %+v, %v", o, err)
		}
	}
	_, other := newRecipient(t)
	otherKey, err := OpeningKey(other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CheckOpening(text, otherKey); !errors.Is(err, ErrOpening) {
		t.Errorf("an opening by somebody else: got %v, want ErrOpening", err)
	}
	for i := range text {
		bad := bytes.Clone(text)
		bad[i] ^= 1
		if _, err := CheckOpening(bad, ""); !errors.Is(err, ErrOpening) {
			t.Fatalf("byte %d of an opening changed: got %v, want ErrOpening", i, err)
		}
	}
}

func TestListTakesPostQuantumKeysAndCSV(t *testing.T) {
	k, s := testRegistry()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	in := testList(id.Recipient().String(), s.ListSigner())
	in.People, in.Manifest.Count, in.Manifest.PeopleFormat = []byte("name,note\nA,\"two\nlines\"\nB,\n"), 2, ListCSV
	l, err := OpenList(sealTestList(t, in), ListCheck{id.String(), k.ListPublic, testNow(), 0})
	if err != nil || !bytes.Equal(l.People, in.People) {
		t.Errorf("got %v, want the same people", err)
	}
}

func TestListsAreRefusedWithTheirReason(t *testing.T) {
	k, s := testRegistry()
	stranger, _, err := Create("a second registry", "registry.example", MinArgon2id())
	if err != nil {
		t.Fatal(err)
	}
	public, identity := newRecipient(t)
	_, otherIdentity := newRecipient(t)
	file := sealTestList(t, testList(public, s.ListSigner()))
	good := ListCheck{identity, k.ListPublic, testNow(), 3}
	for _, c := range []struct {
		name string
		file []byte
		with func(*ListCheck)
		want error
	}{
		{"another pinned key", file, func(c *ListCheck) { c.Pinned = stranger.ListPublic }, ErrListForged},
		{"another recipient", file, func(c *ListCheck) { c.Identity = otherIdentity }, ErrListRecipient},
		{"the same list again", file, func(c *ListCheck) { c.LastSequence = 4 }, ErrListReplayed},
		{"an older list", file, func(c *ListCheck) { c.LastSequence = 9 }, ErrListReplayed},
		{"the moment it expires", file, func(c *ListCheck) { c.Now = testNow().AddDate(0, 0, 30) }, ErrListExpired},
		{"a clock in 1970", file, func(c *ListCheck) { c.Now = time.Unix(0, 0) }, ErrListClock},
		{"no identity", file, func(c *ListCheck) { c.Identity = "" }, ErrRecipientFile},
		{"no pinned key", file, func(c *ListCheck) { c.Pinned = "" }, ErrPinnedKey},
		{"something behind it", append(bytes.Clone(file), 0), func(*ListCheck) {}, ErrListDamaged},
		{"nothing", nil, func(*ListCheck) {}, ErrListCut},
	} {
		check := good
		c.with(&check)
		if l, err := OpenList(c.file, check); !errors.Is(err, c.want) || l != nil {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// Row 27 of the threat model: every byte that could be changed and every length
// a file could be cut to.
func TestEveryChangedOrCutListIsRefused(t *testing.T) {
	k, s := testRegistry()
	public, identity := newRecipient(t)
	in := testList(public, s.ListSigner())
	in.People, in.Manifest.Count = testPeople(20), 20
	file := sealTestList(t, in)
	check := ListCheck{identity, k.ListPublic, testNow(), 3}
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 1 << (i % 8)
		if l, err := OpenList(bad, check); err == nil || l != nil {
			t.Fatalf("byte %d of %d changed: the list was opened", i, len(file))
		}
	}
	for size := range file {
		if l, err := OpenList(file[:size], check); !errors.Is(err, ErrListCut) || l != nil {
			t.Fatalf("cut to %d of %d: got %v, want ErrListCut", size, len(file), err)
		}
	}
	// Parts of two genuine lists do not make a third.
	second := testList(public, s.ListSigner())
	second.Manifest.Sequence = 5
	a, err := unpack(file, manifestName, minisigName, peopleName)
	if err != nil {
		t.Fatal(err)
	}
	b, err := unpack(sealTestList(t, second), manifestName, minisigName, peopleName)
	if err != nil {
		t.Fatal(err)
	}
	mixed := pack([]packed{{manifestName, b[0]}, {minisigName, b[1]}, {peopleName, a[2]}})
	if _, err := OpenList(mixed, check); !errors.Is(err, ErrListDamaged) {
		t.Errorf("people of an older list: got %v, want ErrListDamaged", err)
	}
	mixed = pack([]packed{{manifestName, b[0]}, {minisigName, a[1]}, {peopleName, b[2]}})
	if _, err := OpenList(mixed, check); !errors.Is(err, ErrListForged) {
		t.Errorf("signature of an older list: got %v, want ErrListForged", err)
	}
	// The line of a signature that is not signed must not carry a message.
	words := bytes.Replace(a[1], []byte(untrusted), []byte("use the new key at example"), 1)
	mixed = pack([]packed{{manifestName, a[0]}, {minisigName, words}, {peopleName, a[2]}})
	if _, err := OpenList(mixed, check); !errors.Is(err, ErrListForged) {
		t.Errorf("another untrusted comment: got %v, want ErrListForged", err)
	}
}

func TestListIsSealedAsApprovedOnly(t *testing.T) {
	_, s := testRegistry()
	public, _ := newRecipient(t)
	for _, c := range []struct {
		name string
		with func(*ListInput)
		want error
	}{
		{"one person more", func(in *ListInput) { in.People = testPeople(301) }, ErrListCount},
		{"a last line cut short", func(in *ListInput) { in.People = in.People[:len(in.People)-1] }, ErrListCount},
		{"a line that is not JSON", func(in *ListInput) { in.People[0] = 'x' }, ErrListCount},
		{"an unknown form", func(in *ListInput) { in.Manifest.PeopleFormat = "xlsx" }, ErrListCount},
		{"no purpose", func(in *ListInput) { in.Manifest.Purpose = "" }, ErrListInput},
		{"no sequence number", func(in *ListInput) { in.Manifest.Sequence = 0 }, ErrListInput},
		{"an end before the beginning", func(in *ListInput) { in.Manifest.Expires = testNow() }, ErrListInput},
		{"a key that is none", func(in *ListInput) { in.Recipient = "age1xyz" }, ErrRecipientKey},
		{"two keys", func(in *ListInput) { in.Recipient += "\n" + in.Recipient }, ErrRecipientKey},
		{"a passphrase stanza", func(in *ListInput) { in.Recipient = "ssh-ed25519 AAAA" }, ErrRecipientKey},
		{"no signer", func(in *ListInput) { in.Signer = ListSigner{} }, ErrWiped},
	} {
		in := testList(public, s.ListSigner())
		c.with(&in)
		if file, _, err := SealList(in); !errors.Is(err, c.want) || file != nil {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestFeedTellsWhatHasEnded(t *testing.T) {
	k, s := testRegistry()
	feed := Feed{
		Origin: "registry.example", Drive: "d1", Recipient: "dgpc", Sequence: 7, Created: testNow(),
		Entries: []FeedEntry{{Entry: "e1", Reason: "withdrawn", Ended: testNow()}},
	}
	file, err := SignFeed(feed, s.ListSigner())
	if err != nil {
		t.Fatal(err)
	}
	for _, last := range []int64{0, 7} {
		got, err := OpenFeed(file, k.ListPublic, last)
		if err != nil || len(got.Entries) != 1 || got.Entries[0] != feed.Entries[0] || got.Sequence != 7 {
			t.Errorf("after %d: got %+v, %v, want %+v", last, got, err, feed)
		}
	}
	if _, err := OpenFeed(file, k.ListPublic, 8); !errors.Is(err, ErrListReplayed) {
		t.Errorf("an older feed: got %v, want ErrListReplayed", err)
	}
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if _, err := OpenFeed(bad, k.ListPublic, 0); err == nil {
			t.Fatalf("byte %d of a feed changed: it was read", i)
		}
	}
	// A list's signature on a feed's text is refused, and the other way round.
	body := []byte(`{"format":"muster-feed-1"}`)
	sig, err := s.ListSigner().sign(body, listTrusted)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFeed(pack([]packed{{feedName, body}, {feedSigName, sig}}), k.ListPublic, 0); !errors.Is(err, ErrListForged) {
		t.Errorf("a list's signature on a feed: got %v, want ErrListForged", err)
	}
}

// TestOthersToolsAgree runs the age and minisign programs of Debian. ./test
// installs them; a machine without them tests the formats through testdata only.
func TestOthersToolsAgree(t *testing.T) {
	for _, tool := range []string{"age", "minisign", "unzip"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing", tool)
			}
			t.Logf("%s is missing: the check with other people's tools was left out", tool)
			return
		}
	}
	k, s := testRegistry()
	public, identity := newRecipient(t)
	in := testList(public, s.ListSigner())
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "list.zip"), sealTestList(t, in))
	writeFile(t, filepath.Join(dir, "key.txt"), []byte(identity))
	run := func(name string, args ...string) []byte {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr.String())
		}
		return out
	}
	run("unzip", "-q", "list.zip")
	run("minisign", "-V", "-H", "-P", k.ListPublic, "-m", manifestName)
	if got := run("age", "-d", "-i", "key.txt", peopleName); !bytes.Equal(got, in.People) {
		t.Errorf("age gave %d bytes, want %d", len(got), len(in.People))
	}
	manifest := filepath.Join(dir, manifestName)
	writeFile(t, manifest, append(readFile(t, manifest), ' '))
	if err := exec.Command("minisign", "-V", "-P", k.ListPublic, "-m", manifest).Run(); err == nil {
		t.Error("minisign took a changed manifest")
	}
}

func FuzzOpenList(f *testing.F) {
	k, s := testRegistry()
	public, identity := newRecipient(f)
	f.Add(sealTestList(f, testList(public, s.ListSigner())))
	f.Add(pack([]packed{{manifestName, nil}, {minisigName, nil}, {peopleName, nil}}))
	f.Fuzz(func(t *testing.T, file []byte) {
		if l, err := OpenList(file, ListCheck{identity, k.ListPublic, testNow(), 3}); err == nil && l.Manifest.List != "L1" {
			t.Error("a file that nobody sealed was opened")
		}
	})
}
