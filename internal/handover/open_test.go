package handover

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// tool finds a program of Debian's. A machine of ours without it is a fault, not a reason to pass.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing (apt-get install age minisign): %v", name, err)
	}
	return path
}

func run(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(tool(t, name), args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}

func TestAListIsOpenedAndCheckedWithOthersTools(t *testing.T) {
	worlds(t, func(w *world) {
		_, file := w.sealed()
		dir := w.t.TempDir()
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				w.t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			if err != nil {
				w.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, f.Name), b, 0o600); err != nil {
				w.t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "key.txt"), []byte(w.identity), 0o600); err != nil {
			w.t.Fatal(err)
		}
		people := run(w.t, dir, "age", "-d", "-i", "key.txt", "people.age")
		if lines(people) != 12 || !strings.Contains(people, "Amina Canari007") {
			w.t.Errorf("age -d gives %d lines, want the 12 people", lines(people))
		}
		said := run(w.t, dir, "minisign", "-V", "-P", w.pinned, "-m", "manifest.json")
		if !strings.Contains(said, "muster list") {
			w.t.Errorf("minisign -V says %q, want the trusted comment of a list", said)
		}
		var m seal.Manifest
		if err := json.Unmarshal([]byte(read(w.t, dir, "manifest.json")), &m); err != nil {
			w.t.Fatal(err)
		}
		sum := run(w.t, dir, "sha256sum", "people.age")
		if !strings.HasPrefix(sum, m.PeopleSHA256) || m.Count != 12 || m.Sequence != 1 || m.Origin != origin {
			w.t.Errorf("manifest %+v does not fit the people (%s)", m, sum)
		}
		if strings.Contains(string(file), "Canari") {
			w.t.Error("a name stands in clear in the sealed file")
		}
	})
}

func TestAnOpenedListIsForItsOwnerAlone(t *testing.T) {
	worlds(t, func(w *world) {
		h, file := w.sealed()
		out := filepath.Join(w.t.TempDir(), "lists")
		opened, err := w.open(file, out)
		if err != nil {
			w.t.Fatal(err)
		}
		if opened.Shown != 12 || opened.Manifest.Count != 12 || opened.Manifest.List != h.ID {
			w.t.Errorf("opened: got %+v", opened)
		}
		for _, name := range []string{filePeople, filePage, fileReceipt, fileManifest, fileState} {
			st, err := os.Stat(filepath.Join(out, name))
			if err != nil {
				w.t.Fatal(err)
			}
			if st.Mode().Perm() != 0o600 {
				w.t.Errorf("%s: mode %v, want 0600", name, st.Mode().Perm())
			}
		}
		if st, err := os.Stat(out); err != nil || st.Mode().Perm() != 0o700 {
			w.t.Errorf("the folder: mode %v, %v, want 0700", st.Mode().Perm(), err)
		}
		page := read(w.t, out, filePage)
		if strings.Count(page, "Amina Canari") != 12 || !strings.Contains(page, `lang="fr"`) || strings.Contains(page, "<script") {
			w.t.Error("the page does not show the twelve people plainly")
		}
		var l map[string]any
		first, _, _ := strings.Cut(read(w.t, out, filePeople), "\n")
		if err := json.Unmarshal([]byte(first), &l); err != nil {
			w.t.Fatal(err)
		}
		for _, want := range []string{"entry", "name", "known_as", "phones", "birth_year"} {
			if _, ok := l[want]; !ok {
				w.t.Errorf("a line without %s: %v", want, l)
			}
			delete(l, want)
		}
		if len(l) != 0 {
			w.t.Errorf("a line with fields nobody chose: %v", l)
		}
		if err := w.lists.RecordReceipt(context.Background(), w.two.Actor, h.ID, opened.Receipt); err != nil {
			w.t.Errorf("the receipt: %v", err)
		}
	})
}

