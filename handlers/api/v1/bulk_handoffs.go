package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/handoffs"
)

// NewBulkHandoff is many cases about to be handed over as one act.
type NewBulkHandoff struct {
	ToOrganisationID uuid.UUID   `json:"to_organisation_id"`
	Reason           string      `json:"reason" minLength:"1" maxLength:"500" doc:"Why they are handed over, in words: the same for each."`
	Summary          string      `json:"summary" minLength:"1" maxLength:"4000" doc:"What the receiver needs to know of all of them. It is frozen at sending."`
	CaseIDs          []uuid.UUID `json:"case_ids,omitempty" maxItems:"10000" doc:"Left out: every open case your organisation holds that you can see."`
}

// BulkHandoff is a bulk hand-over as one of its sides reads it.
type BulkHandoff struct {
	ID               uuid.UUID    `json:"id"`
	Reference        string       `json:"reference"`
	FromOrganisation Organisation `json:"from_organisation"`
	ToOrganisation   Organisation `json:"to_organisation"`
	Reason           string       `json:"reason"`
	Summary          string       `json:"summary"`
	At               time.Time    `json:"at"`
	Doing            string       `json:"doing,omitempty" enum:"offer,recall,accept,refuse" doc:"What is being done to each case now; left out: nothing is."`
	Cases            int          `json:"cases" doc:"To the receiver: those that were offered."`
	Waiting          int          `json:"waiting"`
	Stopped          int          `json:"stopped" doc:"Could not be offered, each with why: see its cases."`
	Offered          int          `json:"offered"`
	Accepted         int          `json:"accepted"`
	Refused          int          `json:"refused"`
	Recalled         int          `json:"recalled"`
	AllowedActions   []string     `json:"allowed_actions"`
	Version          int          `json:"version"`
}

// BulkHandoffCase is one case of a bulk hand-over. It holds nothing of the person.
type BulkHandoffCase struct {
	Number        int        `json:"number"`
	CaseReference string     `json:"case_reference,omitempty" doc:"To those who see the case."`
	HandoffID     *uuid.UUID `json:"handoff_id,omitempty" doc:"Left out: it is not offered."`
	Handoff       string     `json:"handoff_reference,omitempty"`
	Status        string     `json:"status,omitempty"`
	Code          string     `json:"code,omitempty"`
	Message       string     `json:"message,omitempty" doc:"Why something could not be done to it."`
}

// BulkAccepted is the receiver's own reference of all of them.
type BulkAccepted struct {
	ReceiverReference string `json:"receiver_reference" maxLength:"52" doc:"Each case is kept under it with its number after it, as in LVS-26/17."`
}

