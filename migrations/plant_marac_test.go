package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	written := plant{rows: ofCase, by: "vawg", signed: []string{"by_user_id", "by_org_id"}}
	actions := written
	actions.loose = map[string]string{"done_by": "nobody writes it with the row, and it is held to who asks when it is said"}
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"marac_partners": {rows: "partner_org_id = $2", by: "vawg", signed: []string{"org_id", "by_user_id"}},
			"marac_meetings": {rows: "id in (select meeting_id from marac_cases where case_id = $1)", by: "vawg", signed: []string{"org_id", "by_user_id"}},
			"marac_cases":    {rows: ofCase, by: "vawg", signed: []string{"org_id", "by_user_id"}},
			"marac_research": written, "marac_minutes": written, "marac_actions": actions,
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			vawg, now, meeting, clock := s.Actor("vawg"), s.Clock.Now(), models.NewID(), models.NewID()
			put := func(statement string, args ...any) {
				s.Do(t, statement, append([]any{s.ID, s.accepted.ID, now, vawg.UserID, vawg.OrgID}, args...)...)
			}
			s.Do(t, "insert into marac_partners (org_id, partner_org_id, at, by_user_id) values ($1, $2, $3, $4)", vawg.OrgID, s.Actor("police").OrgID, now, vawg.UserID)
			s.Do(t, "insert into marac_meetings (id, org_id, meets_on, at, by_user_id) values ($1, $2, $3::timestamptz, $3, $4)", meeting, vawg.OrgID, now, vawg.UserID)
			put(`insert into marac_cases (referral_id, case_id, org_id, reference, criteria, meeting_id, at, by_user_id)
				select $2, $1, $5, r.reference, '{score}', $6, $3, $4 from referrals r where r.id = $2`, meeting)
			for table, column := range map[string]vault.Column{"marac_research": vault.MARACResearch, "marac_minutes": vault.MARACMinutes} {
				id := models.NewID()
				put("insert into "+table+" (id, referral_id, case_id, words, at, by_user_id, by_org_id) values ($6, $2, $1, $7, $3, $4, $5)", id, testkit.Seal(column, id, "He has a key."))
			}
			put(`insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
				select $6, $1, $2, 'K27', $5, 'running', 3, $3, $3, $3, $3 where $4::uuid is not null`, clock)
			id := models.NewID()
			put("insert into marac_actions (id, referral_id, case_id, owner_org_id, what, due_on, clock_id, at, by_user_id, by_org_id) values ($6, $2, $1, $5, $7, $3::timestamptz, $8, $3, $4, $5)",
				id, testkit.Seal(vault.MARACAction, id, "Change the locks."), clock)
		},
	})
}
