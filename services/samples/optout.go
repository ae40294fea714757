package samples

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// OptOut says whether somebody asked that none of their cases is read in an
// audit, as one of them records it.
type OptOut struct {
	CaseID    uuid.UUID
	Reference string
	OptedOut  bool
	At        *time.Time
}

const optOutSQL = `select c.id as case_id, c.reference, o.case_id is not null as opted_out, o.at from cases c left join quality_opt_outs o on o.case_id = c.id where c.id = ? or c.reference = ?`

// OptOut shows what is recorded of a case, by its id or its reference.
func (s *Service) OptOut(ctx context.Context, id uuid.UUID, reference string) (OptOut, error) {
	var out OptOut
	if err := may(ctx, models.CaseRead); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = optOut(ctx, tx, id, reference); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "case.audit_choice_read", SubjectType: "case", SubjectID: out.CaseID, CaseID: out.CaseID})
	})
	return out, err
}

func optOut(ctx context.Context, tx *pg.Tx, id uuid.UUID, reference string) (OptOut, error) {
	var out OptOut
	err := tx.Scan(ctx, &out, optOutSQL, id, reference)
	if err == nil && out.CaseID == uuid.Nil {
		err = models.NotFound("case")
	}
	return out, err
}

// SetOptOut records that somebody asks to be left out of audits, or no longer
// does: none of their cases is drawn from then on, and copies that were made are
// closed. nil says nothing. Errors: not found, forbidden, a models.Replay, and
// invalid.
func (s *Service) SetOptOut(ctx context.Context, id uuid.UUID, reference string, out *bool) (OptOut, error) {
	return write(ctx, s, models.CaseCreate, func(ctx context.Context, tx *pg.Tx) (OptOut, error) {
		now, err := optOut(ctx, tx, id, reference)
		if err != nil {
			return now, err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return now, err
		}
		f := &models.Faults{}
		if out == nil {
			f.Add("opted_out", models.FieldRequired, "Select whether they may be part of an audit")
		}
		if err := models.Refusal(ctx, f.List()); err != nil {
			return now, err
		}
		if *out {
			_, err = tx.Exec(ctx, "insert into quality_opt_outs (case_id, org_id, at, by_user_id) values (?, ?, ?, ?) on conflict do nothing", now.CaseID, tx.Actor.OrgID, tx.Now, tx.Actor.UserID)
		} else {
			_, err = tx.Exec(ctx, "delete from quality_opt_outs where case_id = ?", now.CaseID)
		}
		if err != nil {
			return now, err
		}
		if err := tx.Record(ctx, models.Event{Action: "case.audit_choice_changed", SubjectType: "case", SubjectID: now.CaseID, CaseID: now.CaseID, Detail: map[string]any{"opted_out": *out}}); err != nil {
			return now, err
		}
		return optOut(ctx, tx, now.CaseID, "")
	})
}
