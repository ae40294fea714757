package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/people"
	"throughline/services/referrals"
)

// ManagedPerson is somebody as whoever manages them sees them.
type ManagedPerson struct {
	ID           uuid.UUID  `json:"id"`
	Name         string     `json:"name"`
	Email        string     `json:"email"`
	Role         string     `json:"role"`
	Organisation string     `json:"organisation"`
	Active       bool       `json:"active"`
	LeftAt       *time.Time `json:"left_at,omitempty"`
	Conduct      string     `json:"conduct_version,omitempty" doc:"The newest version of the code of conduct they accepted."`
	ConductAt    *time.Time `json:"conduct_accepted_at,omitempty"`
	InHand       InHand     `json:"in_hand"`
	Grantable    []string   `json:"grantable_roles" doc:"The roles you may give them."`
	FactorOwed   bool       `json:"second_factor_owed" doc:"They set up a second factor when they next sign in, and do nothing before."`
	FactorsReset *time.Time `json:"second_factors_reset_at,omitempty" doc:"When theirs were last taken away."`
	Version      int        `json:"version"`
}

// LostFactors says why somebody's second factors are taken away.
type LostFactors struct {
	Reason  string `json:"reason" enum:"lost,stolen,broken"`
	Checked string `json:"checked" enum:"in_person,call_back,manager" doc:"How you made sure that it is them. An email or a message is not enough."`
}

// FactorsTaken is what taking them away came to.
type FactorsTaken struct {
	PersonID   uuid.UUID  `json:"person_id"`
	At         *time.Time `json:"at,omitempty" doc:"Where it is done."`
	ApprovalID *uuid.UUID `json:"approval_id,omitempty" doc:"Where it waits for a second system administrator."`
}

// InHand counts what somebody has to do.
type InHand struct {
	Referrals int `json:"referrals" doc:"Given to them, not ended. They have to be handed over when they leave."`
	Cases     int `json:"cases" doc:"Open cases they logged that their organisation holds."`
	Unsent    int `json:"unsent_referrals"`
	Forms     int `json:"unfinished_forms"`
}

// NewRole is the role somebody gets.
type NewRole struct {
	Role Key `json:"role"`
}

// HandOver says who takes over: a colleague or a team.
type HandOver struct {
	WorkerID *uuid.UUID `json:"worker_id,omitempty"`
	Team     string     `json:"team,omitempty" maxLength:"80"`
}

// HandedOver says how much went.
type HandedOver struct {
	Referrals int64 `json:"referrals"`
}

// NewInvitation says whom to invite as what.
type NewInvitation struct {
	OrganisationID *uuid.UUID `json:"organisation_id,omitempty" doc:"For system administrators; otherwise your own."`
	Email          string     `json:"email" minLength:"3" maxLength:"254"`
	Role           Key        `json:"role"`
	SSO            bool       `json:"single_sign_on,omitempty" doc:"They sign in with the organisation's own sign-in."`
	Reason         string     `json:"reason,omitempty" maxLength:"2000" doc:"Of a role that crosses organisations: a second system administrator reads it."`
}

// Invitation is a link for one person and one role, good once and for a day.
type Invitation struct {
	ID             uuid.UUID  `json:"id"`
	OrganisationID uuid.UUID  `json:"organisation_id"`
	Organisation   string     `json:"organisation"`
	Kind           string     `json:"kind" enum:"joining,reset"`
	Email          string     `json:"email"`
	Role           string     `json:"role"`
	State          string     `json:"state" enum:"asked,approved,refused,open,expired,used,ended"`
	ApprovalID     *uuid.UUID `json:"approval_id,omitempty"`
	InvitedAt      time.Time  `json:"invited_at"`
	ExpiresAt      *time.Time `json:"expires_at,omitempty"`
	Link           string     `json:"link,omitempty" doc:"Told once, when it is made. Hand it over safely."`
	Version        int        `json:"version"`
}

