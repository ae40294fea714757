package linkage

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// OfCase shows the other records of a case's person that it is linked with and
// the actor may open as well, and records that it was asked. It needs case:read.
// A record that is not theirs to open is not counted either.
func (s *Service) OfCase(ctx context.Context, id uuid.UUID) (Of, error) {
	return s.of(ctx, "select id as case_id, reference from cases where id = ?", id)
}

// OfReference is OfCase by the public reference, as pages are addressed.
func (s *Service) OfReference(ctx context.Context, reference string) (Of, error) {
	written, err := models.ParseReference(reference)
	if err != nil {
		return Of{}, models.NotFound("case")
	}
	return s.of(ctx, "select id as case_id, reference from cases where reference = ?", written)
}

func (s *Service) of(ctx context.Context, which string, key any) (Of, error) {
	var out Of
	if err := may(ctx, models.CaseRead); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var c struct {
			CaseID    uuid.UUID
			Reference string
		}
		if err := tx.Scan(ctx, &c, which, key); err != nil {
			return err
		}
		if c.CaseID == uuid.Nil {
			return models.NotFound("case")
		}
		out.CaseID, out.Reference = c.CaseID, c.Reference
		err := tx.Scan(ctx, &out.Items, `select p.id as pair_id, c.id as case_id, c.reference, o.name as org_name, p.decided_at as linked_at
			from linkage_pairs p join cases c on c.id = case when p.one_case_id = ? then p.other_case_id else p.one_case_id end join organisations o on o.id = c.accountable_org_id
			where p.state = 'linked' and (p.one_case_id = ? or p.other_case_id = ?) order by p.decided_at desc, p.id`, c.CaseID, c.CaseID, c.CaseID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "case.linked_viewed", SubjectType: "case", SubjectID: c.CaseID, CaseID: c.CaseID, Detail: map[string]any{"shown": len(out.Items)}})
	})
	return out, err
}
