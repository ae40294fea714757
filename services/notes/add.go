package notes

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/subject"
)

func (s *Service) add(ctx context.Context, in Input, find finder) (Note, error) {
	if err := may(ctx); err != nil {
		return Note{}, err
	}
	var out Note
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			out, err = write(ctx, tx, in, find)
			return err
		})
	})
	return out, err
}

func write(ctx context.Context, tx *pg.Tx, in Input, find finder) (Note, error) {
	about, err := find(ctx, tx)
	if err != nil {
		return Note{}, err
	}
	if err := about.MayOpen(); err != nil {
		return Note{}, err
	}
	if err := tx.FindReplay(ctx); err != nil {
		return Note{}, err
	}
	n := models.Note{
		ID: models.NewID(), CaseID: about.CaseID, ReferralID: about.Referenced(), Kind: in.Kind, Text: in.Text, At: tx.Now,
		ByUserID: tx.Actor.UserID, ByOrgID: tx.Actor.OrgID,
	}
	faults := &models.Faults{}
	faults.Join(models.RequestFrom(ctx).Invalid...)
	if err := corrects(ctx, tx, &n, in.Corrects, faults); err != nil {
		return Note{}, err
	}
	n.Tidy()
	if err := about.MayAdd(n.Kind, n.Corrects != nil); err != nil {
		return Note{}, err
	}
	faults.Join(n.Check()...)
	if n.Kind == models.NoteCounselling && about.OfReferral() && !about.Receiver() {
		faults.Add("kind", models.FieldNotOpen, "Only the service that was asked writes counselling notes")
	}
	if len(faults.List()) > 0 {
		return Note{}, models.Invalid(faults.List()...)
	}
	out := Note{Note: n, Author: tx.Actor.Name, Org: tx.Actor.OrgName, Referral: about.Reference, Own: true}
	if err := tx.Keep(ctx, out); err != nil {
		return Note{}, err
	}
	return out, insert(ctx, tx, &about, &n)
}

func insert(ctx context.Context, tx *pg.Tx, about *subject.Subject, n *models.Note) error {
	_, err := tx.Exec(ctx, `insert into notes (id, case_id, referral_id, kind, corrects, text, at, by_user_id, by_org_id)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, n.ID, n.CaseID, n.ReferralID, n.Kind, n.Corrects, tx.Vault.Seal(vault.NoteText, n.ID, n.Text), n.At, n.ByUserID, n.ByOrgID)
	if err != nil {
		return err
	}
	// A service does not see the case: a note is how it says that something new
	// has happened, and nobody finds one they were not told of.
	if n.Kind == models.NoteShared && about.Receiver() && about.Live {
		if err := tx.Enqueue(ctx, "note.shared", about.ReferralID, n.CaseID); err != nil {
			return err
		}
	}
	detail := map[string]any{"kind": n.Kind}
	action := "note.added"
	if n.Corrects != nil {
		action, detail["corrects"] = "note.corrected", *n.Corrects
	}
	if about.OfReferral() {
		detail["referral"] = about.ReferralID
	}
	return tx.Record(ctx, models.Event{Action: action, SubjectType: "note", SubjectID: n.ID, CaseID: n.CaseID, Detail: detail})
}

// corrects holds a correction to the note it names: one of the same record,
// which the actor's organisation wrote, and not itself a correction. It takes
// over who may read it.
func corrects(ctx context.Context, tx *pg.Tx, n *models.Note, of uuid.UUID, f *models.Faults) error {
	if of == uuid.Nil {
		return nil
	}
	var first models.Note
	err := tx.Scan(ctx, &first, "select id, kind, corrects, by_org_id from notes where id = ? and case_id = ? and referral_id is not distinct from ?",
		of, n.CaseID, n.ReferralID)
	switch {
	case err != nil:
		return err
	case first.ID == uuid.Nil:
		f.Add("corrects", models.FieldUnknown, "Choose a note of this record")
	case first.ByOrgID != n.ByOrgID:
		f.Add("corrects", models.FieldNotOpen, "Only the organisation that wrote a note corrects it. Write a note of your own")
	case first.Corrects != nil:
		f.Add("corrects", models.FieldNotOpen, "Correct the first note, not its correction")
	case n.Kind != "" && n.Kind != first.Kind:
		f.Add("kind", models.FieldInvalid, "A correction is read by the same people as the note it corrects")
	default:
		n.Kind, n.Corrects = first.Kind, &first.ID
	}
	return nil
}
