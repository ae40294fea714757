package v1

import (
	"context"
	"net/http"
	"time"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/accounts"
)

// Conduct is the code of conduct, and whether the caller has accepted it.
type Conduct struct {
	Version    string        `json:"version"`
	From       string        `json:"from" format:"date"`
	Parts      []ConductPart `json:"parts"`
	Required   bool          `json:"required" doc:"Nothing of a case is answered before it is accepted."`
	AcceptedAt *time.Time    `json:"accepted_at,omitempty"`
}

// ConductPart is one rule of it.
type ConductPart struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}

// ConductAcceptance accepts a version.
type ConductAcceptance struct {
	Version  string `json:"version" minLength:"1" maxLength:"9" doc:"The one that was read."`
	Accepted bool   `json:"accepted" doc:"True: the person has read it and will keep to it."`
}

type (
	conductOut      struct{ Body Conduct }
	acceptConductIn struct{ Body ConductAcceptance }
)

// RegisterConduct adds reading and accepting the code of conduct.
func RegisterConduct(a *api.API, svc *accounts.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/conduct", ID: "get-conduct", Tag: "Signing in", Need: models.SignedIn, Open: true,
		Summary: "The code of conduct, and whether you have accepted it",
	}, func(ctx context.Context, _ *struct{}) (*conductOut, error) {
		c, err := svc.Conduct(ctx)
		if err != nil {
			return nil, err
		}
		return presentConduct(c), nil
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/conduct/acceptances", ID: "accept-conduct", Tag: "Signing in", Need: models.SignedIn, Open: true,
		Status: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary:     "Accept the code of conduct",
		Description: "Where a version is asked for that the person behind the token has not accepted, operations answer 403 with errors[].code conduct_required, but those of signing in and what is the same for everybody. A person accepts, not a system: show them the text first. What was accepted stays accepted.",
	}, func(ctx context.Context, in *acceptConductIn) (accounts.Conduct, error) {
		return svc.AcceptConduct(ctx, in.Body.Version, in.Body.Accepted)
	}, presentConduct)
}

func presentConduct(c accounts.Conduct) *conductOut {
	out := Conduct{Version: c.Version, From: c.From.Format(time.DateOnly), Required: c.Asked}
	for _, p := range c.Parts {
		out.Parts = append(out.Parts, ConductPart{Title: p.Title, Lines: p.Lines})
	}
	if !c.AcceptedAt.IsZero() {
		at := utc(c.AcceptedAt)
		out.AcceptedAt = &at
	}
	return &conductOut{Body: out}
}
