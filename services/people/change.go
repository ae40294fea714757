package people

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/referrals"
)

// Leaving says who takes over what somebody has in hand.
type Leaving struct {
	WorkerID uuid.UUID // a colleague who answers referrals
	Team     string    // or the queue of a team
}

// change runs one act on somebody the actor manages, in the order of answers of
// decisions.md 18. Nobody acts on themselves.
func (s *Service) change(ctx context.Context, p models.Permission, id uuid.UUID, act func(context.Context, *pg.Tx, *models.Person) error) (Details, error) {
	if _, err := models.May(ctx, p); err != nil {
		return Details{}, err
	}
	var out Details
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			person, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			if person.ID == tx.Actor.UserID {
				return models.Forbidden("Nobody changes their own account here. Ask another administrator.")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if r := models.RequestFrom(ctx); r.MatchRequired && r.IfMatch == nil {
				return models.PreconditionRequired("Send the ETag of what you read as If-Match.")
			}
			if err := act(ctx, tx, &person); err != nil {
				return err
			}
			if out, err = details(ctx, tx, person); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// fresh holds a change to the version its caller read.
func fresh(ctx context.Context, p *models.Person) error {
	if m := models.RequestFrom(ctx).IfMatch; m != nil && *m != p.Version {
		return models.Stale("Somebody changed this account since you read it. Read it again, then decide.")
	}
	return nil
}

// ChangeRole gives a colleague another role that fits their organisation. Their
// sessions end in the same transaction. Roles that cross organisations are not
// given here: they take an invitation that a second person approves.
func (s *Service) ChangeRole(ctx context.Context, id uuid.UUID, role models.Role) (Details, error) {
	return s.change(ctx, models.PeopleManage, id, func(ctx context.Context, tx *pg.Tx, p *models.Person) error {
		if p.Role.Crosses() {
			return models.Forbidden("This role is not yours to change. Two system administrators give and end it.")
		}
		if p.DisabledAt != nil {
			return models.Conflict("This person has left. Restore their access first.")
		}
		if err := fresh(ctx, p); err != nil {
			return err
		}
		f := &models.Faults{}
		f.Join(models.RequestFrom(ctx).Invalid...)
		switch a := models.MayGrant(tx.Actor, role, *p); {
		case !slices.Contains(models.Roles(), role):
			f.Add("role", models.FieldRequired, "Select a role")
		case !a.Allowed || slices.Contains(a.Obligations, models.ObligationSecondPerson):
			f.Add("role", models.FieldNotOpen, "Select a role that you may give and that fits your organisation")
		}
		if len(f.List()) > 0 {
			return models.Invalid(f.List()...)
		}
		before := p.Role
		if before == role {
			return models.Conflict("This person has that role already. Nothing was changed.")
		}
		p.Role = role
		if err := save(ctx, tx, p); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "user.role_changed", SubjectType: "user", SubjectID: p.ID, Detail: map[string]any{"from": string(before), "to": string(role)}})
	})
}

// save writes what the actor may change of a person, and no other's change.
func save(ctx context.Context, tx *pg.Tx, p *models.Person) error {
	p.Version++
	n, err := tx.Exec(ctx, "update users set role = ?, disabled_at = ?, version = ? where id = ? and version = ?", string(p.Role), p.DisabledAt, p.Version, p.ID, p.Version-1)
	if err != nil {
		return err
	}
	if n == 0 {
		return models.Conflict("Somebody changed this account a moment ago. Nothing you did was saved.")
	}
	return nil
}

// Disable ends somebody's access at once: every session they have ends in the
// same transaction, and what they have in hand goes to a colleague or a team.
// It refuses to leave a referral with a person who has gone.
func (s *Service) Disable(ctx context.Context, id uuid.UUID, to Leaving) (Details, error) {
	return s.change(ctx, models.PeopleInvite, id, func(ctx context.Context, tx *pg.Tx, p *models.Person) error {
		if p.DisabledAt != nil {
			return models.Conflict("This person's access has ended already.")
		}
		if p.Role.Crosses() && tx.Actor.Role != models.RoleSystemAdmin {
			return models.Forbidden("This access is not yours to end. A system administrator ends it.")
		}
		if err := fresh(ctx, p); err != nil {
			return err
		}
		var moved int64
		if p.OrgID == tx.Actor.OrgID {
			var holds Holds
			if err := tx.Scan(ctx, &holds, "select * from app_person_holds(?)", p.ID); err != nil {
				return err
			}
			var err error
			if moved, err = handOver(ctx, tx, p.ID, to, holds.Referrals > 0); err != nil {
				return err
			}
		}
		if faults := models.RequestFrom(ctx).Invalid; len(faults) > 0 {
			return models.Invalid(faults...)
		}
		p.DisabledAt = &tx.Now
		if err := save(ctx, tx, p); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "update invitations set ended_at = ?, version = version + 1 where user_id = ? and used_at is null and ended_at is null", tx.Now, p.ID)
		if err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "user.disabled", SubjectType: "user", SubjectID: p.ID, Detail: map[string]any{"referrals_handed_over": moved}})
	})
}

// handOver gives on what somebody has in hand, where there is anything.
func handOver(ctx context.Context, tx *pg.Tx, from uuid.UUID, to Leaving, needed bool) (int64, error) {
	if !needed && to == (Leaving{}) {
		return 0, nil
	}
	return referrals.ReassignTx(ctx, tx, from, referrals.To{WorkerID: to.WorkerID, Team: to.Team})
}

// Enable lets somebody back in. Their old sessions stay ended.
func (s *Service) Enable(ctx context.Context, id uuid.UUID) (Details, error) {
	return s.change(ctx, models.PeopleInvite, id, func(ctx context.Context, tx *pg.Tx, p *models.Person) error {
		if p.DisabledAt == nil {
			return models.Conflict("This person has access already.")
		}
		if p.Role.Crosses() {
			return models.Forbidden("A role that crosses organisations is given by two. Invite them again.")
		}
		if err := fresh(ctx, p); err != nil {
			return err
		}
		if faults := models.RequestFrom(ctx).Invalid; len(faults) > 0 {
			return models.Invalid(faults...)
		}
		p.DisabledAt = nil
		if err := save(ctx, tx, p); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "user.enabled", SubjectType: "user", SubjectID: p.ID})
	})
}
