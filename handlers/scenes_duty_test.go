package handlers

import (
	"throughline/models"
)

func init() { furtherScenes = append(furtherScenes, dutyScenes) }

// dutyScenes are those of conflicts of interest.
func dutyScenes() map[string]func(setting) scene {
	return map[string]func(setting) scene{
		"POST /api/v1/conflicts": func(setting) scene {
			return scene{who: "caseworker", path: "/api/v1/conflicts", body: `{"kind":"knows","given_name":"Someone","family_name":"Declared"}`}
		},
		"POST /api/v1/conflicts/{id}/end": func(s setting) scene {
			d, err := s.deps.Protection.Declare(s.As("caseworker"), models.NewDeclaration{Kind: models.ConflictKnows, GivenName: "Someone", FamilyName: "Else"})
			if err != nil {
				s.t.Fatal(err)
			}
			return scene{who: "caseworker", id: d.ID.String(), path: "/api/v1/conflicts/" + d.ID.String() + "/end", foreign: "refuge"}
		},
		"POST /api/v1/cases/{id}/conflict": func(s setting) scene {
			id := s.lvsCase().String()
			return scene{who: "caseworker", id: id, path: "/api/v1/cases/" + id + "/conflict", body: `{"knows":false}`, foreign: "refuge"}
		},
	}
}
