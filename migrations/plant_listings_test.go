package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"listings": {rows: "organisation = 'Listed only'", sees: map[models.Role]string{models.RoleSystemAdmin: "who runs the installation keeps what is published of services"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, "insert into listings (id, organisation, name, content_hash, changed_at) values ($1, 'Listed only', 'Drop-in', sha256('x'), $2)", models.NewID(), s.Clock.Now())
		},
	})
}
