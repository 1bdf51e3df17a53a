package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// BenchmarkRegistration measures the whole route with a real store on disk, from many senders at once so that commits are
// shared as in a rush. The clock moves on so that the limit of an address does not stop it.
func BenchmarkRegistration(b *testing.B) {
	h := newHouse(b)
	body := amina("@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@")
	b.ReportAllocs()
	b.SetParallelism(64)
	next := make(chan int, 1)
	next <- 0
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := <-next
			next <- n + 1
			if n%400 == 0 {
				h.clock.Add(time.Minute)
			}
			ref := fmt.Sprintf("%032d", n)
			r := httptest.NewRequest("POST", registrations, strings.NewReader(strings.Replace(body, "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@", ref, 1)))
			r.Header.Set("Content-Type", "application/json")
			rw := httptest.NewRecorder()
			h.mux.ServeHTTP(rw, r)
			if rw.Code != http.StatusCreated {
				b.Errorf("got %d %s", rw.Code, rw.Body)
				return
			}
		}
	})
}

// sink takes an answer and keeps nothing.
type sink struct {
	head   http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.head }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkDecoding measures what this package itself adds to a registration: mux, limit, reading the body, JSON, and the
// answer; a drive that does not exist ends it before the registry works.
func BenchmarkDecoding(b *testing.B) {
	h := newHouse(b)
	body := []byte(amina(ref1))
	r := httptest.NewRequest("POST", "/api/v1/drives/test-drive/registrations", nil)
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = int64(len(body))
	reader := bytes.NewReader(body)
	r.Body = io.NopCloser(reader)
	r.RemoteAddr = "192.0.2.1:1234"
	a := New(Config{Registry: h.reg, Lang: h.lang, Now: h.clock.Now})
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%400 == 0 {
			h.clock.Add(time.Minute)
		}
		reader.Reset(body)
		rw := &sink{head: http.Header{}}
		if err := a.limits.take(a.Address(r)); err != nil {
			b.Fatal(err)
		}
		text, err := a.body(rw, r, maxRegistration)
		if err != nil {
			b.Fatal(err)
		}
		v, bad := parse(text)
		if len(bad) > 0 {
			b.Fatal(bad)
		}
		if app := application(&v); len(app.Faults) > 0 || app.Name == "" {
			b.Fatal(app.Faults)
		}
		write(rw, http.StatusCreated, "application/json", body[:80])
	}
}
