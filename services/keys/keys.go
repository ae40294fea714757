// Package keys looks after the data keys: it makes them at a first start, loads
// them once into the vault, rotates them, and seals anew what older keys
// sealed. The keys lie in the database, wrapped by the key-encryption key
// (internal/vault); this package never writes one anywhere in clear.
package keys

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Service loads and rotates the keys of one database.
type Service struct {
	db    *pg.DB
	vault *vault.Vault
	kek   vault.KEK
	page  int // how many rows one transaction seals anew
}

// New returns a service that fills a vault with the keys of a database, which a
// key-encryption key unwraps.
func New(db *pg.DB, v *vault.Vault, kek vault.KEK) *Service {
	return &Service{db: db, vault: v, kek: kek, page: rowsAtATime}
}

// stored is a keyset as it lies in the database.
type stored struct {
	Class     vault.Class
	Version   int
	State     string
	Wrapped   []byte
	WrappedBy string
	ChangedAt time.Time
	// Rested says that the last change is longer ago than it takes every
	// process to learn of it.
	Rested bool
}

// watching is how many seconds pass before a process looks for newer keys; rest
// is how long after a change everybody has looked.
const (
	watching = 30
	rest     = "2 minutes"
)

const storedSQL = `select class, version, state, wrapped, wrapped_by, changed_at, changed_at < clock_timestamp() - interval '` + rest + `' as rested
	from data_keys order by class`

// system is who looks after keys: no person, no organisation.
func system(ctx context.Context) context.Context { return models.WithActor(ctx, models.System()) }

func read(ctx context.Context, db *pg.DB) ([]stored, error) {
	b, err := db.Begin(system(ctx))
	if err != nil {
		return nil, err
	}
	var out []stored
	b.Query(pg.Each(func(row pg.Row) error {
		var s stored
		err := row.Scan(&s.Class, &s.Version, &s.State, &s.Wrapped, &s.WrappedBy, &s.ChangedAt, &s.Rested)
		out = append(out, s)
		return err
	}), storedSQL)
	return out, b.Send(pg.BatchRead)
}

// Made reports whether a database has data keys: whether the key-encryption key
// has to be the one that is there, or may be made.
func Made(ctx context.Context, db *pg.DB) (bool, error) {
	list, err := read(ctx, db)
	return len(list) > 0, err
}

// Load fills the vault. Where there are no keys yet it makes them; of several
// processes that start at once, one does.
func (s *Service) Load(ctx context.Context) error {
	list, err := read(ctx, s.db)
	if err != nil {
		return fmt.Errorf("reading the data keys: %w", err)
	}
	if len(list) == 0 {
		if err := s.make(ctx); err != nil {
			return fmt.Errorf("making the data keys: %w", err)
		}
		if list, err = read(ctx, s.db); err != nil {
			return fmt.Errorf("reading the data keys: %w", err)
		}
	}
	return s.use(ctx, list)
}

func (s *Service) use(ctx context.Context, list []stored) error {
	sets := make([]*vault.Keyset, len(list))
	for i, k := range list {
		var err error
		if sets[i], err = vault.Unwrap(ctx, k.Class, k.Version, k.Wrapped, s.kek); err != nil {
			return explain(err, k)
		}
	}
	return s.vault.Use(sets)
}

// explain says what whoever runs the installation can do about keys that do
// not unwrap.
func explain(err error, k stored) error {
	if !errors.Is(err, vault.ErrWrongKEK) {
		return err
	}
	return fmt.Errorf("%w: they were wrapped by %s; set KMS_URI to that key, or put the file back that was there", err, k.WrappedBy)
}

// make draws the first key of every class.
func (s *Service) make(ctx context.Context) error {
	b, err := s.db.Begin(system(ctx))
	if err != nil {
		return err
	}
	for _, c := range vault.Classes() {
		k, err := vault.MakeKeyset(c)
		if err != nil {
			return err
		}
		wrapped, err := k.Wrap(ctx, s.kek)
		if err != nil {
			return err
		}
		b.Exec("insert into data_keys (class, version, wrapped, wrapped_by) values ($1, $2, $3, $4) on conflict do nothing", c, k.Version, wrapped, s.kek.Name())
	}
	b.Record(event("keys.made", nil))
	return b.Send(pg.BatchWrite)
}

func event(action string, detail map[string]any) models.Event {
	return models.Event{Action: action, SubjectType: "data_keys", Detail: detail}
}

// Refresh loads the keys again where another process has changed them.
func (s *Service) Refresh(ctx context.Context) error {
	list, err := read(ctx, s.db)
	if err != nil {
		return err
	}
	loaded := s.vault.Versions()
	for _, k := range list {
		if loaded[k.Class] != k.Version {
			return s.use(ctx, list)
		}
	}
	return nil
}

// Watch refreshes until ctx ends: every half minute, and within a second of
// meeting something that a newer key has sealed.
func (s *Service) Watch(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for waited := 1; ; waited++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !s.vault.Missed() && waited < watching {
			continue
		}
		waited = 0
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "the data keys could not be loaded again", "cause", err.Error())
		}
	}
}
