package testkit

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/migrate"
)

// helper makes this test binary be another one, which is then killed.
const helper = "TESTKIT_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helper) != "" {
		c, err := running()
		if err != nil {
			_, _ = os.Stdout.WriteString("failed: " + err.Error() + "\n")
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString(c.run + "\n")
		select {}
	}
	os.Exit(m.Run())
}

func one(t *testing.T, dsn, sql string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	var got string
	if err := c.QueryRow(t.Context(), sql).Scan(&got); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func TestPostgres(t *testing.T) {
	t.Parallel()

	t.Run("two tests do not share a database", func(t *testing.T) {
		t.Parallel()
		a, b := Postgres(t), Postgres(t)
		c, err := pgx.Connect(t.Context(), a.OwnerDSN)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close(context.Background()) }()
		if _, err := c.Exec(t.Context(), "CREATE TABLE mine ()"); err != nil {
			t.Fatal(err)
		}
		if got := one(t, b.SuperDSN, "SELECT count(*)::text FROM pg_class WHERE relname = 'mine'"); got != "0" {
			t.Errorf("got %s tables of the other test, want 0", got)
		}
	})

	t.Run("the application's role is bound by row security", func(t *testing.T) {
		t.Parallel()
		d := Postgres(t)
		got := one(t, d.AppDSN, "SELECT current_user || ' ' || rolsuper || ' ' || rolbypassrls FROM pg_roles WHERE rolname = current_user")
		if got != "throughline_app false false" {
			t.Errorf("got %s, want throughline_app false false", got)
		}
	})

	t.Run("it is migrated to the latest version", func(t *testing.T) {
		t.Parallel()
		d := Postgres(t)
		steps, err := migrate.Status(t.Context(), d.OwnerDSN)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			if s.Applied.IsZero() {
				t.Errorf("%s is pending, want every step applied", s.Name)
			}
		}
	})

	t.Run("it is gone when the test has ended", func(t *testing.T) {
		t.Parallel()
		var name string
		t.Run("a test", func(t *testing.T) { name = Postgres(t).Name })
		d := Postgres(t)
		if got := one(t, d.SuperDSN, "SELECT count(*)::text FROM pg_database WHERE datname = '"+name+"'"); got != "0" {
			t.Errorf("got %s databases %s, want 0", got, name)
		}
	})
}

func TestAKilledBinaryLeavesNothing(t *testing.T) {
	t.Parallel()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), helper+"=1", "TEST_DATABASE_URL=")
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	dir := strings.TrimSpace(line)
	if err != nil || !filepath.IsAbs(dir) {
		t.Fatalf("got %q, %v, want the server's folder", line, err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	for deadline := time.Now().Add(30 * time.Second); ; {
		if _, err := os.Stat(dir); err != nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", dir)
		}
		<-time.After(50 * time.Millisecond)
	}
}

func BenchmarkPostgres(b *testing.B) {
	for b.Loop() {
		Postgres(b)
	}
}
