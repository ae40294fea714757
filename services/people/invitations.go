package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const invitationColumns = `i.id, i.org_id, o.name as org_name, i.kind, i.email, i.role, i.sso, coalesce(b.name, '') as invited_by, i.invited_at,
	i.approval_id, coalesce(a.decision, '') as decision, i.expires_at, i.used_at, i.ended_at, i.version, i.user_id
	from invitations i join organisations o on o.id = i.org_id left join users b on b.id = i.invited_by left join approvals a on a.id = i.approval_id`

type invitationRow struct {
	ID, OrgID                  uuid.UUID
	OrgName, Kind, Email, Role string
	SSO                        bool `gorm:"column:sso"`
	InvitedBy, Decision        string
	InvitedAt                  time.Time
	ApprovalID, UserID         *uuid.UUID
	ExpiresAt, UsedAt, EndedAt *time.Time
	Version                    int
}

func (r invitationRow) invitation() Invitation {
	i := Invitation{
		ID: r.ID, OrgID: r.OrgID, OrgName: r.OrgName, Kind: r.Kind, Email: r.Email, Role: models.Role(r.Role), SSO: r.SSO, InvitedBy: r.InvitedBy,
		InvitedAt: r.InvitedAt, Decision: models.Decision(r.Decision), ExpiresAt: r.ExpiresAt, UsedAt: r.UsedAt, EndedAt: r.EndedAt, Version: r.Version,
	}
	if r.ApprovalID != nil {
		i.ApprovalID = *r.ApprovalID
	}
	return i
}

// Invitations lists the latest invitations the actor may see, at most 100.
func (s *Service) Invitations(ctx context.Context) ([]Invitation, error) {
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return nil, err
	}
	var out []Invitation
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []invitationRow
		err := tx.Scan(ctx, &rows, "select "+invitationColumns+" order by i.invited_at desc, i.id desc limit 100")
		for _, r := range rows {
			out = append(out, r.invitation())
		}
		return err
	})
	return out, err
}

func findInvitation(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Invitation, error) {
	var r invitationRow
	if err := tx.Scan(ctx, &r, "select "+invitationColumns+" where i.id = ?", id); err != nil {
		return Invitation{}, err
	}
	if r.ID == uuid.Nil {
		return Invitation{}, models.NotFound("invitation")
	}
	return r.invitation(), nil
}

// Invitation shows one invitation, without its link.
func (s *Service) Invitation(ctx context.Context, id uuid.UUID) (Invitation, error) {
	var out Invitation
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = findInvitation(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "account.invitation_viewed", SubjectType: "invitation", SubjectID: id})
	})
	return out, err
}

// MakeLink makes a new link for an invitation that is not used: for one that a
// second person has approved, or in place of a link that was lost or expired.
func (s *Service) MakeLink(ctx context.Context, id uuid.UUID) (Invitation, error) {
	return s.act(ctx, id, func(ctx context.Context, tx *pg.Tx, i *Invitation) (err error) {
		if *i, err = s.link(ctx, tx, *i); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "account.link_made", SubjectType: "invitation", SubjectID: id, Detail: map[string]any{"kind": i.Kind, "role": string(i.Role)}})
	})
}

// TakeBack ends an invitation: its link opens nothing any more.
func (s *Service) TakeBack(ctx context.Context, id uuid.UUID) (Invitation, error) {
	return s.act(ctx, id, func(ctx context.Context, tx *pg.Tx, i *Invitation) error {
		i.EndedAt = &tx.Now
		i.Version++
		if _, err := tx.Exec(ctx, "update invitations set ended_at = ?, version = ? where id = ? and used_at is null", tx.Now, i.Version, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "account.invitation_taken_back", SubjectType: "invitation", SubjectID: id, Detail: map[string]any{"kind": i.Kind, "role": string(i.Role)}})
	})
}

func (s *Service) act(ctx context.Context, id uuid.UUID, do func(context.Context, *pg.Tx, *Invitation) error) (Invitation, error) {
	var out Invitation
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return out, err
	}
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = findInvitation(ctx, tx, id); err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if out.UsedAt != nil || out.EndedAt != nil {
				return models.Conflict("This invitation has been used or has ended.")
			}
			if faults := models.RequestFrom(ctx).Invalid; len(faults) > 0 {
				return models.Invalid(faults...)
			}
			if err := do(ctx, tx, &out); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// StartReset makes a link with which somebody sets a new password themselves.
// Their second factors stay. It works for those the actor manages, never for
// themselves; for somebody whose role crosses organisations it waits for a
// second system administrator.
func (s *Service) StartReset(ctx context.Context, id uuid.UUID) (Invitation, error) {
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return Invitation{}, err
	}
	var out Invitation
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
			if faults := models.RequestFrom(ctx).Invalid; len(faults) > 0 {
				return models.Invalid(faults...)
			}
			// One link at a time opens an account.
			if _, err := tx.Exec(ctx, "update invitations set ended_at = ?, version = version + 1 where user_id = ? and used_at is null and ended_at is null", tx.Now, id); err != nil {
				return err
			}
			var org string
			if err := tx.Scan(ctx, &org, "select name from organisations where id = ?", p.OrgID); err != nil {
				return err
			}
			i := Invitation{ID: models.NewID(), OrgID: p.OrgID, OrgName: org, Kind: "reset", Email: p.Email, Role: p.Role, InvitedBy: tx.Actor.Name, InvitedAt: tx.Now, Version: 1}
			if out, err = s.begin(ctx, tx, i, p.ID, "A new password for this person"); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}
