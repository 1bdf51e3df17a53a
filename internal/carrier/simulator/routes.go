package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostAsked bounds the body of a request to the simulator's own routes.
const mostAsked = 64 << 10

// Routes is the simulator's remote control: POST /simulator/texts {"from","text"}, /simulator/calls {"from"},
// /simulator/sent {"to","after"} and /simulator/settings. It plays phones, so whoever mounts it must not serve real people.
func (s *Simulator) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /simulator/texts", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			From string `json:"from"`
			Text string `json:"text"`
		}
		if read(w, r, &in) {
			s.answer(w, r, http.StatusAccepted, map[string]string{"id": s.Text(in.From, in.Text)})
		}
	})
	mux.HandleFunc("POST /simulator/calls", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			From string `json:"from"`
		}
		if read(w, r, &in) {
			s.answer(w, r, http.StatusAccepted, map[string]string{"id": s.Call(in.From)})
		}
	})
	mux.HandleFunc("POST /simulator/sent", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			To    string `json:"to"`
			After since  `json:"after"`
		}
		if read(w, r, &in) {
			s.answer(w, r, http.StatusOK, map[string]any{"sent": in.After.cut(s.Sent(in.To, in.After.seq))})
		}
	})
	mux.HandleFunc("POST /simulator/settings", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		to := s.settings
		s.mu.Unlock()
		if read(w, r, &to) { // what is not named stays
			s.Set(to)
			s.answer(w, r, http.StatusOK, to)
		}
	})
	return mux
}

// since is where a list of sent texts begins: after a sequence number, or after an instant.
type since struct {
	seq int
	at  time.Time
}

// UnmarshalJSON reads 12, "12" or "2026-11-24T12:00:00Z"; null is the beginning.
func (s *since) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "" || text == "null" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err == nil {
		s.seq = n
		return nil
	}
	s.at, err = time.Parse(time.RFC3339, text)
	return err
}

func (s since) cut(list []Sent) []Sent {
	return slices.DeleteFunc(list, func(m Sent) bool { return !s.at.IsZero() && !m.At.After(s.at) })
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostAsked))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"title":"the request is not the JSON this route takes","status":400,"code":"bad-json"}`)) // the client has gone
		return false
	}
	return true
}

// answer lets what is due happen first, so that a text sent without delay has been posted when the answer comes.
func (s *Simulator) answer(w http.ResponseWriter, r *http.Request, status int, out any) {
	_, err := s.Step(r.Context())
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.Header().Set("Muster-Simulator", "the house did not take it yet")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // the client has gone
}
