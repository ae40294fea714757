package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"conduct_acceptances": {rows: "user_id = $3", by: "police", signed: []string{"user_id", "org_id"}, theirs: "everybody accepts for themselves"},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, `insert into conduct_acceptances (user_id, org_id, version, text_hash, at) values ($1, $2, '1', sha256('x'), now())`,
				s.UserID, s.Org(testkit.OrgPolice).ID)
		},
	})
}
