package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		on := func(suffix string) func(setting) scene {
			return func(setting) scene {
				return scene{
					who: "admin", path: "/api/v1/clock-rules/K3/" + suffix,
					body: `{"standard":3,"enhanced":1,"unit":"working_days","source":"Victims' Code 2027, right 6","effective_from":"2027-04-01"}`,
				}
			}
		}
		return map[string]func(setting) scene{
			"POST /api/v1/clock-rules/{rule}/preview": on("preview"),
			"POST /api/v1/clock-rules/{rule}/propose": on("propose"),
		}
	})
}

func TestAClockRuleIsChangedOnPagesByTwoPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	const at = "/operator/clocks/K3"
	s.visit(t, "admin", "GET", "/operator/organisations", nil, 200, "Clock rules")
	s.visit(t, "admin", "GET", "/operator/clocks", nil, 200, "Tell them of the arrest (K3)", "5 working days, 1 working day with Enhanced Rights")
	s.visit(t, "admin", "GET", at, nil, 200, "Change the limit", "Version")
	if body := s.visit(t, "admin", "GET", "/operator/clocks/K22", nil, 200, "set by each service"); strings.Contains(body, "/operator/clocks/K22/change") {
		t.Error("a limit that each service sets is offered to be changed")
	}
	s.visit(t, "admin", "GET", "/operator/clocks/K99", nil, http.StatusNotFound)
	s.visit(t, "orgadmin", "GET", at, nil, http.StatusForbidden)
	s.visit(t, "police.manager", "POST", at+"/change", nil, http.StatusForbidden)
	s.visit(t, "admin", "GET", at+"/change", nil, 200, `value="5"`, "See what would change")
	form := url.Values{
		"standard": {"3"}, "enhanced": {"1"}, "unit": {"working_days"}, "source": {"Victims' Code 2027"},
		"effective_from-day": {"1"}, "effective_from-month": {"4"}, "effective_from-year": {"2027"},
	}
	with := func(pairs ...string) url.Values {
		out := url.Values{}
		for k, v := range form {
			out[k] = v
		}
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	s.visit(t, "admin", "POST", at+"/change", with("effective_from-year", "2020", "standard", "zz"), 422, "must be after today", "Enter a whole number", `value="zz"`, `value="2020"`)
	s.visit(t, "admin", "POST", at+"/change", form, 200, "What would change", "Thursday 1 April 2027", "They keep the limit they began with", "Ask a second person", "24 December 2027")
	if n := s.Count(t, "select count(*) from approvals where kind = 'clocks.rule'"); n != 0 {
		t.Error("a look asked for it")
	}
	asked := s.do(t, call{who: "admin", method: "POST", path: at + "/change", body: with("step", "ask").Encode()})
	to := asked.Header().Get("Location")
	if asked.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/approvals/") {
		t.Fatalf("asked: got %d to %q", asked.Code, to)
	}
	s.visit(t, "admin", "GET", at, nil, 200, "Waits for a second person", to)
	s.visit(t, "admin", "POST", at+"/change", with("step", "ask"), http.StatusConflict)
	s.visit(t, "admin", "POST", to+"/approve", nil, http.StatusForbidden)
	s.visit(t, "orgadmin", "GET", to, nil, http.StatusNotFound)
	s.visit(t, "admin.second", "GET", to, nil, 200, "Change a clock rule", "3 working days, 1 working day with Enhanced Rights", "Approve")
	s.visit(t, "admin.second", "POST", to+"/approve", nil, http.StatusSeeOther)
	s.visit(t, "admin", "GET", "/operator/clocks", nil, 200, "Changes", "5 working days")
	s.visit(t, "admin", "GET", at, nil, 200, "3 working days", "until the day before")
	w := s.do(t, call{who: "police", method: "GET", path: "/api/v1/clock-rules"})
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"effective_to":"2027-04-01"`) {
		t.Errorf("the list of rules: got %d", w.Code)
	}
}
