package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"muster/internal/store"
)

// meters are the figures a monitor reads. Labels are route patterns, never addresses, so no person can be in one.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func (n *Node) newMeters() meters {
	m := meters{registry: prometheus.NewRegistry(), requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "muster_request_seconds", Help: "Time to answer, by route pattern and status.", Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10},
	}, []string{"route", "status"})}
	m.registry.MustRegister(m.requests, collector{n})
	return m
}

// collector reads the node's own figures when a monitor asks, not before.
type collector struct{ n *Node }

var (
	meterUnlocked    = prometheus.NewDesc("muster_unlocked", "1 where people can be read and texts sent.", nil, nil)
	meterPeople      = prometheus.NewDesc("muster_people", "People in the memory of an unlocked node.", nil, nil)
	meterUnopened    = prometheus.NewDesc("muster_registrations_unopened", "Registrations that no unlocked node has opened yet.", nil, nil)
	meterLog         = prometheus.NewDesc("muster_audit_entries", "Entries of the audit log.", nil, nil)
	meterUnsequenced = prometheus.NewDesc("muster_audit_unsequenced_seconds", "Age of the oldest act that has no place in the log yet.", nil, nil)
)

// Describe names the figures.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{meterUnlocked, meterPeople, meterUnopened, meterLog, meterUnsequenced} {
		out <- d
	}
}

// Collect reads them; what cannot be read is left out, and the monitor notices its absence.
func (c collector) Collect(out chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), statusTime)
	defer stop()
	gauge := func(d *prometheus.Desc, v float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	s, err := c.n.Status(ctx)
	if err != nil {
		return
	}
	unlocked := 1.0
	if s.Locked {
		unlocked = 0
	}
	gauge(meterUnlocked, unlocked)
	gauge(meterPeople, float64(s.People))
	gauge(meterUnopened, float64(s.Unopened))
	gauge(meterLog, float64(s.LogSize))
	var oldest int64
	err = c.n.Store.View(ctx, func(r *store.Read) error {
		_, oldest, err = r.Unsequenced()
		return err
	})
	if err == nil {
		age := 0.0
		if oldest > 0 {
			age = c.n.Now().Sub(store.Time(oldest)).Seconds()
		}
		gauge(meterUnsequenced, age)
	}
}

// measured counts each answer under its route's pattern.
func (n *Node) measured(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		start := time.Now()
		seen := &statusSeen{ResponseWriter: rw}
		h.ServeHTTP(seen, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		n.meters.requests.WithLabelValues(route, strconv.Itoa(seen.status())).Observe(time.Since(start).Seconds())
	})
}

// statusSeen remembers the status of an answer.
type statusSeen struct {
	http.ResponseWriter
	code int
}

// WriteHeader remembers.
func (s *statusSeen) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach what lies below.
func (s *statusSeen) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *statusSeen) status() int {
	if s.code == 0 {
		return http.StatusOK
	}
	return s.code
}

// serveMetrics answers monitors on a listener of its own, which nothing public reaches; without an address it waits for the end.
func (n *Node) serveMetrics(ctx context.Context) error {
	if n.Metrics == "" {
		<-ctx.Done()
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.Metrics)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.meters.registry, promhttp.HandlerOpts{}))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: readHeaderTimeout}
	context.AfterFunc(ctx, func() { _ = srv.Close() }) // a monitor asks again
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
