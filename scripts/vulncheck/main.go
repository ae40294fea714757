// Command vulncheck asks the database of known faults in Go modules about what
// the program really calls (govulncheck, pinned in tools/go.mod). Where that
// database cannot be reached it says so and ends well: nothing was looked at,
// and a build does not depend on somebody else's server. GOVULNDB names another
// database; set to off, nothing is asked.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// theirs is where the Go project keeps it.
const theirs = "https://vuln.go.dev"

// patience is how long the database may take to say that it is there.
const patience = 5 * time.Second

// reachable asks a database for its smallest file.
func reachable(base string) error {
	if strings.HasPrefix(base, "file://") {
		_, err := os.Stat(strings.TrimPrefix(base, "file://") + "/index/db.json") //nolint:gosec // the folder that whoever runs this names
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(base, "/")+"/index/db.json", nil) //nolint:gosec // the database that whoever runs this names
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r) //nolint:gosec // the same
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", res.Status)
	}
	return nil
}

// check says how the program should end.
func check(base string, run func(db string) error) (says string, code int) {
	if base == "off" {
		return "Known faults: not asked; GOVULNDB is off.", 0
	}
	if base == "" {
		base = theirs
	}
	if err := reachable(base); err != nil {
		return "Known faults: NOT LOOKED AT. The database of known faults cannot be reached from here, so this says nothing about the modules we use. Run make vulncheck where it can.", 0
	}
	if err := run(base); err != nil {
		return "Known faults: there are some, or the look went wrong; see above.", 1
	}
	return "Known faults: none in what the program calls.", 0
}

func main() {
	says, code := check(os.Getenv("GOVULNDB"), func(db string) error {
		cmd := exec.Command("go", "tool", "-modfile=tools/go.mod", "govulncheck", "-db", db, "./cmd/throughline")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return cmd.Run()
	})
	fmt.Println(says)
	os.Exit(code)
}
