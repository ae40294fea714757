package handlers

import (
	"throughline/models"
	"throughline/services/referrals"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		return map[string]func(setting) scene{
			"POST /api/v1/referrals/{id}/open": func(s setting) scene {
				v := s.must("vawg", s.reached(), models.ActEndEarly, referrals.ActionInput{Reason: reasonOf(models.ActEndEarly), Report: "She moved."})
				return scene{
					who: "vawg.manager", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + "/open",
					body: doc("reason", "A complaint about our work."), foreign: "refuge.manager",
				}
			},
		}
	})
}
