package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/owed"
)

// Owed is one thing that an organisation owes. It holds nothing of the person.
type Owed struct {
	ID            uuid.UUID     `json:"id" doc:"Of the clock, the hand-off or the request."`
	Kind          string        `json:"kind" enum:"clock,answer,telling,request" doc:"A timed duty, an offer of a duty that waits for its answer, a victim who has not been told of a hand-off, or something that was asked on a victim's page."`
	DueAt         time.Time     `json:"due_at" doc:"Of a telling: since when it is owed."`
	Late          bool          `json:"late"`
	CaseID        uuid.UUID     `json:"case_id,omitzero" doc:"Left out of what belongs to no case."`
	CaseReference string        `json:"case_reference,omitempty" doc:"To those who see the case."`
	Referral      string        `json:"referral,omitempty" doc:"The reference of the referral whose clock it is."`
	Request       string        `json:"data_request,omitempty" doc:"The reference of the request about somebody's data whose clock it is; to those who answer for data."`
	Rule          string        `json:"rule,omitempty" doc:"K1 to K37, of a clock."`
	State         string        `json:"state"`
	ComplaintID   uuid.UUID     `json:"complaint_id,omitzero" doc:"The complaint whose clock it is."`
	Handoff       string        `json:"handoff,omitempty" doc:"The reference of the hand-off, of an answer and a telling."`
	Duty          string        `json:"duty,omitempty"`
	OffSystem     bool          `json:"off_system" doc:"The receiver of the hand-off never signs in: its answer is to be asked for."`
	With          *Organisation `json:"with,omitempty" doc:"The other side of the referral or hand-off."`
}

type (
	owedIn struct {
		Paging
		Of  string `query:"of" enum:"organisation,me" default:"organisation" doc:"What your organisation owes, or what of it is yours: given to you, logged, recorded or taken over by you."`
		Due string `query:"due" enum:"today,all" default:"all" doc:"What is due by the end of today, late included, or all of it."`
	}
	owedOut struct{ Body List[Owed] }
)

// RegisterOwed adds the list of what is owed.
func RegisterOwed(a *api.API, svc *owed.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/owed", ID: "list-owed", Tag: "Hand-offs", Need: models.HandoffAnswer, Errors: []int{http.StatusUnprocessableEntity},
		Summary:     "What is owed by your organisation, or by you: the soonest due first",
		Description: "Running clocks, offers that wait for an answer, and victims who have not been told of a hand-off. Reading it is recorded.",
	}, func(ctx context.Context, in *owedIn) (*owedOut, error) {
		p, err := svc.List(ctx, owed.Filter{Mine: in.Of == "me", All: in.Due != "today", Cursor: in.Cursor, Limit: in.Limit})
		if err != nil {
			return nil, err
		}
		return &owedOut{Body: listed(p.Items, p.Next, presentOwed)}, nil
	})
}

func presentOwed(it owed.Item) Owed {
	out := Owed{
		ID: it.ID, Kind: it.Kind, DueAt: utc(it.DueAt), Late: it.Late, CaseID: it.CaseID, CaseReference: it.CaseReference, Referral: it.Referral, Request: it.Request,
		ComplaintID: it.ComplaintID, Rule: string(it.Rule), State: string(it.State), Handoff: it.Handoff, Duty: string(it.Duty), OffSystem: it.OffSystem,
	}
	if it.With.ID != uuid.Nil {
		o := presentOrganisation(it.With)
		out.With = &o
	}
	return out
}
