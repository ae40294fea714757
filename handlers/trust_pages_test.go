package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

func TestWhatAColleagueLostIsTakenAwayOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := setting{s, t}.colleague(false)
	s.Do(t, "insert into app_keys (id, user_id, sealed, name) values ($1, $2, 'x', 'App')", models.NewID(), id)
	path := "/admin/people/" + id.String()
	s.visit(t, "orgadmin", "GET", path, nil, 200, "Take away second factors")
	s.visit(t, "orgadmin", "GET", path+"/factors", nil, 200, "How did you make sure that it is them?")
	s.visit(t, "orgadmin", "POST", path+"/factors", url.Values{"reason": {"stolen"}}, 422, "Select how you made sure", `value="stolen" checked`)
	s.visit(t, "orgadmin", "POST", path+"/factors", url.Values{"reason": {"stolen"}, "checked": {"call_back"}}, http.StatusSeeOther)
	s.visit(t, "orgadmin", "GET", path+"?done=factors", nil, 200, "They set up others when they next sign in", "have been told")
	s.visit(t, "orgadmin", "POST", path+"/factors", url.Values{"reason": {"lost"}, "checked": {"call_back"}}, 422, "They have no passkey")
	s.visit(t, "orgadmin", "GET", "/admin/people/"+s.Person("vawg").ID.String()+"/factors", nil, http.StatusNotFound)
	w := s.post(t, "admin", "/api/v1/people/"+s.Person("coordinator").ID.String()+"/factors", `{"reason":"lost","checked":"in_person"}`, uuid.NewString())
	if w.Code != 200 || !strings.Contains(w.Body.String(), "approval_id") {
		t.Errorf("of a coordinator: got %d %s, want it to wait for a second person", w.Code, w.Body)
	}
}

func TestAPrivacyOfficerReadsWhoOpenedARecordByItsReference(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("caseworker"))
	if err := s.DB.Write(s.As("caseworker"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Record(ctx, models.Event{Action: "case.opened", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID})
	}); err != nil {
		t.Fatal(err)
	}
	s.visit(t, "privacy", "GET", "/cases/"+c.Reference+"/opened", nil, 200, "Opened the case", `href="/openings"`)
	for _, name := range []string{c.Reference, c.ID.String()} {
		for end, word := range map[string]string{"": `"what":"Opened the case"`, "/for-victim": `"times":`} {
			path := "/api/v1/cases/" + name + "/openings" + end
			if w := s.do(t, call{who: "privacy", method: "GET", path: path}); w.Code != 200 || !strings.Contains(w.Body.String(), word) {
				t.Errorf("%s: got %d %s", path, w.Code, w.Body)
			}
			if w := s.do(t, call{who: "operator.privacy", method: "GET", path: path}); w.Code != 404 {
				t.Errorf("%s as another organisation's: got %d, want 404", path, w.Code)
			}
		}
	}
	s.visit(t, "operator.privacy", "GET", "/cases/"+c.Reference+"/opened", nil, 404)
	// What is past keeping reaches the same officer's first page.
	if page := s.visit(t, "privacy", "GET", "/alerts", nil, 200); strings.Contains(page, "past the time") {
		t.Error("the reminder stands where nothing is past keeping")
	}
	s.Do(t, `insert into retention_items (id, org_id, kind, subject_id, reference, class, source, since, due_on, found_at)
		select $1, accountable_org_id, 'case', id, reference, 'no_service', 'A rule', '2024-11-01', '2026-11-01', now() from cases where id = $2`, models.NewID(), c.ID)
	s.visit(t, "privacy", "GET", "/alerts", nil, 200, "1 record is past the time", `href="/retention"`)
	if page := s.visit(t, "safeguarding", "GET", "/alerts", nil, 200); strings.Contains(page, "past the time") {
		t.Error("a safeguarding lead is told what is not theirs to decide")
	}
}

