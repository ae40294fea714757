package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/events"
)

func init() { furtherScenes = append(furtherScenes, eventScenes) }

// happened is a case of the police in which somebody was arrested.
func (s setting) happened() (caseID uuid.UUID, r events.Recorded) {
	s.t.Helper()
	caseID = s.Case(s.t, s.As("police")).ID
	r, err := s.deps.Events.Record(s.As("police"), caseID, events.Input{NewCaseEvent: models.NewCaseEvent{
		Type: "E7", OccurredAt: s.Clock.Now().Add(-time.Hour), Reference: models.NewID().String(), Details: map[string]any{"what": "arrested"},
	}})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return caseID, r
}

// eventScenes are those of what happened in a case and the clocks it moves.
func eventScenes() map[string]func(setting) scene {
	on := func(path func(events.Recorded) string, body func(setting) string) func(setting) scene {
		return func(s setting) scene {
			id, r := s.happened()
			return scene{who: "police", id: id.String(), path: "/api/v1/cases/" + id.String() + path(r), body: body(s), foreign: "refuge"}
		}
	}
	none := func(setting) string { return "" }
	return map[string]func(setting) scene{
		"GET /api/v1/cases/{id}/events": on(func(events.Recorded) string { return "/events" }, none),
		"POST /api/v1/cases/{id}/events": on(func(events.Recorded) string { return "/events" }, func(s setting) string {
			return doc("type", "E9", "occurred_at", s.Clock.Now().Add(-time.Hour), "source_reference", models.NewID(), "details", map[string]any{"charge": "Assault."})
		}),
		"POST /api/v1/cases/{id}/events/{event_id}/told": on(func(r events.Recorded) string { return "/events/" + r.Event.ID.String() + "/told" }, func(s setting) string {
			return doc("told_at", s.Clock.Now(), "channel", "phone", "understood", true)
		}),
		"POST /api/v1/cases/{id}/clocks/{clock_id}": on(func(r events.Recorded) string { return "/clocks/" + r.Clocks[0].ID.String() }, func(setting) string {
			return doc("action", "pause", "reason", "unsafe_to_contact")
		}),
	}
}

// TestATrialIsMoved is scenario 12 of domain.md 8 by the API: the court moves it
// from 9 June to 2 September, and the victim is told the new day from witness
// care's receipt.
func TestATrialIsMoved(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := s.Case(t, s.As("police")).ID.String()
	path, now := "/api/v1/cases/"+id, s.Clock.Now()
	send := func(status int, to, key, body string) map[string]any {
		t.Helper()
		method := http.MethodPost
		if body == "" {
			method = http.MethodGet
		}
		a := s.do(t, call{who: "police", method: method, path: path + to, body: body, headers: header{"Idempotency-Key": key}})
		out := map[string]any{}
		if a.Code != status || json.Unmarshal(a.Body.Bytes(), &out) != nil {
			t.Fatalf("%s: got %d, want %d\n%s", to, a.Code, status, a.Body)
		}
		return out
	}
	hearing := func(what, ref string, ago time.Duration, more ...any) string {
		details := map[string]any{"what": what}
		for i := 0; i < len(more); i += 2 {
			details[more[i].(string)] = more[i+1]
		}
		return doc("type", "E12", "occurred_at", now.Add(-ago), "known_at", now, "source_reference", ref, "details", details)
	}
	send(http.StatusCreated, "/events", "k1", hearing("listed", "L/1", 48*time.Hour, "hearing_at", "2027-06-09T10:00:00Z"))
	moved := hearing("moved", "L/2", time.Hour, "hearing_at", "2027-09-02T10:00:00Z", "was_at", "2027-06-09T10:00:00Z", "reason", "The court had no judge.")
	first := send(http.StatusCreated, "/events", "k2", moved)
	if again := send(http.StatusOK, "/events", "k3", moved); again["id"] != first["id"] || first["safety"] != true || first["title"] != "Hearing: moved" {
		t.Errorf("got %v, then %v, want one event", first, again)
	}
	// By the name of what happened alone it is still the same event.
	if named := send(http.StatusOK, "/events", "k4", strings.Replace(moved, `"E12"`, `"hearing_moved"`, 1)); named["id"] != first["id"] {
		t.Errorf("got %v, want the same event", named)
	}
	told := send(http.StatusOK, fmt.Sprintf("/events/%s/told", first["id"]), "k5", doc("told_at", now, "channel", "phone", "understood", true))
	if told["told"] == nil {
		t.Errorf("got %v, want that they were told", told)
	}
	var got []string
	for _, k := range send(http.StatusOK, "/clocks", "", "")["items"].([]any) {
		row := k.(map[string]any)
		for _, field := range []string{"rule", "version", "holder", "state", "started_at", "due_at", "first_due_at", "pauses"} {
			if _, ok := row[field]; !ok {
				t.Errorf("a clock has no %s", field)
			}
		}
		got = append(got, row["rule"].(string)+" "+row["state"].(string))
	}
	if want := "K10 met, K10 met, K11 not_applicable, K11 met"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, ", "), want)
	}
	items := send(http.StatusOK, "/events", "", "")["items"].([]any)
	if len(items) != 2 || items[1].(map[string]any)["replaced"] != true || items[0].(map[string]any)["replaced"] != false {
		t.Errorf("got %v, want the old date kept and struck", items)
	}
	for body, field := range map[string]string{
		hearing("moved", "L/3", 0):                                          "details.hearing_at",
		doc("type", "E99", "occurred_at", now, "source_reference", "x"):     "type",
		doc("type", "E1", "occurred_at", "tomorrow", "source_reference", 1): "occurred_at",
	} {
		a := s.post(t, "police", path+"/events", body, "bad-"+field)
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), `"field":"`+field+`"`) {
			t.Errorf("got %d %s, want 422 at %s", a.Code, a.Body, field)
		}
	}
}

