// Package e2e tests the product from outside: it builds the one binary, starts
// it as a newcomer would, and talks to it through sockets and a real browser.
// It imports none of the product's packages.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	site   *server // the running copy most tests share
	binary string  // the program that was built
	folder string  // what the tests write, removed at the end
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
	binary = filepath.Join(folder, "throughline")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/throughline").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building: %w\n%s", err, out)
	}
	if site, err = start(filepath.Join(folder, "var"), "demo", "--cases", demoCases); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, site.stop()) }()
	defer closeBrowser()
	return m.Run(), nil
}
