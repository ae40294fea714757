package v1

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/directory"
)

// OrganisationSettings are what the operator sets of an organisation.
type OrganisationSettings struct {
	ID          uuid.UUID        `json:"id"`
	Name        string           `json:"name"`
	Kind        string           `json:"kind"`
	IdleMinutes int              `json:"idle_minutes"`
	Active      bool             `json:"active"`
	Services    []OfferedService `json:"services"`
	Version     int              `json:"version"`
}

// OfferedService is a service an organisation runs.
type OfferedService struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	Pathway string    `json:"pathway"`
	Active  bool      `json:"active"`
}

// NewOrganisationSettings is what they are to be.
type NewOrganisationSettings struct {
	Name        string `json:"name" minLength:"1" maxLength:"120"`
	IdleMinutes int    `json:"idle_minutes" minimum:"5" maximum:"30" doc:"Sign-out after this long without use."`
	Active      bool   `json:"active" doc:"When false, its people are signed out at once and cannot sign in."`
}

type (
	organisationIn struct {
		ID uuid.UUID `path:"id"`
	}
	setOrganisationIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewOrganisationSettings
	}
	organisationOut struct {
		ETag string `header:"ETag"`
		Body OrganisationSettings
	}
)

// RegisterOrganisations adds the settings of organisations.
func RegisterOrganisations(a *api.API, svc *directory.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/organisations/{id}", ID: "get-organisation", Tag: "Operator", Need: models.SystemOperate, Summary: "An organisation's settings",
	}, func(ctx context.Context, in *organisationIn) (*organisationOut, error) {
		s, err := svc.Settings(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentSettings(s), nil
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/organisations/{id}/settings", ID: "set-organisation", Tag: "Operator", Need: models.SystemOperate, Match: true, StepUp: true,
		Summary: "Change an organisation's settings", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *setOrganisationIn) (directory.Settings, error) {
		return svc.SetSettings(ctx, in.ID, directory.NewSettings{Name: in.Body.Name, IdleMinutes: in.Body.IdleMinutes, Active: in.Body.Active})
	}, presentSettings)
}

func presentSettings(s directory.Settings) *organisationOut {
	return &organisationOut{ETag: etag(s.Version), Body: OrganisationSettings{
		ID: s.ID, Name: s.Name, Kind: string(s.Kind), IdleMinutes: s.IdleMinutes, Active: s.Active, Version: s.Version,
		Services: presented(s.Services, func(v models.Service) OfferedService {
			return OfferedService{ID: v.ID, Name: v.Name, Pathway: v.Pathway, Active: v.Active}
		}),
	}}
}
