package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"throughline/internal/migrate"
	"throughline/internal/pglocal"
)

// cluster is the server the tests of this binary use.
type cluster struct {
	dsn      func(role, database string) string
	admin    *pgxpool.Pool // the superuser's, on the maintenance database
	template string        // the migrated database that tests copy
	strategy string        // how to copy it
	run      string        // our own server's folder; empty with TEST_DATABASE_URL
	bin      string
	leash    io.Closer // held, never used: were it closed, the files would go
}

// Two ways to copy a template. On a disk, writing the copy to the log is the
// faster one (40 ms against 370); in memory, copying the files is (25 against 55).
const (
	viaLog   = "wal_log"
	viaFiles = "file_copy"
)

// running starts the server at the first call and returns it ever after.
var running = sync.OnceValues(func() (*cluster, error) {
	ctx := context.Background()
	c := &cluster{strategy: viaLog}
	schema, err := migrate.Fingerprint()
	if err != nil {
		return nil, err
	}
	c.template = "template_" + schema
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		err = c.given(ctx, given)
	} else {
		err = c.own(ctx, schema)
	}
	if err != nil {
		return nil, err
	}
	cfg, err := pgxpool.ParseConfig(c.dsn(pglocal.SuperRole, "postgres"))
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 4
	c.admin, err = pgxpool.NewWithConfig(ctx, cfg)
	return c, err
})

// given uses a server somebody else runs. Its roles get passwords that follow
// from the superuser's, so that binaries side by side agree on them.
func (c *cluster) given(ctx context.Context, address string) error {
	base, err := url.Parse(address)
	if err != nil || base.User == nil {
		return errors.New("TEST_DATABASE_URL is not the address of a superuser, as postgres://postgres:password@host:5432/postgres")
	}
	secret, _ := base.User.Password()
	password := func(role string) string {
		sum := sha256.Sum256([]byte("throughline tests\x00" + role + "\x00" + secret))
		return hex.EncodeToString(sum[:])
	}
	c.dsn = func(role, database string) string {
		u := *base
		u.Path = "/" + database
		if role != pglocal.SuperRole {
			u.User = url.UserPassword(role, password(role))
		}
		return u.String()
	}
	super := func(database string) string { return c.dsn(pglocal.SuperRole, database) }
	return alone(ctx, super("postgres"), func(conn *pgx.Conn) error {
		if err := pglocal.Prepare(ctx, super, pglocal.Database); err != nil {
			return err
		}
		for _, role := range []string{pglocal.OwnerRole, pglocal.AppRole} {
			if _, err := conn.Exec(ctx, "ALTER ROLE "+role+" PASSWORD '"+password(role)+"'"); err != nil {
				return err
			}
		}
		return c.makeTemplate(ctx, conn)
	})
}

// alone runs fn while no other test binary does, on the same server.
func alone(ctx context.Context, dsn string, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext('throughline tests'))"); err != nil {
		return err
	}
	return fn(conn)
}

// makeTemplate migrates the database that tests copy, unless it is there.
func (c *cluster) makeTemplate(ctx context.Context, conn *pgx.Conn) error {
	var done bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)", c.template).Scan(&done)
	if err != nil || done {
		return err
	}
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(c.template)+" WITH (FORCE)"); err != nil {
		return err
	}
	super := func(database string) string { return c.dsn(pglocal.SuperRole, database) }
	if err := pglocal.Prepare(ctx, super, c.template); err != nil {
		return err
	}
	if _, err := migrate.Up(ctx, c.dsn(pglocal.OwnerRole, c.template)); err != nil {
		return fmt.Errorf("migrating the template: %w", err)
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(c.template)+" IS_TEMPLATE true ALLOW_CONNECTIONS false")
	return err
}
