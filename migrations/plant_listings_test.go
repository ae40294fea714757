package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"listings":            {rows: "organisation = 'Listed only'", sees: map[models.Role]string{models.RoleSystemAdmin: "who runs the installation keeps what is published of services"}},
			"listing_imports":     {rows: "org_id = $2", loose: map[string]string{"by_user_id": "nobody of another role writes one, and its policy holds a system administrator to themselves"}},
			"listing_import_rows": {rows: "org_id = $2"},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, "insert into listings (id, organisation, name, content_hash, changed_at) values ($1, 'Listed only', 'Drop-in', sha256('x'), $2)", models.NewID(), s.Clock.Now())
			id, police := models.NewID(), s.Actor("police")
			s.Do(t, "insert into listing_imports (id, org_id, source, format, status, total, accepted, at, by_user_id) values ($1, $2, 'A feed', 'json', 'checked', 1, 1, $3, $4)", id, police.OrgID, s.Clock.Now(), police.UserID)
			s.Do(t, "insert into listing_import_rows (import_id, n, org_id, outcome, name) values ($1, 1, $2, 'accepted', 'Drop-in')", id, police.OrgID)
		},
	})
}
