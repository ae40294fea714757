package handlers

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"throughline/models"
	"throughline/services/quality"
)

// TestAMeasureIsTheSameOnThePageInTheFileAndOverTheAPI asks for one measure each
// way, with a number that is hidden, as the Commissioner's office and as those
// who may not.
func TestAMeasureIsTheSameOnThePageInTheFileAndOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	police := s.Actor("police")
	for n := range 27 {
		to := s.Org("vawg")
		status, reason := "met", any(nil)
		if n >= 24 {
			to, status = s.Org("refuge"), "not_evidenced" // three of them
		} else if n >= 20 {
			status = "breached"
		}
		s.Do(t, `insert into quality_facts (kind, id, from_org_id, to_org_id, priority, month, submitted_at, rule, clock_state, started_at, due_at, reason)
			values ('case_clock', gen_random_uuid(), $1, $2, 'standard', '2026-11-01', $3, 'K3', $4, $3, $3, $5)`, police.OrgID, to.ID, s.Clock.Now(), status, reason)
	}
	const ask = "measure=clocks_met&by=organisation"
	api := s.do(t, call{who: "analyst", method: http.MethodGet, path: "/api/v1/quality/measures?" + ask}).Body.String()
	page := s.visit(t, "commissioner", http.MethodGet, "/overview/measures?"+ask, nil, http.StatusOK, "Clocks met", "83%", "Beware", "Clocks owed", "Download this table")
	for _, file := range []string{"/overview/measures.csv?" + ask, "/api/v1/quality/measures/csv?" + ask} {
		w := s.do(t, call{who: "commissioner", method: http.MethodGet, path: file})
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s: %d %v", file, w.Code, w.Header())
		}
		r := csv.NewReader(strings.NewReader(w.Body.String()))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if last := strings.Join(rows[len(rows)-1], "|"); !strings.Contains(w.Body.String(), s.Org("vawg").Name+`","24","0.833"`) || strings.Contains(w.Body.String(), `"27"`) {
			t.Errorf("%s ends with %s", file, last)
		}
	}
	if !strings.Contains(api, `"n":24,"value":0.8333333333333334`) || strings.Contains(api, `"n":27`) {
		t.Errorf("the API says %s", api)
	}
	if strings.Contains(page, ">27<") {
		t.Error("the page shows what would give three away")
	}
	s.visit(t, "commissioner", http.MethodGet, "/overview/measures?measure=accepted&by=sex&and=borough", nil, http.StatusOK, "cannot be grouped by together")
	for _, path := range []string{"/api/v1/quality/measures?" + ask, "/api/v1/quality/measures/csv?" + ask, "/api/v1/quality/definitions"} {
		if w := s.do(t, call{who: "police", method: http.MethodGet, path: path}); w.Code != http.StatusForbidden {
			t.Errorf("the police at %s: %d", path, w.Code)
		}
	}
	s.visit(t, "police", http.MethodGet, "/overview/measures", nil, http.StatusForbidden)
	if w := s.do(t, call{who: "commissioner", method: http.MethodGet, path: "/api/v1/quality/measures?measure=accepted&by=sex,borough"}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("sex by borough over the API: %d", w.Code)
	}
}

// TestHowWeCountIsPublicAndSaysEveryMeasure holds the page to the list.
func TestHowWeCountIsPublicAndSaysEveryMeasure(t *testing.T) {
	t.Parallel()
	s := open(t)
	page := s.do(t, call{method: http.MethodGet, path: "/how-we-count"}).Body.String()
	defs := s.do(t, call{who: "commissioner", method: http.MethodGet, path: "/api/v1/quality/definitions"}).Body.String()
	for _, m := range quality.Measures() {
		for _, words := range []string{m.Name, m.Definition, m.Denominator, m.Trap} {
			if !strings.Contains(page, strings.ReplaceAll(words, "'", "&#39;")) {
				t.Errorf("the public page does not say of %s: %s", m.Key, words)
			}
		}
		if !strings.Contains(defs, `"measure":"`+m.Key+`"`) {
			t.Errorf("the API does not define %s", m.Key)
		}
	}
	for _, p := range models.Pathways() {
		for _, key := range p.Measures {
			if _, ok := quality.FindMeasure(key); !ok {
				t.Errorf("%s is measured by %q, which nobody measures", p.Key, key)
			}
		}
	}
}
