package handlers

import (
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

// atMARAC is a case at a MARAC that Lantern runs here and Ashdown takes part in,
// on the list of today's meeting, with an action of Ashdown's. It is put there by
// hand: what leads to it is of other scenes.
func (s setting) atMARAC() (referral testkit.PlantedReferral, meeting, action uuid.UUID) {
	s.t.Helper()
	lantern, vawg, now := s.Actor("lantern"), s.Actor("vawg"), s.Clock.Now()
	s.Do(s.t, "update organisations set kind = 'marac' where id = $1", lantern.OrgID)
	c := s.Case(s.t, s.As("police"))
	referral = s.Referral(s.t, c, testkit.ServiceLantern, models.StatusAccepted)
	clock := models.NewID()
	meeting, action = models.NewID(), models.NewID()
	s.Do(s.t, "insert into marac_partners (org_id, partner_org_id, at, by_user_id) values ($1, $2, $3, $4) on conflict do nothing", lantern.OrgID, vawg.OrgID, now, lantern.UserID)
	s.Do(s.t, "insert into marac_meetings (id, org_id, meets_on, at, by_user_id) select $1, $2, $3::date + 90 + (select count(*) from marac_meetings)::int, $3::timestamptz, $4", meeting, lantern.OrgID, now, lantern.UserID)
	s.Do(s.t, "insert into marac_cases (referral_id, case_id, org_id, reference, criteria, meeting_id, listed, at, by_user_id) values ($1, $2, $3, $4, '{score}', $5, 1, $6, $7)",
		referral.ID, c.ID, lantern.OrgID, referral.Reference, meeting, now, lantern.UserID)
	s.Do(s.t, `insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at) values ($1, $2, $3, 'K27', $4, 'running', 3, $5, $5, $5, $5)`,
		clock, c.ID, referral.ID, vawg.OrgID, now)
	s.Do(s.t, `insert into marac_actions (id, referral_id, case_id, owner_org_id, what, due_on, clock_id, at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6::timestamptz, $7, $6, $8, $9)`,
		action, referral.ID, c.ID, vawg.OrgID, testkit.Seal(vault.MARACAction, action, "Change the locks."), now, clock, lantern.UserID, lantern.OrgID)
	return referral, meeting, action
}

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		day := func(s setting, ahead int) string {
			return models.Today(s.Clock.Now()).AddDate(0, 0, ahead).Format(time.DateOnly)
		}
		at := func(who, suffix string, body func(s setting, meeting, action uuid.UUID) string) func(setting) scene {
			return func(s setting) scene {
				r, meeting, action := s.atMARAC()
				sc := scene{who: who, id: r.ID.String(), path: "/api/v1/marac/cases/" + r.ID.String() + suffix, foreign: "refuge"}
				if body != nil {
					sc.body = body(s, meeting, action)
				}
				return sc
			}
		}
		return map[string]func(setting) scene{
			"GET /api/v1/marac": func(s setting) scene {
				s.atMARAC()
				return scene{who: "lantern", path: "/api/v1/marac"}
			},
			"POST /api/v1/marac/meetings": func(s setting) scene {
				s.atMARAC()
				return scene{who: "lantern", path: "/api/v1/marac/meetings", body: doc("meets_on", day(s, 200))}
			},
			"POST /api/v1/marac/partners": func(s setting) scene {
				s.atMARAC()
				s.Do(s.t, "delete from marac_partners where partner_org_id = $1", s.Org(testkit.OrgPolice).ID)
				return scene{who: "lantern", path: "/api/v1/marac/partners", body: doc("organisation_id", s.Org(testkit.OrgPolice).ID)}
			},
			"GET /api/v1/marac/cases/{id}": at("vawg", "", nil),
			"POST /api/v1/marac/cases/{id}/screen": func(s setting) scene {
				s.atMARAC()
				r := s.Referral(s.t, s.Case(s.t, s.As("police")), testkit.ServiceLantern, models.StatusAccepted)
				return scene{who: "lantern", id: r.ID.String(), path: "/api/v1/marac/cases/" + r.ID.String() + "/screen", body: doc("criteria", []string{"score"}), foreign: "refuge"}
			},
			"POST /api/v1/marac/cases/{id}/list":     at("lantern", "/list", func(_ setting, meeting, _ uuid.UUID) string { return doc("meeting_id", meeting) }),
			"POST /api/v1/marac/cases/{id}/research": at("vawg", "/research", func(setting, uuid.UUID, uuid.UUID) string { return doc("words", "He waits outside her work.") }),
			"POST /api/v1/marac/cases/{id}/minutes": func(s setting) scene {
				sc := at("lantern", "/minutes", func(setting, uuid.UUID, uuid.UUID) string { return doc("minutes", "Heard at eleven.") })(s)
				s.Do(s.t, "update marac_meetings set meets_on = $2::date - 1 - (select count(*) from marac_meetings)::int where id = (select meeting_id from marac_cases where referral_id = $1)", sc.id, s.Clock.Now())
				return sc
			},
			"POST /api/v1/marac/cases/{id}/actions": at("lantern", "/actions", func(s setting, _, _ uuid.UUID) string {
				return doc("owner_organisation_id", s.Org(testkit.OrgVAWG).ID, "what", "Change the locks.", "due_on", day(s, 100))
			}),
			"POST /api/v1/marac/cases/{id}/actions/done": at("vawg", "/actions/done", func(_ setting, _, action uuid.UUID) string { return doc("action_id", action) }),
		}
	})
}
