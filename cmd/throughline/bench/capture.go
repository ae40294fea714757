package bench

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"throughline/internal/pg"
)

// statement is one thing the product asked the database.
type statement struct {
	sql  string
	args []any
}

// trip is what went to the database at once.
type trip []statement

// recipe is everything one request asked, trip by trip.
type recipe []trip

// Catcher notes what goes through a pool while it listens. It is a tracer for
// pgx; a pool with a tracer is a little slower, so nothing is measured on it.
type Catcher struct {
	mu     sync.Mutex
	on     bool
	caught recipe
}

// during returns what the database was asked while fn ran.
func (c *Catcher) during(fn func() error) (recipe, error) {
	c.mu.Lock()
	c.on, c.caught = true, nil
	c.mu.Unlock()
	err := fn()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = false
	return c.caught, err
}

func (c *Catcher) note(t trip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.on {
		c.caught = append(c.caught, t)
	}
}

// TraceBatchStart notes a pipeline before it is sent.
func (c *Catcher) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	var t trip
	for _, q := range data.Batch.QueuedQueries {
		t = append(t, statement{q.SQL, slices.Clone(q.Arguments)})
	}
	c.note(t)
	return ctx
}

// TraceBatchQuery is not asked for anything.
func (c *Catcher) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is not asked for anything.
func (c *Catcher) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// TraceQueryStart notes a statement that was sent alone.
func (c *Catcher) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	c.note(trip{{data.SQL, slices.Clone(data.Args)}})
	return ctx
}

// TraceQueryEnd is not asked for anything.
func (c *Catcher) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// atOnce puts all trips of a recipe into one: who asks is said once, and one
// implicit transaction takes the place of begin and commit. Nothing can be
// faster with these statements.
func (r recipe) atOnce() trip {
	var out trip
	entered := false
	for _, t := range r {
		for _, s := range t {
			switch enter := strings.HasPrefix(s.sql, "select app_enter("); {
			case s.sql == "begin" || s.sql == "commit" || enter && entered:
			default:
				if enter { // a batch of reads says so with it; all at once may write
					s.sql = strings.TrimSuffix(s.sql, pg.ReadsOnly)
				}
				out = append(out, s)
				entered = entered || enter
			}
		}
	}
	return out
}

// statements counts them.
func (r recipe) statements() int {
	n := 0
	for _, t := range r {
		n += len(t)
	}
	return n
}
