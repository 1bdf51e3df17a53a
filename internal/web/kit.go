package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/reserve"
	"muster/internal/store"
)

// maxForm is the greatest body of a public form: four phones, twenty functions and a note fit four times over.
const maxForm = 16 << 10

// retryAfter is what a page says to those it could not serve now, in seconds.
const retryAfter = 60

//go:embed style.css
var style string

// handler is a page or a form: what it returns as an error, the kit shows.
type handler func(rw http.ResponseWriter, r *http.Request) error

// render writes a page, whole or not at all: a page that breaks half-way is an error page.
func render(rw http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.WriteHeader(status)
	_, err := rw.Write(b.Bytes())
	return broken(err)
}

// errBroken says that the reader went away while being written to: nobody is left to tell.
var errBroken = errors.New("the reader is gone")

func broken(err error) error {
	if err != nil {
		return errBroken
	}
	return nil
}

// renderSmall is render for the pages that thousands fetch over the worst networks: compressed where the browser can.
// Pages with somebody's secrets are not compressed beside what a stranger could have typed into them.
func (w *Web) renderSmall(rw http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	rw.Header().Add("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return render(rw, r, status, page)
	}
	var b bytes.Buffer
	z, ok := w.zippers.Get().(*gzip.Writer)
	if !ok {
		z = gzip.NewWriter(nil) // it holds near a megabyte, so it is used again
	}
	defer w.zippers.Put(z)
	z.Reset(&b)
	if err := errors.Join(page.Render(r.Context(), z), z.Close()); err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Content-Encoding", "gzip")
	rw.WriteHeader(status)
	_, err := rw.Write(b.Bytes())
	return broken(err)
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

// page wraps a public handler: headers, the limit of the body, forms from our own pages only, and one place that turns
// errors into pages.
func (w *Web) page(h handler) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		secure(rw.Header(), w.csp)
		rw.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(rw, r.Body, maxForm)
		err := w.sameOrigin(r)
		if err == nil {
			err = h(rw, r)
		}
		if err != nil {
			w.fail(rw, r, err)
		}
	}
}

// sameOrigin refuses what another site makes a browser send. Old phones that say nothing of where a form came from pass:
// no public form acts on a cookie.
func (w *Web) sameOrigin(r *http.Request) error {
	if err := w.origin.Check(r); err != nil {
		return &reserve.Error{Kind: reserve.Forbidden, Code: "cross-site"}
	}
	return nil
}

// statusOf maps the kinds of errors, and nothing else, to answers.
func statusOf(k reserve.Kind) (status int, known bool) {
	switch k {
	case reserve.Invalid:
		return http.StatusUnprocessableEntity, true
	case reserve.NotFound:
		return http.StatusNotFound, true
	case reserve.Conflict:
		return http.StatusConflict, true
	case reserve.Forbidden, reserve.Closed:
		return http.StatusForbidden, true
	case reserve.SignedOut:
		return http.StatusUnauthorized, true
	case reserve.TooMany:
		return http.StatusTooManyRequests, true
	case reserve.Locked, reserve.Busy:
		return http.StatusServiceUnavailable, true
	}
	return http.StatusInternalServerError, false
}

// judged turns an error into the answer's status and what may be said of it. An error without a kind is ours: its text
// goes to the log with a reference, and the reader gets the reference.
func (w *Web) judged(r *http.Request, err error) (int, reserve.Faults) {
	if errors.As(err, new(*http.MaxBytesError)) {
		return http.StatusRequestEntityTooLarge, reserve.Faults{reserve.Fault("", "too-large")}
	}
	if status, known := statusOf(reserve.KindOf(err)); known {
		return status, reserve.FaultsOf(err)
	}
	reference := store.PublicID()[:8]
	w.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.String("route", r.Pattern), slog.String("reference", reference), slog.String("error", err.Error()))
	return http.StatusInternalServerError, reserve.Faults{(&reserve.Error{Code: "internal"}).With("ref", reference)}
}

// fail shows an error as a page in the reader's language.
func (w *Web) fail(rw http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errBroken) || errors.Is(err, context.Canceled) {
		return
	}
	status, faults := w.judged(r, err)
	page := errorPage(w.voice(r, nil), faults)
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		rw.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		if reserve.KindOf(err) == reserve.Busy {
			page = w.surgePage(r)
		}
	}
	if err := w.renderSmall(rw, r, status, page); err != nil {
		w.Log.LogAttrs(r.Context(), slog.LevelWarn, "error page not sent", slog.String("route", r.Pattern))
	}
}

// Busy answers a registration that the machine cannot take now: a page in every language that says when to come back.
func (w *Web) Busy(rw http.ResponseWriter, r *http.Request) {
	w.page(func(http.ResponseWriter, *http.Request) error {
		return &reserve.Error{Kind: reserve.Busy, Code: "busy"}
	})(rw, r)
}

// Missing answers an address that nothing lives at.
func (w *Web) Missing(rw http.ResponseWriter, r *http.Request) {
	w.page(func(http.ResponseWriter, *http.Request) error { return notFound() })(rw, r)
}

func notFound() error { return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"} }

// oneLine folds blanks, so that what was typed over several lines fits a field again.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// digest names a public file by its SHA-256, in hex.
func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}
