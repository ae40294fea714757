package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"messages": {rows: ofCase, by: "police", signed: []string{"by_user_id", "org_id"}, loose: map[string]string{"seen_by": "nobody writes it with the row, and it is held to who asks when it is said"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, now := s.Actor("police"), s.Clock.Now()
			s.Do(t, "insert into messages (id, case_id, channel_id, channel, org_id, by_user_id, at, state, next_at) values ($1, $2, $3, 'text', $4, $5, $6, 'waiting', $6)",
				models.NewID(), s.ID, s.Text, police.OrgID, police.UserID, now)
		},
	})
}
