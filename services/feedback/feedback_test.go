package feedback_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/feedback"
)

// plant has so many of Ashdown's asked, of whom some answer, and some of those say
// yes to the first question.
func plant(t *testing.T, w *testkit.Stage, at time.Time, asked, answered, yes int) {
	t.Helper()
	for i := range asked {
		id := models.NewID()
		w.Do(t, `insert into feedback_invitations (id, case_id, service_id, org_id, point, made_at, expires_at, answered_at)
			values ($1, $2, $3, $4, 'working', $5::timestamptz, $5::timestamptz + interval '28 days', case when $6 then $5::timestamptz end)`,
			id, w.Case(t, w.As("police")).ID, w.Service(testkit.ServiceIDVA).ID, w.Org(testkit.OrgVAWG).ID, at, i < answered)
		if i < answered {
			w.Do(t, "insert into feedback_answers (id, service_id, org_id, point, month, heard) values ($1, $2, $3, 'working', date_trunc('month', $4::timestamptz)::date, $5)",
				id, w.Service(testkit.ServiceIDVA).ID, w.Org(testkit.OrgVAWG).ID, at, map[bool]string{true: "yes", false: "no"}[i < yes])
			w.Do(t, "insert into feedback_words (id, words) values ($1, $2)", id, testkit.Seal(vault.FeedbackWords, id, "Canary."))
		}
	}
}

// TestAManagerLearnsSharesOfTwentyOrMore plants quarters that may be told and
// others that may not, and holds what the manager is given to a count by hand.
func TestAManagerLearnsSharesOfTwentyOrMore(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	w.Clock.Set(time.Date(2027, 12, 1, 9, 0, 0, 0, time.UTC))
	for _, q := range []struct {
		month                time.Month
		asked, answered, yes int
	}{{1, 40, 30, 20}, {4, 40, 30, 28}, {7, 40, 19, 10}, {10, 40, 30, 20}} {
		// As the triggers write them, which the next test holds.
		w.Do(t, `insert into quality_facts (kind, id, from_org_id, to_org_id, priority, month, submitted_at, status, reason, marks)
			select 'feedback', gen_random_uuid(), $1, $1, '', $2::date, $2::date, case when n <= $4 then 'answered' else 'open' end, 'working',
				case when n <= $5 then '{heard:yes}' when n <= $4 then '{heard:no}' else '{}' end::text[] from generate_series(1, $3) n`,
			w.Org(testkit.OrgVAWG).ID, time.Date(2027, q.month, 1, 0, 0, 0, 0, time.UTC), q.asked, q.answered, q.yes)
	}
	svc := feedback.New(w.DB, directory.New(w.DB))
	say := func() (out string) {
		quarters, err := svc.Own(w.As("vawg.manager"))
		if err != nil {
			t.Fatal(err)
		}
		show := func(p *int) string {
			if p == nil {
				return "-"
			}
			return fmt.Sprint(*p)
		}
		for i := range quarters {
			q := &quarters[i]
			out += fmt.Sprintf("%s few %v response %s heard %s safer %s; ", q.Quarter.Format("2006-01"), q.Few, show(q.Response), show(q.Heard), show(q.Safer))
		}
		return out
	}
	// The quarter that is not over is not there; of 28 in 30 two are left, who could be found.
	const want = "2027-07 few true response 48 heard - safer -; 2027-04 few false response 75 heard - safer -; 2027-01 few false response 75 heard 67 safer -; "
	if got := say(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := svc.Own(w.As("vawg")); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a worker: %v", err)
	}
}

// TestTheDatabaseGivesNobodyOfAServiceAnAnswer reads past the service.
func TestTheDatabaseGivesNobodyOfAServiceAnAnswer(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	plant(t, w, w.Clock.Now(), 3, 2, 1)
	// Erasing somebody's case takes the answer with it, and leaves the figures as they
	// were: that one is missing would tell what it was.
	lines := func() string {
		var out string
		if err := w.Owner.QueryRow(t.Context(), "select string_agg(status || marks::text, ' ' order by status, marks) from quality_facts where kind = 'feedback'").Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := lines()
	plant(t, w, w.Clock.Now(), 1, 1, 1)
	with := lines()
	w.Do(t, "delete from feedback_invitations where id = (select max(id::text)::uuid from feedback_invitations)")
	if before != "answered{heard:no} answered{heard:yes} open{}" || with != "answered{heard:no} answered{heard:yes} answered{heard:yes} open{}" || lines() != with {
		t.Errorf("the figures hold %s, with one more %s, and after it was erased %s", before, with, lines())
	}
	undo := errors.New("nothing of this stays")
	for who, want := range map[string][3]int{
		"vawg": {0, 0, 0}, "vawg.manager": {0, 0, 0}, "police": {0, 0, 0}, "police.manager": {0, 0, 0}, "privacy": {0, 0, 0}, "coordinator": {0, 0, 0}, "admin": {0, 0, 0},
		"analyst": {2, 0, 0}, "commissioner": {2, 2, 0},
	} {
		for i, table := range []string{"feedback_answers", "feedback_words", "feedback_invitations"} {
			var n int
			err := w.DB.Write(w.As(who), func(ctx context.Context, tx *pg.Tx) error {
				if err := tx.Scan(ctx, &n, "select count(*) from "+table); err != nil {
					n = 0
				}
				return undo
			})
			if n != want[i] || err == nil {
				t.Errorf("%s reads %d rows of %s, want %d", who, n, table, want[i])
			}
		}
		for _, call := range []string{"select app_feedback_enter(gen_random_uuid(), now(), (select id from organisations limit 1), null, 'yes', null, null, null)"} {
			var entered error
			_ = w.DB.Write(w.As(who), func(ctx context.Context, tx *pg.Tx) error {
				_, entered = tx.Exec(ctx, call)
				return undo
			})
			if (entered == nil) != (who == "commissioner") {
				t.Errorf("%s enters an answer: %v", who, entered)
			}
		}
	}
}
