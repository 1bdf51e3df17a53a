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
}

// Web serves the pages. It is safe for concurrent use.
type Web struct {
	Config
	csp string
}

// New makes the pages.
func New(c Config) *Web { return &Web{Config: c, csp: policy(style)} }

// Public adds the public pages to a mux: this table is all there is.
func (w *Web) Public(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", w.page(w.home))
	mux.HandleFunc("GET /{drive}", w.page(w.driveHome))
	mux.HandleFunc("GET /{drive}/join", w.page(w.joinForm))
	mux.HandleFunc("POST /{drive}/join", w.page(w.join))
	mux.HandleFunc("GET /me/{token}", w.page(w.me))
	mux.HandleFunc("POST /me/{token}", w.page(w.meChange))
}
