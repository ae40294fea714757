package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// superuser opens the private PostgreSQL of a site as its superuser, which row
// security does not bind: the operator's view, for counting and for breaking.
func (s *server) superuser(t testing.TB) *pgx.Conn {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(s.data, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	if len(lines) < 5 {
		t.Fatalf("postmaster.pid names no socket: %q", b)
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, "host="+strings.TrimSpace(lines[4])+" user=postgres dbname=throughline")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(ctx) })
	return c
}

// managerOf is the address of a manager of a demo person's organisation.
func (s *server) managerOf(t testing.TB, who string) string {
	t.Helper()
	var address string
	err := s.superuser(t).QueryRow(context.Background(), `select m.email from users m join users u using (org_id)
		where u.email = $1 and m.role in ('manager', 'provider_manager') and m.disabled_at is null order by m.email limit 1`, email(who)).Scan(&address)
	if err != nil {
		t.Fatalf("the manager of %s: %v", who, err)
	}
	return address
}

// number reads one number.
func number(t testing.TB, c *pgx.Conn, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := c.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// change runs one statement. Whoever it lets in has accepted the code of
// conduct, as everybody of the demo has but for the one who is to meet it.
func change(t testing.TB, c *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := c.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if strings.Contains(sql, "insert into users") {
		change(t, c, `insert into conduct_acceptances (user_id, org_id, version, text_hash, at)
			select u.id, u.org_id, a.version, a.text_hash, now() from users u, (select version, text_hash from conduct_acceptances limit 1) a where u.email <> $1 on conflict do nothing`, newcomer)
	}
}
