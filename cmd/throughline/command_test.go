package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asProgram makes this test binary be the program itself, as its own process.
const asProgram = "THROUGHLINE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// call runs a command line in this process and returns what it printed.
func call(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	p := program{environ: environ, dir: t.TempDir(), stdout: &out, stderr: &errs}
	code = execute(t.Context(), p, args)
	return code, out.String(), errs.String()
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environ []string
		args    []string
		code    int
		says    string
	}{
		"nothing said":             {nil, nil, exitUsage, "needs one of"},
		"an unknown command":       {nil, []string{"srve"}, exitUsage, "srve"},
		"an unknown part":          {nil, []string{"migrate", "down"}, exitUsage, "down"},
		"no part":                  {nil, []string{"migrate"}, exitUsage, "status"},
		"an unknown flag":          {nil, []string{"serve", "--fast"}, exitUsage, "--fast"},
		"a flag without sense":     {nil, []string{"demo", "--cases", "-1"}, exitUsage, "--cases"},
		"too much":                 {nil, []string{"openapi", "x"}, exitUsage, "See throughline openapi --help"},
		"bad settings":             {[]string{"LOG_LEVEL=loud"}, []string{"serve"}, exitUsage, "LOG_LEVEL must"},
		"a demo in production":     {[]string{"APP_ENV=production"}, []string{"demo"}, exitUsage, "no demo data"},
		"no owner":                 {[]string{"DATABASE_URL=postgres://a@h/d"}, []string{"migrate", "up"}, exitUsage, "DATABASE_OWNER_URL"},
		"a reset of another's":     {[]string{"DATABASE_URL=postgres://a@h/d"}, []string{"demo", "reset"}, exitUsage, "nly the private database"},
		"a database that is not":   {[]string{"DATABASE_URL=postgres://a@127.0.0.1:1/d", "DATABASE_OWNER_URL=postgres://a@127.0.0.1:1/d"}, []string{"migrate", "up"}, exitFailed, "onnect"},
		"the version":              {nil, []string{"--version"}, exitFine, "throughline version"},
		"the roles a server needs": {nil, []string{"migrate", "roles"}, exitFine, "CREATE DATABASE throughline OWNER throughline_owner"},
		"the API's description":    {nil, []string{"openapi"}, exitFine, "openapi: 3.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := call(t, test.environ, test.args...)
			if code != test.code || !strings.Contains(stdout+stderr, test.says) {
				t.Errorf("got exit %d and %q %q, want %d and %q", code, stdout, stderr, test.code, test.says)
			}
		})
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	for _, path := range [][]string{
		{}, {"demo"}, {"demo", "reset"}, {"serve"}, {"work"}, {"migrate"}, {"migrate", "up"}, {"migrate", "status"}, {"openapi"}, {"doctor"}, {"import"}, {"import", "directory"},
	} {
		code, stdout, _ := call(t, nil, append(path, "--help")...)
		if code != exitFine || !strings.Contains(stdout, "Usage:") {
			t.Errorf("%v --help: got exit %d and %q, want help", path, code, stdout)
		}
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// process is the program as its own process, serving a demo without cases.
type process struct {
	cmd  *exec.Cmd
	addr string
	data string // where its PostgreSQL works
	out  *bufio.Reader
	end  chan error
}

func startDemo(t *testing.T, dir string) *process {
	t.Helper()
	p := &process{addr: freeAddr(t), data: filepath.Join(dir, "var", "postgres", "data"), end: make(chan error, 1)}
	p.cmd = exec.Command(os.Args[0], "demo", "--cases", "0")
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), asProgram+"=1", "HTTP_ADDR="+p.addr, "ADMIN_ADDR=off", "DATABASE_URL=", "DATABASE_OWNER_URL=", "DEMO_NOW=2026-11-20T09:00:00Z")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	for line := ""; !strings.Contains(line, "Ctrl-C"); {
		if line, err = p.out.ReadString('\n'); err != nil {
			t.Fatalf("it ended before it said where it is: %v", p.cmd.Wait())
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, p.out)
		p.end <- p.cmd.Wait()
	}()
	return p
}

// gone waits until no process works in the data any more.
func (p *process) gone(t *testing.T) {
	t.Helper()
	left := func() (pids []string) {
		links, _ := filepath.Glob("/proc/[0-9]*/cwd")
		for _, link := range links {
			if to, err := os.Readlink(link); err == nil && to == p.data {
				pids = append(pids, link)
			}
		}
		return pids
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for tick := time.Tick(20 * time.Millisecond); len(left()) > 0; {
		select {
		case <-ctx.Done():
			t.Fatalf("processes left: %v", left())
		case <-tick:
		}
	}
}

func TestADemoStopsWhole(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "throughline-demo")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}

	first := startDemo(t, dir)
	res, err := http.Get("http://" + first.addr + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("got %s, want it ready when it says so", res.Status)
	}
	if err := first.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-first.end; err != nil {
		t.Errorf("Ctrl-C: got %v, want exit 0", err)
	}
	first.gone(t)

	second := startDemo(t, dir) // the data is still there: nothing is made again
	if err := second.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-second.end; err == nil {
		t.Error("got exit 0 after kill -9, want the signal told")
	}
	second.gone(t)

	var out, errs strings.Builder
	p := program{environ: []string{"DATA_DIR=" + filepath.Join(dir, "var")}, dir: dir, stdout: &out, stderr: &errs}
	if code := execute(t.Context(), p, []string{"demo", "reset"}); code != exitFine {
		t.Errorf("demo reset: got exit %d and %s", code, errs.String())
	}
	if _, err := os.Stat(second.data); err == nil {
		t.Error("the data is still there after demo reset")
	}
}
