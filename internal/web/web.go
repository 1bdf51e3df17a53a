package web

import (
	"log/slog"
	"net/http"
	"time"

	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/registry"
	"muster/internal/store"
)

// Config is what the pages stand on.
type Config struct {
	Store     *store.Store
	Registry  *registry.Registry
	Lang      *lang.Catalog
	Gazetteer *gazetteer.Gazetteer
	Now       func() time.Time
	Log       *slog.Logger
	// TextNumber is where people can text instead when the page is too busy; empty where there is none.
	TextNumber string
}

// Web serves the pages. It is safe for concurrent use.
type Web struct {
	Config
	csp    string
	origin *http.CrossOriginProtection
}

// New makes the pages.
func New(c Config) *Web {
	return &Web{Config: c, csp: policy(style), origin: http.NewCrossOriginProtection()}
}

// Public adds the public pages to a mux: this table is all there is.
func (w *Web) Public(mux *http.ServeMux) {
	for pattern, h := range map[string]handler{
		"GET /{$}":             w.home,
		"GET /{drive}":         w.driveHome,
		"GET /{drive}/{page}":  w.drivePart(w.joinForm),
		"POST /{drive}/{page}": w.drivePart(w.join),
	} {
		mux.HandleFunc(pattern, w.page(h))
	}
	mux.HandleFunc("GET /", w.Missing)
}
