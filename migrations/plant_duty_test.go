package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"conflicts":          {rows: "user_id = $3", by: "police", signed: []string{"user_id", "org_id"}},
			"conflict_questions": {rows: "user_id = $3"},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, now := s.Actor("police"), s.Clock.Now()
			s.Do(t, `insert into conflicts (id, user_id, org_id, kind, name, given_key, family_key, said_at) values ($1, $2, $3, 'knows', 'Nobody Atall', 'nobody', 'atall', $4)`,
				models.NewID(), police.UserID, police.OrgID, now)
			s.Do(t, "insert into conflict_questions (user_id, case_id, why, answered_at, knows) values ($1, $2, 'declared', $3, false)", police.UserID, s.ID, now)
		},
	})
}
