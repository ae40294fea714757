package handlers

import (
	"throughline/models"
	"throughline/services/referrals"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		onReferral := func(suffix, body string) func(setting) scene {
			return func(s setting) scene {
				v := s.accepted()
				return scene{who: "vawg", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + suffix, body: body, foreign: "refuge"}
			}
		}
		return map[string]func(setting) scene{
			"GET /api/v1/cases/{id}/notes": func(s setting) scene { return s.onCase("/notes", "") },
			"POST /api/v1/cases/{id}/notes": func(s setting) scene {
				return s.onCase("/notes", doc("text", "She rang to say that she is safe."))
			},
			"GET /api/v1/referrals/{id}/notes":  onReferral("/notes", ""),
			"POST /api/v1/referrals/{id}/notes": onReferral("/notes", doc("text", "She prefers mornings.", "kind", "shared")),
			"POST /api/v1/referrals/{id}/notes/open": func(s setting) scene {
				v := s.must("vawg", s.reached(), models.ActEndEarly, referrals.ActionInput{Reason: reasonOf(models.ActEndEarly), Report: "She moved."})
				return scene{
					who: "vawg.manager", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + "/notes/open",
					body: doc("reason", "A complaint about our work."), foreign: "refuge.manager",
				}
			},
		}
	})
}
