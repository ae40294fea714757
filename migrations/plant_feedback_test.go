package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	office := map[models.Role]string{models.RoleCommissionerAuditor: "answers: no person, no reference", models.RoleCommissionerAnalyst: "answers: no person, no reference"}
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"feedback_invitations": {rows: ofCase},
			"feedback_answers":     {rows: "point = 'working'", sees: office},
			"feedback_words": {
				rows: "id in (select id from feedback_answers where point = 'working')",
				sees: map[models.Role]string{models.RoleCommissionerAuditor: "what was said in words, of nobody by name"},
			},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			id, now, vawg := models.NewID(), s.Clock.Now(), s.Org(testkit.OrgVAWG).ID
			s.Do(t, `insert into feedback_invitations (id, case_id, referral_id, service_id, org_id, point, made_at, expires_at, answered_at)
				select $1, case_id, id, service_id, to_org_id, 'working', $3::timestamptz, $3::timestamptz + interval '28 days', $3 from referrals where id = $2`, id, s.accepted.ID, now)
			s.Do(t, "insert into feedback_answers (id, org_id, point, month, heard) values ($1, $2, 'working', '2026-11-01', 'yes')", id, vawg)
			s.Do(t, "insert into feedback_words (id, words) values ($1, $2)", id, testkit.Seal(vault.FeedbackWords, id, "They rang me."))
		},
	})
}
