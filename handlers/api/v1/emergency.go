package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/protection"
)

// NewEmergency asks to open a case that is restricted to others.
type NewEmergency struct {
	Reference string `json:"reference" maxLength:"64" doc:"Exact: nothing is searched."`
	Reason    string `json:"reason" maxLength:"60" doc:"A reason of the group emergency."`
	Note      string `json:"note" maxLength:"2000" doc:"What is happening, and what you have to know."`
}

// EmergencyAccess is one emergency access, and what somebody else thought of it.
type EmergencyAccess struct {
	ID          uuid.UUID  `json:"id"`
	CaseID      uuid.UUID  `json:"case_id"`
	Reference   string     `json:"reference,omitempty"`
	Who         string     `json:"who"`
	Reason      string     `json:"reason"`
	Note        string     `json:"note"`
	At          time.Time  `json:"at"`
	ExpiresAt   time.Time  `json:"expires_at" doc:"In real time, fifteen minutes after it was granted."`
	ReviewDueAt time.Time  `json:"review_due_at"`
	ReviewedAt  *time.Time `json:"reviewed_at,omitempty"`
	ReviewedBy  string     `json:"reviewed_by,omitempty"`
	Justified   *bool      `json:"justified,omitempty"`
	ReviewNote  string     `json:"review_note,omitempty"`
	Late        bool       `json:"late"`
}

// EmergencyReview says whether an emergency access was justified.
type EmergencyReview struct {
	Justified bool   `json:"justified"`
	Note      string `json:"note" maxLength:"2000" doc:"What you looked at, and why you think so."`
}

// EmergencyFigures are how emergency access was used in the last 28 days.
type EmergencyFigures struct {
	Count          int     `json:"count" doc:"Accesses."`
	Reads          int     `json:"reads" doc:"Of cases, by your organisation."`
	EmergencyReads int     `json:"emergency_reads"`
	Share          float64 `json:"share_percent" doc:"Which part of the reads was made under emergency access. At most 0.5 is the aim."`
	Reviewed       int     `json:"reviewed"`
	InTime         int     `json:"reviewed_in_time"`
	Late           int     `json:"late"`
}

type (
	emergencyIn  struct{ Body NewEmergency }
	emergencyOut struct{ Body EmergencyAccess }
	emergencies  struct {
		Items []EmergencyAccess `json:"items"`
	}
	emergenciesOut struct {
		Body emergencies `nameHint:"EmergencyAccesses"`
	}
	reviewEmergencyIn struct {
		ID   uuid.UUID `path:"id"`
		Body EmergencyReview
	}
	emergencyFiguresOut struct{ Body EmergencyFigures }
)

// RegisterEmergency adds emergency access and its reviews.
func RegisterEmergency(a *api.API, svc *protection.Service) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/break-glass", ID: "open-in-emergency", Tag: "Protection", Need: models.CaseEmergency, StepUp: true, Status: http.StatusCreated,
		Summary:     "Open a case of your organisation that is restricted to others, for fifteen minutes",
		Description: "Your privacy officer is told at once, and somebody else looks at it within two working days. You can read that case and nothing else of it.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, in *emergencyIn) (protection.Emergency, error) {
		return svc.OpenInEmergency(ctx, protection.EmergencyInput{Reference: in.Body.Reference, Reason: in.Body.Reason, Note: in.Body.Note})
	}, presentOneEmergency)
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/break-glass", ID: "list-break-glass", Tag: "Protection", Need: models.AccessReview,
		Summary: "Emergency accesses of your organisation, those nobody has looked at first",
	}, func(ctx context.Context, _ *struct{}) (*emergenciesOut, error) {
		items, err := svc.Emergencies(ctx)
		if err != nil {
			return nil, err
		}
		return &emergenciesOut{Body: emergencies{Items: presented(items, presentEmergency)}}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/break-glass/figures", ID: "count-break-glass", Tag: "Protection", Need: models.AccessReview,
		Summary: "How emergency access was used in the last 28 days",
	}, func(ctx context.Context, _ *struct{}) (*emergencyFiguresOut, error) {
		f, err := svc.Figures(ctx)
		if err != nil {
			return nil, err
		}
		return &emergencyFiguresOut{Body: EmergencyFigures{
			Count: f.Count, Reads: f.Reads, EmergencyReads: f.Emergency, Share: f.Share(), Reviewed: f.Reviewed, InTime: f.InTime, Late: f.Late,
		}}, nil
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/break-glass/{id}/review", ID: "review-break-glass", Tag: "Protection", Need: models.AccessReview,
		Summary: "Say whether an emergency access was justified", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *reviewEmergencyIn) (protection.Emergency, error) {
		return svc.Review(ctx, in.ID, &in.Body.Justified, in.Body.Note)
	}, presentOneEmergency)
}

func presentOneEmergency(e protection.Emergency) *emergencyOut {
	return &emergencyOut{Body: presentEmergency(e)}
}

func presentEmergency(e protection.Emergency) EmergencyAccess {
	return EmergencyAccess{
		ID: e.ID, CaseID: e.CaseID, Reference: e.Reference, Who: e.Who, Reason: e.Reason, Note: e.Note, At: utc(e.At), ExpiresAt: utc(e.ExpiresAt),
		ReviewDueAt: utc(e.ReviewDueAt), ReviewedAt: utcOrNone(e.ReviewedAt), ReviewedBy: e.ReviewedBy, Justified: e.Justified, ReviewNote: e.ReviewNote, Late: e.Late,
	}
}
