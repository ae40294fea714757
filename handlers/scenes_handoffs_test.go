package handlers

import (
	"time"

	"github.com/google/uuid"

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

// abroad is an organisation that never signs in: always the same one.
func (s setting) abroad() uuid.UUID {
	s.t.Helper()
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte("Snaresbrook court"))
	s.Do(s.t, "insert into organisations (id, name, kind) values ($1, 'Snaresbrook court', 'court') on conflict do nothing", id)
	if err := s.deps.Directory.Reload(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// wordOf is what the police say of that partner's side of a hand-off.
func (s setting) wordOf(accepted bool) (testkit.CaseFacts, handoffs.View) {
	s.t.Helper()
	c, at := s.Case(s.t, s.As("police")), s.Clock.Now().Add(-time.Hour)
	in := handoffs.Offer{
		ToOrgID: s.abroad(), Duty: models.DutyWitnessCare, Reason: "It goes to court.", Summary: "She needs a screen.",
		OffSystem: &models.OffSystemWord{SentAt: at, Proof: "A letter."},
	}
	if accepted {
		in.OffSystem.AcceptedAt = &at
	}
	v, err := s.deps.Handoffs.Offer(s.As("police"), c.ID, in)
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return c, v
}

// apart is a duty that lies apart from its case, with who took it.
func (s setting) apart() handoffs.View {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"))
	s.Agreement(s.t, c, s.Org(testkit.OrgVictims).ID)
	v, err := s.deps.Handoffs.Offer(s.As("police"), c.ID, handoffs.Offer{
		ToOrgID: s.Org(testkit.OrgVictims).ID, Duty: models.DutyVictimContact, Reason: "She knows them.", Summary: "She asked for one voice.",
	})
	if err == nil {
		v, err = s.deps.Handoffs.Do(s.As("caseworker"), v.ID, models.HandoffAccept, handoffs.Act{ReceiverReference: "LVS 7"})
	}
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

// closed is a case that the police have closed.
func (s setting) closed() cases.View {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"))
	s.Clock.Advance(time.Minute)
	v, err := s.deps.Cases.Close(s.As("police"), c.ID, cases.Closing{Reason: "needs_met"})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
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

// many is two cases that a manager of the police has offered as one act, one of
// them without an agreement to share.
func (s setting) many() handoffs.BulkView {
	s.t.Helper()
	c, without := s.Case(s.t, s.As("police")), s.Case(s.t, s.As("police"))
	s.Agreement(s.t, c, s.Org(testkit.OrgVictims).ID)
	v, err := s.deps.Handoffs.BeginBulk(s.As("police.manager"), handoffs.BulkOffer{
		ToOrgID: s.Org(testkit.OrgVictims).ID, Reason: "The contract ends.", Summary: "Each has a plan.", CaseIDs: []uuid.UUID{c.ID, without.ID},
	})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		bulk := func(who, action, body string) func(setting) scene {
			return func(s setting) scene {
				v := s.many()
				return scene{who: who, id: v.ID.String(), path: "/api/v1/bulk-handoffs/" + v.ID.String() + action, body: body, foreign: "refuge.manager"}
			}
		}
		return map[string]func(setting) scene{
			"POST /api/v1/bulk-handoffs": func(s setting) scene {
				c := s.Case(s.t, s.As("police"))
				s.Agreement(s.t, c, s.Org(testkit.OrgVictims).ID)
				return scene{who: "police.manager", path: "/api/v1/bulk-handoffs", body: doc("to_organisation_id", s.Org(testkit.OrgVictims).ID,
					"reason", "The contract ends.", "summary", "Each has a plan.", "case_ids", []uuid.UUID{c.ID})}
			},
			"GET /api/v1/bulk-handoffs/{id}":         bulk("caseworker.manager", "", ""),
			"GET /api/v1/bulk-handoffs/{id}/cases":   bulk("caseworker.manager", "/cases", ""),
			"POST /api/v1/bulk-handoffs/{id}/offer":  bulk("police.manager", "/offer", ""),
			"POST /api/v1/bulk-handoffs/{id}/recall": bulk("police.manager", "/recall", doc("note", "The contract goes on.")),
			"POST /api/v1/bulk-handoffs/{id}/accept": bulk("caseworker.manager", "/accept", doc("receiver_reference", "LVS-26")),
			"POST /api/v1/bulk-handoffs/{id}/refuse": bulk("caseworker.manager", "/refuse", doc("reason", "no_capacity", "note", "There are too many.")),
		}
	})
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
				at := s.Clock.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
				return scene{
					who: "police", id: c.ID.String(), path: "/api/v1/cases/" + c.ID.String() + "/handoffs", foreign: "refuge",
					body: doc("to_organisation_id", s.abroad(), "duty", "witness_care", "reason", "It goes to court.", "summary", "She needs a screen.",
						"off_system", map[string]any{"sent_at": at, "accepted_at": at, "partner_reference": "T20261", "proof": "A letter."}),
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
				c := s.closed().Case
				return scene{who: "police", id: c.ID.String(), path: "/api/v1/cases/" + c.ID.String() + "/reopen", version: c.Version, foreign: "refuge"}
			},
		}
	})
}
