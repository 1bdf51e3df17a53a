package api

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"muster/internal/reserve"
)

// maxRegistration is the greatest body of a registration: four phones, a note and every consent fit ten times over.
const maxRegistration = 64 << 10

// register takes one registration. It is the one route that thousands use at once, so it goes around the machinery of
// the staff's routes: no reflection, one pass over the body.
func (a *API) register(rw http.ResponseWriter, r *http.Request) error {
	if err := a.limits.take(a.Address(r)); err != nil {
		return err
	}
	if a.waiting.Add(1) > a.MaxWaiting {
		a.waiting.Add(-1)
		return &reserve.Error{Kind: reserve.Busy, Code: "busy"}
	}
	defer a.waiting.Add(-1)
	body, err := a.body(rw, r, maxRegistration)
	if err != nil {
		return err
	}
	sent, bad := parse(body)
	if len(bad) > 0 {
		return badBody{bad}
	}
	app := application(&sent)
	app.Drive = r.PathValue("drive")
	actor := reserve.Self()
	if r.Header.Get("Authorization") != "" {
		in, err := a.signedIn(r)
		if err != nil {
			return err
		}
		// A reference belongs to its sender: the account, so that a new token of the same tablet repeats the old one's.
		actor, app.Sender = in.Actor, string(in.Actor.Kind)+":"+in.Actor.ID
	}
	receipt, err := a.Registry.Apply(r.Context(), actor, app)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if receipt.Repeat {
		status = http.StatusOK
	}
	// Number, state and token are of our own letters: nothing in them needs a backslash.
	write(rw, status, "application/json", []byte(`{"receipt":"`+receipt.Number+`","state":"`+string(receipt.State)+`","me":"/me/`+receipt.Token.Reveal()+`"}`))
	return nil
}

// body reads a JSON body, as one string whose parts the decoder hands on without copying.
func (a *API) body(rw http.ResponseWriter, r *http.Request, most int64) (string, error) {
	if kind := r.Header.Get("Content-Type"); !isJSON(kind) {
		return "", unsupported("content-type")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return "", unsupported("content-encoding") // what unpacks can unpack to anything
	}
	if r.ContentLength > most {
		return "", &http.MaxBytesError{Limit: most}
	}
	var b strings.Builder
	if r.ContentLength > 0 {
		b.Grow(int(r.ContentLength))
	}
	buf := a.buffers.Get().(*[]byte)
	defer a.buffers.Put(buf)
	_, err := io.CopyBuffer(onlyWriter{&b}, onlyReader{http.MaxBytesReader(rw, r.Body, most)}, *buf)
	if err != nil && !errors.As(err, new(*http.MaxBytesError)) {
		return "", errGone // the body broke off: the connection is gone
	}
	return b.String(), err
}

// onlyReader and onlyWriter hide whatever else a stream can do, so that io.CopyBuffer uses the buffer it is given.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)

// isJSON reports whether a Content-Type says JSON in UTF-8.
func isJSON(kind string) bool {
	if kind == "application/json" {
		return true
	}
	media, rest, more := strings.Cut(kind, ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return false
	}
	name, charset, _ := strings.Cut(rest, "=")
	return !more || strings.TrimSpace(rest) == "" || strings.EqualFold(strings.TrimSpace(name), "charset") && strings.EqualFold(strings.Trim(strings.TrimSpace(charset), `"`), "utf-8")
}

// Admit counts a registration that comes by another door from the same address, the public form: one limit for both, so that
// nobody has two. The error is TooMany.
func (a *API) Admit(r *http.Request) error { return a.limits.take(a.Address(r)) }
