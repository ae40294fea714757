package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"approvals": {
				rows: "org_id = $2", by: "police", signed: []string{"requested_by", "requested_by_role"},
				loose: map[string]string{"decided_by": "nobody writes it into a new row, and a decision is held to who asks by its policy and constraint"},
			},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police := s.Actor("police")
			s.Do(t, `insert into approvals (id, org_id, kind, subject_type, subject_id, decide_roles, requested_by, requested_by_role, requested_at, expires_at)
				values ($1, $2, 'stage.act', 'case', $1, '{manager}', $3, 'caseworker', $4::timestamptz, $4::timestamptz + interval '1 day')`, models.NewID(), police.OrgID, police.UserID, s.Clock.Now())
		},
	})
}
