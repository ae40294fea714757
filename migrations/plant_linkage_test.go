package migrations_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

func init() {
	ofPair := "exists (select from linkage_pairs p where p.id = pair_id and (p.one_case_id = $1 or p.other_case_id = $1))"
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"linkage_waiting": {rows: ofCase},
			"linkage_pairs":   {rows: "one_case_id = $1 or other_case_id = $1"},
			"linkage_answers": {rows: ofPair, by: "police.privacy", signed: []string{"org_id", "by_user_id"}},
		},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			other := s.Case(t, s.As("police"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName = "Otherwise", "Planted" })
			pair, officer := models.NewID(), s.Actor("police.privacy")
			s.Do(t, "insert into linkage_waiting (case_id) values ($1)", s.ID)
			s.Do(t, "insert into linkage_pairs (id, one_case_id, other_case_id, score, findings, raised_at) values ($1, least($2, $3::uuid), greatest($2, $3::uuid), 26, '[]', $4)", pair, s.ID, other.ID, s.Clock.Now())
			s.Do(t, "insert into linkage_answers (id, pair_id, org_id, answer, reason, by_user_id, at) values ($1, $2, $3, 'more', 'checked_record', $4, $5)",
				models.NewID(), pair, officer.OrgID, officer.UserID, s.Clock.Now())
		},
	})
}
