package handlers

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"throughline/models"
)

// TestAScorecardIsTheSameOnThePageInItsPictureInTheFileAndOverTheAPI looks at
// one low share each way, as the Commissioner's office, as the managers of the
// organisation, and as those who may not.
func TestAScorecardIsTheSameOnThePageInItsPictureInTheFileAndOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	put := func(org any, measure, month string, n, part, wide int) {
		s.Do(t, "insert into scorecards (measure, org_id, month, pathway, n, part, wide, counted_at) values ($1, $2, $3::date, 'vawg', $4, $5, $6, $7)", measure, org, month, n, part, wide, s.Clock.Now())
	}
	vawg := s.Org("vawg")
	for i := range 5 {
		id := models.NewID()
		s.Do(t, "insert into organisations (id, name, kind) select $1, $2, kind from organisations where id = $3", id, fmt.Sprintf("Somewhere Else %d", i), vawg.ID)
		put(id, "clocks_met", "2026-05-01", 200, 170+i, 210)
	}
	put(vawg.ID, "clocks_met", "2026-05-01", 83, 41, 166)
	put(s.Org("refuge").ID, "clocks_met", "2026-05-01", 4, 4, 4)
	put(s.Org("lvs").ID, "clocks_met", "2026-05-01", 12, 9, 12) // stands for the four of the refuge
	const ask = "pathway=vawg&measure=clocks_met"

	board := s.visit(t, "commissioner", http.MethodGet, "/overview/scorecards?"+ask, nil, http.StatusOK, "49%", "of 83, 25% of all owed. Lower than chance", "<svg", "Fewer than 5", "99.8% limits", "1 lies outside")
	if strings.Contains(board, ">41<") {
		t.Error("the page has the part, which nobody asked for")
	}
	file := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/overview/scorecards.csv?" + ask})
	api := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/api/v1/quality/scorecards?pathway=vawg"}).Body.String()
	again := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/api/v1/quality/scorecards/csv?" + ask})
	if file.Body.String() != again.Body.String() || !strings.Contains(file.Body.String(), vawg.Name+`","83","0.494","166","0.500","0.247"`) {
		t.Errorf("the files differ, or say another thing: %s", file.Body)
	}
	if !strings.Contains(api, `"n":83,"value":0.4939759036144578`) || !strings.Contains(api, `"verdict":"low"`) || strings.Contains(api, `"n":4,`) {
		t.Errorf("the API says %s", api)
	}
	one := "organisation=" + vawg.ID.String() + "&" + ask
	s.visit(t, "analyst", http.MethodGet, "/overview/scorecards/organisation?"+one, nil, http.StatusOK, vawg.Name, "49%", "Too few quarters to say", "Lower than chance")
	own := s.visit(t, "vawg.manager", http.MethodGet, "/scorecard", nil, http.StatusOK, vawg.Name, "You: 49%", "Lower than chance", "86%", "Scorecard")
	mine := s.do(t, call{who: "vawg.manager", method: http.MethodGet, path: "/api/v1/scorecard"}).Body.String()
	for what, text := range map[string]string{"page": own, "answer": mine, "file": s.do(t, call{who: "vawg.manager", method: http.MethodGet, path: "/scorecard.csv"}).Body.String()} {
		if strings.Contains(text, "Somewhere Else") || !strings.Contains(text, "49%") && !strings.Contains(text, "0.49") {
			t.Errorf("the %s names another, or has not its own: %s", what, text)
		}
		if what == "file" {
			r := csv.NewReader(strings.NewReader(text))
			r.FieldsPerRecord = -1
			if _, err := r.ReadAll(); err != nil {
				t.Error(err)
			}
		}
	}
	for who, path := range map[string]string{"vawg.manager": "/api/v1/quality/scorecards?pathway=vawg", "vawg": "/api/v1/scorecard", "commissioner": "/api/v1/scorecard", "police": "/api/v1/quality/scorecards/organisation?" + one} {
		if w := s.do(t, call{who: who, method: http.MethodGet, path: path}); w.Code != http.StatusForbidden {
			t.Errorf("%s at %s: %d", who, path, w.Code)
		}
	}
	for path, want := range map[string]int{
		"/overview/scorecards/organisation?organisation=x":                                                       http.StatusNotFound,
		"/overview/scorecards.csv?pathway=restorative":                                                           http.StatusNotFound,
		"/api/v1/quality/scorecards?pathway=refuges":                                                             http.StatusUnprocessableEntity,
		"/api/v1/quality/scorecards/organisation?pathway=vawg&organisation=01a1fd93-0000-7000-8000-000000000000": http.StatusNotFound,
	} {
		if w := s.do(t, call{who: "commissioner", method: http.MethodGet, path: path}); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
