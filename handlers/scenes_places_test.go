package handlers

import "throughline/internal/testkit"

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		return map[string]func(setting) scene{
			"POST /api/v1/services/{id}/capacity": func(s setting) scene {
				id := s.Service(testkit.ServiceIDVA).ID
				return scene{
					who: "vawg", id: id.String(), path: "/api/v1/services/" + id.String() + "/capacity", foreign: "refuge",
					version: s.Count(s.t, "select capacity_version from services where id = $1", id), body: `{"capacity":"limited","wait_days":14}`,
				}
			},
		}
	})
}
