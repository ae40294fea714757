package handlers

import (
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/people"
)

func init() { furtherScenes = append(furtherScenes, peopleScenes) }

// peopleScenes are those of managing people. To a system administrator, who
// holds the same permission, a caseworker's account is not there.
func peopleScenes() map[string]func(setting) scene {
	on := func(suffix, body, foreign string, versioned bool) func(setting) scene {
		return func(s setting) scene {
			id := s.colleague(suffix == "/enable").String()
			sc := scene{who: "orgadmin", id: id, path: "/api/v1/people/" + id + suffix, body: body, foreign: foreign}
			if versioned {
				sc.version = 1
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
		"GET /api/v1/people/{id}":          on("", "", "admin", false),
		"POST /api/v1/people/{id}/role":    on("/role", `{"role":"caseworker"}`, "", true),
		"POST /api/v1/people/{id}/disable": on("/disable", "{}", "admin", true),
		"POST /api/v1/people/{id}/enable":  on("/enable", "", "admin", true),
		"POST /api/v1/people/{id}/reset":   on("/reset", "", "admin", false),
		"POST /api/v1/people/{id}/factors": func(s setting) scene {
			id := s.colleague(false)
			s.Do(s.t, "insert into app_keys (id, user_id, sealed, name) values ($1, $2, 'x', 'App')", models.NewID(), id)
			return scene{who: "orgadmin", id: id.String(), path: "/api/v1/people/" + id.String() + "/factors", body: `{"reason":"lost","checked":"in_person"}`, foreign: "admin"}
		},
		"POST /api/v1/people/{id}/reassign": func(s setting) scene {
			id := s.Person("vawg").ID.String()
			return scene{who: "vawg.manager", id: id, path: "/api/v1/people/" + id + "/reassign", body: `{"team":"Intake"}`, foreign: "refuge.manager"}
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

// colleague is one more worker of the organisation that has an administrator:
// what is done to them ends nobody's session that another scene plays with.
func (s setting) colleague(left bool) uuid.UUID {
	s.t.Helper()
	id := models.NewID()
	s.Do(s.t, `insert into users (id, org_id, email, name, role, password_hash, disabled_at) values ($1, $2, $3, 'A Colleague', 'provider_worker', 'x', case when $4 then now() end)`,
		id, s.Org(testkit.OrgVictims).ID, id.String()+"@demo.test", left)
	return id
}

func (s setting) invitation() people.Invitation {
	s.t.Helper()
	i, err := s.deps.People.Invite(s.As("orgadmin"), people.NewInvitation{Email: anID() + "@demo.test", Role: models.RoleCaseworker})
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}
