package handlers

import (
	"throughline/internal/testkit"
	"throughline/services/accounts"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		return map[string]func(setting) scene{
			"POST /api/v1/auth/step-up": func(setting) scene {
				return scene{who: "analyst", path: "/api/v1/auth/step-up", body: doc("password", testkit.Password)}
			},
			"DELETE /api/v1/me/sessions": func(setting) scene { return scene{who: "lantern.manager", path: "/api/v1/me/sessions"} },
			"DELETE /api/v1/me/sessions/{id}": func(s setting) scene {
				s.t.Helper()
				started, err := s.deps.Edge.Accounts.SignIn(s.t.Context(), accounts.Credentials{Email: "support@demo.test", Password: testkit.Password, Kind: accounts.API})
				if err != nil {
					s.t.Fatal(err)
				}
				id := started.Actor.SessionID.String()
				return scene{who: "support", id: id, path: "/api/v1/me/sessions/" + id, foreign: "vawg"}
			},
		}
	})
}