func TestAPageShowsANameAsTextWhateverItIs(t *testing.T) {
	f := &folder{path: t.TempDir()}
	people := `{"entry":"E1","name":"<script>alert(1)</script> =1+1","known_as":"\u202eevil","phones":[{"number":"+22790120001","relay":"\"><img src=x>","texts":true}]}` + "\n"
	m := seal.Manifest{Drive: "d", Recipient: "r", Fields: []string{FieldEntry, FieldName, FieldKnownAs, FieldPhones}}
	if err := f.page(".", m, []byte(people), m.Created); err != nil {
		t.Fatal(err)
	}
	page := read(t, f.path, filePage)
	for _, bad := range []string{"<script>", "<img"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt; =1&#43;1") || !strings.Contains(page, "<bdi>") {
		t.Error("the name is not on the page as text")
	}
}

func TestWhatIsNotRightIsNotOpened(t *testing.T) {
	w := newWorld(storeOf(t))
	_, file := w.sealed()
	other := newWorld(storeOf(t))
	_, foreign := other.sealed()
	for _, c := range []struct {
		name string
		code string
		set  func(o *Opening)
	}{
		{"signed by another registry", "list-forged", func(o *Opening) { o.File = foreign }},
		{"with another registry pinned", "list-forged", func(o *Opening) { o.Pinned = other.pinned }},
		{"with nothing pinned", "pinned-key-bad", func(o *Opening) { o.Pinned = "" }},
		{"for another recipient", "list-other-recipient", func(o *Opening) { o.Identity = reserve.Private(other.identity) }},
		{"without a key", "identity-bad", func(o *Opening) { o.Identity = "" }},
		{"a month late", "list-expired", func(o *Opening) { o.Now = o.Now.Add(listLife) }},
		{"with a clock of years ago", "list-clock", func(o *Opening) { o.Now = o.Now.AddDate(-3, 0, 0) }},
		{"cut by a byte", "list-cut", func(o *Opening) { o.File = file[:len(file)-1] }},
		{"with a byte more", "list-damaged", func(o *Opening) { o.File = append(bytes.Clone(file), 0) }},
		{"empty", "list-cut", func(o *Opening) { o.File = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := t.TempDir()
			o := Opening{File: file, Identity: reserve.Private(w.identity), Pinned: w.pinned, Out: out, Now: w.clock.Now()}
			c.set(&o)
			_, err := OpenFile(o)
			w.refused(c.name, err, c.code)
			if left, err := os.ReadDir(out); err != nil || len(left) != 0 {
				t.Errorf("a refused list left %v, %v", left, err)
			}
		})
	}
	out := t.TempDir()
	for at := 0; at < len(file); at += 97 { // a bit here and there, and a cut at the same place
		bad := bytes.Clone(file)
		bad[at] ^= 1
		for _, f := range [][]byte{bad, file[:at]} {
			if _, err := w.open(f, out); reserve.KindOf(err) == "" {
				t.Fatalf("changed or cut at byte %d: got %v, want a refusal", at, err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(out, filePeople)); err == nil {
		t.Error("a changed list left people in clear")
	}
}

func TestAListIsOpenedOnceAndInOrder(t *testing.T) {
	worlds(t, func(w *world) {
		out := w.t.TempDir()
		_, first := w.sealed()
		_, second := w.sealed()
		if _, err := w.open(first, out); err != nil {
			w.t.Fatal(err)
		}
		_, err := w.open(first, out)
		w.refused("the same list again", err, "list-replayed")
		if _, err := w.open(second, out); err != nil {
			w.t.Fatal(err)
		}
		_, err = w.open(first, out)
		w.refused("an older list", err, "list-replayed")
		earlier := filepath.Join(out, folderEarlier, "test-drive-civil-protection-1")
		if n := lines(read(w.t, earlier, filePeople)); n != 12 {
			w.t.Errorf("the earlier list has %d people in its folder, want 12", n)
		}
		// No id of a person is in both lists.
		ids := map[string]bool{}
		for _, people := range []string{read(w.t, earlier, filePeople), read(w.t, out, filePeople)} {
			for _, l := range strings.Split(strings.TrimSpace(people), "\n") {
				var one Line
				if err := json.Unmarshal([]byte(l), &one); err != nil {
					w.t.Fatal(err)
				}
				ids[one.Entry] = true
			}
		}
		if len(ids) != 24 {
			w.t.Errorf("two lists of 12 share ids: %d different, want 24", len(ids))
		}
		if err := os.WriteFile(filepath.Join(out, fileState), []byte("{"), 0o600); err != nil {
			w.t.Fatal(err)
		}
		_, err = w.open(second, out)
		w.refused("a folder whose memory was spoilt", err, "list-folder-bad")
	})
}

func TestOnlyThoseWhoMayGoAreOnAList(t *testing.T) {
	worlds(t, func(w *world) {
		to := func(c reserve.Consent) reserve.Consent {
			c.Recipient, c.Purpose = "civil-protection", "call-up"
			return c
		}
		good := to(reserve.Consent{Wording: 1})
		for what, id := range map[string]string{
			"held":                         w.person(101, reserve.Held, "1990"),
			"pending age":                  w.person(102, reserve.PendingAge, "1990"),
			"seventeen":                    w.person(103, reserve.Active, "2009-01-02"),
			"eighteen tomorrow":            w.person(104, reserve.Active, "2008-11-25"),
			"perhaps seventeen":            w.person(105, reserve.Active, "2008"),
			"of unknown age":               w.person(106, reserve.Active, ""),
			"agreed to another recipient":  w.person(107, reserve.Active, "1990", reserve.Consent{Recipient: "red-cross", Purpose: "call-up", Wording: 1}),
			"agreed to another purpose":    w.person(108, reserve.Active, "1990", reserve.Consent{Recipient: "civil-protection", Purpose: "training", Wording: 1}),
			"agreed to an earlier wording": w.person(109, reserve.Active, "1990", to(reserve.Consent{})),
			"took it back":                 w.person(110, reserve.Active, "1990", to(reserve.Consent{Wording: 1, EndedAt: 5})),
		} {
			h := w.prepare()
			if h.Count != 12 {
				w.t.Errorf("%s (%s): the list has %d people, want 12", what, id, h.Count)
			}
		}
		just := w.person(120, reserve.Active, "2008-11-24", good)
		if h := w.prepare(); h.Count != 13 {
			w.t.Errorf("eighteen today: the list has %d people, want 13", h.Count)
		}
		// The row has the last word, also where this node's roll has not heard yet.
		w.change(reserve.ActWithdraw, func(tx *store.Tx) error {
			return tx.EndConsent(just, store.ConsentEnd{Recipient: "civil-protection", Purpose: "call-up"}, false)
		})
		if h := w.prepare(); h.Count != 12 {
			w.t.Errorf("consent taken back on the row alone: the list has %d people, want 12", h.Count)
		}
		// Given anew on the person's own page, later than it was taken back.
		w.clock.Add(time.Minute)
		w.change(reserve.ActCorrect, func(tx *store.Tx) error {
			id := w.s.NewID()
			token := seal.TokenHash(id)
			_, _, err := tx.AddRegistration(store.Registration{ID: id, TokenHash: token[:], Digest: token[:], Drive: w.drive.Code, Channel: reserve.ChannelWeb,
				Kind: store.KindCorrection, State: reserve.Received, Receipt: "NIA-00120", Node: "n1", ReceivedAt: tx.Now(), Sealed: []byte{1},
				Consents: []store.FlaggedConsent{{Recipient: "civil-protection", Purpose: "call-up", Wording: 1, Language: "fr"}}})
			if err == nil {
				_, err = tx.Open([]store.Opened{{Registration: id, Sealed: []byte{2}, Volunteer: reserve.Volunteer{ID: just}}})
			}
			return err
		})
		if h := w.prepare(); h.Count != 13 {
			w.t.Errorf("consent given anew: the list has %d people, want 13", h.Count)
		}
		// A scope of sites and a choice of functions narrow it.
		local := w.hire("local", reserve.RoleCoordinator, "gaya")
		q := w.ask()
		q.Session, q.Functions = local.Session, []string{"medical"}
		h, err := w.lists.Prepare(context.Background(), local.Actor, q)
		if err != nil || h.Count != 6 || len(h.Sites) != 1 {
			w.t.Errorf("a coordinator of one site: got %d people of %v, %v, want 6 of gaya", h.Count, h.Sites, err)
		}
		q.Functions = []string{"engineering"}
		_, err = w.lists.Prepare(context.Background(), local.Actor, q)
		w.refused("a function nobody offers", err, "list-empty")
	})
}
