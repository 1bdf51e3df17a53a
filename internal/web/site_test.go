package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/callup"
	"muster/internal/channel/bundle"
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

// site is a node put together for the tests of its pages, served on the loopback.
type site struct {
	t        *testing.T
	clock    *testkit.Clock
	store    *store.Store
	registry *registry.Registry
	vault    *seal.Vault
	roll     *roll.Roll
	staff    *staff.Accounts
	callups  *callup.CallUps
	hub      *bundle.Hub
	web      *Web
	mux      *http.ServeMux
	log      *syncBuffer
	url      string
	drive    reserve.Drive

	closeStore func()
}

// house is the keys of the registry of these tests; made once, because the passphrase is costly on purpose.
var house = sync.OnceValues(func() (seal.KeysFile, error) {
	file, _, err := seal.Create(passphrase, "muster.test/log", seal.MinArgon2id())
	return file, err
})

var (
	places = sync.OnceValues(gazetteer.Load)
	texts  = sync.OnceValues(lang.Load)
)

const passphrase = "correct horse battery staple"

// newSite serves a locked node with the drive of the tests.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, clock: testkit.NewClock(), log: &syncBuffer{}, drive: testkit.Drive(), roll: roll.New()}
	s.openStore()
	g, err := places()
	check(t, err)
	catalog, err := texts()
	check(t, err)
	keys, err := house()
	check(t, err)
	public, err := keys.Intake()
	check(t, err)
	s.vault = seal.NewVault(seal.NewDoor())
	s.registry = registry.New(registry.Config{Store: s.store, Keyring: testkit.Keyring(t), Vault: s.vault, Intake: s.store.NewIntake(public), Roll: s.roll, Gazetteer: g, Now: s.clock.Now})
	s.staff = staff.New(staff.Config{Store: s.store, Now: s.clock.Now})
	s.putDrive(store.DriveOpen)
	s.callups = callup.New(callup.Config{Store: s.store, Vault: s.vault, Roll: s.roll, Now: s.clock.Now})
	s.hub = bundle.NewHub(bundle.HubConfig{Store: s.store, Key: seal.NewNodeKey(), Origin: "muster.test/log", Intake: public, Door: seal.NewDoor(), Now: s.clock.Now})
	sheets := sheet.New(sheet.Config{Registry: s.registry, Roll: s.roll, Gazetteer: g, Lang: catalog, Now: s.clock.Now})
	lists := handover.New(handover.Config{Store: s.store, Vault: s.vault, Roll: s.roll, Origin: "muster.test/log", Now: s.clock.Now})
	s.web, err = New(Config{Store: s.store, Registry: s.registry, Staff: s.staff, Roll: s.roll, Node: s, CallUps: s.callups, Lists: lists, Sheets: sheets, Hub: s.hub, Receive: s.receive, Lang: catalog, Gazetteer: g, Now: s.clock.Now,
		Refresh: 10 * time.Millisecond, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	check(t, err)
	s.mux = http.NewServeMux()
	s.web.Public(s.mux)
	s.web.Console(s.mux)
	server := httptest.NewServer(s.mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.log.String())
		}
		if unknown := catalog.Unknown(); len(unknown) > 0 {
			t.Errorf("pages asked for sentences that do not exist: %q", unknown)
		}
	})
	return s
}

// newOpenSite is an unlocked node.
func newOpenSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	check(t, s.Unlock(context.Background(), passphrase))
	return s
}

// Unlock, Lock, Progress and Ready make the site its own NodeControl.
func (s *site) Unlock(ctx context.Context, passphrase string) error {
	keys, err := house()
	if err != nil {
		return err
	}
	secrets, err := keys.Unlock(passphrase)
	if err != nil {
		return err
	}
	s.vault.Unlock(secrets)
	return s.registry.Load(ctx, nil)
}

func (s *site) Lock() {
	s.vault.Lock()
	s.registry.Forget()
}

func (s *site) Progress() (done, total int) { return s.roll.Count(), s.roll.Count() }

func (s *site) Ready() bool { return s.vault.Unlocked() && s.roll.Loaded() }

// receive is how a server joins the pages to the hub.
func (s *site) receive(ctx context.Context, actor reserve.Actor, file io.Reader) (Received, error) {
	got, answer, err := s.hub.Receive(ctx, actor, file)
	return Received{Node: got.Node, Total: got.Total, Fresh: got.Fresh, Answer: answer}, err
}

// openAll opens what came in.
func (s *site) openAll() {
	s.t.Helper()
	check(s.t, s.registry.Drain(context.Background()))
}

