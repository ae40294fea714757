package v1

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/audit"
)

// AuditEvent is one line of the trail.
type AuditEvent struct {
	ID               uuid.UUID      `json:"id"`
	At               time.Time      `json:"at"`
	ActorID          *uuid.UUID     `json:"actor_id,omitempty" doc:"Who acted; absent for the system itself."`
	ActorName        *string        `json:"actor_name,omitempty" doc:"For people of your own organisation."`
	ActorRole        *string        `json:"actor_role,omitempty"`
	OrganisationID   *uuid.UUID     `json:"organisation_id,omitempty"`
	OrganisationName *string        `json:"organisation_name,omitempty"`
	Action           string         `json:"action" doc:"The area, then the verb in the past: referral.accepted."`
	SubjectType      string         `json:"subject_type"`
	SubjectID        *uuid.UUID     `json:"subject_id,omitempty"`
	CaseID           *uuid.UUID     `json:"case_id,omitempty"`
	Refused          bool           `json:"refused" doc:"Whether it was refused."`
	RequestID        *string        `json:"request_id,omitempty"`
	Detail           map[string]any `json:"detail" doc:"Ids, codes and names of fields; never a value."`
}

type auditIn struct {
	Paging
	CaseID      uuid.UUID `query:"case_id" doc:"What anybody did to this case, as far as you may know it."`
	ActorID     uuid.UUID `query:"actor_id"`
	SubjectType string    `query:"subject_type" maxLength:"40"`
	SubjectID   uuid.UUID `query:"subject_id"`
	Action      string    `query:"action" maxLength:"60"`
	Refused     string    `query:"refused" enum:"true,false"`
	From        time.Time `query:"from" doc:"Not before this time."`
	To          time.Time `query:"to" doc:"Before this time."`
}

type auditOut struct{ Body List[AuditEvent] }

// RegisterAudit adds the reading of the trail.
func RegisterAudit(a *api.API, svc *audit.Service) {
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/audit/events", ID: "list-audit-events", Tag: "Audit",
		Summary:     "Who read, changed or was refused what, the latest first",
		Description: "Without a case: what people of your own organisation did. Reading the trail is itself recorded.",
		Need:        models.AuditOwn,
	}, func(ctx context.Context, in *auditIn) (*auditOut, error) {
		items, next, err := svc.Events(ctx, audit.Filter{
			CaseID: in.CaseID, ActorUserID: in.ActorID, SubjectType: in.SubjectType, SubjectID: in.SubjectID,
			Action: in.Action, Refused: yesOrNo(in.Refused), From: in.From, To: in.To, Limit: in.Limit, Cursor: in.Cursor,
		})
		if err != nil {
			return nil, err
		}
		return &auditOut{Body: listed(items, next, presentEntry)}, nil
	})
}

func yesOrNo(text string) *bool {
	if text == "" {
		return nil
	}
	yes := text == "true"
	return &yes
}

func presentEntry(e audit.Entry) AuditEvent {
	out := AuditEvent{
		ID: e.ID, At: utc(e.At), ActorID: e.ActorUserID, ActorName: e.ActorName,
		OrganisationID: e.ActorOrgID, OrganisationName: e.OrgName, Action: e.Action, SubjectType: e.SubjectType,
		SubjectID: e.SubjectID, CaseID: e.CaseID, Refused: e.Refused, RequestID: e.RequestID, Detail: map[string]any{},
	}
	if e.ActorRole != nil {
		role := string(*e.ActorRole)
		out.ActorRole = &role
	}
	_ = json.Unmarshal(e.Detail, &out.Detail) // written by us, checked by the database
	return out
}
