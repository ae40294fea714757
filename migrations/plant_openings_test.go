package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"record_openings": {rows: "user_id = $3"},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, "insert into record_openings (user_id, kind, record_id, nth) values ($1, 'opened', $2, 1)", s.Actor("police").UserID, models.NewID())
		},
	})
}
