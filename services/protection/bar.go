package protection

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// BarInput names one person who may find no trace of a victim: a colleague by
// id, or anybody by their address for work.
type BarInput struct {
	ColleagueID uuid.UUID
	Email       string
	Reason      string
	Note        string
}

// Bar keeps a person from every record of a case's victim, from this moment
// on. The answer is the same whether or not anybody has the address, and
// whether or not they could see the case; they are never told. It needs
// case:protection and a case the actor may know of.
func (s *Service) Bar(ctx context.Context, caseID uuid.UUID, in BarInput) (Bar, error) {
	if _, err := models.May(ctx, models.CaseProtection); err != nil {
		return Bar{}, err
	}
	in.Email, in.Note = strings.ToLower(strings.TrimSpace(in.Email)), strings.TrimSpace(in.Note)
	var out Bar
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			r, err := find(ctx, tx, caseID, "")
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			out = Bar{ID: models.NewID(), Who: in.Email, Source: "named", Reason: in.Reason, Note: in.Note, SetAt: tx.Now, SetBy: tx.Actor.Name}
			if faults, err := in.check(ctx, tx, &out); err != nil || len(faults) > 0 {
				if err == nil {
					err = models.Invalid(faults...)
				}
				return err
			}
			if err := tx.Keep(ctx, out); err != nil {
				return err
			}
			if err := tx.Record(ctx, models.Event{Action: "protection.barred", SubjectType: "bar", SubjectID: out.ID, CaseID: r.ID, Detail: map[string]any{"reason": in.Reason}}); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `insert into bars (id, case_id, colleague_id, email, reason, note, set_at, set_by, set_by_org_id)
				values (?, ?, ?, nullif(?, ''), ?, nullif(?, ''), ?, ?, ?)`,
				out.ID, r.ID, pg.OrNull(in.ColleagueID), in.Email, in.Reason, in.Note, tx.Now, tx.Actor.UserID, tx.Actor.OrgID)
			return err
		})
	})
	return out, err
}

// check returns the faults of a bar, and names the colleague it is about.
func (in *BarInput) check(ctx context.Context, tx *pg.Tx, out *Bar) ([]models.FieldError, error) {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	f.Join(models.CheckCoded(models.GroupBar, "reason", in.Reason, "note", in.Note, longestNote)...)
	switch {
	case in.ColleagueID == uuid.Nil && in.Email == "":
		f.Add("email", models.FieldRequired, "Select a colleague, or enter an email address for work")
	case in.ColleagueID != uuid.Nil && in.Email != "":
		f.Add("email", models.FieldInvalid, "Select a colleague or enter an email address, not both")
	case in.Email != "" && (len(in.Email) > 254 || !strings.Contains(in.Email, "@") || strings.ContainsAny(in.Email, " \t\r\n")):
		f.Add("email", models.FieldInvalid, "Enter an email address, like name@example.org")
	case in.ColleagueID != uuid.Nil:
		if err := tx.Scan(ctx, &out.Who, "select name from users where id = ? and org_id = (select app_org_id()) and not machine", in.ColleagueID); err != nil {
			return nil, err
		}
		if out.Who == "" {
			f.Add("colleague_id", models.FieldUnknown, "Select a colleague from the list")
		}
	}
	return f.List(), nil
}
