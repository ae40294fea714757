// Package pglocal runs the private PostgreSQL that Throughline uses when
// DATABASE_URL is unset: an installed PostgreSQL 15 or newer, started on a data
// directory of our own, reachable through a unix socket alone, as a user
// without privileges, and never outliving the process that started it.
//
// It is for demos, development and tests. Production names its server in
// DATABASE_URL; the command line refuses this package there.
package pglocal

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// The roles and the database that Start creates. The app's role owns nothing
// and cannot bypass row security (decisions.md 7).
const (
	Database  = "throughline"
	OwnerRole = "throughline_owner"
	AppRole   = "throughline_app"
	BenchRole = "throughline_bench"
	SuperRole = "postgres"
)

// OldestMajor is the oldest PostgreSQL the SQL of this product runs on.
const OldestMajor = 15

// Options says where and how to run the server. Only Dir is needed.
type Options struct {
	// Dir is the folder of this server: the data, its log and the lock that
	// keeps two processes from starting it twice. It is made when missing.
	Dir string
	// BinDir is the folder with the programs postgres and initdb. Empty: the
	// newest installed one that fits the data.
	BinDir string
	// Throwaway gives up durability for speed: data that nobody will miss.
	Throwaway bool
	// MaxConnections is 100 when zero.
	MaxConnections int
	// Settings are further server settings, by name; they win over ours.
	Settings map[string]string
	// Say receives sentences for the operator. Nil discards them.
	Say func(sentence string)

	systemDir string // where the data goes when Dir is out of the server's reach
}

// Server is a running private PostgreSQL.
type Server struct {
	home     home
	bin      string
	sock     string
	attached bool
	lock     *os.File
	cmd      *exec.Cmd
	done     chan struct{} // closed when the server process has ended
	exit     error         // of a server we started; valid once done is closed
	stop     sync.Once
}

// Start runs the server on o.Dir, or attaches to it where another process
// already runs it, and makes sure the roles, the database and its extensions
// are there. Every error is a sentence an operator can act on.
func Start(ctx context.Context, o Options) (*Server, error) {
	o = withDefaults(o)
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	h, err := settle(o, as)
	if err != nil {
		return nil, err
	}
	s := &Server{home: h, done: make(chan struct{})}
	if err := s.startOrAttach(ctx, o); err != nil {
		return nil, err
	}
	if err := s.Prepare(ctx, Database); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func withDefaults(o Options) Options {
	if o.MaxConnections == 0 {
		o.MaxConnections = 100
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.systemDir == "" {
		o.systemDir = "/var/lib/throughline"
	}
	return o
}

// startOrAttach settles who runs the server: whoever holds the lock.
func (s *Server) startOrAttach(ctx context.Context, o Options) error {
	deadline := time.Now().Add(startPatience)
	for {
		lock, err := s.home.tryLock()
		if err != nil {
			return err
		}
		if lock == nil {
			ready, err := s.tryAttach(ctx, o, deadline)
			if ready || err != nil {
				return err
			}
			continue
		}
		if err := s.own(ctx, o, lock, deadline); err != nil {
			_ = lock.Close()
			return err
		}
		return nil
	}
}

// own starts the server as the holder of the lock. A server that somebody else
// left running on the data is waited for while it stops, and used if it stays.
func (s *Server) own(ctx context.Context, o Options, lock *os.File, deadline time.Time) error {
	stays, err := s.awaitStopping(ctx, deadline)
	if err != nil {
		return err
	}
	if stays {
		o.Say(fmt.Sprintf("A PostgreSQL server that Throughline did not start is running on %s; using it, and leaving it running.", s.home.data))
		s.attach()
		return lock.Close()
	}
	s.lock = lock
	return s.launch(ctx, o)
}

// DSN is the connection string of a role in a database of this server.
func (s *Server) DSN(role, database string) string {
	q := url.Values{"host": {s.sock}, "sslmode": {"disable"}}
	return "postgres://" + url.PathEscape(role) + "@/" + url.PathEscape(database) + "?" + q.Encode()
}

// AppDSN connects as the application: no ownership, under row security.
func (s *Server) AppDSN() string { return s.DSN(AppRole, Database) }

// OwnerDSN connects as the owner of the schema, for migrations and bulk loads.
func (s *Server) OwnerDSN() string { return s.DSN(OwnerRole, Database) }

// BenchDSN connects as the role that bypasses row security, for make bench.
func (s *Server) BenchDSN() string { return s.DSN(BenchRole, Database) }

// SuperDSN connects as the superuser of this private server.
func (s *Server) SuperDSN() string { return s.DSN(SuperRole, Database) }

// Dir is where the server's files really are: Options.Dir, or the system's
// directory where that one was out of the server's reach.
func (s *Server) Dir() string { return s.home.dir }

// SocketDir is the folder of the server's socket, for psql -h.
func (s *Server) SocketDir() string { return s.sock }

// BinDir is the folder of the server's programs; empty when attached.
func (s *Server) BinDir() string { return s.bin }

// Attached reports whether another process runs the server.
func (s *Server) Attached() bool { return s.attached }

// Done is closed when the server has ended, wanted or not, whoever started it.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server and waits until no process of it is left: first by
// closing its sessions, then, after 20 seconds, at once. An attached server is
// left to whoever started it.
func (s *Server) Stop() error {
	if s.attached {
		return nil
	}
	s.stop.Do(func() {
		_ = s.cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-s.done:
		case <-time.After(stopPatience):
			_ = s.cmd.Process.Signal(syscall.SIGQUIT)
			<-s.done
		}
		_ = os.RemoveAll(s.sock)
		_ = s.lock.Close()
	})
	<-s.done
	if s.exit != nil {
		return fmt.Errorf("the private PostgreSQL did not stop cleanly (its log is %s): %w", s.home.log(), s.exit)
	}
	return nil
}

// Remove deletes the private server's files of dir, so that the next start
// makes new ones. It refuses while any process uses them.
func Remove(dir string, say func(string)) error {
	o := withDefaults(Options{Dir: dir, Say: say})
	as, err := unprivileged()
	if err != nil {
		return err
	}
	h, err := settle(o, as)
	if err != nil {
		return err
	}
	lock, err := h.tryLock()
	if err != nil {
		return err
	}
	if lock == nil {
		return fmt.Errorf("%s is in use by %s; stop it first", h.dir, h.holder())
	}
	defer func() { _ = lock.Close() }()
	if _, alive := h.postmaster(); alive {
		return fmt.Errorf("a PostgreSQL server is still running on %s; stop it first", h.data)
	}
	for _, path := range []string{h.data, h.fresh(), h.log(), h.socket()} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("removing the private PostgreSQL: %w", err)
		}
	}
	o.Say("Removed " + filepath.Clean(h.data) + ".")
	return nil
}
