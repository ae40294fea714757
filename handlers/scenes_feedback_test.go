package handlers

import (
	"net/http"
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

func init() { furtherScenes = append(furtherScenes, feedbackScenes) }

// confided is what somebody told the office of Ashdown.
func (s setting) confided() models.Feedback {
	s.t.Helper()
	f, err := s.deps.Feedback.Enter(s.As("commissioner"), models.Feedback{ServiceID: s.Service(testkit.ServiceIDVA).ID, Heard: "yes", Safer: models.FeedbackNotNow, Words: "They rang me back."})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return f
}

func feedbackScenes() map[string]func(setting) scene {
	return map[string]func(setting) scene{
		"POST /api/v1/feedback": func(s setting) scene {
			return scene{who: "commissioner", path: "/api/v1/feedback", body: doc("service_id", s.Service(testkit.ServiceIDVA).ID, "heard", "yes", "safer", "not_now", "words", "They rang me back.")}
		},
		"GET /api/v1/feedback/{id}": func(s setting) scene {
			id := s.confided().ID.String()
			return scene{who: "commissioner", id: id, path: "/api/v1/feedback/" + id}
		},
	}
}

// TestNoProviderReadsOneAnswer asks for answers as everybody.
func TestNoProviderReadsOneAnswer(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := setting{s, t}.confided().ID.String()
	for path, want := range map[string]map[string]int{
		"/feedback":       {"commissioner": 200, "analyst": 200, "vawg.manager": 403, "vawg": 403, "police.manager": 403, "privacy": 403, "coordinator": 403, "admin": 403},
		"/feedback/" + id: {"commissioner": 200, "analyst": 403, "vawg.manager": 403, "vawg": 403},
	} {
		for who, code := range want {
			for _, at := range []string{path, "/api/v1" + path} {
				if w := s.do(t, call{who: who, method: http.MethodGet, path: at}); w.Code != code {
					t.Errorf("%s as %s: got %d, want %d", at, who, w.Code, code)
				}
			}
		}
	}
	sees(t, s.page(t, "commissioner", "/feedback/"+id), "They rang me back.", "Not now", "Left out")
	sees(t, s.page(t, "vawg.manager", "/our-feedback"), "No quarter is over yet")
}
