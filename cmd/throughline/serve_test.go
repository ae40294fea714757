package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"throughline/internal/testkit"
)

// site runs parts until the test stops them, and tells how they ended.
func site(t *testing.T, cfg Config, d parts) (url string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.listener, d.log = l, slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan error, 1)
	go func() { end <- serve(ctx, cfg, d) }()
	return "http://" + l.Addr().String(), func() error {
		cancel()
		return <-end
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url) //nolint:gosec // the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestAStopLetsRequestsAndJobsEnd(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	var drained, jobsEnded bool
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-release
		if err := r.Context().Err(); err != nil {
			t.Errorf("the request in flight was cancelled: %v", err)
		}
		_, _ = w.Write([]byte("whole"))
	})
	url, stop := site(t, Config{AdminAddr: "off"}, parts{
		handler: handler,
		drain:   func() { drained = true; close(release) },
		work:    func(ctx context.Context) error { <-ctx.Done(); jobsEnded = true; return nil },
	})
	answer := make(chan string)
	go func() {
		_, body := get(t, url)
		answer <- body
	}()
	<-begun
	end := make(chan error)
	go func() { end <- stop() }()
	if got := <-answer; got != "whole" {
		t.Errorf("got %q, want the whole answer", got)
	}
	if err := <-end; err != nil {
		t.Errorf("got %v, want an end in order", err)
	}
	if !drained || !jobsEnded {
		t.Errorf("got drained %v and jobs ended %v, want both", drained, jobsEnded)
	}
}

func TestWhatFailsEndsTheRest(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = serve(t.Context(), Config{AdminAddr: "off"}, parts{
		listener: l, log: slog.New(slog.DiscardHandler), handler: http.NotFoundHandler(),
		work: func(context.Context) error { return io.ErrUnexpectedEOF },
	})
	if err != io.ErrUnexpectedEOF { //nolint:errorlint // the very error
		t.Errorf("got %v, want the job's error", err)
	}
}

func TestFiguresAndProfilesAreOnTheirOwnAddressOnly(t *testing.T) {
	t.Parallel()
	admin := freeAddr(t)
	a, cfg := joined(t, "ADMIN_ADDR="+admin)
	url, stop := site(t, cfg, a.parts(nil))
	defer func() { _ = stop() }()
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/vars", "/debug/pprof/heap"} {
		if code, _ := get(t, url+path); code != http.StatusNotFound {
			t.Errorf("%s: got %d where people come, want 404", path, code)
		}
	}
	code, body := get(t, "http://"+admin+"/metrics")
	if code != http.StatusOK || !strings.Contains(body, "throughline_database_connections") || !strings.Contains(body, `throughline_http_request_seconds_count{code="404"`) {
		t.Errorf("got %d and %.200s, want the figures", code, body)
	}
	if code, _ := get(t, "http://"+admin+"/debug/pprof/goroutine?debug=1"); code != http.StatusOK {
		t.Errorf("got %d, want a profile", code)
	}
}

// joined is the app on a database of the test's own.
func joined(t *testing.T, environ ...string) (*app, Config) {
	t.Helper()
	d := testkit.Postgres(t)
	p := with(t, "", append(environ, "DATA_DIR="+t.TempDir(), "DATABASE_URL="+d.AppDSN, "DATABASE_OWNER_URL="+d.OwnerDSN)...)
	cfg, err := p.load(toServe)
	if err != nil {
		t.Fatal(err)
	}
	if err := makeKeys(cfg); err != nil {
		t.Fatal(err)
	}
	a, err := newApp(t.Context(), cfg, d.AppDSN, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	return a, cfg
}

func TestReadyzSaysNoWhenItIsAboutToStop(t *testing.T) {
	t.Parallel()
	a, cfg := joined(t, "ADMIN_ADDR=off")
	url, stop := site(t, cfg, a.parts(nil))
	defer func() { _ = stop() }()
	if code, body := get(t, url+"/readyz"); code != http.StatusOK {
		t.Errorf("got %d %s, want 200", code, body)
	}
	a.draining.Store(true)
	if code, _ := get(t, url+"/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", code)
	}
	if code, _ := get(t, url+"/healthz"); code != http.StatusOK {
		t.Errorf("got %d, want the process to live", code)
	}
}

func TestADatabaseThatIsNotMigratedIsRefusedInWords(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	plant(t, d.OwnerDSN, "DELETE FROM goose_db_version WHERE version_id > 3")
	p := with(t, "", "DATA_DIR="+t.TempDir(), "DATABASE_URL="+d.AppDSN, "HTTP_ADDR="+freeAddr(t), "ADMIN_ADDR=off")
	cfg, err := p.load(toServe)
	if err != nil {
		t.Fatal(err)
	}
	err = p.site(t.Context(), cfg, siteOptions{})
	if err == nil || !strings.Contains(err.Error(), "throughline migrate up") {
		t.Errorf("got %v, want what to do", err)
	}
}

func TestAnAddressInUseIsSaidInWords(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, err = listen(l.Addr().String(), "HTTP_ADDR")
	if err == nil || !strings.Contains(err.Error(), "in use by another program") || !strings.Contains(err.Error(), "HTTP_ADDR") {
		t.Errorf("got %v, want it to say what to do", err)
	}
}

func TestASlowClientIsCutOff(t *testing.T) {
	t.Parallel()
	s := server(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout > 5*time.Second || s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 {
		t.Errorf("got %+v, want a limit on everything a client can be slow at", s)
	}
}
