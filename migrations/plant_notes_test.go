package migrations_test

import (
	"testing"

	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"notes": {rows: ofCase, by: "police", signed: []string{"by_user_id", "by_org_id"}},
		},
		set: func(t *testing.T, s *scene) {
			police, vawg, now := s.Actor("police"), s.Actor("vawg"), s.Clock.Now()
			add := `insert into notes (id, case_id, referral_id, kind, text, at, by_user_id, by_org_id) values ($1, $2, $3, $4, 'She rang.', $5, $6, $7)`
			s.Do(t, add, models.NewID(), s.ID, nil, models.NoteInternal, now, police.UserID, police.OrgID)
			s.Do(t, add, models.NewID(), s.ID, s.accepted.ID, models.NoteShared, now, police.UserID, police.OrgID)
			s.Do(t, add, models.NewID(), s.ID, s.accepted.ID, models.NoteCounselling, now, vawg.UserID, vawg.OrgID)
		},
	})
}
