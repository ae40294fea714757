package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

func init() {
	held := "an administrator signs it, and none of the police is one: handlers tries to write in another's name"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"machine_clients":    {rows: "org_id = $2", loose: map[string]string{"made_by": held, "revoked_by": held}},
			"webhook_endpoints":  {rows: "org_id = $2", loose: map[string]string{"made_by": held}},
			"webhook_deliveries": {rows: "org_id = $2"},
			"machine_secrets":    {rows: "client_id in (select id from machine_clients where org_id = $2)", loose: map[string]string{"made_by": held}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			id, police, by := models.NewID(), s.Org(testkit.OrgPolice).ID, s.Actor("police").UserID
			s.Do(t, `insert into users (id, org_id, email, name, role, password_hash, machine) values ($1, $2, $3, 'A system', 'caseworker', '', true)`, id, police, id.String()+"@clients.invalid")
			s.Do(t, `insert into machine_clients (id, org_id, scopes, made_at, made_by) values ($1, $2, '{case:read}', now(), $3)`, id, police, by)
			s.Do(t, `insert into webhook_endpoints (id, org_id, url, topics, sealed, made_at, made_by) values ($1, $2, 'https://planted.example.org/', '{referral.accepted}', 'sealed', now(), $3)`, id, police, by)
			s.Do(t, `insert into webhook_deliveries (id, endpoint_id, org_id, outbox_id, topic, at) values ($1, $1, $2, 1, 'referral.accepted', now())`, id, police)
			s.Do(t, `insert into machine_secrets (id, client_id, hash, made_at, made_by) values ($1, $1, sha256('s'), now(), $2)`, id, by)
		},
	})
}
