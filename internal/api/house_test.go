package api

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"muster/internal/gazetteer"
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
	lang  *lang.Catalog
	log   *journal
	mux   *http.ServeMux
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

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, clock: testkit.NewClock(), log: &journal{}, mux: http.NewServeMux()}
	h.store = testkit.OpenConfig(t, store.Config{Location: filepath.Join(t.TempDir(), "muster.db"), Node: "n1", Now: h.clock.Now})
	file, secrets, err := seal.Create("correct horse battery staple", "muster.test/log", seal.MinArgon2id())
	if err != nil {
		t.Fatal(err)
	}
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
		Roll: roll.New(), Gazetteer: gaz, Now: h.clock.Now})
	h.staff = staff.New(staff.Config{Store: h.store, Now: h.clock.Now})
	err = h.store.Change(context.Background(), reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActDriveAdd, Subject: "test-drive"}, func(tx *store.Tx) error {
		return tx.PutDrive(testkit.Drive(), store.DriveOpen)
	})
	if err != nil {
		t.Fatal(err)
	}
	New(Config{Registry: h.reg, Staff: h.staff, Lang: h.lang, Now: h.clock.Now, Log: slog.New(slog.NewTextHandler(h.log, nil))}).Mount(h.mux)
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
