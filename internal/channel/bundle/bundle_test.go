package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

const origin = "muster.test/registry"

// field is a registry, and a node of it that has been given a kit.
type field struct {
	t      testing.TB
	hub    *Hub
	node   *Node
	at     *store.Store // the node's
	path   string       // of the node's database
	intake *store.Intake
	priv   seal.IntakePrivate
	owner  reserve.Actor
	made   int
}

func fields(t *testing.T, test func(f *field)) {
	testkit.Stores(t, func(t *testing.T, s *store.Store) { test(newField(t, s)) })
}

func newField(t testing.TB, s *store.Store) *field {
	t.Helper()
	clock := testkit.NewClock()
	priv, pub := seal.NewIntakeKey()
	f := &field{t: t, priv: priv, path: filepath.Join(t.TempDir(), "node.db"), owner: reserve.Actor{Kind: reserve.ActorStaff, ID: "S1", Role: reserve.RoleOwner}}
	f.hub = NewHub(HubConfig{Store: s, Key: seal.NewNodeKey(), Origin: origin, Intake: pub, Door: seal.NewDoor(), Now: clock.Now})
	act := reserve.Act{Actor: f.owner, Verb: reserve.ActDriveAdd}
	if err := s.Change(context.Background(), act, func(tx *store.Tx) error { return tx.PutDrive(testkit.Drive(), store.DriveOpen) }); err != nil {
		t.Fatal(err)
	}
	file, err := f.hub.Kit(context.Background(), f.owner, "gaya-laptop", "gaya")
	if err != nil {
		t.Fatal(err)
	}
	kit, err := ParseKit(file)
	if err != nil {
		t.Fatal(err)
	}
	f.at = testkit.OpenStore(t, f.path, "gaya-laptop")
	f.node = NewNode(NodeConfig{Store: f.at, Key: seal.NewNodeKey(), Kit: kit, Now: clock.Now, Parcel: 10})
	f.intake = f.at.NewIntake(kit.Intake)
	return f
}

// trusted has the registry meet the node and trust it.
func (f *field) trusted() *field {
	f.t.Helper()
	_, _, err := f.receive(f.seal())
	f.refused("at first", err, "node-unknown")
	if err := f.hub.Trust(context.Background(), f.owner, f.node.ID()); err != nil {
		f.t.Fatal(err)
	}
	return f
}

// register makes registrations on the node, as registry.Apply keeps them.
func (f *field) register(n int) {
	f.t.Helper()
	for range n {
		f.made++
		f.one(f.node.Kit.Door.Ref("test-drive", "", fmt.Sprintf("ref-%012d", f.made)), fmt.Sprintf("Amina Canari%d", f.made), "gaya-laptop", f.at, f.intake)
	}
}

