package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{"emergency_accesses": {rows: ofCase, loose: map[string]string{"reviewed_by": "whoever reviews is held to who asks when they do"}}},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, `insert into emergency_accesses (id, case_id, user_id, org_id, reason, note, at, review_due_at) values ($1, $2, $3, $4, 'danger_to_life', 'Somebody rang.', $5, $5)`,
				models.NewID(), s.ID, s.UserID, s.OrgID, s.Clock.Now())
		},
	})
}
