package handlers

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"throughline/handlers/route"
	"throughline/internal/seal"
)

// golden compares got with a file that people review; make golden accepts it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("%s is out of date: run make golden and read the difference (%v)", path, err)
	}
}

// described is the API's description, read as those read it who generate clients,
// and the way from a request to its operation. Reading it costs a quarter of a
// second, so it is read once for all tests, which change nothing in it.
var described = sync.OnceValues(func() (*apiDescription, error) {
	raw, err := API(Deps{Version: "1", Sealer: seal.New()}).Document()
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	for _, s := range doc.Components.Schemas {
		anythingMayBeNull(s, map[*openapi3.Schema]bool{})
	}
	find, err := gorillamux.NewRouter(doc)
	return &apiDescription{doc, find}, err
})

type apiDescription struct {
	doc  *openapi3.T
	find routers.Router
}

func description(t testing.TB) *apiDescription {
	t.Helper()
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// anythingMayBeNull mends what kin-openapi makes of a schema that asks for
// nothing: in JSON Schema, and so in OpenAPI 3.1, null passes it.
func anythingMayBeNull(ref *openapi3.SchemaRef, done map[*openapi3.Schema]bool) {
	if ref == nil || done[ref.Value] {
		return
	}
	s := ref.Value
	done[s] = true
	if s.Type == nil && len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) == 0 {
		s.Type = &openapi3.Types{"null", "string", "number", "integer", "boolean", "array", "object"}
	}
	for _, p := range s.Properties {
		anythingMayBeNull(p, done)
	}
	anythingMayBeNull(s.Items, done)
	anythingMayBeNull(s.AdditionalProperties.Schema, done)
}

func TestGoldenDescriptionOfTheAPI(t *testing.T) {
	t.Parallel()
	got, err := API(Deps{Version: "1", Sealer: seal.New()}).YAML()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "openapi.yaml", got)
}

func TestTheDescriptionHoldsToItsOwnRules(t *testing.T) {
	t.Parallel()
	doc := description(t).doc
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("got version %s, want 3.1.0", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Errorf("the description is not sound: %v", err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + path
			if op.Extensions["x-permission"] == nil {
				t.Errorf("%s: got no x-permission", name)
			}
			if signedIn := op.Extensions["x-permission"] != "public"; signedIn != (op.Security != nil) {
				t.Errorf("%s: got security %v for permission %v", name, op.Security, op.Extensions["x-permission"])
			}
			if op.Responses.Status(http.StatusServiceUnavailable) == nil {
				t.Errorf("%s: does not say that it can be unavailable", name)
			}
			if op.RequestBody == nil {
				continue
			}
			sent := op.RequestBody.Value.Content.Get("application/json")
			if sent == nil {
				if op.RequestBody.Value.Content.Get("multipart/form-data") == nil {
					t.Errorf("%s: takes neither JSON nor a form with a file", name)
				}
				continue
			}
			body := sent.Schema
			closed(t, name, body, map[*openapi3.Schema]bool{})
		}
	}
}

// closed finds schemas of what is sent that would take fields nobody named.
func closed(t *testing.T, at string, ref *openapi3.SchemaRef, done map[*openapi3.Schema]bool) {
	t.Helper()
	if ref == nil || ref.Value == nil || done[ref.Value] {
		return
	}
	s := ref.Value
	done[s] = true
	if s.Type.Is("object") && s.AdditionalProperties.Schema == nil && (s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has) {
		t.Errorf("%s: takes any field", at)
	}
	if s.Type.Is("string") && s.MaxLength == nil && s.Enum == nil && s.Format == "" {
		t.Errorf("%s: a text without an end", at)
	}
	if s.Type.Is("array") && s.MaxItems == nil {
		t.Errorf("%s: a list without an end", at)
	}
	for name, p := range s.Properties {
		closed(t, at+" "+name, p, done)
	}
	closed(t, at+" item", s.Items, done)
	closed(t, at+" value", s.AdditionalProperties.Schema, done)
	for _, sub := range slices.Concat(s.OneOf, s.AnyOf, s.AllOf) {
		closed(t, at, sub, done)
	}
}

func TestWhatIsMountedIsDescribedAndWhatIsDescribedIsMounted(t *testing.T) {
	t.Parallel()
	doc := description(t).doc
	routes := Routes(Deps{Version: "1", Sealer: seal.New()})
	mounted := map[string]bool{}
	for _, r := range routes {
		mounted[r.Name()] = true
		// The description itself is not an operation of the API, and the public
		// directory has one of its own.
		if !r.JSON || strings.HasPrefix(r.Path, "/directory") || strings.HasPrefix(r.Path, "/api/docs") || r.Path == "/api/v1/openapi.json" {
			continue
		}
		item := doc.Paths.Value(strings.TrimPrefix(r.Name(), r.Method+" "))
		if item == nil || item.GetOperation(r.Method) == nil {
			t.Errorf("%s is mounted, but not described", r.Name())
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !mounted[method+" "+path] {
				t.Errorf("%s %s is described, but not mounted", method, path)
			}
		}
	}
}

func TestNoTwoRoutesHaveTheSameName(t *testing.T) {
	t.Parallel()
	routes := Routes(Deps{Version: "1", Sealer: seal.New()})
	seen := map[string]bool{}
	for _, r := range routes {
		if seen[r.Name()] {
			t.Errorf("%s is there twice", r.Name())
		}
		seen[r.Name()] = true
	}
	route.Mount(engine(&failures{}, nil, nil), nil, routes...) // panics where Gin cannot tell two apart
}
