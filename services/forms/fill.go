package forms

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

func (s *Service) fill(ctx context.Context, in Input, find finder) (Filled, error) {
	if err := may(ctx); err != nil {
		return Filled{}, err
	}
	var out Filled
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			out, err = s.write(ctx, tx, in, find)
			return err
		})
	})
	return out, err
}

func (s *Service) write(ctx context.Context, tx *pg.Tx, in Input, find finder) (Filled, error) {
	about, err := find(ctx, tx)
	if err != nil {
		return Filled{}, err
	}
	if err := about.MayOpen(); err != nil {
		return Filled{}, err
	}
	if err := tx.FindReplay(ctx); err != nil {
		return Filled{}, err
	}
	if err := open(&about); err != nil {
		return Filled{}, err
	}
	e := models.FormEntry{
		ID: models.NewID(), CaseID: about.CaseID, ReferralID: about.Referenced(), Form: in.Form, At: tx.Now, ByUserID: tx.Actor.UserID, ByOrgID: tx.Actor.OrgID,
		FormContent: models.FormContent{Answers: in.Answers, Judgement: in.Judgement, Words: strings.TrimSpace(in.Words)},
	}
	if in.FilledOn != nil {
		e.FilledOn = *in.FilledOn
	}
	faults := &models.Faults{}
	d, known := models.FindForm(s.versions, in.Form)
	if known {
		e.Version = d.Version
		e.Complete(d)
		faults.Join(e.Check(d, models.Today(tx.Now))...)
	} else {
		faults.Add("form", models.FieldUnknown, "Select a form from the list")
	}
	if err := corrects(ctx, tx, &e, in.Corrects, faults); err != nil {
		return Filled{}, err
	}
	if err := models.Refusal(ctx, faults.List()); err != nil {
		return Filled{}, err
	}
	if err := insert(ctx, tx, &e); err != nil {
		return Filled{}, err
	}
	detail := map[string]any{"form": e.Form, "version": e.Version, "entry": e.ID}
	action := "form.filled"
	if e.Corrects != nil {
		action, detail["corrects"] = "form.corrected", *e.Corrects
	}
	if err := tx.Record(ctx, about.Event(action, detail)); err != nil {
		return Filled{}, err
	}
	out := Filled{FormEntry: e, Definition: d, Author: tx.Actor.Name, Org: tx.Actor.OrgName, Own: true}
	record, err := s.known(ctx, tx, &about, e.FilledOn)
	if err != nil {
		return Filled{}, err
	}
	out.Suggests = record.suggests(&out)
	return out, tx.Keep(ctx, out)
}

func insert(ctx context.Context, tx *pg.Tx, e *models.FormEntry) error {
	_, err := tx.Exec(ctx, `insert into form_entries (id, case_id, referral_id, form, version, filled_on, corrects, content, at, by_user_id, by_org_id)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.CaseID, e.ReferralID, e.Form, e.Version, e.FilledOn.Format(time.DateOnly), e.Corrects,
		tx.Vault.SealJSON(vault.FormContent, e.ID, e.FormContent), e.At, e.ByUserID, e.ByOrgID)
	return err
}

// corrects holds a correction to the entry it names: one of the same record and
// form, which the actor's organisation filled in, and which stands.
func corrects(ctx context.Context, tx *pg.Tx, e *models.FormEntry, of uuid.UUID, f *models.Faults) error {
	if of == uuid.Nil {
		return nil
	}
	var first struct {
		ID, ByOrgID uuid.UUID
		Form        string
		Corrected   bool
	}
	err := tx.Scan(ctx, &first, `select id, by_org_id, form, exists (select from form_entries x where x.corrects = form_entries.id) as corrected
		from form_entries where id = ? and case_id = ? and referral_id is not distinct from ?`, of, e.CaseID, e.ReferralID)
	switch {
	case err != nil:
		return err
	case first.ID == uuid.Nil:
		f.Add("corrects", models.FieldUnknown, "Choose a form of this record")
	case first.ByOrgID != e.ByOrgID:
		f.Add("corrects", models.FieldNotOpen, "Only the organisation that filled in a form corrects it. Fill in one of your own")
	case first.Form != e.Form:
		f.Add("corrects", models.FieldInvalid, "A form is corrected by one of the same kind")
	case first.Corrected:
		f.Add("corrects", models.FieldNotOpen, "This form was corrected already. Correct the one in its place")
	default:
		e.Corrects = &first.ID
	}
	return nil
}
