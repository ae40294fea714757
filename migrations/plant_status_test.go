package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"status_doors": {rows: ofCase, by: "police", signed: []string{"given_by", "given_by_org_id"}, loose: map[string]string{
				"frozen_by": "nobody writes it with the row, and it is held to who asks when it is said", "ended_by": "the same",
			}},
			"status_sessions": {rows: ofCase},
			"status_attempts": {rows: "true"},
			"status_requests": {rows: ofCase, loose: map[string]string{"done_by": "nobody writes it with the row, and it is held to who asks when it is said", "done_by_org_id": "the same"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, now, door := s.Actor("police"), s.Clock.Now(), models.NewID()
			s.Do(t, `insert into status_doors (id, case_id, code_key, word_hash, language, agreed_how, agreed_on, given_at, given_by, given_by_org_id, expires_at)
				values ($1, $2, $3, '$argon2id$v=19$x', 'en', 'in_person', $4::timestamptz, $4, $5, $6, now() + interval '90 days')`,
				door, s.ID, testkit.LookUp(vault.StatusCodeKey, "code 7KQ2M4XD"), now, police.UserID, police.OrgID)
			s.Do(t, `insert into status_sessions (id, door_id, case_id, token_hash, created_at, idle_expires_at, expires_at)
				values ($1, $2, $3, sha256('t'), now(), now() + interval '10 minutes', now() + interval '1 hour')`, models.NewID(), door, s.ID)
			s.Do(t, "insert into status_attempts (id, code_key, network_key) values ($1, $2, $3)", models.NewID(),
				testkit.LookUp(vault.StatusTriedKey, "code 7KQ2M4XD"), testkit.LookUp(vault.StatusNetworkKey, "192.0.2.1/32"))
			id := models.NewID()
			s.Do(t, `insert into status_requests (id, case_id, door_id, kind, said, at, due_at) values ($1, $2, $3, 'call', $4, $5, $5::timestamptz + interval '1 day')`,
				id, s.ID, door, testkit.Seal(vault.StatusSaid, id, "After noon."), now)
		},
	})
}
