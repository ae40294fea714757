package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"throughline/handlers/api"
)

// bad is one document that has one thing wrong with it, as far as its schema
// can tell, and the field that has to be named.
type bad struct {
	name, field string
	doc         any
}

// badly makes, for every field a schema knows, documents in which it is wrong.
func badly(ref *openapi3.SchemaRef) []bad {
	var out []bad
	m := maker{add: func(b bad) { out = append(out, b) }, open: map[*openapi3.Schema]int{}}
	m.field(ref, "", func(v any) any { return v })
	return out
}

type maker struct {
	add  func(bad)
	open map[*openapi3.Schema]int
}

// wrapper puts a value into the document at the field's place.
type wrapper func(any) any

func (m *maker) field(ref *openapi3.SchemaRef, path string, wrap wrapper) {
	s := ref.Value
	if m.open[s] > 0 {
		return // a schema inside itself
	}
	m.open[s]++
	defer func() { m.open[s]-- }()
	say := func(what string, v any) { m.add(bad{name: what + " " + path, field: path, doc: wrap(v)}) }
	switch {
	case len(s.OneOf)+len(s.AnyOf) > 0:
		if v, ok := ofNoKind(s); ok {
			say("of no kind", v)
		}
	case s.Type.Is("object"):
		m.object(s, path, wrap)
	case s.Type.Is("array"):
		say("a text for the list", canary)
		m.field(s.Items, path+"[0]", func(v any) any { return wrap([]any{v}) })
	case s.Type.Is("string"):
		texts(s, say)
	case s.Type.Is("integer"), s.Type.Is("number"):
		say("a text for the number", canary)
		if s.Max != nil {
			say("too much for", *s.Max+1)
		}
	case s.Type.Is("boolean"):
		say("a text for yes or no", canary)
	}
}

func (m *maker) object(s *openapi3.Schema, path string, wrap wrapper) {
	dot := path + "."
	if path == "" {
		dot = ""
	} else {
		m.add(bad{name: "a text for the object " + path, field: path, doc: wrap(canary)})
	}
	for name, p := range s.Properties {
		m.field(p, dot+name, func(v any) any { return wrap(map[string]any{name: v}) })
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		m.field(more, dot+"zz_any", func(v any) any { return wrap(map[string]any{"zz_any": v}) })
		return
	}
	// Fields that are the product's to set, in case somebody opens one.
	for _, name := range []string{"zz_unknown", "id", "role", "org_id", "status", "version", "access", "accountable_org_id", "created_at", "actor_id"} {
		if s.Properties[name] == nil {
			m.add(bad{name: "unknown " + dot + name, field: dot + name, doc: wrap(map[string]any{name: canary})})
		}
	}
}

func texts(s *openapi3.Schema, say func(string, any)) {
	say("a list for the text", []any{canary})
	switch s.Format {
	case "date":
		say("an impossible date for", "2026-02-30")
		say("words for the date", canary)
	case "date-time":
		say("an impossible time for", "2026-02-30T10:00:00Z")
		say("words for the time", canary)
	case "uuid", "email":
		say("words for the "+s.Format, canary)
	}
	if len(s.Enum) > 0 {
		say("another word for", canary)
	}
	if s.MaxLength != nil && *s.MaxLength < 100_000 {
		say("too long a text for", canary+strings.Repeat("x", int(*s.MaxLength)))
	}
}

// ofNoKind is a value that none of the alternatives takes.
func ofNoKind(s *openapi3.Schema) (any, bool) {
	for kind, v := range map[string]any{"array": []any{canary}, "object": map[string]any{"zz": canary}, "number": 0.5} {
		taken := slices.ContainsFunc(slices.Concat(s.OneOf, s.AnyOf), func(r *openapi3.SchemaRef) bool {
			return r.Value.Type == nil || r.Value.Type.Is(kind)
		})
		if !taken {
			return v, true
		}
	}
	return nil, false
}

