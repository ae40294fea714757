// Package route describes what the server answers to. A route that does not
// say who may call it cannot be mounted.
package route

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/models"
	"throughline/services/accounts"
)

// Handler serves one request, or says why it could not. It writes nothing when
// it returns an error: the one mapping of errors does.
type Handler func(*gin.Context) error

// Route is one method and path. Need is the permission the caller must hold:
// models.Public for anybody, models.SignedIn for whoever has a session.
type Route struct {
	Method string
	Path   string // as Gin writes it: /cases/:ref
	Need   models.Permission
	Handle Handler
	JSON   bool // failures are problem+json, not a page
	StepUp bool // the caller must have proved who they are within models.StepUpFor
	// BeforeConduct: open to who has not accepted the code of conduct yet. It is
	// for what leads there, for signing out, and for what holds nothing of a case.
	BeforeConduct bool
	Reads         bool // sent as a form or a body, so that nothing stands in an address, and changes nothing
}

// Mount registers routes on g; a GET also answers HEAD. Who may not call a
// route is told so before anything of the request is read: unauthenticated
// first, then forbidden (decisions.md 18). Failures all go to fail.
//
// Mount panics when a route names no permission, no method or no handler, so
// that such a server does not start.
func Mount(g gin.IRoutes, fail func(*gin.Context, error), routes ...Route) {
	for _, r := range routes {
		if err := r.check(); err != nil {
			panic(err)
		}
		serve := func(c *gin.Context) {
			c.Set(key, r)
			err := r.allow(c)
			if err == nil {
				err = r.Handle(c)
			}
			if err != nil {
				fail(c, err)
			}
		}
		g.Handle(r.Method, r.Path, serve)
		if r.Method == http.MethodGet {
			g.Handle(http.MethodHead, r.Path, serve)
		}
	}
}

const key = "throughline.route"

// Of returns the route a request was matched to, and false where none was.
func Of(c *gin.Context) (Route, bool) {
	v, _ := c.Get(key)
	r, ok := v.(Route)
	return r, ok
}

// Name is the method and the path template, as the API's description writes
// it: "GET /api/v1/cases/{id}". It never holds anything of the request.
func (r Route) Name() string {
	parts := strings.Split(r.Path, "/")
	for i, p := range parts {
		if rest, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + rest + "}"
		}
	}
	return r.Method + " " + strings.Join(parts, "/")
}

func (r Route) check() error {
	switch {
	case r.Method == "" || r.Path == "":
		return fmt.Errorf("a route has no method or path: %q %q", r.Method, r.Path)
	case r.Need == "":
		return fmt.Errorf("%s names no permission", r.Name())
	case r.Handle == nil:
		return fmt.Errorf("%s has no handler", r.Name())
	case r.StepUp && r.Need == models.Public:
		return fmt.Errorf("%s asks nobody in particular to prove who they are", r.Name())
	case !r.StepUp && !r.Reads && r.Method != http.MethodGet && models.TakesProof(r.Need):
		return fmt.Errorf("%s does not ask for the proof that %s takes", r.Name(), r.Need)
	}
	return nil
}

func (r Route) allow(c *gin.Context) error {
	if r.Need == models.Public {
		return nil
	}
	actor, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return models.Unauthenticated()
	}
	if !actor.Can(r.Need) {
		return models.RoleForbidden()
	}
	// What a session alone allows is reading, and ending one's own sessions; the
	// rest is about a person, and a proof is a person's to give.
	if actor.Machine && (r.StepUp || r.Need == models.SignedIn && r.Method != http.MethodGet && r.Method != http.MethodDelete) {
		return models.MachineForbidden()
	}
	if actor.OwesConduct && !r.BeforeConduct {
		return models.ConductRequired()
	}
	if r.StepUp {
		return accounts.StepUp(c.Request.Context())
	}
	return nil
}
