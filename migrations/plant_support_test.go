package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	own := plant{rows: ofCase, by: "vawg", signed: []string{"by_user_id", "by_org_id"}}
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{"need_ratings": own, "support_goals": own, "goal_reviews": own, "appointments": own, "appointment_outcomes": own},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			vawg, now := s.Actor("vawg"), s.Clock.Now()
			goal, appointment := models.NewID(), models.NewID()
			put := func(statement string, args ...any) {
				s.Do(t, statement, append([]any{s.ID, s.accepted.ID, now, vawg.UserID, vawg.OrgID}, args...)...)
			}
			put("insert into need_ratings (id, case_id, referral_id, need, point, score, at, by_user_id, by_org_id) values ($6, $1, $2, 'health', 'start', 2, $3, $4, $5)", models.NewID())
			put("insert into support_goals (id, case_id, referral_id, need, goal, review_on, at, by_user_id, by_org_id) values ($6, $1, $2, 'health', $7, $3::timestamptz, $3, $4, $5)",
				goal, testkit.Seal(vault.GoalText, goal, "Sleep through the night."))
			put("insert into goal_reviews (id, case_id, referral_id, goal_id, state, at, by_user_id, by_org_id) values ($6, $1, $2, $7, 'reached', $3, $4, $5)", models.NewID(), goal)
			put(`insert into appointments (id, case_id, referral_id, starts_at, place, channel, at, by_user_id, by_org_id)
				values ($6, $1, $2, $3, 'office', 'phone', $3, $4, $5)`, appointment)
			put(`insert into appointment_outcomes (id, case_id, referral_id, appointment_id, happened, attendance, at, by_user_id, by_org_id)
				values ($6, $1, $2, $7, true, 'attended', $3, $4, $5)`, models.NewID(), appointment)
		},
	})
}
