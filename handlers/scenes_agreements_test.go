package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		return map[string]func(setting) scene{
			"GET /api/v1/agreements/{id}": func(s setting) scene {
				id := s.agreement(s.t, testkit.OrgVictims, testkit.OrgWitnessCare, 400).String()
				return scene{who: "orgadmin", id: id, path: "/api/v1/agreements/" + id}
			},
			"POST /api/v1/agreements": func(s setting) scene {
				return scene{
					who: "orgadmin", path: "/api/v1/agreements",
					body: doc("with_organisation_id", s.Org(testkit.OrgWitnessCare).ID, "pathways", []string{"general"}, "basis", "public_task", "reference", "DSA 7", "signed_on", "2026-01-05", "expires_on", "2027-01-04"),
				}
			},
			"POST /api/v1/agreements/{id}/end": func(s setting) scene {
				id := s.agreement(s.t, testkit.OrgVictims, testkit.OrgWitnessCare, 400).String()
				return scene{who: "privacy", id: id, path: "/api/v1/agreements/" + id + "/end", body: `{"reason":"Replaced."}`, version: 1}
			},
		}
	})
}

// agreement plants an agreement of an organisation, with another or ("") with
// all, whose last day is so many days from now.
func (s *site) agreement(t testing.TB, of, with string, days int) uuid.UUID {
	t.Helper()
	id := models.NewID()
	var other *uuid.UUID
	if with != "" {
		other = &s.Org(with).ID
	}
	today := models.Today(s.Clock.Now())
	s.Do(t, `insert into data_sharing_agreements (id, org_id, with_org_id, basis, reference, signed_on, expires_on, recorded_by, recorded_by_role, recorded_at)
		values ($1, $2, $3, 'public_task', 'DSA', $4, $5, $6, 'organisation_admin', $7)`, id, s.Org(of).ID, other, today.AddDate(-2, 0, 0), today.AddDate(0, 0, days), s.Person("orgadmin").ID, s.Clock.Now())
	if err := s.deps.Directory.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	return id
}

