package api

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"muster/internal/reserve"
)

// Idempotency keys of staff requests (the header Idempotency-Key). A key belongs to its sender and route. Answers are kept in
// this node's memory for a day at most: they may hold personal data, which lies nowhere in clear on disk. A restart
// forgets them; that costs no harm, because every change below is once-only by its own conditional update as well.
const (
	keptFor     = 24 * time.Hour
	keptAnswers = 10_000
	keptBytes   = 32 << 20
	longestKey  = 200
)

// kept is one answer, or one that is being worked out while done is open.
type kept struct {
	done   chan struct{}
	sent   [sha256.Size]byte // of the request's body
	until  time.Time
	status int
	head   http.Header
	body   []byte
}

// answers are those kept.
type answers struct {
	mu    sync.Mutex
	byKey map[[sha256.Size]byte]*kept
	order [][sha256.Size]byte // oldest first
	bytes int
}

// once answers a repeat of a request with the same key by the first answer. The same key with another body is a conflict. A
// failure of ours, or one that passes by itself, is not kept: the same request may be tried again.
func (a *API) once(next func(rw http.ResponseWriter, r *http.Request) error) func(rw http.ResponseWriter, r *http.Request) error {
	return func(rw http.ResponseWriter, r *http.Request) error {
		key := r.Header.Get("Idempotency-Key")
		if key == "" {
			return next(rw, r)
		}
		if len(key) > longestKey {
			return reserve.Faults{reserve.Fault("idempotency-key", "too-long")}
		}
		text, err := a.body(rw, withType(r), maxBody)
		if err != nil {
			return err
		}
		r.Body = http.NoBody
		if r.ContentLength != 0 {
			r.Body = &textBody{Reader: bytes.NewReader([]byte(text))}
		}
		name := sha256.Sum256([]byte(r.Header.Get("Authorization") + "\x00" + r.Method + " " + r.URL.Path + "\x00" + key))
		k, first := a.answers.claim(name, sha256.Sum256([]byte(text)), a.Now())
		if !first {
			return k.repeat(rw, r, sha256.Sum256([]byte(text)))
		}
		rec := &recorder{ResponseWriter: rw, status: http.StatusInternalServerError} // what stays if the handler panics
		defer func() { a.answers.settle(name, k, rec) }()
		if err := next(rec, r); err != nil {
			a.fail(rec, r, err)
		}
		return nil
	}
}

// withType lets a request without a body pass the check of its type.
func withType(r *http.Request) *http.Request {
	if r.ContentLength != 0 {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Set("Content-Type", "application/json")
	return r
}

type textBody struct{ *bytes.Reader }

func (*textBody) Close() error { return nil }

// claim finds the answer under a name, or begins it; first tells which.
func (s *answers) claim(name, sent [sha256.Size]byte, now time.Time) (k *kept, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[[sha256.Size]byte]*kept{}
	}
	for len(s.order) > 0 {
		old := s.byKey[s.order[0]]
		if old != nil && now.Before(old.until) && len(s.order) < keptAnswers && s.bytes < keptBytes {
			break
		}
		s.drop(s.order[0])
		s.order = s.order[1:]
	}
	if k = s.byKey[name]; k != nil {
		return k, false
	}
	k = &kept{done: make(chan struct{}), sent: sent, until: now.Add(keptFor)}
	s.byKey[name] = k
	s.order = append(s.order, name)
	return k, true
}

func (s *answers) drop(name [sha256.Size]byte) {
	if k := s.byKey[name]; k != nil {
		s.bytes -= len(k.body)
		delete(s.byKey, name)
	}
}

// settle keeps an answer, or forgets that it was begun.
func (s *answers) settle(name [sha256.Size]byte, k *kept, rec *recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.status, k.head, k.body = rec.status, rec.Header().Clone(), rec.body.Bytes()
	close(k.done)
	if s.byKey[name] != k {
		return // pushed out meanwhile
	}
	if passing(rec.status) {
		delete(s.byKey, name)
		return
	}
	s.bytes += len(k.body)
}

func passing(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusUnauthorized || status == http.StatusForbidden
}

// repeat waits for the first answer and gives it again.
func (k *kept) repeat(rw http.ResponseWriter, r *http.Request, sent [sha256.Size]byte) error {
	if sent != k.sent {
		return &reserve.Error{Kind: reserve.Conflict, Code: "conflict", Field: "idempotency-key"}
	}
	select {
	case <-k.done:
	case <-r.Context().Done():
		return errGone
	}
	for name, list := range k.head {
		rw.Header()[name] = list
	}
	rw.Header().Set("Idempotency-Replayed", "true")
	write(rw, k.status, k.head.Get("Content-Type"), k.body)
	return nil
}

// recorder keeps what is answered while it is sent.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.body.Write(p)
	return r.ResponseWriter.Write(p)
}
