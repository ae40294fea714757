package handlers

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
)

type readReferral struct {
	ID, Reference, Status, Shown string
	Version                      int
	Shared                       map[string]any
	AllowedActions               []string `json:"allowed_actions"`
	SafeContact                  *struct {
		Channels []struct{ Channel, Value string }
		CodeWord string `json:"code_word"`
	} `json:"safe_contact"`
	Clocks []struct {
		Rule, State string
		Pauses      []struct{ Reason string }
	}
	Attempt *struct {
		Counted        bool
		SafetyIncident bool `json:"safety_incident"`
	}
	NextReferralID string `json:"next_referral_id"`
}

// drafted makes a case and a draft of it to a service, over the API.
func (s *site) drafted(t *testing.T, service string) (testkit.CaseFacts, readReferral) {
	t.Helper()
	c := s.Case(t, s.As("police"))
	to := s.Service(service)
	body := fmt.Sprintf(`{"service_id":%q,"pathway":%q,"answers":{"risk_tool":"dash"},"shared_fields":["borough","incident_summary"],
		"shared_after_acceptance":["given_name"],"sharing_decision_id":%q,"priority":"medium"}`, to.ID, to.Pathway, s.Agreement(t, c, to.OrgID))
	w := s.post(t, "police", "/api/v1/cases/"+c.ID.String()+"/referrals", body, "draft-"+c.ID.String())
	if w.Code != 201 || w.Header().Get("ETag") != `"1"` {
		t.Fatalf("making a draft: got %d %s", w.Code, w.Body)
	}
	return c, read[readReferral](t, w)
}

// act takes an action with the version as it stands and a key of its own.
func (s *site) act(t *testing.T, who, id, action, body string) *httptest.ResponseRecorder {
	t.Helper()
	version := s.Count(t, "select version from referrals where id = $1", id)
	return s.do(t, call{who: who, method: "POST", path: "/api/v1/referrals/" + id + "/" + action, body: body, headers: header{
		"Idempotency-Key": uuid.NewString(), "If-Match": fmt.Sprintf("%q", fmt.Sprint(version)),
	}})
}

func (s *site) acted(t *testing.T, who, id, action, body, want string) readReferral {
	t.Helper()
	w := s.act(t, who, id, action, body)
	if w.Code != 200 {
		t.Fatalf("%s by %s: got %d %s", action, who, w.Code, w.Body)
	}
	r := read[readReferral](t, w)
	if r.Status != want || w.Header().Get("ETag") != fmt.Sprintf("%q", fmt.Sprint(r.Version)) {
		t.Errorf("%s by %s: got %s with tag %s, want %s", action, who, r.Status, w.Header().Get("ETag"), want)
	}
	return r
}

func TestEveryActionOnAReferralOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	worker := fmt.Sprintf(`{"worker_id":%q,"note":"With care"}`, s.Person("vawg").ID)
	soon := s.Clock.Now().AddDate(0, 0, 7).Format(time.DateOnly)
	wait := fmt.Sprintf(`{"reason":"no_capacity","review_on":%q,"interim_advice_given":true}`, soon)
	hold := fmt.Sprintf(`{"reason":"health","review_on":%q}`, soon)
	const (
		contact = `{"channel":"phone","outcome":"reached","said":"She is well."}`
		done    = `{"outcomes":[{"need":"health","start":2,"end":4}],"report":"Safety plan made."}`
		refuse  = `{"reason":"no_capacity","decided_by":"provider","note":"Full until May"}`
	)
	type step struct{ who, action, body, want string }
	lives := map[string][]step{
		"worked to the end, ended again and opened again": {
			{"police", "submit", "", "submitted"},
			{"vawg", "acknowledge", "{}", "acknowledged"},
			{"vawg", "request-info", `{"questions":["Which evenings?"]}`, "info_requested"},
			{"police", "answer-info", `{"answers":["Mondays"]}`, "acknowledged"},
			{"vawg", "accept", worker, "accepted"},
			{"vawg", "assign", `{"team":"Duty team"}`, "accepted"},
			{"vawg", "record-contact", contact, "in_progress"},
			{"vawg", "hold", hold, "on_hold"},
			{"vawg", "resume", "", "in_progress"},
			{"vawg", "complete", done, "completed"},
			{"vawg.manager", "reopen", `{"reason":"victim_came_back"}`, "in_progress"},
			{"vawg", "end-early", `{"reason":"victim_ended","decided_by":"victim"}`, "ended_early"},
		},
		"waited, proposed, sent back, proposed and agreed": {
			{"police", "submit", `{"note":"Please hurry"}`, "submitted"},
			{"vawg", "waitlist", wait, "waitlisted"},
			{"vawg", "propose-decline", refuse, "decline_proposed"},
			{"coordinator", "return-decline", `{"reason":"There is a place on Tuesdays"}`, "waitlisted"},
			{"vawg", "propose-decline", refuse, "decline_proposed"},
			{"coordinator", "uphold-decline", `{"next_step":"Lantern has a place"}`, "declined"},
		},
		"declined":                  {{"police", "submit", "", "submitted"}, {"vawg", "decline", refuse, "declined"}},
		"accepted and not":          {{"police", "submit", "", "submitted"}, {"vawg", "accept", worker, "accepted"}, {"vawg.manager", "undo-accept", "", "acknowledged"}},
		"withdrawn and known to be": {{"police", "submit", "", "submitted"}, {"police", "withdraw", `{"reason":"victim_changed_mind"}`, "withdrawn"}, {"vawg", "acknowledge-withdrawal", "", "withdrawn"}},
		"entered in error":          {{"police", "submit", "", "submitted"}, {"police.manager", "void", `{"reason":"wrong_person"}`, "entered_in_error"}},
	}
	for name, steps := range lives {
		_, r := s.drafted(t, testkit.ServiceIDVA)
		for _, st := range steps {
			s.acted(t, st.who, r.ID, st.action, st.body, st.want)
		}
		w := s.do(t, call{who: "police", method: "GET", path: "/api/v1/referrals/" + r.ID + "/history"})
		want := len(steps)
		if steps[want-1].action == "void" {
			want = 0 // a shell is left
		}
		if got := strings.Count(w.Body.String(), `"action"`); w.Code != 200 || got != want {
			t.Errorf("%s: got %d steps of history, want %d", name, got, want)
		}
		if w := s.do(t, call{who: "police", method: "GET", path: "/api/v1/referrals/" + r.ID + "/clocks"}); w.Code != 200 || !strings.Contains(w.Body.String(), `"K23"`) {
			t.Errorf("%s: got clocks %d %s", name, w.Code, w.Body)
		}
	}
}

func TestAReferralIsMovedAndNotReachedOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	c, r := s.drafted(t, testkit.ServiceIDVA)
	s.acted(t, "police", r.ID, "submit", "", "submitted")
	to := s.Service(testkit.ServiceLantern)
	s.acted(t, "vawg", r.ID, "reroute", fmt.Sprintf(`{"service_id":%q,"reason":"out_of_area"}`, to.ID), "submitted")
	moved := s.acted(t, "police", r.ID, "reroute", fmt.Sprintf(`{"service_id":%q,"sharing_decision_id":%q,"reason":"out_of_area"}`, to.ID, s.Agreement(t, c, to.OrgID)), "rerouted")
	s.acted(t, "lantern", moved.NextReferralID, "accept", fmt.Sprintf(`{"worker_id":%q}`, s.Person("lantern").ID), "accepted")
	got := s.acted(t, "lantern", moved.NextReferralID, "record-contact", `{"channel":"text","outcome":"no_answer"}`, "accepted")
	if got.Attempt == nil || got.Attempt.Counted || !got.Attempt.SafetyIncident {
		t.Errorf("got %+v, want a safety incident", got.Attempt)
	}
	w := s.act(t, "lantern", moved.NextReferralID, "not-engaged", `{"reason":"no_answer"}`)
	if w.Code != 422 || !strings.Contains(w.Body.String(), `"attempts"`) {
		t.Errorf("got %d %s, want the attempts that are missing", w.Code, w.Body)
	}
}

func TestTheReceiverReadsWhatIsSharedAndTheBoxesHoldIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, r := s.drafted(t, testkit.ServiceIDVA)
	s.acted(t, "police", r.ID, "submit", "", "submitted")
	get := func(who string) *httptest.ResponseRecorder {
		return s.do(t, call{who: who, method: "GET", path: "/api/v1/referrals/" + r.ID})
	}
	before := read[readReferral](t, get("vawg"))
	if before.Shared["borough"] == nil || before.Shared["given_name"] != nil || before.Shared["answers"] == nil || before.SafeContact.CodeWord != "" {
		t.Errorf("got %v before acceptance", before.Shared)
	}
	s.acted(t, "vawg", r.ID, "accept", fmt.Sprintf(`{"worker_id":%q}`, s.Person("vawg").ID), "accepted")
	if after := read[readReferral](t, get("vawg")); after.Shared["given_name"] != "Zephyrine" || after.SafeContact.CodeWord != "marigold" {
		t.Errorf("got %v after acceptance", after.Shared)
	}
	if w := get("refuge"); w.Code != 404 {
		t.Errorf("got %d for another organisation, want 404", w.Code)
	}
	for path, want := range map[string]int{
		"/api/v1/referrals": 1, "/api/v1/referrals?box=inbox&status=accepted&pathway=vawg&overdue=false&limit=5": 1, "/api/v1/referrals?status=submitted": 0,
	} {
		list := read[struct{ Items []struct{ ID string } }](t, s.do(t, call{who: "vawg", method: "GET", path: path}))
		if len(list.Items) != want {
			t.Errorf("%s: got %d, want %d", path, len(list.Items), want)
		}
	}
	if w := s.do(t, call{who: "vawg", method: "GET", path: "/api/v1/referrals?cursor=nonsense"}); w.Code != 400 {
		t.Errorf("got %d for a cursor that is none, want 400", w.Code)
	}
}

func TestServicesSayWhyAndPlansGoThroughTheGateOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("police"))
	list := read[struct {
		Items []struct {
			Name     string
			Eligible bool
			Reasons  []struct{ Code, Words string }
		}
	}](t, s.do(t, call{who: "police", method: "GET", path: "/api/v1/services?pathway=vawg&case_id=" + c.ID.String()}))
	why := map[string]string{}
	for _, it := range list.Items {
		if !it.Eligible {
			why[it.Name] = it.Reasons[0].Code
		}
	}
	if len(list.Items) != 8 || why["Lantern drop-in"] != "closed" || why["Sexual violence advocacy"] != "not_eligible_offence_or_need" {
		t.Errorf("got %d services, not eligible %v", len(list.Items), why)
	}
	plan := func(channel string, at time.Time) *httptest.ResponseRecorder {
		body, _ := json.Marshal(map[string]any{"channel": channel, "at": at})
		return s.post(t, "police", "/api/v1/cases/"+c.ID.String()+"/contact-plans", string(body), uuid.NewString())
	}
	if w := plan("phone", s.Clock.Now().Add(time.Hour)); w.Code != 201 {
		t.Errorf("got %d %s, want a plan", w.Code, w.Body)
	}
	if w := plan("text", s.Clock.Now().Add(time.Hour)); w.Code != 422 || !strings.Contains(w.Body.String(), "not marked safe") {
		t.Errorf("got %d %s, want a refusal in words", w.Code, w.Body)
	}
}