func TestWhoReceivesAReferralSaysThatTheyKnowThePerson(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	const words = "Say that you know this person"
	sent, accepted := set.sent(), set.accepted()
	for who, v := range map[string]referrals.View{"vawg": sent, "vawg.second": accepted} { // a bar follows the person to their other records
		path := "/referrals/" + v.Reference
		at := models.ConflictPath(v.CaseID)
		s.visit(t, who, "GET", path, nil, 200, words, `href="`+at+`"`)
		if page := s.visit(t, "police", "GET", path, nil, 200); strings.Contains(page, words) {
			t.Error("whoever sent it is led there too")
		}
		s.visit(t, who, "GET", at, nil, 200, "Do you know this person?")
		s.visit(t, who, "POST", at, url.Values{"knows": {"yes"}}, 422)
		s.visit(t, who, "GET", path, nil, 200, words)
		s.visit(t, who, "POST", at, url.Values{"knows": {"yes"}, "reason": {"knows_victim"}}, http.StatusSeeOther)
		s.visit(t, who, "GET", path, nil, 404)
		s.visit(t, who, "GET", at, nil, 404)
		s.visit(t, "vawg.manager", "GET", path, nil, 200)
	}
	if page := s.visit(t, "vawg", "GET", "/inbox", nil, 200); strings.Contains(page, sent.Reference) || strings.Contains(page, accepted.Reference) {
		t.Error("the inbox still shows what closed")
	}
}

func TestWhyADeclineWasSentBackIsSaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.proposed()
	set.must("coordinator", v, models.ActReturnDecline, referrals.ActionInput{Reason: "Twelve places open on Monday.", Note: "Ring me first."})
	s.visit(t, "vawg", "GET", "/referrals/"+v.Reference, nil, 200, "Decline sent back", "Twelve places open on Monday.", "Ring me first.")
	alone := set.proposed()
	s.visit(t, "coordinator", "POST", "/referrals/"+alone.Reference+"/send-back", url.Values{"reason": {"She lives in Hackney."}, "version": {"3"}}, http.StatusSeeOther)
	s.visit(t, "vawg.manager", "GET", "/referrals/"+alone.Reference, nil, 200, "She lives in Hackney.")
}

func TestAPlannedContactIsSeenWhereTheNextOneLooks(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := setting{s, t}.accepted()
	at := s.Clock.Now().Add(26 * time.Hour)
	for who, day := range map[string]time.Time{"vawg": at, "police": at.Add(24 * time.Hour)} {
		if _, err := s.deps.Referrals.PlanContact(s.As(who), v.CaseID, models.ChannelPhone, day); err != nil {
			t.Fatal(err)
		}
	}
	var ref string
	if err := s.Owner.QueryRow(t.Context(), "select reference from cases where id = $1", v.CaseID).Scan(&ref); err != nil {
		t.Fatal(err)
	}
	theirs, ours := s.Org(testkit.OrgVAWG).Name, s.Org(testkit.OrgPolice).Name
	s.visit(t, "police", "GET", "/cases/"+ref+"/safe-contact", nil, 200, "Planned contacts", theirs, ours, "Yes, as things stand")
	s.visit(t, "police", "GET", "/cases/"+ref+"/contact", nil, 200, "Planned contacts", theirs)
	own := s.visit(t, "vawg", "GET", "/referrals/"+v.Reference+"/plan", nil, 200, "Planned contacts", s.Person("vawg").Name)
	if strings.Contains(own, "Planned by</dt><dd>"+ours) || strings.Contains(own, s.Person("police").Name) {
		t.Error("a service sees the plan of whoever holds the case")
	}
	path := "/api/v1/cases/" + v.CaseID.String() + "/contact-plans"
	list := func(who string) (items []struct {
		Safe bool
		Why  string
	},
	) {
		return read[struct {
			Items []struct {
				Safe bool
				Why  string
			}
		}](t, s.do(t, call{who: who, method: "GET", path: path})).Items
	}
	if got := list("police"); len(got) != 2 || !got[0].Safe || !got[1].Safe {
		t.Fatalf("got %+v of the holder's, want both", got)
	}
	if got := list("vawg"); len(got) != 1 {
		t.Errorf("got %+v of the service's, want its own", got)
	}
	s.Do(t, "update contact_channels set safe = 'no' where case_id = $1", v.CaseID)
	if got := list("police"); len(got) != 2 || got[0].Safe || got[0].Why == "" {
		t.Errorf("got %+v once it is not safe, want that said", got)
	}
	s.visit(t, "police", "GET", "/cases/"+ref+"/safe-contact", nil, 200, "Not safe any more")
	s.Clock.Advance(72 * time.Hour)
	if got := list("police"); len(got) != 0 {
		t.Errorf("got %+v days later, want what is still to come", got)
	}
	if w := s.do(t, call{who: "refuge", method: "GET", path: path}); w.Code != 404 {
		t.Errorf("a stranger: got %d, want 404", w.Code)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'contact.plans_read' and case_id = $1 and actor_user_id = $2", v.CaseID, s.Person("vawg").ID); n != 2 {
		t.Errorf("got %d events of the service's reading, want 2", n)
	}
}
