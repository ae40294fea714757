package testkit

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"throughline/internal/pg"
	"throughline/models"
)

// Stage is a database with the organisations, people and services that tests
// play on, opened as the product opens it.
type Stage struct {
	Database
	DB    *pg.DB        // as throughline_app, with row security
	Owner *pgxpool.Pool // as the schema's owner: to plant rows and to count them
	Clock *Clock

	orgs     map[string]*models.Organisation
	people   map[string]*Person
	services map[string]*models.Service
}

// StageStart is when a stage's clock stands at first: a Monday morning in a
// week without holidays, in winter time.
func StageStart() time.Time { return time.Date(2026, 11, 16, 9, 30, 0, 0, time.UTC) }

// World returns a stage in a fresh database of its own. Everything is closed
// and dropped when the test ends.
func World(t testing.TB) *Stage {
	t.Helper()
	ctx := context.Background()
	w := &Stage{
		Database: Postgres(t), Clock: &Clock{at: StageStart()},
		orgs: map[string]*models.Organisation{}, people: map[string]*Person{}, services: map[string]*models.Service{},
	}
	var err error
	if w.Owner, err = ownerPool(ctx, w.OwnerDSN); err != nil {
		t.Fatalf("connecting as the owner: %v", err)
	}
	t.Cleanup(w.Owner.Close)
	if err := w.seed(ctx); err != nil {
		t.Fatalf("seeding the stage: %v", err)
	}
	w.DB, err = pg.Open(ctx, pg.Options{DSN: w.AppDSN, Now: w.Clock.Now, MaxConns: 8, Vault: Vault()})
	if err != nil {
		t.Fatalf("connecting as the application: %v", err)
	}
	t.Cleanup(w.DB.Close)
	return w
}

func ownerPool(ctx context.Context, dsn string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 4
	return pgxpool.NewWithConfig(ctx, cfg)
}

// As returns a context in which the person acts, signed in. Who is an address
// or the part of it before "@demo.test"; anyone unknown stops the test run.
func (w *Stage) As(who string) context.Context {
	return models.WithActor(context.Background(), w.Actor(who))
}

// Actor is the person as the product knows them.
func (w *Stage) Actor(who string) models.Actor {
	p := w.Person(who)
	return models.Actor{
		UserID: p.ID, OrgID: p.Org.ID, SessionID: p.Session, Role: p.Role,
		Name: p.Name, OrgName: p.Org.Name, OrgKind: p.Org.Kind, SteppedUpAt: p.Proved,
	}
}

// System returns a context in which a job acts.
func (w *Stage) System() context.Context {
	return models.WithActor(context.Background(), models.System())
}

// Person finds somebody by address or by the part before the "@".
func (w *Stage) Person(who string) *Person {
	p, ok := w.people[strings.TrimSuffix(who, "@demo.test")]
	if !ok {
		panic("testkit: nobody is called " + who)
	}
	return p
}

// People returns everyone, by the first part of their address.
func (w *Stage) People() map[string]*Person { return w.people }

// Org finds an organisation by its key.
func (w *Stage) Org(key string) *models.Organisation {
	o, ok := w.orgs[key]
	if !ok {
		panic("testkit: no organisation " + key)
	}
	return o
}

// Service finds a service by its key.
func (w *Stage) Service(key string) *models.Service {
	s, ok := w.services[key]
	if !ok {
		panic("testkit: no service " + key)
	}
	return s
}

// Count returns the number of rows a query of the owner counts, or the one
// number it selects.
func (w *Stage) Count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := w.Owner.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatalf("counting with %q: %v", query, err)
	}
	return n
}

// Do runs a statement as the owner: to plant a row or to change one.
func (w *Stage) Do(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := w.Owner.Exec(context.Background(), statement, args...); err != nil {
		t.Fatalf("planting with %q: %v", statement, err)
	}
}

// Clock is the program's one clock, standing still until a test moves it.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now tells the time of the stage.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves the clock to a moment.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at.UTC()
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func newIDs(n int) []uuid.UUID {
	out := make([]uuid.UUID, n)
	for i := range out {
		out[i] = models.NewID()
	}
	return out
}
