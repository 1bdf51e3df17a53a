package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"muster/internal/audit"
	"muster/internal/callup"
	"muster/internal/gazetteer"
	"muster/internal/handover"
	"muster/internal/lang"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/staff"
	"muster/internal/store"
)

// Config is what the pages stand on.
type Config struct {
	Store    *store.Store
	Registry *registry.Registry
	Staff    *staff.Accounts
	Roll     *roll.Roll
	Node     NodeControl
	CallUps  *callup.CallUps
	Lists    *handover.Lists
	Sheets   Sheets
	Hub      Hub
	// Receive takes a bundle that was carried here.
	Receive   func(ctx context.Context, actor reserve.Actor, file io.Reader) (Received, error)
	Lang      *lang.Catalog
	Gazetteer *gazetteer.Gazetteer
	Now       func() time.Time
	Log       *slog.Logger
	// TextNumber is where people can text instead when the page is too busy; empty where there is none.
	TextNumber string
	// HTTPS says that the pages are reached over https only, though this node may speak http to a proxy before it.
	HTTPS bool
	// Address says where a request comes from; nil is the other end of the connection. A server behind a proxy that it
	// trusts gives its own.
	Address func(*http.Request) netip.Addr
	// Admit refuses a registration that comes too fast from one address, or that the machine cannot take now; nil admits all.
	Admit func(*http.Request) error
	// VerifyLog walks the log and compares it with the signed checkpoints; nil walks the log alone.
	VerifyLog func(context.Context) (audit.Report, error)
	// Refresh is how often a watched board is worked out anew; 0 is two seconds.
	Refresh time.Duration
}

// Web serves the pages. It is safe for concurrent use.
type Web struct {
	Config
	csp     string
	spoken  []string // every language, the one that is never missing first
	assets  assets
	origin  *http.CrossOriginProtection
	zippers sync.Pool // of *gzip.Writer

	stage     stage
	unlocking atomic.Int32 // unlocks asked for here that still run
}

// New makes the pages. It fails only where the program was built without its files.
func New(c Config) (*Web, error) {
	files, err := loadAssets()
	if err != nil {
		return nil, err
	}
	spoken := []string{lang.Last}
	for _, code := range c.Lang.Languages() {
		if code != lang.Last {
			spoken = append(spoken, code)
		}
	}
	return &Web{Config: c, csp: policy(style), spoken: spoken, assets: files, stage: stage{files: map[string]*stagedFile{}}, origin: http.NewCrossOriginProtection()}, nil
}

// Public adds the public pages to a mux: this table is all there is.
func (w *Web) Public(mux *http.ServeMux) {
	for pattern, h := range map[string]handler{
		"GET /{$}":             w.home,
		"GET /{drive}":         w.driveHome,
		"GET /{drive}/{page}":  w.drivePart(w.joinForm),
		"POST /{drive}/{page}": w.drivePart(w.join),
		"GET /me/{token}":      w.me,
		"POST /me/{token}":     w.meChange,
	} {
		mux.HandleFunc(pattern, w.page(h))
	}
	mux.HandleFunc("GET /", w.Missing)
}
