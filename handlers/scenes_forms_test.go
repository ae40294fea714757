package handlers

import (
	"time"

	"throughline/models"
	"throughline/services/referrals"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		body := func(s setting) string {
			return doc("form", "dash", "filled_on", models.Today(s.Clock.Now()).Format(time.DateOnly), "answers", map[string]string{"injured": "yes"}, "judgement", "high", "words", "He has a key.")
		}
		return map[string]func(setting) scene{
			"GET /api/v1/forms":             func(setting) scene { return scene{who: "police", path: "/api/v1/forms"} },
			"GET /api/v1/cases/{id}/forms":  func(s setting) scene { return s.onCase("/forms", "") },
			"POST /api/v1/cases/{id}/forms": func(s setting) scene { return s.onCase("/forms", body(s)) },
			"GET /api/v1/referrals/{id}/forms": func(s setting) scene {
				v := s.accepted()
				return scene{who: "vawg", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + "/forms", foreign: "refuge"}
			},
			"POST /api/v1/referrals/{id}/forms": func(s setting) scene {
				v := s.accepted()
				return scene{who: "vawg", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + "/forms", body: body(s), foreign: "refuge"}
			},
			"POST /api/v1/referrals/{id}/forms/open": func(s setting) scene {
				v := s.must("vawg", s.reached(), models.ActEndEarly, referrals.ActionInput{Reason: reasonOf(models.ActEndEarly), Report: "She moved."})
				return scene{
					who: "vawg.manager", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + "/forms/open",
					body: doc("reason", "A complaint about our work."), foreign: "refuge.manager",
				}
			},
		}
	})
}
