package server

import (
	"context"
	"net/http"
	"net/netip"
	"strings"

	"muster/internal/api"
	"muster/internal/audit"
	"muster/internal/channel/sheet"
	"muster/internal/channel/sms"
	"muster/internal/web"
)

// doors are what the outside reaches.
type doors struct {
	API    *api.API
	Web    *web.Web
	Sheets *sheet.Door
	SMS    *sms.SMS // nil on a field node
	meters meters
}

func (n *Node) openDoors(ctx context.Context) error {
	n.meters = n.newMeters()
	n.Sheets = sheet.New(sheet.Config{Registry: n.Registry, Roll: n.Roll, Gazetteer: n.Gazetteer, Lang: n.Texts, Now: n.Now})
	n.API = api.New(api.Config{Store: n.Store, Registry: n.Registry, Roll: n.Roll, CallUps: n.Calls, Lists: n.Lists, Staff: n.Staff, Importer: n.Sheets, Lang: n.Texts,
		Now: n.Now, Log: n.Log, Address: n.address()})
	var err error
	n.Web, err = web.New(web.Config{Store: n.Store, Registry: n.Registry, Staff: n.Staff, Roll: n.Roll, Node: n, CallUps: n.Calls, Lists: n.Lists,
		Sheets: n.Sheets, Hub: n.Hub, Receive: n.carriedIn, Lang: n.Texts, Gazetteer: n.Gazetteer, Now: n.Now, Log: n.Log, HTTPS: n.Secure, Address: n.address(), Admit: n.API.Admit,
		VerifyLog: func(ctx context.Context) (audit.Report, error) { return n.VerifyLog(ctx, nil) }})
	if err != nil || n.Folder.Field() {
		return err
	}
	return n.openSMS(ctx)
}

// rooms gives the pages and the API a mux each: a page's "GET /" and the API's "every method below /api/v1/" cannot stand in
// one, because neither is the narrower.
func (n *Node) rooms() http.Handler {
	pages, programs := http.NewServeMux(), http.NewServeMux()
	n.mount(pages)
	n.API.Mount(programs)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			programs.ServeHTTP(rw, r)
			return
		}
		pages.ServeHTTP(rw, r)
	})
}

func (n *Node) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", n.readyz)
	n.Web.Public(mux)
	if n.Folder.Field() {
		return // a field node reads nobody: it has no console, and nobody texts it
	}
	n.Web.Console(mux)
	mux.Handle("POST /sync/{node}", n.Hub.Handler())
	mux.Handle("GET /channel/sms/{carrier}/{secret}", n.SMS)
	mux.Handle("POST /channel/sms/{carrier}/{secret}", n.SMS)
	if n.Simulated != nil {
		for _, what := range []string{"texts", "calls", "sent", "settings"} {
			mux.Handle("POST /simulator/"+what, n.Simulated.Routes())
		}
	}
}

// address says whom a request comes from: nil is the other end of the connection.
func (n *Node) address() func(*http.Request) netip.Addr {
	if !n.BehindProxy {
		return nil
	}
	return func(r *http.Request) netip.Addr {
		// The last entry is the one our own proxy wrote; those before it are what it was told.
		list := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		a, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1]))
		if err != nil {
			return netip.Addr{}
		}
		return a
	}
}
