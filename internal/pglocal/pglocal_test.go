package pglocal

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// helperDir makes this test binary be a process that runs a server until killed.
const helperDir = "PGLOCAL_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		s, err := Start(context.Background(), Options{Dir: dir, Throwaway: true})
		if err != nil {
			_, _ = os.Stdout.WriteString("failed: " + err.Error() + "\n")
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("ready " + strconv.FormatBool(s.Attached()) + "\n")
		select {}
	}
	os.Exit(m.Run())
}

// openDir is a folder that the server's user can reach; t.TempDir is not one.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pglocal")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "postgres")
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	o.Throwaway = true
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

// ask runs a query of one text on a fresh connection.
func ask(t *testing.T, dsn, sql string) string {
	t.Helper()
	got, err := try(t, dsn, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func try(t *testing.T, dsn, sql string) (string, error) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close(context.Background()) }()
	var got string
	rows, err := c.Query(t.Context(), sql)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&got); err != nil {
			return "", err
		}
	}
	return got, rows.Err()
}

// helper starts a second process that runs the server of dir, and waits for
// its word that it is up.
func helper(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), helperDir+"="+dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	b := make([]byte, 4096)
	n, err := out.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return c, strings.TrimSpace(string(b[:n]))
}

// gone waits until no process works in dir any more.
func gone(t *testing.T, data string) {
	t.Helper()
	h := newHome(filepath.Dir(data), nil)
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, alive := h.postmaster(); !alive && len(working(data)) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("processes left in %s: %v", data, working(data))
		}
		if err := pause(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// working lists the processes whose working folder is dir: every process of a
// PostgreSQL server has its data as one.
func working(dir string) (pids []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == dir {
			pids = append(pids, link)
		}
	}
	return pids
}

func TestStart(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	s := start(t, Options{Dir: dir})

	t.Run("the application's role owns nothing and cannot step round row security", func(t *testing.T) {
		got := ask(t, s.AppDSN(), `SELECT string_agg(rolname || ' ' || rolsuper || ' ' || rolbypassrls || ' ' || rolcreatedb || ' ' || rolcreaterole, ', ' ORDER BY rolname)
			FROM pg_roles WHERE rolname LIKE 'throughline%'`)
		want := "throughline_app false false false false, throughline_bench false true false false, throughline_owner false false false false"
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := ask(t, s.AppDSN(), "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"); got != OwnerRole {
			t.Errorf("got owner %s, want %s", got, OwnerRole)
		}
		if _, err := try(t, s.AppDSN(), "CREATE TABLE mine (id int)"); err == nil {
			t.Error("the application's role made a table, want it refused")
		}
	})

	t.Run("the extensions are there", func(t *testing.T) {
		got := ask(t, s.OwnerDSN(), "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension")
		if want := "fuzzystrmatch pg_trgm pgcrypto plpgsql unaccent"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})

	t.Run("nothing but a socket only its user can open leads in", func(t *testing.T) {
		if got := ask(t, s.SuperDSN(), "SHOW listen_addresses"); got != "" {
			t.Errorf("got listen_addresses %q, want none", got)
		}
		folder, err := os.Stat(s.sock)
		if err != nil {
			t.Fatal(err)
		}
		socket, err := os.Stat(filepath.Join(s.sock, ".s.PGSQL.5432"))
		if err != nil {
			t.Fatal(err)
		}
		if folder.Mode().Perm() != 0o700 || socket.Mode().Perm() != 0o700 {
			t.Errorf("got %v and %v, want 0700 for both", folder.Mode(), socket.Mode())
		}
	})

	t.Run("it never runs as root", func(t *testing.T) {
		p, alive := s.home.postmaster()
		info, err := os.Stat("/proc/" + strconv.Itoa(p.pid))
		if !alive || err != nil {
			t.Fatalf("got alive %v, %v", alive, err)
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid == 0 {
			t.Errorf("got user number %d, want another than root", uid)
		}
	})

	t.Run("its log never quotes a person's data", func(t *testing.T) {
		sql := "CREATE TABLE canary (name text CONSTRAINT canary_name UNIQUE); INSERT INTO canary VALUES ('Quetzalcoatl'), ('Quetzalcoatl')"
		c, err := pgx.Connect(t.Context(), s.OwnerDSN())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close(context.Background()) }()
		if _, err := c.Exec(t.Context(), sql); err == nil {
			t.Fatal("got no error, want the second row refused")
		}
		log, err := os.ReadFile(s.home.log())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(log), "canary_name") || strings.Contains(string(log), "Quetzalcoatl") {
			t.Errorf("want the log to name the constraint and not the value, got:\n%s", log)
		}
	})

	t.Run("a second process attaches and leaves the server running", func(t *testing.T) {
		second, said := helper(t, dir)
		if said != "ready true" {
			t.Fatalf("got %q, want ready true", said)
		}
		if err := second.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = second.Wait()
		if got := ask(t, s.AppDSN(), "SELECT 'still here'"); got != "still here" {
			t.Errorf("got %q", got)
		}
	})

	t.Run("a process that attached notices the end", func(t *testing.T) {
		other := start(t, Options{Dir: openDir(t)})
		attached := start(t, Options{Dir: other.Dir()})
		if !attached.Attached() {
			t.Fatal("started a second server, want the first one used")
		}
		if err := other.Stop(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-attached.Done():
		case <-time.After(20 * time.Second):
			t.Error("got no word of the end")
		}
		if err := attached.Stop(); err != nil {
			t.Error(err)
		}
	})

	t.Run("removing it while it runs is refused", func(t *testing.T) {
		if err := Remove(dir, nil); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("got %v, want it to say that it is in use", err)
		}
	})
}

