package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"complaints":        {rows: "by_org_id = $2", by: "police", signed: []string{"by_user_id", "by_org_id"}, loose: map[string]string{"said_by": "what sort of person says it, a code"}},
			"complaint_entries": {rows: "by_org_id = $2", by: "police", signed: []string{"by_user_id", "by_org_id"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, vawg, now, id, entry := s.Actor("police"), s.Actor("vawg"), s.Clock.Now(), models.NewID(), models.NewID()
			s.Do(t, `insert into complaints (id, kind, org_id, case_id, said_by, channel, topic, words, received_on, received_at, at, changed_at, by_user_id, by_org_id)
				values ($1, 'complaint', $2, $3, 'victim', 'phone', 'delay', $4, '2026-11-20', $5, $5, $5, $6, $7)`, id, vawg.OrgID, s.ID,
				testkit.Seal(vault.ComplaintWords, id, `{"said": "Nobody rang."}`), now, police.UserID, police.OrgID)
			s.Do(t, "insert into complaint_entries (id, complaint_id, kind, words, at, by_user_id, by_org_id) values ($1, $2, 'escalated', $3, $4, $5, $6)", entry, id,
				testkit.Seal(vault.ComplaintEntryWords, entry, `{"said": "Nobody answers."}`), now, police.UserID, police.OrgID)
		},
	})
}
