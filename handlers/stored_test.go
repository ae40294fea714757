package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/net/html"

	"throughline/handlers/api"
	"throughline/handlers/route"
)

// stored is kept wherever a text is kept; read as markup it would run.
const stored = canary + `<script>alert(1)</script><img src=x onerror=alert(1)>"'><a href="javascript:alert(1)">x</a>`

// freely are the fields of a body that take words of anybody's own.
func freely(op *openapi3.Operation) []string {
	if op == nil || op.RequestBody == nil || op.RequestBody.Value.Content.Get("application/json") == nil {
		return nil
	}
	var out []string
	for name, ref := range op.RequestBody.Value.Content.Get("application/json").Schema.Value.Properties {
		p := ref.Value
		if p.Type.Is("string") && p.Format == "" && len(p.Enum) == 0 && p.Pattern == "" && (p.MaxLength == nil || int(*p.MaxLength) >= len(stored)) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// keeps plays an operation with the script in every field that takes it, and
// says which did.
func (s *site) keeps(t *testing.T, name string, sc scene, op *openapi3.Operation) (kept []string) {
	t.Helper()
	method, _, _ := strings.Cut(name, " ")
	body := map[string]any{}
	if sc.kind != "" || sc.body != "" && json.Unmarshal([]byte(sc.body), &body) != nil {
		return nil
	}
	kept = freely(op)
	for len(kept) > 0 {
		sent := maps.Clone(body)
		for _, field := range kept {
			sent[field] = stored
		}
		b, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		c := sc.request(method, sc.who)
		c.body = string(b)
		w := s.do(t, c)
		if w.Code < 300 {
			return kept
		}
		var p api.Problem
		if w.Code != http.StatusUnprocessableEntity || json.Unmarshal(w.Body.Bytes(), &p) != nil {
			return nil
		}
		left := slices.DeleteFunc(slices.Clone(kept), func(field string) bool {
			return slices.ContainsFunc(p.Errors, func(e api.Fault) bool { return e.Field == field })
		})
		if len(left) == len(kept) {
			return nil
		}
		kept = left
	}
	return nil
}

// TestAScriptThatIsStoredIsOnlyEverRead keeps a script in every free text of
// every operation, and follows every link of every page as those who may read
// it: it is there as text, never as markup, in no title and in no address, and
// in nothing that leads past the record: the queue, notices, the trail, the log.
func TestAScriptThatIsStoredIsOnlyEverRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	known, described := scenes(), operations(s.doc)
	fields := 0
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if !strings.HasPrefix(name, "GET") && !strings.Contains(name, "/auth/") {
			fields += len(s.keeps(t, name, known[name](setting{s, t}), described[name]))
		}
	}
	read := 0
	for _, who := range []string{"police", "police.manager", "vawg", "vawg.manager", "caseworker", "caseworker.manager", "privacy", "coordinator", "orgadmin", "admin"} {
		read += s.follows(t, who)
	}
	t.Logf("%d fields kept it, %d pages show it", fields, read)
	if fields < 20 || read < 20 {
		t.Errorf("%d fields kept the script and %d pages show it: that proves little", fields, read)
	}
	for _, table := range []string{
		"outbox", "notices", "account_notices", "sessions", "clocks", "quality_facts", "retention_items", "tombstones", "record_openings",
		"sign_in_attempts", "idempotency_keys", "river_job",
	} {
		if s.Count(t, "select count(*) from pg_class where relname = $1", table) == 0 {
			continue
		}
		if n := s.Count(t, fmt.Sprintf("select count(*) from %s x where x::text like '%%%s%%'", table, canary)); n > 0 {
			t.Errorf("%d rows of %s hold what somebody wrote", n, table)
		}
	}
	// Why a record that has ended was opened is told to the trail, and stays
	// there until somebody erases it (decisions.md 2); nothing else is.
	if n := s.Count(t, "select count(*) from audit_events e where (to_jsonb(e) #- '{detail,why}')::text like '%"+canary+"%'"); n > 0 {
		t.Errorf("%d events of the trail hold what somebody wrote", n)
	}
	if strings.Contains(s.log.String(), canary) {
		t.Error("what somebody wrote stands in the log")
	}
}

// follows opens what somebody is led to, a few pages of each route, and returns
// how many show the script.
func (s *site) follows(t *testing.T, who string) (shown int) {
	t.Helper()
	var next []string
	for _, rt := range s.routes {
		if rt.Method == http.MethodGet && !rt.JSON && !strings.ContainsAny(rt.Path, ":*") && s.Actor(who).Can(rt.Need) && !strings.Contains(rt.Path, "sign") {
			next = append(next, rt.Path)
		}
	}
	asked, of := map[string]bool{}, map[string]int{}
	for len(next) > 0 {
		path := next[0]
		next = next[1:]
		kind := s.routeOf(path)
		if asked[path] || kind == "" || of[kind] >= 12 {
			continue
		}
		asked[path] = true
		of[kind]++
		w := s.do(t, call{who: who, method: http.MethodGet, path: path})
		if w.Code >= 500 {
			t.Errorf("%s as %s: got %d", path, who, w.Code)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		p := reading(w.Body.String())
		if p.foul != "" {
			t.Errorf("%s as %s holds %s", path, who, p.foul)
		}
		if strings.Contains(p.title, canary) {
			t.Errorf("%s as %s has it in its title", path, who)
		}
		if strings.Contains(p.text, stored) {
			shown++
		}
		next = append(next, p.links...)
	}
	return shown
}

// routeOf names the page an address is of.
func (s *site) routeOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	best := ""
	for _, rt := range s.routes {
		if rt.Method == http.MethodGet && !rt.JSON && fits(rt, parts) && (best == "" || !strings.Contains(rt.Path, ":")) {
			best = rt.Path
		}
	}
	return best
}

func fits(rt route.Route, parts []string) bool {
	want := strings.Split(rt.Path, "/")
	if len(want) != len(parts) {
		return false
	}
	for i := range want {
		if want[i] != parts[i] && !strings.HasPrefix(want[i], ":") {
			return false
		}
	}
	return true
}

// page is what a reader's browser would make of an answer.
type page struct {
	title, text string
	links       []string // addresses of ours
	foul        string   // what would run or lead elsewhere
}

func reading(body string) (p page) {
	z := html.NewTokenizer(strings.NewReader(body))
	inTitle := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p
		case html.TextToken:
			text := string(z.Text())
			p.text += html.UnescapeString(text)
			if inTitle {
				p.title += text
			}
		case html.EndTagToken:
			inTitle = false
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			inTitle = tag.Data == "title"
			p.tag(tag)
		}
	}
}

func (p *page) tag(tag html.Token) {
	attrs := map[string]string{}
	for _, a := range tag.Attr {
		attrs[a.Key] = a.Val
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
			p.foul = tag.String()
		}
		if a.Key == "value" || a.Key == "aria-label" {
			p.text += a.Val
		}
	}
	src, has := attrs["src"]
	switch {
	case tag.Data == "script" && !strings.HasPrefix(src, "/static/") && !strings.HasPrefix(src, "/api/docs/"), has && !strings.HasPrefix(src, "/"), tag.Data == "iframe", tag.Data == "base", tag.Data == "object":
		p.foul = tag.String()
	case tag.Data == "a" && strings.HasPrefix(attrs["href"], "/"):
		p.links = append(p.links, attrs["href"])
		if strings.Contains(attrs["href"], canary) {
			p.foul = "what somebody wrote, in an address: " + tag.String()
		}
	}
}
