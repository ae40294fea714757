package pg_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
)

// ask is a request with a key.
func ask(ctx context.Context, key, body string) context.Context {
	return models.WithRequest(ctx, &models.Request{
		Route: "POST /things", IdempotencyKey: key, KeyRequired: true, BodyHash: []byte(body),
		Seal: func(answer any) ([]byte, error) { return fmt.Appendf(nil, "sealed %v", answer), nil },
	})
}

// ways are the ways of doing a thing once, each adding one draft and answering
// with its id.
func ways(w *testkit.Stage) map[string]func(context.Context) (string, error) {
	user := w.Person("police").ID
	batch := func(keep func(b *pg.Batch, id string)) func(ctx context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			id := models.NewID()
			look, err := w.DB.Begin(ctx)
			if err != nil {
				return "", err
			}
			kept := look.FindReplay()
			if err := look.Send(pg.BatchRead); err != nil {
				return "", err
			}
			if err := kept.Check(); err != nil {
				return "", err
			}
			b, err := w.DB.Begin(ctx)
			if err != nil {
				return "", err
			}
			keep(b, id.String())
			b.Exec(addDraft, id, user)
			b.Record(event())
			return id.String(), b.Send(pg.BatchWrite)
		}
	}
	return map[string]func(context.Context) (string, error){
		"in a transaction": func(ctx context.Context) (string, error) {
			id := models.NewID()
			return id.String(), w.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
				if err := tx.FindReplay(ctx); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, addDraft, id, user); err != nil {
					return err
				}
				if err := tx.Record(ctx, event()); err != nil {
					return err
				}
				return tx.Keep(ctx, id)
			})
		},
		"in a batch":             batch(func(b *pg.Batch, id string) { b.Keep(id) }),
		"in a batch, kept later": batch(func(b *pg.Batch, id string) { b.KeepLater(func() any { return id }) }),
	}
}

// told is what somebody is told in the end: the answer, made now or kept.
func told(ctx context.Context, do func(context.Context) (string, error)) (string, error) {
	var id string
	err := pg.Once(func() (err error) {
		id, err = do(ctx)
		return err
	})
	if replay, ok := errors.AsType[*models.Replay](err); ok {
		return string(replay.Answer), nil
	}
	return "sealed " + id, err
}

func TestAKeyDoesAThingOnceHoweverManyAskAtOnce(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	ctx := w.As("police")
	made := 0
	for name, do := range ways(w) {
		answers := make([]string, 20)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				var err error
				if answers[i], err = told(ask(ctx, name, "body"), do); err != nil {
					t.Errorf("%s, twin %d: %v", name, i, err)
				}
			})
		}
		all.Wait()
		made++
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("%s: got %v, want one answer for all", name, answers)
				break
			}
		}
		for table, want := range map[string]int{"drafts": made, "audit_events": made, "idempotency_keys": made} {
			if n := w.Count(t, "select count(*) from "+table); n != want {
				t.Errorf("%s: got %d rows in %s, want %d", name, n, table, want)
			}
		}
		if again, err := told(ask(ctx, name, "body"), do); err != nil || again != answers[0] {
			t.Errorf("%s, asked again: got %q, %v, want %q", name, again, err, answers[0])
		}
	}
}

func TestAKeyIsOnePersonsForOneRequest(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	ctx := w.As("police")
	for name, do := range ways(w) {
		first, err := told(ask(ctx, name, "body"), do)
		if err != nil {
			t.Fatal(err)
		}
		before := w.Count(t, "select count(*) from drafts")
		_, err = told(ask(ctx, name, "another body"), do)
		if fields := models.FieldsOf(err); codeOf(err) != models.CodeInvalid || len(fields) != 1 || fields[0].Field != "Idempotency-Key" {
			t.Errorf("%s, another body: got %v, want it invalid", name, err)
		}
		if got := codeOf(second(told(ask(ctx, "", "body"), do))); got != models.CodePreconditionRequired {
			t.Errorf("%s, no key: got %q, want that one is asked for", name, got)
		}
		if n := w.Count(t, "select count(*) from drafts"); n != before {
			t.Errorf("%s: refused, it made %d things", name, n-before)
		}
		other := ask(ctx, name, "body")
		models.RequestFrom(other).Route = "POST /other"
		if again, err := told(other, do); err != nil || again == first {
			t.Errorf("%s, on another route: got %q, %v, want it done anew", name, again, err)
		}
		if _, err := told(ask(w.As("police.second"), name, "another body"), func(ctx context.Context) (string, error) {
			b, err := w.DB.Begin(ctx)
			if err != nil {
				return "", err
			}
			kept := b.FindReplay()
			if err := b.Send(pg.BatchRead); err != nil {
				return "", err
			}
			return "", kept.Check()
		}); err != nil {
			t.Errorf("%s, a colleague with the same key: got %v, want it to be new", name, err)
		}
	}
	if n := w.Count(t, "select count(*) from idempotency_keys where answer not like 'sealed %'"); n != 0 {
		t.Errorf("got %d answers kept as they were, want them sealed", n)
	}
}

func second(_ string, err error) error { return err }

// The first of two twins fails: the one that waited does the thing.
func TestATwinOfWhatFailedDoesIt(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	ctx := ask(w.As("police"), "k", "body")
	first, err := w.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Rollback(context.Background()) }()
	if _, err := first.Exec(t.Context(), "insert into idempotency_keys (user_id, route, key, request_hash, answer) values ($1, 'POST /things', 'k', 'body', 'x')", w.Person("police").ID); err != nil {
		t.Fatal(err)
	}
	answer := make(chan error, 1)
	go func() { answer <- second(told(ctx, ways(w)["in a batch"])) }()
	waitFor(t, w, "select count(*) = 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
	if err := first.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; err != nil {
		t.Errorf("got %v, want it done", err)
	}
	if n := w.Count(t, "select count(*) from drafts"); n != 1 {
		t.Errorf("got %d things, want 1", n)
	}
}
