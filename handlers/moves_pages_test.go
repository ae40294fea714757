package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

// pageOf is the last part of the address at which a page takes an action.
func pageOf(a models.Action) string {
	if other, ok := map[models.Action]string{
		models.ActRequestInfo: "question", models.ActAnswerInfo: "answer", models.ActWaitlist: "wait", models.ActUpholdDecline: "uphold",
		models.ActReturnDecline: "send-back", models.ActEndEarly: "end", models.ActNotEngaged: "not-reached", models.ActRecordContact: "contact",
		models.ActReroute: "move",
	}[a]; ok {
		return other
	}
	return string(a)
}

// TestEveryActionThatIsAllowedHasAPageAndNoOther opens referrals in every state
// as everybody on either side: what may be done, and nothing else, can be
// reached from the referral's page.
func TestEveryActionThatIsAllowedHasAPageAndNoOther(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	met := map[models.Action]bool{}
	for _, v := range []referrals.View{
		set.draft(), set.sent(), set.asked(), set.accepted(), set.reached(), set.held(), set.owing(), set.withdrawn(), set.completed(), set.proposed(), set.sentTo(testkit.ServiceReviewed),
		set.must("police.manager", set.sent(), models.ActVoid, referrals.ActionInput{Reason: reasonOf(models.ActVoid)}),
	} {
		for _, who := range []string{"police", "police.manager", "vawg", "vawg.manager", "coordinator"} {
			seen, err := s.deps.Referrals.Get(s.As(who), v.ID)
			if models.CodeOf(err) == models.CodeNotFound {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			page := s.as(t, who).see("/referrals/"+v.Reference, http.StatusOK)
			service := s.Service(testkit.ServiceIDVA)
			for action := range actions() {
				allowed := slices.Contains(seen.AllowedActions, action)
				if action == models.ActProposeDecline && seen.Service.ID == service.ID {
					allowed = false // its declines are not reviewed: it declines
				}
				met[action] = met[action] || allowed
				if led := strings.Contains(page, `/referrals/`+v.Reference+`/`+pageOf(action)+`"`); led != allowed {
					t.Errorf("%s, as %s: the page of %s leads to %s: %v, allowed: %v", v.Status, who, v.Reference, action, led, allowed)
				}
			}
		}
	}
	for action := range actions() {
		if !met[action] {
			t.Errorf("nobody met %s", action)
		}
	}
}

// moveByPage goes the referrer's way to another service, up to its last page.
func moveByPage(t *testing.T, police visitor, path string, to *models.Service) (check, page string) {
	t.Helper()
	leads := police.leads(path + "/move")
	if !strings.HasSuffix(leads, "/refer/service") {
		t.Fatalf("moving begins at %s", leads)
	}
	base := strings.TrimSuffix(leads, "/service")
	if !strings.Contains(police.see(leads, http.StatusOK), "Move referral R-") {
		t.Error("the choice of a service does not say what is moved")
	}
	if to := police.leads(base + "/need"); to != base+"/service" {
		t.Errorf("the need of a referral that was sent can be changed: got %q", to)
	}
	police.send(base+"/service", url.Values{"service": {to.ID.String()}}, http.StatusSeeOther)
	police.send(base+"/agreement", url.Values{"basis": {"agreement"}, "method": {"spoken"}}, http.StatusSeeOther)
	share := police.see(base+"/share", http.StatusOK)
	if !strings.Contains(share, `value="borough" checked`) || strings.Contains(share, `value="risk_assessment"`) {
		t.Error("what can be shared is not what was shared before")
	}
	police.send(base+"/share", url.Values{"first": {"borough", "risk_assessment"}}, http.StatusSeeOther)
	return base + "/check", police.see(base+"/check", http.StatusOK)
}

// leads is where a page sends its reader.
func (v visitor) leads(path string) string {
	v.t.Helper()
	w := v.do(v.t, call{who: v.who, method: http.MethodGet, path: path})
	if w.Code != http.StatusSeeOther {
		v.t.Fatalf("%s: GET %s: got %d, want 303\n%.600s", v.who, path, w.Code, text(w))
	}
	return w.Header().Get("Location")
}

func TestAReferralIsMovedToAnotherServiceOnPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	police, vawg := s.as(t, "police"), s.as(t, "vawg")
	set := setting{s, t}
	to := s.Service(testkit.ServiceLantern)
	path := "/referrals/" + set.sent().Reference

	form := vawg.see(path+"/move", http.StatusOK)
	fields := url.Values{"version": {version(t, form)}, "note": {"They could start on Monday"}}
	_, again := vawg.send(path+"/move", fields, http.StatusUnprocessableEntity)
	if !strings.Contains(again, "Select a service") || !strings.Contains(again, "Select a reason") || !strings.Contains(again, "They could start on Monday") {
		t.Error("the page does not name what is missing and keep what was typed")
	}
	fields.Set("service", to.ID.String())
	fields.Set("reason", "out_of_area")
	vawg.send(path+"/move", fields, http.StatusSeeOther)
	if page := police.see(path, http.StatusOK); !strings.Contains(page, "Another service suggested") || !strings.Contains(page, to.Name) {
		t.Error("the referrer does not see what was suggested")
	}

	check, page := moveByPage(t, police, path, to)
	if !strings.Contains(page, `value="out_of_area" checked`) {
		t.Error("the suggested reason is not chosen")
	}
	if _, again := police.send(check, url.Values{"reason": {""}, "note": {"She said so"}}, http.StatusUnprocessableEntity); !strings.Contains(again, "She said so") {
		t.Error("the last page does not keep what was typed")
	}
	leads, _ := police.send(check, url.Values{"reason": {"out_of_area"}}, http.StatusSeeOther)
	if !strings.Contains(police.see(leads, http.StatusOK), "takes its place") {
		t.Error("the page after moving does not say what became of the first")
	}
	next := strings.TrimSuffix(leads, "/sent")
	if old := police.see(path, http.StatusOK); !strings.Contains(old, "Moved to another service") || !strings.Contains(old, next) {
		t.Error("the first referral does not lead to the one in its place")
	}
	vawg.see(path, http.StatusNotFound)
	vawg.see(next, http.StatusNotFound)
	got := s.as(t, "lantern").see(next, http.StatusOK)
	if !strings.Contains(got, "Hackney") || strings.Contains(got, "threatened") {
		t.Error("the new service is not shown exactly what the fresh decision allows")
	}
}

