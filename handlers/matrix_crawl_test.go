package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"throughline/models"
)

// crawl asks every list, search, count and page without a parameter as one of
// each role: nothing of a record that is hidden from them is anywhere, and a
// search for it is answered as one for what is not there.
func (s *site) crawl(t *testing.T, srv *httptest.Server, relations []*relation) {
	t.Helper()
	var wg sync.WaitGroup
	for role, who := range s.cast() {
		a := s.asker(t, srv, who)
		var from []*relation
		for _, r := range relations {
			if !r.knows(role) {
				from = append(from, r)
			}
		}
		wg.Go(func() {
			for _, path := range s.lists() {
				_, got := a.ask(t, http.MethodGet, path, "")
				if trace, of := tells(got, path, from); trace != "" {
					t.Errorf("GET %s as %s tells of %q, which is hidden: %s", path, role, trace, of)
				}
			}
			for _, r := range from {
				a.searches(t, role, r)
			}
			if role == models.RoleCaseworker {
				a.finds(t, relations[len(relations)-1])
			}
		})
	}
	wg.Wait()
}

// lists are the addresses that take no parameter, at their longest.
func (s *site) lists() []string {
	var out []string
	for _, rt := range s.routes {
		if rt.Method != http.MethodGet || strings.ContainsAny(rt.Path, ":*") || strings.Contains(rt.Path, "sign") {
			continue
		}
		out = append(out, rt.Path)
		if op := s.doc.Paths.Value(rt.Path); op != nil && op.Get.Parameters.GetByInAndName("query", "limit") != nil {
			out = append(out, rt.Path+"?limit=100")
		}
	}
	return append(out, "/api/v1/referrals?box=inbox&limit=100", "/api/v1/referrals?box=sent&limit=100", "/referrals?show=ended", "/alerts?closed=true")
}

// tells finds a trace of a hidden record in an answer. The trail says what its
// reader's own colleagues tried, by the id they tried it with; ids that were
// never there are in it alike.
func tells(got, path string, from []*relation) (trace, of string) {
	for _, r := range from {
		traces := []string{hiddenName + r.name, r.caseRef, r.referRef, r.names["/requests/"]}
		if !strings.Contains(path, "audit") {
			for _, kind := range []string{"/api/v1/cases/", "/api/v1/referrals/", "/files/", "/data-requests/", "/retention/holds/", "/retention/items/", "/alerts/", "/break-glass/", "/approvals/"} {
				traces = append(traces, r.names[kind])
			}
		}
		if i := slices.IndexFunc(traces, func(w string) bool { return strings.Contains(got, w) }); i >= 0 {
			return traces[i], r.name
		}
	}
	return "", ""
}

// searches look for a hidden record by all that it could be known by.
func (a *asker) searches(t *testing.T, role models.Role, r *relation) {
	t.Helper()
	nobody := nothing()
	for _, search := range []func(*relation) (path, body, typed string){
		func(r *relation) (string, string, string) {
			return "/api/v1/cases/search", doc("reference", r.caseRef), r.caseRef
		},
		func(r *relation) (string, string, string) {
			return "/api/v1/cases/search", doc("reference", r.referRef), r.referRef
		},
		func(r *relation) (string, string, string) {
			return "/api/v1/cases/search", doc("name", hiddenName+r.name), hiddenName + r.name
		},
		func(r *relation) (string, string, string) {
			return "/find", url.Values{"reference": {r.caseRef}}.Encode(), r.caseRef
		},
		func(r *relation) (string, string, string) {
			return "/find", url.Values{"reference": {r.referRef}}.Encode(), r.referRef
		},
		func(r *relation) (string, string, string) {
			return "/find", url.Values{"name": {hiddenName + r.name}}.Encode(), hiddenName + r.name
		},
		func(r *relation) (string, string, string) {
			return "/api/v1/break-glass", doc("reference", r.caseRef, "reason", "danger_to_life", "note", "Somebody rang."), r.caseRef
		},
		func(r *relation) (string, string, string) {
			return "/break-glass", url.Values{"reference": {r.caseRef}, "reason": {"danger_to_life"}, "note": {"Somebody rang."}}.Encode(), r.caseRef
		},
		func(r *relation) (string, string, string) {
			return "/api/v1/retention/holds", doc("reference", r.caseRef, "reason", "inquest"), r.caseRef
		},
		func(r *relation) (string, string, string) {
			return "/api/v1/data-requests", doc("kind", "access", "relation", "victim", "requester", "Z", "asks", "All.", "received_on", "2026-11-16", "record", r.caseRef), r.caseRef
		},
	} {
		ask := func(r *relation) string {
			path, body, typed := search(r)
			_, got := a.ask(t, http.MethodPost, path, body)
			return strings.ReplaceAll(got, typed, "(typed)")
		}
		path, _, _ := search(r)
		if strings.HasSuffix(path, "break-glass") && (r.name == "restricted" || r.name == "breakglass") {
			continue // that is what it is for
		}
		if got, want := ask(r), ask(nobody); got != want {
			t.Errorf("%s, looking for it by %s as %s: got\n%.900s\nwant, as of what is not there,\n%.900s", r.name, path, role, got, want)
		}
	}
}

// finds holds the searches to finding what is one's own, or their silence would
// prove nothing.
func (a *asker) finds(t *testing.T, own *relation) {
	t.Helper()
	for _, body := range []string{doc("reference", own.caseRef), doc("name", hiddenName+own.name)} {
		if _, got := a.ask(t, http.MethodPost, "/api/v1/cases/search", body); !strings.Contains(got, own.caseRef) {
			t.Errorf("looking for one's own by %s: got %s, want it found", body, got)
		}
	}
	if _, got := a.ask(t, http.MethodGet, "/api/v1/cases?limit=100", ""); !strings.Contains(got, own.caseRef) {
		t.Errorf("one's own is not in the list: %s", got)
	}
}