type (
	personIn struct {
		ID uuid.UUID `path:"id"`
	}
	changeRoleIn struct {
		ID   uuid.UUID `path:"id"`
		Body NewRole
	}
	lostFactorsIn struct {
		ID   uuid.UUID `path:"id"`
		Body LostFactors
	}
	factorsTakenOut struct{ Body FactorsTaken }
	handOverIn      struct {
		ID   uuid.UUID `path:"id"`
		Body HandOver
	}
	leaveIn struct {
		ID   uuid.UUID `path:"id"`
		Body *HandOver
	}
	inviteIn   struct{ Body NewInvitation }
	managedOut struct {
		ETag string `header:"ETag"`
		Body ManagedPerson
	}
	handedOverOut  struct{ Body HandedOver }
	invitationsOut struct{ Body List[Invitation] }
	invitationOut  struct {
		ETag string `header:"ETag"`
		Body Invitation
	}
)

func (h *HandOver) worker() uuid.UUID {
	if h == nil || h.WorkerID == nil {
		return uuid.Nil
	}
	return *h.WorkerID
}

func (h *HandOver) team() string {
	if h == nil {
		return ""
	}
	return h.Team
}

// RegisterPeopleManagement adds the managing of people and invitations.
func RegisterPeopleManagement(a *api.API, svc *people.Service, refs *referrals.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/people/{id}", ID: "get-person", Tag: "People", Need: models.PeopleInvite,
		Summary: "One of the people you manage, with what they have in hand",
	}, func(ctx context.Context, in *personIn) (*managedOut, error) {
		d, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentManaged(d), nil
	})
	op := func(path, id, summary string, need models.Permission, match bool) api.Op {
		return api.Op{
			Method: http.MethodPost, Path: "/api/v1/people/{id}/" + path, ID: id, Tag: "People", Summary: summary, Need: need, Match: match, StepUp: need != models.TeamManage,
			Errors: []int{http.StatusConflict, http.StatusForbidden},
		}
	}
	api.Keyed(a, op("role", "change-role", "Give a colleague another role; their sessions end", models.PeopleManage, true),
		func(ctx context.Context, in *changeRoleIn) (people.Details, error) {
			return svc.ChangeRole(ctx, in.ID, models.Role(in.Body.Role))
		}, presentManaged)
	api.Keyed(a, op("disable", "end-access", "End somebody's access at once and hand over what they have in hand", models.PeopleInvite, true),
		func(ctx context.Context, in *leaveIn) (people.Details, error) {
			return svc.Disable(ctx, in.ID, people.Leaving{WorkerID: in.Body.worker(), Team: in.Body.team()})
		}, presentManaged)
	api.Keyed(a, op("enable", "restore-access", "Let somebody back in", models.PeopleInvite, true), func(ctx context.Context, in *personIn) (people.Details, error) {
		return svc.Enable(ctx, in.ID)
	}, presentManaged)
	api.Keyed(a, op("reset", "start-password-reset", "Make a link with which they set a new password themselves", models.PeopleInvite, false),
		func(ctx context.Context, in *personIn) (people.Invitation, error) { return svc.StartReset(ctx, in.ID) }, presentOneInvitation)
	api.Keyed(a, op("factors", "reset-second-factors", "Take away the second factors of somebody who has lost them; they are signed out and set up others", models.PeopleInvite, false),
		func(ctx context.Context, in *lostFactorsIn) (people.FactorsReset, error) {
			return svc.ResetFactors(ctx, in.ID, people.FactorsLost{Reason: in.Body.Reason, Checked: in.Body.Checked})
		}, presentFactorsTaken)
	api.Keyed(a, op("reassign", "reassign-work", "Give all referrals a colleague has in hand to another or to a team", models.TeamManage, false),
		func(ctx context.Context, in *handOverIn) (int64, error) {
			return refs.Reassign(ctx, in.ID, referrals.To{WorkerID: in.Body.worker(), Team: in.Body.team()})
		}, func(n int64) *handedOverOut { return &handedOverOut{Body: HandedOver{Referrals: n}} })
	registerInvitations(a, svc)
}

