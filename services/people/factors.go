package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

// FactorsLost says why somebody's second factors are taken away, and how whoever
// does it made sure who is asking.
type FactorsLost struct {
	Reason  string `json:"reason"`  // key of models.FactorReasons
	Checked string `json:"checked"` // key of models.FactorChecks
}

// FactorsReset is what taking them away came to: done, or waiting for a second
// system administrator.
type FactorsReset struct {
	PersonID   uuid.UUID
	ApprovalID uuid.UUID // where it waits
	At         time.Time // where it is done
}

// kindFactors is the approval it takes for a role that crosses organisations.
const kindFactors = "people.factors"

func (s *Service) factorsKind() approvals.Kind {
	return approvals.Kind{
		Name: kindFactors, Words: "Take away the second factors of somebody whose role crosses organisations", Roles: []models.Role{models.RoleSystemAdmin},
		Lasts: 7 * 24 * time.Hour,
		Apply: func(ctx context.Context, tx *pg.Tx, a models.Approval) error {
			var in FactorsLost
			if err := a.Into(&in); err != nil {
				return err
			}
			return takeFactors(ctx, tx, a.SubjectID, a.ID, in)
		},
		Facts: func(ctx context.Context, tx *pg.Tx, a models.Approval) ([]approvals.Fact, error) {
			var in FactorsLost
			if err := a.Into(&in); err != nil {
				return nil, err
			}
			p, err := find(ctx, tx, a.SubjectID)
			if err != nil {
				return nil, err
			}
			return []approvals.Fact{
				{Key: "For", Value: p.Email},
				{Key: "Role", Value: p.Role.Words()},
				{Key: "Why", Value: models.ChoiceWords(models.FactorReasons(), in.Reason)},
				{Key: "How they were recognised", Value: models.ChoiceWords(models.FactorChecks(), in.Checked)},
			}, nil
		},
	}
}

// ResetFactors takes every passkey, authenticator app and recovery code from
// somebody who has lost them. They are signed out everywhere, told of it, and set
// up another the next time they sign in with their password. It works for those
// the actor manages, never for themselves; for somebody whose role crosses
// organisations it waits for a second system administrator. Whoever made the link
// of a new password for the same person within a week is refused: nobody holds
// both halves of an account that is not theirs (docs/adr/0027). It takes a fresh
// proof, which the route asks for.
func (s *Service) ResetFactors(ctx context.Context, id uuid.UUID, in FactorsLost) (FactorsReset, error) {
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return FactorsReset{}, err
	}
	var out FactorsReset
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			p, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			if p.ID == tx.Actor.UserID || p.Role.Crosses() && tx.Actor.Role != models.RoleSystemAdmin {
				return models.Forbidden("This is for another administrator to do.")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if p.DisabledAt != nil {
				return models.Conflict("This person has left. Restore their access first.")
			}
			if err := in.check(ctx); err != nil {
				return err
			}
			if out, err = s.resetFactors(ctx, tx, p, in); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

func (in FactorsLost) check(ctx context.Context) error {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	if !models.HasChoice(models.FactorReasons(), in.Reason) {
		f.Add("reason", models.FieldRequired, "Select what happened")
	}
	if !models.HasChoice(models.FactorChecks(), in.Checked) {
		f.Add("checked", models.FieldRequired, "Select how you made sure that it is them")
	}
	if len(f.List()) > 0 {
		return models.Invalid(f.List()...)
	}
	return nil
}

func (s *Service) resetFactors(ctx context.Context, tx *pg.Tx, p models.Person, in FactorsLost) (FactorsReset, error) {
	out := FactorsReset{PersonID: p.ID}
	if !p.Role.Crosses() {
		out.At = tx.Now
		return out, takeFactors(ctx, tx, p.ID, uuid.Nil, in)
	}
	a, err := s.approvals.RequestTx(ctx, tx, approvals.Request{
		Kind: kindFactors, SubjectType: "user", SubjectID: p.ID, Reason: models.ChoiceWords(models.FactorReasons(), in.Reason), Payload: in,
	})
	out.ApprovalID = a.ID
	return out, err
}

// takeFactors does it, and puts it on record. The database holds who may.
func takeFactors(ctx context.Context, tx *pg.Tx, user, approval uuid.UUID, in FactorsLost) error {
	var outcome string
	if err := tx.Scan(ctx, &outcome, "select app_factors_reset(?, ?, ?)", user, pg.OrNull(approval), tx.Now); err != nil {
		return err
	}
	switch outcome {
	case "reset":
		return tx.Record(ctx, models.Event{Action: "user.factors_reset", SubjectType: "user", SubjectID: user, Detail: map[string]any{
			"reason": in.Reason, "checked": in.Checked, "approval": pg.OrNull(approval),
		}})
	case "none":
		return models.Conflict("They have no passkey and no authenticator app. Nothing was changed.")
	case "half":
		return bothHalves()
	}
	return models.Conflict("Somebody changed this account a moment ago. Nothing you did was saved.")
}

// bothHalves refuses who would hold what opens an account that is not theirs.
func bothHalves() error {
	return models.Conflict("Nobody makes the link of a new password and takes the second factors away for the same person within a week. Ask another administrator to do this one.")
}

// apart refuses the link of a new password to who has just taken the second
// factors away of the person an invitation is for.
func apart(ctx context.Context, tx *pg.Tx, invitation uuid.UUID) error {
	var both bool
	if err := tx.Scan(ctx, &both, "select app_half_taken((select user_id from invitations where id = ?), false)", invitation); err != nil {
		return err
	}
	if both {
		return bothHalves()
	}
	return nil
}
