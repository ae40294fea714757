package testkit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/pglocal"
)

// Making a server with a migrated template takes seconds, copying its files
// takes a tenth of one. So the first binary that needs a schema makes an image
// of such a server, and every binary runs a copy of its own: no binary waits
// for another, and none can disturb another.

const (
	imagesKept = 4 // schemas: branches in work side by side
	failsKept  = 3
	memory     = "/dev/shm" // Linux's file system in memory
)

func stash() string {
	return filepath.Join(os.TempDir(), "throughline-tests-"+strconv.Itoa(os.Getuid()))
}

// own starts this binary's server on a copy of the image.
func (c *cluster) own(ctx context.Context, schema string) error {
	image, err := c.image(ctx, schema)
	if err != nil {
		return err
	}
	sweep()
	quick := quickDir()
	c.run, err = os.MkdirTemp(quick, "throughline-test-")
	if err != nil {
		return err
	}
	if quick == memory {
		c.strategy = viaFiles
	}
	if err := os.Chmod(c.run, 0o755); err != nil {
		return err
	}
	if out, err := exec.Command("cp", "-a", filepath.Join(image, "data"), filepath.Join(c.run, "data")).CombinedOutput(); err != nil {
		return fmt.Errorf("copying the test server: %w: %s", err, out)
	}
	s, err := pglocal.Start(ctx, pglocal.Options{Dir: c.run, Throwaway: true, MaxConnections: 300})
	if err != nil {
		return err
	}
	c.dsn, c.bin = s.DSN, s.BinDir()
	return c.clearUp(s.SocketDir())
}

// clearUp leaves a shell behind that waits for our end, however that comes,
// then for the server's, and removes the files; a failed test's go to disk.
func (c *cluster) clearUp(sock string) error {
	const wait = `cat >/dev/null
n=0; while [ -e "$1/data/postmaster.pid" ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done
if [ -e "$1/keep" ]; then mv "$1" "$2"; fi
rm -rf "$1" "$3"`
	sh := exec.Command("/bin/sh", "-c", wait, "sh", c.run, c.kept(), sock)
	sh.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests
	end, err := sh.StdinPipe()                           // the kernel closes it with us
	if err != nil {
		return err
	}
	c.leash = end
	return sh.Start()
}

// kept is where the server's files go when a test failed.
func (c *cluster) kept() string {
	return filepath.Join(stash(), "failed-"+strings.TrimPrefix(filepath.Base(c.run), "throughline-test-"))
}

// image returns the folder of a stopped server with the migrated template,
// making it when no binary has yet.
func (c *cluster) image(ctx context.Context, schema string) (string, error) {
	if err := os.MkdirAll(stash(), 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(stash(), "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	image := filepath.Join(stash(), "image-"+schema)
	if _, err := os.Stat(image); err == nil {
		now := time.Now()
		return image, os.Chtimes(image, now, now) // the latest used are kept
	}
	half := image + ".half"
	if err := os.RemoveAll(half); err != nil {
		return "", err
	}
	if err := c.makeImage(ctx, half); err != nil {
		return "", err
	}
	err = os.Rename(half, image)
	keepNewest("image-*", imagesKept)
	return image, err
}

func (c *cluster) makeImage(ctx context.Context, dir string) (err error) {
	s, err := pglocal.Start(ctx, pglocal.Options{Dir: dir, Throwaway: true})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := s.Stop(); err == nil {
			err = stopped
		}
	}()
	c.dsn = s.DSN
	return alone(ctx, s.DSN(pglocal.SuperRole, "postgres"), func(conn *pgx.Conn) error {
		return c.makeTemplate(ctx, conn)
	})
}

// quickDir is memory where there is room for it, else the disk.
func quickDir() string {
	const room = 2 << 30
	var st syscall.Statfs_t
	if err := syscall.Statfs(memory, &st); err == nil && st.Bavail*uint64(st.Bsize) > room { //nolint:gosec // a block has a size
		return memory
	}
	return os.TempDir()
}

// sweep removes what a killed machine or shell left: servers nobody runs, and
// all but the newest failures.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(quickDir(), "throughline-test-*"))
	for _, dir := range left {
		info, err := os.Stat(dir)
		if err == nil && time.Since(info.ModTime()) > time.Hour && pglocal.Remove(dir, nil) == nil {
			_ = os.RemoveAll(dir)
		}
	}
	keepNewest("failed-*", failsKept)
}

// keepNewest removes all but n of the stash's folders that match the pattern.
func keepNewest(pattern string, n int) {
	dirs, _ := filepath.Glob(filepath.Join(stash(), pattern))
	age := func(dir string) time.Time {
		info, err := os.Stat(dir)
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(dirs, func(a, b string) int { return age(b).Compare(age(a)) })
	for _, dir := range dirs[min(n, len(dirs)):] {
		_ = os.RemoveAll(dir)
	}
}
