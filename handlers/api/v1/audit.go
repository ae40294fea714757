package v1

import (
	"context"
	"encoding/json"
	"net/http"
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

// RegisterAudit adds the reading of the trail, and what proves it.
func RegisterAudit(a *api.API, svc *audit.Service) {
	registerProofs(a, svc)
	registerOpenings(a, svc)
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

// LogCheckpoint is what the audit log has signed last.
type LogCheckpoint struct {
	Number int64  `json:"number" doc:"1, 2, 3 and so on."`
	Size   int64  `json:"size" doc:"How many events it covers."`
	Note   string `json:"note" doc:"The signed text (c2sp.org/tlog-checkpoint): the only part that proves anything. Keep it where nobody here can reach it."`
}

// Evidence proves one event to whoever has the log's public key.
type Evidence struct {
	Format      string        `json:"format"`
	Event       EvidenceEvent `json:"event"`
	Detail      *string       `json:"detail,omitempty" doc:"Exactly as it was sealed; null where it was erased."`
	Salt        []byte        `json:"salt,omitempty"`
	Seal        []byte        `json:"seal" doc:"HMAC-SHA-256 of the detail under the salt."`
	Leaf        int64         `json:"leaf" doc:"The event's number in the log, from 0."`
	Inclusion   []string      `json:"inclusion" doc:"Hashes from the event up to the root (RFC 6962)."`
	Checkpoint  string        `json:"checkpoint" doc:"The signed text that holds the root."`
	FromSize    int64         `json:"from_size,omitempty"`
	Consistency []string      `json:"consistency,omitempty" doc:"Hashes that show the log of from_size to be the beginning of this one."`
}

// EvidenceEvent is an event with everything the log covers of it.
type EvidenceEvent struct {
	ID          uuid.UUID  `json:"id"`
	At          time.Time  `json:"at"`
	RecordedAt  time.Time  `json:"recorded_at"`
	ActorUserID *uuid.UUID `json:"actor_user_id,omitempty"`
	ActorOrgID  *uuid.UUID `json:"actor_org_id,omitempty"`
	ActorRole   *string    `json:"actor_role,omitempty"`
	SessionID   *uuid.UUID `json:"session_id,omitempty"`
	RequestID   *string    `json:"request_id,omitempty"`
	Action      string     `json:"action"`
	SubjectType string     `json:"subject_type"`
	SubjectID   *uuid.UUID `json:"subject_id,omitempty"`
	CaseID      *uuid.UUID `json:"case_id,omitempty"`
	Refused     bool       `json:"refused"`
	Transaction string     `json:"transaction"`
}

type (
	proofIn struct {
		ID   uuid.UUID `path:"id"`
		From int64     `query:"from" doc:"The size of a checkpoint you kept: the answer then shows that it is the beginning of this log."`
	}
	checkpointOut struct{ Body LogCheckpoint }
	evidenceOut   struct{ Body Evidence }
)

func registerProofs(a *api.API, svc *audit.Service) {
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/audit/checkpoint", ID: "get-audit-checkpoint", Tag: "Audit",
		Summary: "The last signed checkpoint of the audit log", Need: models.SignedIn, Errors: []int{http.StatusNotFound},
		Description: "Keep it elsewhere: with it and the public key, anybody can show later that nothing before it was altered or taken away.",
	}, func(ctx context.Context, _ *struct{}) (*checkpointOut, error) {
		c, err := svc.Checkpoint(ctx)
		return &checkpointOut{Body: LogCheckpoint(c)}, err
	})
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/audit/proofs/{id}", ID: "get-audit-proof", Tag: "Audit",
		Summary: "The evidence that an event is in the audit log", Need: models.AuditOwn,
		Description: "For an event you may read, a few seconds after it. The answer is the evidence file: throughline audit verify --bundle reads it, and needs nothing else but the public key. Taking it is itself recorded.",
	}, func(ctx context.Context, in *proofIn) (*evidenceOut, error) {
		p, err := svc.Prove(ctx, in.ID, in.From)
		if err != nil {
			return nil, err
		}
		e := p.Event
		return &evidenceOut{Body: Evidence{
			Format: p.Format, Detail: p.Detail, Salt: p.Salt, Seal: p.Seal, Leaf: p.Leaf, Inclusion: p.Inclusion, Checkpoint: p.Checkpoint,
			FromSize: p.FromSize, Consistency: p.Consistency,
			Event: EvidenceEvent{
				ID: e.ID, At: utc(e.At), RecordedAt: utc(e.RecordedAt), ActorUserID: e.ActorUserID, ActorOrgID: e.ActorOrgID, ActorRole: e.ActorRole,
				SessionID: e.SessionID, RequestID: e.RequestID, Action: e.Action, SubjectType: e.SubjectType, SubjectID: e.SubjectID,
				CaseID: e.CaseID, Refused: e.Refused, Transaction: e.Xact,
			},
		}}, nil
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