func (f *field) one(names seal.RefNames, name, node string, at *store.Store, intake *store.Intake) store.Registration {
	f.t.Helper()
	r := store.Registration{ID: at.NewID(), TokenHash: names.TokenHash[:], Digest: names.Digest([]byte(name)), Drive: "test-drive", Site: "gaya",
		Channel: reserve.ChannelWeb, Kind: store.KindApplication, State: reserve.Received, Functions: []string{"medical"},
		Consents: []store.FlaggedConsent{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1, Language: "ha"}},
		Receipt:  "GAY-" + names.Receipt, Node: node, ReceivedAt: store.Micros(testkit.Today())}
	var err error
	if r.Epoch, r.Sealed, err = intake.Seal(testkit.Today(), seal.AD{Drive: r.Drive, Table: "registration", ID: r.ID}, []byte(name)); err != nil {
		f.t.Fatal(err)
	}
	err = at.Change(context.Background(), reserve.Act{Actor: reserve.Self(), Verb: reserve.ActApply}, func(tx *store.Tx) error {
		_, _, err := tx.AddRegistration(r)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// text makes a text that came in on the node.
func (f *field) text(body string) {
	f.t.Helper()
	in := store.Inbound{ID: f.at.NewID(), Carrier: "simulator", RefHash: []byte(body), Kind: reserve.InboundText, ReceivedAt: store.Micros(testkit.Today())}
	var err error
	if in.Epoch, in.Sealed, err = f.intake.Seal(testkit.Today(), seal.AD{Table: "inbox", ID: in.ID}, []byte(body)); err != nil {
		f.t.Fatal(err)
	}
	err = f.at.Change(context.Background(), reserve.Act{Actor: reserve.Self(), Verb: reserve.ActApply}, func(tx *store.Tx) error {
		_, err := tx.AddInbound(in)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *field) seal() []byte {
	f.t.Helper()
	var out bytes.Buffer
	if _, err := f.node.Seal(context.Background(), &out); err != nil {
		f.t.Fatalf("seal: %v", err)
	}
	return out.Bytes()
}

func (f *field) receive(file []byte) (Result, []byte, error) {
	// A reader without Seek, as a request or a pipe is.
	return f.hub.Receive(context.Background(), f.owner, io.MultiReader(bytes.NewReader(file)))
}

func (f *field) refused(what string, err error, code string) {
	f.t.Helper()
	if got := reserve.CodeOf(err); err == nil || got != code {
		f.t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

// there gives the names that the registry can read, opened with its private key, sorted; all must open.
func (f *field) there() (names []string) {
	f.t.Helper()
	err := f.hub.Store.View(context.Background(), func(r *store.Read) error {
		list, err := r.Unopened("", 10_000)
		if err != nil {
			return err
		}
		for _, reg := range list {
			e, err := r.Epoch(reg.Epoch)
			if err != nil {
				return err
			}
			key, err := seal.OpenEpoch(f.priv, e.SealedKey)
			if err != nil {
				return err
			}
			plain, err := key.Open(seal.AD{Drive: reg.Drive, Table: "registration", ID: reg.ID}, reg.Sealed)
			if err != nil {
				return err
			}
			names = append(names, string(plain))
		}
		return nil
	})
	if err != nil {
		f.t.Fatalf("open what is there: %v", err)
	}
	slices.Sort(names)
	return names
}

func (f *field) pending(want int64) {
	f.t.Helper()
	if got, err := f.node.Pending(context.Background()); err != nil || got != want {
		f.t.Errorf("pending on the node: got %d, %v, want %d", got, err, want)
	}
}

func (f *field) complete() {
	f.t.Helper()
	if got := f.there(); len(got) != f.made || len(slices.Compact(slices.Clone(got))) != f.made {
		f.t.Errorf("at the registry are %d registrations, want each of %d once", len(got), f.made)
	}
}

func (f *field) acts() (count int64) {
	f.t.Helper()
	for {
		did, err := f.hub.Store.Sequence(context.Background())
		if err != nil {
			f.t.Fatal(err)
		}
		if !did {
			break
		}
	}
	err := f.hub.Store.View(context.Background(), func(r *store.Read) error {
		h, err := r.Head()
		count = h.Size
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return count
}

func TestABundleFromAnUnknownNodeWaitsForAPerson(t *testing.T) {
	fields(t, func(f *field) {
		ctx := context.Background()
		f.register(3)
		file := f.seal()
		_, ack, err := f.receive(file)
		f.refused("an unknown node", err, "node-unknown")
		if ack != nil || len(f.there()) != 0 {
			f.t.Error("something of an unknown node's bundle was kept or acknowledged")
		}
		nodes, err := f.hub.Nodes(ctx)
		if err != nil || len(nodes) != 1 || nodes[0].State != store.NodeWaiting || nodes[0].Name != "gaya-laptop" || nodes[0].Site != "gaya" || nodes[0].Undelivered != 3 {
			f.t.Fatalf("nodes: got %+v, %v, want gaya-laptop waiting with 3", nodes, err)
		}
		key, err := seal.ParseNodePublic(nodes[0].PublicKey)
		if err != nil || key.Fingerprint() != f.node.Key.Public().Fingerprint() || len(key.Fingerprint()) != 39 {
			f.t.Errorf("fingerprint: got %s, want %s", key.Fingerprint(), f.node.Key.Public().Fingerprint())
		}
		desk := reserve.Actor{Kind: reserve.ActorStaff, ID: "S2", Role: reserve.RoleDesk}
		f.refused("trust by a desk", f.hub.Trust(ctx, desk, f.node.ID()), "no-right")
		_, _, err = f.hub.Receive(ctx, desk, bytes.NewReader(file))
		f.refused("a bundle received by a desk", err, "no-right")
		f.refused("trust in nobody", f.hub.Trust(ctx, f.owner, NodeID(seal.NewNodeKey().Public())), "not-found")
		if err := f.hub.Trust(ctx, f.owner, f.node.ID()); err != nil {
			f.t.Fatal(err)
		}
		res, ack, err := f.receive(file)
		if err != nil || res.Total != 3 || res.Fresh != 3 || res.Node != "gaya-laptop" {
			f.t.Fatalf("once trusted: got %+v, %v, want 3 fresh", res, err)
		}
		f.complete()
		f.pending(3)
		if n, err := f.node.ReceiveAck(ctx, ack); err != nil || n != 3 {
			f.t.Errorf("acknowledged: got %d, %v, want 3", n, err)
		}
		f.pending(0)
		if err := f.hub.Revoke(ctx, f.owner, f.node.ID()); err != nil {
			f.t.Fatal(err)
		}
		_, _, err = f.receive(file)
		f.refused("a revoked node", err, "node-revoked")
		for range maxWaiting + 5 { // anybody can make keys; the list of those who wait ends
			f.node.Key = seal.NewNodeKey()
			_, _, err = f.receive(f.seal())
			f.refused("another unknown node", err, "node-unknown")
		}
		if nodes, err = f.hub.Nodes(ctx); err != nil || len(nodes) != maxWaiting+1 {
			f.t.Errorf("nodes: got %d, %v, want %d", len(nodes), err, maxWaiting+1)
		}
	})
}

func TestABundleTwiceAndOutOfOrderChangesNothing(t *testing.T) {
	fields(t, func(f *field) {
		f.trusted()
		f.register(250) // more than one slice, more than one page
		first := f.seal()
		f.register(50)
		f.text("JOIN Amina")
		f.text("1")
		second := f.seal()
		res, laterAck, err := f.receive(second)
		if err != nil || res.Total != 302 || res.Fresh != 302 || res.Repeats != 0 {
			f.t.Fatalf("the later bundle first: got %+v, %v, want 302 fresh", res, err)
		}
		before := f.acts()
		res, ack, err := f.receive(first)
		if err != nil || res.Total != 250 || res.Fresh != 0 || res.Repeats != 250 || res.Conflicts != 0 {
			f.t.Fatalf("the earlier one after it: got %+v, %v, want 250 repeats", res, err)
		}
		if res, _, err = f.receive(second); err != nil || res.Fresh != 0 || res.Repeats != 302 {
			f.t.Fatalf("the later one again: got %+v, %v, want 302 repeats", res, err)
		}
		if after := f.acts(); after != before {
			f.t.Errorf("repeats left %d acts, want none", after-before)
		}
		f.complete()
		if n, err := f.node.ReceiveAck(context.Background(), ack); err != nil || n != 250 {
			f.t.Errorf("the earlier answer: got %d, %v, want 250", n, err)
		}
		f.pending(52)
		if n, err := f.node.ReceiveAck(context.Background(), ack); err != nil || n != 0 {
			f.t.Errorf("the same answer again: got %d, %v, want nothing", n, err)
		}
		if _, err := f.node.ReceiveAck(context.Background(), laterAck); err != nil {
			f.t.Error(err)
		}
		f.pending(0)
		var texts []store.Inbound
		err = f.hub.Store.View(context.Background(), func(r *store.Read) error {
			texts, err = r.NewInbound(10)
			return err
		})
		if err != nil || len(texts) != 2 {
			f.t.Errorf("texts at the registry: got %d, %v, want 2 waiting to be handled", len(texts), err)
		}
		if sealed := f.seal(); len(sealed) == 0 {
			f.t.Error("an empty bundle is no file")
		}
		f.register(1)
		if res, _, err = f.receive(f.seal()); err != nil || res.Total != 1 || res.Fresh != 1 {
			f.t.Errorf("after everything was delivered: got %+v, %v, want the one new", res, err)
		}
	})
}

func TestTwoNodesWithOneReferenceConflict(t *testing.T) {
	fields(t, func(f *field) {
		f.trusted()
		names := f.node.Kit.Door.Ref("test-drive", "", "the same reference of both")
		f.one(names, "Amina Canari", "gaya-laptop", f.at, f.intake)
		same := f.hub.Store.NewIntake(f.node.Kit.Intake)
		f.one(names, "Another Canari", "n1", f.hub.Store, same)
		f.made = 2
		file := f.seal()
		for i, want := range []Result{{Conflicts: 1}, {Repeats: 1}} {
			res, ack, err := f.receive(file)
			if err != nil || res.Conflicts != want.Conflicts || res.Repeats != want.Repeats || res.Fresh != 0 {
				f.t.Errorf("time %d: got %+v, %v, want %+v", i+1, res, err, want)
			}
			if _, err := f.node.ReceiveAck(context.Background(), ack); err != nil {
				f.t.Error(err)
			}
		}
		f.complete() // both are kept, sealed, for the desk
		f.pending(0)
		var first store.Registration
		err := f.hub.Store.View(context.Background(), func(r *store.Read) (err error) {
			first, err = r.RegistrationByToken(names.TokenHash[:])
			return err
		})
		if err != nil || first.Node != "n1" || first.Kind != store.KindApplication {
			f.t.Errorf("the first of the two: got %+v, %v, want it as it was", first.Kind, err)
		}
	})
}

func TestWhatIsNotWholeOrNotTheNodesIsRefused(t *testing.T) {
	f := newField(t, testkit.SQLite(t)).trusted()
	f.register(40)
	file := f.seal()
	for at := 0; at < len(file); at += 61 {
		_, _, err := f.receive(file[:at])
		if code := reserve.CodeOf(err); code != "bundle-cut" {
			t.Fatalf("cut at byte %d: got %v, want bundle-cut", at, err)
		}
		bad := bytes.Clone(file)
		bad[at] ^= 4
		if _, _, err := f.receive(bad); reserve.KindOf(err) == "" {
			t.Fatalf("changed at byte %d: got %v, want a refusal", at, err)
		}
	}
	_, _, err := f.receive(append(bytes.Clone(file), '\n'))
	f.refused("with a byte more", err, "bundle-damaged")
	_, _, err = f.receive([]byte("PK\x03\x04 something else entirely, and long enough"))
	f.refused("another file", err, "bundle-damaged")
	if nodes, err := f.hub.Nodes(context.Background()); err != nil || len(nodes) != 1 || len(f.there()) != 0 {
		t.Errorf("refused bundles left %d nodes and %d registrations, %v", len(nodes), len(f.there()), err)
	}
	// Signed by the right node, but not what a node writes.
	good := string(f.lines())
	for name, payload := range map[string]string{
		"nothing":                       "",
		"no node first":                 strings.Replace(good, `{"node":`, `{"text":`, 1),
		"two nodes":                     good + strings.SplitAfter(good, "\n")[0],
		"an unknown part":               good + `{"person":{"name":"Amina"}}` + "\n",
		"an unknown field":              strings.Replace(good, `"drive":"test-drive"`, `"drive":"test-drive","name":"Amina"`, 1),
		"a name where a code stands":    strings.Replace(good, `"site":"gaya","channel"`, `"site":"Amina Oumarou","channel"`, 1),
		"a list that breaks a column":   strings.Replace(good, `"functions":["medical"]`, `"functions":["medical,logistics"]`, 1),
		"an epoch that is not there":    strings.Replace(good, `{"epoch":`, `{"text":`, 1),
		"a line that does not end":      strings.TrimSuffix(good, "\n"),
		"two values in a line":          strings.Replace(good, "}\n", "} {}\n", 1),
		"a state that does not exist":   strings.Replace(good, `"state":"received"`, `"state":"verified"`, 1),
		"a kind that does not exist":    strings.Replace(good, `"kind":"application"`, `"kind":"verified"`, 1),
		"a line too long":               good + strings.Repeat("x", maxLine+1) + "\n",
		"a wording below none":          strings.Replace(good, `"Wording":1`, `"Wording":-1`, 1),
		"an id that sorts where it may": strings.Replace(good, `"registration":{"id":"`, `"registration":{"id":"'`, 1),
	} {
		if payload == good {
			t.Fatalf("%s: the payload was not changed", name)
		}
		var out bytes.Buffer
		if _, err := seal.SignBundle(&out, f.node.Key, f.node.head(9), strings.NewReader(payload)); err != nil {
			t.Fatal(err)
		}
		_, _, err := f.receive(out.Bytes())
		f.refused(name, err, "bundle-damaged")
	}
	if len(f.there()) != 0 {
		t.Error("an unsound bundle left something")
	}
	head := f.node.head(1)
	head.Origin = "elsewhere"
	var out bytes.Buffer
	if _, err := seal.SignBundle(&out, f.node.Key, head, strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.receive(out.Bytes())
	f.refused("for another registry", err, "bundle-other-registry")
	out.Reset()
	if _, err := seal.SignBundle(&out, seal.NewNodeKey(), f.node.head(1), strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.receive(out.Bytes())
	f.refused("in the node's name by another key", err, "bundle-forged")
	if res, _, err := f.receive(file); err != nil || res.Fresh != 40 {
		t.Errorf("the bundle as it was: got %+v, %v, want 40 fresh", res, err)
	}
	f.complete()
}

// lines are the payload the node would send.
func (f *field) lines() []byte {
	f.t.Helper()
	src, err := f.node.source(context.Background(), 0)
	if err != nil {
		f.t.Fatal(err)
	}
	b, err := io.ReadAll(src)
	if err != nil {
		f.t.Fatal(err)
	}
	return b
}

func TestAnIDThatBelongsToAnotherRecordIsRefusedAndKeptOnTheNode(t *testing.T) {
	fields(t, func(f *field) {
		f.trusted()
		f.register(3)
		payload := string(f.lines())
		if res, _, err := f.receive(f.seal()); err != nil || res.Fresh != 3 {
			f.t.Fatalf("first: got %+v, %v", res, err)
		}
		// The same ids with another reference.
		at := strings.Index(payload, `"token":"`) + len(`"token":"`)
		stolen := payload[:at] + "AAAAAAAAAAAAAAAAAAAAAA==" + payload[at+24:]
		var out bytes.Buffer
		if _, err := seal.SignBundle(&out, f.node.Key, f.node.head(7), strings.NewReader(stolen)); err != nil {
			f.t.Fatal(err)
		}
		res, ack, err := f.receive(out.Bytes())
		if err != nil || res.Refused != 1 || res.Repeats != 2 {
			f.t.Fatalf("a taken id: got %+v, %v, want one refused and two repeats", res, err)
		}
		f.complete()
		a, err := seal.OpenAck(ack, f.node.Kit.HubPublic)
		if err != nil || a.Refused != 1 {
			f.t.Errorf("the answer: got %+v, %v, want one refused", a, err)
		}
		f.pending(3)
	})
}

func TestOnlyTheRegistrysAnswerToThatBundleDelivers(t *testing.T) {
	f := newField(t, testkit.SQLite(t)).trusted()
	ctx := context.Background()
	f.register(5)
	file := f.seal()
	_, ack, err := f.receive(file)
	if err != nil {
		t.Fatal(err)
	}
	a, err := seal.OpenAck(ack, f.node.Kit.HubPublic)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(key seal.NodeKey, change func(a *seal.Ack)) []byte {
		t.Helper()
		b := a
		change(&b)
		text, err := seal.SignAck(key, b)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, c := range []struct {
		name, code string
		text       []byte
	}{
		{"signed by another", "ack-forged", sign(seal.NewNodeKey(), func(*seal.Ack) {})},
		{"cut", "ack-forged", ack[:len(ack)-5]},
		{"changed", "ack-forged", bytes.Replace(ack, []byte(`"taken":5`), []byte(`"taken":4`), 1)},
		{"a web page", "ack-forged", []byte("<html>Welcome to the hotel network</html>")},
		{"for another node", "ack-forged", sign(f.hub.Key, func(a *seal.Ack) { a.Node = "x" })},
		{"of another registry", "ack-forged", sign(f.hub.Key, func(a *seal.Ack) { a.Origin = "x" })},
		{"of another number", "ack-forged", sign(f.hub.Key, func(a *seal.Ack) { a.Sequence++ })},
		{"of a bundle nobody sealed", "not-found", sign(f.hub.Key, func(a *seal.Ack) { a.Digest = make([]byte, 32) })},
		{"with something refused", "bundle-refused", sign(f.hub.Key, func(a *seal.Ack) { a.Refused = 1 })},
	} {
		_, err := f.node.ReceiveAck(ctx, c.text)
		f.refused(c.name, err, c.code)
		f.pending(5)
	}
	if n, err := f.node.ReceiveAck(ctx, ack); err != nil || n != 5 {
		t.Errorf("the answer: got %d, %v, want 5", n, err)
	}
}

// TestANodeKilledBetweenSealAndAnswerLosesNothing ends the node at each point between the two and starts it again on the same files.
func TestANodeKilledBetweenSealAndAnswerLosesNothing(t *testing.T) {
	fields(t, func(f *field) {
		ctx := context.Background()
		f.trusted()
		f.register(20)
		// A killed node closes nothing: the new one opens the files as they lie.
		restart := func() {
			f.at = testkit.OpenStore(f.t, f.path, "gaya-laptop")
			f.node.Store, f.intake = f.at, f.at.NewIntake(f.node.Kit.Intake)
		}
		// Killed while it writes the file: the file is cut, nothing is marked.
		if _, err := f.node.Seal(ctx, failAfter{5000}); err == nil {
			f.t.Fatal("a full stick was taken for a sealed bundle")
		}
		restart()
		f.pending(20)
		// Killed after the file was written and before the answer: the file was carried, more came in.
		file := f.seal()
		restart()
		f.register(5)
		_, ack, err := f.receive(file)
		if err != nil {
			f.t.Fatal(err)
		}
		restart()
		if n, err := f.node.ReceiveAck(ctx, ack); err != nil || n != 20 {
			f.t.Errorf("after the restart: got %d, %v, want 20", n, err)
		}
		f.pending(5)
		// The answer was lost with the stick: the next file brings the same again.
		if _, _, err := f.receive(f.seal()); err != nil {
			f.t.Fatal(err)
		}
		restart()
		res, ack, err := f.receive(f.seal())
		if err != nil || res.Repeats != 5 || res.Fresh != 0 {
			f.t.Errorf("sealed again after a lost answer: got %+v, %v, want 5 repeats", res, err)
		}
		if _, err := f.node.ReceiveAck(ctx, ack); err != nil {
			f.t.Error(err)
		}
		f.pending(0)
		f.complete()
	})
}

// failAfter is a stick that is full after some bytes.
type failAfter struct{ left int }

func (w failAfter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// cutting is a network that fails at one request: before it leaves, after the registry has taken it, or in the middle of either body.
type cutting struct {
	inner http.RoundTripper
	at    int // fails at this request; 0 never
	how   int
	count int
}

const waysToCut = 4

var errCut = errors.New("the line was cut")

func (c *cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.count++
	if c.count != c.at {
		return c.inner.RoundTrip(r)
	}
	switch c.how {
	case 0: // before anything left
		return nil, errCut
	case 1: // in the middle of the parcel
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), failing{}))
		return c.inner.RoundTrip(r)
	case 2: // the registry has taken it; its answer is lost
		answer, err := c.inner.RoundTrip(r)
		if err == nil {
			answer.Body.Close()
		}
		return nil, errCut
	default: // the answer is cut in its middle
		answer, err := c.inner.RoundTrip(r)
		if err == nil {
			answer.Body = struct {
				io.Reader
				io.Closer
			}{io.LimitReader(answer.Body, 40), answer.Body}
		}
		return answer, err
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errCut }

func TestSyncCutAtEveryRequestLosesNothingAndKeepsOnce(t *testing.T) {
	fields(t, func(f *field) {
		ctx := context.Background()
		f.trusted()
		server := httptest.NewServer(f.hub.Handler())
		f.t.Cleanup(server.Close)
		for how := range waysToCut {
			clean := false
			for at := 1; !clean; at++ {
				if at > 50 {
					f.t.Fatal("no run went through without a cut")
				}
				f.register(35) // four parcels of ten
				line := &cutting{inner: http.DefaultTransport, at: at, how: how}
				_, err := f.node.Sync(ctx, &http.Client{Transport: line}, server.URL)
				if clean = line.count < at; clean != (err == nil) {
					f.t.Fatalf("cut %d at request %d of %d: got %v", how, at, line.count, err)
				}
				done, err := f.node.Sync(ctx, server.Client(), server.URL)
				if err != nil || done.Left != 0 {
					f.t.Fatalf("again after cut %d at request %d: got %+v, %v, want nothing left", how, at, done, err)
				}
			}
		}
		f.pending(0)
		f.complete()
		nodes, err := f.hub.Nodes(ctx)
		if err != nil || nodes[0].Undelivered != 0 || nodes[0].LastContactAt == 0 {
			f.t.Errorf("the node at the registry: got %+v, %v, want nothing undelivered", nodes, err)
		}
	})
}

func TestSyncBelievesOnlyTheRegistry(t *testing.T) {
	f := newField(t, testkit.SQLite(t))
	ctx := context.Background()
	f.register(3)
	real := httptest.NewServer(f.hub.Handler())
	t.Cleanup(real.Close)
	_, err := f.node.Sync(ctx, real.Client(), real.URL)
	f.refused("an unknown node", err, "node-unknown")
	if err := f.hub.Trust(ctx, f.owner, f.node.ID()); err != nil {
		t.Fatal(err)
	}
	// The registry's true answer to an earlier bundle of these very records, played again.
	_, replay, err := f.receive(f.seal())
	if err != nil {
		t.Fatal(err)
	}
	f.register(1)
	for name, answer := range map[string]http.HandlerFunc{
		"an answer to another bundle": func(rw http.ResponseWriter, _ *http.Request) {
			if _, err := rw.Write(replay); err != nil {
				t.Error(err)
			}
		},
		"a captive portal":  func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "<html>please pay</html>") },
		"a proxy's fault":   func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "bad gateway", http.StatusBadGateway) },
		"a redirect":        func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/elsewhere", http.StatusSeeOther) },
		"an endless answer": func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, strings.Repeat("x", maxAnswer*2)) },
		"another registry's hand": func(rw http.ResponseWriter, r *http.Request) {
			text, err := seal.SignAck(seal.NewNodeKey(), seal.Ack{Origin: origin, Node: f.node.ID(), Sequence: 1})
			if err == nil {
				_, err = rw.Write(text)
			}
			if err != nil {
				t.Error(err)
			}
		},
	} {
		fake := httptest.NewServer(answer)
		if _, err := f.node.Sync(ctx, fake.Client(), fake.URL); err == nil {
			t.Errorf("%s: was believed", name)
		}
		fake.Close()
		f.pending(4)
	}
	post := func(path string, body []byte) int {
		answer, err := http.Post(real.URL+path, bundleType, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	good := f.seal()
	for _, c := range []struct {
		name, path string
		body       []byte
		want       int
	}{
		{"no bundle", "/sync/" + f.node.ID(), nil, 422},
		{"too large", "/sync/" + f.node.ID(), make([]byte, maxParcel+1), 422},
		{"under another's name", "/sync/" + NodeID(seal.NewNodeKey().Public()), good, 403},
		{"under no name", "/sync/x", good, 422},
	} {
		if got := post(c.path, c.body); got != c.want {
			t.Errorf("%s: status %d, want %d", c.name, got, c.want)
		}
	}
	if done, err := f.node.Sync(ctx, real.Client(), real.URL); err != nil || done.Delivered != 4 {
		t.Errorf("the registry itself: got %+v, %v, want 4 delivered", done, err)
	}
	if done, err := f.node.Sync(ctx, real.Client(), real.URL); err != nil || done.Delivered != 0 {
		t.Errorf("with nothing to give: got %+v, %v", done, err)
	}
	f.complete()
}

func TestAKitOpensNothingAndSurvivesNoChange(t *testing.T) {
	f := newField(t, testkit.SQLite(t))
	file, err := f.hub.Kit(context.Background(), f.owner, "dosso-1", "dosso")
	if err != nil {
		t.Fatal(err)
	}
	kit, err := ParseKit(file)
	if err != nil || kit.Node != "dosso-1" || kit.Site != "dosso" || kit.Origin != origin || len(kit.Drives) != 1 || kit.Drives[0].Code != "test-drive" ||
		kit.HubPublic.String() != f.hub.Key.Public().String() || kit.Intake.String() != f.hub.Intake.String() {
		t.Errorf("kit: got %+v, %v", kit, err)
	}
	if names, want := kit.Door.Ref("d", "", "r"), f.hub.Door.Ref("d", "", "r"); names.Token != want.Token {
		t.Error("the kit's door names another token: one person would have two receipts")
	}
	for name, bad := range map[string][]byte{
		"cut": file[:len(file)/2], "empty": nil, "another format": bytes.Replace(file, []byte(kitFormat), []byte("muster-kit-9"), 1),
		"a field more": bytes.Replace(file, []byte(`"site"`), []byte(`"secret": 1, "site"`), 1),
	} {
		if _, err := ParseKit(bad); reserve.CodeOf(err) != "node-kit-bad" {
			t.Errorf("%s: got %v, want node-kit-bad", name, err)
		}
	}
	_, err = f.hub.Kit(context.Background(), reserve.Actor{Kind: reserve.ActorStaff, Role: reserve.RoleDesk}, "x1", "")
	f.refused("a kit made by a desk", err, "no-right")
	_, err = f.hub.Kit(context.Background(), f.owner, "Amina's laptop", "")
	f.refused("a kit with a name that is none", err, "bad-handle")
}
