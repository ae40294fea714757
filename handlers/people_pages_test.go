package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

// linkIn finds the link of an invitation on a page.
var linkIn = regexp.MustCompile(`http://throughline\.test(/invitation/tli_[\w-]{43})`)

func (s *site) visit(t *testing.T, who, method, path string, form url.Values, want int, words ...string) string {
	t.Helper()
	w := s.do(t, call{who: who, method: method, path: path, body: form.Encode()})
	body := w.Body.String()
	if w.Code != want {
		t.Errorf("%s %s as %s: got %d, want %d\n%.400s", method, path, who, w.Code, want, body)
	}
	for _, word := range words {
		if !strings.Contains(body, word) {
			t.Errorf("%s %s as %s lacks %q", method, path, who, word)
		}
	}
	return body
}

func TestAnInvitationGoesFromPageToPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.visit(t, "orgadmin", "GET", "/admin/people", nil, 200, "Joel Mbeki", "Invite somebody")
	if body := s.visit(t, "orgadmin", "POST", "/admin/people", url.Values{"search": {"warsame"}}, 200, "Amina Warsame"); strings.Contains(body, "Joel Mbeki") {
		t.Error("a search shows who was not looked for")
	}
	s.visit(t, "orgadmin", "POST", "/admin/people/invite", url.Values{"email": {"no address"}}, 422, "Enter an email address", "Select a role", `value="no address"`)
	s.visit(t, "orgadmin", "POST", "/admin/people/invite", url.Values{"email": {"nia@demo.test"}, "role": {"system_admin"}}, 422, "Select a role that you may give")
	body := s.visit(t, "orgadmin", "POST", "/admin/people/invite", url.Values{"email": {"nia@demo.test"}, "role": {"caseworker"}}, 200, "shown once")
	link := linkIn.FindStringSubmatch(body)
	if link == nil {
		t.Fatalf("got no link that begins as the settings say:\n%.3000s", body)
	}
	if again := s.visit(t, "orgadmin", "GET", "/admin/invitations", nil, 200, "nia@demo.test"); linkIn.MatchString(again) {
		t.Error("a list shows the link")
	}
	shown := s.visit(t, "", "GET", link[1], nil, 200, "London Victim Service")
	if strings.Contains(shown, "nia@demo.test") || strings.Contains(shown, "Carys") {
		t.Error("whoever holds the link is told who it is for or from")
	}
	s.visit(t, "", "POST", link[1], url.Values{"name": {"Nia Farrow"}, "password": {"short"}}, 422, "12 characters", "Nia Farrow")
	s.visit(t, "", "POST", link[1], url.Values{"name": {"Nia Farrow"}, "password": {"seven tall lamps by the canal"}}, 200, "Your account is ready")
	s.visit(t, "", "GET", link[1], nil, http.StatusGone, "This link has been used")
	s.visit(t, "", "POST", link[1], url.Values{"name": {"Else"}, "password": {"seven tall lamps by the canal"}}, http.StatusGone, "works once")
	s.visit(t, "", "GET", "/invitation/tli_"+strings.Repeat("A", 43), nil, http.StatusNotFound)
	if strings.Contains(s.log.String(), link[1][12:]) {
		t.Error("the token stands in the log")
	}
}

func TestSomebodyLeavesOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("police"))
	r := s.Referral(t, c, testkit.ServiceAdult, models.StatusAccepted)
	support := s.Person("support").ID
	s.Do(t, "update referrals set worker_id = $2 where id = $1", r.ID, support)
	path := "/admin/people/" + support.String()
	s.visit(t, "orgadmin", "GET", path, nil, 200, "Joel Mbeki", "Referrals given to them", "End access")
	s.visit(t, "orgadmin", "POST", path+"/role", url.Values{"version": {"1"}}, 422, "Select a role")
	s.visit(t, "orgadmin", "POST", path+"/role", url.Values{"role": {"caseworker"}, "version": {"9"}}, http.StatusPreconditionFailed)
	s.visit(t, "orgadmin", "POST", path+"/role", url.Values{"role": {"caseworker"}, "version": {"1"}}, http.StatusSeeOther)
	s.visit(t, "orgadmin", "GET", path+"/leave", nil, 200, "Who takes over their 1 referral?", "Amina Warsame")
	s.visit(t, "orgadmin", "POST", path+"/leave", url.Values{"version": {"2"}}, 422, "Select who takes over their referrals")
	s.visit(t, "orgadmin", "POST", path+"/leave", url.Values{"version": {"2"}, "to": {"team"}, "team": {"Intake"}}, http.StatusSeeOther)
	s.visit(t, "orgadmin", "GET", path, nil, 200, "Left", "Restore access")
	if got := s.Count(t, "select count(*) from referrals where id = $1 and team = 'Intake' and worker_id is null", r.ID); got != 1 {
		t.Error("the referral stays with a person who has gone")
	}
	s.visit(t, "orgadmin", "POST", path+"/enable", nil, http.StatusSeeOther)
	s.visit(t, "orgadmin", "POST", path+"/reset", nil, 200, "shown once", "A new password")
	s.visit(t, "orgadmin", "GET", "/admin/people/"+s.Person("orgadmin").ID.String(), nil, 200, "This is you")
	s.visit(t, "orgadmin", "GET", "/admin/people/"+s.Person("police").ID.String(), nil, http.StatusNotFound)
	s.visit(t, "caseworker.manager", "GET", "/admin/people", nil, http.StatusForbidden)
	// A manager hands work over without anybody leaving.
	s.visit(t, "caseworker.manager", "GET", "/team", nil, 200, "Dominik Wrona")
	hand := "/team/" + s.Person("caseworker").ID.String() + "/hand-over"
	s.visit(t, "caseworker.manager", "POST", hand, nil, 422, "Select who takes over")
	s.visit(t, "caseworker.manager", "POST", hand, url.Values{"to": {s.Person("caseworker.manager").ID.String()}}, 200, "Handed over")
	s.visit(t, "caseworker.manager", "GET", "/team/"+s.Person("police").ID.String()+"/hand-over", nil, http.StatusNotFound)
}

func TestARoleThatCrossesOrganisationsIsAskedForOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	form := url.Values{"email": {"chief@demo.test"}, "role": {"organisation_admin"}, "organisation_id": {s.Org(testkit.OrgPolice).ID.String()}}
	s.visit(t, "admin", "POST", "/admin/people/invite", form, 422, "Say why this role is needed")
	form.Set("reason", "Nobody manages accounts there.")
	if body := s.visit(t, "admin", "POST", "/admin/people/invite", form, 200, "Waits for a second system administrator"); linkIn.MatchString(body) {
		t.Error("one person got a link for a role that takes two")
	}
	var id, approval string
	if err := s.Owner.QueryRow(t.Context(), "select id::text, approval_id::text from invitations where email = 'chief@demo.test'").Scan(&id, &approval); err != nil {
		t.Fatal(err)
	}
	s.visit(t, "admin", "POST", "/admin/invitations/"+id+"/link", nil, http.StatusConflict)
	s.visit(t, "admin.second", "GET", "/approvals/"+approval, nil, 200, "chief@demo.test", "Nobody manages accounts there.")
	s.visit(t, "admin.second", "POST", "/approvals/"+approval+"/approve", nil, http.StatusSeeOther)
	if body := s.visit(t, "admin", "POST", "/admin/invitations/"+id+"/link", nil, 200, "shown once"); !linkIn.MatchString(body) {
		t.Error("got no link once two have agreed")
	}
	s.visit(t, "admin", "POST", "/admin/invitations/"+id+"/take-back", nil, http.StatusSeeOther)
	s.visit(t, "admin", "GET", "/admin/invitations/"+id, nil, 200, "Taken back")
}
