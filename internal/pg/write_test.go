package pg_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

func TestAWriteThatRecordsNothingIsUndone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.As("police")
	quiet := func(ctx context.Context, tx *pg.Tx) error {
		q, args := b.add("police")
		_, err := tx.Exec(ctx, q, args...)
		return err
	}
	told := func(ctx context.Context, tx *pg.Tx) error {
		if err := quiet(ctx, tx); err != nil {
			return err
		}
		return tx.Record(ctx, event())
	}
	for name, do := range map[string]func(context.Context, func(context.Context, *pg.Tx) error) error{"Write": b.db.Write, "View": b.db.View} {
		before := b.rows(t)
		if got := codeOf(do(ctx, quiet)); got != models.CodeInternal || b.rows(t) != before {
			t.Errorf("%s with nothing recorded: got %q and rows %v, want internal and %v", name, got, b.rows(t), before)
		}
		if err := do(ctx, told); err != nil || b.rows(t) != [3]int{before[0] + 1, before[1] + 1, 0} {
			t.Errorf("%s: got %v and rows %v", name, err, b.rows(t))
		}
	}
	before := b.rows(t)
	batch := b.begin(t, ctx)
	q, args := b.add("police")
	batch.Exec(q, args...)
	if got := codeOf(batch.Send(pg.BatchWrite)); got != models.CodeInternal || b.rows(t) != before {
		t.Errorf("a batch with nothing recorded: got %q and rows %v, want internal and %v", got, b.rows(t), before)
	}
	if err := b.db.Housekeeping(ctx, quiet); err != nil || b.rows(t)[0] != before[0]+1 {
		t.Errorf("housekeeping: got %v", err)
	}
}

func TestAFailureAfterTheEventUndoesBoth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.As("police")
	act := func(end func() error) func(context.Context, *pg.Tx) error {
		return func(ctx context.Context, tx *pg.Tx) error {
			q, args := b.add("police")
			if _, err := tx.Exec(ctx, q, args...); err != nil {
				return err
			}
			if err := tx.Enqueue(ctx, "case.tested", nobody(), nobody()); err != nil {
				return err
			}
			if err := tx.Record(ctx, event()); err != nil {
				return err
			}
			return end()
		}
	}
	if err := b.db.Write(ctx, act(func() error { return errOurs })); !errors.Is(err, errOurs) || b.rows(t) != [3]int{} {
		t.Errorf("got %v and rows %v, want ours and none", err, b.rows(t))
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = b.db.Write(ctx, act(func() error { panic("a fault of ours") }))
	}()
	if got := b.rows(t); got != [3]int{} {
		t.Errorf("after a panic: got rows %v, want none", got)
	}
	b.clean(t, "after a panic")
	if err := b.db.Write(ctx, act(func() error { return nil })); err != nil || b.rows(t) != [3]int{1, 1, 1} {
		t.Errorf("got %v and rows %v, want one of each", err, b.rows(t))
	}
}

func TestATransactionInsideAnotherIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.As("police")
	nothing := func(context.Context, *pg.Tx) error { return nil }
	outer := map[string]func(context.Context, func(context.Context, *pg.Tx) error) error{
		"Read": b.db.Read, "View": b.db.View, "Write": b.db.Write, "Housekeeping": b.db.Housekeeping,
	}
	for name, open := range outer {
		err := open(ctx, func(ctx context.Context, tx *pg.Tx) error {
			for inner, again := range outer {
				if got := codeOf(again(ctx, nothing)); got != models.CodeInternal {
					t.Errorf("%s in %s: got %q, want internal", inner, name, got)
				}
			}
			if _, err := b.db.Begin(ctx); codeOf(err) != models.CodeInternal {
				t.Errorf("a batch in %s: got %v, want internal", name, err)
			}
			if got := codeOf(b.db.RecordAlone(ctx, event())); got != models.CodeInternal {
				t.Errorf("a refusal recorded in %s: got %q, want internal", name, got)
			}
			if name == "Read" {
				return nil
			}
			return tx.Record(ctx, event())
		})
		if err != nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAReadChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.db.Read(b.As("police"), func(ctx context.Context, tx *pg.Tx) error {
		q, args := b.add("police")
		_, err := tx.Exec(ctx, q, args...)
		return err
	})
	if codeOf(err) != models.CodeUnavailable || b.rows(t) != [3]int{} {
		t.Errorf("got %v and rows %v, want it refused", err, b.rows(t))
	}
}

