package handlers

import (
	"throughline/models"
	"throughline/services/people"
)

func init() { furtherScenes = append(furtherScenes, peopleScenes) }

// peopleScenes are those of managing people. To a system administrator, who
// holds the same permission, a caseworker's account is not there.
func peopleScenes() map[string]func(setting) scene {
	on := func(who, target, suffix, body, foreign string, versioned bool) func(setting) scene {
		return func(s setting) scene {
			id := s.Person(target).ID.String()
			sc := scene{who: who, id: id, path: "/api/v1/people/" + id + suffix, body: body, foreign: foreign}
			if versioned {
				sc.version = s.Count(s.t, "select version from users where id = $1", s.Person(target).ID)
			}
			return sc
		}
	}
	invited := func(suffix string) func(setting) scene {
		return func(s setting) scene {
			id := s.invitation().ID.String()
			return scene{who: "orgadmin", id: id, path: "/api/v1/invitations/" + id + suffix, foreign: "admin"}
		}
	}
	out := map[string]func(setting) scene{
		"GET /api/v1/people/{id}":          on("orgadmin", "support", "", "", "admin", false),
		"POST /api/v1/people/{id}/role":    on("orgadmin", "support", "/role", `{"role":"caseworker"}`, "", true),
		"POST /api/v1/people/{id}/disable": on("orgadmin", "privacy", "/disable", "{}", "admin", true),
		"POST /api/v1/people/{id}/reset":   on("orgadmin", "caseworker", "/reset", "", "admin", false),
		"POST /api/v1/people/{id}/reassign": func(s setting) scene {
			id := s.Person("vawg").ID.String()
			return scene{who: "vawg.manager", id: id, path: "/api/v1/people/" + id + "/reassign", body: `{"team":"Intake"}`, foreign: "refuge.manager"}
		},
		"POST /api/v1/people/{id}/enable": func(s setting) scene {
			s.Do(s.t, "update users set disabled_at = now() where id = $1", s.Person("caseworker.manager").ID)
			return on("orgadmin", "caseworker.manager", "/enable", "", "admin", true)(s)
		},
		"POST /api/v1/invitations": func(setting) scene {
			return scene{who: "orgadmin", path: "/api/v1/invitations", body: `{"email":"` + anID() + `@demo.test","role":"caseworker"}`}
		},
	}
	out["GET /api/v1/invitations/{id}"] = invited("")
	out["POST /api/v1/invitations/{id}/link"] = invited("/link")
	out["POST /api/v1/invitations/{id}/take-back"] = invited("/take-back")
	return out
}

func (s setting) invitation() people.Invitation {
	s.t.Helper()
	i, err := s.deps.People.Invite(s.As("orgadmin"), people.NewInvitation{Email: anID() + "@demo.test", Role: models.RoleCaseworker})
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}
