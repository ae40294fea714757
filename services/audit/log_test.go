package audit_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
	"throughline/internal/prooflog"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/audit"
)

// book is a stage with a log.
type book struct {
	*testkit.Stage
	log  *audit.Log
	keys *prooflog.Keys
}

func aLog(t *testing.T) *book {
	t.Helper()
	w := testkit.World(t)
	keys, err := prooflog.NewKeys("stage.test/audit")
	if err != nil {
		t.Fatal(err)
	}
	return &book{Stage: w, keys: keys, log: audit.NewLog(w.DB, keys)}
}

// number numbers what waits and says how many there were.
func (b *book) number(t *testing.T) int64 {
	t.Helper()
	n, err := b.log.Number(b.System())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// connect opens a connection of its own.
func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// verify looks at the whole log as the schema's owner.
func (b *book) verify(t *testing.T, outside ...string) audit.Verdict {
	t.Helper()
	v, err := audit.Verify(t.Context(), connect(t, b.OwnerDSN), b.keys.Public, outside)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sound fails the test where the log is not whole, or holds another number of
// events than it should.
func (b *book) sound(t *testing.T, events, waiting int64) {
	t.Helper()
	v := b.verify(t)
	for _, f := range v.Findings {
		t.Errorf("found %s", f)
	}
	if v.Events != events || v.Waiting != waiting {
		t.Errorf("got %d events and %d waiting, want %d and %d", v.Events, v.Waiting, events, waiting)
	}
}

const addEvent = "insert into audit_events (id, at, action, subject_type) values ($1, $2, 'case.tested', 'case')"

func TestATransactionThatEndsLateIsNumberedLateAndNeverMissed(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	slow, err := b.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Rollback(context.Background()) }()
	first := models.NewID()
	if _, err := slow.Exec(t.Context(), addEvent, first, b.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	b.Do(t, addEvent, models.NewID(), b.Clock.Now())
	if n := b.number(t); n != 1 {
		t.Errorf("numbered %d while the first was open, want 1: the log waits for nobody", n)
	}
	for range 3 {
		b.Do(t, addEvent, models.NewID(), b.Clock.Now())
	}
	if n := b.number(t); n != 3 {
		t.Errorf("numbered %d, want 3", n)
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.number(t); n != 1 {
		t.Errorf("numbered %d once the first had ended, want 1", n)
	}
	if n := b.Count(t, "select leaf from audit_leaves where event_id = $1", first); n != 4 {
		t.Errorf("the first has number %d, want 4", n)
	}
	gone, err := b.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Exec(t.Context(), addEvent, models.NewID(), b.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	_ = gone.Rollback(t.Context())
	if n := b.number(t); n != 0 {
		t.Errorf("numbered %d of what was undone, want none", n)
	}
	b.sound(t, 5, 0)
}

func TestWhatHappensAtOnceIsNumberedOnceWhoeverDies(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	const writers, each = 8, 40
	caseID := b.Case(t, b.As("police")).ID
	already := int64(b.Count(t, "select count(*) from audit_events"))
	killer := connect(t, b.SuperDSN)
	done, killed := make(chan struct{}), make(chan struct{})
	var written atomic.Int64
	var work, numbering sync.WaitGroup
	for i := range writers {
		work.Go(func() {
			ctx := b.As([]string{"police", "caseworker"}[i%2])
			for n := 0; n < each || open(killed); n++ {
				if err := b.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
					return tx.Record(ctx, models.Event{Action: "case.tested", SubjectType: "case", SubjectID: caseID})
				}); err != nil {
					t.Errorf("writing: %v", err)
				}
				written.Add(1)
			}
		})
	}
	for range 2 {
		numbering.Go(func() {
			for open(done) {
				_, _ = b.log.Number(b.System()) // it may be killed
			}
		})
	}
	numbering.Go(func() {
		defer close(killed)
		for n := int64(0); n < 12; {
			// Wherever it is: reading, numbering, signing.
			tag, err := killer.Exec(context.Background(), `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
				and usename = 'throughline_app' and state = 'active' and (query like '%audit_waiting%' or query like '%audit_leaves%' or query like '%audit_checkpoints%') and random() < 0.1`)
			if err != nil {
				t.Errorf("killing: %v", err)
				return
			}
			n += tag.RowsAffected()
		}
	})
	work.Wait()
	close(done)
	numbering.Wait()
	b.until(t, func() bool {
		_, err := b.log.Number(b.System())
		return err == nil && b.Count(t, "select count(*) from audit_leaves") >= int(already+written.Load())
	})
	b.sound(t, already+written.Load(), 0)
}

// open says whether a channel has not been closed.
func open(c <-chan struct{}) bool {
	select {
	case <-c:
		return false
	default:
		return true
	}
}

// until tries again as long as the test may last.
func (b *book) until(t *testing.T, done func() bool) {
	t.Helper()
	for !done() {
		if t.Context().Err() != nil {
			t.Fatal("it never came")
		}
	}
}

func TestADatabaseThatWasRestoredElsewhereIsReadAnew(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	for range 3 {
		b.Do(t, addEvent, models.NewID(), b.Clock.Now())
	}
	b.number(t)
	// The checkpoint says it was read from another server, far ahead of this one.
	c := b.last(t)
	c.Read = "1 900000000:900000000:"
	note, err := b.keys.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	super := connect(t, b.SuperDSN)
	for _, q := range []string{"set session_replication_role = replica", "update audit_checkpoints set note = '" + note + "'"} {
		if _, err := super.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	b.Do(t, addEvent, models.NewID(), b.Clock.Now())
	if n := b.number(t); n != 1 {
		t.Errorf("numbered %d, want the one event without a number", n)
	}
	b.sound(t, 4, 0)
}

// last is the last checkpoint.
func (b *book) last(t *testing.T) prooflog.Checkpoint {
	t.Helper()
	c, err := b.keys.Open(b.note(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *book) note(t *testing.T) (note string) {
	t.Helper()
	if err := b.Owner.QueryRow(t.Context(), "select note from audit_checkpoints order by n desc limit 1").Scan(&note); err != nil {
		t.Fatal(err)
	}
	return note
}

func TestTheLogDoesNotGoOnFromWhatSomebodyAltered(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	super := connect(t, b.SuperDSN)
	b.Do(t, addEvent, models.NewID(), b.Clock.Now())
	b.number(t)
	for name, change := range map[string][2]string{
		"its last checkpoint": {"update audit_checkpoints set note = replace(note, 'number 1', 'number 2')", "update audit_checkpoints set note = replace(note, 'number 2', 'number 1')"},
		"its hashes":          {"update audit_tiles set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)", "update audit_tiles set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)"},
		"its hashes, gone":    {"update audit_tiles set n = 77", "update audit_tiles set n = 0"},
	} {
		b.Do(t, addEvent, models.NewID(), b.Clock.Now())
		for i, q := range []string{"set session_replication_role = replica", change[0], change[1]} {
			if _, err := super.Exec(t.Context(), q); err != nil {
				t.Fatal(err)
			}
			if i != 1 {
				continue
			}
			if n, err := b.log.Number(b.System()); err == nil || n != 0 {
				t.Errorf("%s: numbered %d, %v, want a refusal", name, n, err)
			}
		}
	}
	if n := b.number(t); n != 3 {
		t.Errorf("numbered %d once all was as it had been, want 3", n)
	}
}

func TestAnEventMayHaveTheIDOfAnother(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	id := uuid.New()
	b.Do(t, addEvent, id, b.Clock.Now())
	b.Do(t, addEvent, id, b.Clock.Now().AddDate(0, 0, 1))
	if n := b.number(t); n != 2 {
		t.Errorf("numbered %d, want both: nobody stops the log by an id", n)
	}
	b.sound(t, 2, 0)
}
