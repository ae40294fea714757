package handlers

import (
	"net/http"
	"net/url"
	"testing"

	"throughline/internal/testkit"
)

func init() { furtherScenes = append(furtherScenes, operatorScenes) }

// operatorScenes are those of the settings of organisations.
func operatorScenes() map[string]func(setting) scene {
	on := func(suffix, body string, version int) func(setting) scene {
		return func(s setting) scene {
			id := s.Org(testkit.OrgRefuge).ID.String()
			return scene{who: "admin", id: id, path: "/api/v1/organisations/" + id + suffix, body: body, version: version}
		}
	}
	return map[string]func(setting) scene{
		"GET /api/v1/organisations/{id}":           on("", "", 0),
		"POST /api/v1/organisations/{id}/settings": on("/settings", `{"name":"Haven House","idle_minutes":15,"active":true}`, 1),
	}
}

func TestAnOrganisationIsSetOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	path := "/operator/organisations/" + s.Org(testkit.OrgVAWG).ID.String()
	s.visit(t, "admin", "GET", "/operator/organisations", nil, 200, "Ashdown Advocacy", "30 minutes")
	s.visit(t, "admin", "GET", path, nil, 200, "Domestic abuse advocacy", "Stop offering")
	s.visit(t, "admin", "POST", path+"/settings", url.Values{"name": {"Ashdown"}, "idle_minutes": {"60"}, "version": {"1"}}, 422, "from 5 to 30", `value="60"`)
	s.visit(t, "admin", "POST", path+"/settings", url.Values{"name": {"Haven House"}, "idle_minutes": {"20"}, "version": {"1"}}, 422, "Another organisation has this name.")
	s.visit(t, "admin", "POST", path+"/settings", url.Values{"name": {"Ashdown"}, "idle_minutes": {"20"}, "version": {"1"}}, http.StatusSeeOther)
	s.visit(t, "admin", "POST", path+"/settings", url.Values{"name": {"Ashdown"}, "idle_minutes": {"20"}, "version": {"1"}}, http.StatusPreconditionFailed)
	s.visit(t, "admin", "GET", path, nil, 200, "20 minutes without use")
	s.visit(t, "admin", "POST", "/operator/services/"+s.Service(testkit.ServiceIDVA).ID.String()+"/stop", nil, http.StatusSeeOther)
	s.visit(t, "admin", "GET", path, nil, 200, "Not offered")
	s.visit(t, "admin", "POST", "/operator/services/"+s.Service(testkit.ServiceIDVA).ID.String()+"/burn", nil, http.StatusNotFound)
	s.visit(t, "orgadmin", "GET", path, nil, http.StatusForbidden)
}
