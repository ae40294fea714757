package approvals

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Approve does what was asked for, in one transaction with the decision. It
// returns not found where the request is not the actor's to see, forbidden to
// whoever asked for it themselves, and a conflict where it was decided or has
// expired.
func (s *Service) Approve(ctx context.Context, id uuid.UUID, note string) (View, error) {
	return s.decide(ctx, id, models.DecisionApproved, note)
}

// Refuse ends a request: what was asked for does not happen. It returns the
// same errors as Approve, and asks for a reason.
func (s *Service) Refuse(ctx context.Context, id uuid.UUID, note string) (View, error) {
	return s.decide(ctx, id, models.DecisionRefused, note)
}

// Withdraw takes a request back. Only whoever asked may.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID) (View, error) {
	return s.decide(ctx, id, models.DecisionWithdrawn, "")
}

func (s *Service) decide(ctx context.Context, id uuid.UUID, d models.Decision, note string) (View, error) {
	var out View
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			a, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			out, err = s.settle(ctx, tx, a, d, strings.TrimSpace(note))
			return err
		})
	})
	return out, err
}

// settle decides, in the order of answers of decisions.md 18.
func (s *Service) settle(ctx context.Context, tx *pg.Tx, a models.Approval, d models.Decision, note string) (View, error) {
	k, known := s.Kind(a.Kind)
	if err := mayDecide(k, a, tx.Actor, d); err != nil {
		return View{}, err
	}
	if err := tx.FindReplay(ctx); err != nil {
		return View{}, err
	}
	switch a.Status(tx.Now) {
	case "waiting":
	case "expired":
		return View{}, models.Conflict("This request ended on " + models.DateTime(a.ExpiresAt) + " without a decision. It has to be asked again.")
	default:
		return View{}, models.Conflict("This was " + string(a.Decision) + " already, by " + a.DecidedByName + ". Nothing you did was saved.")
	}
	if faults := check(ctx, d, note); len(faults) > 0 {
		return View{}, models.Invalid(faults...)
	}
	a.Decision, a.DecidedBy, a.DecidedByName, a.DecidedAt, a.DecidedNote = d, tx.Actor.UserID, tx.Actor.Name, &tx.Now, note
	a.Version++
	// Of two who decide at once the second finds the row decided.
	n, err := tx.Exec(ctx, `update approvals set decision = ?, decided_by = ?, decided_at = ?, decided_note = ?, version = ? where id = ? and decision is null`,
		string(a.Decision), a.DecidedBy, a.DecidedAt, a.DecidedNote, a.Version, a.ID)
	if err != nil {
		return View{}, err
	}
	if n == 0 {
		return View{}, models.Conflict("Somebody decided this a moment ago. Nothing you did was saved.")
	}
	if d == models.DecisionApproved {
		if !known {
			return View{}, models.Conflict("This kind of request is no longer carried out. Refuse it, and ask again.")
		}
		if k.Apply != nil {
			if err := k.Apply(ctx, tx, a); err != nil {
				return View{}, err
			}
		}
	}
	if err := tx.Record(ctx, event("approval."+string(d), a)); err != nil {
		return View{}, err
	}
	v, err := s.whole(ctx, tx, a)
	if err != nil {
		return View{}, err
	}
	return v, tx.Keep(ctx, v)
}

// mayDecide tells who asked from who decides. A request of a kind nobody knows
// can still be refused by the roles its row names: row security let them see it.
func mayDecide(k Kind, a models.Approval, actor models.Actor, d models.Decision) error {
	own := a.RequestedBy == actor.UserID
	switch {
	case d == models.DecisionWithdrawn && !own:
		return models.Forbidden("Only the person who asked can take this back.")
	case d == models.DecisionWithdrawn:
		return nil
	case own:
		return models.Forbidden("You asked for this, so somebody else has to decide.")
	case len(k.Roles) > 0 && !slices.Contains(k.Roles, actor.Role):
		return models.RoleForbidden()
	}
	return nil
}

func check(ctx context.Context, d models.Decision, note string) []models.FieldError {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	switch {
	case d == models.DecisionRefused && note == "":
		f.Add("note", models.FieldRequired, "Say why you refuse")
	case utf8.RuneCountInString(note) > 2000:
		f.Add("note", models.FieldTooLong, "Note must be 2,000 characters or fewer")
	case !utf8.ValidString(note) || strings.ContainsRune(note, 0):
		f.Add("note", models.FieldInvalid, "Note must only include letters, numbers and punctuation")
	}
	return f.List()
}
