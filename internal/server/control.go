package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"muster/internal/reserve"
)

// controlName is the socket by which the operator's own commands reach a running node. Whoever may open it already
// owns the folder, so it asks for no sign-in.
const controlName = "control.sock"

// Status is what a running node says of itself. It holds counts, never people.
type Status struct {
	Node        string `json:"node"`
	Field       bool   `json:"field"`
	Locked      bool   `json:"locked"`
	Unlocking   bool   `json:"unlocking"`
	Done        int    `json:"done"`
	Total       int    `json:"total"`
	People      int    `json:"people"`
	Unopened    int64  `json:"unopened"`
	Unsequenced int64  `json:"unsequenced"`
	LogSize     int64  `json:"log_size"`
	Engine      string `json:"engine"`
}

// serveControl answers on the folder's socket until ctx ends.
func (n *Node) serveControl(ctx context.Context) error {
	path := filepath.Join(n.Folder.Path, controlName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, passwordMode); err != nil {
		return errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", n.controlStatus)
	mux.HandleFunc("POST /lock", func(rw http.ResponseWriter, _ *http.Request) {
		n.Lock()
		rw.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /unlock", n.controlUnlock)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: readHeaderTimeout}
	context.AfterFunc(ctx, func() { _ = srv.Close() }) // nothing on this socket outlives the node
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (n *Node) controlStatus(rw http.ResponseWriter, r *http.Request) {
	s, err := n.Status(r.Context())
	if err != nil {
		http.Error(rw, "status failed", http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(s) // the reader is this machine's own command; if it has gone, nobody misses the answer
}

// controlUnlock reads the passphrase from the body, never from an address or an argument, where other users could see it.
func (n *Node) controlUnlock(rw http.ResponseWriter, r *http.Request) {
	passphrase, err := io.ReadAll(io.LimitReader(r.Body, 1<<10))
	if err == nil {
		err = n.Unlock(context.WithoutCancel(r.Context()), strings.TrimRight(string(passphrase), "\r\n"))
	}
	if err == nil {
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	rw.WriteHeader(http.StatusConflict)
	_ = json.NewEncoder(rw).Encode(map[string]string{"kind": string(reserve.KindOf(err)), "code": reserve.CodeOf(err)}) // as above
}

// Control speaks to the node that runs on a data folder.
type Control struct{ client *http.Client }

// ErrNotRunning means that no node runs on the folder.
var ErrNotRunning = &reserve.Error{Kind: reserve.NotFound, Code: "not-running"}

// NewControl finds the running node of a data folder.
func NewControl(data string) *Control {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(data, controlName))
	}
	return &Control{&http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: 10 * time.Minute}}
}

// Status asks the node how it is.
func (c *Control) Status(ctx context.Context) (Status, error) {
	var s Status
	err := c.ask(ctx, http.MethodGet, "/status", "", &s)
	return s, err
}

// Lock locks the node.
func (c *Control) Lock(ctx context.Context) error {
	return c.ask(ctx, http.MethodPost, "/lock", "", nil)
}

// Unlock unlocks the node and returns when it is ready.
func (c *Control) Unlock(ctx context.Context, passphrase string) error {
	return c.ask(ctx, http.MethodPost, "/unlock", passphrase, nil)
}

func (c *Control) ask(ctx context.Context, method, path, body string, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://node"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return ErrNotRunning
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		var fault struct{ Kind, Code string }
		if err := json.NewDecoder(resp.Body).Decode(&fault); err != nil || fault.Code == "" {
			return errors.New("the node could not do it; its log says why")
		}
		return &reserve.Error{Kind: reserve.Kind(fault.Kind), Code: fault.Code}
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