// syncBuffer is a log that may be written and read at once.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// as is a browser in which a member of staff of a role is signed in, over all sites and functions.
func (s *site) as(role reserve.Role) *browser {
	s.t.Helper()
	return s.asOf(staff.Account{Handle: string(role) + "-" + strings.ToLower(store.PublicID()[:6]), Role: role})
}

func (s *site) asOf(a staff.Account) *browser {
	s.t.Helper()
	ctx, system := context.Background(), staff.System("n1")
	id, err := s.staff.Add(ctx, system, a)
	check(s.t, err)
	b := s.browser()
	b.id = id
	if a.Role == reserve.RoleDevice { // has no page to sign in with; whoever holds its token may still try
		token, err := s.staff.IssueToken(ctx, system, id, store.TokenDevice)
		check(s.t, err)
		address, err := url.Parse(s.url + "/console")
		check(s.t, err)
		b.client.Jar.SetCookies(address, []*http.Cookie{{Name: cookieName, Value: token.Reveal(), Path: "/console"}})
		return b
	}
	link, err := s.staff.IssueLink(ctx, system, id)
	check(s.t, err)
	b.post("/console/link/"+link.Reveal(), nil).to(s.t)
	return b
}

// openStore opens a store that a test may close behind the pages' back.
func (s *site) openStore() {
	kept, err := store.Open(context.Background(), store.Config{Location: filepath.Join(s.t.TempDir(), "muster.db"), Node: "n1", Now: s.clock.Now})
	check(s.t, err)
	check(s.t, kept.StartLog(context.Background(), "muster.test/log"))
	s.store, s.closeStore = kept, sync.OnceFunc(func() { check(s.t, kept.Close()) })
	s.t.Cleanup(s.closeStore)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) putDrive(state store.DriveState) {
	s.t.Helper()
	act := reserve.Act{Actor: reserve.System("n1"), Verb: reserve.ActDriveAdd, Count: 1}
	check(s.t, s.store.Change(context.Background(), act, func(tx *store.Tx) error { return tx.PutDrive(s.drive, state) }))
	s.registry.DriveChanged()
}

// browser keeps cookies and does not follow redirects.
type browser struct {
	s      *site
	client *http.Client
	id     string // of the member of staff
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	check(s.t, err)
	return &browser{s: s, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is an answer as read.
type page struct {
	status int
	header http.Header
	body   string
	path   string
}

func (b *browser) do(r *http.Request) page {
	b.s.t.Helper()
	r.Header.Set("Accept-Language", "en")
	answer, err := b.client.Do(r)
	check(b.s.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(b.s.t, err)
	return page{answer.StatusCode, answer.Header, string(body), r.URL.Path}
}

// get fetches a page and checks its HTML.
func (b *browser) get(path string) page {
	b.s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.s.url+path, nil)
	check(b.s.t, err)
	p := b.do(r)
	p.wellFormed(b.s.t)
	return p
}

// post sends a form as the site's own pages do, and checks the HTML of the answer.
func (b *browser) post(path string, form url.Values) page {
	b.s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.s.url+path, strings.NewReader(form.Encode()))
	check(b.s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	p := b.do(r)
	p.wellFormed(b.s.t)
	return p
}

// upload sends a file as the site's own pages do.
func (b *browser) upload(path, field string, file []byte) page {
	b.s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "file")
	check(b.s.t, err)
	_, err = part.Write(file)
	check(b.s.t, err)
	check(b.s.t, form.Close())
	r, err := http.NewRequest(http.MethodPost, b.s.url+path, &body)
	check(b.s.t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	p := b.do(r)
	p.wellFormed(b.s.t)
	return p
}

func (p page) wellFormed(t *testing.T) {
	t.Helper()
	if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") || p.status >= 300 && p.status < 400 {
		return
	}
	for _, fault := range htmlFaults(p.body) {
		t.Errorf("%s: %s", p.path, fault)
	}
}

func (p page) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Fatalf("%s: got status %d, want %d\n%s", p.path, p.status, status, p.excerpt())
	}
	for _, s := range texts {
		if !strings.Contains(p.body, s) {
			t.Errorf("%s: no %q in\n%s", p.path, s, p.excerpt())
		}
	}
}

func (p page) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if strings.Contains(p.body, s) {
			t.Errorf("%s: shows %q", p.path, s)
		}
	}
}

// excerpt is the beginning of the main part, for a message.
func (p page) excerpt() string {
	_, main, _ := strings.Cut(p.body, "<main")
	return main[:min(len(main), 1500)]
}

// to is where a redirect leads, without the query.
func (p page) to(t *testing.T) string {
	t.Helper()
	if p.status != http.StatusSeeOther {
		t.Fatalf("%s: got status %d, want a redirect\n%s", p.path, p.status, p.excerpt())
	}
	u, err := url.Parse(p.header.Get("Location"))
	check(t, err)
	return u.Path
}
