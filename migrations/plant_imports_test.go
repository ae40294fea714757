package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	ofPolice := "org_id = $2"
	seen := "nobody has seen to a row that is only just written, and its trigger holds later to who asks"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"imports":         {rows: ofPolice, by: "police", signed: []string{"by_user_id", "started_by"}},
			"import_chunks":   {rows: "import_id in (select id from imports where org_id = $2)"},
			"import_rows":     {rows: ofPolice, by: "police", signed: []string{"org_id"}, loose: map[string]string{"held_by": seen, "seen_by": seen}},
			"import_mappings": {rows: ofPolice, by: "police", signed: []string{"by_user_id"}},
			"scorecards":      {rows: ofPolice, sees: map[models.Role]string{models.RoleCommissionerAuditor: "counts of each organisation", models.RoleCommissionerAnalyst: "counts of each organisation"}},
			"feed_quality":    {rows: ofPolice, sees: map[models.Role]string{models.RoleCommissionerAuditor: "counts of each force", models.RoleCommissionerAnalyst: "counts of each force"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, now, id := s.Actor("police"), s.Clock.Now(), models.NewID()
			s.Do(t, `insert into imports (id, org_id, kind, format, status, columns, key, total, by_user_id, at, started_by, started_role)
				values ($1, $2, 'police_feed', 'csv', 'running', '{reference}', $3, 2, $4, $5, $4, 'caseworker')`, id, police.OrgID, testkit.Seal(vault.ImportKey, id, "key"), police.UserID, now)
			s.Do(t, "insert into import_chunks (import_id, first_row, rows, name) values ($1, 1, 2, repeat('a', 40))", id)
			s.Do(t, "insert into import_rows (id, import_id, n, org_id, kind, applied, outcome, case_id, at) values ($1, $2, 1, $3, 'police_feed', true, 'accepted', $4, $5)",
				models.NewID(), id, police.OrgID, s.ID, now)
			s.Do(t, "insert into feed_quality (org_id, force, month, rows, no_safe_way, no_ethnicity, no_needs_check, returned_unsafe, counted_at) values ($1, 'metropolitan', '2026-11-01', 2, 1, 1, 0, 0, $2)", police.OrgID, now)
			s.Do(t, "insert into scorecards (measure, org_id, month, pathway, n, part, wide, counted_at) values ('clocks_met', $1, '2026-11-01', '', 20, 12, 24, $2)", police.OrgID, now)
			s.Do(t, "insert into import_mappings (org_id, kind, mapping, by_user_id, at) values ($1, 'police_feed', '{}', $2, $3)", police.OrgID, police.UserID, now)
		},
	})
}
