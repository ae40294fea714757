package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

func init() { furtherScenes = append(furtherScenes, linkageScenes) }

// linkageScenes are those of likely duplicates: two records of the London Victim
// Service, whose privacy officer decides.
func linkageScenes() map[string]func(setting) scene {
	one := func(suffix, body string) func(setting) scene {
		return func(s setting) scene {
			id := s.pair()
			return scene{who: "privacy", id: id, path: "/api/v1/duplicates/" + id + suffix, body: body, foreign: "police.privacy"}
		}
	}
	return map[string]func(setting) scene{
		"GET /api/v1/duplicates/{id}":          one("", ""),
		"POST /api/v1/duplicates/{id}/answers": one("/answers", `{"answer":"same","reason":"checked_record"}`),
		"GET /api/v1/cases/{id}/linked": func(s setting) scene {
			id := s.lvsCase().String()
			return scene{who: "caseworker", id: id, path: "/api/v1/cases/" + id + "/linked", foreign: "refuge"}
		},
	}
}

// pair is a likely duplicate of two cases of the London Victim Service.
func (s setting) pair() string {
	s.t.Helper()
	return plantPair(s.t, s.Stage, s.lvsCase().String(), s.lvsCase().String())
}

func plantPair(t testing.TB, s *testkit.Stage, one, other string) string {
	t.Helper()
	id := models.NewID()
	s.Do(t, `insert into linkage_pairs (id, one_case_id, other_case_id, score, findings, raised_at) values ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), 23.5,
		'[{"field": "given_name", "level": "differs", "weight": -4}, {"field": "family_name", "level": "same", "weight": 7.5}, {"field": "date_of_birth", "level": "same", "weight": 12}]', $4)`,
		id, one, other, s.Clock.Now())
	return id.String()
}

// TestTheTwoRecordsStandSideBySide reads the page of a reviewer whose
// organisation holds one of two, decides, and unlinks again.
func TestTheTwoRecordsStandSideBySide(t *testing.T) {
	t.Parallel()
	s := open(t)
	ours := s.Case(t, s.As("caseworker"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName = "Ottoline", "Ourselves" })
	theirs := s.Case(t, s.As("police"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName = "Zzsecret", "Zzhidden" })
	path := "/duplicates/" + plantPair(t, s.Stage, ours.ID.String(), theirs.ID.String())
	page := s.visit(t, "privacy", http.MethodGet, path, nil, http.StatusOK,
		"Ottoline", "Ourselves", ours.Reference, theirs.Reference, "The same date of birth", "it may be a twin", "Metropolitan Police")
	if strings.Contains(page, "Zzsecret") || strings.Contains(page, "Zzhidden") {
		t.Error("the page names whom the other organisation's record is about")
	}
	s.visit(t, "privacy", http.MethodPost, path, url.Values{"answer": {"same"}, "note": {"What I found out"}}, http.StatusUnprocessableEntity, "What I found out")
	s.visit(t, "privacy", http.MethodPost, path, url.Values{"answer": {"same"}, "reason": {"checked_record"}}, http.StatusSeeOther)
	s.visit(t, "privacy", http.MethodGet, path, nil, http.StatusOK, "Waits for the other", "I checked our record")
	s.visit(t, "police.privacy", http.MethodPost, path, url.Values{"answer": {"same"}, "reason": {"asked_organisation"}}, http.StatusSeeOther)
	s.visit(t, "privacy", http.MethodGet, "/duplicates?box=decided", nil, http.StatusOK, "Linked", ours.Reference)
	s.visit(t, "caseworker", http.MethodGet, "/cases/"+ours.Reference+"/linked", nil, http.StatusOK, "No record that you can open")
	s.visit(t, "refuge", http.MethodGet, "/cases/"+ours.Reference+"/linked", nil, http.StatusNotFound)
	s.visit(t, "caseworker", http.MethodGet, path, nil, http.StatusForbidden)
}
