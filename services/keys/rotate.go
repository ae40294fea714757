package keys

import (
	"context"
	"fmt"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// The states of a class, as the migration tells them.
const (
	announced = "announced"
	resealing = "resealing"
	settled   = "settled"
)

// Settle seals what the release before left in clear. It returns when that is
// done, so that nobody is served who would meet a value in clear; where it was
// done before, it asks one question and returns.
func (s *Service) Settle(ctx context.Context) (changed int, err error) {
	list, err := read(ctx, s.db)
	if err != nil {
		return 0, err
	}
	for _, k := range list {
		if k.Version == 1 && k.State == resealing {
			if changed, err = s.reseal(ctx); err != nil {
				return changed, err
			}
			return changed, s.settle(ctx, list)
		}
	}
	return 0, nil
}

// settle marks as settled what was made and is sealed now.
func (s *Service) settle(ctx context.Context, list []stored) error {
	b, err := s.db.Begin(system(ctx))
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.Version == 1 && k.State == resealing {
			b.Exec("update data_keys set state = $3, changed_at = clock_timestamp() where class = $1 and version = $2", k.Class, k.Version, settled)
		}
	}
	b.Record(event("keys.settled", nil))
	return b.Send(pg.BatchWrite)
}

// Rotate announces a new key for every class of content. Jobs do the rest:
// they let it seal when every process knows it, seal anew what older keys
// sealed, and disable those when nothing is sealed under them any more.
func (s *Service) Rotate(ctx context.Context) error {
	list, err := read(ctx, s.db)
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.State != settled {
			return models.Conflict(fmt.Sprintf("A rotation is under way: %s is %s.", k.Class, k.State))
		}
	}
	for _, k := range list {
		if !k.Class.LooksUp() {
			if err := s.change(ctx, k, announced, "keys.announced", (*vault.Keyset).Announce); err != nil {
				return err
			}
		}
	}
	return s.Refresh(ctx)
}

// Step moves a rotation on, as far as it can go now; the queue calls it every
// minute.
func (s *Service) Step(ctx context.Context) error {
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	list, err := read(ctx, s.db)
	if err != nil {
		return err
	}
	due := false
	for _, k := range list {
		switch {
		case k.State == announced && k.Rested:
			if err := s.change(ctx, k, resealing, "keys.promoted", (*vault.Keyset).Promote); err != nil {
				return err
			}
		case k.State == resealing:
			due = due || k.Rested
		}
	}
	if err := s.Refresh(ctx); err != nil || !due {
		return err
	}
	return s.retire(ctx, list)
}

// retire seals anew until nothing is left under an older key, and disables
// those. A pass that still found something is not the last.
func (s *Service) retire(ctx context.Context, list []stored) error {
	if n, err := s.reseal(ctx); err != nil || n > 0 {
		return err
	}
	left, err := s.count(ctx)
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.State != resealing || !k.Rested {
			continue
		}
		newest, _ := s.vault.Primary(k.Class)
		older := 0
		for id, n := range left[k.Class] {
			if id != newest {
				older += n
			}
		}
		if older > 0 {
			continue
		}
		if err := s.change(ctx, k, settled, "keys.retired", (*vault.Keyset).Retire); err != nil {
			return err
		}
	}
	return s.Refresh(ctx)
}

// change stores a changed keyset, unless somebody else has changed it first.
func (s *Service) change(ctx context.Context, k stored, state, action string, do func(*vault.Keyset) (*vault.Keyset, error)) error {
	set, err := vault.Unwrap(ctx, k.Class, k.Version, k.Wrapped, s.kek)
	if err != nil {
		return explain(err, k)
	}
	if set, err = do(set); err != nil {
		return err
	}
	return s.store(ctx, k, set, state, action)
}

func (s *Service) store(ctx context.Context, k stored, set *vault.Keyset, state, action string) error {
	wrapped, err := set.Wrap(ctx, s.kek)
	if err != nil {
		return err
	}
	b, err := s.db.Begin(system(ctx))
	if err != nil {
		return err
	}
	b.Exec(`with changed as (update data_keys set version = $3, state = $4, wrapped = $5, wrapped_by = $6, changed_at = clock_timestamp()
		where class = $1 and version = $2 returning class) select app_lost_race() where not exists (select from changed)`,
		k.Class, k.Version, set.Version, state, wrapped, s.kek.Name())
	b.Record(event(action, map[string]any{"class": k.Class, "version": set.Version}))
	return b.Send(pg.BatchWrite)
}

// Rewrap wraps every keyset with this service's key-encryption key, which
// another wrapped before. The data keys stay, and so does what they sealed.
func (s *Service) Rewrap(ctx context.Context, before vault.KEK) error {
	list, err := read(ctx, s.db)
	if err != nil {
		return err
	}
	for _, k := range list {
		set, err := vault.Unwrap(ctx, k.Class, k.Version, k.Wrapped, before)
		if err != nil {
			return explain(err, k)
		}
		set.Version++
		if err := s.store(ctx, k, set, k.State, "keys.rewrapped"); err != nil {
			return err
		}
	}
	return s.Load(ctx)
}

// ClassStatus is how the keys of a class stand.
type ClassStatus struct {
	Class     vault.Class
	State     string
	WrappedBy string
	Keys      []KeyStatus
	InClear   int // values nobody has sealed
}

// KeyStatus is one key and how many values it seals.
type KeyStatus struct {
	vault.KeyInfo
	Values int
}

// Status tells how the keys stand, and counts what each of them seals, which
// reads every row.
func (s *Service) Status(ctx context.Context) ([]ClassStatus, error) {
	list, err := read(ctx, s.db)
	if err != nil {
		return nil, err
	}
	values, err := s.count(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]ClassStatus, len(list))
	for i, k := range list {
		set, err := vault.Unwrap(ctx, k.Class, k.Version, k.Wrapped, s.kek)
		if err != nil {
			return nil, explain(err, k)
		}
		out[i] = ClassStatus{Class: k.Class, State: k.State, WrappedBy: k.WrappedBy, InClear: values[k.Class][0]}
		for _, key := range set.Keys() {
			out[i].Keys = append(out[i].Keys, KeyStatus{key, values[k.Class][key.ID]})
		}
	}
	return out, nil
}

// Whole checks that every class has its keys and that the key-encryption key
// unwraps them; it changes nothing.
func (s *Service) Whole(ctx context.Context) error {
	list, err := read(ctx, s.db)
	if err != nil {
		return err
	}
	return s.use(ctx, list)
}
