package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"retention_schedules": {rows: "org_id = $2", by: "police.manager", signed: []string{"set_by"}},
			"retention_holds": {
				rows: ofCase, by: "police.manager", signed: []string{"placed_by"},
				loose: map[string]string{"lifted_by": "nobody writes it into a new row; who lifted it is in the trail"},
			},
			"retention_items": {rows: "org_id = $2", loose: map[string]string{
				"approved_by": "held to who asks by retention_items_guard", "decided_by": "held to who asks by retention_items_guard",
			}},
			"retention_progress": {rows: "one"},
			"tombstones": {rows: "org_id = $2", loose: map[string]string{
				"approved_by": "nobody writes a certificate by hand", "second_by": "nobody writes a certificate by hand",
			}},
			"data_requests": {rows: "org_id = $2", by: "police.manager", signed: []string{"created_by"}, loose: map[string]string{
				"extended_by": "held to who asks by data_requests_guard", "proposed_by": "held to who asks by data_requests_guard", "second_by": "held to who asks by data_requests_guard",
			}},
			"data_request_marks": {rows: "request_id in (select id from data_requests where org_id = $2)", by: "police.manager", signed: []string{"marked_by"}},
			"erasure_tasks":      {rows: "org_id = $2", loose: map[string]string{"done_by": "which colleague did it is in the trail"}},
			"breaches": {rows: "org_id = $2", by: "police.manager", signed: []string{"created_by"}, loose: map[string]string{
				"report_by": "a time: until when the regulator has to be told",
			}},
		},
		set: plantRights,
	})
}

func plantRights(t *testing.T, s *scene) {
	t.Helper()
	manager, now := s.Actor("police.manager"), s.Clock.Now()
	s.Do(t, "insert into retention_schedules (org_id, kind, months, source, source_date, set_by) values ($1, 'no_contact', 12, 'Our own rule', '2026-01-01', $2)",
		manager.OrgID, manager.UserID)
	s.Do(t, "insert into retention_holds (id, org_id, case_id, reference, reason, placed_by, placed_at) values ($1, $2, $3, $4, 'inquest', $5, $6)",
		models.NewID(), manager.OrgID, s.ID, s.Reference, manager.UserID, now)
	s.Do(t, `insert into retention_items (id, org_id, kind, subject_id, reference, class, source, since, due_on, found_at)
		values ($1, $2, 'case', $3, $4, 'no_service', 'A rule', $5, '2026-11-01', $5)`, models.NewID(), manager.OrgID, s.ID, s.Reference, now)
	s.Do(t, `insert into tombstones (id, reference, org_id, why, record_kind, record_reference, class, source, approved_by, approved_at, deleted_at, counts, hash)
		values ($1, $2, $3, 'retention', 'case', 'C-0000-0000-0', 'no_service', 'A rule', $4, $5, $5, '{}', sha256('x'))`,
		models.NewID(), models.NewReference(models.CertificateReference), manager.OrgID, manager.UserID, now)
	s.Do(t, "insert into breaches (id, org_id, reference, what, cause, aware_at, report_by, created_by, created_at) values ($1, $2, $3, 'A letter went astray', 'wrong_recipient', $4, $4::timestamptz + interval '72 hours', $5, $4)",
		models.NewID(), manager.OrgID, models.NewReference(models.BreachReference), now, manager.UserID)
	request := models.NewID()
	s.Do(t, `insert into data_requests (id, org_id, reference, kind, requester, relation, asks, received_on, due_on, first_due_on, created_by, created_at)
		values ($1, $2, $3, 'access', 'Zephyrine Quillfeather', 'victim', 'All of it', '2026-11-16', '2026-12-16', '2026-12-16', $4, $5)`,
		request, manager.OrgID, models.NewReference(models.RequestReference), manager.UserID, now)
	s.Do(t, "insert into data_request_marks (request_id, key, decision, value_hash, marked_by, marked_at) values ($1, 'related_people.name', 'withhold', sha256('x'), $2, $3)",
		request, manager.UserID, now)
	s.Do(t, "insert into erasure_tasks (id, org_id, reference, certificate, told_at) values ($1, $2, 'R-0000-0000-0', 'T-0000-0000-0', $3)", models.NewID(), manager.OrgID, now)
}
