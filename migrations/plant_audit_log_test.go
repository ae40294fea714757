package migrations_test

import (
	"testing"

	"throughline/models"
)

// everyRole says that all roles see a table, and why.
func everyRole(why string) map[models.Role]string {
	out := map[models.Role]string{}
	for _, r := range models.Roles() {
		out[r] = why
	}
	return out
}

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"audit_leaves":      {rows: "event_id in (select id from audit_events where actor_org_id = $2)"},
			"audit_tiles":       {rows: "true", sees: everyRole("hashes alone")},
			"audit_checkpoints": {rows: "true", sees: everyRole("what was signed is published")},
			"audit_receipts":    {rows: "true"},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, `insert into audit_leaves (leaf, event_id, event_at, salt, seal)
				select 0, id, at, sha256('salt'), sha256('seal') from audit_events where actor_org_id = $1 limit 1`, s.OrgID)
			s.Do(t, "insert into audit_tiles (level, n, hashes) values (0, 0, sha256('a'))")
			s.Do(t, "insert into audit_checkpoints (n, size, note) values (1, 1, 'signed')")
			s.Do(t, "insert into audit_receipts (n, way, place, tried_at, tries, sent_at) values (1, 'file', 'file', now(), 1, now())")
		},
	})
}
