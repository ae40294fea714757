package handlers

import (
	"encoding/json"
	"strconv"
	"testing"

	"throughline/internal/pg"
)

func TestTheFiftyFirstRecordInAnHourIsRefusedAndOnRecord(t *testing.T) {
	t.Parallel()
	s := openCapped(t, pg.Caps{})
	me := s.Actor("support").UserID
	for range 50 {
		c := s.Case(t, s.As("caseworker"))
		if w := s.do(t, call{who: "support", method: "GET", path: "/api/v1/cases/" + c.ID.String()}); w.Code != 200 {
			t.Fatalf("got %d, want the first fifty shown", w.Code)
		}
	}
	c := s.Case(t, s.As("caseworker"))
	w := s.do(t, call{who: "support", method: "GET", path: "/api/v1/cases/" + c.ID.String()})
	var p struct{ Code string }
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 429 || p.Code != "too_many" {
		t.Errorf("got %d %q, %v, want 429 too_many", w.Code, p.Code, err)
	}
	if wait, err := strconv.Atoi(w.Header().Get("Retry-After")); err != nil || wait < 3000 || wait > 3600 {
		t.Errorf("got Retry-After %q, want the better part of an hour", w.Header().Get("Retry-After"))
	}
	if w := s.do(t, call{who: "support", method: "GET", path: "/cases/" + c.Reference}); w.Code != 429 {
		t.Errorf("the page: got %d, want 429", w.Code)
	}
	const refusals = "select count(*) from audit_events where actor_user_id = $1 and action = 'case.refused' and refused and detail->>'code' = 'too_many'"
	if n := s.Count(t, refusals, me); n != 2 {
		t.Errorf("the trail holds %d refusals, want 2", n)
	}
}
