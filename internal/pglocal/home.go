package pglocal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// home is the folder of one private server and the user it runs as.
type home struct {
	dir  string              // absolute
	data string              // dir/data
	as   *syscall.Credential // nil: our own user
}

func newHome(dir string, as *syscall.Credential) home {
	return home{dir: dir, data: filepath.Join(dir, "data"), as: as}
}

func (h home) log() string   { return filepath.Join(h.dir, "postgres.log") }
func (h home) fresh() string { return filepath.Join(h.dir, "data.new") }

// id is a short name for this folder, the same in every process.
func (h home) id() string { return shortHash(h.dir) }

// socket is the folder of the unix socket: short, because its path may have
// 107 bytes, and where the server's user can reach it.
func (h home) socket() string {
	base := os.TempDir()
	if len(base) > longestSocket-len("/throughline-")-12 || h.as != nil {
		base = "/tmp"
	}
	return filepath.Join(base, "throughline-"+h.id())
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// unprivileged returns the user PostgreSQL has to run as when we are root,
// which it refuses to be: postgres, else nobody. Nil: stay who we are.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody to run it as")
}

// settle decides where the files go: the folder asked for, or, where the
// server's user cannot reach that (a clone under /root), one of the system's.
func settle(o Options, as *syscall.Credential) (home, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return home{}, fmt.Errorf("the data directory %s: %w", o.Dir, err)
	}
	h := newHome(dir, as)
	if err := h.make(); err != nil {
		return home{}, err
	}
	if h.reachable() {
		return h, nil
	}
	sys := newHome(filepath.Join(o.systemDir, h.id()), as)
	if err := errors.Join(openFolder(o.systemDir), sys.make()); err != nil {
		return home{}, err
	}
	if !sys.reachable() {
		return home{}, fmt.Errorf("the user PostgreSQL runs as (number %d) can reach neither %s nor %s: set DATA_DIR to a folder it can reach", as.Uid, dir, sys.dir)
	}
	o.Say(fmt.Sprintf("PostgreSQL runs without root's rights and cannot reach %s, so its data is in %s.", dir, sys.dir))
	return sys, nil
}

// make creates the folder, open enough for another user to pass through.
func (h home) make() error { return openFolder(h.dir) }

func openFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	return os.Chmod(dir, 0o755) // whatever the umask was: the data inside stays 0700
}

// reachable asks the system itself, as the server's user, so that every parent
// folder and every access list counts.
func (h home) reachable() bool {
	if h.as == nil {
		return true
	}
	return h.command("/bin/sh", "-c", `test -x "$1"`, "sh", h.dir).Run() == nil
}

// command runs a program as the server's user, apart from our terminal: Ctrl-C
// reaches us alone, and we end the server in order.
func (h home) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: h.as, Setpgid: true}
	c.Env = []string{"PATH=" + filepath.Dir(name) + ":/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
	c.Dir = "/"
	return c
}

// give hands a path to the server's user.
func (h home) give(path string) error {
	if h.as == nil {
		return nil
	}
	return os.Chown(path, int(h.as.Uid), int(h.as.Gid))
}

// tryLock takes the lock of this folder, which the kernel drops with the
// process. It returns nil when another process holds it.
func (h home) tryLock() (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(h.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data directory belongs to another user: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, fmt.Errorf("locking %s: %w", h.dir, err)
	}
	_ = f.Truncate(0) // the number is only for holder's message
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return f, nil
}

// holder names the process that holds the lock.
func (h home) holder() string {
	b, err := os.ReadFile(filepath.Join(h.dir, "lock"))
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return "another Throughline process"
	}
	return "another Throughline process (number " + strings.TrimSpace(string(b)) + ")"
}

// major is the version the data was made by; 0 when there is no data yet.
func (h home) major() (int, error) {
	b, err := os.ReadFile(filepath.Join(h.data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("the data directory belongs to another user: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0, fmt.Errorf("%s holds no PostgreSQL version: the data is damaged; make db-reset starts afresh", filepath.Join(h.data, "PG_VERSION"))
	}
	return n, nil
}

// pidFile is what postmaster.pid says about the server on the data.
type pidFile struct {
	pid    int
	socket string // folder of its unix socket
	status string // starting, ready, stopping
}

// postmaster reads postmaster.pid; alive is false when there is no such file,
// or the process it names is gone or is no PostgreSQL.
func (h home) postmaster() (p pidFile, alive bool) {
	b, err := os.ReadFile(filepath.Join(h.data, "postmaster.pid"))
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(b), "\n")
	line := func(i int) string {
		if i < len(lines) {
			return strings.TrimSpace(lines[i])
		}
		return ""
	}
	p.pid, _ = strconv.Atoi(line(0))
	p.socket, p.status = line(4), line(7)
	if p.pid <= 1 {
		return p, false
	}
	err = syscall.Kill(p.pid, 0)
	return p, (err == nil || errors.Is(err, syscall.EPERM)) && isPostgres(p.pid)
}

// Where tells where the private server of dir keeps its files: there, or in
// the system's directory. It makes nothing.
func Where(dir string) string {
	o := withDefaults(Options{Dir: dir})
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	sys := filepath.Join(o.systemDir, shortHash(abs))
	if _, err := os.Stat(filepath.Join(sys, "data")); err == nil {
		if _, err := os.Stat(filepath.Join(abs, "data")); err != nil {
			return sys
		}
	}
	return abs
}
