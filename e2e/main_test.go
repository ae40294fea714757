// Package e2e tests the product from outside: it builds the one binary, starts
// it as a newcomer would, and talks to it through sockets and a real browser.
// It imports none of the product's packages.
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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// demoNow is when the demo copy believes it is: a Thursday morning, so that
// working-day clocks have days ahead of them.
const demoNow = "2026-11-19T09:40:00Z"

// password is what every demo sign-in takes.
const password = "correct horse battery staple"

// site is the running copy all tests of this package share.
var site server

type server struct {
	url  string
	dir  string
	bin  string
	cmd  *exec.Cmd
	log  *tail
	addr string
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "tle2e")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return 1, err
	}
	bin := filepath.Join(dir, "throughline")
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/throughline").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building: %w\n%s", err, out)
	}
	if site, err = start(bin, filepath.Join(dir, "var"), "demo", "--cases", "400"); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, site.stop()) }()
	return m.Run(), nil
}

// start runs the binary on a free port of the loopback and waits until it is ready.
func start(bin, data string, args ...string) (server, error) {
	addr, err := freeAddr()
	if err != nil {
		return server{}, err
	}
	admin, err := freeAddr()
	if err != nil {
		return server{}, err
	}
	s := server{url: "http://" + addr, dir: data, bin: bin, addr: addr, log: &tail{}}
	s.cmd = exec.Command(bin, args...)
	s.cmd.Env = append(cleanEnv(), "HTTP_ADDR="+addr, "ADMIN_ADDR="+admin, "DATA_DIR="+data, "DEMO_NOW="+demoNow, "BASE_URL=http://"+addr)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		return s, err
	}
	gone := make(chan error, 1)
	go func() { gone <- s.cmd.Wait() }()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-gone:
			return s, fmt.Errorf("the server ended before it was ready: %v\n%s", err, s.log)
		case <-ctx.Done():
			_ = s.cmd.Process.Kill()
			return s, fmt.Errorf("the server was not ready in time\n%s", s.log)
		case <-tick.C:
			res, err := http.Get(s.url + "/readyz")
			if err != nil {
				continue
			}
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return s, nil
			}
		}
	}
}

func (s server) stop() error {
	if s.cmd == nil || s.cmd.Process == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	deadline := time.Now().Add(40 * time.Second)
	for time.Now().Before(deadline) {
		if err := s.cmd.Process.Signal(syscall.Signal(0)); err != nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	_ = s.cmd.Process.Kill()
	return fmt.Errorf("the server did not stop on Ctrl-C\n%s", s.log)
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
	defer l.Close()
	return l.Addr().String(), nil
}

// tail keeps the last lines of a server's output for the message of a failure.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := bufio.NewScanner(strings.NewReader(string(p))); s.Scan(); {
		t.lines = append(t.lines, s.Text())
	}
	if len(t.lines) > 60 {
		t.lines = t.lines[len(t.lines)-60:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
