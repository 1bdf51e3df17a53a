package server

import (
	"compress/gzip"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Serve listens where the configuration says and runs the node until ctx ends; then it stops in the reverse order.
func (n *Node) Serve(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.Listen)
	if err != nil {
		return errors.Join(err, n.Close())
	}
	n.Log.LogAttrs(ctx, slog.LevelInfo, "listening", slog.String("address", l.Addr().String()), slog.Bool("locked", !n.Ready()))
	return errors.Join(n.ServeOn(ctx, l, n.Handler()), n.Close())
}

// ServeOn runs the loops, the control socket, the metrics and a handler on a listener until ctx ends.
func (n *Node) ServeOn(ctx context.Context, l net.Listener, h http.Handler) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	wait := n.start(ctx)
	var side sync.WaitGroup
	for _, serve := range []func(context.Context) error{n.serveControl, n.serveMetrics} {
		side.Go(func() {
			if err := serve(ctx); err != nil {
				n.Log.LogAttrs(ctx, slog.LevelError, "side door closed", slog.String("error", err.Error()))
			}
		})
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)} // the standard server's own lines name addresses
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		stopped <- srv.Shutdown(end)
	})
	err := srv.Serve(l)
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = <-stopped
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close() // a console's stream never ends by itself
		}
	}
	wait()
	side.Wait()
	return err
}

// Handler is everything this node answers: its doors behind the protections all of them share.
func (n *Node) Handler() http.Handler {
	// Browsers say where a form came from; one from another site is refused. Phones that say nothing pass, so no state
	// ever changes on a GET, and the cookie of staff is SameSite.
	guarded := http.NewCrossOriginProtection().Handler(n.rooms())
	return n.measured(compressed(guarded))
}

// readyz is 200 on a node that takes registrations; the body says whether it can also read and send.
func (n *Node) readyz(rw http.ResponseWriter, r *http.Request) {
	if _, err := n.Status(r.Context()); err != nil {
		http.Error(rw, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	state := "locked"
	if n.Ready() {
		state = "unlocked"
	}
	_, _ = rw.Write([]byte(state + "\n")) // a probe that has gone needs no answer
}

// compressible are the answers worth compressing; below a packet's length nothing is gained, and a stream must not wait for a buffer.
func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") && !strings.HasPrefix(kind, "text/event-stream") || strings.HasPrefix(kind, "application/json") || strings.HasPrefix(kind, "application/javascript") || strings.HasPrefix(kind, "image/svg")
}

// compressed compresses pages for those who take gzip. A page on a slow phone network is mostly waiting for its bytes.
// The registrations' own route is left alone: its answers are shorter than a gzip header is worth.
func compressed(h http.Handler) http.Handler {
	pool := sync.Pool{New: func() any { return gzip.NewWriter(nil) }}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.ServeHTTP(rw, r)
			return
		}
		z := &zipped{ResponseWriter: rw, pool: &pool}
		defer z.end()
		h.ServeHTTP(z, r)
	})
}

// zipped decides at the first byte whether an answer is compressed.
type zipped struct {
	http.ResponseWriter
	pool    *sync.Pool
	writer  *gzip.Writer
	decided bool
}

func (z *zipped) decide() {
	if z.decided {
		return
	}
	z.decided = true
	h := z.Header()
	if h.Get("Content-Encoding") != "" || h.Get("Content-Length") != "" || !compressible(h.Get("Content-Type")) {
		return
	}
	h.Set("Content-Encoding", "gzip")
	h.Add("Vary", "Accept-Encoding")
	z.writer, _ = z.pool.Get().(*gzip.Writer)
	z.writer.Reset(z.ResponseWriter)
}

// WriteHeader decides before the headers leave.
func (z *zipped) WriteHeader(status int) {
	if status != http.StatusNoContent && status != http.StatusNotModified && status >= 200 {
		z.decide()
	}
	z.ResponseWriter.WriteHeader(status)
}

// Write compresses what is worth it.
func (z *zipped) Write(b []byte) (int, error) {
	z.decide()
	if z.writer == nil {
		return z.ResponseWriter.Write(b)
	}
	return z.writer.Write(b)
}

// Unwrap lets http.ResponseController reach what lies below, for streams.
func (z *zipped) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *zipped) end() {
	if z.writer == nil {
		return
	}
	_ = z.writer.Close() // the reader has gone; the handler has done its work
	z.pool.Put(z.writer)
}

// statusTime is how long a metrics read may take.
const statusTime = 5 * time.Second