type (
	newBulkIn  struct{ Body NewBulkHandoff }
	newBulkOut struct {
		Location string `header:"Location"`
		Body     BulkHandoff
	}
	bulkIn struct {
		ID uuid.UUID `path:"id"`
	}
	bulkAct[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	bulkCasesIn struct {
		Paging
		ID      uuid.UUID `path:"id"`
		Stopped bool      `query:"stopped" doc:"Those alone that something could not be done to."`
	}
	bulksIn      struct{ Paging }
	bulkOut      struct{ Body BulkHandoff }
	bulksOut     struct{ Body List[BulkHandoff] }
	bulkCasesOut struct{ Body List[BulkHandoffCase] }
)

// RegisterBulkHandoffs adds handing over many cases as one act.
func RegisterBulkHandoffs(a *api.API, svc *handoffs.Service) {
	op := func(method, path, id, summary, description string, errors ...int) api.Op {
		return api.Op{Method: method, Path: "/api/v1/bulk-handoffs" + path, ID: id, Tag: "Hand-offs", Need: models.HandoffBulk, Summary: summary, Description: description, Errors: errors}
	}
	begin := op(http.MethodPost, "", "begin-bulk-handoff", "Hand over many cases as one act",
		"As when a contract ends. Each case becomes a hand-off of its own and stays yours until it is accepted. What cannot be offered is kept with why; the rest goes on. It goes on by itself: read it to see how far it is.",
		http.StatusConflict)
	begin.Status, begin.StepUp = http.StatusCreated, true
	api.Keyed(a, begin, func(ctx context.Context, in *newBulkIn) (handoffs.BulkView, error) {
		b := in.Body
		return svc.BeginBulk(ctx, handoffs.BulkOffer{ToOrgID: b.ToOrganisationID, Reason: b.Reason, Summary: b.Summary, CaseIDs: b.CaseIDs})
	}, func(v handoffs.BulkView) *newBulkOut {
		return &newBulkOut{Location: "/api/v1/bulk-handoffs/" + v.ID.String(), Body: presentBulk(v)}
	})
	api.Register(a, op(http.MethodGet, "", "list-bulk-handoffs", "The bulk hand-overs of your organisation, either way, the latest first", ""), func(ctx context.Context, in *bulksIn) (*bulksOut, error) {
		items, next, err := svc.ListBulk(ctx, handoffs.BulkQuery{Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &bulksOut{Body: listed(items, next, presentBulk)}, nil
	})
	api.Register(a, op(http.MethodGet, "/{id}", "get-bulk-handoff", "A bulk hand-over, and how far it is", ""), func(ctx context.Context, in *bulkIn) (*bulkOut, error) {
		v, err := svc.GetBulk(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentBulkRead(v), nil
	})
	api.Register(a, op(http.MethodGet, "/{id}/cases", "list-bulk-handoff-cases", "Its cases by number", "The receiver's are those that were offered."), func(ctx context.Context, in *bulkCasesIn) (*bulkCasesOut, error) {
		items, next, err := svc.BulkCases(ctx, in.ID, handoffs.BulkQuery{Stopped: in.Stopped, Limit: in.Limit, Cursor: in.Cursor})
		if err != nil {
			return nil, err
		}
		return &bulkCasesOut{Body: listed(items, next, presentBulkCase)}, nil
	})
	act := func(name models.BulkAct, summary, description string) api.Op {
		o := op(http.MethodPost, "/{id}/"+string(name), string(name)+"-bulk-handoff", summary, description, http.StatusConflict)
		o.Status = http.StatusOK
		return o
	}
	api.Keyed(a, act(models.BulkOffer, "Offer what could not be offered before", "The sender's to do: once what was missing is there."), func(ctx context.Context, in *bulkIn) (handoffs.BulkView, error) {
		return svc.ActBulk(ctx, in.ID, models.BulkOffer, handoffs.BulkAnswer{})
	}, presentBulkRead)
	api.Keyed(a, act(models.BulkRecall, "Take back every case that is not answered", "The sender's to do."), func(ctx context.Context, in *bulkAct[*HandoffNote]) (handoffs.BulkView, error) {
		answer := handoffs.BulkAnswer{}
		if in.Body != nil {
			answer.Note = in.Body.Note
		}
		return svc.ActBulk(ctx, in.ID, models.BulkRecall, answer)
	}, presentBulkRead)
	api.Keyed(a, act(models.BulkAccept, "Accept every case that is offered", "The receiver's to do. Each can be answered by itself as well, as the hand-off it is."), func(ctx context.Context, in *bulkAct[BulkAccepted]) (handoffs.BulkView, error) {
		return svc.ActBulk(ctx, in.ID, models.BulkAccept, handoffs.BulkAnswer{ReceiverReference: in.Body.ReceiverReference})
	}, presentBulkRead)
	api.Keyed(a, act(models.BulkRefuse, "Refuse every case that is offered", "The receiver's to do. A reason of the group handoff_refused."), func(ctx context.Context, in *bulkAct[HandoffRefused]) (handoffs.BulkView, error) {
		return svc.ActBulk(ctx, in.ID, models.BulkRefuse, handoffs.BulkAnswer{Reason: spelled(in.Body.Reason, nil), Note: in.Body.Note})
	}, presentBulkRead)
}

func presentBulkRead(v handoffs.BulkView) *bulkOut { return &bulkOut{Body: presentBulk(v)} }

func presentBulk(v handoffs.BulkView) BulkHandoff {
	return BulkHandoff{
		ID: v.ID, Reference: v.Reference, FromOrganisation: presentOrganisation(v.From), ToOrganisation: presentOrganisation(v.To), Reason: v.Reason, Summary: v.Summary,
		At: utc(v.At), Doing: string(v.Doing), Cases: v.Total(), Waiting: v.Waiting, Stopped: v.Stopped, Offered: v.Offered, Accepted: v.Accepted, Refused: v.Refused,
		Recalled: v.Recalled, Version: v.Version, AllowedActions: presented(v.Allowed, func(x models.BulkAct) string { return string(x) }),
	}
}

func presentBulkCase(c handoffs.BulkCase) BulkHandoffCase {
	return BulkHandoffCase{Number: c.N, CaseReference: c.CaseReference, HandoffID: c.HandoffID, Handoff: c.Handoff, Status: string(c.Status), Code: c.Code, Message: c.Says}
}
