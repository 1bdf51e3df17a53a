package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
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
	return n.measured(guarded)
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

// statusTime is how long a metrics read may take.
const statusTime = 5 * time.Second
