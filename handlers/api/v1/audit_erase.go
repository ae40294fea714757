package v1

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/services/audit"
)

// Erasure names the events whose detail has to go.
type Erasure struct {
	EventIDs []uuid.UUID `json:"event_ids" minItems:"1" maxItems:"100" doc:"Acts of your own organisation that have their number in the log."`
	Reason   string      `json:"reason" minLength:"10" maxLength:"2000"`
}

type eraseIn struct{ Body Erasure }

// RegisterErasure adds the asking for details to be erased.
func RegisterErasure(a *api.API, svc *audit.Service, asked *approvals.Service) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/audit/erasures", ID: "ask-audit-erasure", Tag: "Audit", Status: http.StatusCreated,
		Summary: "Ask for the details of events to be erased for good", Need: models.AuditOwn, StepUp: true, Errors: []int{http.StatusConflict, http.StatusNotFound},
		Description: "The lines stay, with who, when and what, and every proof stays true. It happens when a second person approves.",
	}, func(ctx context.Context, in *eraseIn) (approvals.View, error) {
		return svc.AskErasure(ctx, asked, in.Body.EventIDs, in.Body.Reason)
	}, presentOneApproval)
}
