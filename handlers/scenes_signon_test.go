package handlers

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"throughline/internal/testkit"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		const body = `{"domain":"haven.test","issuer":"https://idp.haven.test","client_id":"us","client_secret":"s","claim":"groups","roles":[{"value":"advocates","role":"provider_worker"}],"only":false,"active":true}`
		const put = "insert into sign_ons (org_id, domain, issuer, client_id, sealed, set_at, set_by) values ($1, 'haven.test', 'https://idp.haven.test', 'us', 'x', now(), $2) on conflict do nothing"
		return map[string]func(setting) scene{
			"GET /api/v1/organisations/{id}/sign-on": func(s setting) scene {
				id := s.Org(testkit.OrgRefuge).ID.String()
				return scene{who: "admin", id: id, path: "/api/v1/organisations/" + id + "/sign-on"}
			},
			"POST /api/v1/organisations/{id}/sign-on": func(s setting) scene {
				s.Do(s.t, put, s.Org(testkit.OrgRefuge).ID, s.Person("admin").ID)
				id := s.Org(testkit.OrgRefuge).ID.String()
				return scene{who: "admin", id: id, path: "/api/v1/organisations/" + id + "/sign-on", body: body, version: 1}
			},
		}
	})
}

func TestAnOrganisationsSignOnIsSetOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	path := "/operator/organisations/" + s.Org(testkit.OrgVAWG).ID.String()
	form := url.Values{
		"domain": {"@Ashdown.test"}, "issuer": {"https://idp.ashdown.test"}, "client_id": {"throughline"}, "secret": {"kept to ourselves"}, "claim": {"groups"},
		"roles": {"advocates = provider_worker\nleads = provider_manager"}, "only": {"no"}, "active": {"yes"}, "version": {"0"},
	}
	changed := func(name, value string) url.Values {
		out := url.Values{}
		for k, v := range form {
			out[k] = v
		}
		out.Set(name, value)
		return out
	}
	s.visit(t, "admin", "GET", path+"/sign-on", nil, 200, "Single sign-on", "/sign-in/organisation/back")
	s.visit(t, "admin", "POST", path+"/sign-on", changed("issuer", "http://169.254.169.254/"), 422, "beginning with https://", `value="throughline"`)
	s.visit(t, "admin", "POST", path+"/sign-on", changed("roles", "leads = organisation_admin"), 422, "that one person may give")
	s.visit(t, "admin", "POST", path+"/sign-on", changed("roles", "leads = court_officer"), 422, "that one person may give")
	s.visit(t, "admin", "POST", path+"/sign-on", changed("secret", ""), 422, "client secret")
	s.visit(t, "admin", "POST", path+"/sign-on", form, http.StatusSeeOther)
	s.visit(t, "admin", "GET", path+"/sign-on", nil, 200, `value="ashdown.test"`, "advocates = provider_worker")
	s.visit(t, "admin", "POST", path+"/sign-on", form, http.StatusPreconditionFailed)
	s.visit(t, "admin", "GET", path+"/sign-on", nil, 200, "Leave it empty")
	var sealed []byte
	if err := s.Owner.QueryRow(t.Context(), "select sealed from sign_ons where domain = 'ashdown.test'").Scan(&sealed); err != nil || len(sealed) < 30 || strings.Contains(string(sealed), "kept to") {
		t.Errorf("the secret is %q (%v), want it sealed", sealed, err)
	}
	operator := "/operator/organisations/" + s.Org(testkit.OrgOperator).ID.String()
	only := changed("only", "yes")
	only.Set("domain", "operator.test")
	s.visit(t, "admin", "POST", operator+"/sign-on", only, 422, "keep another way in")
	s.visit(t, "orgadmin", "GET", path+"/sign-on", nil, http.StatusForbidden)
}

// TestWhoCameFromTheirOrganisationIsOfferedToSignOutThere signs out somebody who
// came from a provider that says where it signs people out; and shows who is
// invited to it a page without a password.
func TestWhoCameFromTheirOrganisationIsOfferedToSignOutThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{
			"issuer": provider.URL, "authorization_endpoint": provider.URL + "/authorize", "token_endpoint": provider.URL + "/token", "jwks_uri": provider.URL + "/keys",
			"end_session_endpoint": provider.URL + "/out",
		})
	}))
	t.Cleanup(provider.Close)
	s.visit(t, "admin", "POST", "/operator/organisations/"+s.Org(testkit.OrgVictims).ID.String()+"/sign-on", url.Values{
		"domain": {"victims.test"}, "issuer": {provider.URL}, "client_id": {"throughline"}, "secret": {"kept"}, "only": {"no"}, "active": {"yes"}, "version": {"0"},
	}, http.StatusSeeOther)
	path := "/admin/people/invite"
	s.visit(t, "orgadmin", "GET", path, nil, 200, "How will they sign in?", "@victims.test")
	s.visit(t, "orgadmin", "POST", path, url.Values{"email": {"nia@elsewhere.test"}, "role": {"caseworker"}, "single_sign_on": {"yes"}}, 422, "ends in @victims.test", `value="yes" checked`)
	link := linkIn.FindStringSubmatch(s.visit(t, "orgadmin", "POST", path, url.Values{"email": {"nia@victims.test"}, "role": {"caseworker"}, "single_sign_on": {"yes"}}, 200, "own sign-in"))
	if link == nil {
		t.Fatal("there is no link")
	}
	if page := s.visit(t, "", "GET", link[1], nil, 200, "You set no password"); strings.Contains(page, `name="password"`) {
		t.Error("a password is asked for")
	}
	s.visit(t, "", "POST", link[1], url.Values{"name": {""}}, 422, "Enter your name")
	s.visit(t, "", "POST", link[1], url.Values{"name": {"Nia Farrow"}}, 200, "Your account is ready", `href="/sign-in/organisation"`)
	// Who came another way is not offered it.
	s.visit(t, "caseworker", "POST", "/sign-out", nil, http.StatusSeeOther)
	s.visit(t, "support", "GET", "/inbox", nil, 200)
	// The database lets nobody say so afterwards: for this, its owner does.
	s.Do(t, "alter table sessions disable trigger user")
	s.Do(t, "update sessions set factor = 'single_sign_on' where user_id = $1", s.Person("support").ID)
	s.Do(t, "alter table sessions enable trigger user")
	s.visit(t, "support", "POST", "/sign-out", nil, 200, "Sign out at 127.0.0.1", provider.URL+"/out?client_id=throughline&amp;post_logout_redirect_uri=%2Fsigned-out")
	if n := s.Count(t, "select count(*) from sessions where user_id = $1 and kind = 'page' and revoked_at is null", s.Person("support").ID); n != 0 {
		t.Errorf("got %d sessions that go on here, want none", n)
	}
}
