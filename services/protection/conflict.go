package protection

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/cases"
)

// mostConflicts is how many declarations one person has in force: enough for a
// large family, and too few to try out names.
const mostConflicts = 50

// Conflicts lists what the actor has declared, what is in force first.
func (s *Service) Conflicts(ctx context.Context) ([]models.Declaration, error) {
	var out []models.Declaration
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = conflicts(ctx, tx, "true")
		return err
	})
	return out, err
}

func conflicts(ctx context.Context, tx *pg.Tx, where string, args ...any) ([]models.Declaration, error) {
	var rows []struct {
		ID, EmployerOrgID uuid.UUID
		Kind, Name        string
		DateOfBirth       *time.Time
		Contact, Crime    bool
		SaidAt            time.Time
		EndedAt           *time.Time
	}
	err := tx.Scan(ctx, &rows, `select id, kind, coalesce(name, '') as name, date_of_birth, coalesce(employer_org_id, '00000000-0000-0000-0000-000000000000') as employer_org_id,
			value_key is not null as contact, crime_key is not null as crime, said_at, ended_at from conflicts where user_id = (select app_user_id()) and `+where+` order by ended_at is not null, said_at desc, id limit 200`, args...)
	out := make([]models.Declaration, len(rows))
	for i, r := range rows {
		out[i] = models.Declaration{
			ID: r.ID, Kind: models.ConflictKind(r.Kind), Name: r.Name, DateOfBirth: r.DateOfBirth, Contact: r.Contact, Crime: r.Crime, EmployerID: r.EmployerOrgID, SaidAt: r.SaidAt, EndedAt: r.EndedAt,
		}
	}
	return out, err
}

// Declare keeps what the actor says of a conflict of interest. From this moment
// they find no trace of a record that is certainly meant, and are asked before
// one that may be. The answer is the same whether there is such a record or not.
func (s *Service) Declare(ctx context.Context, in models.NewDeclaration) (models.Declaration, error) {
	in.Clean()
	var out models.Declaration
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			in.Check(f, tx.Now, tx.Actor.OrgID, func(number string) bool { _, ok := cases.PhoneKey(number); return ok })
			if faults := f.List(); len(faults) > 0 {
				return models.Invalid(faults...)
			}
			var n int
			if err := tx.Scan(ctx, &n, "select count(*) from conflicts where user_id = (select app_user_id()) and ended_at is null"); err != nil {
				return err
			}
			if n >= mostConflicts {
				return models.Conflict("You have declared 50. Speak to your privacy officer before you declare more.")
			}
			out = models.Declaration{
				ID: models.NewID(), Kind: in.Kind, Contact: in.Contact != "", Crime: in.CrimeReference != "", Name: strings.TrimSpace(in.GivenName + " " + in.FamilyName), DateOfBirth: in.DateOfBirth, EmployerID: in.EmployerID, SaidAt: tx.Now,
			}
			if err := insertConflict(ctx, tx, &out, in); err != nil {
				return err
			}
			// Last: a bar that follows forgets every answer kept for the actor.
			if err := tx.Keep(ctx, out); err != nil {
				return err
			}
			return tx.Record(ctx, models.Event{Action: "conflict.declared", SubjectType: "user", SubjectID: tx.Actor.UserID, Detail: map[string]any{"kind": in.Kind}})
		})
	})
	if pg.Constraint(err) == "conflicts_employer_org_id_fkey" {
		return out, models.Invalid(models.Field("organisation_id", models.FieldUnknown, "Select an organisation from the list"))
	}
	return out, err
}

func insertConflict(ctx context.Context, tx *pg.Tx, c *models.Declaration, in models.NewDeclaration) error {
	contact := strings.ToLower(in.Contact)
	if key, ok := cases.PhoneKey(in.Contact); ok && !models.IsEmail(in.Contact) {
		contact = key
	}
	_, err := tx.Exec(ctx, `insert into conflicts (id, user_id, org_id, kind, name, given_key, family_key, date_of_birth, value_key, crime_key, employer_org_id, said_at)
		values (?, ?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''), ?, ?, ?, ?, ?)`,
		c.ID, tx.Actor.UserID, tx.Actor.OrgID, string(c.Kind), c.Name, models.NameKey(in.GivenName), models.NameKey(in.FamilyName), c.DateOfBirth,
		tx.Vault.LookUp(vault.ContactValueKey, contact), tx.Vault.LookUp(vault.CrimeKey, models.CrimeKey(in.CrimeReference)), pg.OrNull(in.EmployerID), c.SaidAt)
	return err
}

