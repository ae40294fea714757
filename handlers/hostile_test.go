package handlers

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"throughline/handlers/route"
	"throughline/internal/testkit"
	"throughline/models"
)

// poison is what ends a statement, a text or a line where it is pasted in
// instead of handed over.
type poison struct {
	name, text string
	where      string // parts of a request it is sent in: path, query, form
}

func poisons() []poison {
	const everywhere = "path query form"
	return []poison{
		{"a statement", `x'); drop table bars cascade; select pg_sleep(9); -- " $$ ' or '1'='1' \\'; ((((a+)+)+$ %_\`, everywhere},
		{"a NUL", "before\x00after", everywhere},
		{"invalid UTF-8", "before\xff\xfe\xc0\xaf\xed\xa0\x80after", "query form"},
		{"a line and a template", "before\r\nX-Evil: 1\r\n\r\n<h1>{{.}}${7*7}<%= 7 %>\u202e../../../../etc/passwd", "form"},
		{"a number past all", "-99999999999999999999999999e999", "query"},
		{"a long text", strings.Repeat("a'", 500), "form"}, // in every field at once, and still within the limit of a body
	}
}

// told is what no answer says: how the product is made.
var told = regexp.MustCompile(`SQLSTATE|pgx|pq:|ERROR:|syntax error|goroutine |\.go:\d|throughline/services/|invalid byte sequence|runtime error`)

// named finds the names of fields in a page, and of parameters in its links.
var (
	fieldNames = regexp.MustCompile(`<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"`)
	queryNames = regexp.MustCompile(`[?&](?:amp;)?([a-z_]+)=`)
)

// play is somebody for every route, with records of their own to name in it.
type play struct {
	*site
	own *relation
}

func (s *site) play(t *testing.T) *play {
	t.Helper()
	own := s.related(t, "own", "caseworker", testkit.ServiceIDVA)
	return &play{s, own}
}

// who is somebody who may do what a route does, of those whose records it names
// where that can be.
func (p *play) who(rt route.Route) string {
	cast := p.cast()
	roles := []models.Role{models.RoleManager, models.RoleProviderManager}
	roles = append(roles, models.Roles()...)
	for _, r := range roles {
		if (models.Actor{Role: r}).Can(rt.Need) {
			return cast[r]
		}
	}
	return "caseworker"
}

func (p *play) path(rt route.Route) string {
	if start, record := kindOf(rt.Path, p.own.names); record {
		return addressed(rt.Path, start, p.own.names)
	}
	return filled(rt.Path, anID())
}

// fields are the names of everything that can be sent to a page: those of its
// own form, and those of every other.
func (p *play) fields(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, rt := range p.routes {
		if rt.Method != http.MethodGet || rt.JSON {
			continue
		}
		body := p.do(t, call{who: p.who(rt), method: rt.Method, path: p.path(rt)}).Body.String()
		for _, pattern := range []*regexp.Regexp{fieldNames, queryNames} {
			for _, m := range pattern.FindAllStringSubmatch(body, -1) {
				found[m[1]] = true
			}
		}
	}
	if len(found) < 60 {
		t.Fatalf("found %d names of fields, want those of every form: %v", len(found), found)
	}
	return slices.Sorted(maps.Keys(found))
}

// holds fails the test where an answer is a fault of ours or says how we work.
func holds(t *testing.T, what string, code int, body string) {
	t.Helper()
	if code >= 500 {
		t.Errorf("%s: got %d", what, code)
	}
	if found := told.FindString(body); found != "" {
		t.Errorf("%s: the answer says %q", what, found)
	}
}

// TestWhateverIsSentIsOnlyEverText sends what breaks out of statements, texts
// and lines in every parameter of every route: in its path, in its query, in
// every field of its form or body. Nothing fails, nothing tells how it is made,
// and nothing but what was allowed is changed.
func TestWhateverIsSentIsOnlyEverText(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.play(t)
	known, scenery := p.fields(t), scenes()
	fixed := func() int {
		return s.Count(t, "select (select count(*) from pg_class) * 1000 + (select count(*) from organisations) + (select count(*) from services)")
	}
	setting{s, t}.abroad() // a scene needs it: it is there before
	before := fixed()
	var wg sync.WaitGroup
	for _, poison := range poisons() {
		wg.Go(func() {
			form, query := url.Values{}, url.Values{}
			for _, field := range known {
				form.Set(field, poison.text)
				query.Set(field, poison.text)
			}
			inQuery, inForm := query.Encode(), form.Encode()
			for _, rt := range inOrder(s.routes) {
				if ends(rt) > 0 || strings.HasPrefix(rt.Path, "/sign-in") {
					continue
				}
				ask := func(where, path, body string) {
					if strings.Contains(poison.where, where) {
						w := s.do(t, call{who: p.who(rt), method: rt.Method, path: path, body: body, bare: true})
						holds(t, poison.name+" in the "+where+" of "+rt.Name(), w.Code, w.Body.String())
					}
				}
				if strings.Contains(rt.Path, ":") {
					ask("path", filled(rt.Path, url.PathEscape(poison.text)), "")
				}
				if rt.Method == http.MethodGet {
					ask("query", p.path(rt)+"?"+inQuery, "")
				} else if !rt.JSON {
					ask("form", p.path(rt), inForm)
				}
			}
		})
	}
	wg.Wait()
	s.poisonBodies(t, scenery)
	if after := fixed(); after != before {
		t.Errorf("got %d organisations, services and tables, want the %d that were there", after, before)
	}
	if found := regexp.MustCompile(`"level":"ERROR".*`).FindString(s.log.String()); found != "" {
		t.Errorf("the log has an error: %.400s", found)
	}
}

// poisonBodies plays every operation with a poison in place of one text of its
// body, each in turn.
func (s *site) poisonBodies(t *testing.T, scenery map[string]func(setting) scene) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(scenery)) {
		method, _, _ := strings.Cut(name, " ")
		sc := scenery[name](setting{s, t})
		var body map[string]any
		if sc.kind != "" || json.Unmarshal([]byte(sc.body), &body) != nil || strings.Contains(name, "/auth/") {
			continue
		}
		leaves := waysToTexts(body, nil)
		for i, leaf := range leaves {
			for _, poison := range poisons()[:5] {
				if i > 0 && poison.name != "a statement" {
					continue // what a text may be is one rule for all (handlers/api/check_values.go)
				}
				b, err := json.Marshal(with(body, leaf, poison.text))
				if err != nil {
					t.Fatal(err)
				}
				c := sc.request(method, sc.who)
				c.body, c.bare = string(b), true
				w := s.do(t, c)
				holds(t, poison.name+" in "+name+" "+strings.Join(leaf, "."), w.Code, w.Body.String())
			}
		}
	}
}

// waysToTexts are the ways to the texts of a document that are not in a list.
func waysToTexts(doc map[string]any, at []string) (out [][]string) {
	for k, v := range doc {
		way := append(slices.Clone(at), k)
		switch v := v.(type) {
		case string:
			out = append(out, way)
		case map[string]any:
			out = append(out, waysToTexts(v, way)...)
		}
	}
	return out
}

// with is the document with another value at the end of a way.
func with(doc map[string]any, way []string, value any) map[string]any {
	out := maps.Clone(doc)
	if len(way) == 1 {
		out[way[0]] = value
		return out
	}
	inner, _ := doc[way[0]].(map[string]any)
	out[way[0]] = with(inner, way[1:], value)
	return out
}