func TestTheDataIsKeptOverStopAndStart(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	s := start(t, Options{Dir: dir})
	ask(t, s.OwnerDSN(), "CREATE TABLE kept AS SELECT 'a case' AS what")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	gone(t, s.home.data)
	if _, err := os.Stat(s.sock); err == nil {
		t.Errorf("the socket's folder %s was left behind", s.sock)
	}
	again := start(t, Options{Dir: dir})
	if got := ask(t, again.OwnerDSN(), "SELECT what FROM kept"); got != "a case" {
		t.Errorf("got %q, want the row of before", got)
	}
	if err := again.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := Remove(dir, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(again.home.data); err == nil {
		t.Error("the data is still there after Remove")
	}
}

func TestNothingIsLeftAfterTheParentIsKilled(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	parent, said := helper(t, dir)
	if said != "ready false" {
		t.Fatalf("got %q, want ready false", said)
	}
	data := filepath.Join(dir, "data")
	if len(working(data)) == 0 {
		t.Fatal("no server process works in the data: the check below would prove nothing")
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	// At once, while the old server may still be stopping: wait for it, then start.
	s := start(t, Options{Dir: dir})
	if s.Attached() {
		t.Error("attached to a dying server, want a new start")
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	gone(t, data)
}

func TestDataOfAnotherVersionIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "data", "PG_VERSION")
	if err := os.WriteFile(file, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "made by PostgreSQL 9") || !strings.Contains(err.Error(), "make db-reset") {
		t.Errorf("got %v, want both versions and what to do", err)
	}
	if b, _ := os.ReadFile(file); string(b) != "9\n" {
		t.Errorf("the data was touched: %q", b)
	}
}

func TestAFolderOutOfReachIsReplacedByTheSystems(t *testing.T) {
	t.Parallel()
	as, err := unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	system := openDir(t)
	closed := filepath.Join(t.TempDir(), "postgres") // t.TempDir is closed to others
	var said []string
	h, err := settle(withDefaults(Options{Dir: closed, systemDir: system, Say: func(s string) { said = append(said, s) }}), as)
	if err != nil {
		t.Fatal(err)
	}
	want, words := closed, 0
	if as != nil { // as root, the server's user cannot come in
		want, words = filepath.Join(system, shortHash(closed)), 1
	}
	if h.dir != want || len(said) != words {
		t.Errorf("got %s and %q, want %s and %d sentences", h.dir, said, want, words)
	}
}

func TestASocketFolderOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	s := &Server{home: newHome(dir, nil)}
	squat := filepath.Join(os.TempDir(), "throughline-"+s.home.id())
	if err := os.Symlink(t.TempDir(), squat); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(squat) })
	if err := s.makeSocketFolder(); err == nil || !strings.Contains(err.Error(), "belongs to somebody else") {
		t.Errorf("got %v, want it refused", err)
	}
}

func TestAStaleNumberIsNotAServer(t *testing.T) {
	t.Parallel()
	h := newHome(t.TempDir(), nil)
	if err := os.Mkdir(h.data, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		content string
		want    pidFile
	}{
		"empty":                  {"", pidFile{}},
		"ourselves, no server":   {strconv.Itoa(os.Getpid()) + "\n/d\n1\n5432\n/s\n\n\nready\n", pidFile{os.Getpid(), "/s", "ready"}},
		"a number nobody has":    {"2147483646\n/d\n1\n5432\n/s\n", pidFile{2147483646, "/s", ""}},
		"the first process":      {"1\n", pidFile{pid: 1}},
		"no number, only a line": {"x\n", pidFile{}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(h.data, "postmaster.pid"), []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			got, alive := h.postmaster()
			if alive || got != test.want {
				t.Errorf("got %+v alive %v, want %+v and not alive", got, alive, test.want)
			}
		})
	}
}

func TestNoPostgreSQLIsSaidInWords(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Dir: openDir(t), BinDir: t.TempDir()})
	if diff := cmp.Diff(ErrNotInstalled.Error(), err.Error()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPrepareMayRunTwiceAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: openDir(t)})
	results := make(chan error, 4)
	for range cap(results) {
		go func() { results <- s.Prepare(t.Context(), "another") }()
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
