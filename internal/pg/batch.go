package pg

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"throughline/internal/vault"
	"throughline/models"
)

// BatchKind says what a batch is for, as the verbs of DB do.
type BatchKind int

// The kinds of batch.
const (
	BatchRead         BatchKind = iota // no person's data
	BatchWrite                         // shows or changes records: must record an audit event
	BatchHousekeeping                  // nobody's record
)

// ReadsOnly follows who asks in a batch of reads: the rest of its transaction
// can change nothing.
const ReadsOnly = ", set_config('transaction_read_only', 'on', true)"

// Batch is the second door to the database, for the few operations that are
// asked for all day: [who asks, statements..., Sync] in one round trip and one
// implicit transaction. Any error undoes all of it and nothing stays on the
// connection (performance.md, "What wins").
type Batch struct {
	Actor models.Actor
	Now   time.Time
	Vault *vault.Vault

	ctx    context.Context
	db     *DB
	batch  pgx.Batch
	scans  []func(pgx.Rows) error
	events int
	later  func() any
	err    error
}

// Begin starts a batch for the context's actor.
func (db *DB) Begin(ctx context.Context) (*Batch, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return nil, err
	}
	if ctx.Value(inTxKey{}) != nil {
		return nil, models.Internal("a batch was opened inside a transaction", nil)
	}
	b := &Batch{Actor: a, Now: db.Now(), Vault: db.vault, ctx: ctx, db: db}
	q, args := enter(a)
	b.Exec(q, args...)
	return b, nil
}

// Exec adds a statement whose rows nobody reads.
func (b *Batch) Exec(q string, args ...any) {
	b.batch.Queue(q, args...)
	b.scans = append(b.scans, nil)
}

// Insert adds rows to a table, named with its columns, in one statement: what
// PostgreSQL prepares anew for every statement, checks and policies and keys, it
// prepares once. No rows are no statement.
func (b *Batch) Insert(into string, rows ...[]any) {
	if len(rows) == 0 {
		return
	}
	q, args := insertSQL(into, rows)
	b.Exec(q, args...)
}

// insertSQL is one statement for several rows, with what is in them.
func insertSQL(into string, rows [][]any) (string, []any) {
	q, args := &strings.Builder{}, make([]any, 0, len(rows)*len(rows[0]))
	q.WriteString("insert into " + into + " values ")
	for n, row := range rows {
		q.WriteString(strings.Repeat(", ", min(n, 1)) + "(")
		for i := range row {
			q.WriteString(strings.Repeat(", ", min(i, 1)) + "$" + strconv.Itoa(len(args)+i+1))
		}
		q.WriteString(")")
		args = append(args, row...)
	}
	return q.String(), args
}

// Query adds a query; scan is called once with its rows and reads them all.
func (b *Batch) Query(scan func(pgx.Rows) error, q string, args ...any) {
	b.batch.Queue(q, args...)
	b.scans = append(b.scans, scan)
}

// Record adds an event to the trail, in the same transaction.
func (b *Batch) Record(e models.Event) {
	q, args, err := auditInsert(b.ctx, b.Actor, b.Now, e)
	if err != nil {
		b.err = err
		return
	}
	b.Recorded()
	b.Exec(q, args...)
}

// Recorded says that one of the statements itself appends to the trail,
// because only the database knows what was shown or whether it changed.
func (b *Batch) Recorded() { b.events++ }

// Enqueue adds what has to happen after this change.
func (b *Batch) Enqueue(topic string, referral, caseID uuid.UUID) {
	b.Exec("insert into outbox (topic, referral_id, case_id, at) values ($1, $2, $3, $4)",
		topic, OrNull(referral), OrNull(caseID), b.Now)
}

// EnqueueAll is Enqueue for several cases, in one statement.
func (b *Batch) EnqueueAll(topic string, cases []uuid.UUID) {
	rows := make([][]any, len(cases))
	for i, id := range cases {
		rows[i] = []any{topic, id, b.Now}
	}
	b.Insert("outbox (topic, case_id, at)", rows...)
}

// Send runs the batch. Where the database refuses any of it, nothing of it
// happened; where only a scan fails, what the statements did stands, and the
// caller knows no more than that. A batch of reads can change nothing.
func (b *Batch) Send(kind BatchKind) error {
	if b.err != nil {
		return b.err
	}
	if kind == BatchWrite && b.events == 0 {
		return models.Internal("a batch on people's records recorded no audit event", nil)
	}
	if kind == BatchRead {
		b.batch.QueuedQueries[0].SQL += ReadsOnly
	}
	conn, err := b.db.pool.Acquire(b.ctx)
	if err != nil {
		return Translate(err)
	}
	defer conn.Release()
	if b.later != nil {
		return Translate(b.sendAndKeep(conn))
	}
	return Translate(b.run(conn, &b.batch))
}

// run sends one pipeline and reads what comes back.
func (b *Batch) run(conn *pgxpool.Conn, batch *pgx.Batch) error {
	results := conn.SendBatch(b.ctx, batch)
	err := b.read(results)
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	return err
}

// sendAndKeep runs the batch in an explicit transaction, makes the answer from
// what it read, and keeps that with the commit: one round trip more.
func (b *Batch) sendAndKeep(conn *pgxpool.Conn) error {
	whole := &pgx.Batch{QueuedQueries: append([]*pgx.QueuedQuery{{SQL: "begin"}}, b.batch.QueuedQueries...)}
	b.scans = append([]func(pgx.Rows) error{nil}, b.scans...)
	err := b.run(conn, whole)
	if err == nil {
		end := &Batch{Actor: b.Actor, Now: b.Now, ctx: b.ctx, db: b.db}
		end.Keep(b.later())
		end.Exec("commit")
		if err = end.err; err == nil {
			err = end.run(conn, &end.batch)
		}
	}
	if err != nil && conn.Conn().PgConn().TxStatus() != 'I' {
		// The caller may be gone; the connection goes back clean or not at all.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), time.Second)
		defer cancel()
		_, _ = conn.Exec(ctx, "rollback")
	}
	return err
}

func (b *Batch) read(results pgx.BatchResults) error {
	for _, scan := range b.scans {
		if scan == nil {
			if _, err := results.Exec(); err != nil {
				return err
			}
			continue
		}
		rows, err := results.Query()
		if err != nil {
			return err
		}
		err = scan(rows)
		rows.Close()
		if err = errors.Join(rows.Err(), err); err != nil {
			return err
		}
	}
	return nil
}

// One returns a scan that reads at most one row into dest and says whether
// there was one.
func One(found *bool, dest ...any) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		*found = false
		if rows.Next() {
			*found = true
			return rows.Scan(dest...)
		}
		return nil
	}
}

// Each returns a scan that calls row for every row.
func Each(row func(pgx.Rows) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		for rows.Next() {
			if err := row(rows); err != nil {
				return err
			}
		}
		return nil
	}
}

// Fill returns a scan that adds an element to list for every row and lets row
// fill it where it lies. There is room for usual elements from the first, so
// that a long list of large records is not copied over and over as it grows.
func Fill[T any](list *[]T, usual int, row func(Row, *T) error) func(pgx.Rows) error {
	return Each(func(r Row) error {
		if *list == nil {
			*list = make([]T, 0, usual)
		}
		*list = append(*list, *new(T))
		return row(r, &(*list)[len(*list)-1])
	})
}

// Context is the context the batch was begun with.
func (b *Batch) Context() context.Context { return b.ctx }
