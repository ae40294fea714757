// Package directory knows the organisations and services of London and which
// services can take a case. Organisations and services are reference data
// without row security; they are kept in the process, because naming them on
// every row of a list by joining was measured to be the dearest part of it
// (performance.md section 1).
package directory

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// fresh is how long what was loaded is believed.
const fresh = time.Minute

// loadTime is how long loading may take before whoever asked is refused.
const loadTime = 10 * time.Second

// Service answers from memory, and loads again what is older than a minute.
type Service struct {
	db      *pg.DB
	current atomic.Pointer[Snapshot]
	loading sync.Mutex
}

// New returns a directory over a database. Nothing is loaded until it is asked.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Snapshot returns the directory as it stands, loading it where it is not
// there or older than a minute. Where loading fails, what is there is served:
// an old name is better than no answer.
func (s *Service) Snapshot(ctx context.Context) (*Snapshot, error) {
	if c := s.current.Load(); c != nil && time.Since(c.at) < fresh {
		return c, nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	old := s.current.Load()
	if old != nil && time.Since(old.at) < fresh {
		return old, nil
	}
	c, err := s.load(ctx)
	switch {
	case err == nil:
		s.current.Store(c)
		return c, nil
	case old != nil:
		return old, nil
	}
	return nil, err
}

// Reload loads the directory now: after a change that has to be seen at once.
func (s *Service) Reload(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	c, err := s.load(ctx)
	if err == nil {
		s.current.Store(c)
	}
	return err
}

// Organisation returns one organisation, or a not-found error.
func (s *Service) Organisation(ctx context.Context, id uuid.UUID) (models.Organisation, error) {
	return find(ctx, s, func(c *Snapshot) (models.Organisation, bool) { return c.Organisation(id) }, "organisation")
}

// Service returns one service, or a not-found error.
func (s *Service) Service(ctx context.Context, id uuid.UUID) (models.Service, error) {
	return find(ctx, s, func(c *Snapshot) (models.Service, bool) { return c.Service(id) }, "service")
}

// find asks the snapshot, and once more after loading again: what is not known
// may be a minute old.
func find[T any](ctx context.Context, s *Service, ask func(*Snapshot) (T, bool), what string) (T, error) {
	var none T
	c, err := s.Snapshot(ctx)
	if err != nil {
		return none, err
	}
	if v, ok := ask(c); ok {
		return v, nil
	}
	if time.Since(c.at) > time.Second || c.small() {
		if err := s.Reload(ctx); err != nil {
			return none, err
		}
		if v, ok := ask(s.current.Load()); ok {
			return v, nil
		}
	}
	return none, models.NotFound(what)
}

// load reads everything as the system: the directory is the same for all, and
// the transaction of whoever asks, if there is one, is not to be joined.
func (s *Service) load(ctx context.Context) (*Snapshot, error) {
	c := newSnapshot()
	ctx, cancel := context.WithTimeout(models.WithActor(context.Background(), models.System()), min(loadTime, remaining(ctx)))
	defer cancel()
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	c.queue(b)
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	c.at = time.Now()
	return c, nil
}

// remaining is how long the caller will wait.
func remaining(ctx context.Context) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return time.Until(end)
	}
	return loadTime
}
