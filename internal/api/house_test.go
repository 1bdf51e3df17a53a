package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"

	"muster/internal/callup"
	"muster/internal/channel/sheet"
	"muster/internal/gazetteer"
	"muster/internal/handover"
	"muster/internal/lang"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/staff"
	"muster/internal/store"
	"muster/internal/testkit"
)

// house is a whole node behind the routes, on SQLite with a standing clock.
type house struct {
	t     testing.TB
	clock *testkit.Clock
	store *store.Store
	reg   *registry.Registry
	staff *staff.Accounts
	roll  *roll.Roll
	lang  *lang.Catalog
	sec   *seal.Secrets
	keys  seal.KeysFile
	vault *seal.Vault
	api   *API

	serial int
	log    *journal
	mux    *http.ServeMux
}

// journal is a log that tests read.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// shared makes the keys once: a passphrase is costly on purpose.
var shared = sync.OnceValues(freshKeys)

func freshKeys() (seal.KeysFile, *seal.Secrets) {
	file, secrets, err := seal.Create("correct horse battery staple", "muster.test/log", seal.MinArgon2id())
	if err != nil {
		panic(err)
	}
	return file, secrets
}

func newHouse(t testing.TB) *house {
	t.Helper()
	file, secrets := shared()
	return newHouseWith(t, file, secrets)
}

// newHouseWith has keys of its own, for tests that lock: a lock wipes them.
func newHouseWith(t testing.TB, file seal.KeysFile, secrets *seal.Secrets) *house {
	t.Helper()
	h := &house{t: t, clock: testkit.NewClock(), roll: roll.New(), log: &journal{}, mux: http.NewServeMux()}
	h.store = testkit.OpenConfig(t, store.Config{Location: filepath.Join(t.TempDir(), "muster.db"), Node: "n1", Now: h.clock.Now})
	public, err := seal.ParseIntakePublic(file.IntakePublic)
	if err != nil {
		t.Fatal(err)
	}
	vault := seal.NewVault(seal.NewDoor())
	vault.Unlock(secrets)
	gaz, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	if h.lang, err = lang.Load(); err != nil {
		t.Fatal(err)
	}
	h.reg = registry.New(registry.Config{Store: h.store, Keyring: testkit.Keyring(t), Vault: vault, Intake: h.store.NewIntake(public),
		Roll: h.roll, Gazetteer: gaz, Now: h.clock.Now})
	h.sec, h.keys, h.vault = secrets, file, vault
	if err := h.reg.Load(context.Background(), func(int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	h.staff = staff.New(staff.Config{Store: h.store, Now: h.clock.Now})
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	err = h.store.Change(context.Background(), reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActDriveAdd, Subject: "test-drive"}, func(tx *store.Tx) error {
		d := testkit.Drive()
		d.Recipients[0].Key = id.Recipient().String()
		return tx.PutDrive(d, store.DriveOpen)
	})
	if err != nil {
		t.Fatal(err)
	}
	calls := callup.New(callup.Config{Store: h.store, Vault: vault, Roll: h.roll, Now: h.clock.Now})
	lists := handover.New(handover.Config{Store: h.store, Vault: vault, Roll: h.roll, Origin: "muster.test/log", Now: h.clock.Now})
	sheets := sheet.New(sheet.Config{Registry: h.reg, Roll: h.roll, Gazetteer: gaz, Lang: h.lang, Now: h.clock.Now})
	h.api = New(Config{Store: h.store, Registry: h.reg, Roll: h.roll, CallUps: calls, Lists: lists, Staff: h.staff, Importer: sheets, Lang: h.lang, Now: h.clock.Now,
		Log: slog.New(slog.NewTextHandler(h.log, nil))})
	h.api.Mount(h.mux)
	return h
}

// token makes an account and gives its bearer token.
func (h *house) token(n staff.Account) string {
	h.t.Helper()
	ctx, root := context.Background(), staff.System("n1")
	id, err := h.staff.Add(ctx, root, n)
	if err != nil {
		h.t.Fatal(err)
	}
	kind := store.TokenBearer
	if n.Role == reserve.RoleDevice {
		kind = store.TokenDevice
	}
	token, err := h.staff.IssueToken(ctx, root, id, kind)
	if err != nil {
		h.t.Fatal(err)
	}
	return token.Reveal()
}

// answer is what came back.
type answer struct {
	status int
	head   http.Header
	body   string
}

// do sends a request; body nil is none. head are names and values in turn.
func (h *house) do(method, path, body string, head ...string) answer {
	var sent io.Reader
	if body != "" {
		sent = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, sent)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	rw := httptest.NewRecorder()
	h.mux.ServeHTTP(rw, r)
	return answer{rw.Code, rw.Header(), rw.Body.String()}
}

const registrations = "/api/v1/drives/test-drive/registrations"

// person registers somebody and opens the registration; it gives their id.
func (h *house) person(name, number, site string, functions ...string) string {
	h.t.Helper()
	h.serial++
	list, err := json.Marshal(functions)
	if err != nil {
		h.t.Fatal(err)
	}
	a := h.do("POST", registrations, fmt.Sprintf(`{"ref":"%032d","name":%q,"birth":"1990-05-17","phones":[%q],"site":%q,"functions":%s,
		"consents":[{"recipient":"civil-protection","purpose":"call-up","wording":1}]}`, h.serial, name, number, site, list))
	if a.status != http.StatusCreated {
		h.t.Fatalf("register: %d %s", a.status, a.body)
	}
	if err := h.reg.Drain(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	var receipt struct{ Receipt string }
	if err := json.Unmarshal([]byte(a.body), &receipt); err != nil {
		h.t.Fatal(err)
	}
	p, ok := h.roll.ByReceipt(receipt.Receipt)
	if !ok {
		h.t.Fatalf("%s is not in the roll", receipt.Receipt)
	}
	return p.Volunteer.ID
}

// as sends a request with a token.
func (h *house) as(token, method, path, body string, head ...string) answer {
	return h.do(method, path, body, append([]string{"Authorization", "Bearer " + token}, head...)...)
}

// want reads an answer of a status into a value.
func want[T any](t testing.TB, a answer, status int) (out T) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return out
}
