package models

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Role is what a person does in their organisation. One person has one role.
type Role string

// The roles of contract.md section 3, RoleSystem for jobs, and RoleVisitor for
// whoever reads what is published.
const (
	RoleCaseworker          Role = "caseworker"
	RoleManager             Role = "manager"
	RoleProviderWorker      Role = "provider_worker"
	RoleProviderManager     Role = "provider_manager"
	RoleCourtOfficer        Role = "court_officer"
	RoleCoordinator         Role = "coordinator"
	RoleCommissionerAuditor Role = "commissioner_auditor"
	RoleCommissionerAnalyst Role = "commissioner_analyst"
	RolePrivacyOfficer      Role = "privacy_officer"
	RoleSafeguardingLead    Role = "safeguarding_lead"
	RoleOrganisationAdmin   Role = "organisation_admin"
	RoleSystemAdmin         Role = "system_admin"
	RoleSystem              Role = "system"
	RoleVisitor             Role = "visitor"
	// RoleVictim is who comes in by a code and a word (docs/adr/0040): nobody of
	// the staff, with no permission, who is shown what was told to them.
	RoleVictim Role = "victim"
)

// Roles lists every role a person can hold, in the order people read them.
func Roles() []Role {
	return []Role{
		RoleCaseworker, RoleManager, RoleProviderWorker, RoleProviderManager, RoleCourtOfficer,
		RoleCoordinator, RoleCommissionerAuditor, RoleCommissionerAnalyst, RolePrivacyOfficer,
		RoleSafeguardingLead, RoleOrganisationAdmin, RoleSystemAdmin,
	}
}

// Words names the role as screens do.
func (r Role) Words() string {
	switch r {
	case RoleCaseworker:
		return "Caseworker"
	case RoleManager:
		return "Manager"
	case RoleProviderWorker:
		return "Service worker"
	case RoleProviderManager:
		return "Service manager"
	case RoleCourtOfficer:
		return "Court or witness care officer"
	case RoleCoordinator:
		return "Pathway coordinator"
	case RoleCommissionerAuditor:
		return "Commissioner's auditor"
	case RoleCommissionerAnalyst:
		return "Commissioner's analyst"
	case RolePrivacyOfficer:
		return "Privacy officer"
	case RoleSafeguardingLead:
		return "Safeguarding lead"
	case RoleOrganisationAdmin:
		return "Organisation administrator"
	case RoleSystemAdmin:
		return "System administrator"
	case RoleSystem:
		return "Throughline"
	case RoleVisitor:
		return "Anybody"
	case RoleVictim:
		return "By code and word, on their own page"
	}
	return string(r)
}

// Actor is whoever is responsible for the current piece of work. The database
// receives it at the start of every transaction and filters rows by it.
// SessionID is what the database believes: the other fields must agree with
// the live session row or the transaction is refused.
type Actor struct {
	UserID    uuid.UUID
	OrgID     uuid.UUID
	SessionID uuid.UUID
	// ImportID is the file whose rows a job writes in this person's name, where
	// that is why they act; then there is no session.
	ImportID uuid.UUID
	// BulkID is the bulk hand-over that a job goes on with in this person's name.
	BulkID uuid.UUID
	// StatusID is the session of a status page, of who came in by a code.
	StatusID uuid.UUID
	Role     Role
	Name     string
	OrgName  string
	OrgKind  OrganisationKind
	// SteppedUpAt is when this session's holder last proved who they are, in
	// real time: by a second factor, or by their password again where they have
	// none. Zero: not since the session began with a password alone.
	SteppedUpAt time.Time
	// IdleMinutes is after how long without use this session ends, as the
	// organisation has it; 0 where it is not known.
	IdleMinutes int
	// Machine: it is a system of the organisation, not a person (docs/adr/0044),
	// and may do what Scopes says, as Scoped wrote it, and no more.
	Machine bool
	Scopes  string
	// OwesConduct: they have not accepted the code of conduct that is asked for
	// here, and see no record before they have.
	OwesConduct bool
}

// StepUpFor is how long a proof counts for the acts that need a fresh one:
// export, unmasking, break-glass, changes of roles, passwords and factors
// (ASVS 5.0.0, 7.5.3).
const StepUpFor = 5 * time.Minute

// SteppedUp reports whether the actor has proved who they are shortly before
// now, which is real time. Jobs have nobody to ask.
func (a Actor) SteppedUp(now time.Time) bool {
	return a.Role == RoleSystem || !a.SteppedUpAt.IsZero() && now.Sub(a.SteppedUpAt) < StepUpFor
}

// System is the actor of jobs: no person, no organisation, and only the rows
// that policies name for it.
func System() Actor { return Actor{Role: RoleSystem, Name: "Throughline"} }

// Visitor is whoever reads what is published, and nothing else: no policy but
// that on the public directory names the role.
func Visitor() Actor { return Actor{Role: RoleVisitor, Name: "Anybody"} }

type actorKey struct{}

// WithActor returns a context that carries a.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// May returns the actor ctx carries where its role holds a permission: the same
// answer as at the edge, for callers that are not behind one. Errors:
// unauthenticated, forbidden.
func May(ctx context.Context, p Permission) (Actor, error) {
	a, err := ActorFrom(ctx)
	if err == nil && !a.Can(p) {
		err = RoleForbidden()
	}
	return a, err
}

// ActorFrom returns the actor ctx carries, or an unauthenticated error.
func ActorFrom(ctx context.Context) (Actor, error) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	if !ok {
		return Actor{}, Unauthenticated()
	}
	return a, nil
}
