package web

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/store"
)

// maxForm is the greatest body of a public form: four phones, twenty functions and a note fit four times over.
const maxForm = 16 << 10

//go:embed style.css
var style string

// view is what every page needs: in which language it speaks, who looks, and where it is.
type view struct {
	lang.Voice
	Drive  *reserve.Drive // nil where the page belongs to no drive
	Actor  reserve.Actor  // of the console; zero on public pages
	Path   string         // of this page without its language
	Nonce  string
	Locked bool
	Paused bool
}

// handler is a page or a form: what it returns as an error, the kit shows.
type handler func(rw http.ResponseWriter, r *http.Request) error

// render writes a page. The status must be set before, if it is not 200.
func render(rw http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.WriteHeader(status)
	return page.Render(r.Context(), rw)
}

// policy is the content security policy of all pages: nothing from elsewhere, no inline script; the one style sheet of
// the public page stands in the page, so that a phone needs one round trip, and is named by its digest.
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; script-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}

// secure sets the headers every answer of this site carries.
func secure(h http.Header, csp string) {
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address of a person's own page is a secret
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("X-Robots-Tag", "noindex")
}

// page wraps a public handler: headers, the limit of the body, and one place that turns errors into pages.
func (w *Web) page(h handler) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		secure(rw.Header(), w.csp)
		rw.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(rw, r.Body, maxForm)
		if err := h(rw, r); err != nil {
			w.fail(rw, r, err)
		}
	}
}

// statuses maps the kinds of errors, and nothing else, to answers.
var statuses = map[reserve.Kind]int{
	reserve.Invalid: http.StatusUnprocessableEntity, reserve.NotFound: http.StatusNotFound, reserve.Conflict: http.StatusConflict,
	reserve.Forbidden: http.StatusForbidden, reserve.SignedOut: http.StatusUnauthorized, reserve.TooMany: http.StatusTooManyRequests,
	reserve.Locked: http.StatusServiceUnavailable, reserve.Closed: http.StatusForbidden, reserve.Busy: http.StatusServiceUnavailable,
}

// fail shows an error as a page in the reader's language. An error without a kind is ours: its text goes to the log
// with a reference, and the reader gets the reference.
func (w *Web) fail(rw http.ResponseWriter, r *http.Request, err error) {
	v := w.voice(r, nil)
	faults := reserve.FaultsOf(err)
	status, ok := statuses[reserve.KindOf(err)]
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		status, faults = http.StatusRequestEntityTooLarge, reserve.Faults{reserve.Fault("", "too-large")}
	case errors.Is(err, context.Canceled):
		return // nobody reads the answer any more
	case !ok:
		reference := store.PublicID()[:8]
		w.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.String("route", r.Pattern), slog.String("reference", reference), slog.String("error", err.Error()))
		status, faults = http.StatusInternalServerError, reserve.Faults{(&reserve.Error{Code: "internal"}).With("reference", reference)}
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		rw.Header().Set("Retry-After", "60")
	}
	if err := render(rw, r, status, errorPage(v, faults)); err != nil {
		w.Log.LogAttrs(r.Context(), slog.LevelWarn, "error page not sent", slog.String("route", r.Pattern))
	}
}

// sentence is the text of a fault in the reader's language.
func (v view) sentence(e *reserve.Error) string {
	return v.Text("error."+e.Code, lang.Pairs(e.Args)...)
}

// voice chooses the language of a page: the address says it, else the browser, else the drive.
func (w *Web) voice(r *http.Request, d *reserve.Drive) view {
	spoken := w.Lang.Languages()
	if d != nil {
		spoken = d.Languages
	}
	chosen := r.FormValue("lang")
	if w.Lang.Direction(chosen) == "" || !contains(spoken, chosen) {
		chosen = w.Lang.Best(r.Header.Get("Accept-Language"), spoken)
	}
	return view{Voice: w.Lang.Voice(append([]string{chosen}, spoken...)...), Drive: d, Path: r.URL.Path}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// languageName is the native name of a language, for the links that change it.
func (w *Web) languageName(code string) string { return w.Lang.NativeName(code) }

// oneLine folds blanks, so that what was typed over several lines fits a field again.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