// refers tries to begin a referral of the police to a service, and returns the
// code of why not.
func (s setting) refers(service string) string {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"))
	m := s.Service(service)
	_, err := s.deps.Referrals.Create(s.As("police"), referrals.CreateInput{
		CaseID: c.ID, ServiceID: m.ID, SharingDecisionID: s.Agreement(s.t, c, m.OrgID), SharedFields: []string{"borough"},
	})
	for _, f := range models.FieldsOf(err) {
		return f.Code
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return ""
}

func TestNothingNewIsReferredOnceAnAgreementHasExpired(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := setting{s, t}
	live, draft := v.sent(), v.draft()
	today := 0
	for _, step := range []struct {
		name     string
		of, with string
		days     int
		want     string
	}{
		{"none on record", "", "", 0, ""},
		{"one with somebody else", testkit.OrgVAWG, testkit.OrgRefuge, -1, ""},
		{"one that holds to its last day, today", testkit.OrgVAWG, testkit.OrgPolice, today, ""},
		{"one more, that is past", testkit.OrgVAWG, "", -1, ""},
	} {
		if step.of != "" {
			s.agreement(t, step.of, step.with, step.days)
		}
		if got := v.refers(testkit.ServiceIDVA); got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
	s.Clock.Advance(24 * time.Hour)
	if got := v.refers(testkit.ServiceIDVA); got != "agreement_expired" {
		t.Errorf("the day after: got %q, want it refused", got)
	}
	if got := v.refers(testkit.ServiceRefuge); got != "" {
		t.Errorf("to somebody else: got %q, want it sent", got)
	}
	w := s.do(t, call{who: "police", method: "GET", path: "/api/v1/services?pathway=vawg"})
	if !strings.Contains(w.Body.String(), "The data-sharing agreement of "+s.Org(testkit.OrgVAWG).Name+" ended on") {
		t.Errorf("the directory does not say why: %.600s", w.Body)
	}
	if w := s.do(t, call{who: "police", method: "POST", path: "/api/v1/referrals/" + draft.ID.String() + "/submit", headers: header{"Idempotency-Key": "s", "If-Match": `"1"`}}); w.Code != 422 || !strings.Contains(w.Body.String(), "agreement_expired") {
		t.Errorf("a draft of before: got %d %s, want it refused", w.Code, w.Body)
	}
	v.must("vawg", live, models.ActAccept, referrals.ActionInput{WorkerID: s.Person("vawg").ID}) // what was sent goes on
	s.agreement(t, testkit.OrgVAWG, testkit.OrgPolice, 300)
	if got := v.refers(testkit.ServiceIDVA); got != "" {
		t.Errorf("another on record: got %q, want it sent", got)
	}
	s.agreement(t, testkit.OrgPolice, "", -3)
	if got := v.refers(testkit.ServiceIDVA); got != "agreement_expired" {
		t.Errorf("the referrer's own has expired: got %q, want it refused", got)
	}
}

func TestAnAgreementIsRecordedAndEndedOnItsPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.visit(t, "orgadmin", "GET", "/agreements", nil, 200, "None is on record")
	form := url.Values{
		"with_organisation_id": {s.Org(testkit.OrgPolice).ID.String()}, "pathways": {"general"}, "basis": {"public_task"}, "reference": {"DSA 2026/14"},
		"signed_on-day": {"5"}, "signed_on-month": {"1"}, "signed_on-year": {"2026"}, "expires_on-day": {"31"}, "expires_on-month": {"2"}, "expires_on-year": {"2026"},
	}
	s.visit(t, "orgadmin", "POST", "/agreements/new", form, 422, "The last day must be a real date", `value="DSA 2026/14"`)
	form["expires_on-day"], form["expires_on-year"] = []string{"1"}, []string{"2025"}
	s.visit(t, "orgadmin", "POST", "/agreements/new", form, 422, "must not be before the day it was signed")
	s.visit(t, "orgadmin", "POST", "/agreements/new", url.Values{}, 422, "Select what the sharing rests on", "Enter the last day it holds", "Enter where the signed agreement is found")
	soon := models.Today(s.Clock.Now()).AddDate(0, 0, 20)
	form["expires_on-day"], form["expires_on-month"], form["expires_on-year"] = []string{soon.Format("2")}, []string{soon.Format("1")}, []string{soon.Format("2006")}
	s.visit(t, "orgadmin", "POST", "/agreements/new", form, http.StatusSeeOther)
	page := s.visit(t, "privacy", "GET", "/agreements", nil, 200, "DSA 2026/14", "Ends soon", "1 agreement ends within 30 days")
	at := "/agreements/" + strings.Split(strings.SplitAfter(page, `href="/agreements/`)[len(strings.SplitAfter(page, `href="/agreements/`))-1], `"`)[0]
	s.visit(t, "orgadmin", "GET", at, nil, 200, "A public task", "by Carys Penhale")
	s.visit(t, "orgadmin", "POST", at, url.Values{"version": {"1"}}, 422, "Say why it ends")
	s.visit(t, "orgadmin", "POST", at, url.Values{"version": {"1"}, "reason": {"Replaced."}}, http.StatusSeeOther)
	s.visit(t, "orgadmin", "POST", at, url.Values{"version": {"1"}, "reason": {"Replaced."}}, http.StatusConflict)
	s.visit(t, "orgadmin", "GET", at, nil, 200, "Ended early", "Replaced.")
	s.visit(t, "police", "GET", "/agreements", nil, http.StatusForbidden)
	for _, action := range []string{"agreement.recorded", "agreement.ended"} {
		if n := s.Count(t, "select count(*) from audit_events where action = $1", action); n != 1 {
			t.Errorf("the trail has %d of %s, want one", n, action)
		}
	}
	theirs := s.agreement(t, testkit.OrgPolice, testkit.OrgVAWG, 10)
	s.visit(t, "orgadmin", "GET", "/agreements/"+theirs.String(), nil, http.StatusNotFound)
	withUs := s.agreement(t, testkit.OrgPolice, testkit.OrgVictims, 10)
	s.visit(t, "orgadmin", "GET", "/agreements/"+withUs.String(), nil, 200)
	s.visit(t, "orgadmin", "POST", "/agreements/"+withUs.String(), url.Values{"version": {"1"}, "reason": {"No."}}, http.StatusForbidden)
}

func TestThePrivacyOfficerIsToldBeforeAnAgreementEnds(t *testing.T) {
	t.Parallel()
	s := open(t)
	alerted := func() int {
		t.Helper()
		if _, err := s.deps.Alerts.Watch(s.System(), time.Minute); err != nil {
			t.Fatal(err)
		}
		return s.Count(t, "select count(*) from alerts where kind = 'agreement_ends' and org_id = $1", s.Org(testkit.OrgVictims).ID)
	}
	s.agreement(t, testkit.OrgVictims, testkit.OrgPolice, 31)
	s.agreement(t, testkit.OrgVictims, testkit.OrgVAWG, 10)
	s.agreement(t, testkit.OrgVictims, testkit.OrgVAWG, 400) // follows it
	s.agreement(t, testkit.OrgVAWG, testkit.OrgVictims, 10)
	s.agreement(t, testkit.OrgVAWG, "", 400) // follows it too
	if n := alerted(); n != 0 {
		t.Errorf("got %d alerts a day early, or for one that another follows", n)
	}
	s.Clock.Advance(24 * time.Hour)
	if n := alerted(); n != 1 {
		t.Errorf("got %d alerts 30 days before, want one", n)
	}
	if n := alerted(); n != 1 {
		t.Errorf("got %d alerts at the second look, want one still", n)
	}
	s.visit(t, "privacy", "GET", "/alerts", nil, 200, "A data-sharing agreement ends soon", "30 days before its last day")
}
