package api

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

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

// description is what huma makes of operations.
type description struct{ huma huma.API }

// arraysAreNeverNull sets huma's one switch for it, which is a package variable.
var arraysAreNeverNull = sync.OnceFunc(func() { huma.DefaultArrayNullable = false })

func newDescription(a *API) *description {
	arraysAreNeverNull()
	cfg := huma.DefaultConfig(a.title, a.version)
	cfg.CreateHooks = nil // no $schema links in bodies
	cfg.DocsPath, cfg.OpenAPIPath, cfg.SchemasPath = "", "", ""
	cfg.Info.Description = a.about
	cfg.Info.License = &huma.License{Name: "MIT", Identifier: "MIT"}
	cfg.Servers = []*huma.Server{{URL: "/"}}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	registerTypes(cfg.Components.Schemas)
	return &description{huma: huma.NewAPI(cfg, unmounted{})}
}

// unmounted stands where huma expects a router, and mounts nothing.
type unmounted struct{}

func (unmounted) Handle(*huma.Operation, func(huma.Context)) {}

func (unmounted) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNotFound)
}

// planned adds the operation to what a describes, and returns its plan, worked
// out the first time that is called.
func planned[I, O any](a *API, op Op) func() *plan {
	return a.planned(op, reflect.TypeFor[I](), reflect.TypeFor[O]())
}

func (a *API) planned(op Op, in, out reflect.Type) func() *plan {
	op.check()
	a.described = append(a.described, func(d *description) { d.describe(op, in, out) })
	if body, ok := out.FieldByName("Body"); ok {
		a.answers = append(a.answers, body.Type)
	}
	return sync.OnceValue(func() *plan {
		d := newDescription(a)
		return newPlan(d, op, d.describe(op, in, out), in, out, a.sealer)
	})
}

// describe describes an operation. It does by the types what huma.Register does
// by generics: that is a long function, and 250 copies of it took the compiler
// 20 seconds and a gigabyte, and nobody calls what they make.
func (d *description) describe(op Op, in, out reflect.Type) *huma.Operation {
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
	schemas := d.huma.OpenAPI().Components.Schemas
	body, hasBody := in.FieldByName("Body")
	h.Responses = op.responses(schemas, hasBody, in)
	if op.download {
		h.Responses[strconv.Itoa(op.Status)] = saved()
	}
	if op.Cached != "" {
		h.Responses[strconv.Itoa(http.StatusNotModified)] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
	}
	describeParams(&h, schemas, in)
	if hasBody {
		h.RequestBody = &huma.RequestBody{
			Required: body.Type.Kind() != reflect.Pointer,
			Content:  map[string]*huma.MediaType{"application/json": {Schema: bodySchema(schemas, in, body, h.OperationID+"Request")}},
		}
		if op.Form {
			h.RequestBody.Content[formType] = &huma.MediaType{Schema: h.RequestBody.Content["application/json"].Schema}
		}
	}
	describeAnswer(&h, schemas, out)
	if op.Also != 0 {
		done := *h.Responses[strconv.Itoa(h.DefaultStatus)]
		done.Description = http.StatusText(op.Also)
		h.Responses[strconv.Itoa(op.Also)] = &done
	}
	d.huma.OpenAPI().AddOperation(&h)
	return &h
}

// describeParams describes what comes from the path, the query and headers.
func describeParams(h *huma.Operation, schemas huma.Registry, in reflect.Type) {
	for _, f := range reflect.VisibleFields(in) {
		for _, loc := range []string{"path", "query", "header"} {
			name, _, _ := strings.Cut(f.Tag.Get(loc), ",")
			if name == "" {
				continue
			}
			p := &huma.Param{Name: name, In: loc, Schema: huma.SchemaFromField(schemas, f, "")}
			p.Description = p.Schema.Description // some tools show it there alone
			p.Required = loc == "path" || f.Tag.Get("required") == "true"
			if loc == "query" {
				p.Explode = new(bool) // a list is one value, with commas between
			}
			h.Parameters = append(h.Parameters, p)
		}
	}
}

// describeAnswer describes success: its document, if any, and its headers.
func describeAnswer(h *huma.Operation, schemas huma.Registry, out reflect.Type) {
	body, hasBody := out.FieldByName("Body")
	switch {
	case h.DefaultStatus != 0:
	case hasBody || h.Method == http.MethodHead:
		h.DefaultStatus = http.StatusOK
	default:
		h.DefaultStatus = http.StatusNoContent
	}
	status := strconv.Itoa(h.DefaultStatus)
	done := h.Responses[status]
	if done == nil {
		done = &huma.Response{Description: http.StatusText(h.DefaultStatus)}
		h.Responses[status] = done
	}
	if hasBody && done.Content == nil {
		done.Content = map[string]*huma.MediaType{"application/json": {Schema: bodySchema(schemas, out, body, h.OperationID+"Response")}}
	}
	for _, f := range reflect.VisibleFields(out) {
		if name := f.Tag.Get("header"); name != "" {
			if done.Headers == nil {
				done.Headers = map[string]*huma.Param{}
			}
			done.Headers[name] = &huma.Header{Schema: huma.SchemaFromField(schemas, f, out.Name()+f.Name)}
		}
	}
}

// bodySchema describes a document, by the name that its field gives it or one
// made of where it stands.
func bodySchema(schemas huma.Registry, of reflect.Type, body reflect.StructField, other string) *huma.Schema {
	if of.Name() != "" {
		other = of.Name() + body.Name
	}
	return huma.SchemaFromField(schemas, body, cmp.Or(body.Tag.Get("nameHint"), other))
}

// newPlan plans how to serve an operation as it was described.
func newPlan(d *description, op Op, done *huma.Operation, in, out reflect.Type, sealer Sealer) *plan {
	op.Status = done.DefaultStatus
	p := &plan{op: op, sealer: sealer, params: planParams(in, done), out: planAnswer(out)}
	asked := []*huma.Schema{}
	if body, ok := in.FieldByName("Body"); ok {
		p.bodyAt = body.Index
		p.optional = !done.RequestBody.Required
		p.body = done.RequestBody.Content["application/json"].Schema
		asked = append(asked, p.body)
	}
	for _, q := range p.params {
		asked = append(asked, q.schema)
	}
	p.schemas = newChecker(d.huma.OpenAPI().Components.Schemas, asked...)
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

const about = `Cases and referrals of victims of crime, for the systems of those who help them.

Sign in at /api/v1/auth/tokens and send the access token as a bearer token. Each operation names the permission it needs as x-permission. Creates and actions take an Idempotency-Key: the same key with the same request is answered the same, and done once. Changes take the ETag of what was read as If-Match. Times are RFC 3339 in UTC, dates YYYY-MM-DD. Failures are application/problem+json with a stable code.`
