package migrations_test

import (
	"testing"

	"throughline/internal/blob"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{
			"documents": {rows: ofCase, by: "police", signed: []string{"by_user_id", "by_org_id"}, loose: map[string]string{
				"withdrawn_by": "held to who asks by the policy of the withdrawal, and to the trail",
			}},
			"blobs": {rows: "document_id in (select id from documents where case_id = $1)"},
			"notes": {rows: ofCase, by: "police", signed: []string{"by_user_id", "by_org_id"}},
		},
		set: func(t *testing.T, s *scene) {
			police, vawg, now := s.Actor("police"), s.Actor("vawg"), s.Clock.Now()
			add := `insert into notes (id, case_id, referral_id, kind, text, at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, $6, $7, $8)`
			plant := func(referral any, kind models.NoteKind, by models.Actor) {
				id := models.NewID()
				s.Do(t, add, id, s.ID, referral, kind, testkit.Seal(vault.NoteText, id, "She rang."), now, by.UserID, by.OrgID)
			}
			file := func(referral any, kind models.NoteKind, by models.Actor) {
				id := models.NewID()
				s.Do(t, `insert into documents (id, case_id, referral_id, kind, name, type, size, at, by_user_id, by_org_id) values ($1, $2, $3, $4, $5, 'text/plain', 1, $6, $7, $8)`,
					id, s.ID, referral, kind, testkit.Seal(vault.DocumentName, id, "letter.txt"), now, by.UserID, by.OrgID)
				s.Do(t, "insert into blobs (document_id, name, key, sha256, sent_sha256) values ($1, $2, $3, sha256('x'), sha256('x'))",
					id, blob.NewName(), testkit.Seal(vault.BlobKey, id, "k"))
			}
			file(nil, models.NoteInternal, police)
			file(s.accepted.ID, models.NoteShared, police)
			file(s.accepted.ID, models.NoteCounselling, vawg)
			plant(nil, models.NoteInternal, police)
			plant(s.accepted.ID, models.NoteShared, police)
			plant(s.accepted.ID, models.NoteCounselling, vawg)
		},
	})
}