// unclean are bodies that are no document at all, by what is wrong with them.
func unclean() map[string]string {
	return map[string]string{
		"trailing data":    `{"a":"` + canary + `"}{}`,
		"half a document":  `{"a":"` + canary + `"`,
		"a duplicate key":  `{"note":"` + canary + `","note":"b"}`,
		"a case variant":   `{"note":"` + canary + `","Note":"b"}`,
		"an escaped NUL":   `{"note":"` + canary + `\u0000"}`,
		"a NUL":            "{\"note\":\"" + canary + "\x00\"}",
		"invalid UTF-8":    "{\"note\":\"" + canary + "\xff\"}",
		"a lone surrogate": `{"note":"` + canary + `\ud800"}`,
		"a bare null":      `null`,
		"a list":           `["` + canary + `"]`,
		"100,000 lists":    `{"note":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
		"100,000 objects":  strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000),
	}
}

// TestEveryWriteRefusesEveryKindOfBadInput sends every operation of the API
// that changes something each class of bad input, to a record that is there
// and as somebody who may, so that nothing but the input can be refused.
func TestEveryWriteRefusesEveryKindOfBadInput(t *testing.T) {
	t.Parallel()
	s := open(t)
	for path, item := range s.doc.Paths.Map() {
		for method, op := range item.Operations() {
			if method == http.MethodGet || op.RequestBody == nil && method == http.MethodDelete {
				continue
			}
			if op.RequestBody != nil && op.RequestBody.Value.Content.Get("application/json") == nil {
				continue // files: TestEveryUploadRefusesEveryKindOfBadForm
			}
			name := method + " " + path
			target := s.target(t, method, path)
			planted := s.rows(t)
			s.refusesShapes(t, name, target)
			s.refusesFaults(t, name, target, op)
			if after := s.rows(t); after != planted {
				t.Errorf("%s: got %d rows, want the %d that were there", name, after, planted)
			}
		}
	}
	if strings.Contains(s.log.String(), canary) {
		t.Error("what was sent stands in the log")
	}
}

// target is where an operation is sent, and as whom: to its scene, without
// its body.
func (s *site) target(t *testing.T, method, path string) call {
	t.Helper()
	play := scenes()[method+" "+path]
	if play == nil {
		t.Fatalf("%s %s: nobody has said what its success looks like: add it to scenes", method, path)
	}
	sc := play(setting{s, t})
	c := sc.request(method, sc.who)
	c.body = ""
	return c
}

func (s *site) refusesShapes(t *testing.T, name string, target call) {
	t.Helper()
	for what, body := range unclean() {
		s.refuses(t, name+": "+what, target, body, nil, http.StatusBadRequest)
	}
	s.refuses(t, name+": 2 MB", target, `{"note":"`+strings.Repeat("x", 2<<20)+`"}`, nil, http.StatusRequestEntityTooLarge)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"} {
		want := http.StatusUnsupportedMediaType
		if name == "POST /api/v1/oauth/token" && strings.HasSuffix(kind, "urlencoded") {
			want = http.StatusUnprocessableEntity // it takes a form, and this one lacks its fields
		}
		s.refuses(t, fmt.Sprintf("%s: content type %q", name, kind), target, `{"note":"`+canary+`"}`, header{"Content-Type": kind}, want)
	}
}

func (s *site) refusesFaults(t *testing.T, name string, target call, op *openapi3.Operation) {
	t.Helper()
	empty := openapi3.NewSchemaRef("", openapi3.NewObjectSchema())
	if op.RequestBody != nil {
		empty = op.RequestBody.Value.Content.Get("application/json").Schema
	}
	for _, b := range badly(empty) {
		body, err := json.Marshal(b.doc)
		if err != nil {
			t.Fatal(err)
		}
		p := s.refuses(t, name+": "+b.name, target, string(body), nil, http.StatusUnprocessableEntity)
		named := slices.ContainsFunc(p.Errors, func(f api.Fault) bool { return f.Field == b.field && f.Message != "" })
		if !named && len(p.Errors) < 50 {
			t.Errorf("%s: %s: got %+v, want %s named", name, b.name, p.Errors, b.field)
		}
	}
}

// refuses sends a body and expects a problem that repeats nothing of it.
func (s *site) refuses(t *testing.T, name string, target call, body string, more header, want int) api.Problem {
	t.Helper()
	c := target
	c.body = body
	c.headers = header{}
	for k, v := range target.headers {
		c.headers[k] = v
	}
	for k, v := range more {
		c.headers[k] = v
	}
	w := s.do(t, c)
	p := problemOf(t, w)
	if w.Code != want {
		t.Errorf("%s: got %d %.300s, want %d", name, w.Code, w.Body, want)
	}
	if strings.Contains(w.Body.String(), canary) {
		t.Errorf("%s: got %s, want nothing of what was sent", name, w.Body)
	}
	return p
}

// rows is the number of rows in all tables, as the owner sees them.
func (s *site) rows(t *testing.T) int {
	t.Helper()
	return s.Count(t, `select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', n.nspname, c.relname), false, true, '')))[1]::text::bigint)
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition`)
}