func registerInvitations(a *api.API, svc *people.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/invitations", ID: "list-invitations", Tag: "People", Need: models.PeopleInvite,
		Summary: "The latest invitations, at most 100",
	}, func(ctx context.Context, _ *struct{}) (*invitationsOut, error) {
		list, err := svc.Invitations(ctx)
		if err != nil {
			return nil, err
		}
		return &invitationsOut{Body: listed(list, "", presentInvitation)}, nil
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/invitations", ID: "invite-person", Tag: "People", Need: models.PeopleInvite, Status: http.StatusCreated, StepUp: true,
		Summary:     "Invite somebody to join",
		Description: "The link is told once, here or by the operation that makes one. A role that crosses organisations waits for a second system administrator.",
		Errors:      []int{http.StatusConflict},
	}, func(ctx context.Context, in *inviteIn) (people.Invitation, error) {
		b := in.Body
		n := people.NewInvitation{Email: b.Email, Role: models.Role(b.Role), SSO: b.SSO, Reason: b.Reason}
		if b.OrganisationID != nil {
			n.OrgID = *b.OrganisationID
		}
		return svc.Invite(ctx, n)
	}, presentOneInvitation)
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/invitations/{id}", ID: "get-invitation", Tag: "People", Need: models.PeopleInvite, Summary: "One invitation, without its link",
	}, func(ctx context.Context, in *personIn) (*invitationOut, error) {
		i, err := svc.Invitation(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentOneInvitation(i), nil
	})
	op := func(path, id, summary string) api.Op {
		return api.Op{
			Method: http.MethodPost, Path: "/api/v1/invitations/{id}/" + path, ID: id, Tag: "People", Summary: summary, Need: models.PeopleInvite, StepUp: true,
			Errors: []int{http.StatusConflict},
		}
	}
	api.Keyed(a, op("link", "make-invitation-link", "Make a link, in place of the one before"),
		func(ctx context.Context, in *personIn) (people.Invitation, error) { return svc.MakeLink(ctx, in.ID) }, presentOneInvitation)
	api.Keyed(a, op("take-back", "take-back-invitation", "Take an invitation back: its link opens nothing any more"),
		func(ctx context.Context, in *personIn) (people.Invitation, error) { return svc.TakeBack(ctx, in.ID) }, presentOneInvitation)
}

func presentManaged(d people.Details) *managedOut {
	out := &managedOut{ETag: etag(d.Version), Body: ManagedPerson{
		ID: d.ID, Name: d.Name, Email: d.Email, Role: string(d.Role), Organisation: d.OrgName, Active: d.DisabledAt == nil, LeftAt: utcOrNone(d.DisabledAt),
		InHand:    InHand{Referrals: d.Holds.Referrals, Cases: d.Holds.Cases, Unsent: d.Holds.Unsent, Forms: d.Holds.Forms},
		Grantable: presented(d.Roles, func(r models.Role) string { return string(r) }), Version: d.Version, Conduct: d.Conduct.Version,
		FactorOwed: d.FactorOwed, FactorsReset: utcOrNone(d.FactorsResetAt),
	}}
	if d.Conduct.Version != "" {
		at := utc(d.Conduct.At)
		out.Body.ConductAt = &at
	}
	return out
}

func presentFactorsTaken(r people.FactorsReset) *factorsTakenOut {
	out := &factorsTakenOut{Body: FactorsTaken{PersonID: r.PersonID}}
	if r.ApprovalID != uuid.Nil {
		out.Body.ApprovalID = &r.ApprovalID
		return out
	}
	at := utc(r.At)
	out.Body.At = &at
	return out
}

func presentOneInvitation(i people.Invitation) *invitationOut {
	return &invitationOut{ETag: etag(i.Version), Body: presentInvitation(i)}
}

func presentInvitation(i people.Invitation) Invitation {
	out := Invitation{
		ID: i.ID, OrganisationID: i.OrgID, Organisation: i.OrgName, Kind: i.Kind, Email: i.Email, Role: string(i.Role), State: i.StateNow(),
		InvitedAt: utc(i.InvitedAt), ExpiresAt: utcOrNone(i.ExpiresAt), Link: i.Link, Version: i.Version,
	}
	if i.ApprovalID != uuid.Nil {
		out.ApprovalID = &i.ApprovalID
	}
	return out
}