func TestNothingIsSharedForAMoveThatComesTooLate(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.sent()
	check, _ := moveByPage(t, s.as(t, "police"), "/referrals/"+v.Reference, s.Service(testkit.ServiceLantern))
	set.must("vawg", v, models.ActAccept, referrals.ActionInput{WorkerID: s.Person("vawg").ID})
	before := s.Count(t, "select count(*) from sharing_decisions")
	if _, page := s.as(t, "police").send(check, url.Values{"reason": {"out_of_area"}}, http.StatusConflict); !strings.Contains(page, "has changed since you began") {
		t.Error("the referrer is not told that the service has accepted meanwhile")
	}
	if after := s.Count(t, "select count(*) from sharing_decisions"); after != before {
		t.Errorf("%d decisions to share were recorded for a move that was refused", after-before)
	}
}

func TestACoordinatorMovesAReferralWhereTheReferrerHasAgreed(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.proposed()
	path, coordinator := "/referrals/"+v.Reference, s.as(t, "coordinator")
	to := s.Service(testkit.ServiceLantern)
	if page := coordinator.see(path+"/move", http.StatusOK); strings.Contains(page, to.ID.String()) || !strings.Contains(page, "has not recorded an agreement") {
		t.Error("a service that nothing may be shared with can be chosen")
	}
	set.agree(v.CaseID, to.OrgID)
	set.agree(v.CaseID, s.Org(testkit.OrgVictims).ID)
	page := coordinator.see(path+"/move", http.StatusOK)
	if !strings.Contains(page, to.ID.String()) {
		t.Fatal("the service that the referrer agreed to share with cannot be chosen")
	}
	for _, c := range []struct{ form url.Values }{
		{url.Values{"reason": {"out_of_area"}}},
		{url.Values{"reason": {"out_of_area"}, "service": {"not a service"}}},
		{url.Values{"service": {to.ID.String()}}},
	} {
		c.form.Set("version", version(t, page))
		coordinator.send(path+"/move", c.form, http.StatusUnprocessableEntity)
	}
	elsewhere := set.accepted()
	set.agree(elsewhere.CaseID, to.OrgID)
	// Of its own receiver and of the other; not of the one that gives other help.
	for id, want := range map[uuid.UUID]int{v.ID: 2, elsewhere.ID: 0, uuid.New(): 0} {
		if agreed, err := s.deps.Referrals.Agreed(s.As("coordinator"), id); err != nil || len(agreed) != want {
			t.Errorf("a coordinator is told of %d agreements, want %d: only those for this kind of help, of a referral before it (%v)", len(agreed), want, err)
		}
	}
	if _, err := s.deps.Referrals.Agreed(s.As("vawg"), v.ID); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a service learns what else was agreed: %v", err)
	}
	leads, _ := coordinator.send(path+"/move", url.Values{"version": {version(t, page)}, "service": {to.ID.String()}, "reason": {"out_of_area"}}, http.StatusSeeOther)
	if !strings.Contains(coordinator.see(leads, http.StatusOK), "Moved.") {
		t.Errorf("the coordinator lands on %s", leads)
	}
	coordinator.see(path, http.StatusNotFound)
}

