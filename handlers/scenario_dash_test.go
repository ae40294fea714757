package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
)

// nextMonday is an hour of the Monday after a moment, in London.
func nextMonday(after time.Time, hour, minute int) time.Time {
	d := after.In(models.London()).AddDate(0, 0, 1)
	for d.Weekday() != time.Monday {
		d = d.AddDate(0, 0, 1)
	}
	return time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, models.London())
}

// TestAHighRiskFormSuggestsAMARACAndNobodyIsCalledOutsideTheirSlot is the second
// worked scenario of domain.md 8, over the API: domestic abuse, 16 on the DASH, a
// phone that the person responsible uses too, safe on Mondays from 10 to 12.
func TestAHighRiskFormSuggestsAMARACAndNobodyIsCalledOutsideTheirSlot(t *testing.T) {
	t.Parallel()
	s := open(t)
	ask := func(who, method, path, body string, want int) []byte {
		t.Helper()
		w := s.do(t, call{who: who, method: method, path: path, body: body, headers: header{"Idempotency-Key": uuid.NewString()}})
		if w.Code != want {
			t.Fatalf("%s %s %s: got %d %s, want %d", who, method, path, w.Code, w.Body, want)
		}
		return w.Body.Bytes()
	}
	id := func(raw []byte) string {
		t.Helper()
		var out struct{ ID string }
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		return out.ID
	}
	caseID := id(ask("police", "POST", "/api/v1/cases", aCase(
		`{"channel":"phone","value":"07700 900123","safe":true,"windows":[{"day":"tue","from":"10:00","to":"12:00"}]}`,
		`{"channel":"phone","value":"07700 900123","safe":true,"leave_message":"no","note":"He looks at this phone too.","windows":[{"day":"mon","from":"10:00","to":"12:00"}]},{"channel":"text","safe":"no"}`,
	), http.StatusCreated))

	// The form: 16 are yes, the rest was not asked; the judgement stands apart.
	d, _ := models.FindForm(models.Forms(), "dash")
	answers := map[string]string{}
	for _, q := range d.Questions()[:16] {
		answers[q.Key] = models.FormYes
	}
	form := doc("form", "dash", "filled_on", models.Today(s.Clock.Now()).Format(time.DateOnly), "answers", answers, "judgement", "medium", "words", "He is calm in front of officers.")
	var entry struct {
		ID       string
		Score    int
		Suggests []string `json:"suggests_marac"`
		Answers  map[string]string
	}
	if err := json.Unmarshal(ask("police", "POST", "/api/v1/cases/"+caseID+"/forms", form, http.StatusCreated), &entry); err != nil {
		t.Fatal(err)
	}
	if entry.Score != 16 || fmt.Sprint(entry.Suggests) != "[score]" || entry.Answers["police"] != models.FormNotAsked {
		t.Errorf("16 on the DASH: got %+v, want a MARAC suggested by the score", entry)
	}

	// The adviser is asked at once, and told the score where the risk is shared.
	service := s.Service(testkit.ServiceIDVA)
	refer := func(fields []string) string {
		t.Helper()
		agreed := id(ask("police", "POST", "/api/v1/cases/"+caseID+"/sharing-decisions", doc("receiver_organisation_id", service.OrgID, "purpose", "support", "basis", "agreement", "method", "spoken",
			"fields", append([]string{"borough", "safe_contact"}, fields...)), http.StatusCreated))
		r := id(ask("police", "POST", "/api/v1/cases/"+caseID+"/referrals", doc("service_id", service.ID, "pathway", "vawg", "priority", "high", "sharing_decision_id", agreed,
			"answers", map[string]any{"asked_for": "idva", "risk_tool": "dash", "suspect_access": "uses_device"}, "shared_fields", append([]string{"borough"}, fields...)), http.StatusCreated))
		s.acted(t, "police", r, "submit", "", "submitted")
		return r
	}
	without := refer(nil)
	if got := string(ask("vawg", "GET", "/api/v1/referrals/"+without, "", http.StatusOK)); strings.Contains(got, "DASH risk form") || strings.Contains(got, "16 of 24") {
		t.Errorf("what makes the risk was not shared, and the service reads %s", got)
	}
	s.acted(t, "police", without, "withdraw", `{"reason":"sent_in_error"}`, "withdrawn")
	referral := refer([]string{"risk_assessment"})
	got := string(ask("vawg", "GET", "/api/v1/referrals/"+referral, "", http.StatusOK))
	if !strings.Contains(got, "16 of 24 answered yes") || !strings.Contains(got, "Professional judgement: medium") {
		t.Errorf("the adviser is not told the score and the judgement: %s", got)
	}
	for _, never := range []string{"strangled", "calm in front of officers", "injured"} {
		if strings.Contains(got, never) {
			t.Errorf("the adviser reads an answer of the form: %q", never)
		}
	}
	if n := s.Count(t, "select count(*) from outbox where referral_id = $1", referral); n == 0 {
		t.Error("the adviser's team is told of nothing")
	}
	s.acted(t, "vawg", referral, "accept", doc("worker_id", s.Person("vawg").ID), "accepted")

	// No text, nothing outside the slot; inside it, a call. No message is left.
	plan := func(channel string, at time.Time, want int) {
		t.Helper()
		ask("vawg", "POST", "/api/v1/cases/"+caseID+"/contact-plans", doc("channel", channel, "at", at), want)
	}
	plan("text", nextMonday(s.Clock.Now(), 10, 30), http.StatusUnprocessableEntity)
	plan("email", nextMonday(s.Clock.Now(), 10, 30), http.StatusUnprocessableEntity)
	plan("phone", nextMonday(s.Clock.Now(), 14, 0), http.StatusUnprocessableEntity)
	plan("phone", nextMonday(s.Clock.Now(), 10, 30), http.StatusCreated)
	if got := string(ask("vawg", "GET", "/api/v1/referrals/"+referral, "", http.StatusOK)); !strings.Contains(got, `"leave_message":false,"windows":[{"day":"mon"`) {
		t.Errorf("the adviser is not told to leave no message: %s", got)
	}
	s.Clock.Advance(nextMonday(s.Clock.Now(), 10, 30).Sub(s.Clock.Now()))
	s.acted(t, "vawg", referral, "record-contact", `{"channel":"phone","outcome":"reached"}`, "in_progress")

	// Her own form is hers: the police read theirs, and not this one.
	worse := doc("form", "dash", "filled_on", models.Today(s.Clock.Now()).Format(time.DateOnly), "answers", answers, "judgement", "high")
	ask("vawg", "POST", "/api/v1/referrals/"+referral+"/forms", worse, http.StatusCreated)
	ask("police", "GET", "/api/v1/referrals/"+referral+"/forms", "", http.StatusForbidden)
	ask("vawg", "GET", "/api/v1/cases/"+caseID+"/forms", "", http.StatusNotFound)
	if got := string(ask("police", "GET", "/api/v1/cases/"+caseID+"/forms", "", http.StatusOK)); strings.Count(got, `"form":"dash"`) != 1 {
		t.Errorf("the police read %s, want their own form alone", got)
	}
}
