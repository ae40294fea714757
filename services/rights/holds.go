package rights

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// HoldInput is what a hold is placed with.
type HoldInput struct {
	Reference string // of a case, or of a referral that was sent to the organisation
	Reason    string
	Note      string
	Until     *time.Time
}

const holdColumns = `id, case_id, reference, reason, coalesce(note, '') as note, placed_by, placed_at, until, lifted_at, coalesce(lifted_note, '') as lift_note, version`

// PlaceHold keeps a case, and all that belongs to it at every organisation,
// from being deleted. A reference the organisation has nothing to do with is
// answered as one that does not exist.
func (s *Service) PlaceHold(ctx context.Context, in HoldInput) (models.Hold, error) {
	var out models.Hold
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		h := models.Hold{ID: models.NewID(), Reference: in.Reference, Reason: in.Reason, Note: in.Note, Until: in.Until, PlacedBy: tx.Actor.UserID, PlacedAt: tx.Now, Version: 1}
		caseID, _, faults, err := named(ctx, tx, "reference", in.Reference)
		if err != nil {
			return err
		}
		h.CaseID = caseID
		if ref, err := models.ParseReference(in.Reference); err == nil {
			h.Reference = ref
		}
		if err := step(ctx, tx, true, "", 0, append(faults, h.Check(models.Today(tx.Now))...)); err != nil {
			return err
		}
		out = h
		return place(ctx, tx, h)
	})
	return out, err
}

func place(ctx context.Context, tx *pg.Tx, h models.Hold) error {
	_, err := tx.Exec(ctx, `insert into retention_holds (id, org_id, case_id, reference, reason, note, placed_by, placed_at, until)
		values (?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?)`, h.ID, tx.Actor.OrgID, h.CaseID, h.Reference, h.Reason, h.Note, h.PlacedBy, h.PlacedAt, h.Until)
	if err != nil {
		return err
	}
	err = record(ctx, tx, "retention.hold_placed", "retention_hold", h.ID, h.CaseID, map[string]any{"reason": h.Reason})
	if err != nil {
		return err
	}
	return tx.Keep(ctx, h)
}

// Holds lists the holds of the actor's organisation, those that stand first,
// then the latest, at most 200.
func (s *Service) Holds(ctx context.Context) ([]models.Hold, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []models.Hold
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		err := tx.Scan(ctx, &out, "select "+holdColumns+" from retention_holds order by lifted_at is not null, placed_at desc, id limit 200")
		if err != nil {
			return err
		}
		return record(ctx, tx, "retention.holds_listed", "retention_hold", uuid.Nil, uuid.Nil, map[string]any{"shown": len(out)})
	})
	return out, err
}

// LiftHold ends a hold; the case goes on the list at the next look if it is
// due. One of another organisation is not found.
func (s *Service) LiftHold(ctx context.Context, id uuid.UUID, note string) (models.Hold, error) {
	var out models.Hold
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		h := models.Hold{}
		if err := tx.Scan(ctx, &h, "select "+holdColumns+" from retention_holds where id = ? for update", id); err != nil {
			return err
		}
		if h.ID == uuid.Nil {
			return models.NotFound("hold")
		}
		note := strings.TrimSpace(note)
		f := &models.Faults{}
		if note == "" {
			f.Add("note", models.FieldRequired, "Say why it need not be kept any longer")
		}
		if len([]rune(note)) > 1000 {
			f.Add("note", models.FieldTooLong, "Why must be 1,000 characters or fewer")
		}
		if err := step(ctx, tx, h.LiftedAt == nil, "This hold was lifted already. Nothing you did was saved.", h.Version, f.List()); err != nil {
			return err
		}
		h.LiftedAt, h.LiftNote, h.Version = &tx.Now, note, h.Version+1
		_, err := tx.Exec(ctx, "update retention_holds set lifted_by = ?, lifted_at = ?, lifted_note = ?, version = version + 1 where id = ?", tx.Actor.UserID, tx.Now, note, id)
		if err != nil {
			return err
		}
		out = h
		if err := record(ctx, tx, "retention.hold_lifted", "retention_hold", h.ID, h.CaseID, nil); err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}
