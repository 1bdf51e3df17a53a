package api

import (
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"muster/internal/callup"
	"muster/internal/handover"
	"muster/internal/lang"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/staff"
	"muster/internal/store"
)

// Config is what the routes stand on. CallUps, Lists and Importer may be nil on a node without them: it has no such routes then.
type Config struct {
	Store    *store.Store
	Registry *registry.Registry
	Roll     *roll.Roll
	CallUps  *callup.CallUps
	Lists    *handover.Lists
	Staff    *staff.Accounts
	Importer Importer
	Lang     *lang.Catalog
	Now      func() time.Time
	Log      *slog.Logger
	// Address says where a request comes from; nil is the other end of the connection. A server behind a proxy that it
	// trusts gives its own.
	Address func(*http.Request) netip.Addr
	// MaxWaiting is how many registrations may wait for the disk at once; the rest are told to come back. 0 is 2,048.
	MaxWaiting int64
}

// API serves the routes. It is safe for concurrent use.
type API struct {
	Config
	limits    *limiter
	languages []string
	waiting   atomic.Int64
	buffers   sync.Pool
	answers   answers
}

// copySize is one read of a body: most registrations are smaller.
const copySize = 4 << 10

// New makes the routes.
func New(c Config) *API {
	if c.Address == nil {
		c.Address = peer
	}
	if c.MaxWaiting == 0 {
		c.MaxWaiting = 2048
	}
	a := &API{Config: c, limits: newLimiter(c.Now), languages: append([]string{lang.Last}, c.Lang.Languages()...)}
	a.buffers.New = func() any {
		b := make([]byte, copySize)
		return &b
	}
	return a
}

// The patterns that are not in the table of staff routes.
const (
	registrationRoute = "POST /api/v1/drives/{drive}/registrations"
	rest              = "/api/v1/"
)

// Mount adds every route to a mux: the public one, those of staff, and their description.
func (a *API) Mount(mux *http.ServeMux) {
	mux.HandleFunc(registrationRoute, a.guarded(a.register))
	routes := a.routes()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, a.staffed(rt))
	}
	a.describe(mux, routes)
	mux.HandleFunc(rest, a.guarded(a.elsewhere(mux)))
}

// signedIn says who sent a request with a bearer token.
func (a *API) signedIn(r *http.Request) (staff.SignedIn, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return staff.SignedIn{}, &reserve.Error{Kind: reserve.SignedOut, Code: "signed-out"}
	}
	return a.Staff.SignedIn(r.Context(), strings.TrimSpace(token))
}
