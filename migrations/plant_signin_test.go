package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	const own = "user_id = $3"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"passkeys":        {rows: own, by: "police", signed: []string{"user_id"}},
			"app_keys":        {rows: own, by: "police", signed: []string{"user_id"}},
			"recovery_codes":  {rows: own, by: "police", signed: []string{"user_id"}},
			"challenges":      {rows: own},
			"code_attempts":   {rows: own},
			"account_notices": {rows: own, by: "police", signed: []string{"user_id"}},
			"kept_forms":      {rows: own, by: "police", signed: []string{"user_id"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			id := models.NewID
			s.Do(t, "insert into passkeys (id, user_id, credential_id, record, name) values ($1, $2, 'credential', '{}', 'Key')", id(), s.UserID)
			s.Do(t, "insert into app_keys (id, user_id, sealed, name) values ($1, $2, 'sealed', 'Phone')", id(), s.UserID)
			s.Do(t, "insert into recovery_codes (id, user_id, code_hash) values ($1, $2, sha256('code'))", id(), s.UserID)
			s.Do(t, "insert into challenges (id, asked_hash, purpose, user_id, data, expires_at) values ($1, sha256('t'), 'add', $2, '{}', now() + interval '5 minutes')", id(), s.UserID)
			s.Do(t, "insert into code_attempts (id, user_id, bucket) values ($1, $2, sha256('b'))", id(), s.UserID)
			s.Do(t, "insert into account_notices (id, user_id, kind) values ($1, $2, 'new_device')", id(), s.UserID)
			s.Do(t, "insert into kept_forms (id, user_id, path, sealed) values ($1, $2, '/cases/new', 'sealed')", id(), s.UserID)
		},
	})
}
