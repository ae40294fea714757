package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"throughline/models"
)

// plan is what is worked out once for an operation and used for each request.
type plan struct {
	op       Op
	sealer   Sealer
	schemas  *checker
	params   []param
	body     *huma.Schema // nil: the operation takes none
	bodyAt   []int
	optional bool // the body may be left out
	out      outline
}

// describe registers the operation with huma and plans how to serve it.
func describe[I, O any](a *API, op Op) *plan {
	op.check()
	registry := a.huma.OpenAPI().Components.Schemas
	h := huma.Operation{
		Method: op.Method, Path: op.Path, OperationID: op.ID, Summary: op.Summary, Description: op.Description,
		Tags: []string{op.Tag}, DefaultStatus: op.Status, Parameters: op.headers(),
		Extensions: map[string]any{"x-permission": string(op.Need)},
	}
	if op.StepUp {
		h.Extensions["x-step-up"] = true
	}
	if op.Need != models.Public {
		h.Security = []map[string][]string{{"bearer": {}}}
	}
	if op.upload != nil {
		h.RequestBody = op.upload.body()
	}
	in, out := reflect.TypeFor[I](), reflect.TypeFor[O]()
	p := &plan{op: op, sealer: a.sealer, schemas: &checker{registry: registry, patterns: map[string]*regexp.Regexp{}}}
	body, hasBody := in.FieldByName("Body")
	h.Responses = op.responses(registry, hasBody, in)
	if op.download {
		h.Responses[strconv.Itoa(op.Status)] = saved()
	}
	huma.Register(a.huma, h, func(context.Context, *I) (*O, error) { return nil, nil })
	done := a.last.op
	p.op.Status = done.DefaultStatus
	p.params = planParams(in, done)
	if hasBody {
		p.bodyAt = body.Index
		p.optional = !done.RequestBody.Required
		p.body = done.RequestBody.Content["application/json"].Schema
	}
	p.out = planAnswer(out)
	p.schemas.prepare(p.body)
	for _, q := range p.params {
		p.schemas.prepare(q.schema)
	}
	return p
}

var operationID = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)

func (op *Op) check() {
	switch {
	case op.Need == "":
		panic(fmt.Sprintf("%s %s names no permission", op.Method, op.Path))
	case !operationID.MatchString(op.ID):
		panic(fmt.Sprintf("%s %s: the id %q is not words-with-hyphens", op.Method, op.Path, op.ID))
	case op.Summary == "" || op.Tag == "":
		panic(fmt.Sprintf("%s has no summary or no tag", op.ID))
	}
}

// headers describes the preconditions the operation takes.
func (op *Op) headers() []*huma.Param {
	var out []*huma.Param
	shortest, longest := 1, 200
	if op.Key {
		out = append(out, &huma.Param{
			Name: "Idempotency-Key", In: "header", Required: true,
			Description: "Chosen by the caller, new for each thing to be done. Repeating the request with the same key within 24 hours does it once and answers the same.",
			Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &shortest, MaxLength: &longest, Pattern: `^[\x21-\x7e]+$`},
		})
	}
	if op.Match {
		out = append(out, &huma.Param{
			Name: "If-Match", In: "header", Required: true,
			Description: "The ETag of the record as it was read. A record that has changed since answers 412. A proxy may have marked it as weak.",
			Schema:      &huma.Schema{Type: huma.TypeString, Pattern: `^(W/)?"[^"]*"$`, Examples: []any{`"3"`}},
		})
	}
	return out
}

// responses describes the ways the operation can fail.
func (op *Op) responses(registry huma.Registry, hasBody bool, in reflect.Type) map[string]*huma.Response {
	problem := registry.Schema(reflect.TypeFor[Problem](), true, "Problem")
	statuses := append([]int{http.StatusBadRequest, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}, op.Errors...)
	if op.Need != models.Public {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	for _, f := range reflect.VisibleFields(in) {
		switch {
		case f.Tag.Get("path") != "":
			statuses = append(statuses, http.StatusNotFound)
		case f.Tag.Get("query") != "":
			statuses = append(statuses, http.StatusUnprocessableEntity)
		}
	}
	if op.Key {
		statuses = append(statuses, http.StatusPreconditionRequired, http.StatusUnprocessableEntity)
	}
	if op.Match {
		statuses = append(statuses, http.StatusPreconditionRequired, http.StatusConflict, http.StatusPreconditionFailed)
	}
	if hasBody || op.writes() {
		statuses = append(statuses, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	out := map[string]*huma.Response{}
	for _, s := range statuses {
		r := &huma.Response{
			Description: http.StatusText(s),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
		}
		if s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable {
			r.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger}}}
		}
		out[strconv.Itoa(s)] = r
	}
	return out
}

func (op *Op) writes() bool { return op.Method != http.MethodGet && op.Method != http.MethodHead }

// registerTypes tells huma how types that are not ours look in JSON.
func registerTypes(r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[uuid.UUID](), reflect.TypeFor[identifier]())
}

// identifier describes uuid.UUID, which huma takes for any text.
type identifier struct{}

// Schema is called by huma.
func (identifier) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}
