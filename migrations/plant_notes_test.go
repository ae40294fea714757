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
			"notes": {rows: ofCase, by: "police", signed: []string{"by_user_id", "by_org_id"}},
		},
		set: func(t *testing.T, s *scene) {
			police, vawg, now := s.Actor("police"), s.Actor("vawg"), s.Clock.Now()
			add := `insert into notes (id, case_id, referral_id, kind, text, at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6, $7, $8)`
			plant := func(referral any, kind models.NoteKind, by models.Actor) {
				id := models.NewID()
				s.Do(t, add, id, s.ID, referral, kind, testkit.Seal(vault.NoteText, id, "She rang."), now, by.UserID, by.OrgID)
			}
			plant(nil, models.NoteInternal, police)
			plant(s.accepted.ID, models.NoteShared, police)
			plant(s.accepted.ID, models.NoteCounselling, vawg)
		},
	})
}
