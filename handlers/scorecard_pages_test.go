package handlers

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"throughline/internal/testkit"
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

// TestTheMapTheWayAndWhatMayBePublishedSayTheSameEverywhere plants referrals of
// the last whole quarter and looks at them each way.
func TestTheMapTheWayAndWhatMayBePublishedSayTheSameEverywhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	to := s.Service(testkit.ServiceIDVA)
	for n := range 63 {
		borough, accepted := "E09000007", any(nil)
		if n >= 60 {
			borough = "E09000003" // three of them
		}
		if n < 31 {
			accepted = s.Clock.Now()
		}
		s.Do(t, `insert into quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough, priority, month, submitted_at, status, accepted_at)
			select 'referral', x, x, x, $1, $2, $3, 'vawg', $4, 'standard', '2026-08-01', '2026-08-05', 'accepted', $5::timestamptz from (select gen_random_uuid() as x) y`,
			to.ID, s.Actor("police").OrgID, to.OrgID, borough, accepted)
	}
	s.visit(t, "commissioner", http.MethodGet, "/overview", nil, http.StatusOK, "How far referrals got", "Referrals received, across London", "&lt;5", "CMD", "49% of those sent")
	s.visit(t, "commissioner", http.MethodGet, "/overview?pathway=restorative", nil, http.StatusOK)
	s.visit(t, "analyst", http.MethodGet, "/overview/measures?measure=referrals_received&by=sector", nil, http.StatusOK, "by borough nearly all would be hidden", "North central London", "63")
	page := s.visit(t, "analyst", http.MethodGet, "/overview/published", nil, http.StatusOK, "Referrals by borough", "North central London", "Fewer than 5")
	file := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/overview/published.csv"}).Body.String()
	api := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/api/v1/quality/published"}).Body.String()
	if again := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/api/v1/quality/published/csv"}).Body.String(); file != again || !strings.Contains(file, `"Camden","Not shown"`) || !strings.Contains(file, `"Barnet"`) {
		t.Errorf("the files differ, or do not hide the sixty beside the three: %s", file)
	}
	if strings.Contains(page, ">60<") || strings.Contains(api, `"60"`) || !strings.Contains(api, `"North central London"`) || !strings.Contains(api, `"63"`) {
		t.Errorf("the sixty that give three away are shown: %s", api)
	}
	way := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/api/v1/quality/way"}).Body.String()
	if csv := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/overview/way.csv"}).Body.String(); !strings.Contains(way, `"n":31`) || !strings.Contains(csv, `"31"`) {
		t.Errorf("of 63, 31 were accepted: %s, %s", way, csv)
	}
	for _, path := range []string{"/api/v1/quality/published", "/api/v1/quality/way", "/overview/published", "/overview/way.csv"} {
		if w := s.do(t, call{who: "vawg.manager", method: http.MethodGet, path: path}); w.Code != http.StatusForbidden {
			t.Errorf("a manager at %s: %d", path, w.Code)
		}
	}
}
