// Package testkit gives each test its own database, migrated and empty, on a
// real PostgreSQL and under the unprivileged role the product runs as, so that
// row security is on in every test.
package testkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/pglocal"
)

// Database is one test's own database.
type Database struct {
	Name     string
	AppDSN   string // as the product connects: what tests should use
	OwnerDSN string // as the owner of the schema
	SuperDSN string // past every guard: to plant rows and to look behind
}

// Postgres returns a fresh copy of the migrated schema that no other test
// shares. It is dropped when the test ends, and kept when it failed: the log
// then says where. The first call of a test binary starts its server, or uses
// the one TEST_DATABASE_URL names (a superuser's postgres:// address).
func Postgres(t testing.TB) Database {
	t.Helper()
	c, err := running()
	if err != nil {
		t.Fatalf("no database for tests: %v", err)
	}
	d := Database{Name: databaseName(t.Name())}
	d.AppDSN = c.dsn(pglocal.AppRole, d.Name)
	d.OwnerDSN = c.dsn(pglocal.OwnerRole, d.Name)
	d.SuperDSN = c.dsn(pglocal.SuperRole, d.Name)
	if err := c.clone(context.Background(), d.Name); err != nil {
		t.Fatalf("making the test's database: %v", err)
	}
	t.Cleanup(func() { c.finish(t, d) })
	return d
}

// finish drops the test's database, or keeps it for whoever looks into why
// the test failed.
func (c *cluster) finish(t testing.TB, d Database) {
	if t.Failed() {
		t.Logf("kept for inspection: database %s%s", d.Name, c.keep())
		return
	}
	if _, err := c.admin.Exec(context.Background(), "DROP DATABASE "+quote(d.Name)+" WITH (FORCE)"); err != nil {
		t.Errorf("dropping the test's database: %v", err)
	}
}

// clone copies the template.
func (c *cluster) clone(ctx context.Context, name string) error {
	_, err := c.admin.Exec(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(c.template)+" STRATEGY "+c.strategy+" OWNER "+pglocal.OwnerRole)
	if err != nil {
		return err
	}
	_, err = c.admin.Exec(ctx, "REVOKE ALL ON DATABASE "+quote(name)+" FROM PUBLIC; GRANT CONNECT ON DATABASE "+quote(name)+" TO "+pglocal.AppRole)
	return err
}

// databaseName turns a test's name into one PostgreSQL takes, unique on the server.
func databaseName(test string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, test)
	b := make([]byte, 5)
	_, _ = rand.Read(b) // never fails
	return "t_" + plain[:min(len(plain), 40)] + "_" + hex.EncodeToString(b)
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// keep marks this binary's server to be kept on disk and says how to look.
func (c *cluster) keep() string {
	if c.run == "" {
		return " on the server of TEST_DATABASE_URL"
	}
	_ = os.WriteFile(filepath.Join(c.run, "keep"), nil, 0o600)
	return "; run, as the user the files belong to:\n  " + filepath.Join(c.bin, "postgres") + " -D " + filepath.Join(c.kept(), "data") + " -k /tmp -c listen_addresses="
}
