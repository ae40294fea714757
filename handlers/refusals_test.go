package handlers

import (
	"encoding/json"
	"strings"
	"testing"

	"throughline/models"
)

// TestEveryRefusalIsOnRecord looks for the refusals of a whole conversation in
// the trail: who, about what, attempted how, refused why.
func TestEveryRefusalIsOnRecord(t *testing.T) {
	t.Parallel()
	s := open(t)
	plays := scenes()
	for name, c := range map[string]struct {
		send func(scene) call
		code models.Code
	}{
		"GET /api/v1/cases/{id}":                   {func(sc scene) call { return sc.request("GET", "refuge") }, models.CodeNotFound},
		"GET /api/v1/referrals/{id}":               {func(sc scene) call { return sc.instead("GET", "vawg", anID()) }, models.CodeNotFound},
		"POST /api/v1/cases/{id}/referrals":        {func(sc scene) call { return sc.request("POST", "commissioner") }, models.CodeForbidden},
		"POST /api/v1/referrals/{id}/acknowledge":  {func(sc scene) call { return sc.request("POST", "police") }, models.CodeForbidden},
		"POST /api/v1/referrals/{id}/resume":       {func(sc scene) call { sc.version--; return sc.request("POST", "vawg") }, models.CodeStale},
		"POST /api/v1/referrals/{id}/undo-accept":  {func(sc scene) call { sc.version++; return sc.request("POST", "vawg.manager") }, models.CodeStale},
		"POST /api/v1/referrals/{id}/request-info": {func(sc scene) call { return wrongState(s, t, sc) }, models.CodeConflict},
	} {
		t.Run(name, func(t *testing.T) {
			sc := plays[name](setting{s, t})
			sent := c.send(sc)
			before := s.Count(t, "select count(*) from audit_events where refused")
			w := s.do(t, sent)
			if p := problemOf(t, w); p.Code != string(c.code) {
				t.Fatalf("got %d %s, want %s", w.Code, w.Body, c.code)
			}
			if got := s.Count(t, "select count(*) from audit_events where refused") - before; got != 1 {
				t.Fatalf("got %d refusals on record, want 1", got)
			}
			s.onRecord(t, name, sent, c.code, w.Header().Get("X-Request-Id"))
		})
	}
}

// wrongState takes the referral somewhere the action does not leave from.
func wrongState(s *site, t *testing.T, sc scene) call {
	t.Helper()
	path := strings.Replace(sc.path, "/request-info", "/accept", 1)
	accept := sc.request("POST", sc.who)
	accept.path, accept.body = path, doc("worker_id", s.Person("vawg").ID)
	if w := s.do(t, accept); w.Code != 200 {
		t.Fatalf("accepting: got %d %s", w.Code, w.Body)
	}
	return sc.request("POST", sc.who)
}

func (s *site) onRecord(t *testing.T, name string, sent call, code models.Code, requestID string) {
	t.Helper()
	var raw []byte
	var kind string
	err := s.Owner.QueryRow(t.Context(), "select subject_type, detail from audit_events where refused and request_id = $1 and actor_user_id = $2 and $3 like '%' || subject_id || '%'",
		requestID, s.Person(sent.who).ID, sent.path).Scan(&kind, &raw)
	if err != nil {
		t.Fatalf("looking for the refusal: %v", err)
	}
	var detail struct{ Attempted, Code string }
	if err := json.Unmarshal(raw, &detail); err != nil || detail.Attempted != name || detail.Code != string(code) {
		t.Errorf("got %s, want %s attempted and refused as %s", raw, name, code)
	}
	if want := strings.Split(sent.path, "/")[3]; kind+"s" != want {
		t.Errorf("got subject %s, want one of %s", kind, want)
	}
}

// TestNothingIsShownThatCannotBeRecorded takes the right to write the trail
// away, as a full disk would: neither a record nor a refusal is told.
func TestNothingIsShownThatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	s := open(t)
	var asked []call
	for name, play := range scenes() {
		method, path, _ := strings.Cut(name, " ")
		if !strings.Contains(path, "{id}") {
			continue
		}
		sc := play(setting{s, t})
		asked = append(asked, sc.request(method, sc.who), sc.instead(method, sc.who, anID()))
		if sc.foreign != "" {
			asked = append(asked, sc.request(method, sc.foreign))
		}
	}
	s.Do(t, "revoke insert on audit_events from throughline_app")
	before := s.rows(t)
	for _, c := range asked {
		w := s.do(t, c)
		if p := problemOf(t, w); w.Code != 503 || p.Code != "unavailable" || w.Header().Get("ETag") != "" {
			t.Errorf("%s %s as %s: got %d %.200s, want 503 and nothing else", c.method, c.path, c.who, w.Code, w.Body)
		}
	}
	if after := s.rows(t); after != before {
		t.Errorf("got %d rows, want the %d that were there", after, before)
	}
}
