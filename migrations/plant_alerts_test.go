package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"alerts": {rows: "of_org_id = $2", loose: map[string]string{
				"taken_by": "nobody writes a new row but the function of the alarms", "closed_by": "the same",
			}},
			"alert_settings":   {rows: "org_id = $2", loose: map[string]string{"changed_by": "no privacy officer is on the stage's planted side; set_own holds it"}},
			"staff_households": {rows: "user_id = $3", by: "police", signed: []string{"user_id"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, now := s.Actor("police"), s.Clock.Now()
			s.Do(t, `insert into alerts (id, desk, kind, org_id, of_org_id, about_user_id, case_id, reference, dedupe, first_at, last_at, due_at)
				values ($1, 'data', 'trawl', $2, $2, $3, $4, $5, 'planted', $6, $6, $6)`, models.NewID(), police.OrgID, police.UserID, s.ID, s.Reference, now)
			s.Do(t, "insert into alert_settings (org_id, key, value, reason, changed_by, changed_at) values ($1, 'readers', 6, 'Busy', $2, $3)", police.OrgID, police.UserID, now)
			s.Do(t, "insert into staff_households (user_id, family_keys, borough, said_at) values ($1, '{nair}', 'E09000012', $2)", police.UserID, now)
		},
	})
}
