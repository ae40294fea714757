package handlers

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestEveryOperationServesItsOwnAndHidesTheRest plays every operation of the
// API: on a record of one's own it succeeds; a record of somebody else's is
// answered as one that is not there, byte for byte except the request's id;
// and what is done is done once, whatever is sent again.
func TestEveryOperationServesItsOwnAndHidesTheRest(t *testing.T) {
	t.Parallel()
	s := open(t)
	known, described := scenes(), operations(s.doc)
	for _, name := range slices.Sorted(maps.Keys(described)) {
		op := described[name]
		method, path, _ := strings.Cut(name, " ")
		play := known[name]
		if play == nil {
			if strings.Contains(path, "{") || method != http.MethodGet {
				t.Errorf("%s: nobody has said what its success looks like: add it to scenes", name)
			}
			continue
		}
		t.Run(name, func(t *testing.T) { // one after the other: rows are counted
			sc := play(setting{s, t})
			s.hides(t, method, sc)
			own := sc.request(method, sc.who)
			first := s.do(t, own)
			if first.Code < 200 || first.Code > 299 {
				t.Fatalf("got %d %s, want success on one's own record", first.Code, first.Body)
			}
			if sc.leaves {
				if w := s.do(t, own); w.Code != http.StatusNotFound {
					t.Errorf("again: got %d %s, want 404: the record is out of sight", w.Code, w.Body)
				}
				return
			}
			if op.Parameters.GetByInAndName("header", "Idempotency-Key") != nil {
				s.doesItOnce(t, own, first)
			}
			if sc.version > 0 {
				s.asksForTheVersion(t, own)
			}
		})
	}
}

func operations(doc *openapi3.T) map[string]*openapi3.Operation {
	out := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			out[method+" "+path] = op
		}
	}
	return out
}

// hides holds a foreign record and a missing one to the same answer.
func (s *site) hides(t *testing.T, method string, sc scene) {
	t.Helper()
	if sc.id == "" {
		return
	}
	missing := s.do(t, sc.instead(method, sc.who, anID()))
	if missing.Code != http.StatusNotFound {
		t.Errorf("a record that is not there: got %d %s, want 404", missing.Code, missing.Body)
	}
	if sc.foreign == "" {
		return
	}
	foreign := s.do(t, sc.request(method, sc.foreign))
	missing = s.do(t, sc.instead(method, sc.foreign, anID()))
	if a, b := plainly(foreign), plainly(missing); foreign.Code != http.StatusNotFound || a != b {
		t.Errorf("somebody else's record:\n%s\na record that is not there:\n%s\nwant 404 and the same bytes", a, b)
	}
}

// plainly writes an answer down without the request's id.
func plainly(w *httptest.ResponseRecorder) string {
	var out strings.Builder
	_, _ = fmt.Fprintln(&out, w.Code)
	for _, name := range slices.Sorted(maps.Keys(w.Header())) {
		_, _ = fmt.Fprintln(&out, name, w.Header()[name])
	}
	out.WriteString(w.Body.String())
	return strings.ReplaceAll(out.String(), w.Header().Get("X-Request-Id"), "(id)")
}

// doesItOnce repeats a request that has succeeded.
func (s *site) doesItOnce(t *testing.T, own call, first *httptest.ResponseRecorder) {
	t.Helper()
	before := s.rows(t)
	again := s.do(t, own)
	if again.Code != first.Code || again.Body.String() != first.Body.String() || again.Header().Get("ETag") != first.Header().Get("ETag") ||
		again.Header().Get("Location") != first.Header().Get("Location") {
		t.Errorf("again: got %d %v %s, want the first answer %d %v %s", again.Code, again.Header(), again.Body, first.Code, first.Header(), first.Body)
	}
	if after := s.rows(t); after != before {
		t.Errorf("again: got %d rows, want %d", after, before)
	}
	other := own
	other.body = strings.TrimSuffix(own.body, "}") + " }"
	if own.body == "" {
		other.body = "{}"
	}
	if w := s.do(t, other); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("another body with the same key: got %d %s, want 422", w.Code, w.Body)
	}
	without := own
	without.headers = maps.Clone(own.headers)
	delete(without.headers, "Idempotency-Key")
	if w := s.do(t, without); w.Code != http.StatusPreconditionRequired {
		t.Errorf("without a key: got %d %s, want 428", w.Code, w.Body)
	}
}

// asksForTheVersion repeats an act with another key, and without its version.
func (s *site) asksForTheVersion(t *testing.T, own call) {
	t.Helper()
	late := own
	late.headers = maps.Clone(own.headers)
	late.headers["Idempotency-Key"] = "key-" + anID()
	if w := s.do(t, late); w.Code != http.StatusConflict && w.Code != http.StatusPreconditionFailed {
		t.Errorf("with the version before: got %d %s, want 409 or 412", w.Code, w.Body)
	}
	delete(late.headers, "If-Match")
	if w := s.do(t, late); w.Code != http.StatusPreconditionRequired {
		t.Errorf("without a version: got %d %s, want 428", w.Code, w.Body)
	}
}
