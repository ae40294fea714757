package pg_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
)

func TestABatchIsAllOrNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.As("police")
	fill := func(batch *pg.Batch) {
		q, args := b.add("police")
		batch.Exec(q, args...)
		batch.Enqueue("case.tested", nobody(), nobody())
		batch.Record(event())
	}
	for name, last := range map[string]struct {
		sql  string
		args []any
		want func(error) bool
	}{
		"a lost race":        {"select app_lost_race()", nil, func(err error) bool { return errors.Is(err, pg.ErrLostRace) }},
		"a constraint":       {"insert into drafts (id, user_id, kind, created_at, updated_at) select id, user_id, kind, now(), now() from drafts", nil, func(err error) bool { return pg.Constraint(err) == "drafts_pkey" }},
		"a fault":            {"select 1 / 0", nil, func(err error) bool { return codeOf(err) == models.CodeInternal }},
		"a missing right":    {"update audit_events set action = 'x'", nil, func(err error) bool { return codeOf(err) == models.CodeUnavailable }},
		"row security":       {addDraft, []any{models.NewID(), nobody()}, func(err error) bool { return codeOf(err) == models.CodeNotFound }},
		"what is no text":    {"select $1::text", []any{"\x00"}, func(err error) bool { return codeOf(err) == models.CodeInvalid }},
		"what is not UTF-8":  {"select $1::text", []any{"\xff"}, func(err error) bool { return codeOf(err) == models.CodeInvalid }},
		"no SQL":             {"selec 1", nil, func(err error) bool { return codeOf(err) == models.CodeInternal }},
		"a wrong argument":   {"select $1::int", []any{struct{}{}}, func(err error) bool { return err != nil }},
		"a missing argument": {"select $1::int", nil, func(err error) bool { return err != nil }},
	} {
		batch := b.begin(t, ctx)
		fill(batch)
		batch.Exec(last.sql, last.args...)
		err := batch.Send(pg.BatchWrite)
		if err == nil || !last.want(err) {
			t.Errorf("%s: got %v", name, err)
		}
		if got := b.rows(t); got != [3]int{} {
			t.Fatalf("%s: got rows %v, want none", name, got)
		}
		b.clean(t, "after "+name)
	}
	batch := b.begin(t, ctx)
	fill(batch)
	if err := batch.Send(pg.BatchWrite); err != nil || b.rows(t) != [3]int{1, 1, 1} {
		t.Errorf("got %v and rows %v, want one of each", err, b.rows(t))
	}
}

func TestABatchReadsWhatItAskedForAsWhoAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	b.Case(t, b.As("caseworker"))
	for who, want := range map[string]int{"police": 1, "police.second": 1, "caseworker": 1, "refuge": 0} {
		batch := b.begin(t, b.As(who))
		var references []string
		var org string
		var found, none bool
		var reference string
		batch.Query(pg.Each(func(rows pg.Row) error {
			var r string
			err := rows.Scan(&r)
			references = append(references, r)
			return err
		}), "select reference from cases order by 1")
		one(batch, &org, "select app_org_id()::text")
		batch.Query(pg.One(&found, &reference), "select reference from cases where id = $1", c.ID)
		batch.Query(pg.One(&none, &reference), "select reference from cases where id = $1", nobody())
		if err := batch.Send(pg.BatchRead); err != nil {
			t.Fatal(err)
		}
		if len(references) != want || org != b.Person(who).Org.ID.String() || none || found != (who == "police" || who == "police.second") {
			t.Errorf("%s: got %v of %s, found %v, %v", who, references, org, found, none)
		}
	}
}

func TestASessionThatEndedMeanwhileIsToldSoAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.As("police")
	b.Do(t, "update sessions set revoked_at = now(), revoked_why = 'signed_out' where id = $1", b.Person("police").Session)
	batch := b.begin(t, ctx)
	q, args := b.add("police")
	batch.Exec(q, args...)
	batch.Record(event())
	if got := codeOf(batch.Send(pg.BatchWrite)); got != models.CodeUnauthenticated {
		t.Errorf("a batch: got %q, want unauthenticated", got)
	}
	err := b.db.Write(ctx, func(context.Context, *pg.Tx) error { t.Error("it began"); return nil })
	if codeOf(err) != models.CodeUnauthenticated || b.rows(t) != [3]int{} {
		t.Errorf("a write: got %v and rows %v", err, b.rows(t))
	}
	b.clean(t, "after a session that ended")
}

// Somebody signs in as an id; the database alone says of which organisation and
// in what role they are.
func TestTheDatabaseBelievesTheSessionAndNotTheCaller(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.Actor("refuge")
	a.OrgID, a.UserID = b.Org(testkit.OrgPolice).ID, b.Person("police").ID
	batch := b.begin(t, models.WithActor(t.Context(), a))
	var who string
	one(batch, &who, "select concat_ws(' ', app_user_id(), app_org_id(), app_role())")
	if err := batch.Send(pg.BatchRead); err != nil {
		t.Fatal(err)
	}
	if refuge := b.Actor("refuge"); who != refuge.UserID.String()+" "+refuge.OrgID.String()+" provider_worker" {
		t.Errorf("got %s, want what the session says", who)
	}
	a = b.Actor("police")
	a.Role = models.RoleManager
	if got := codeOf(b.begin(t, models.WithActor(t.Context(), a)).Send(pg.BatchRead)); got != models.CodeUnauthenticated {
		t.Errorf("another role than the session's: got %q, want unauthenticated", got)
	}
}

