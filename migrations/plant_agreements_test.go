package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"data_sharing_agreements": {
				rows: "org_id = $2", by: "police.privacy", signed: []string{"recorded_by", "recorded_by_role"},
				loose: map[string]string{"ended_by": "a new one has not ended, and an ending is held to who asks by its policy and constraint"},
			},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, `insert into data_sharing_agreements (id, org_id, basis, reference, signed_on, expires_on, recorded_by, recorded_by_role, recorded_at)
				values (gen_random_uuid(), $1, 'public_task', 'DSA planted', '2026-01-05', '2027-01-04', $2, 'privacy_officer', now())`,
				s.Org(testkit.OrgPolice).ID, s.Actor("police.privacy").UserID)
		},
	})
}
