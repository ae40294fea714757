package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/imports"
)

// TriageCase is a case that a feed made and that somebody has to look at: no
// name, and no way to reach anybody.
type TriageCase struct {
	CaseID     uuid.UUID `json:"case_id"`
	Reference  string    `json:"reference"`
	Flags      []string  `json:"flags" doc:"The most pressing first."`
	RiskLevel  string    `json:"risk_level"`
	Force      string    `json:"force,omitempty"`
	Offences   []string  `json:"offence_types"`
	ReportedOn string    `json:"reported_on,omitempty"`
	Borough    string    `json:"borough,omitempty"`
	SentAt     time.Time `json:"sent_at"`
}

// TriageSaid is an answer.
type TriageSaid struct {
	Answer string `json:"answer" enum:"fine,follow_up,later" doc:"fine: nothing more to see to. follow_up: whoever says it sees to it. later: shown again after all others."`
}

type (
	triageIn struct {
		ID   uuid.UUID `path:"id"`
		Body TriageSaid
	}
	triageListIn  struct{}
	triageListOut struct{ Body List[TriageCase] }
	triageOut     struct{ Body TriageSaid }
)

// RegisterTriage adds what the rows of a feed leave to see to.
func RegisterTriage(a *api.API, svc *imports.Service) {
	list := api.Op{
		Method: http.MethodGet, Path: "/api/v1/triage", ID: "list-triage", Tag: "Import files", Need: models.ImportRun, Summary: "Cases of a feed that somebody has to look at",
		Description: "The most pressing first, up to 100. A case is no longer here once it was answered.",
	}
	api.Register(a, list, func(ctx context.Context, _ *triageListIn) (*triageListOut, error) {
		items, err := svc.Waiting(ctx)
		if err != nil {
			return nil, err
		}
		return &triageListOut{Body: listed(items, "", presentTriage)}, nil
	})
	say := api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/triage", ID: "triage-case", Tag: "Import files", Need: models.ImportRun, Summary: "Say what is done about the flags of a case",
		Description: "Of a case that a feed made. What is said later of a case that one sees to oneself ends it.", Errors: []int{http.StatusConflict}, Status: http.StatusOK,
	}
	api.Keyed(a, say, func(ctx context.Context, in *triageIn) (models.TriageAnswer, error) {
		answer := models.TriageAnswer(in.Body.Answer)
		return answer, svc.Triage(ctx, in.ID, answer)
	}, func(answer models.TriageAnswer) *triageOut {
		return &triageOut{Body: TriageSaid{Answer: string(answer)}}
	})
}

func presentTriage(i models.TriageItem) TriageCase {
	out := TriageCase{
		CaseID: i.CaseID, Reference: i.Reference, Flags: append([]string{}, models.SortFlags(i.Flags)...), RiskLevel: string(i.Risk), Force: i.Force, Offences: append([]string{}, i.Offences...),
		Borough: i.BoroughName, SentAt: utc(i.SentAt),
	}
	if i.ReportedOn != nil {
		out.ReportedOn = i.ReportedOn.Format(time.DateOnly)
	}
	return out
}
