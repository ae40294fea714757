// Package api turns typed functions into JSON operations, and the same types
// into their OpenAPI description, so that the two cannot disagree.
//
// huma makes the description and the schemas. Reading, checking and answering
// are done here, because the order of answers and the exact bytes of a kept
// answer are rules of the product (decisions.md 17-19) that huma's own handler
// does not keep: it validates a body before anybody has asked whether the
// record may be seen, echoes rejected values, and lets duplicate keys through.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"throughline/handlers/route"
	"throughline/models"
)

// Sealer encrypts the answers that are kept for a replay. What it opens was
// sealed with the same context, or opening fails.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// API collects operations: their routes and their description. huma takes a
// third of a millisecond and some tens of kilobytes for each, so that what an
// operation needs is worked out when it is first asked for, and the description
// of all of them when that is: a server is ready long before, and keeps no more
// than it uses.
type API struct {
	version   string
	title     string
	about     string
	sealer    Sealer
	routes    []route.Route
	described []func(*description)
	answers   []reflect.Type
}

// Op says everything about an operation that its Go types do not.
type Op struct {
	Method      string
	Path        string // as OpenAPI writes it: /api/v1/cases/{id}
	ID          string // unique, a verb first: accept-referral
	Summary     string
	Description string
	Tag         string
	Need        models.Permission
	Status      int    // of success; 0: 200 with a body, 204 without
	Also        int    // another status of success, with the same document
	Key         bool   // Idempotency-Key is required (428 without)
	Match       bool   // If-Match is required (428 without)
	StepUp      bool   // the caller must have proved who they are shortly before (403 with step_up_required)
	Open        bool   // open to who has not accepted the code of conduct yet: nothing of a case is in it
	Early       bool   // no record is to be found first: faults of the body are told before fn is called
	Form        bool   // its document may come as a form as well, as OAuth 2.0 has it
	Cached      string // Cache-Control of its success; empty: nobody may keep a copy
	Errors      []int  // statuses beyond those that follow from the rest, as 409

	upload   *upload // it takes a file in place of a document
	download bool    // it answers with a file
}

// New returns an API without operations. The sealer may be nil where the API is
// only described: nothing can then be kept for a replay.
func New(version string, sealer Sealer) *API {
	return &API{version: version, title: "Throughline", about: about, sealer: sealer}
}

// NewNamed returns an API that is described apart, by a title and words of its
// own, and keeps nothing for a replay.
func NewNamed(version, title, words string) *API {
	return &API{version: version, title: title, about: words}
}

// Register adds an operation. I is a struct whose fields tagged path, query or
// header come from there, and whose field Body, if any, is the JSON document;
// a pointer Body may be left out by the caller. O is a struct whose fields
// tagged header become headers, and whose field Body, if any, the document.
//
// fn is called with the actor and a models.Request in its context. Faults found
// in the body are in models.RequestFrom(ctx).Invalid: the service returns them
// at the place of 422 (decisions.md 18), unless the operation is Early. An
// operation that answers success over faults answers 500 instead: its service
// forgot them.
//
// Register panics when the operation names no permission, no id or no summary, so
// that such a server does not start; what huma cannot describe panics in Document. An operation that requires a key is added with Keyed.
func Register[I, O any](a *API, op Op, fn func(context.Context, *I) (*O, error)) {
	if op.Key {
		panic(fmt.Sprintf("%s requires a key: use api.Keyed", op.ID))
	}
	p := planned[I, O](a, op)
	a.add(op, func(c *gin.Context) error {
		in := new(I)
		return p().serve(c, in, nil, func(ctx context.Context) (any, error) { return fn(ctx, in) })
	})
}

// Keyed adds an operation that takes an Idempotency-Key. fn returns what the
// service returned, and present makes the answer of it. The service hands the
// same value to Keep in the transaction of the change; it is presented,
// encrypted and kept, and told again, byte for byte, to whoever repeats the
// request with the same key.
func Keyed[I, R, O any](a *API, op Op, fn func(context.Context, *I) (R, error), present func(R) *O) {
	op.Key = true
	keyed(a, op, fn, present)
}

// keyed registers an operation whose answer is kept under its key, whatever
// form its request comes in.
func keyed[I, R, O any](a *API, op Op, fn func(context.Context, *I) (R, error), present func(R) *O) {
	p := planned[I, O](a, op)
	keep := func(answer any) (any, error) {
		r, ok := answer.(R)
		if !ok {
			return nil, fmt.Errorf("%s keeps a %T, its operation answers with a %T", op.ID, answer, *new(R))
		}
		return present(r), nil
	}
	a.add(op, func(c *gin.Context) error {
		in := new(I)
		return p().serve(c, in, keep, func(ctx context.Context) (any, error) {
			r, err := fn(ctx, in)
			if err != nil {
				return nil, err
			}
			return present(r), nil
		})
	})
}

// Answers returns the type of each body that an operation answers with.
func (a *API) Answers() []reflect.Type { return a.answers }

// Routes returns the routes of every operation added so far.
func (a *API) Routes() []route.Route { return a.routes }

// Document returns the OpenAPI 3.1 description of every operation, as JSON.
func (a *API) Document() ([]byte, error) { return json.Marshal(a.describeAll()) }

// YAML returns the same description for people to read.
func (a *API) YAML() ([]byte, error) { return a.describeAll().YAML() }

// describeAll leaves out what huma adds for errors of its own, which never
// reach a caller.
func (a *API) describeAll() *huma.OpenAPI {
	d := newDescription(a)
	for _, describe := range a.described {
		describe(d)
	}
	doc := d.huma.OpenAPI()
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
	return doc
}

func (a *API) add(op Op, serve route.Handler) {
	a.routes = append(a.routes, route.Route{
		Method: op.Method, Path: strings.NewReplacer("{", ":", "}", "").Replace(op.Path),
		Need: op.Need, JSON: true, StepUp: op.StepUp, BeforeConduct: op.Open, Handle: serve,
	})
}
