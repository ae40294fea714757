package pg_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
)

func TestWhatTheDatabaseSaysBecomesWhatWeSay(t *testing.T) {
	t.Parallel()
	server := func(code, routine string) error {
		return &pgconn.PgError{Code: code, Routine: routine, Message: "secret words", Detail: "Key (email)=(secret)", ConstraintName: "users_email_once", TableName: "users", SchemaName: "public"}
	}
	for _, c := range []struct {
		from error
		want models.Code
	}{
		{server("TL401", ""), models.CodeUnauthenticated},
		{server("42501", "aclcheck_error"), models.CodeUnavailable},
		{server("42501", "ExecWithCheckOptions"), models.CodeNotFound},
		{server("22021", ""), models.CodeInvalid},
		{server("22P05", ""), models.CodeInvalid},
		{server("08006", ""), models.CodeUnavailable},
		{server("57014", ""), models.CodeUnavailable}, // too long
		{server("57P01", ""), models.CodeUnavailable}, // ended by its operator
		{server("53300", ""), models.CodeUnavailable}, // too many connections
		{server("53100", ""), models.CodeUnavailable}, // the disk is full
		{server("25006", ""), models.CodeUnavailable}, // a standby takes no writes
		{server("40P01", ""), models.CodeUnavailable}, // two waited for each other, and this one gave way
		{server("55P03", ""), models.CodeUnavailable}, // a lock could not be had
		{server("23505", ""), models.CodeInternal},
		{server("23503", ""), models.CodeInternal},
		{server("42P01", ""), models.CodeInternal},
		{pgx.ErrNoRows, models.CodeNotFound},
		{gorm.ErrRecordNotFound, models.CodeNotFound},
		{context.Canceled, models.CodeUnavailable},
		{context.DeadlineExceeded, models.CodeUnavailable},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, models.CodeUnavailable},
		{io.ErrUnexpectedEOF, models.CodeUnavailable}, // the server was killed
		{driver.ErrBadConn, models.CodeUnavailable},
		{sql.ErrTxDone, models.CodeUnavailable}, // rolled back when the request's time was over
		{errOurs, models.CodeInternal},
		{models.Conflict("ours"), models.CodeConflict},
		{fmt.Errorf("wrapped: %w", models.Stale("ours")), models.CodeStale},
	} {
		for _, from := range []error{c.from, fmt.Errorf("while asking: %w", c.from)} {
			got := pg.Translate(from)
			if models.CodeOf(got) != c.want {
				t.Errorf("%v: got %v, want %s", from, got, c.want)
			}
			said := ""
			if e, ok := errors.AsType[*models.Error](got); ok {
				said = e.Message + fmt.Sprint(e.Fields)
			}
			for _, secret := range []string{"secret", "users", "email", "public", "constraint"} {
				if strings.Contains(said, secret) {
					t.Errorf("%v: %q tells %q", from, said, secret)
				}
			}
		}
	}
	if pg.Translate(nil) != nil {
		t.Error("nothing became something")
	}
	if got := pg.Translate(server("TL409", "")); !errors.Is(got, pg.ErrLostRace) {
		t.Errorf("TL409: got %v, want the lost race", got)
	}
	replay := &models.Replay{Answer: []byte("x")}
	if got, ok := errors.AsType[*models.Replay](pg.Translate(fmt.Errorf("wrapped: %w", replay))); !ok || got != replay {
		t.Errorf("a replay: got %v", got)
	}
}

// Which constraint it was is for the area that knows what it means; it is in no
// message, because a message might be shown (T14).
func TestAConstraintIsNamedToTheCodeAndToNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.As("police")
	b.Do(t, addDraft, nobody(), b.Person("police").ID)
	for want, insert := range map[string]string{
		"drafts_pkey":       "insert into drafts (id, user_id, kind, created_at, updated_at) values ('00000000-0000-7000-8000-00000000dead', app_user_id(), 'test', now(), now())",
		"drafts_kind_check": "insert into drafts (id, user_id, kind, created_at, updated_at) values (gen_random_uuid(), app_user_id(), repeat('x', 99), now(), now())",
		"contact_plans_case_id_fkey": `insert into referrals (id, reference, case_id, journey_id, service_id, pathway, from_org_id, to_org_id, sharing_decision_id, priority, created_by, created_at, status_since)
			values (gen_random_uuid(), 'R-AAAA-AAAA-A', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'vawg', app_org_id(), app_org_id(), gen_random_uuid(), 'standard', app_user_id(), now(), now())`,
	} {
		batch := b.begin(t, ctx)
		batch.Exec(insert)
		inBatch := batch.Send(pg.BatchHousekeeping)
		inTx := b.db.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, insert)
			return err
		})
		for way, err := range map[string]error{"batch": inBatch, "transaction": inTx} {
			e, ours := errors.AsType[*models.Error](err)
			switch {
			case err == nil:
				t.Errorf("%s, %s: got it through", way, want)
			case strings.HasSuffix(want, "_fkey"): // a case that is not there is one that is not theirs
				if !ours || e.Code != models.CodeNotFound || pg.Constraint(err) != "" {
					t.Errorf("%s, a foreign record: got %v, want not found", way, err)
				}
			case pg.Constraint(err) != want || ours:
				t.Errorf("%s: got %v naming %q, want %s", way, err, pg.Constraint(err), want)
			}
		}
	}
	if pg.Constraint(nil) != "" || pg.Constraint(errOurs) != "" || pg.IsTwin(errOurs) {
		t.Error("an error of ours named a constraint")
	}
}

func TestADatabaseIsReadyOnceItIsMigratedFarEnough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.db.Ready(t.Context(), 1); err != nil {
		t.Errorf("got %v, want ready", err)
	}
	if got := codeOf(b.db.Ready(t.Context(), 9999)); got != models.CodeUnavailable {
		t.Errorf("behind: got %q, want unavailable", got)
	}
	if got := b.db.Now(); !got.Equal(testkit.StageStart()) {
		t.Errorf("got %v, want the stage's clock", got)
	}
	b.db.Close()
	if got := codeOf(b.db.Ready(t.Context(), 1)); got == "" {
		t.Error("closed, it is ready")
	}
	gone, err := pg.Open(t.Context(), pg.Options{DSN: "host=127.0.0.1 port=1 user=throughline_app dbname=x connect_timeout=1", Now: b.Clock.Now})
	if err != nil {
		if got := codeOf(pg.Translate(err)); got != models.CodeUnavailable {
			t.Errorf("no server: got %v", err)
		}
		return
	}
	defer gone.Close()
	if got := codeOf(gone.Ready(t.Context(), 1)); got != models.CodeUnavailable {
		t.Errorf("no server: got %q, want unavailable", got)
	}
}
