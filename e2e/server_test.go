package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is one running process of the product.
type server struct {
	url   string
	admin string // where figures and profiles are
	data  string // DATA_DIR
	cmd   *exec.Cmd
	log   *tail
	gone  chan struct{} // closed when the process has ended
}

// start runs the binary on a free port of the loopback and waits until it is
// ready. origin is the address people use: that of the process itself where
// empty. A port that somebody else took meanwhile is given up for another.
func start(data, origin string, args ...string) (*server, error) {
	return startWith(nil, data, origin, args...)
}

// startWith is start with settings of its own, each NAME=value.
func startWith(env []string, data, origin string, args ...string) (*server, error) {
	for try := 1; ; try++ {
		s, err := launch(env, data, origin, args)
		if err == nil || try == 3 || !strings.Contains(err.Error(), "in use by another program") {
			return s, err
		}
	}
}

func launch(env []string, data, origin string, args []string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddr()
	if err != nil {
		return nil, err
	}
	program, err := binary()
	if err != nil {
		return nil, err
	}
	whole, err := os.CreateTemp(folder, "server-*.log")
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + addr, admin: "http://" + admin, data: data, log: &tail{whole: whole}, gone: make(chan struct{})}
	if origin == "" {
		origin = s.url
	}
	s.cmd = exec.Command(program, args...)
	s.cmd.Dir = folder // where no file of settings is
	s.cmd.Env = append(cleanEnv(), "HTTP_ADDR="+addr, "ADMIN_ADDR="+admin, "DATA_DIR="+data, "DEMO_NOW="+demoNow, "BASE_URL="+origin,
		// The crawls open more in a minute than anybody does in a week; the cap has tests of its own.
		"RECORDS_PER_HOUR=100000", "LISTED_PER_HOUR=1000000",
		"UNREVIEWED_LANGUAGES=ar") // one that is read from right to left
	s.cmd.Env = append(s.cmd.Env, env...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(s.cmd.SysProcAttr)
	if err := s.run(); err != nil {
		return nil, err
	}
	running.Store(s.url, s)
	if err := s.awaitReady(3 * time.Minute); err != nil {
		_ = s.cmd.Process.Kill()
		return nil, fmt.Errorf("%w\n%s", err, s.log)
	}
	return s, nil
}

// running are the processes by their addresses.
var running sync.Map

// logOf is the end of the output of the process at an address.
func logOf(base string) string {
	if s, ok := running.Load(base); ok {
		return s.(*server).log.String()
	}
	return "no process of this test listens at " + base
}

// run starts the process from a thread that lives as long as the process does:
// the kernel's promise of tie is about the thread.
func (s *server) run() error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			_ = s.cmd.Wait()
			_ = s.log.whole.Close()
			close(s.gone)
		}
	}()
	return <-started
}

// awaitReady asks until the server says it is ready.
func (s *server) awaitReady(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return poll(ctx, func() (bool, error) {
		select {
		case <-s.gone:
			return false, errors.New("the server ended before it was ready")
		default:
		}
		res, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false, nil //nolint:nilerr // nobody listens yet
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK, nil
	})
}

// stop ends the server as Ctrl-C does.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-s.gone:
		return nil
	case <-time.After(40 * time.Second):
		_ = s.cmd.Process.Kill()
		return fmt.Errorf("the server did not stop on Ctrl-C\n%s", s.log)
	}
}

// kill ends the server without a word, as kill -9 does.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	<-s.gone
}

// another starts a second process on the database of the first.
func (s *server) another(t testing.TB) *server {
	t.Helper()
	second, err := start(s.data, s.url, "serve")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := second.stop(); err != nil {
			t.Error(err)
		}
	})
	return second
}

// ownSite starts a copy with its own database, for a test that breaks things.
func ownSite(t testing.TB, name, cases string) *server {
	t.Helper()
	s, err := start(filepath.Join(folder, name), "", "demo", "--cases", cases)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// databaseProcesses lists the processes that work in the folder of the private
// PostgreSQL, which is where each of them stands.
func (s *server) databaseProcesses() []string {
	var left []string
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		dir, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(dir, s.data+"/") {
			continue
		}
		if stat, err := os.ReadFile(filepath.Join(filepath.Dir(link), "stat")); err == nil && !strings.Contains(string(stat), ") Z ") {
			left = append(left, filepath.Base(filepath.Dir(link)))
		}
	}
	return left
}

// cleanEnv is the environment without settings of a product that may run here.
func cleanEnv() []string {
	var out []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "DATABASE_URL", "DATABASE_OWNER_URL", "APP_ENV", "HTTP_ADDR", "ADMIN_ADDR", "DATA_DIR", "DEMO_NOW", "BASE_URL":
		default:
			out = append(out, kv)
		}
	}
	return out
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// poll asks until the answer is yes, an error, or the end of ctx.
func poll(ctx context.Context, ask func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if yes, err := ask(); yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// until waits for something to become true, and fails when it does not in time.
func until(t testing.TB, limit time.Duration, what string, ask func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := poll(ctx, func() (bool, error) { return ask(), nil }); err != nil {
		t.Fatalf("%s did not happen within %s", what, limit)
	}
}

// tail keeps all of a server's output in a file, and the last lines for the
// message of a failure.
type tail struct {
	mu    sync.Mutex
	whole *os.File
	lines []string
}

// Write takes some output of the server. The line it writes for every request
// says little about a failure.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, err := t.whole.Write(p); err != nil {
		return n, err
	}
	for s := bufio.NewScanner(strings.NewReader(string(p))); s.Scan(); {
		if line := s.Text(); !strings.Contains(line, "level=INFO msg=request") {
			t.lines = append(t.lines, line)
		}
	}
	if len(t.lines) > 40 {
		t.lines = t.lines[len(t.lines)-40:]
	}
	return len(p), nil
}

// String is the end of the output.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
