package v1

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/directory"
)

// Service is something an organisation offers to victims.
type Service struct {
	ID                  uuid.UUID       `json:"id"`
	Name                string          `json:"name"`
	Organisation        Organisation    `json:"organisation"`
	Pathway             string          `json:"pathway"`
	Description         string          `json:"description,omitempty"`
	Eligible            bool            `json:"eligible" doc:"Whether the case can be referred to it; without a case, whether it is taking anybody."`
	Reasons             []ServiceReason `json:"reasons"`
	Capacity            string          `json:"capacity" enum:"open,limited,paused,closed"`
	CapacityConfirmedOn *string         `json:"capacity_confirmed_on,omitempty" format:"date"`
	CapacityStaleAfter  *string         `json:"capacity_stale_after,omitempty" format:"date" doc:"The last day on which what was published holds."`
	CapacityVersion     int             `json:"capacity_version" doc:"What publishing takes as If-Match."`
	PlacesOpen          *int            `json:"places_open,omitempty"`
	PlacesTotal         *int            `json:"places_total,omitempty"`
	WaitDays            *int            `json:"wait_days" doc:"null where the service has not said."`
	MinAge              *int            `json:"min_age,omitempty"`
	MaxAge              *int            `json:"max_age,omitempty"`
	Boroughs            []string        `json:"boroughs" doc:"E09 codes; empty for all of London."`
	OffenceTypes        []string        `json:"offence_types" doc:"Empty for any."`
	HateStrands         []string        `json:"hate_strands" doc:"Empty for any."`
	WomenOnly           bool            `json:"women_only"`
	Languages           []string        `json:"languages"`
	Opening             string          `json:"opening,omitempty"`
	DeclineReview       bool            `json:"decline_review" doc:"Whether a coordinator reviews its declines."`
	LiveReferral        string          `json:"live_referral,omitempty" doc:"The open referral of the same case to it."`
}

// ServiceReason says one thing about a service for a case.
type ServiceReason struct {
	Code     string `json:"code"`
	Words    string `json:"words"`
	Excludes bool   `json:"excludes" doc:"Whether it makes a referral impossible."`
}

// NewCapacity is what a service publishes.
type NewCapacity struct {
	Capacity    string `json:"capacity" enum:"open,limited,paused"`
	PlacesOpen  *int   `json:"places_open,omitempty" minimum:"0" maximum:"9999" doc:"With places_total."`
	PlacesTotal *int   `json:"places_total,omitempty" minimum:"0" maximum:"9999"`
	WaitDays    *int   `json:"wait_days,omitempty" minimum:"0" maximum:"999" doc:"Needed where the capacity is limited."`
}

// PublishedCapacity is what referrers see of it.
type PublishedCapacity struct {
	ID                  uuid.UUID `json:"id"`
	Capacity            string    `json:"capacity" enum:"open,limited,paused"`
	CapacityConfirmedOn *string   `json:"capacity_confirmed_on,omitempty" format:"date"`
	CapacityStaleAfter  *string   `json:"capacity_stale_after,omitempty" format:"date"`
	PlacesOpen          *int      `json:"places_open,omitempty"`
	PlacesTotal         *int      `json:"places_total,omitempty"`
	WaitDays            *int      `json:"wait_days,omitempty"`
	CapacityVersion     int       `json:"capacity_version"`
}

type (
	capacityIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewCapacity
	}
	capacityOut struct {
		ETag string `header:"ETag"`
		Body PublishedCapacity
	}
	servicesIn struct {
		Pathway string    `query:"pathway" enum:"child_house,hate_crime,vawg,restorative,general"`
		CaseID  uuid.UUID `query:"case_id" doc:"Holds every service against this case, which is recorded."`
	}
	servicesOut struct {
		Body struct {
			Items []Service `json:"items"`
		} `nameHint:"Services"`
	}
)

// RegisterServices adds the directory.
func RegisterServices(a *api.API, svc *directory.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/services", ID: "list-services", Tag: "Services", Need: models.SignedIn,
		Summary: "The services of London, and which can take a case", Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *servicesIn) (*servicesOut, error) {
		options, err := svc.Services(ctx, directory.Filter{Pathway: in.Pathway, CaseID: in.CaseID})
		if err != nil {
			return nil, err
		}
		out := &servicesOut{}
		out.Body.Items = presented(options, presentService)
		return out, nil
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/services/{id}/capacity", ID: "publish-capacity", Tag: "Services", Need: models.ReferralAnswer, Match: true,
		Status: http.StatusOK, Errors: []int{http.StatusConflict}, Summary: "Say whether a service of yours is taking people",
		Description: "Dated today; referrers are told when that is more than a week old. If-Match takes capacity_version. A service of another organisation is not found.",
	}, func(ctx context.Context, in *capacityIn) (models.Service, error) {
		b := in.Body
		return svc.Publish(ctx, in.ID, directory.Capacity{Capacity: models.Capacity(b.Capacity), PlacesOpen: b.PlacesOpen, PlacesTotal: b.PlacesTotal, WaitDays: b.WaitDays})
	}, func(s models.Service) *capacityOut {
		return &capacityOut{ETag: etag(s.CapacityVersion), Body: PublishedCapacity{
			ID: s.ID, Capacity: string(s.Capacity), CapacityConfirmedOn: day(s.CapacityConfirmedOn), CapacityStaleAfter: staleAfter(&s),
			PlacesOpen: s.PlacesOpen, PlacesTotal: s.PlacesTotal, WaitDays: s.WaitDays, CapacityVersion: s.CapacityVersion,
		}}
	})
}

func staleAfter(s *models.Service) *string {
	on, ok := directory.StaleAfter(s)
	if !ok {
		return nil
	}
	return day(&on)
}

func presentService(o directory.Option) Service {
	s := o.Service
	list := func(words []string) []string { return append([]string{}, words...) }
	return Service{
		ID: s.ID, Name: s.Name, Organisation: presentOrganisation(o.Organisation), Pathway: s.Pathway, Description: s.Description,
		Eligible: o.Eligible, Reasons: presented(o.Reasons, func(r directory.Reason) ServiceReason { return ServiceReason(r) }),
		Capacity: string(s.Capacity), CapacityConfirmedOn: day(s.CapacityConfirmedOn), CapacityStaleAfter: staleAfter(&s),
		CapacityVersion: s.CapacityVersion, PlacesOpen: s.PlacesOpen, PlacesTotal: s.PlacesTotal,
		WaitDays: s.WaitDays, MinAge: s.MinAge, MaxAge: s.MaxAge, Boroughs: list(s.Boroughs), OffenceTypes: list(s.OffenceTypes),
		HateStrands: list(s.HateStrands), WomenOnly: s.WomenOnly, Languages: list(s.Languages), Opening: s.Opening,
		DeclineReview: s.DeclineReview, LiveReferral: o.LiveReferral,
	}
}
