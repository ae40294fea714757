// Package migrate brings the database's schema to what this binary needs: the
// plain SQL of package migrations and, as the one Go step among them, the
// tables of the job queue. It only goes forward (decisions.md 7).
package migrate

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"throughline/migrations"
)

// lockWait is how long a step waits for a lock that the running application
// holds before it gives up, with nothing changed (security.md F12): a queue
// behind a waiting ALTER TABLE would stop every caller.
const lockWait = 2 * time.Second

// Migration is one step and when it was applied; Applied is zero when pending.
type Migration struct {
	Version int64
	Name    string
	Applied time.Time
}

// Up applies every pending step as the owner of dsn and says how many there
// were. Processes that start together wait for each other: one applies, the
// rest find nothing to do. A failed step leaves the earlier ones in place and
// itself undone, so running it again is safe.
func Up(ctx context.Context, dsn string) (applied int, err error) {
	err = with(ctx, dsn, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		if partial, ok := errors.AsType[*goose.PartialError](err); ok {
			applied = len(partial.Applied)
			return explain(partial)
		}
		applied = len(results)
		return err
	})
	return applied, err
}

// Status lists every step in order.
func Status(ctx context.Context, dsn string) ([]Migration, error) {
	var all []Migration
	err := with(ctx, dsn, func(p *goose.Provider) error {
		rows, err := p.Status(ctx)
		for _, r := range rows {
			m := Migration{Version: r.Source.Version, Name: name(r.Source), Applied: r.AppliedAt}
			if r.State == goose.StatePending {
				m.Applied = time.Time{}
			}
			all = append(all, m)
		}
		return err
	})
	return all, err
}

// Latest is the version a database has to be at for this binary.
func Latest() int64 {
	latest := int64(queueVersion)
	files, _ := fs.Glob(migrations.FS, "*.sql") // the pattern is constant and well formed
	for _, f := range files {
		if v, err := goose.NumericComponent(f); err == nil {
			latest = max(latest, v)
		}
	}
	return latest
}

// Fingerprint changes whenever the schema that Up makes does: the tests keep a
// migrated database under this name.
func Fingerprint() (string, error) {
	sum := sha256.New()
	files, _ := fs.Glob(migrations.FS, "*.sql")
	for _, f := range files {
		b, err := fs.ReadFile(migrations.FS, f)
		if err != nil {
			return "", fmt.Errorf("reading migration %s: %w", f, err)
		}
		_, _ = io.WriteString(sum, f+"\n"+string(b)+"\n")
	}
	_, _ = io.WriteString(sum, strconv.Itoa(queueVersion)+" "+strconv.Itoa(queueSchema)+queueGrants)
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}

func name(s *goose.Source) string {
	if s.Type == goose.TypeGo {
		return queueName
	}
	return path.Base(s.Path)
}

// with runs fn on a provider over a small pool of the owner's: one connection
// for the lock, one for the steps, one for the queue's.
func with(ctx context.Context, dsn string, fn func(*goose.Provider) error) error {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return errors.New("the owner's database address cannot be read; write it as postgres://user:password@host:port/database")
	}
	cfg.MaxConns = 4
	cfg.ConnConfig.RuntimeParams["lock_timeout"] = strconv.FormatInt(lockWait.Milliseconds(), 10)
	cfg.ConnConfig.RuntimeParams["application_name"] = "throughline migrate"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("connecting to migrate: %w", err)
	}
	defer pool.Close()
	if err := pool.Ping(ctx); err != nil {
		return fmt.Errorf("connecting to migrate: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }()
	p, err := provider(db, pool)
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	return fn(p)
}

func provider(db *sql.DB, pool *pgxpool.Pool) (*goose.Provider, error) {
	// Another process's migration may take minutes: ask every second for ten.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600), lock.WithUnlockTimeout(1, 10))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, migrations.FS,
		goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(queueStep(pool)),
	)
}

// explain adds what to do to the error of the step that failed.
func explain(p *goose.PartialError) error {
	err := fmt.Errorf("migration %s failed, and is undone: %w", name(p.Failed.Source), p.Err)
	if e, ok := errors.AsType[*pgconn.PgError](p.Err); ok && e.Code == "55P03" {
		return fmt.Errorf("a running transaction holds a lock it needs for longer than %s; run it again when that has ended: %w", lockWait, err)
	}
	return err
}