// EndConflict takes a declaration of the actor's back, for what comes from now
// on. What it has closed to them stays closed: opening it again takes two
// people, one of them a privacy officer.
func (s *Service) EndConflict(ctx context.Context, id uuid.UUID) (models.Declaration, error) {
	var out models.Declaration
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			found, err := conflicts(ctx, tx, "id = ?", id)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return models.NotFound("declaration")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if unread := models.RequestFrom(ctx).Invalid; len(unread) > 0 {
				return models.Invalid(unread...)
			}
			n, err := tx.Exec(ctx, "update conflicts set ended_at = ? where id = ? and ended_at is null", tx.Now, id)
			if err != nil {
				return err
			}
			if n == 0 {
				return models.Conflict("You have taken this back already.")
			}
			out = found[0]
			out.EndedAt = &tx.Now
			if err := tx.Keep(ctx, out); err != nil {
				return err
			}
			return tx.Record(ctx, models.Event{Action: "conflict.ended", SubjectType: "user", SubjectID: tx.Actor.UserID})
		})
	})
	return out, err
}

// Asked says why the actor is asked whether they know the person of a case:
// own_name, household, declared or employer; "" where they are not, and could say
// so all the same. A case that neither asks nor is theirs is not found.
func (s *Service) Asked(ctx context.Context, caseID uuid.UUID) (string, error) {
	var why string
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := there(ctx, tx, caseID); err != nil {
			return err
		}
		return tx.Scan(ctx, &why, "select coalesce(app_conflict(?), '')", caseID)
	})
	return why, err
}

// Knowing is what somebody says of the person a record is about.
type Knowing struct {
	Knows  *bool
	Reason string // of the group bar, where they do
}

// Know keeps whether the actor knows the person a case is about: asked before
// they see it, or of a record they have before them. Whoever does finds no trace
// of that person from now on, and their privacy officer is told to pass the work
// on. A case that neither asks nor is theirs to see is not found.
func (s *Service) Know(ctx context.Context, caseID uuid.UUID, in Knowing) (Known, error) {
	var out Known
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := there(ctx, tx, caseID); err != nil {
				return err
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			switch {
			case in.Knows == nil:
				f.Add("knows", models.FieldRequired, "Select yes if you know them, or no")
			case *in.Knows:
				f.Join(models.CheckCoded(models.GroupBar, "reason", in.Reason, "note", "-", longestNote)...)
			}
			faults := f.List()
			if len(faults) > 0 {
				return models.Invalid(faults...)
			}
			if err := tx.Record(ctx, models.Event{Action: "conflict.answered", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Detail: map[string]any{"knows": *in.Knows}}); err != nil {
				return err
			}
			var taken bool
			if err := tx.Scan(ctx, &taken, "select app_conflict_answer(?, ?, ?)", caseID, *in.Knows, in.Reason); err != nil {
				return err
			}
			if !taken && *in.Knows {
				return models.NotFound("case")
			}
			out = Known{CaseID: caseID, Knows: *in.Knows}
			return tx.Keep(ctx, out) // last, as above
		})
	})
	return out, err
}

// Known is what was kept of an answer.
type Known struct {
	CaseID uuid.UUID
	Knows  bool
}

// there refuses a case that neither asks the actor nor is theirs to see.
func there(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) error {
	var yes bool
	err := tx.Scan(ctx, &yes, `select app_conflict(?) is not null or exists (select from cases where id = ?) or exists (select from referrals where case_id = ?)`,
		caseID, caseID, caseID)
	if err == nil && !yes {
		err = models.NotFound("case")
	}
	return err
}
