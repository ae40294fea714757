package v1

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/cases"
)

// AddedIncident is an incident that was added to a case, with what follows from
// it.
type AddedIncident struct {
	Incident
	CaseID         uuid.UUID      `json:"case_id"`
	EnhancedRights EnhancedRights `json:"enhanced_rights" doc:"Of the case, as they are now."`
}

// EqualityAnswers are what the victim said of who they are.
type EqualityAnswers struct {
	Answers map[string]Phrase `json:"answers" doc:"By question: sex, ethnic_group, ethnic_background, disability, disability_effect, religion, sexual_orientation, gender_identity, marriage, pregnancy_maternity. A question left out was not asked; prefer_not_to_say and unsafe_to_ask are answers of their own."`
}

// CaseEquality is what is kept of them.
type CaseEquality struct {
	CaseID   uuid.UUID         `json:"case_id"`
	Equality map[string]string `json:"equality"`
}

// CaseClosing is why a case is closed.
type CaseClosing struct {
	Reason Key    `json:"reason" doc:"A reason of the group close_case."`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

// CaseState is whether a case is open.
type CaseState struct {
	ID        uuid.UUID `json:"id"`
	Reference string    `json:"reference"`
	Status    string    `json:"status"`
	Version   int       `json:"version"`
}

type (
	addIncidentIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body NewIncident
	}
	addIncidentOut struct {
		ETag string `header:"ETag"`
		Body AddedIncident
	}
	equalityIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body EqualityAnswers
	}
	closeIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body CaseClosing
	}
	reopenIn struct {
		ID uuid.UUID `path:"id" doc:"Of the case."`
	}
	caseStatusOut struct {
		ETag string `header:"ETag"`
		Body CaseState
	}
	equalityOut struct {
		ETag string `header:"ETag"`
		Body CaseEquality
	}
)

func registerCaseChanges(a *api.API, svc *cases.Service) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/incidents", ID: "add-incident", Tag: "Cases", Need: models.CaseCreate,
		Status: http.StatusCreated, Errors: []int{http.StatusConflict}, Summary: "Add another incident to a case",
		Description: "Enhanced Rights follow from all incidents together. What services were sent stays as it was. 409 for a case that is closed.",
	}, func(ctx context.Context, in *addIncidentIn) (cases.Added, error) {
		return svc.AddIncident(ctx, in.ID, in.Body.incident())
	}, func(x cases.Added) *addIncidentOut {
		return &addIncidentOut{ETag: etag(x.Version), Body: AddedIncident{
			Incident: presentIncident(x.Incident, func(code string) string { return x.Boroughs[code] }), CaseID: x.Incident.CaseID,
			EnhancedRights: EnhancedRights{Flag: x.Enhanced, Reasons: append([]string{}, x.EnhancedReasons...)},
		}}
	})
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/equality", ID: "set-equality", Tag: "Cases", Need: models.CaseCreate, Match: true,
		Status: http.StatusOK, Errors: []int{http.StatusConflict}, Summary: "Keep the answers to the equality questions",
		Description: "In place of those that were kept. No service is sent them. If-Match takes the ETag of the case.",
	}, func(ctx context.Context, in *equalityIn) (cases.View, error) {
		return svc.ChangeEquality(ctx, in.ID, dictionary(in.Body.Answers))
	}, func(v cases.View) *equalityOut {
		return &equalityOut{ETag: etag(v.Case.Version), Body: CaseEquality{CaseID: v.Case.ID, Equality: v.Victim.Equality}}
	})
}

// registerCaseClosing adds closing a case and opening it again.
func registerCaseClosing(a *api.API, svc *cases.Service) {
	present := func(v cases.View) *caseStatusOut {
		c := &v.Case
		return &caseStatusOut{ETag: etag(c.Version), Body: CaseState{ID: c.ID, Reference: c.Reference, Status: string(c.Status), Version: c.Version}}
	}
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/close", ID: "close-case", Tag: "Cases", Need: models.HandoffSend, Status: http.StatusOK,
		Match: true, Errors: []int{http.StatusConflict}, Summary: "Close a case",
		Description: "For whoever holds it. 409 names what is still owed: a hand-off in the air, a duty that lies apart, a live referral.",
	}, func(ctx context.Context, in *closeIn) (cases.View, error) {
		return svc.Close(ctx, in.ID, cases.Closing{Reason: spelled(in.Body.Reason, nil), Note: in.Body.Note})
	}, present)
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/reopen", ID: "reopen-case", Tag: "Cases", Need: models.HandoffSend, Status: http.StatusOK,
		Match: true, Errors: []int{http.StatusConflict}, Summary: "Open a closed case again", Description: "For whoever holds it.",
	}, func(ctx context.Context, in *reopenIn) (cases.View, error) { return svc.Reopen(ctx, in.ID) }, present)
}
