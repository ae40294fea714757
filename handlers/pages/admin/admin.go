// Package admin serves the pages of those who manage the people of an
// organisation, and of who may do what.
package admin

import (
	"net/http"

	"throughline/handlers/pages/frame"
	"throughline/handlers/route"
	"throughline/models"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame frame.Frame
}

// Pages serves them.
type Pages struct {
	frame frame.Frame
}

// New returns the pages.
func New(d Deps) *Pages { return &Pages{frame: d.Frame} }

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: "/admin/access", Need: models.SignedIn, Handle: p.access},
		{Method: http.MethodGet, Path: "/admin/access.csv", Need: models.SignedIn, Handle: accessCSV},
	}
}
