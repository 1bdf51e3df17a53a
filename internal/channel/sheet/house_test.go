package sheet

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
	"muster/internal/testkit"
)

var places = sync.OnceValues(gazetteer.Load)
var texts = sync.OnceValues(lang.Load)
var keys = sync.OnceValues(func() (seal.KeysFile, error) {
	file, _, err := seal.Create("correct horse battery staple", "muster.test/log", seal.MinArgon2id())
	return file, err
})

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// options are those of the test drive on the day of the field cases.
func options(t testing.TB) Options {
	t.Helper()
	g, err := places()
	must(t, g, err)
	c, err := texts()
	must(t, c, err)
	return Options{Drive: testkit.Drive(), Today: reserve.Date{Year: 2026, Month: 11, Day: 24}, Gazetteer: g, Lang: c}
}

func file(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	return string(must(t, raw, err))
}

// read reads a text as a file.
func read(t testing.TB, text string, change ...func(*Options)) *Sheet {
	t.Helper()
	o := options(t)
	for _, c := range change {
		c(&o)
	}
	s, err := Read(strings.NewReader(text), o)
	return must(t, s, err)
}

func rowsOf(s *Sheet) []Row { return slices.Collect(s.All()) }

// house is an unlocked registry behind a door of sheets.
type house struct {
	*Door
	t     testing.TB
	store *store.Store
	roll  *roll.Roll
}

var clerk = reserve.Actor{Kind: reserve.ActorStaff, ID: "clerk", Role: reserve.RoleCoordinator}

func newHouse(t testing.TB) *house {
	t.Helper()
	clock := testkit.NewClock()
	s := testkit.OpenConfig(t, store.Config{Location: filepath.Join(t.TempDir(), "muster.db"), Node: "n1", Now: clock.Now})
	k, err := keys()
	must(t, k, err)
	secrets, err := k.Unlock("correct horse battery staple")
	must(t, secrets, err)
	public, err := seal.ParseIntakePublic(k.IntakePublic)
	must(t, public, err)
	vault, r, o := seal.NewVault(seal.NewDoor()), roll.New(), options(t)
	vault.Unlock(secrets)
	reg := registry.New(registry.Config{Store: s, Keyring: testkit.Keyring(t), Vault: vault, Intake: s.NewIntake(public), Roll: r, Gazetteer: o.Gazetteer, Now: clock.Now})
	err = s.Change(context.Background(), reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActDriveAdd, Subject: "test-drive"}, func(tx *store.Tx) error {
		return tx.PutDrive(testkit.Drive(), store.DriveOpen)
	})
	must(t, reg, err)
	if err := reg.Load(context.Background(), func(int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	return &house{New(Config{Registry: reg, Roll: r, Gazetteer: o.Gazetteer, Lang: o.Lang, Now: clock.Now}), t, s, r}
}

// take imports a text.
func (h *house) take(text string, c Choices, how How) Report {
	h.t.Helper()
	s, err := h.Open(context.Background(), "test-drive", strings.NewReader(text), c)
	must(h.t, s, err)
	rep, err := h.Import(context.Background(), clerk, s, how)
	return must(h.t, rep, err)
}

// people are all in the roll, by name.
func (h *house) people() map[string]roll.Person {
	out := map[string]roll.Person{}
	h.roll.Each("test-drive", func(p *roll.Person) bool {
		out[p.Facts.Name.Reveal()] = *p
		return true
	})
	return out
}

func (h *house) voice() lang.Voice { return h.Lang.Voice("fr") }

// codes lists "line column code" of remarks.
func codes(list []Remark) []string {
	out := make([]string, 0, len(list))
	for _, r := range list {
		out = append(out, strings.Join(strings.Fields(itoa(r.Line)+" "+r.Column+" "+r.Code), " "))
	}
	return out
}
