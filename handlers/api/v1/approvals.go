package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/approvals"
)

// Approval is an act that takes two people.
type Approval struct {
	ID          uuid.UUID      `json:"id"`
	Kind        string         `json:"kind"`
	What        string         `json:"what" doc:"The kind in words."`
	State       string         `json:"state" enum:"waiting,expired,approved,refused,withdrawn"`
	SubjectType string         `json:"subject_type"`
	SubjectID   *uuid.UUID     `json:"subject_id,omitempty"`
	Facts       []ApprovalFact `json:"facts" doc:"What is asked for; empty in a list."`
	Reason      string         `json:"reason"`
	RequestedBy Asker          `json:"requested_by"`
	RequestedAt time.Time      `json:"requested_at"`
	ExpiresAt   time.Time      `json:"expires_at"`
	DecidedBy   string         `json:"decided_by,omitempty"`
	DecidedAt   *time.Time     `json:"decided_at,omitempty"`
	Note        string         `json:"note,omitempty"`
	MayDecide   bool           `json:"may_decide" doc:"Whether you are the second person."`
	Version     int            `json:"version"`
}

// Asker is who asked for an act that takes two.
type Asker struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Role string    `json:"role"`
}

// ApprovalFact is one line of what is asked for.
type ApprovalFact struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Refusal says why something is refused.
type Refusal struct {
	Note string `json:"note" minLength:"1" maxLength:"2000"`
}

// Noted is a note on an act.
type Noted struct {
	Note string `json:"note,omitempty" maxLength:"2000"`
}

type (
	approvalsIn struct {
		Paging
		Waiting bool `query:"waiting" doc:"Only those that can still be decided."`
	}
	approvalIn struct {
		ID uuid.UUID `path:"id"`
	}
	approveIn struct {
		ID   uuid.UUID `path:"id"`
		Body *Noted
	}
	refuseIn struct {
		ID   uuid.UUID `path:"id"`
		Body Refusal
	}
	approvalsOut struct{ Body List[Approval] }
	approvalOut  struct {
		ETag string `header:"ETag"`
		Body Approval
	}
)

// RegisterApprovals adds what takes two people.
func RegisterApprovals(a *api.API, svc *approvals.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/approvals", ID: "list-approvals", Tag: "Approvals",
		Summary: "What you asked for and what your role decides, the latest first", Need: models.SignedIn,
	}, func(ctx context.Context, in *approvalsIn) (*approvalsOut, error) {
		items, next, err := svc.List(ctx, approvals.Query{Waiting: in.Waiting, Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &approvalsOut{Body: listed(items, next, presentApproval)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/approvals/{id}", ID: "get-approval", Tag: "Approvals", Summary: "One request, with what is asked for", Need: models.SignedIn,
	}, func(ctx context.Context, in *approvalIn) (*approvalOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentOneApproval(v), nil
	})
	op := func(path, summary string, need models.Permission) api.Op {
		return api.Op{
			Method: http.MethodPost, Path: "/api/v1/approvals/{id}/" + path, ID: path + "-approval", Tag: "Approvals", Summary: summary, Need: need, StepUp: need == models.ApprovalDecide,
			Errors: []int{http.StatusConflict, http.StatusForbidden},
		}
	}
	api.Keyed(a, op("approve", "Approve what somebody else asked for: it happens at once", models.ApprovalDecide), func(ctx context.Context, in *approveIn) (approvals.View, error) {
		note := ""
		if in.Body != nil {
			note = in.Body.Note
		}
		return svc.Approve(ctx, in.ID, note)
	}, presentOneApproval)
	api.Keyed(a, op("refuse", "Refuse what somebody else asked for", models.ApprovalDecide), func(ctx context.Context, in *refuseIn) (approvals.View, error) {
		return svc.Refuse(ctx, in.ID, in.Body.Note)
	}, presentOneApproval)
	api.Keyed(a, op("withdraw", "Take back what you asked for", models.SignedIn), func(ctx context.Context, in *approvalIn) (approvals.View, error) {
		return svc.Withdraw(ctx, in.ID)
	}, presentOneApproval)
}

func presentOneApproval(v approvals.View) *approvalOut {
	return &approvalOut{ETag: etag(v.Version), Body: presentApproval(v)}
}

func presentApproval(v approvals.View) Approval {
	out := Approval{
		ID: v.ID, Kind: v.Kind, What: v.Words, State: v.State, SubjectType: v.SubjectType, Reason: v.Reason,
		Facts:       presented(v.Facts, func(f approvals.Fact) ApprovalFact { return ApprovalFact(f) }),
		RequestedBy: Asker{ID: v.RequestedBy, Name: v.RequestedByName, Role: string(v.RequestedByRole)}, RequestedAt: utc(v.RequestedAt), ExpiresAt: utc(v.ExpiresAt),
		DecidedBy: v.DecidedByName, DecidedAt: utcOrNone(v.DecidedAt), Note: v.DecidedNote, MayDecide: v.MayDecide, Version: v.Version,
	}
	if v.SubjectID != uuid.Nil {
		out.SubjectID = &v.SubjectID
	}
	return out
}
