package imports

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Matching says which column of a file is which field of its layout.
type Matching struct {
	Mapping map[string]string // field -> column; a field that is left out has none
	Save    bool              // for the next file of this kind as well
}

// Match matches the columns of a file, and begins its check. It is taken back to
// the beginning where it was checked before. Errors: not found, forbidden, a
// models.Replay, a conflict where it was started, and invalid.
func (s *Service) Match(ctx context.Context, id uuid.UUID, in Matching) (models.Import, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, i *models.Import) error {
		if i.Status != models.ImportMapping && i.Status != models.ImportChecked {
			return notNow(i)
		}
		spec, err := mayRun(ctx, i.Kind)
		if err != nil {
			return err
		}
		f := &models.Faults{}
		f.Join(models.RequestFrom(ctx).Invalid...)
		f.Join(spec.CheckMapping(i.Columns, in.Mapping)...)
		if faults := f.List(); len(faults) > 0 {
			return models.Invalid(faults...)
		}
		mapping := map[string]string{}
		for field, column := range in.Mapping {
			if column != "" {
				mapping[field] = column
			}
		}
		if in.Save {
			if _, err := tx.Exec(ctx, `insert into import_mappings (org_id, kind, mapping, by_user_id, at) values (?, ?, ?::jsonb, ?, ?)
				on conflict (org_id, kind) do update set mapping = excluded.mapping, by_user_id = excluded.by_user_id, at = excluded.at`,
				tx.Actor.OrgID, i.Kind, written(mapping), tx.Actor.UserID, tx.Now); err != nil {
				return err
			}
		}
		i.Mapping, i.Status = mapping, models.ImportChecking
		return s.begin(ctx, tx, i, "import.matched", map[string]any{"saved": in.Save})
	})
}

// Start runs a file that was checked, or goes on with one that stopped, in the
// name of the actor. Errors as Match.
func (s *Service) Start(ctx context.Context, id uuid.UUID) (models.Import, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, i *models.Import) error {
		if _, err := mayRun(ctx, i.Kind); err != nil {
			return err
		}
		if faults := models.RequestFrom(ctx).Invalid; len(faults) > 0 {
			return models.Invalid(faults...)
		}
		switch i.Status {
		case models.ImportChecked:
			if i.Accepted+i.Changed == 0 {
				return models.Conflict("No row of this file would change anything. Put right what the check found and send it again.")
			}
			i.Status = models.ImportRunning
			return s.begin(ctx, tx, i, "import.started", nil)
		case models.ImportStopped:
			if err := room(ctx, tx); err != nil {
				return err
			}
			i.Status, i.StoppedIn = i.StoppedIn, ""
			return s.save(ctx, tx, i, "import.resumed", counted(i))
		case models.ImportMapping, models.ImportChecking, models.ImportRunning, models.ImportDone, models.ImportDiscarded:
		}
		return notNow(i)
	})
}

// Stop leaves a file where it is: what was done stays, and somebody of the
// organisation goes on with it by Start. Errors as Match.
func (s *Service) Stop(ctx context.Context, id uuid.UUID) (models.Import, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, i *models.Import) error {
		if faults := models.RequestFrom(ctx).Invalid; len(faults) > 0 {
			return models.Invalid(faults...)
		}
		if !i.Waits() {
			return notNow(i)
		}
		i.StoppedIn, i.Status = i.Status, models.ImportStopped
		return s.save(ctx, tx, i, "import.stopped", counted(i))
	})
}

// Discard gives a file up: nothing more of it is done, and its content goes. What
// rows that were run have made stays. Errors as Match.
func (s *Service) Discard(ctx context.Context, id uuid.UUID) (models.Import, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, i *models.Import) error {
		if faults := models.RequestFrom(ctx).Invalid; len(faults) > 0 {
			return models.Invalid(faults...)
		}
		if i.Status == models.ImportDone || i.Status == models.ImportDiscarded {
			return notNow(i)
		}
		i.Status, i.StoppedIn = models.ImportDiscarded, ""
		return s.save(ctx, tx, i, "import.discarded", counted(i))
	})
}

func notNow(i *models.Import) error {
	return models.Conflict("This cannot be done now. The file is: " + models.LowerFirst(i.Status.Words()) + ".")
}

// change does one thing with a file of the actor's organisation.
func (s *Service) change(ctx context.Context, id uuid.UUID, do func(context.Context, *pg.Tx, *models.Import) error) (models.Import, error) {
	if _, err := may(ctx); err != nil {
		return models.Import{}, err
	}
	var out models.Import
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = find(ctx, tx, id, "for update"); err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := do(ctx, tx, &out); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// begin begins a check or a run at the first row: what a check found before goes.
func (s *Service) begin(ctx context.Context, tx *pg.Tx, i *models.Import, action string, detail map[string]any) error {
	if err := room(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "delete from import_rows where import_id = ? and not applied", i.ID); err != nil {
		return err
	}
	i.Done, i.Accepted, i.Changed, i.Duplicate, i.Refused, i.FinishedAt = 0, 0, 0, 0, 0, nil
	return s.save(ctx, tx, i, action, detail)
}

// save writes a file as it is now, in the name of the actor.
func (s *Service) save(ctx context.Context, tx *pg.Tx, i *models.Import, action string, detail map[string]any) error {
	i.Version++
	if _, err := tx.Exec(ctx, `update imports set status = ?, mapping = ?::jsonb, done = ?, accepted = ?, changed = ?, duplicate = ?, refused = ?, started_by = ?, started_role = ?,
		started_at = ?, finished_at = ?, stopped_in = ?, version = ? where id = ?`, i.Status, written(i.Mapping), i.Done, i.Accepted, i.Changed, i.Duplicate, i.Refused,
		tx.Actor.UserID, string(tx.Actor.Role), tx.Now, i.FinishedAt, pg.OrNull(i.StoppedIn), i.Version, i.ID); err != nil {
		return err
	}
	return tx.Record(ctx, event(action, i, detail))
}
