package handlers

import (
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/protection"
)

func init() { furtherScenes = append(furtherScenes, protectionScenes) }

// protectionScenes are those of what hides records: the London Victim Service
// has a manager and a privacy officer.
func protectionScenes() map[string]func(setting) scene {
	on := func(who, foreign, suffix string, body func(setting) string) func(setting) scene {
		return func(s setting) scene {
			id := s.lvsCase().String()
			return scene{who: who, id: id, path: "/api/v1/cases/" + id + "/protection" + suffix, body: body(s), foreign: foreign}
		}
	}
	nothing := func(setting) string { return "" }
	reason := func(code string) func(setting) string { return func(setting) string { return doc("reason", code) } }
	named := func(who string) func(setting) string {
		return func(s setting) string { return doc("reason", "works_here", "people", []uuid.UUID{s.Person(who).ID}) }
	}
	narrow := func(suffix string, body func(setting) string) func(setting) scene {
		return func(s setting) scene {
			id := s.sent().ID.String()
			return scene{who: "vawg.manager", id: id, path: "/api/v1/referrals/" + id + "/protection" + suffix, body: body(s), foreign: "refuge.manager"}
		}
	}
	return map[string]func(setting) scene{
		"GET /api/v1/cases/{id}/protection":           on("caseworker", "refuge", "", nothing),
		"POST /api/v1/cases/{id}/protection/restrict": on("caseworker.manager", "refuge.manager", "/restrict", named("caseworker.manager")),
		"POST /api/v1/cases/{id}/protection/lift": func(s setting) scene {
			sc := on("privacy", "", "/lift", reason("no_longer_needed"))(s)
			s.decide("caseworker.manager", sc.id, protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("caseworker").ID}, Reason: "works_here"})
			return sc
		},
		"POST /api/v1/cases/{id}/protection/bars": on("caseworker", "refuge", "/bars", func(setting) string {
			return doc("email", "nobody@elsewhere.test", "reason", "knows_victim")
		}),
		"POST /api/v1/cases/{id}/protection/requests": on("privacy", "", "/requests", func(setting) string { return doc("action", "seal", "reason", "court_order") }),
		"POST /api/v1/cases/{id}/protection/requests/{request_id}/answer": func(s setting) scene {
			sc := on("caseworker.manager", "refuge.manager", "", func(setting) string { return `{"approve":true}` })(s)
			d := s.decide("privacy", sc.id, protection.Ask{Action: models.ProtectSeal, Reason: "court_order"})
			sc.path += "/requests/" + d.ID.String() + "/answer"
			return sc
		},
		"POST /api/v1/break-glass": func(s setting) scene {
			return scene{who: "support", path: "/api/v1/break-glass", body: doc("reference", s.shut(), "reason", "danger_to_life", "note", "Somebody rang.")}
		},
		"POST /api/v1/break-glass/{id}/review": func(s setting) scene {
			e, err := s.deps.Protection.OpenInEmergency(s.As("support"), protection.EmergencyInput{Reference: s.shut(), Reason: "danger_to_life", Note: "Somebody rang."})
			if err != nil {
				s.t.Fatal(err)
			}
			return scene{who: "privacy", id: e.ID.String(), path: "/api/v1/break-glass/" + e.ID.String() + "/review", body: `{"justified":true,"note":"I asked them."}`}
		},
		"POST /api/v1/referrals/{id}/protection/restrict": narrow("/restrict", named("vawg.manager")),
		"POST /api/v1/referrals/{id}/protection/lift":     narrow("/lift", reason("no_longer_needed")),
	}
}

// lvsCase is a case of the London Victim Service, about somebody whom no other
// case of the stage can be taken for: what is protected is taken over.
func (s setting) lvsCase() uuid.UUID {
	s.t.Helper()
	c := s.Case(s.t, s.As("caseworker"), func(f *testkit.CaseFacts) { f.GivenName = "Someone" + models.NewID().String() })
	s.Do(s.t, "delete from contact_details where case_id = $1", c.ID)
	return c.ID
}

// shut is the reference of a case restricted to its caseworker.
func (s setting) shut() string {
	s.t.Helper()
	id := s.lvsCase()
	s.decide("caseworker.manager", id.String(), protection.Ask{Action: models.ProtectRestrict, People: []uuid.UUID{s.Person("caseworker").ID}, Reason: "works_here"})
	v, err := s.deps.Cases.Get(s.As("caseworker"), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return v.Case.Reference
}

func (s setting) decide(who, id string, in protection.Ask) protection.Decision {
	s.t.Helper()
	d, err := s.deps.Protection.Decide(s.As(who), uuid.MustParse(id), in)
	if err != nil {
		s.t.Fatalf("%s deciding %s: %v %v", who, in.Action, err, models.FieldsOf(err))
	}
	return d
}
