package handlers

import (
	"time"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/handoffs"
)

// handed is a case that the police have offered to the London Victim Service,
// and have agreed with the victim to share.
func (s setting) handed() (testkit.CaseFacts, handoffs.View) {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"))
	s.Agreement(s.t, c, s.Org(testkit.OrgVictims).ID)
	v, err := s.deps.Handoffs.Offer(s.As("police"), c.ID, handoffs.Offer{
		ToOrgID: s.Org(testkit.OrgVictims).ID, Duty: models.DutyCase, Reason: "She moved here.", Summary: "A hearing is near.",
	})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return c, v
}

func (s setting) tookOver() handoffs.View {
	s.t.Helper()
	_, v := s.handed()
	v, err := s.deps.Handoffs.Do(s.As("caseworker"), v.ID, models.HandoffAccept, handoffs.Act{ReceiverReference: "LVS 12"})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		on := func(who, action, body string) func(setting) scene {
			return func(s setting) scene {
				_, v := s.handed()
				sc := scene{who: who, id: v.ID.String(), path: "/api/v1/handoffs/" + v.ID.String() + action, body: body, foreign: "refuge"}
				if body != "" {
					sc.version = v.Version
				}
				return sc
			}
		}
		return map[string]func(setting) scene{
			"POST /api/v1/cases/{id}/handoffs": func(s setting) scene {
				c := s.Case(s.t, s.As("police"))
				s.Agreement(s.t, c, s.Org(testkit.OrgVictims).ID)
				return scene{
					who: "police", id: c.ID.String(), path: "/api/v1/cases/" + c.ID.String() + "/handoffs", foreign: "refuge",
					body: doc("to_organisation_id", s.Org(testkit.OrgVictims).ID, "duty", "case", "reason", "She moved here.", "summary", "A hearing is near."),
				}
			},
			"GET /api/v1/handoffs/{id}":         on("caseworker", "", ""),
			"POST /api/v1/handoffs/{id}/accept": on("caseworker", "/accept", doc("receiver_reference", "LVS 12", "note", "We ring her on Monday.")),
			"POST /api/v1/handoffs/{id}/refuse": on("caseworker", "/refuse", doc("reason", "wrong_borough", "note", "She lives in Kent.")),
			"POST /api/v1/handoffs/{id}/recall": on("police", "/recall", doc("note", "She is moving back.")),
			"POST /api/v1/handoffs/{id}/victim-told": func(s setting) scene {
				v := s.tookOver()
				return scene{
					who: "caseworker", id: v.ID.String(), path: "/api/v1/handoffs/" + v.ID.String() + "/victim-told", version: v.Version, foreign: "refuge",
					body: doc("channel", "phone", "understood", "yes", "help", "interpreter"),
				}
			},
			"POST /api/v1/cases/{id}/close": func(s setting) scene {
				sc := s.onCase("/close", doc("reason", "needs_met", "note", "A safety plan stands."))
				sc.version = 1
				return sc
			},
			"POST /api/v1/cases/{id}/reopen": func(s setting) scene {
				c := s.Case(s.t, s.As("police"))
				s.Clock.Advance(time.Minute)
				v, err := s.deps.Cases.Close(s.As("police"), c.ID, cases.Closing{Reason: "needs_met"})
				if err != nil {
					s.t.Fatal(err, models.FieldsOf(err))
				}
				return scene{who: "police", id: c.ID.String(), path: "/api/v1/cases/" + c.ID.String() + "/reopen", version: v.Case.Version, foreign: "refuge"}
			},
		}
	})
}