func TestWhatEndedIsOpenedAgainOrMarkedAsAMistakeByItsManager(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	ended := "/referrals/" + set.completed().Reference
	manager, worker := s.as(t, "vawg.manager"), s.as(t, "vawg")
	worker.send(ended+"/reopen", url.Values{"reason": {"victim_came_back"}}, http.StatusForbidden)
	worker.see(ended+"/reopen", http.StatusConflict)
	s.as(t, "refuge.manager").see(ended+"/reopen", http.StatusNotFound)
	form := manager.see(ended+"/reopen", http.StatusOK)
	if _, again := manager.send(ended+"/reopen", url.Values{"version": {version(t, form)}, "reason": {"other"}, "note": {""}}, http.StatusUnprocessableEntity); !strings.Contains(again, "Say what the reason was") {
		t.Error("another reason needs no words")
	}
	manager.send(ended+"/reopen", url.Values{"version": {version(t, form)}, "reason": {"victim_came_back"}}, http.StatusSeeOther)
	if !strings.Contains(worker.see(ended, http.StatusOK), "Opened again") {
		t.Error("the page does not say that it was opened again")
	}

	mistake := "/referrals/" + set.sent().Reference
	form = s.as(t, "police.manager").see(mistake+"/void", http.StatusOK)
	s.as(t, "police").send(mistake+"/void", url.Values{"reason": {"duplicate"}}, http.StatusForbidden)
	leads, _ := s.as(t, "police.manager").send(mistake+"/void", url.Values{"version": {version(t, form)}, "reason": {"duplicate"}}, http.StatusSeeOther)
	page := s.as(t, "police.manager").see(leads, http.StatusOK)
	if !strings.Contains(page, "entered in error") || strings.Contains(page, "threatened") {
		t.Error("the referrer still reads what was shared, or is not told")
	}
	worker.see(mistake, http.StatusNotFound)
	leads, _ = manager.send("/referrals/"+set.sent().Reference+"/void", url.Values{"reason": {"wrong_person"}}, http.StatusSeeOther)
	if leads != "/inbox?done=void" {
		t.Errorf("who no longer sees it lands on %s", leads)
	}
}

