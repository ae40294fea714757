package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/referrals"
)

// NewContactPlan asks whether somebody can be contacted at a time.
type NewContactPlan struct {
	Channel string    `json:"channel" enum:"phone,text,email,post,in_person"`
	At      time.Time `json:"at"`
}

// ContactPlan is a contact that may be made.
type ContactPlan struct {
	ID        uuid.UUID  `json:"id"`
	CaseID    uuid.UUID  `json:"case_id"`
	Channel   string     `json:"channel"`
	Person    string     `json:"person" doc:"Whose channel it is."`
	At        time.Time  `json:"at"`
	SafeUntil *time.Time `json:"safe_until,omitempty" doc:"When the safe time it lies in ends."`
}

type (
	planIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body NewContactPlan
	}
	planOut struct{ Body ContactPlan }
)

// RegisterContact adds the gate every contact goes through before it is made.
func RegisterContact(a *api.API, svc *referrals.Service) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/contact-plans", ID: "plan-contact", Tag: "Safe contact", Need: models.ContactRecord,
		Status: http.StatusCreated, Summary: "Plan a contact through the safe-contact gate",
		Description: "422, and recorded, where the channel is not marked safe at that time: the words say what is safe.",
	}, func(ctx context.Context, in *planIn) (referrals.Plan, error) {
		return svc.PlanContact(ctx, in.ID, models.Channel(in.Body.Channel), in.Body.At)
	}, func(p referrals.Plan) *planOut {
		out := &planOut{Body: ContactPlan{ID: p.ID, CaseID: p.CaseID, Channel: string(p.Channel), Person: p.Person, At: utc(p.At)}}
		if !p.Until.IsZero() {
			out.Body.SafeUntil = utcOrNone(&p.Until)
		}
		return out
	})
}