func TestTheTrailTellsWhoDidWhatInWhichRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := models.WithRequest(b.As("police"), &models.Request{ID: "req-1"})
	c := b.Case(t, ctx)
	told := models.Event{Action: "case.tested", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID, Detail: map[string]any{"part": "journey"}}
	batch := b.begin(t, ctx)
	batch.Record(told)
	if err := batch.Send(pg.BatchWrite); err != nil {
		t.Fatal(err)
	}
	if err := b.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error { return tx.Record(ctx, told) }); err != nil {
		t.Fatal(err)
	}
	told.Refused = true
	if err := b.db.RecordAlone(ctx, told); err != nil {
		t.Fatal(err)
	}
	p := b.Actor("police")
	n := b.Count(t, `select count(*) from audit_events where action = 'case.tested' and subject_id = $1 and case_id = $1 and actor_user_id = $2 and actor_org_id = $3
		and actor_role = 'caseworker' and session_id = $4 and request_id = 'req-1' and at = $5 and detail = '{"part": "journey"}'`,
		c.ID, p.UserID, p.OrgID, p.SessionID, b.Clock.Now())
	if refused := b.Count(t, "select count(*) from audit_events where refused"); n != 3 || refused != 1 {
		t.Errorf("got %d events, %d refused, want 3 and 1", n, refused)
	}
	batch = b.begin(t, b.System())
	batch.Record(models.Event{Action: "clock.tested", SubjectType: "clock"})
	if err := batch.Send(pg.BatchWrite); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from audit_events where actor_role = 'system' and actor_user_id is null and actor_org_id is null and session_id is null"); n != 1 {
		t.Errorf("got %d events of the system, want 1", n)
	}
}

