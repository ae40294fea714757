package approvals

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// RequestTx asks for an act in the transaction of whoever asks, with its event.
// Whether they may ask is the area's to check before. It returns a conflict
// where the same is asked for already and waits.
func (s *Service) RequestTx(ctx context.Context, tx *pg.Tx, r Request) (models.Approval, error) {
	k, known := s.Kind(r.Kind)
	if !known {
		return models.Approval{}, models.Internal("asking for "+r.Kind+", which is no kind of approval", nil)
	}
	if r.Payload == nil {
		r.Payload = struct{}{}
	}
	payload, err := json.Marshal(r.Payload)
	if err != nil {
		return models.Approval{}, models.Internal("writing the payload of an approval", err)
	}
	r.Reason = strings.TrimSpace(r.Reason)
	if utf8.RuneCountInString(r.Reason) > 2000 || !utf8.ValidString(r.Reason) || strings.ContainsRune(r.Reason, 0) {
		return models.Approval{}, models.Invalid(models.Field("reason", models.FieldTooLong, "Reason must be 2,000 characters or fewer"))
	}
	a := models.Approval{
		ID: models.NewID(), OrgID: tx.Actor.OrgID, Kind: r.Kind, SubjectType: r.SubjectType, SubjectID: r.SubjectID, CaseID: r.CaseID,
		Payload: payload, Reason: r.Reason, RequestedBy: tx.Actor.UserID, RequestedByName: tx.Actor.Name, RequestedByRole: tx.Actor.Role,
		RequestedAt: tx.Now, ExpiresAt: tx.Now.Add(k.Lasts), Version: 1,
	}
	if err := release(ctx, tx, a); err != nil {
		return models.Approval{}, err
	}
	_, err = tx.Exec(ctx, `insert into approvals (id, org_id, kind, subject_type, subject_id, case_id, payload, reason, decide_roles, hidden_from,
		requested_by, requested_by_role, requested_at, expires_at)
		values (?, ?, ?, ?, ?, ?, ?::text::jsonb, ?, string_to_array(?, ','), string_to_array(nullif(?, ''), ',')::uuid[] || '{}'::uuid[], ?, ?, ?, ?)`,
		a.ID, a.OrgID, a.Kind, a.SubjectType, pg.OrNull(a.SubjectID), pg.OrNull(a.CaseID), string(payload), a.Reason, joined(k.Roles), joined(r.HiddenFrom),
		a.RequestedBy, string(a.RequestedByRole), a.RequestedAt, a.ExpiresAt)
	if pg.Constraint(err) == "approvals_one_open" {
		return models.Approval{}, models.Conflict("The same has been asked for already and waits for somebody to decide.")
	}
	if err != nil {
		return models.Approval{}, err
	}
	return a, tx.Record(ctx, event("approval.requested", a))
}

// release takes back what the same person asked for before and nobody decided
// in time, so that they can ask again; nobody else's row is theirs to end.
func release(ctx context.Context, tx *pg.Tx, a models.Approval) error {
	_, err := tx.Exec(ctx, `update approvals set decision = 'withdrawn', decided_by = ?, decided_at = ?, version = version + 1
		where decision is null and expires_at <= ? and requested_by = ? and kind = ? and subject_id = ?`,
		tx.Actor.UserID, tx.Now, tx.Now, tx.Actor.UserID, a.Kind, pg.OrNull(a.SubjectID))
	return err
}

// event is a line of the trail about a request. A request about a case is found
// with the case.
func event(action string, a models.Approval) models.Event {
	return models.Event{
		Action: action, SubjectType: "approval", SubjectID: a.ID, CaseID: a.CaseID,
		Detail: map[string]any{"kind": a.Kind, "subject_type": a.SubjectType, "subject_id": a.SubjectID},
	}
}

// joined writes keys or ids the way string_to_array reads them.
func joined[T any](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		switch v := any(v).(type) {
		case models.Role:
			parts[i] = string(v)
		case uuid.UUID:
			parts[i] = v.String()
		}
	}
	return strings.Join(parts, ",")
}
