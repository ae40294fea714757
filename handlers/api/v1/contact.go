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

// PlannedContact is a contact that somebody means to make.
type PlannedContact struct {
	ID               uuid.UUID `json:"id"`
	Channel          string    `json:"channel"`
	Person           string    `json:"person" doc:"Whose channel it is."`
	At               time.Time `json:"at"`
	PlannedAt        time.Time `json:"planned_at"`
	OrganisationName string    `json:"organisation_name"`
	Name             string    `json:"name,omitempty" doc:"Who planned it, for people of your own organisation."`
	Safe             bool      `json:"safe" doc:"Whether the gate still allows it, as things stand."`
	Why              string    `json:"why,omitempty" doc:"Why it is not safe any more."`
}

type (
	planIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body NewContactPlan
	}
	planOut   struct{ Body ContactPlan }
	plannedIn struct {
		ID uuid.UUID `path:"id" doc:"Of the case."`
	}
	plannedOut struct{ Body List[PlannedContact] }
)

// RegisterContact adds the gate every contact goes through before it is made.
func RegisterContact(a *api.API, svc *referrals.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/cases/{id}/contact-plans", ID: "list-contact-plans", Tag: "Safe contact", Need: models.ContactRecord,
		Summary:     "The contacts that are planned from today on, the next first",
		Description: "Everybody's for whoever holds the case; its own for a service that has accepted a referral of it. Each is held against what is safe now.",
	}, func(ctx context.Context, in *plannedIn) (*plannedOut, error) {
		list, err := svc.PlannedContacts(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &plannedOut{Body: listed(list, "", func(p referrals.Planned) PlannedContact {
			return PlannedContact{
				ID: p.ID, Channel: string(p.Channel), Person: p.Person, At: utc(p.At), PlannedAt: utc(p.MadeAt), OrganisationName: p.ByOrg, Name: p.By,
				Safe: p.Unsafe == "", Why: p.Unsafe,
			}
		})}, nil
	})
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
