package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"muster/internal/reserve"
	"muster/internal/staff"
	"muster/internal/store"
)

// NodeControl is the lock of the node that serves these pages.
type NodeControl interface {
	// Unlock opens the secrets with the passphrase and reads all people; it returns when the node is ready.
	Unlock(ctx context.Context, passphrase string) error
	Lock()
	// Progress tells how many people an unlock has read, of how many.
	Progress() (done, total int)
	// Ready reports whether people can be read now.
	Ready() bool
}

// desk is what every page of the console needs: who looks, which drive it is about, and how the node is.
type desk struct {
	view
	By      staff.SignedIn
	Drives  []store.KeptDrive
	State   store.DriveState // of the drive at hand
	Section string
	Ready   bool
	Paused  bool
	Note    string // what was just done, a key under "console.done-"
	asset   func(name string) string
}

// may reports whether the reader has a right, so that a page shows only what can be done. The work packages decide.
func (v desk) may(r reserve.Right) bool { return reserve.May(v.By.Actor, r) }

// under is an address below the drive at hand.
func (v desk) under(path string) string { return "/console/d/" + v.Drive.Code + path }

// deskHandler is a page or a form of the console.
type deskHandler func(rw http.ResponseWriter, r *http.Request, v desk) error

// route is one address of the console with the right it needs. What is not in the table is refused.
type route struct {
	pattern string
	right   reserve.Right // empty: any signed-in member of staff
	handle  deskHandler
	most    int64 // bytes of a body; 0 is maxForm
}

// cookieName names the session. It is the whole sign-in: HttpOnly, of this site only, over https alone where there is https.
const cookieName = "muster_session"

// Console adds the pages of staff to a mux.
func (w *Web) Console(mux *http.ServeMux) {
	for pattern, h := range map[string]handler{
		"GET /console/sign-in":              w.signInForm,
		"POST /console/sign-in":             w.signIn,
		"GET /console/link/{token}":         w.linkForm,
		"POST /console/link/{token}":        w.link,
		"POST /console/sign-out":            w.signOut,
		"POST /console/language":            w.chooseLanguage,
		"GET /console/static/{hash}/{file}": w.serveAsset,
	} {
		mux.HandleFunc(pattern, w.page(h))
	}
	for _, rt := range w.routes() {
		mux.HandleFunc(rt.pattern, w.guard(rt))
	}
}

// guard lets a request through to a page of the console: from our own pages, signed in, with the right, to a drive that is there.
func (w *Web) guard(rt route) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		secure(rw.Header(), w.csp)
		rw.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(rw, r.Body, max(rt.most, maxForm))
		v, err := w.desk(r)
		if err == nil {
			err = w.sameOrigin(r)
		}
		if err == nil && rt.right != "" {
			err = reserve.Demand(v.By.Actor, rt.right)
		}
		if code := r.PathValue("drive"); err == nil && code != "" {
			err = v.enter(code)
		}
		if err == nil {
			err = rt.handle(rw, r, v)
		}
		if err != nil {
			w.failDesk(rw, r, v, err)
		}
	}
}

// desk reads who sends a request, from the rows as they are now.
func (w *Web) desk(r *http.Request) (desk, error) {
	v := desk{view: w.staffVoice(r), Ready: w.Node.Ready(), Note: r.URL.Query().Get("done"), asset: w.assets.address}
	token := ""
	if c, err := r.Cookie(cookieName); err == nil {
		token = c.Value
	}
	var err error
	if v.By, err = w.Staff.SignedIn(r.Context(), token); err != nil {
		return v, err
	}
	err = w.Store.View(r.Context(), func(rd *store.Read) error {
		if v.Drives, err = rd.Drives(); err != nil {
			return err
		}
		paused, err := rd.Setting(store.SettingPaused)
		v.Paused = paused == "yes"
		return err
	})
	return v, err
}

// enter turns a page to one drive.
func (v *desk) enter(code string) error {
	for i := range v.Drives {
		if d := &v.Drives[i]; d.Code == code {
			v.Drive, v.State = &d.Drive, d.State
			return nil
		}
	}
	return notFound()
}

// staffVoice is the language of a member of staff: what they chose, else what their browser asks for.
func (w *Web) staffVoice(r *http.Request) view {
	v := w.voice(r, nil)
	if c, err := r.Cookie(languageCookie); err == nil && w.Lang.NativeName(c.Value) != c.Value {
		v.Voice = w.Lang.Voice(c.Value)
	}
	return v
}

// failDesk shows an error in the console. Who is not signed in is sent to the sign-in page and, from there, back.
func (w *Web) failDesk(rw http.ResponseWriter, r *http.Request, v desk, err error) {
	if errors.Is(err, errBroken) || errors.Is(err, context.Canceled) {
		return
	}
	status, faults := w.judged(r, err)
	if status == http.StatusUnauthorized {
		if r.Method == http.MethodGet && r.Header.Get("HX-Request") == "" && !strings.Contains(r.Header.Get("Accept"), "event-stream") {
			http.Redirect(rw, r, "/console/sign-in?next="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
			return
		}
		rw.Header().Set("HX-Redirect", "/console/sign-in")
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		rw.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	if err := render(rw, r, status, deskErrorPage(v, faults, reserve.KindOf(err) == reserve.Locked)); err != nil && !errors.Is(err, errBroken) {
		w.Log.LogAttrs(r.Context(), slog.LevelWarn, "error page not sent", slog.String("route", r.Pattern))
	}
}

// back sends a browser to the page where the effect of a form shows, with a note of what was done.
func back(rw http.ResponseWriter, r *http.Request, path, done string) error {
	if done != "" {
		path += "?done=" + done
	}
	http.Redirect(rw, r, path, http.StatusSeeOther)
	return nil
}
