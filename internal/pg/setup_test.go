package pg_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
)

// bench is a stage whose database is opened once more over one connection, so
// that whatever is left on it meets whoever comes next.
type bench struct {
	*testkit.Stage
	db *pg.DB
}

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	db, err := pg.Open(t.Context(), pg.Options{DSN: w.AppDSN, Now: w.Clock.Now, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &bench{w, db}
}

// event is one that names nothing.
func event() models.Event { return models.Event{Action: "case.tested", SubjectType: "case"} }

const addDraft = "insert into drafts (id, user_id, kind, created_at, updated_at) values ($1, $2, 'test', now(), now())"

// add is a statement that adds a row of the actor's own.
func (b *bench) add(who string) (string, []any) {
	return addDraft, []any{models.NewID(), b.Person(who).ID}
}

// rows are how many drafts, events and outbox rows there are.
func (b *bench) rows(t *testing.T) [3]int {
	t.Helper()
	return [3]int{
		b.Count(t, "select count(*) from drafts"), b.Count(t, "select count(*) from audit_events"), b.Count(t, "select count(*) from outbox"),
	}
}

// begin starts a batch of somebody's.
func (b *bench) begin(t *testing.T, ctx context.Context) *pg.Batch {
	t.Helper()
	batch, err := b.db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func codeOf(err error) models.Code {
	if err == nil {
		return ""
	}
	return models.CodeOf(err)
}

// clean fails unless the one connection knows no actor and shows no row.
func (b *bench) clean(t *testing.T, after string) {
	t.Helper()
	var settings string
	var seen int
	err := b.db.Pool().QueryRow(t.Context(), `select concat_ws(' ', app_user_id()::text, app_org_id()::text, app_role()),
		(select count(*) from cases) + (select count(*) from victims) + (select count(*) from referrals) + (select count(*) from clocks)
		+ (select count(*) from users where name <> '') + (select count(*) from audit_events) + (select count(*) from drafts)
		+ (select count(*) from notices) + (select count(*) from outbox) + (select count(*) from idempotency_keys)`).Scan(&settings, &seen)
	if err != nil || settings != "" || seen != 0 {
		t.Errorf("%s: got actor %q, %d rows, %v, want a connection that knows nobody", after, settings, seen, err)
	}
}

var errOurs = errors.New("ours")

// one reads a single value in a batch.
func one[T any](b *pg.Batch, dest *T, q string, args ...any) {
	b.Query(pg.Each(func(rows pgx.Rows) error { return rows.Scan(dest) }), q, args...)
}

// nobody is a person or organisation that does not exist.
func nobody() uuid.UUID { return uuid.MustParse("00000000-0000-7000-8000-00000000dead") }
