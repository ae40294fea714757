package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"throughline/internal/whole"
)

// A stop takes at most half a minute (security.md F10): the balancer is told,
// then requests in flight get drainLimit to end.
const (
	drainNotice = 3 * time.Second
	drainLimit  = 20 * time.Second
)

func newServeCmd(p program) *cobra.Command {
	var noWorker bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve people and systems",
		Long: `Serves the pages and the API on HTTP_ADDR, and figures and profiles on ADMIN_ADDR.
Jobs run in the same process, unless --no-worker says that throughline work runs
them elsewhere. Where DATABASE_URL is unset, and outside production, it starts a
private PostgreSQL.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.load(toServe)
			if err != nil {
				return err
			}
			return p.site(cmd.Context(), cfg, siteOptions{worker: !noWorker})
		},
	}
	cmd.Flags().BoolVar(&noWorker, "no-worker", false, "leave the jobs to throughline work")
	return cmd
}

// siteOptions are what serve and demo do differently.
type siteOptions struct {
	worker bool
	// before runs when the database is there and before anybody is served;
	// nil: the database has to be migrated already, if it is not private.
	before func(context.Context, *database) error
	// ready is told when the site answers.
	ready func()
}

// site opens the database, joins the parts and serves until ctx ends.
func (p program) site(ctx context.Context, cfg Config, o siteOptions) (err error) {
	listener, err := listen(string(cfg.HTTPAddr), "HTTP_ADDR")
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // serve closes it first, if it comes to that
	d, err := p.openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	ctx, cancel := d.watched(ctx)
	defer cancel(nil)
	if err := p.prepare(ctx, cfg, d, o.before); err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, d.appDSN, p.logger(cfg))
	if err != nil {
		return err
	}
	defer a.close()
	parts := a.parts(listener)
	if !o.worker {
		parts.work = nil
	}
	parts.ready = o.ready
	if err := serve(ctx, cfg, parts); err != nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause // the private database went away under us
	}
	return nil
}

// prepare brings the schema up to date where that is ours to do, and makes the
// keys a first start needs.
func (p program) prepare(ctx context.Context, cfg Config, d *database, before func(context.Context, *database) error) error {
	if cfg.Env != production {
		if err := makeKeys(cfg); err != nil {
			return err
		}
	}
	if before != nil {
		return before(ctx, d)
	}
	if d.local != nil {
		return p.migrated(ctx, d)
	}
	return nil
}

// listen takes the address before anything slow is done.
func listen(addr, setting string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s is in use by another program: stop that one, or set %s to another", addr, setting)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s (%s): %w", addr, setting, err)
	}
	return l, nil
}

// parts are what serve runs.
type parts struct {
	listener net.Listener
	handler  http.Handler
	work     func(context.Context) error // nil: the jobs run elsewhere
	watch    func(context.Context)       // looks for newer data keys; nil: nobody does
	drain    func()                      // readyz says no from here on
	ready    func()
	figures  []prometheus.Collector
	log      *slog.Logger
}

// serve runs the site, its administration address and its jobs until ctx
// ends or one of them fails. It then stops them in order: the balancer is told,
// requests in flight end, jobs in hand end.
func serve(ctx context.Context, cfg Config, d parts) error {
	figures := prometheus.NewRegistry()
	site := server(measured(figures, d.handler), d.log)
	site.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return ended(site.Serve(whole.Listen(d.listener))) })
	group.Go(func() error {
		<-running.Done()
		return drain(cfg, d, site)
	})
	if d.watch != nil {
		group.Go(func() error { d.watch(running); return nil })
	}
	if d.work != nil {
		group.Go(func() error { return d.work(running) })
	}
	if cfg.AdminAddr != "off" {
		figures.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
		figures.MustRegister(d.figures...)
		group.Go(func() error { return administer(running, cfg, figures, d.log) })
	}
	if d.ready != nil {
		d.ready()
	}
	d.log.Info("serving", "listening", d.listener.Addr().String(), "origin", cfg.origin(), "jobs", d.work != nil)
	given := time.AfterFunc(2*time.Second, giveBack) // the queue has begun by then
	defer given.Stop()
	return group.Wait()
}

// server sets limits that no slow or greedy client gets past (security.md T45).
func server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// drain lets requests in flight end. In production it first leaves a balancer
// the time to see that readyz says no.
func drain(cfg Config, d parts, site *http.Server) error {
	if d.drain != nil {
		d.drain()
	}
	if cfg.Env == production {
		time.Sleep(drainNotice)
	}
	ctx, cancel := context.WithTimeout(context.Background(), drainLimit)
	defer cancel()
	if err := site.Shutdown(ctx); err != nil {
		d.log.Warn("requests were cut off at the end", "after", drainLimit.String())
		return site.Close()
	}
	return nil
}

// administer serves figures and profiles on an address of its own, never on
// the one people use (security.md T50).
func administer(ctx context.Context, cfg Config, figures *prometheus.Registry, log *slog.Logger) error {
	l, err := listen(string(cfg.AdminAddr), "ADMIN_ADDR")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(figures, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	s := server(mux, log)
	s.WriteTimeout = 0 // a profile takes as long as it is asked to
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	return ended(s.Serve(l))
}

// measured counts requests and how long they take, by method and status.
func measured(figures *prometheus.Registry, h http.Handler) http.Handler {
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "throughline_http_request_seconds",
		Help:    "How long requests took.",
		Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "code"})
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "throughline_http_requests_in_flight",
		Help: "Requests being answered.",
	})
	figures.MustRegister(took, inFlight)
	return promhttp.InstrumentHandlerInFlight(inFlight, promhttp.InstrumentHandlerDuration(took, h))
}

// ended takes the error of a server that was asked to stop for none.
func ended(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