func TestAnOrganisationThatRefersToItselfAcceptsOnPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	c := s.Case(t, s.As("vawg"))
	to := s.Service(testkit.ServiceIDVA)
	made, err := s.deps.Referrals.Create(s.As("vawg"), referrals.CreateInput{
		CaseID: c.ID, ServiceID: to.ID, Pathway: to.Pathway, SharedFields: []string{"borough"}, SharingDecisionID: s.Agreement(t, c, to.OrgID),
	})
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	path := "/referrals/" + set.must("vawg", made, models.ActSubmit, referrals.ActionInput{}).Reference
	vawg := s.as(t, "vawg")
	if !strings.Contains(vawg.see(path, http.StatusOK), path+"/accept") {
		t.Fatal("the page does not lead to accepting")
	}
	form := vawg.see(path+"/accept", http.StatusOK)
	if _, again := vawg.send(path+"/accept", url.Values{"version": {version(t, form)}}, http.StatusUnprocessableEntity); !strings.Contains(again, "Select who will make first contact") {
		t.Error("nobody at all is accepted for")
	}
	vawg.send(path+"/accept", url.Values{"version": {version(t, form)}, "worker": {"team"}}, http.StatusSeeOther)
	vawg.see(path+"/accept", http.StatusConflict)
}

func TestAServiceOpensItsOwnRecordOfWhatEndedWithAReason(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.reached()
	c := s.as(t, "police").see("/referrals/"+v.Reference, http.StatusOK)
	if strings.Contains(c, "Open your record") {
		t.Error("the referrer is offered the record of a referral that goes on")
	}
	v = set.must("vawg", v, models.ActEndEarly, referrals.ActionInput{Reason: "moved", DecidedBy: models.DecidedByVictim, Report: "A plan was made before she left."})
	path, manager := "/referrals/"+v.Reference, s.as(t, "vawg.manager")
	shell := manager.see(path, http.StatusOK)
	for _, hidden := range []string{"A plan was made", "threatened", "07700", "Contact attempts"} {
		if strings.Contains(shell, hidden) {
			t.Errorf("the shell shows %q", hidden)
		}
	}
	if !strings.Contains(shell, "Open your record") || !strings.Contains(shell, "Ended early") {
		t.Error("the shell does not say that it ended and lead to the record")
	}
	opened := func() int {
		return s.Count(t, "select count(*) from audit_events where action = 'referral.own_record_opened'")
	}
	for _, bad := range []string{"", "   ", strings.Repeat("x", 401), "a\x01b"} {
		if _, page := manager.send(path+"/open", url.Values{"reason": {bad}}, http.StatusUnprocessableEntity); strings.Contains(page, "A plan was made") {
			t.Errorf("%q opens it", bad)
		}
	}
	s.as(t, "vawg.second").see(path+"/open", http.StatusForbidden)
	s.as(t, "vawg.second").send(path+"/open", url.Values{"reason": {"I would like to"}}, http.StatusForbidden)
	s.as(t, "refuge.manager").send(path+"/open", url.Values{"reason": {"I would like to"}}, http.StatusNotFound)
	s.as(t, "police").send(path+"/open", url.Values{"reason": {"I would like to"}}, http.StatusConflict)
	if n := opened(); n != 0 {
		t.Errorf("%d openings are on record of a record nobody opened", n)
	}
	for _, who := range []string{"vawg.manager", "vawg"} {
		_, page := s.as(t, who).send(path+"/open", url.Values{"reason": {"A complaint about our work."}}, http.StatusOK)
		if !strings.Contains(page, "A plan was made before she left.") || !strings.Contains(page, "Contact attempts") || strings.Contains(page, "threatened") {
			t.Errorf("%s is not shown exactly what their organisation wrote", who)
		}
	}
	if n := opened(); n != 2 {
		t.Errorf("%d openings are on record, want 2", n)
	}
	if !strings.Contains(s.as(t, "police").see(path, http.StatusOK), "A plan was made before she left.") {
		t.Error("the referrer does not read the end report")
	}
}
