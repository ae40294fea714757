package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	ofPolice := "org_id = $2"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"matters":            {rows: ofPolice, by: "police", signed: []string{"org_id", "by_user_id"}},
			"matter_cases":       {rows: ofCase, by: "police", signed: []string{"org_id", "by_user_id"}},
			"matter_people":      {rows: ofPolice, by: "police", signed: []string{"org_id", "by_user_id"}},
			"matter_events":      {rows: ofPolice, by: "police", signed: []string{"org_id", "by_user_id"}},
			"matter_event_cases": {rows: ofCase, by: "police", signed: []string{"org_id"}},
			"matter_tellings":    {rows: ofPolice, by: "police", signed: []string{"org_id"}, loose: map[string]string{"told_by_user_id": "nobody writes it with the row, and it is held to who asks when it is said"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, now, m, p, e := s.Actor("police"), s.Clock.Now(), models.NewID(), models.NewID(), models.NewID()
			s.Do(t, "insert into matters (id, org_id, urn, at, by_user_id) values ($1, $2, '01YA2231526', $4, $3)", m, police.OrgID, police.UserID, now)
			s.Do(t, "insert into matter_cases (matter_id, case_id, org_id, at, by_user_id) values ($1, $2, $3, $5, $4)", m, s.ID, police.OrgID, police.UserID, now)
			s.Do(t, "insert into matter_people (id, matter_id, org_id, kind, name, at, by_user_id) values ($1, $2, $3, 'witness', $6, $5, $4)", p, m, police.OrgID, police.UserID, now,
				testkit.Seal(vault.MatterName, p, "Idris Vane"))
			s.Do(t, `insert into matter_events (id, matter_id, org_id, type, occurred_at, known_at, content, reference_key, at, by_user_id) values ($1, $2, $3, 'E12', $5, $5, $6, $7, $5, $4)`,
				e, m, police.OrgID, police.UserID, now, testkit.Seal(vault.MatterEvent, e, `{"reference": "L/1"}`), testkit.LookUp(vault.MatterEventKey, "L/1"))
			s.Do(t, "insert into matter_event_cases (event_id, case_id, org_id, says) values ($1, $2, $3, 'This case is closed.')", e, s.ID, police.OrgID)
			s.Do(t, "insert into matter_tellings (event_id, person_id, org_id, rule, rule_version, due_at) values ($1, $2, $3, 'K11', 1, $4)", e, p, police.OrgID, now)
		},
	})
}