// TestWhatHappenedIsRecordedOnThePages walks from the case to the telling, wrong
// first: what was typed stays.
func TestWhatHappenedIsRecordedOnThePages(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("police"))
	path := "/cases/" + c.Reference
	s.visit(t, "police", http.MethodGet, path+"/events", nil, http.StatusOK, "No events yet.")
	s.visit(t, "police", http.MethodGet, path+"/clocks", nil, http.StatusOK, "Nothing is owed")
	s.visit(t, "police", http.MethodGet, path+"/events/record", nil, http.StatusOK, "What happened?", "interviewed under caution")
	s.visit(t, "police", http.MethodGet, path+"/events/record?type=E7", nil, http.StatusOK, "Bail lifted")
	form := url.Values{
		"type": {"E7"}, "once": {models.NewID().String()}, "occurred_at-day": {"31"}, "occurred_at-month": {"2"}, "occurred_at-year": {"2026"}, "occurred_at-time": {"9am"},
		"reason": {"Zzreason kept"}, "source_reference": {"Zzreference"},
	}
	s.visit(t, "police", http.MethodPost, path+"/events/record", form, http.StatusUnprocessableEntity, "Zzreason kept", "Zzreference", "Enter a real date", "Select one: what happened", `value="31"`)
	form["what"], form["occurred_at-day"], form["occurred_at-month"], form["occurred_at-time"] = []string{"arrested"}, []string{"15"}, []string{"11"}, []string{"9.15"}
	for range 2 { // pressed twice it is one
		s.visit(t, "police", http.MethodPost, path+"/events/record", form, http.StatusSeeOther)
	}
	if n := s.Count(t, "select count(*) from case_events"); n != 1 {
		t.Fatalf("got %d events, want 1", n)
	}
	var event, clock string
	if err := s.Owner.QueryRow(t.Context(), "select event_id::text, clock_id::text from case_clocks").Scan(&event, &clock); err != nil {
		t.Fatal(err)
	}
	s.visit(t, "police", http.MethodGet, path+"/events?done=recorded&event="+event, nil, http.StatusOK, "was recorded", "Tell them of the arrest", "Zzreason kept", "Due today")
	s.visit(t, "police", http.MethodGet, path, nil, http.StatusOK, "Suspect: arrested", "Tell them of the arrest")
	s.visit(t, "police", http.MethodPost, path+"/clocks/change", url.Values{"clock": {clock}, "action": {"extend"}, "days": {"lots"}}, http.StatusUnprocessableEntity, "Enter how many working days", "lots")
	s.visit(t, "police", http.MethodPost, path+"/clocks/change", url.Values{"clock": {clock}, "action": {"pause"}, "reason-pause": {"unsafe_to_contact"}}, http.StatusSeeOther)
	s.visit(t, "police", http.MethodGet, path+"/clocks", nil, http.StatusOK, "It is not safe to contact them", "version 1")
	tell := url.Values{"event": {event}, "channel": {"text"}, "told_at-day": {"16"}, "told_at-month": {"11"}, "told_at-year": {"2026"}, "told_at-time": {"09:20"}, "understood": {"yes"}}
	s.visit(t, "police", http.MethodPost, path+"/events/told", tell, http.StatusUnprocessableEntity, "Text is not", `value="09:20"`)
	tell["channel"] = []string{"phone"}
	s.visit(t, "police", http.MethodPost, path+"/events/told", tell, http.StatusSeeOther)
	s.visit(t, "police", http.MethodPost, path+"/events/told", tell, http.StatusConflict, "They were told on")
	s.visit(t, "refuge", http.MethodGet, path+"/events", nil, http.StatusNotFound)
	s.visit(t, "coordinator", http.MethodGet, path+"/events", nil, http.StatusForbidden)
}

// TestNothingIsSaidOfABodyBeforeItsCaseIsFound sends documents with nothing in
// them about cases and clocks that are nobody's: what is not there is not there,
// and only of what is there are faults told (decisions.md 18).
func TestNothingIsSaidOfABodyBeforeItsCaseIsFound(t *testing.T) {
	t.Parallel()
	s := open(t)
	own, foreign := s.Case(t, s.As("police")).ID.String(), s.Case(t, s.As("refuge")).ID.String()
	for path, want := range map[string]int{
		"/events": http.StatusUnprocessableEntity, "/events/" + anID() + "/told": http.StatusNotFound, "/clocks/" + anID(): http.StatusNotFound,
	} {
		for id, want := range map[string]int{own: want, foreign: http.StatusNotFound, anID(): http.StatusNotFound} {
			w := s.do(t, call{who: "police", method: http.MethodPost, path: "/api/v1/cases/" + id + path, body: "{}", headers: header{"Idempotency-Key": "k-" + id[:8] + strings.ReplaceAll(path, "/", "-")}})
			if w.Code != want {
				t.Errorf("%s: got %d, want %d: %s", path, w.Code, want, w.Body)
			}
		}
	}
}
