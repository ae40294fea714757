package handlers

import (
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/rights"
)

func init() {
	furtherScenes = append(furtherScenes, retentionScenes, breachScenes)
}

// retentionScenes are those of the police's manager on what is past keeping.
func retentionScenes() map[string]func(setting) scene {
	const base = "/api/v1/retention/"
	return map[string]func(setting) scene{
		"POST /api/v1/retention/schedules/{kind}": func(s setting) scene {
			d, err := s.deps.Rights.SetSchedule(s.As("police.manager"), "no_contact", rights.ScheduleInput{Months: 7, Source: "Our policy"})
			if err != nil {
				s.t.Fatal(err)
			}
			return scene{who: "police.manager", id: "no_contact", path: base + "schedules/no_contact", version: d.Version, body: `{"months":9,"source":"A new policy"}`}
		},
		"GET /api/v1/retention/items/{id}": func(s setting) scene { return s.onItem("", "") },
		"POST /api/v1/retention/items/{id}/approve": func(s setting) scene {
			sc := s.onItem("/approve", "")
			sc.version = 1
			return sc
		},
		"POST /api/v1/retention/items/{id}/keep": func(s setting) scene {
			sc := s.onItem("/keep", `{"reason":"inquest"}`)
			sc.version = 1
			return sc
		},
		"POST /api/v1/retention/holds": func(s setting) scene {
			return scene{who: "police.manager", path: base + "holds", body: doc("reference", s.Case(s.t, s.As("police")).Reference, "reason", "police")}
		},
		"POST /api/v1/retention/holds/{id}/lift": func(s setting) scene {
			h, err := s.deps.Rights.PlaceHold(s.As("police.manager"), rights.HoldInput{Reference: s.Case(s.t, s.As("police")).Reference, Reason: "police"})
			if err != nil {
				s.t.Fatal(err)
			}
			return scene{who: "police.manager", id: h.ID.String(), path: base + "holds/" + h.ID.String() + "/lift", version: 1, body: `{"note":"Over."}`, foreign: "refuge.manager"}
		},
		"GET /api/v1/certificates/{reference}": func(s setting) scene {
			ref := s.certificate()
			return scene{who: "police.manager", id: ref, path: "/api/v1/certificates/" + ref, foreign: "refuge.manager"}
		},
	}
}

func (s setting) onItem(suffix, body string) scene {
	id := s.pastKeeping().String()
	return scene{who: "police.manager", id: id, path: "/api/v1/retention/items/" + id + suffix, body: body, foreign: "refuge.manager"}
}

// pastKeeping is an item of the police's list.
func (s setting) pastKeeping() uuid.UUID {
	s.t.Helper()
	c, id := s.Case(s.t, s.As("police")), models.NewID()
	s.Do(s.t, `insert into retention_items (id, org_id, kind, subject_id, reference, class, source, since, due_on, found_at)
		values ($1, $2, 'case', $3, $4, 'no_service', 'A rule', $5, '2026-11-01', $5)`, id, c.OrgID, c.ID, c.Reference, s.Clock.Now())
	return id
}

// certificate is one of the police's.
func (s setting) certificate() string {
	s.t.Helper()
	m, ref := s.Actor("police.manager"), models.NewReference(models.CertificateReference)
	s.Do(s.t, `insert into tombstones (id, reference, org_id, why, record_kind, record_reference, class, source, approved_by, approved_at, deleted_at, counts, hash)
		values ($1, $2, $3, 'retention', 'case', 'C-0000-0000-0', 'no_service', 'A rule', $4, $5, $5, '{"cases": 1}', sha256('x'))`, models.NewID(), ref, m.OrgID, m.UserID, s.Clock.Now())
	return ref
}

// breachScenes are those of the police's manager on what went wrong.
func breachScenes() map[string]func(setting) scene {
	const base = "/api/v1/breaches"
	return map[string]func(setting) scene{
		"POST /api/v1/breaches": func(s setting) scene {
			return scene{who: "police.manager", path: base, body: doc("what", "A letter went astray.", "cause", "wrong_recipient", "aware_at", s.Clock.Now(), "data_kinds", []string{"address"})}
		},
		"GET /api/v1/breaches/{id}": func(s setting) scene {
			id := s.breach().ID.String()
			return scene{who: "police.manager", id: id, path: base + "/" + id, foreign: "refuge.manager"}
		},
		"POST /api/v1/breaches/{id}/update": func(s setting) scene {
			id := s.breach().ID.String()
			return scene{who: "police.manager", id: id, path: base + "/" + id + "/update", version: 1, body: `{"risk":"likely","risk_why":"An address was on it."}`, foreign: "refuge.manager"}
		},
		"POST /api/v1/safety-incidents/{id}/breach": func(s setting) scene {
			id := s.incident().String()
			return scene{who: "vawg.manager", id: id, path: "/api/v1/safety-incidents/" + id + "/breach", foreign: "refuge.manager"}
		},
	}
}

func (s setting) breach() models.Breach {
	s.t.Helper()
	b, err := s.deps.Rights.LogBreach(s.As("police.manager"), rights.BreachInput{What: "A letter went astray.", Cause: "wrong_recipient", AwareAt: s.Clock.Now().Add(-time.Hour)})
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// incident is a contact of Ashdown's on a way that was not safe.
func (s setting) incident() uuid.UUID {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"))
	r, vawg, id := s.Referral(s.t, c, testkit.ServiceIDVA, models.StatusAccepted), s.Actor("vawg"), models.NewID()
	s.Do(s.t, `insert into contact_attempts (id, case_id, referral_id, channel_id, channel, direction, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
		values ($1, $2, $3, $4, 'phone', 'out', 'other_adult', false, true, '{}', $5, $6, $7)`, id, c.ID, r.ID, c.Phone, s.Clock.Now(), vawg.UserID, vawg.OrgID)
	return id
}
