// Package pg owns the connection to PostgreSQL. Neither the pool nor *gorm.DB
// leaves it: a query can only be made inside Read, View, Write, Housekeeping or
// a Batch, and each of them tells the database who is asking before anything
// else. The database believes the session row, not the caller: a session that
// ended a moment ago reads and writes nothing (decisions.md 16).
package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"throughline/internal/vault"
	"throughline/models"
)

// DB is the application's database: one pool under GORM, the batches and the
// job queue.
type DB struct {
	pool  *pgxpool.Pool
	gorm  *gorm.DB
	now   func() time.Time
	vault *vault.Vault
}

// Options say where the database is and what time it is.
type Options struct {
	DSN      string
	Now      func() time.Time // the one clock of the program
	MaxConns int32            // 0: 12
	Caps     Caps             // how many records one person may open in an hour
	Remark   func(string)     // what the server remarks beside its answers: plans, where a test asks for them
	Tracer   pgx.QueryTracer  // nil: none; to measure with
	Vault    *vault.Vault     // seals and opens content; nil: nothing sealed can be read or written
}

// Settings are what every connection of the application asks of the server.
func Settings() map[string]string {
	return map[string]string{
		// Generic plans from the first execution: custom plans of the first five
		// were measured to stall for a second now and then (performance.md).
		"plan_cache_mode": "force_generic_plan",
		// Under row security the planner expects one row of any list, and so would
		// read a whole inbox by a bitmap and sort it to show the first page: 250 ms
		// in place of a half, from one day to the next. Without bitmap scans it
		// reads the page in the order of the index. No index here needs a bitmap.
		"enable_bitmapscan": "off",
		// Every hot page of the database is in memory, and no query is worth
		// compiling.
		"random_page_cost": "1.1",
		"jit":              "off",

		"statement_timeout":                   "15000",
		"idle_in_transaction_session_timeout": "30000",
		"application_name":                    "throughline",
	}
}

// Open connects as the application's role, which owns no table.
func Open(ctx context.Context, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(o.DSN)
	if err != nil {
		return nil, fmt.Errorf("reading the database address: %w", err)
	}
	cfg.MaxConns = 12
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.DescriptionCacheCapacity = 0 // statements are prepared: a second, empty cache is only memory
	cfg.ConnConfig.Tracer = o.Tracer
	if o.Remark != nil {
		cfg.ConnConfig.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { o.Remark(n.Message) }
	}
	maps.Copy(cfg.ConnConfig.RuntimeParams, Settings())
	maps.Copy(cfg.ConnConfig.RuntimeParams, o.Caps.Settings())
	cfg.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		registerIdentifiers(c.TypeMap())
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connecting to the database: %w", err)
	}
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: stdlib.OpenDBFromPool(pool)}), &gorm.Config{
		Logger:                   logger.Discard, // GORM logs values; the edge logs errors, without them
		NowFunc:                  o.Now,
		QueryFields:              true, // name columns, so that a release survives a new one
		SkipDefaultTransaction:   true, // every statement already runs in ours
		DisableNestedTransaction: true,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("opening gorm: %w", err)
	}
	return &DB{pool: pool, gorm: g, now: o.Now, vault: o.Vault}, nil
}

// Close ends every connection.
func (db *DB) Close() { db.pool.Close() }

// Now is the program's one clock.
func (db *DB) Now() time.Time { return db.now().UTC() }

// Pool is for the job queue's client and for figures about connections. It
// sees no person's row: row security without an actor shows none.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Ready asks whether the database answers and is migrated to at least version.
func (db *DB) Ready(ctx context.Context, version int64) error {
	var at int64
	err := db.pool.QueryRow(ctx, "select coalesce(max(version_id), 0) from goose_db_version where is_applied").Scan(&at)
	if err != nil {
		return models.Unavailable("asking the database", err)
	}
	if at < version {
		return models.Unavailable("checking migrations", fmt.Errorf("at %d, want %d", at, version))
	}
	return nil
}

// Tx is one transaction, on behalf of one actor, at one moment.
type Tx struct {
	Actor models.Actor
	Now   time.Time
	Vault *vault.Vault

	gorm   *gorm.DB
	events int
}

type inTxKey struct{}

// Read runs fn in a read-only transaction, for what holds no person's data.
func (db *DB) Read(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return db.run(ctx, &sql.TxOptions{ReadOnly: true}, fn)
}

// View runs fn to show people's records. It fails, and shows nothing, unless
// fn records who was shown.
func (db *DB) View(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return db.Write(ctx, fn)
}

