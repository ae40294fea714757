package handlers

import (
	"net/http"
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
