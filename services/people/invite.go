package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

// Invitation is a link for one person and one role, good once and for a day.
type Invitation struct {
	ID         uuid.UUID
	OrgID      uuid.UUID
	OrgName    string
	Kind       string // "joining" or "reset"
	Email      string
	Role       models.Role
	SSO        bool
	InvitedBy  string // a name; empty where the actor may not see who
	InvitedAt  time.Time
	ApprovalID uuid.UUID // of an invitation that takes two people
	Decision   models.Decision
	ExpiresAt  *time.Time // of its link
	UsedAt     *time.Time
	EndedAt    *time.Time
	Link       string // shown once, when it is made
	Version    int
}

// State is what becomes of an invitation: asked, refused, approved, open,
// expired, used or ended. The time is real time, as tokens live in it.
func (i *Invitation) State(now time.Time) string {
	switch {
	case i.UsedAt != nil:
		return "used"
	case i.EndedAt != nil:
		return "ended"
	case i.ExpiresAt != nil && now.Before(*i.ExpiresAt):
		return "open"
	case i.ExpiresAt != nil:
		return "expired"
	case i.Decision == models.DecisionApproved:
		return "approved"
	case i.Decision != "":
		return "refused"
	}
	return "asked"
}

// StateNow is State at this moment.
func (i *Invitation) StateNow() string { return i.State(time.Now()) }

// NewInvitation says whom to invite as what.
type NewInvitation struct {
	OrgID  uuid.UUID // the actor's own where it is uuid.Nil
	Email  string
	Role   models.Role
	SSO    bool   // they sign in with the organisation's own sign-in
	Reason string // of a role that crosses organisations
}

// kindGrant is the approval a role that crosses organisations takes.
const kindGrant = "people.grant"

func (s *Service) kind() approvals.Kind {
	return approvals.Kind{
		Name: kindGrant, Words: "Give a role that crosses organisations", Roles: []models.Role{models.RoleSystemAdmin}, Lasts: 7 * 24 * time.Hour,
		Apply: func(ctx context.Context, tx *pg.Tx, a models.Approval) error {
			n, err := tx.Exec(ctx, "update invitations set version = version + 1 where id = ? and approval_id = ? and used_at is null and ended_at is null", a.SubjectID, a.ID)
			if err == nil && n == 0 {
				return models.Conflict("This invitation was taken back meanwhile.")
			}
			return err
		},
		Facts: func(ctx context.Context, tx *pg.Tx, a models.Approval) ([]approvals.Fact, error) {
			i, err := findInvitation(ctx, tx, a.SubjectID)
			if err != nil {
				return nil, err
			}
			return []approvals.Fact{
				{Key: "Role", Value: i.Role.Words()}, {Key: "For", Value: i.Email}, {Key: "At", Value: i.OrgName},
			}, nil
		},
	}
}

// Invite asks somebody to join. An organisation's administrator gets the link
// at once, to hand over safely; a role that crosses organisations waits for a
// second system administrator first. It returns field errors for what is wrong,
// and a conflict where somebody else has the address.
func (s *Service) Invite(ctx context.Context, in NewInvitation) (Invitation, error) {
	if _, err := models.May(ctx, models.PeopleInvite); err != nil {
		return Invitation{}, err
	}
	var out Invitation
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			org, err := in.check(ctx, tx)
			if err != nil {
				return err
			}
			i := Invitation{
				ID: models.NewID(), OrgID: in.OrgID, OrgName: org, Kind: "joining", Email: in.Email, Role: in.Role, SSO: in.SSO, InvitedBy: tx.Actor.Name,
				InvitedAt: tx.Now, Version: 1,
			}
			if out, err = s.begin(ctx, tx, i, uuid.Nil, in.Reason); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// check says what is wrong with an invitation, and names its organisation.
func (in *NewInvitation) check(ctx context.Context, tx *pg.Tx) (string, error) {
	in.Email, in.Reason = strings.ToLower(strings.TrimSpace(in.Email)), strings.TrimSpace(in.Reason)
	if in.OrgID == uuid.Nil || tx.Actor.Role != models.RoleSystemAdmin {
		in.OrgID = tx.Actor.OrgID
	}
	var org struct {
		Name, Kind string
		Active     bool
	}
	if err := tx.Scan(ctx, &org, "select name, kind, active from organisations where id = ?", in.OrgID); err != nil {
		return "", err
	}
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	if !models.IsEmail(in.Email) {
		f.Add("email", models.FieldInvalid, "Enter an email address, like name@example.com")
	}
	if !org.Active {
		f.Add("organisation_id", models.FieldUnknown, "Select an organisation from the list")
	}
	a := models.MayGrant(tx.Actor, in.Role, models.Person{OrgID: in.OrgID, OrgKind: models.OrganisationKind(org.Kind)})
	switch {
	case !slices.Contains(models.Roles(), in.Role):
		f.Add("role", models.FieldRequired, "Select a role")
	case !a.Allowed:
		f.Add("role", models.FieldNotOpen, "Select a role that you may give and that fits the organisation")
	case in.Role.Crosses() && in.Reason == "":
		f.Add("reason", models.FieldRequired, "Say why this role is needed")
	}
	if err := in.checkSSO(ctx, tx, f); err != nil {
		return "", err
	}
	if len(f.List()) > 0 {
		return "", models.Invalid(f.List()...)
	}
	return org.Name, in.taken(ctx, tx)
}

// checkSSO refuses to invite somebody to a sign-in that their organisation does
// not have, or that would never say their address.
func (in *NewInvitation) checkSSO(ctx context.Context, tx *pg.Tx, f *models.Faults) error {
	if !in.SSO {
		return nil
	}
	var domain string
	if err := tx.Scan(ctx, &domain, "select app_sign_on_domain(?)", in.OrgID); err != nil {
		return err
	}
	switch {
	case domain == "":
		f.Add("single_sign_on", models.FieldNotOpen, "The organisation has no sign-in of its own here. They set a password instead")
	case !strings.HasSuffix(in.Email, "@"+domain):
		f.Add("email", models.FieldInvalid, "Enter an address that ends in @"+domain+": that is what the organisation's own sign-in says of its people")
	}
	return nil
}

// SignOnDomain is the domain of the addresses that the actor's organisation signs
// in for itself; "" where it has no sign-in of its own in use.
func (s *Service) SignOnDomain(ctx context.Context) (string, error) {
	a, err := models.May(ctx, models.PeopleInvite)
	if err != nil {
		return "", err
	}
	var domain string
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &domain, "select app_sign_on_domain(?)", a.OrgID)
	})
	return domain, err
}

