package v1

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/accounts"
)

// OrganisationSignOn is how people of an organisation sign in with its own
// OpenID Connect provider.
type OrganisationSignOn struct {
	Domain     string       `json:"domain" doc:"Of their email addresses."`
	Issuer     string       `json:"issuer"`
	ClientID   string       `json:"client_id"`
	Claim      string       `json:"claim" doc:"Whose values say who is what; empty where nothing is mapped."`
	Roles      []MappedRole `json:"roles" doc:"The role of each value of the claim."`
	Only       bool         `json:"only" doc:"No password, passkey or API client of the organisation opens a session."`
	Active     bool         `json:"active"`
	RedirectTo string       `json:"redirect_uri" doc:"The address the provider has to know."`
	Version    int          `json:"version" doc:"0 while nothing is set."`
}

// MappedRole is which role a value of the claim is.
type MappedRole struct {
	Value string `json:"value" minLength:"1" maxLength:"200"`
	Role  string `json:"role" maxLength:"40"`
}

// NewOrganisationSignOn is what it is to be.
type NewOrganisationSignOn struct {
	Domain   string       `json:"domain" maxLength:"253"`
	Issuer   string       `json:"issuer" maxLength:"500" doc:"Begins with https://"`
	ClientID string       `json:"client_id" maxLength:"255"`
	Secret   string       `json:"client_secret,omitempty" maxLength:"1000" doc:"Sealed and never told. Absent: the one before stays."`
	Claim    string       `json:"claim,omitempty" maxLength:"100"`
	Roles    []MappedRole `json:"roles,omitempty" maxItems:"50" doc:"Roles that fit the organisation and that one person may give."`
	Only     bool         `json:"only"`
	Active   bool         `json:"active"`
}

type (
	setSignOnIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewOrganisationSignOn
	}
	signOnOut struct {
		ETag string `header:"ETag"`
		Body OrganisationSignOn
	}
)

// RegisterSignOn adds the single sign-on of organisations.
func RegisterSignOn(a *api.API, svc *accounts.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/organisations/{id}/sign-on", ID: "get-sign-on", Tag: "Operator", Need: models.SystemOperate,
		Summary: "How an organisation signs in with its own provider", Description: "Never the client's secret.",
	}, func(ctx context.Context, in *organisationIn) (*signOnOut, error) {
		s, err := svc.SignOnOf(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentSignOn(s), nil
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/organisations/{id}/sign-on", ID: "set-sign-on", Tag: "Operator", Need: models.SystemOperate, Match: true, StepUp: true,
		Summary: "Say how an organisation signs in with its own provider", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *setSignOnIn) (accounts.SignOn, error) {
		b, roles := in.Body, map[string]models.Role{}
		for _, m := range b.Roles {
			roles[m.Value] = models.Role(m.Role)
		}
		return svc.SetSignOn(ctx, in.ID, accounts.NewSignOn{
			Domain: b.Domain, Issuer: b.Issuer, ClientID: b.ClientID, Secret: b.Secret, Claim: b.Claim, Roles: roles, Only: b.Only, Active: b.Active,
		})
	}, presentSignOn)
}

func presentSignOn(s accounts.SignOn) *signOnOut {
	roles := []MappedRole{}
	for _, value := range slices.Sorted(maps.Keys(s.Roles)) {
		roles = append(roles, MappedRole{value, string(s.Roles[value])})
	}
	return &signOnOut{ETag: etag(s.Version), Body: OrganisationSignOn{
		Domain: s.Domain, Issuer: s.Issuer, ClientID: s.ClientID, Claim: s.Claim, Roles: roles, Only: s.Only, Active: s.Active, RedirectTo: s.Back, Version: s.Version,
	}}
}
