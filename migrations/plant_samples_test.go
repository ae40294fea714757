package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	const ofOffice = "org_id = $2" // as if the police were the office: no auditor of another one comes near it
	held := func(columns ...string) map[string]string {
		out := map[string]string{}
		for _, c := range columns {
			out[c] = "its policy holds it to who asks, and only an office's auditor or the organisation asked gets that far"
		}
		return out
	}
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"quality_opt_outs":       {rows: ofCase, by: "police", signed: []string{"org_id", "by_user_id"}},
			"quality_samples":        {rows: ofOffice, loose: held("drawn_by")},
			"quality_sample_items":   {rows: ofCase},
			"quality_reviews":        {rows: ofOffice, loose: held("by_user_id")},
			"quality_findings":       {rows: ofOffice, loose: held("by_user_id")},
			"quality_actions":        {rows: ofOffice, loose: held("by_user_id")},
			"quality_action_entries": {rows: "action_id in (select id from quality_actions)", loose: held("by_user_id", "by_org_id")},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			office, police, now, sample, item, review, finding, action := s.Actor("police"), s.Actor("police"), s.Clock.Now(), models.NewID(), models.NewID(), models.NewID(), models.NewID(), models.NewID()
			s.Do(t, "insert into quality_opt_outs (case_id, org_id, at, by_user_id) values ($1, $2, $3, $4)", s.ID, police.OrgID, now, police.UserID)
			s.Do(t, `insert into quality_samples (id, org_id, name, pathway, standard_version, from_month, to_month, size, strata, seed, second_share, in_reach, drawn_at, drawn_by)
				values ($1, $2, 'First round', 'vawg', 1, '2026-11-01', '2026-11-01', 1, 'none', 7, 0, 10, $3, $4)`, sample, office.OrgID, now, office.UserID)
			s.Do(t, `insert into quality_sample_items (id, sample_id, org_id, n, person, case_id, referral_id, service_id, from_org_id, to_org_id, second, copy)
				select $1, $2, $3, 1, 'P-0A1B2', case_id, id, service_id, from_org_id, to_org_id, false, $5 from referrals where id = $4`, item, sample, office.OrgID, s.accepted.ID,
				testkit.Seal(vault.SampleCopy, item, `{"Status": "accepted"}`))
			s.Do(t, "insert into quality_reviews (id, item_id, sample_id, org_id, kind, grades, words, at, by_user_id) values ($1, $2, $3, $4, 'first', '{}', $5, $6, $7)",
				review, item, sample, office.OrgID, testkit.Seal(vault.ReviewWords, review, `{}`), now, office.UserID)
			s.Do(t, "insert into quality_findings (id, sample_id, org_id, theme, finding, at, by_user_id) values ($1, $2, $3, 'risk', 'Late.', $4, $5)", finding, sample, office.OrgID, now, office.UserID)
			s.Do(t, `insert into quality_actions (id, finding_id, sample_id, org_id, to_org_id, recommendation, owner, due_on, at, by_user_id, state, closed_at)
				values ($1, $2, $3, $4, $5, 'Answer.', 'Manager', '2026-12-31', $6, $7, 'closed', $6)`, action, finding, sample, office.OrgID, s.Org(testkit.OrgVAWG).ID, now, office.UserID)
			s.Do(t, "insert into quality_action_entries (id, action_id, kind, said, at, by_user_id, by_org_id) values ($1, $2, 'closed', 'Done.', $3, $4, $5)", models.NewID(), action, now, office.UserID, office.OrgID)
		},
	})
}
