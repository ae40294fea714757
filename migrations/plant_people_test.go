package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	held := "an administrator signs it, and none of the police is one: services/people tries to write in another's name"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"invitations": {rows: "org_id = $2", loose: map[string]string{"invited_by": held, "invited_by_role": held, "issued_by": "written with the link, by app_invitation_issue alone", "used_by": "written when the link is used, by nobody who is signed in"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police := s.Actor("police")
			s.Do(t, `insert into invitations (id, org_id, kind, email, role, invited_by, invited_by_role, invited_at)
				values ($1, $2, 'joining', 'newcomer@demo.test', 'caseworker', $3, 'organisation_admin', $4)`, models.NewID(), police.OrgID, police.UserID, s.Clock.Now())
		},
	})
}
