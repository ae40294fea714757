package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	decides := "whoever decides is held to who asks when they do"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"bars": {rows: ofCase, by: "police", signed: []string{"set_by", "set_by_org_id"}},
			"protections": {
				rows: ofCase, by: "police.manager", signed: []string{"asked_by", "asked_by_org_id"},
				loose: map[string]string{"decided_by": decides},
			},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, manager := s.Actor("police"), s.Actor("police.manager")
			s.Do(t, `insert into bars (id, case_id, email, reason, set_at, set_by, set_by_org_id) values ($1, $2, 'nobody@elsewhere.test', 'knows_victim', $3, $4, $5)`,
				models.NewID(), s.ID, s.Clock.Now(), police.UserID, police.OrgID)
			s.Do(t, `insert into protections (id, case_id, action, reason, state, asked_by, asked_by_org_id, asked_role, asked_at)
				values ($1, $2, 'seal', 'court_order', 'pending', $3, $4, 'manager', $5)`, models.NewID(), s.ID, manager.UserID, manager.OrgID, s.Clock.Now())
		},
	})
}