// taken refuses an address that is in use, where the actor can know it: a
// colleague's. That somebody elsewhere has it is told when the link is used.
func (in *NewInvitation) taken(ctx context.Context, tx *pg.Tx) error {
	var n int
	err := tx.Scan(ctx, &n, "select count(*) from users where email = ? and org_id = ? and not ?", in.Email, in.OrgID, in.Role.Crosses())
	if err == nil && n > 0 {
		return models.Conflict("Somebody of your organisation has this email address already. Change their role instead.")
	}
	return err
}

// begin writes an invitation: with its link, or with the request for a second
// person's approval.
func (s *Service) begin(ctx context.Context, tx *pg.Tx, i Invitation, user uuid.UUID, reason string) (Invitation, error) {
	if i.Role.Crosses() {
		a, err := s.approvals.RequestTx(ctx, tx, approvals.Request{
			Kind: kindGrant, SubjectType: "invitation", SubjectID: i.ID, Reason: reason, Payload: map[string]any{"role": i.Role, "organisation": i.OrgID, "kind": i.Kind},
		})
		if err != nil {
			return i, err
		}
		i.ApprovalID = a.ID
	}
	_, err := tx.Exec(ctx, `insert into invitations (id, org_id, kind, email, role, user_id, sso, invited_by, invited_by_role, invited_at, approval_id)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, i.ID, i.OrgID, i.Kind, i.Email, string(i.Role), pg.OrNull(user), i.SSO, tx.Actor.UserID, string(tx.Actor.Role),
		tx.Now, pg.OrNull(i.ApprovalID))
	if err != nil {
		return i, err
	}
	err = tx.Record(ctx, models.Event{Action: "account.invited", SubjectType: "invitation", SubjectID: i.ID, Detail: map[string]any{
		"kind": i.Kind, "role": string(i.Role), "organisation": i.OrgID, "approval": pg.OrNull(i.ApprovalID),
	}})
	if err != nil || i.Role.Crosses() {
		return i, err
	}
	return s.link(ctx, tx, i)
}

// link makes the link and keeps its hash; the one before opens nothing any more.
func (s *Service) link(ctx context.Context, tx *pg.Tx, i Invitation) (Invitation, error) {
	if i.Kind == "reset" {
		if err := apart(ctx, tx, i.ID); err != nil {
			return i, err
		}
	}
	token, hash := newToken()
	var issued struct{ Until *time.Time }
	if err := tx.Scan(ctx, &issued, "select app_invitation_issue($1, $2) as until", i.ID, hash); err != nil {
		return i, err
	}
	if issued.Until == nil {
		return i, models.Conflict("Nobody else has approved this invitation yet, or it has ended.")
	}
	i.Link, i.ExpiresAt = s.base+"/invitation/"+token, issued.Until
	i.Version++
	_, err := tx.Exec(ctx, "insert into outbox (topic, payload, at) values ('account.invited', jsonb_build_object('invitation', ?::text), ?)", i.ID.String(), tx.Now)
	return i, err
}
