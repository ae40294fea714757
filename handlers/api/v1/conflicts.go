package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/protection"
)

// ConflictDeclaration is what you declared of a conflict of interest.
type ConflictDeclaration struct {
	ID             uuid.UUID  `json:"id"`
	Kind           string     `json:"kind" enum:"own_name,knows,suspect,employer"`
	Name           string     `json:"name,omitempty"`
	DateOfBirth    *string    `json:"date_of_birth,omitempty" format:"date"`
	Contact        bool       `json:"contact" doc:"Whether a number or address was given. It is not kept."`
	Crime          bool       `json:"crime" doc:"Whether a crime reference was given. It is not kept."`
	OrganisationID *uuid.UUID `json:"organisation_id,omitempty"`
	SaidAt         time.Time  `json:"said_at"`
	EndedAt        *time.Time `json:"ended_at,omitempty"`
}

// NewConflictDeclaration declares a conflict of interest.
type NewConflictDeclaration struct {
	Kind           string    `json:"kind" enum:"own_name,knows,suspect,employer"`
	GivenName      string    `json:"given_name,omitempty" maxLength:"200"`
	FamilyName     string    `json:"family_name,omitempty" maxLength:"200"`
	DateOfBirth    string    `json:"date_of_birth,omitempty" format:"date"`
	Contact        string    `json:"contact,omitempty" maxLength:"254" doc:"A telephone number or an address of email. Only what it is compared by is kept."`
	CrimeReference string    `json:"crime_reference,omitempty" maxLength:"60"`
	OrganisationID uuid.UUID `json:"organisation_id,omitzero" doc:"Of the kind employer."`
}

// ConflictAnswer says whether you know the person a record is about.
type ConflictAnswer struct {
	Knows  *bool  `json:"knows"`
	Reason string `json:"reason,omitempty" maxLength:"60" doc:"A reason of the group bar, where you do."`
}

// ConflictAnswered is what was kept of it.
type ConflictAnswered struct {
	CaseID uuid.UUID `json:"case_id"`
	Knows  bool      `json:"knows"`
}

type (
	conflictsOut struct {
		Body List[ConflictDeclaration]
	}
	conflictIn  struct{ Body NewConflictDeclaration }
	conflictOut struct{ Body ConflictDeclaration }
	endConflict struct {
		ID uuid.UUID `path:"id"`
	}
	conflictAnswerIn struct {
		ID   uuid.UUID `path:"id"`
		Body ConflictAnswer
	}
	conflictAnswerOut struct{ Body ConflictAnswered }
)

// RegisterConflicts adds what people declare of their own conflicts of interest.
func RegisterConflicts(a *api.API, svc *protection.Service) {
	op := func(method, path, id, summary string) api.Op {
		return api.Op{Method: method, Path: "/api/v1/" + path, ID: id, Tag: "Protection", Need: models.SignedIn, Summary: summary}
	}
	api.Register(a, op(http.MethodGet, "conflicts", "list-own-conflicts", "What you declared; nobody else reads it"), func(ctx context.Context, _ *struct{}) (*conflictsOut, error) {
		items, err := svc.Conflicts(ctx)
		if err != nil {
			return nil, err
		}
		return &conflictsOut{Body: listed(items, "", presentConflict)}, nil
	})
	declare := op(http.MethodPost, "conflicts", "declare-conflict", "Declare a conflict of interest")
	declare.Status, declare.Errors = http.StatusCreated, []int{http.StatusConflict}
	declare.Description = "You find no trace of a record that is certainly meant, and are asked before one that may be. The answer is the same whether there is one."
	api.Keyed(a, declare, func(ctx context.Context, in *conflictIn) (models.Declaration, error) {
		return svc.Declare(ctx, in.Body.model())
	}, presentOneConflict)
	end := op(http.MethodPost, "conflicts/{id}/end", "end-conflict", "Take a declaration back, for what comes from now on")
	end.Errors = []int{http.StatusConflict}
	api.Keyed(a, end, func(ctx context.Context, in *endConflict) (models.Declaration, error) {
		return svc.EndConflict(ctx, in.ID)
	}, presentOneConflict)
	know := op(http.MethodPost, "cases/{id}/conflict", "answer-conflict", "Say whether you know the person a record is about")
	know.Description = "Asked for by 403 with conflict_check_required before the first view of a record that may be of somebody you know. With true you find no trace of it from now on."
	api.Keyed(a, know, func(ctx context.Context, in *conflictAnswerIn) (protection.Known, error) {
		return svc.Know(ctx, in.ID, protection.Knowing{Knows: in.Body.Knows, Reason: in.Body.Reason})
	}, func(k protection.Known) *conflictAnswerOut {
		return &conflictAnswerOut{Body: ConflictAnswered{CaseID: k.CaseID, Knows: k.Knows}}
	})
}

func (n NewConflictDeclaration) model() models.NewDeclaration {
	out := models.NewDeclaration{
		Kind: models.ConflictKind(n.Kind), GivenName: n.GivenName, FamilyName: n.FamilyName, Contact: n.Contact, CrimeReference: n.CrimeReference, EmployerID: n.OrganisationID,
	}
	if born, err := time.Parse(time.DateOnly, n.DateOfBirth); err == nil {
		out.DateOfBirth = &born
	}
	return out
}

func presentOneConflict(d models.Declaration) *conflictOut {
	return &conflictOut{Body: presentConflict(d)}
}

func presentConflict(d models.Declaration) ConflictDeclaration {
	out := ConflictDeclaration{ID: d.ID, Kind: string(d.Kind), Name: d.Name, Contact: d.Contact, Crime: d.Crime, SaidAt: utc(d.SaidAt), EndedAt: utcOrNone(d.EndedAt)}
	if d.DateOfBirth != nil {
		born := d.DateOfBirth.Format(time.DateOnly)
		out.DateOfBirth = &born
	}
	if d.EmployerID != uuid.Nil {
		out.OrganisationID = &d.EmployerID
	}
	return out
}
