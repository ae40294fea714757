package events

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Telling is how the victim was told of an event.
type Telling struct {
	At         time.Time
	Channel    models.Channel
	Understood *bool // with an interpreter or Easy Read where they need it
	Offered    *bool // support was offered with it, where the event asks for that
}

// Told records that the victim was told of an event, through the safe-contact
// gate, and stops the clocks that wait for it. It is recorded once. What the
// gate refuses is an invalid field in words, and on record: a contact that
// happened all the same is a safety incident, and is recorded as a contact.
// Errors: as Record, and a conflict where it is recorded already.
func (s *Service) Told(ctx context.Context, caseID, id uuid.UUID, in Telling) (Recorded, error) {
	if err := may(ctx, models.EventRecord); err != nil {
		return Recorded{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Recorded{}, err
	}
	in.At = in.At.UTC().Truncate(time.Microsecond)
	if err := s.gate(ctx, caseID, id, &in); err != nil {
		return Recorded{}, err
	}
	var out Recorded
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			f, e, err := tellable(ctx, tx, caseID, id)
			if err != nil {
				return err
			}
			if err := models.Refusal(ctx, in.check(&e, tx.Now)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update case_events set told_at = ?, told_recorded_at = ?, told_channel = ?, told_understood = ?, told_offered = ?, told_by_user_id = ?, told_by_org_id = ?
				where id = ?`, in.At, tx.Now, in.Channel, in.Understood, in.Offered, tx.Actor.UserID, tx.Actor.OrgID, id); err != nil {
				return err
			}
			e.ToldAt, e.ToldChannel, e.Understood, e.ToldByOrg = &in.At, in.Channel, in.Understood, &tx.Actor.OrgID
			w, err := s.open(ctx, tx, dir, &f)
			if err != nil {
				return err
			}
			if err := w.told(&e, in.At); err != nil {
				return outside(err)
			}
			if err := w.save(ctx, tx); err != nil {
				return err
			}
			if err := tx.Record(ctx, about(&f, "case_event.told", map[string]any{"event": id, "type": e.Type, "channel": in.Channel, "clocks": len(w.touched)})); err != nil {
				return err
			}
			out = Recorded{Event: s.view(dir, &f, e, nil)}
			if out.Clocks, err = s.lines(ctx, tx, dir, &f, "and k.id in ?", w.ids()); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// tellable finds an event that the victim can be told of: a replay, or a
// conflict where they were.
func tellable(ctx context.Context, tx *pg.Tx, caseID, id uuid.UUID) (facts, models.CaseEvent, error) {
	f, err := find(ctx, tx, caseID)
	if err != nil {
		return f, models.CaseEvent{}, err
	}
	e, err := one(ctx, tx, caseID, id)
	if err != nil {
		return f, e, err
	}
	if err := tx.FindReplay(ctx); err != nil {
		return f, e, err
	}
	if e.ToldAt != nil {
		return f, e, models.Conflict("They were told on " + models.DateTime(*e.ToldAt) + ". Nothing you did was saved.")
	}
	return f, e, f.mustBeOpen()
}

// gate asks the safe-contact gate, where the telling is whole enough to be asked
// about: every other refusal comes first, in its order.
func (s *Service) gate(ctx context.Context, caseID, id uuid.UUID, in *Telling) error {
	whole := false
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		f, err := seen(ctx, tx, caseID)
		if err != nil {
			return err
		}
		e, err := one(ctx, tx, caseID, id)
		if err != nil {
			return err
		}
		whole = e.ToldAt == nil && f.mustBeOpen() == nil && len(in.check(&e, tx.Now)) == 0
		return nil
	})
	if err != nil || !whole || len(models.RequestFrom(ctx).Invalid) > 0 {
		return err
	}
	err = s.referrals.MayTell(ctx, caseID, in.Channel, in.At)
	found := models.FieldsOf(err)
	if models.CodeOf(err) != models.CodeInvalid || len(found) == 0 || found[0].Field != "at" {
		return err
	}
	found[0].Field = "told_at"
	return models.Invalid(found...)
}

func (in *Telling) check(e *models.CaseEvent, now time.Time) []models.FieldError {
	f := &models.Faults{}
	switch {
	case in.At.IsZero():
		f.Add("told_at", models.FieldRequired, "Enter when they were told")
	case in.At.After(now.Add(time.Minute)):
		f.Add("told_at", models.FieldInvalid, "The time must be now or in the past")
	case in.At.Before(e.OccurredAt):
		f.Add("told_at", models.FieldInvalid, "They cannot have been told before it happened")
	}
	if !slices.Contains(models.Channels(), in.Channel) {
		f.Add("channel", models.FieldRequired, "Select how they were told")
	}
	if in.Understood == nil {
		f.Add("understood", models.FieldRequired, "Say whether they understood it")
	}
	if e.What() == "not_investigated" && in.Offered == nil {
		f.Add("support_offered", models.FieldRequired, "Say whether a support service was offered")
	}
	return f.List()
}
