package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"sign_ons": {
				rows: "set_by = $3", sees: map[models.Role]string{models.RoleSystemAdmin: "they say how each organisation signs in; no person and no case stands there"},
				loose: map[string]string{"set_by": "whoever it names is held to who asks, and only a system administrator writes it: nobody of the organisation can"},
			},
			"sign_on_subjects": {rows: "user_id = $3"},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, `insert into sign_ons (org_id, domain, issuer, client_id, sealed, set_at, set_by) values ($1, 'planted.test', 'https://idp.planted.test', 'us', 'sealed', now(), $2)`,
				s.Org(testkit.OrgPolice).ID, s.UserID)
			s.Do(t, `insert into sign_on_subjects (user_id, org_id, issuer, subject) values ($1, $2, 'https://idp.planted.test', 'planted')`, s.UserID, s.Org(testkit.OrgPolice).ID)
		},
	})
}