// Write runs fn in a transaction and commits it if fn returns nil and has
// recorded at least one audit event.
func (db *DB) Write(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return db.run(ctx, nil, func(ctx context.Context, tx *Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		if tx.events == 0 {
			return models.Internal("a transaction on people's records recorded no audit event", nil)
		}
		return nil
	})
}

// Housekeeping runs fn without an audit event. It is for what is nobody's
// record: unfinished forms, notices marked as read, the queue's own rows
// (decisions.md 14); a test of this package holds the callers to that list.
func (db *DB) Housekeeping(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return db.run(ctx, nil, fn)
}

func (db *DB) run(ctx context.Context, opts *sql.TxOptions, fn func(context.Context, *Tx) error) error {
	if ctx.Value(inTxKey{}) != nil {
		return models.Internal("a transaction was opened inside another", nil)
	}
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, inTxKey{}, true)
	err = db.gorm.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		q, args := enter(actor)
		if err := g.Exec(q, args...).Error; err != nil {
			return err
		}
		return fn(ctx, &Tx{Actor: actor, Now: db.Now(), Vault: db.vault, gorm: g})
	}, opts)
	return Translate(err)
}

// enter is the first statement of every transaction.
func enter(a models.Actor) (string, []any) {
	if a.Role == models.RoleSystem {
		return "select set_config('app.role', 'system', true)", nil
	}
	if a.Role == models.RoleVisitor {
		return "select set_config('app.role', 'visitor', true)", nil
	}
	if a.ImportID != uuid.Nil {
		return "select app_enter_import($1)", []any{a.ImportID}
	}
	if a.BulkID != uuid.Nil {
		return "select app_enter_bulk($1)", []any{a.BulkID}
	}
	if a.StatusID != uuid.Nil {
		return "select app_enter_status($1)", []any{a.StatusID}
	}
	return "select app_enter($1, $2)", []any{a.SessionID, string(a.Role)}
}

// From starts a query for rows of type T.
func From[T any](tx *Tx) gorm.Interface[T] { return gorm.G[T](tx.gorm) }

// Exec runs one statement that GORM has no words for and tells how many rows
// it changed.
func (tx *Tx) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	r := tx.gorm.WithContext(ctx).Exec(q, args...)
	return r.RowsAffected, r.Error
}

// Insert adds several rows in one statement; none: nothing is done.
func (tx *Tx) Insert(ctx context.Context, into string, rows ...[]any) error {
	if len(rows) == 0 {
		return nil
	}
	q, args := insertSQL(into, rows)
	_, err := tx.Exec(ctx, q, args...)
	return err
}

// Scan runs one query that GORM has no words for into dest.
func (tx *Tx) Scan(ctx context.Context, dest any, q string, args ...any) error {
	return tx.gorm.WithContext(ctx).Raw(q, args...).Scan(dest).Error
}

// Each runs one query and calls fn for every row as it comes, so that they are
// never all in memory. fn must not ask the database for anything.
func (tx *Tx) Each(ctx context.Context, fn func(scan func(...any) error) error, q string, args ...any) (err error) {
	rows, err := tx.gorm.WithContext(ctx).Raw(q, args...).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Record appends to the audit trail, in the same transaction as the change.
func (tx *Tx) Record(ctx context.Context, e models.Event) error {
	tx.events++
	q, args, err := auditInsert(ctx, tx.Actor, tx.Now, e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, q, args...)
	return err
}

// Try runs fn so that its error takes back what it did and nothing before it:
// the transaction goes on. Where undo is true what it did is taken back all the
// same.
func (tx *Tx) Try(ctx context.Context, undo bool, fn func() error) error {
	events := tx.events
	if _, err := tx.Exec(ctx, "savepoint attempt"); err != nil {
		return err
	}
	failed := fn()
	if failed != nil || undo {
		tx.events = events
		if _, err := tx.Exec(ctx, "rollback to savepoint attempt"); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "release savepoint attempt"); err != nil {
		return err
	}
	return failed
}

// Enqueue writes what has to happen after this change, in its transaction.
func (tx *Tx) Enqueue(ctx context.Context, topic string, referral, caseID uuid.UUID) error {
	_, err := tx.Exec(ctx, "insert into outbox (topic, referral_id, case_id, at) values (?, ?, ?, ?)",
		topic, OrNull(referral), OrNull(caseID), tx.Now)
	return err
}

// OrNull is an identifier, a text or another value as a column that may be empty
// takes it: null for one that is nothing.
func OrNull[T comparable](v T) *T {
	var nothing T
	if v == nothing {
		return nil
	}
	return &v
}

// Row is one row of a query made in a batch.
type Row = pgx.Rows
