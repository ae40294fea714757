package handlers

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/events"
	"throughline/services/matters"
)

func init() { furtherScenes = append(furtherScenes, matterScenes) }

// matter is one of the police, with a case, a witness, and a hearing.
func (s setting) matter() matters.View {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"))
	urn := "01" + strings.ToUpper(strings.ReplaceAll(models.NewID().String(), "-", ""))[14:30]
	v, err := s.deps.Matters.Open(s.As("police"), matters.NewMatter{
		URN: urn, CaseIDs: []uuid.UUID{c.ID}, People: []models.MatterPerson{{Kind: models.MatterWitness, Name: "Idris Vane", Needs: []string{"intimidated"}}},
	})
	if err == nil {
		v, err = s.deps.Matters.Record(s.As("police"), v.URN, events.Input{NewCaseEvent: models.NewCaseEvent{
			Type: "E17", OccurredAt: s.Clock.Now().Add(-time.Hour), Reference: "N/" + urn, Details: map[string]any{"what": "guilty"},
		}})
	}
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

// matterScenes are those of court work by URN.
func matterScenes() map[string]func(setting) scene {
	on := func(action string, body func(setting, matters.View) string) func(setting) scene {
		return func(s setting) scene {
			v := s.matter()
			return scene{who: "police", id: v.URN, path: "/api/v1/matters/" + v.URN + action, body: body(s, v), foreign: "caseworker"}
		}
	}
	said := func(body string) func(setting, matters.View) string {
		return func(setting, matters.View) string { return body }
	}
	return map[string]func(setting) scene{
		"POST /api/v1/matters": func(s setting) scene {
			c := s.Case(s.t, s.As("police"))
			return scene{who: "police", path: "/api/v1/matters", body: doc("urn", "01 YA "+strings.ToUpper(models.NewID().String()[24:]), "case_ids", []uuid.UUID{c.ID},
				"witnesses", []map[string]any{{"name": "Idris Vane", "needs": []string{"travel"}, "special_measures": []map[string]string{{"measure": "screens", "state": "asked"}}, "note": "He works nights."}},
				"defendants", []map[string]any{{"name": "Saul Merrow", "note": "On bail."}})}
		},
		"GET /api/v1/matters/{urn}": on("", said("")),
		"POST /api/v1/matters/{urn}/cases": on("/cases", func(s setting, _ matters.View) string {
			return doc("case_id", s.Case(s.t, s.As("police")).ID)
		}),
		"POST /api/v1/matters/{urn}/witnesses":  on("/witnesses", said(`{"name":"Ada Penhale","needs":["interpreter"],"special_measures":[{"measure":"live_link","state":"granted"}],"note":"She is abroad."}`)),
		"POST /api/v1/matters/{urn}/defendants": on("/defendants", said(`{"name":"Saul Merrow","note":"In custody."}`)),
		"POST /api/v1/matters/{urn}/events": on("/events", func(s setting, _ matters.View) string {
			return doc("type", "E9", "occurred_at", s.Clock.Now().Add(-time.Hour), "source_reference", models.NewID(), "details", map[string]any{"charge": "Assault."})
		}),
		"POST /api/v1/matters/{urn}/tellings": on("/tellings", func(_ setting, v matters.View) string {
			e := v.Events[0]
			return doc("event_id", e.ID, "witness_id", e.Witnesses[0].PersonID, "channel", "phone", "understood", "yes")
		}),
	}
}

// TestOneEventOfACourtReachesEveryVictimAndWitness goes the whole way over the
// API: two victims, a witness, one listing entered once and delivered twice, and
// a proof of telling for each of them.
func TestOneEventOfACourtReachesEveryVictimAndWitness(t *testing.T) {
	t.Parallel()
	s := open(t)
	one, two := s.Case(t, s.As("police")), s.Case(t, s.As("police"))
	post := func(path, body string, want int) map[string]any {
		t.Helper()
		w := s.do(t, call{who: "police", method: http.MethodPost, path: path, body: body, headers: header{"Idempotency-Key": "k-" + uuid.NewString()}})
		out := map[string]any{}
		if err := json.Unmarshal(w.Body.Bytes(), &out); w.Code != want || err != nil {
			t.Fatalf("%s: got %d, want %d: %s", path, w.Code, want, w.Body)
		}
		return out
	}
	list := func(of any) []any { l, _ := of.([]any); return l }
	post("/api/v1/matters", doc("urn", "01/YA/22315/26", "case_ids", []uuid.UUID{one.ID, two.ID}, "witnesses", []map[string]any{{"name": "Idris Vane"}}, "defendants", []map[string]any{{"name": "Saul Merrow"}}), http.StatusCreated)
	post("/api/v1/matters", doc("urn", "01YA2231526"), http.StatusConflict)
	listing := doc("type", "hearing", "occurred_at", s.Clock.Now().Add(-2*time.Hour), "known_at", s.Clock.Now().Add(-time.Hour), "source_reference", "L/77",
		"details", map[string]any{"what": "listed", "court": "Snaresbrook", "hearing_at": s.Clock.Now().Add(30 * 24 * time.Hour)})
	got := post("/api/v1/matters/01ya2231526/events", listing, http.StatusOK)
	again := post("/api/v1/matters/01YA2231526/events", listing, http.StatusOK)
	if len(list(got["cases"])) != 2 || len(list(got["witnesses"])) != 1 || got["id"] != again["id"] {
		t.Fatalf("entered once: %v, again: %v", got, again)
	}
	if n := s.Count(t, "select count(*) from case_events where type = 'E12'"); n != 2 {
		t.Errorf("%d events stand in cases, want one in each", n)
	}
	if n := s.Count(t, "select count(*) from clocks where rule = 'K11'"); n != 2 {
		t.Errorf("%d clocks of witness care run, want one in each case", n)
	}
	first := list(got["cases"])[0].(map[string]any)
	told := post("/api/v1/cases/"+first["case_id"].(string)+"/events/"+first["event_id"].(string)+"/told", doc("told_at", s.Clock.Now(), "channel", "phone", "understood", true), http.StatusOK)
	if told["told"] == nil {
		t.Errorf("one was told: %v", told)
	}
	witness := list(got["witnesses"])[0].(map[string]any)["witness_id"]
	post("/api/v1/matters/01YA2231526/tellings", doc("event_id", got["id"], "witness_id", witness, "channel", "post", "understood", "unknown"), http.StatusOK)
	post("/api/v1/matters/01YA2231526/tellings", doc("event_id", got["id"], "witness_id", witness, "channel", "post", "understood", "yes"), http.StatusConflict)
	w := s.do(t, call{who: "police", method: http.MethodGet, path: "/api/v1/matters/01YA2231526"})
	if body := w.Body.String(); strings.Count(body, `"told_at"`) != 2 || strings.Count(body, `"state":"met"`) != 1 {
		t.Errorf("each has a proof of telling of their own: %s", body)
	}
	if w := s.do(t, call{who: "witnesscare", method: http.MethodGet, path: "/api/v1/matters/01YA2231526"}); w.Code != http.StatusNotFound {
		t.Errorf("another organisation that keeps matters: got %d, want as if it were not there", w.Code)
	}
}
