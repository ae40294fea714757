package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	held := "held to who asks by the trigger that guards the table"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"handoffs": {rows: ofCase, by: "police", signed: []string{"from_org_id", "sent_by"}, loose: map[string]string{
				"received_by": held, "decided_by": held, "decided_by_org_id": held, "told_by": held, "told_by_org_id": held,
			}},
			"handoff_contents":   {rows: "id in (select id from handoffs where case_id = $1)"},
			"case_duties":        {rows: ofCase},
			"bulk_handoffs":      {rows: "from_org_id = $2", by: "police.manager", signed: []string{"from_org_id", "by_user_id", "run_by", "run_org_id"}},
			"bulk_handoff_cases": {rows: ofCase, by: "police.manager", signed: []string{"from_org_id"}},
			"case_closings": {rows: ofCase, by: "police", signed: []string{"closed_by", "closed_by_org_id"}, loose: map[string]string{
				"reopened_by": "who opened it again is held to who asks when it is said",
			}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, vawg, now, offer := s.Actor("police"), s.Actor("vawg"), s.Clock.Now(), models.NewID()
			s.Do(t, `insert into handoffs (id, reference, case_id, duty, from_org_id, to_org_id, sharing_decision_id, sent_at, sent_by, due_at)
				values ($1, $2, $3, 'victim_contact', $4, $5, $6, $7, $8, $7)`, offer, models.NewReference(models.HandoffReference), s.ID, police.OrgID, vawg.OrgID,
				s.Agreement(t, s.CaseFacts, vawg.OrgID), now, police.UserID)
			s.Do(t, "insert into handoff_contents (id, stage, content) values ($1, 'sending', $2)", offer, testkit.Seal(vault.HandoffSending, offer, `{"summary": "A hearing is near."}`))
			s.Do(t, "insert into case_duties (case_id, duty, org_id, from_at, until_at) values ($1, 'updates', $2, $3, $3)", s.ID, vawg.OrgID, now)
			bulk, manager := models.NewID(), s.Actor("police.manager")
			s.Do(t, `insert into bulk_handoffs (id, reference, from_org_id, to_org_id, words, at, by_user_id, doing, run, run_by, run_org_id, run_role)
				values ($1, $2, $3, $4, $5, $6, $7, 'offer', 1, $7, $3, 'manager')`, bulk, models.NewReference(models.BulkReference), police.OrgID, vawg.OrgID,
				testkit.Seal(vault.BulkWords, bulk, `{"summary": "A contract ends."}`), now, manager.UserID)
			s.Do(t, "insert into bulk_handoff_cases (bulk_id, n, case_id, from_org_id, to_org_id) values ($1, 1, $2, $3, $4)", bulk, s.ID, police.OrgID, vawg.OrgID)
			s.Do(t, "insert into case_closings (id, case_id, reason, closed_at, closed_by, closed_by_org_id, reopened_at) values ($1, $2, 'needs_met', $3, $4, $5, $3)",
				models.NewID(), s.ID, now, police.UserID, police.OrgID)
		},
	})
}
