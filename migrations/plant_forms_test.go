package migrations_test

import (
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{"form_entries": {rows: ofCase, by: "police", signed: []string{"by_user_id", "by_org_id"}}},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			police, vawg := s.Actor("police"), s.Actor("vawg")
			put := func(referral *uuid.UUID, by models.Actor) {
				id := models.NewID()
				s.Do(t, `insert into form_entries (id, case_id, referral_id, form, version, filled_on, content, at, by_user_id, by_org_id)
					values ($1, $2, $3, 'dash', 1, $4::timestamptz, $5, $4, $6, $7)`, id, s.ID, referral, s.Clock.Now(),
					testkit.Seal(vault.FormContent, id, `{"answers": {"injured": "yes"}, "score": 1, "judgement": "high"}`), by.UserID, by.OrgID)
			}
			put(nil, police)
			put(&s.accepted.ID, vawg)
		},
	})
}
