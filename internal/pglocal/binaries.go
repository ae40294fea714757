package pglocal

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// install is one PostgreSQL found on this machine.
type install struct {
	dir   string
	major int
}

// ErrNotInstalled is returned when no usable PostgreSQL is on this machine.
var ErrNotInstalled = errors.New("no PostgreSQL 15 or newer is installed: install it (Debian: apt-get install postgresql), or name a server in DATABASE_URL")

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// inspect reads the version of the PostgreSQL in dir; ok is false where the
// two programs we need are not both there.
func inspect(dir string) (install, bool) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return install{}, false
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	m := versionLine.FindSubmatch(out)
	if err != nil || m == nil {
		return install{}, false
	}
	major, err := strconv.Atoi(string(m[1]))
	return install{dir, major}, err == nil
}

// installed lists every PostgreSQL on this machine that is new enough, newest
// first. Links are resolved because initdb looks for its siblings beside itself.
func installed(only string) []install {
	dirs := []string{only}
	if only == "" {
		dirs = candidates()
	}
	var found []install
	for _, dir := range dirs {
		if in, ok := inspect(dir); ok && in.major >= OldestMajor {
			found = append(found, in)
		}
	}
	slices.SortStableFunc(found, func(a, b install) int { return b.major - a.major })
	return found
}

func candidates() []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
	} {
		more, _ := filepath.Glob(pattern) // the patterns are constant and well formed
		dirs = append(dirs, more...)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// choose picks the installation that fits the data: any for new data, the very
// same major version for data that exists. It never converts data.
func choose(o Options, dataMajor int) (install, error) {
	found := installed(o.BinDir)
	if len(found) == 0 {
		return install{}, ErrNotInstalled
	}
	if dataMajor == 0 {
		return found[0], nil
	}
	for _, in := range found {
		if in.major == dataMajor {
			return in, nil
		}
	}
	return install{}, fmt.Errorf("the data in %s was made by PostgreSQL %d, and only PostgreSQL %d is installed: install postgresql-%d, or start afresh with make db-reset (this deletes the demo data)",
		o.Dir, dataMajor, found[0].major, dataMajor)
}
