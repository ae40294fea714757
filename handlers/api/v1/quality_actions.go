package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/samples"
)

// QualityAction is what a named organisation is asked to do.
type QualityAction struct {
	ID             uuid.UUID  `json:"id"`
	SampleID       *uuid.UUID `json:"sample_id,omitempty" doc:"To the office that asks alone."`
	FindingID      *uuid.UUID `json:"finding_id,omitempty" doc:"To the office that asks alone."`
	FromID         uuid.UUID  `json:"from_organisation_id"`
	OrganisationID uuid.UUID  `json:"organisation_id"`
	Recommendation string     `json:"recommendation"`
	Owner          string     `json:"owner"`
	DueOn          string     `json:"due_on" format:"date"`
	State          string     `json:"state" enum:"open,answered,closed"`
	At             time.Time  `json:"at"`
	ClosedAt       *time.Time `json:"closed_at,omitempty"`
	Version        int        `json:"version"`
}

// QualityActionRead is an action with what was said about it.
type QualityActionRead struct {
	QualityAction
	Entries []QualityActionEntry `json:"entries"`
}

// QualityActionEntry is one thing said about an action.
type QualityActionEntry struct {
	Kind     string    `json:"kind" enum:"reply,returned,closed"`
	Said     string    `json:"said"`
	Evidence string    `json:"evidence,omitempty"`
	At       time.Time `json:"at"`
	ByID     uuid.UUID `json:"by_organisation_id"`
}

// ActionReply is what an organisation says that it did.
type ActionReply struct {
	Said     string `json:"said" minLength:"1" maxLength:"4000"`
	Evidence string `json:"evidence" minLength:"1" maxLength:"1000" doc:"Where the proof is found."`
}

// ActionSaid is what the office says of an answer.
type ActionSaid struct {
	Said string `json:"said" minLength:"1" maxLength:"4000"`
}

// AuditChoice is whether somebody may be part of an audit.
type AuditChoice struct {
	CaseID   uuid.UUID  `json:"case_id"`
	OptedOut bool       `json:"opted_out"`
	At       *time.Time `json:"at,omitempty"`
}

// NewAuditChoice is what somebody asks.
type NewAuditChoice struct {
	OptedOut bool `json:"opted_out" doc:"true: none of their cases is read in an audit."`
}

type (
	qualityActionsOut struct{ Body List[QualityAction] }
	qualityActionOut  struct {
		ETag string `header:"ETag"`
		Body QualityActionRead
	}
	auditChoiceIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewAuditChoice
	}
	auditChoiceOut struct{ Body AuditChoice }
)

// registerQualityActions adds what organisations are asked to do, and whether
// somebody may be part of an audit.
func registerQualityActions(a *api.API, svc *samples.Service) {
	op := func(method, path, id, summary string, need models.Permission) api.Op {
		return api.Op{Method: method, Path: "/api/v1/quality/actions" + path, ID: id, Tag: "Case audit", Need: need, Summary: summary}
	}
	api.Register(a, op(http.MethodGet, "", "list-quality-actions", "What your office asked of others, or what was asked of your organisation", models.QualityActions), func(ctx context.Context, _ *struct{}) (*qualityActionsOut, error) {
		items, err := svc.Actions(ctx)
		if err != nil {
			return nil, err
		}
		return &qualityActionsOut{Body: listed(items, "", presentImprovement)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-quality-action", "One action", models.QualityActions), func(ctx context.Context, in *sampleIn) (*qualityActionOut, error) {
		v, err := svc.Action(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentAction(v), nil
	})
	act := func(path, id, summary string, need models.Permission) api.Op {
		o := op(http.MethodPost, "/{id}/"+path, id, summary, need)
		o.Match, o.Status, o.Errors = true, http.StatusOK, []int{http.StatusConflict, http.StatusForbidden}
		return o
	}
	api.Keyed(a, act("answer", "answer-quality-action", "Say what was done, and where the evidence is found", models.QualityActions), func(ctx context.Context, in *sampleAct[ActionReply]) (samples.ActionView, error) {
		return svc.Answer(ctx, in.ID, in.Body.Said, in.Body.Evidence)
	}, presentAction)
	api.Keyed(a, act("return", "return-quality-action", "Send an answer back, with why", models.QualityAudit), func(ctx context.Context, in *sampleAct[ActionSaid]) (samples.ActionView, error) {
		return svc.Return(ctx, in.ID, in.Body.Said)
	}, presentAction)
	api.Keyed(a, act("close", "close-quality-action", "Close an action that was answered, with why", models.QualityAudit), func(ctx context.Context, in *sampleAct[ActionSaid]) (samples.ActionView, error) {
		return svc.Close(ctx, in.ID, in.Body.Said)
	}, presentAction)

	choice := api.Op{Method: http.MethodGet, Path: "/api/v1/cases/{id}/audit-choice", ID: "get-audit-choice", Tag: "Cases", Need: models.CaseRead, Summary: "Whether the victim may be part of an audit"}
	api.Register(a, choice, func(ctx context.Context, in *sampleIn) (*auditChoiceOut, error) {
		o, err := svc.OptOut(ctx, in.ID, "")
		if err != nil {
			return nil, err
		}
		return presentChoice(o), nil
	})
	choice.Method, choice.ID, choice.Need, choice.Status = http.MethodPost, "set-audit-choice", models.CaseCreate, http.StatusOK
	choice.Summary, choice.Description = "Record whether the victim may be part of an audit", "Where they opted out none of their cases is drawn, and copies that were made are closed."
	api.Keyed(a, choice, func(ctx context.Context, in *auditChoiceIn) (samples.OptOut, error) {
		return svc.SetOptOut(ctx, in.ID, "", &in.Body.OptedOut)
	}, presentChoice)
}

func (n NewQualityAction) model() models.Improvement {
	out := models.Improvement{FindingID: n.FindingID, ToOrgID: n.OrganisationID, Recommendation: n.Recommendation, Owner: n.Owner}
	out.DueOn, _ = time.Parse(time.DateOnly, n.DueOn)
	return out
}

func presentImprovement(m models.Improvement) QualityAction {
	return QualityAction{
		ID: m.ID, FromID: m.OrgID, OrganisationID: m.ToOrgID, Recommendation: m.Recommendation, Owner: m.Owner, DueOn: m.DueOn.Format(time.DateOnly), State: m.State,
		At: utc(m.At), ClosedAt: utcOrNone(m.ClosedAt), Version: m.Version,
	}
}

func presentAction(v samples.ActionView) *qualityActionOut {
	out := QualityActionRead{QualityAction: presentImprovement(v.Improvement), Entries: []QualityActionEntry{}}
	if v.Office {
		out.SampleID, out.FindingID = &v.SampleID, &v.FindingID
	}
	for _, e := range v.Entries {
		out.Entries = append(out.Entries, QualityActionEntry{Kind: e.Kind, Said: e.Said, Evidence: e.Evidence, At: utc(e.At), ByID: e.ByOrgID})
	}
	return &qualityActionOut{ETag: etag(v.Version), Body: out}
}

func presentChoice(o samples.OptOut) *auditChoiceOut {
	return &auditChoiceOut{Body: AuditChoice{CaseID: o.CaseID, OptedOut: o.OptedOut, At: utcOrNone(o.At)}}
}
