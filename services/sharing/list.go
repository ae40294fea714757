package sharing

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// joined writes keys the way string_to_array reads them; keys hold no comma.
func joined(keys []string) string { return strings.Join(keys, ",") }

const columns = `id, case_id, receiver_org_id, purpose, basis, method, fields, reason, recorded_at, recorded_by, recorded_by_org_id,
	expires_on, withdrawn_at, withdrawn_by, coalesce(withdrawn_reason, ''), withdrawn_note, version`

func scan(v *vault.Vault, row pg.Row, d *models.SharingDecision) error {
	return row.Scan(&d.ID, &d.CaseID, &d.ReceiverOrgID, &d.Purpose, &d.Basis, &d.Method, &d.Fields,
		v.Text(vault.DecisionReason, &d.ID, &d.Reason), &d.RecordedAt, &d.RecordedBy,
		&d.RecordedByOrgID, &d.ExpiresOn, &d.WithdrawnAt, &d.WithdrawnBy, &d.WithdrawnReason,
		v.Text(vault.DecisionNote, &d.ID, &d.WithdrawnNote), &d.Version)
}

// Listed is the sharing of one case.
type Listed struct {
	CaseID    uuid.UUID
	Reference string
	Decisions []Decision // the latest first, withdrawn ones too
}

// List shows who may see what of a case, and why. A case that is not the
// actor's to see is not found.
func (s *Service) List(ctx context.Context, caseID uuid.UUID) (Listed, error) {
	if _, err := may(ctx); err != nil {
		return Listed{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Listed{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Listed{}, err
	}
	var found bool
	out := Listed{CaseID: caseID}
	b.RecordSeen(models.Event{Action: "sharing.listed", SubjectType: "case", SubjectID: caseID, CaseID: caseID})
	b.Query(pg.One(&found, &out.Reference), "select reference from cases where id = $1", caseID)
	b.Query(pg.Each(func(row pg.Row) error {
		var d Decision
		err := scan(b.Vault, row, &d.SharingDecision)
		d.Receiver, _ = dir.Organisation(d.ReceiverOrgID)
		d.Live = d.SharingDecision.Live(b.Now)
		out.Decisions = append(out.Decisions, d)
		return err
	}), "select "+columns+" from sharing_decisions where case_id = $1 order by recorded_at desc, id desc", caseID)
	if err := b.Send(pg.BatchWrite); err != nil {
		return Listed{}, err
	}
	if !found {
		return Listed{}, models.NotFound("case")
	}
	return out, nil
}
