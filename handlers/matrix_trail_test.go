package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"throughline/internal/testkit"
)

// TestNoKindOfRecordIsShownWithoutItsTrail takes the right to write the trail
// away and asks for one's own records of every kind, on both faces, as everyone
// who is shown them otherwise: 503, and nothing of anybody. Lists of whatever
// hangs on a case are no other way in.
func TestNoKindOfRecordIsShownWithoutItsTrail(t *testing.T) {
	t.Parallel()
	s := open(t)
	own := s.related(t, "own", "caseworker", testkit.ServiceIDVA)
	own.rules = ownRules()
	type reading struct{ who, path string }
	var all []reading
	// What a receiver still has to erase names nobody, nor does the question
	// whether somebody knows the person before they see the record.
	nameless := []string{"/requests/tasks/", "/conflicts/"}
	for role, who := range s.cast() {
		for _, rt := range s.routes {
			start, record := kindOf(rt.Path, own.names)
			if !record || rt.Method != http.MethodGet || own.expect(role, rt) != shown || slices.Contains(nameless, start) || strings.Contains(rt.Path, "/refer") && rt.Path != "/referrals/:ref" {
				continue
			}
			path := addressed(rt.Path, start, own.names)
			if w := s.do(t, call{who: who, method: rt.Method, path: path, bare: true}); w.Code == http.StatusOK {
				all = append(all, reading{who, path})
			}
		}
		for _, path := range s.lists() {
			if w := s.do(t, call{who: who, method: http.MethodGet, path: path, bare: true}); w.Code == http.StatusOK && strings.Contains(w.Body.String(), hiddenName) {
				all = append(all, reading{who, path})
			}
		}
	}
	if len(all) < 60 {
		t.Fatalf("only %d readings: %v", len(all), all)
	}
	s.Do(t, "revoke insert on audit_events from throughline_app")
	for _, r := range all {
		w := s.do(t, call{who: r.who, method: http.MethodGet, path: r.path, bare: true})
		if strings.Contains(w.Body.String(), hiddenName) || w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s as %s, while nothing can be written down: got %d, want 503 and nobody's name", r.path, r.who, w.Code)
		}
	}
}