func TestWithoutAnActorNothingBegins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	nothing := func(context.Context, *pg.Tx) error { t.Error("it began"); return nil }
	for _, do := range []func(context.Context, func(context.Context, *pg.Tx) error) error{b.db.Read, b.db.View, b.db.Write, b.db.Housekeeping} {
		if got := codeOf(do(t.Context(), nothing)); got != models.CodeUnauthenticated {
			t.Errorf("got %q, want unauthenticated", got)
		}
	}
	if _, err := b.db.Begin(t.Context()); codeOf(err) != models.CodeUnauthenticated {
		t.Errorf("a batch: got %v, want unauthenticated", err)
	}
	if got := codeOf(b.db.RecordAlone(t.Context(), event())); got != models.CodeUnauthenticated {
		t.Errorf("a refusal of nobody's: got %q, want unauthenticated", got)
	}
}

func TestAnEventHasToSayWhatHappenedToWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, e := range []models.Event{{SubjectType: "case"}, {Action: "case.tested"}, {Action: "case.tested", SubjectType: "case", Detail: map[string]any{"x": func() {}}}} {
		if got := codeOf(b.db.RecordAlone(b.As("police"), e)); got != models.CodeInternal {
			t.Errorf("%+v: got %q, want internal", e, got)
		}
		err := b.db.Write(b.As("police"), func(ctx context.Context, tx *pg.Tx) error { return tx.Record(ctx, e) })
		if codeOf(err) != models.CodeInternal {
			t.Errorf("%+v in a transaction: got %v, want internal", e, err)
		}
	}
	if got := b.rows(t); got != [3]int{} {
		t.Errorf("got rows %v, want none", got)
	}
}

// The trail stopped: no act, no view, no refusal goes on without it (T31, F19).
func TestWhereTheTrailCannotBeWrittenNothingHappens(t *testing.T) {
	t.Parallel()
	stop := map[string]func(t *testing.T, b *bench) func(){
		"the right to insert is revoked": func(t *testing.T, b *bench) func() {
			b.Do(t, "revoke insert on audit_events from throughline_app")
			return func() { b.Do(t, "grant insert on audit_events to throughline_app") }
		},
		"the trail is locked": func(t *testing.T, b *bench) func() {
			tx, err := b.Owner.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), "lock table audit_events in exclusive mode"); err != nil {
				t.Fatal(err)
			}
			return func() { _ = tx.Rollback(context.Background()) }
		},
	}
	for name, begin := range stop {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c := b.Case(t, b.As("police"))
			seen := models.Event{Action: "case.opened", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID}
			end := begin(t, b)
			var shown string
			for what, do := range map[string]func(context.Context) error{
				"a write": func(ctx context.Context) error {
					return b.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
						q, args := b.add("police")
						if _, err := tx.Exec(ctx, q, args...); err != nil {
							return err
						}
						return tx.Record(ctx, event())
					})
				},
				"a batch": func(ctx context.Context) error {
					batch := b.begin(t, ctx)
					q, args := b.add("police")
					batch.Exec(q, args...)
					batch.Record(event())
					return batch.Send(pg.BatchWrite)
				},
				"a read of a case": func(ctx context.Context) error {
					batch := b.begin(t, ctx)
					batch.RecordSeen(seen)
					one(batch, &shown, "select reference from cases where id = $1", c.ID)
					return batch.Send(pg.BatchWrite)
				},
				"a refusal": func(ctx context.Context) error { return b.db.RecordAlone(ctx, seen) },
			} {
				ctx, cancel := context.WithTimeout(b.As("police"), 2*time.Second)
				if strings.Contains(name, "locked") {
					ctx, cancel = context.WithTimeout(b.As("police"), 150*time.Millisecond)
				}
				if got := codeOf(do(ctx)); got != models.CodeUnavailable {
					t.Errorf("%s: got %q, want unavailable", what, got)
				}
				cancel()
			}
			end()
			if got := b.rows(t); got != [3]int{} || shown != "" {
				t.Errorf("got rows %v and %q, want nothing written or shown", got, shown)
			}
			b.clean(t, "after "+name)
		})
	}
}
