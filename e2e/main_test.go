// Package e2e tests the product from outside: it builds the one binary, starts
// it as a newcomer would, and talks to it through sockets and a real browser.
// It imports none of the product's packages.
package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// demoNow is when the demo copy believes it is: a Thursday morning, so that
// working-day clocks have days ahead of them.
const demoNow = "2026-11-19T09:40:00Z"

// password is what every demo sign-in takes.
const password = "correct horse battery staple"

// demoCases is how many cases the copy under test begins with: enough for full
// lists and figures, few enough to start in a moment.
const demoCases = "400"

var (
	folder string // what the tests write, removed at the end
	atEnd  []func() error
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if folder, err = os.MkdirTemp("", "tle2e"); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := os.Chmod(folder, 0o755); err != nil { // PostgreSQL runs as another user when we are root
		return 1, err
	}
	defer func() {
		for _, end := range slices.Backward(atEnd) {
			err = errors.Join(err, end())
		}
	}()
	code = m.Run()
	return code, loggedSecrets()
}

// told are words of the victims of these tests, as they were sent.
var told = []string{
	"Testwell", "Quillwater", "Brackenfold", "Marshgate", "Doubleday", "Tourgate", "07700 900123", "07700900123", "bluebell", "E8 1AA", "forced his way in", "Test Street",
	"01/123456/26", "Bearer ey",
}

// loggedSecrets reads everything that the servers and their databases wrote
// while they were tested, errors included: it names nobody and holds nothing of
// what was typed (security.md T23 and T24).
func loggedSecrets() error {
	var found []error
	for _, pattern := range []string{"server-*.log", "*/postgres/postgres.log"} {
		names, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return err
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, word := range told {
				if i := bytes.Index(b, []byte(word)); i >= 0 {
					found = append(found, fmt.Errorf("%s holds %q: ...%s...", filepath.Base(name), word, b[max(0, i-200):min(len(b), i+100)]))
				}
			}
		}
	}
	return errors.Join(found...)
}

// binary builds the program, once.
var binary = sync.OnceValues(func() (string, error) {
	name := filepath.Join(folder, "throughline")
	if out, err := exec.Command("go", "build", "-o", name, "../cmd/throughline").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building: %w\n%s", err, out)
	}
	return name, nil
})

var sharedSite = sync.OnceValues(func() (*server, error) {
	s, err := start(filepath.Join(folder, "var"), "", "demo", "--cases", demoCases)
	if err == nil {
		atEnd = append(atEnd, s.stop)
	}
	return s, err
})

// site is the running copy that most tests share, started by the first of them.
func site(t testing.TB) *server {
	t.Helper()
	s, err := sharedSite()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
