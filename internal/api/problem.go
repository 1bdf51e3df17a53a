package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/store"
)

// retryAfter is what an answer says to those it could not serve now, in seconds.
const retryAfter = 5

// badBody is a body that cannot be read at all: 400, where what can be read and is wrong gets 422.
type badBody struct{ faults reserve.Faults }

func (b badBody) Error() string { return b.faults.Error() }

// problem is the body of every answer that is no success (RFC 9457).
type problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Code   string  `json:"code" doc:"What went wrong, of the first fault; stable, for programs."`
	Errors []fault `json:"errors" doc:"Every fault at once."`
	Ref    string  `json:"reference,omitempty" doc:"Names the line of the server's log, where the fault is ours."`
}

// fault is one thing to mend.
type fault struct {
	Field   string `json:"field" doc:"The field of the request; empty where it is the whole."`
	Code    string `json:"code"`
	Message string `json:"message" doc:"In the language of Accept-Language."`
}

// statusOf maps the kinds of errors, and nothing else, to answers. Other errors are ours.
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

// judged turns an error into a status and what may be said of it. What is ours goes to the log under a reference.
func (a *API) judged(r *http.Request, err error) (status int, faults reserve.Faults, ref string) {
	if errors.As(err, new(*http.MaxBytesError)) {
		return http.StatusRequestEntityTooLarge, reserve.Faults{reserve.Fault("", "too-large")}, ""
	}
	if bad, ok := errors.AsType[badBody](err); ok {
		return http.StatusBadRequest, bad.faults, ""
	}
	if media, ok := errors.AsType[unsupported](err); ok {
		return http.StatusUnsupportedMediaType, reserve.Faults{reserve.Fault(string(media), "unsupported-type")}, ""
	}
	if errors.As(err, new(methodNotAllowed)) {
		return http.StatusMethodNotAllowed, reserve.Faults{{Kind: reserve.Invalid, Code: "method-not-allowed"}}, ""
	}
	if status, known := statusOf(reserve.KindOf(err)); known {
		return status, tidy(reserve.FaultsOf(err)), ""
	}
	ref = store.PublicID()[:8]
	a.Log.LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("route", r.Pattern), slog.String("reference", ref), slog.String("error", err.Error()))
	return http.StatusInternalServerError, reserve.Faults{(&reserve.Error{Code: "internal"}).With("ref", ref)}, ref
}

// unsupported is a body of a type that is not taken; its text names the header.
type unsupported string

func (u unsupported) Error() string { return "unsupported " + string(u) }

// tidy gives each fault once, and drops "required" where the same field has a fault that says more.
func tidy(faults reserve.Faults) reserve.Faults {
	var out reserve.Faults
	for _, e := range faults {
		same := func(o *reserve.Error) bool { return o.Field == e.Field && o.Code == e.Code }
		more := func(o *reserve.Error) bool { return o.Field == e.Field && o.Code == CodeWrongType }
		if len(out) == maxFaults || slices.ContainsFunc(out, same) || e.Code == "required" && slices.ContainsFunc(faults, more) {
			continue
		}
		out = append(out, e)
	}
	return out
}

// fail writes an error in the reader's language.
func (a *API) fail(rw http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errGone) || errors.Is(err, context.Canceled) {
		return // nobody is left to read it
	}
	status, faults, ref := a.judged(r, err)
	h := rw.Header()
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(waitOf(err)))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	}
	voice := a.Lang.Voice(a.Lang.Best(r.Header.Get("Accept-Language"), a.languages))
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Ref: ref, Errors: make([]fault, 0, len(faults))}
	for _, e := range faults {
		p.Errors = append(p.Errors, fault{e.Field, e.Code, a.sentence(voice, e)})
	}
	if len(faults) > 0 {
		p.Code = faults[0].Code
	}
	body, err := json.Marshal(p)
	if err != nil {
		status = http.StatusInternalServerError
	}
	h.Set("Content-Language", voice.Code())
	h.Add("Vary", "Accept-Language")
	write(rw, status, "application/problem+json", body)
}

// sentence is the text of a fault. A code without a sentence stands for itself: a program can still act on it.
func (a *API) sentence(v lang.Voice, e *reserve.Error) string {
	if key := "error." + e.Code; a.Lang.Has(key) {
		return v.Text(key, lang.Pairs(e.Args)...)
	}
	return e.Code
}

// waitOf is how many seconds to wait before another try.
func waitOf(err error) int {
	if e, ok := errors.AsType[*reserve.Error](err); ok {
		if n, err := strconv.Atoi(e.Args["seconds"]); err == nil && n > 0 {
			return n
		}
	}
	return retryAfter
}

// errGone says that the reader went away: nobody is left to tell.
var errGone = errors.New("the reader is gone")

// write sends a whole answer. A reader that has gone away meanwhile is no fault of ours, and there is nobody to tell.
func write(rw http.ResponseWriter, status int, kind string, body []byte) {
	h := rw.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	rw.WriteHeader(status)
	if _, err := rw.Write(body); err != nil {
		return
	}
}

// guarded runs a handler: headers every answer carries, errors and panics turned into problems in one place.
func (a *API) guarded(h func(rw http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		head := rw.Header()
		head["Cache-Control"] = noStore
		head["X-Content-Type-Options"] = noSniff
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			// The panic's own text may quote what somebody sent: its type and place are enough.
			a.Log.LogAttrs(r.Context(), slog.LevelError, "request panicked", slog.String("route", r.Pattern), slog.String("stack", string(debug.Stack())))
			a.fail(rw, r, errPanicked)
		}()
		if err := h(rw, r); err != nil {
			a.fail(rw, r, err)
		}
	}
}

var (
	errPanicked = errors.New("a handler panicked; its stack is in the line before")
	noStore     = []string{"no-store"}
	noSniff     = []string{"nosniff"}
)