func TestAReadIsInTheTrailWhereSomethingWasThereToSee(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	r := b.Referral(t, c, testkit.ServiceIDVA, models.StatusSubmitted)
	for who, want := range map[string]int{"police": 2, "vawg": 1, "refuge": 0, "commissioner": 0} {
		before := b.rows(t)[1]
		for _, e := range []models.Event{
			{Action: "case.opened", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID},
			{Action: "referral.read", SubjectType: "referral", SubjectID: r.ID},
			{Action: "case.opened", SubjectType: "case", SubjectID: nobody(), CaseID: nobody()},
		} {
			batch := b.begin(t, b.As(who))
			batch.RecordSeen(e)
			if err := batch.Send(pg.BatchWrite); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.rows(t)[1] - before; got != want {
			t.Errorf("%s: got %d events, want %d", who, got, want)
		}
	}
	// Whichever record of a case was read, the trail finds it by the case.
	if n := b.Count(t, "select count(*) from audit_events where action = 'referral.read' and case_id = $1 and subject_id = $2", c.ID, r.ID); n != 2 {
		t.Errorf("got %d readings of the referral that name its case, want 2", n)
	}
	for _, e := range []models.Event{{Action: "x.y", SubjectType: "service", SubjectID: nobody()}, {SubjectType: "case"}} {
		batch := b.begin(t, b.As("police"))
		batch.RecordSeen(e)
		if got := codeOf(batch.Send(pg.BatchWrite)); got != models.CodeInternal {
			t.Errorf("%+v: got %q, want internal", e, got)
		}
	}
}

func TestNothingOfOneRequestIsLeftForTheNext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Referral(t, b.Case(t, b.As("police")), testkit.ServiceIDVA, models.StatusAccepted)
	ctx := b.As("police")
	backend := func() (pid int) {
		if err := b.db.Pool().QueryRow(t.Context(), "select pg_backend_pid()").Scan(&pid); err != nil {
			t.Fatal(err)
		}
		return pid
	}
	first := backend()
	b.clean(t, "fresh")
	keep := models.WithRequest(ctx, &models.Request{Route: "POST /x", IdempotencyKey: "k", BodyHash: []byte("h"), Seal: func(any) ([]byte, error) { return []byte("a"), nil }})
	spoil := models.WithRequest(ctx, &models.Request{Route: "POST /x", IdempotencyKey: "l", BodyHash: []byte("h"), Seal: func(any) ([]byte, error) { return nil, errOurs }})
	send := func(ctx context.Context, kind pg.BatchKind, then func(*pg.Batch)) func() error {
		return func() error {
			batch := b.begin(t, ctx)
			batch.Record(event())
			then(batch)
			return batch.Send(kind)
		}
	}
	inside := func(do func(context.Context, func(context.Context, *pg.Tx) error) error, err error) func() error {
		return func() error {
			return do(ctx, func(ctx context.Context, tx *pg.Tx) error {
				var n int
				if scan := tx.Scan(ctx, &n, "select count(*) from cases"); scan != nil || n != 1 {
					t.Errorf("got %d cases, %v, want 1", n, scan)
				}
				if record := tx.Record(ctx, event()); record != nil {
					t.Error(record)
				}
				return err
			})
		}
	}
	later := func(b *pg.Batch) { b.KeepLater(func() any { return "the answer" }) }
	for _, step := range []struct {
		name string
		do   func() error
		ok   bool
	}{
		{"a batch", send(ctx, pg.BatchWrite, func(*pg.Batch) {}), true},
		{"a batch of the system", send(b.System(), pg.BatchWrite, func(*pg.Batch) {}), true},
		{"a batch that failed", send(ctx, pg.BatchWrite, func(b *pg.Batch) { b.Exec("select 1 / 0") }), false},
		{"a batch that lost a race", send(ctx, pg.BatchWrite, func(b *pg.Batch) { b.Exec("select app_lost_race()") }), false},
		{"a scan that failed", send(ctx, pg.BatchWrite, func(b *pg.Batch) { b.Query(func(pgx.Rows) error { return errOurs }, "select 1") }), false},
		{"an answer kept later", send(keep, pg.BatchWrite, later), true},
		{"an answer kept twice", send(keep, pg.BatchWrite, later), false},
		{"an answer that could not be kept", send(spoil, pg.BatchWrite, later), false},
		{"a failure before an answer was kept", send(spoil, pg.BatchWrite, func(b *pg.Batch) { b.Exec("select 1 / 0"); later(b) }), false},
		{"a view", inside(b.db.View, nil), true},
		{"a write", inside(b.db.Write, nil), true},
		{"a write that failed", inside(b.db.Write, errOurs), false},
		{"housekeeping", inside(b.db.Housekeeping, nil), true},
		{"housekeeping that failed", inside(b.db.Housekeeping, errOurs), false},
	} {
		if err := step.do(); (err == nil) != step.ok {
			t.Errorf("%s: got %v, want ok %v", step.name, err, step.ok)
		}
		b.clean(t, "after "+step.name)
		if got := backend(); got != first {
			t.Fatalf("%s left its connection broken: another one was opened", step.name)
		}
	}
	for name, do := range map[string]func(context.Context) error{
		"a batch nobody waits for": func(ctx context.Context) error {
			batch := b.begin(t, ctx)
			batch.Exec("select pg_sleep(5)")
			return batch.Send(pg.BatchRead)
		},
		"a write nobody waits for": func(ctx context.Context) error {
			return b.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error { return tx.Scan(ctx, new(int), "select 1 from pg_sleep(5)") })
		},
	} {
		ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		if got := codeOf(do(ctx)); got != models.CodeUnavailable {
			t.Errorf("%s: got %q, want unavailable", name, got)
		}
		cancel()
		b.clean(t, "after "+name)
	}
}

// An answer that cannot be kept undoes the act: told twice it would differ.
func TestAnAnswerThatCannotBeKeptUndoesTheAct(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, r := range map[string]*models.Request{
		"it cannot be sealed": {Route: "POST /x", IdempotencyKey: "k", Seal: func(any) ([]byte, error) { return nil, errOurs }},
		"it cannot be stored": {Route: "POST /x", IdempotencyKey: "k", Seal: func(any) ([]byte, error) { return nil, nil }},
	} {
		ctx := models.WithRequest(b.As("police"), r)
		for way, keep := range map[string]func(*pg.Batch){
			"first": func(b *pg.Batch) { b.Keep("x") }, "later": func(b *pg.Batch) { b.KeepLater(func() any { return "x" }) },
		} {
			batch := b.begin(t, ctx)
			q, args := b.add("police")
			batch.Exec(q, args...)
			batch.Record(event())
			keep(batch)
			if err := batch.Send(pg.BatchWrite); err == nil || b.rows(t) != [3]int{} {
				t.Errorf("%s, %s: got %v and rows %v, want none", name, way, err, b.rows(t))
			}
			b.clean(t, "after "+name)
		}
	}
}

func TestABatchOfReadsCanChangeNothing(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for _, who := range []string{"police", "system"} {
		ctx := s.As("police")
		if who == "system" {
			ctx = models.WithActor(t.Context(), models.System())
		}
		b := s.begin(t, ctx)
		q, args := s.add("police")
		b.Exec(q, args...)
		if err := b.Send(pg.BatchRead); err == nil {
			t.Errorf("%s: a batch of reads wrote a row", who)
		}
		s.clean(t, "a batch of reads that tried to write")
	}
	if got := s.rows(t); got != [3]int{} {
		t.Errorf("got %v rows, want none", got)
	}
	b := s.begin(t, s.As("police")) // the same connection writes again
	q, args := s.add("police")
	b.Exec(q, args...)
	if err := b.Send(pg.BatchHousekeeping); err != nil {
		t.Errorf("the connection's next batch: %v", err)
	}
}
