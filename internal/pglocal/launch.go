package pglocal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	startPatience = 60 * time.Second
	stopPatience  = 20 * time.Second
	glance        = 25 * time.Millisecond
	logKept       = 8 << 20
	longestSocket = 90 // of the 107 bytes a unix socket's path may have, less the file's own name
)

// launch makes the data when there is none and starts the server on it.
func (s *Server) launch(ctx context.Context, o Options) error {
	major, err := s.home.major()
	if err != nil {
		return err
	}
	in, err := choose(o, major)
	if err != nil {
		return err
	}
	s.bin = in.dir
	if major == 0 {
		if err := s.initialise(o); err != nil {
			return err
		}
	}
	if err := s.makeSocketFolder(); err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(s.home.data, "postmaster.pid")) // nobody alive is named in it: awaitStopping looked
	if err := s.spawn(o); err != nil {
		return err
	}
	if err := s.awaitReady(ctx); err != nil {
		return errors.Join(err, s.Stop())
	}
	return nil
}

// initialise makes the data beside its place and moves it there when whole, so
// that a process killed half way leaves nothing that looks like data.
func (s *Server) initialise(o Options) error {
	fresh := s.home.fresh()
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("removing unfinished data: %w", err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	if err := s.home.give(fresh); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	args := []string{
		"-D", fresh, "-U", SuperRole, "-E", "UTF8", "--locale=C.UTF-8",
		"--auth-local=trust", "--auth-host=reject", "--no-instructions",
	}
	if o.Throwaway {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	if out, err := s.home.command(filepath.Join(s.bin, "initdb"), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("initdb could not make a database in %s: %w: %s", fresh, err, out)
	}
	if err := os.Rename(fresh, s.home.data); err != nil {
		return fmt.Errorf("moving the new data into place: %w", err)
	}
	return nil
}

// makeSocketFolder makes the short folder of the unix socket, named after the
// data so that a crash leaves one we find again. A folder there that is not
// ours is refused: whoever owns it could stand in for the database.
func (s *Server) makeSocketFolder() error {
	s.sock = s.home.socket()
	want := os.Geteuid()
	if s.home.as != nil {
		want = int(s.home.as.Uid)
	}
	info, err := os.Lstat(s.sock)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("the socket's folder: %w", err)
	default:
		st, ok := info.Sys().(*syscall.Stat_t)
		if !info.IsDir() || !ok || (int(st.Uid) != want && int(st.Uid) != os.Geteuid()) {
			return fmt.Errorf("%s belongs to somebody else: remove it, then start again", s.sock)
		}
		if err := os.RemoveAll(s.sock); err != nil {
			return fmt.Errorf("removing what a crash left: %w", err)
		}
	}
	if err := os.Mkdir(s.sock, 0o700); err != nil {
		return fmt.Errorf("making the socket's folder: %w", err)
	}
	return s.home.give(s.sock)
}

// settings are the server's, and why.
func settings(o Options, sock string) map[string]string {
	set := map[string]string{
		// One way in: a socket only this user can open.
		"listen_addresses":        "",
		"unix_socket_directories": sock,
		"unix_socket_permissions": "0700",
		"max_connections":         strconv.Itoa(o.MaxConnections),
		"cluster_name":            "throughline",
		"timezone":                "UTC",
		// No person's data in the log: neither parameters, nor the statement
		// an error came from, nor the detail that quotes a row.
		"log_parameter_max_length":          "0",
		"log_parameter_max_length_on_error": "0",
		"log_min_error_statement":           "panic",
		"log_error_verbosity":               "terse",
		"log_statement":                     "none",
		"log_timezone":                      "UTC",
		"log_line_prefix":                   "%m [%p] %q%u@%d ",
		// Sized for a laptop; data sits in memory or on an SSD.
		"shared_buffers":       "256MB",
		"effective_cache_size": "1GB",
		"work_mem":             "16MB",
		"maintenance_work_mem": "128MB",
		"random_page_cost":     "1.1",
		"jit":                  "off",
		"max_wal_size":         "2GB",
		"wal_level":            "minimal",
		"max_wal_senders":      "0",
	}
	if o.Throwaway {
		maps.Copy(set, map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"autovacuum": "off", "checkpoint_timeout": "1h", "shared_buffers": "128MB",
		})
	}
	maps.Copy(set, o.Settings)
	return set
}

// spawn starts the server from a thread of its own that lives as long as the
// server does: the kernel's promise of tie is about the thread, not the process.
func (s *Server) spawn(o Options) error {
	if info, err := os.Stat(s.home.log()); err == nil && info.Size() > logKept {
		_ = os.Truncate(s.home.log(), 0)
	}
	out, err := os.OpenFile(s.home.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the server's log: %w", err)
	}
	defer func() { _ = out.Close() }()
	args := []string{"-D", s.home.data}
	set := settings(o, s.sock)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		args = append(args, "-c", name+"="+set[name])
	}
	cmd := s.home.command(filepath.Join(s.bin, "postgres"), args...)
	cmd.Stdout, cmd.Stderr = out, out
	tie(cmd.SysProcAttr)
	s.cmd = cmd
	started := make(chan error, 1)
	go s.hold(cmd, started)
	if err := <-started; err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	return nil
}

func (s *Server) hold(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	s.exit = cmd.Wait()
	close(s.done)
}

// awaitReady waits until the server answers, or says what its log ends with.
func (s *Server) awaitReady(ctx context.Context) error {
	deadline := time.Now().Add(startPatience)
	for {
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("PostgreSQL ended while starting; its log %s ends with:\n%s", s.home.log(), s.home.logTail())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(glance):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL did not answer within %s: %w", startPatience, err)
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.DSN(SuperRole, "postgres"))
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

func (h home) logTail() string {
	b, err := os.ReadFile(h.log())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// awaitStopping waits for a server nobody holds the lock for: the one whose
// process was just killed is shutting down. It reports true when the server
// stays, because somebody started it by hand.
func (s *Server) awaitStopping(ctx context.Context, deadline time.Time) (stays bool, err error) {
	for settled := time.Now().Add(3 * time.Second); ; {
		p, alive := s.home.postmaster()
		if !alive {
			return false, nil
		}
		if p.status == "ready" && time.Now().After(settled) {
			s.sock = p.socket
			return true, s.ping(ctx)
		}
		if time.Now().After(deadline) {
			return false, fmt.Errorf("a PostgreSQL server (process %d) on %s neither serves nor stops: end it, then start again", p.pid, s.home.data)
		}
		if err := pause(ctx); err != nil {
			return false, err
		}
	}
}

// tryAttach uses the server of the process that holds the lock, once it serves.
func (s *Server) tryAttach(ctx context.Context, o Options, deadline time.Time) (ready bool, err error) {
	if p, alive := s.home.postmaster(); alive && p.status == "ready" && p.socket != "" {
		s.sock = p.socket
		if s.ping(ctx) == nil {
			s.attach()
			o.Say(fmt.Sprintf("Using the private PostgreSQL of %s.", s.home.holder()))
			return true, nil
		}
	}
	if time.Now().After(deadline) {
		return false, fmt.Errorf("%s has the private PostgreSQL in %s, but it does not answer: stop that process, then start again", s.home.holder(), s.home.dir)
	}
	return false, pause(ctx)
}

// attach uses a server that somebody else runs, and watches for its end.
func (s *Server) attach() {
	s.attached = true
	go func() {
		for range time.Tick(time.Second) {
			if _, alive := s.home.postmaster(); !alive {
				close(s.done)
				return
			}
		}
	}()
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(glance):
		return nil
	}
}
