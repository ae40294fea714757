// The tests of the schema itself: what every table, policy, function and grant
// must be, and what each of them keeps from whom. They read the catalogue of a
// migrated database, so that whatever a later migration adds is held to the
// same rules or fails until somebody says why not.
package migrations_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"throughline/internal/testkit"
	"throughline/models"
)

const (
	owner = "throughline_owner"
	app   = "throughline_app"
)

// connect opens one connection for a test.
func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// list reads one column of text.
func list(t *testing.T, c *pgx.Conn, query string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("asking %q: %v", query, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("asking %q: %v", query, err)
	}
	return out
}

// lookAt opens a fresh database as its superuser, to read the catalogue.
func lookAt(t *testing.T) *pgx.Conn {
	t.Helper()
	return connect(t, testkit.Postgres(t).SuperDSN)
}

// enter makes a connection act as somebody for the length of a transaction, as
// the product does; "" is nobody and "system" a job.
func enter(t *testing.T, tx pgx.Tx, w *testkit.Stage, who string) {
	t.Helper()
	var err error
	switch who {
	case "":
		return
	case "system":
		_, err = tx.Exec(t.Context(), "select set_config('app.role', 'system', true)")
	default:
		a := w.Actor(who)
		_, err = tx.Exec(t.Context(), "select app_enter($1, $2)", a.SessionID, string(a.Role))
	}
	if err != nil {
		t.Fatalf("%s entering: %v", who, err)
	}
}

// as runs fn as the application on behalf of somebody, and undoes it.
func as(t *testing.T, c *pgx.Conn, w *testkit.Stage, who string, fn func(pgx.Tx)) {
	t.Helper()
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatalf("beginning: %v", err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	enter(t, tx, w, who)
	fn(tx)
}

// try runs one statement whose failure leaves the transaction usable, undoes
// it, and returns how many rows it touched and the SQLSTATE it met ("": none).
func try(t *testing.T, tx pgx.Tx, statement string, args ...any) (int64, string) {
	t.Helper()
	inner, err := tx.Begin(t.Context())
	if err != nil {
		t.Fatalf("saving: %v", err)
	}
	tag, err := inner.Exec(t.Context(), statement, args...)
	if undo := inner.Rollback(t.Context()); undo != nil {
		t.Fatalf("undoing: %v", undo)
	}
	return tag.RowsAffected(), state(t, err)
}

// state is the SQLSTATE of an error of the database; any other error fails.
func state(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		t.Fatalf("got %v, want an answer of the database", err)
	}
	return e.Code
}

// refused is the SQLSTATE of a right that is missing and of a row that row
// security refuses.
const refused = "42501"

// golden holds what a test got against a file; UPDATE_GOLDEN=1 rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatalf("writing %s: %v", path, err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading %s (make golden writes it): %v", path, err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (make golden accepts it), want -, got +:\n%s", path, diff)
	}
}

// codeOf is models.CodeOf, with nothing for no error.
func codeOf(err error) models.Code {
	if err == nil {
		return ""
	}
	return models.CodeOf(err)
}
