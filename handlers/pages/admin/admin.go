// Package admin serves the pages of those who manage the people of an
// organisation, of joining by an invitation, of handing work over, and of who
// may do what.
package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/directory"
	"throughline/services/people"
	"throughline/services/referrals"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	People    *people.Service
	Referrals *referrals.Service
	Directory *directory.Service
	Accounts  *accounts.Service
}

// Pages serves them.
type Pages struct {
	frame     frame.Frame
	people    *people.Service
	referrals *referrals.Service
	directory *directory.Service
	accounts  *accounts.Service
}

// New returns the pages.
func New(d Deps) *Pages {
	return &Pages{frame: d.Frame, people: d.People, referrals: d.Referrals, directory: d.Directory, accounts: d.Accounts}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	get := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodGet, Path: path, Need: need, Handle: h}
	}
	post := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h}
	}
	// What changes who may do what asks for a fresh proof, and so does its form,
	// which is then only met afterwards.
	ask := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodGet, Path: path, Need: need, StepUp: true, Handle: h}
	}
	act := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodPost, Path: path, Need: need, StepUp: true, Handle: h}
	}
	invite, manage, systems := models.PeopleInvite, models.PeopleManage, models.ClientManage
	return []route.Route{
		get("/admin", invite, func(c *gin.Context) error { render.See(c, peoplePath); return nil }),
		get("/admin/access", models.SignedIn, p.access), get("/admin/access.csv", models.SignedIn, accessCSV),
		get("/admin/people", invite, p.list),
		{Method: http.MethodPost, Path: "/admin/people", Need: invite, Reads: true, Handle: p.list},
		ask("/admin/people/invite", invite, p.inviteForm), act("/admin/people/invite", invite, p.invite),
		get("/admin/people/:id", invite, p.show),
		ask("/admin/people/:id/role", manage, p.roleForm), act("/admin/people/:id/role", manage, p.changeRole),
		ask("/admin/people/:id/leave", invite, p.leaveForm), act("/admin/people/:id/leave", invite, p.leave),
		act("/admin/people/:id/enable", invite, p.enable),
		act("/admin/people/:id/reset", invite, p.linked(func(c *gin.Context, id uuid.UUID) (people.Invitation, error) {
			return p.people.StartReset(c.Request.Context(), id)
		})),
		ask("/admin/people/:id/factors", invite, p.factorsForm), act("/admin/people/:id/factors", invite, p.resetFactors),
		get("/admin/invitations", invite, p.invitations), get("/admin/invitations/:id", invite, p.invitation),
		act("/admin/invitations/:id/link", invite, p.linked(func(c *gin.Context, id uuid.UUID) (people.Invitation, error) {
			return p.people.MakeLink(c.Request.Context(), id)
		})),
		act("/admin/invitations/:id/take-back", invite, p.takeBack),
		get(clientsPath, systems, p.clients), get(clientsPath+"/:id", systems, p.client),
		ask(clientsPath+"/new", systems, p.clientForm), act(clientsPath+"/new", systems, p.makeClient),
		act(clientsPath+"/:id/rotate", systems, p.rotateClient), act(clientsPath+"/:id/revoke", systems, p.revokeClient),
		get("/invitation/:token", models.Public, p.joinForm), post("/invitation/:token", models.Public, p.join),
		get("/team", models.TeamManage, p.team),
		get("/team/:id/hand-over", models.TeamManage, p.handOverForm), post("/team/:id/hand-over", models.TeamManage, p.handOver),
	}
}
