package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	told := "held to who asks by the policy of the telling"
	ended := "held to who asks by the policy of the change"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"case_events": {
				rows: ofCase, by: "police", signed: []string{"by_user_id", "by_org_id", "source_org_id"},
				loose: map[string]string{"told_by_user_id": told, "told_by_org_id": told},
			},
			"case_clocks": {rows: ofCase, by: "police", loose: map[string]string{"ended_by_user_id": ended, "ended_by_org_id": ended}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, now, event, clock := s.Actor("police"), s.Clock.Now(), models.NewID(), models.NewID()
			s.Do(t, `insert into case_events (id, case_id, type, occurred_at, known_at, at, source_org_id, details, words, by_user_id, by_org_id)
				values ($1, $2, 'E7', $3, $3, $3, $4, '{"what": "arrested"}', $5, $6, $4)`, event, s.ID, now, police.OrgID, testkit.Seal(vault.EventWords, event, `{"reason": "A witness."}`), police.UserID)
			s.Do(t, `insert into clocks (id, case_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
				values ($1, $2, 'K3', $3, 'running', 1, $4, $4::timestamptz + interval '1 day', $4::timestamptz + interval '1 day', $4)`, clock, s.ID, police.OrgID, now)
			s.Do(t, "insert into case_clocks (clock_id, case_id, event_id, off_record, enhanced) values ($1, $2, $3, false, true)", clock, s.ID, event)
		},
	})
}
