package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/referrals"
)

type (
	newReferralIn struct {
		ID   uuid.UUID `path:"id" doc:"Of the case."`
		Body NewReferral
	}
	newReferralOut struct {
		ETag     string `header:"ETag"`
		Location string `header:"Location"`
		Body     Referral
	}
	referralIn struct {
		ID uuid.UUID `path:"id"`
	}
	referralOut struct {
		ETag string `header:"ETag"`
		Body Referral
	}
	actionIn[B any] struct {
		ID   uuid.UUID `path:"id"`
		Body B
	}
	referralsIn struct {
		Paging
		Box     string `query:"box" enum:"inbox,sent" default:"inbox" doc:"Sent to your organisation, or written by it, drafts too."`
		Status  string `query:"status" enum:"draft,submitted,acknowledged,info_requested,waitlisted,decline_proposed,accepted,in_progress,on_hold,completed,ended_early,not_engaged,declined,withdrawn,rerouted,lapsed,entered_in_error"`
		Overdue bool   `query:"overdue" doc:"Only those with a duty of the receiver past its time."`
		Pathway string `query:"pathway" enum:"child_house,hate_crime,vawg,restorative,general"`
	}
	referralsOut       struct{ Body Referrals }
	referralHistoryOut struct {
		Body struct {
			Items []ReferralStep `json:"items"`
		} `nameHint:"ReferralHistory"`
	}
	referralClocksOut struct {
		Body struct {
			Items []CaseClock `json:"items"`
		} `nameHint:"ReferralClocks"`
	}
)

// Referrals is one page of a list.
type Referrals struct {
	List[ReferralItem]
	Previous *string `json:"previous" doc:"Send this as cursor to read back; null on the first page."`
}

// ReferralItem is a referral in a list. It holds nothing of the person.
type ReferralItem struct {
	ID               uuid.UUID  `json:"id"`
	Reference        string     `json:"reference"`
	CaseID           uuid.UUID  `json:"case_id"`
	Service          Named      `json:"service"`
	FromOrganisation Named      `json:"from_organisation"`
	ToOrganisation   Named      `json:"to_organisation"`
	Pathway          string     `json:"pathway"`
	Status           string     `json:"status"`
	Priority         string     `json:"priority"`
	Version          int        `json:"version"`
	CreatedAt        time.Time  `json:"created_at"`
	SubmittedAt      *time.Time `json:"submitted_at,omitempty"`
	AcceptedAt       *time.Time `json:"accepted_at,omitempty"`
	EndedAt          *time.Time `json:"ended_at,omitempty"`
	StatusSince      time.Time  `json:"status_since"`
	ReviewOn         *string    `json:"review_on,omitempty" format:"date"`
	DueAt            *time.Time `json:"due_at,omitempty"`
	OverLimit        bool       `json:"over_limit"`
	Worker           *Named     `json:"worker,omitempty"`
	Team             string     `json:"team,omitempty"`
	Clock            *ItemClock `json:"clock,omitempty" doc:"The next duty of anybody that is still owed."`
}

// ItemClock is the next duty of a referral in a list.
type ItemClock struct {
	Rule        string     `json:"rule"`
	State       string     `json:"state"`
	DueAt       time.Time  `json:"due_at"`
	PausedSince *time.Time `json:"paused_since,omitempty"`
}

// RegisterReferrals adds making, reading and answering referrals.
func RegisterReferrals(a *api.API, svc *referrals.Service) {
	api.Keyed(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/cases/{id}/referrals", ID: "create-referral", Tag: "Referrals", Need: models.ReferralSend,
		Status: http.StatusCreated, Errors: []int{http.StatusConflict}, Summary: "Begin a referral of a case to a service",
		Description: "A draft, which only your organisation sees. Submit sends it, and freezes what the receiver will see.",
	}, func(ctx context.Context, in *newReferralIn) (referrals.View, error) {
		return svc.Create(ctx, in.Body.input(in.ID))
	}, func(v referrals.View) *newReferralOut {
		return &newReferralOut{ETag: etag(v.Version), Location: "/api/v1/referrals/" + v.ID.String(), Body: presentReferral(v)}
	})
	registerReferralReads(a, svc)
	registerReferralOpening(a, svc)
	registerReferralSending(a, svc)
	registerReferralAnswers(a, svc)
	registerReferralWork(a, svc)
}

func registerReferralReads(a *api.API, svc *referrals.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/referrals", ID: "list-referrals", Tag: "Referrals", Need: models.ReferralRead,
		Summary: "Your inbox, or what you sent: soonest due first, what is not due last", Errors: []int{http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *referralsIn) (*referralsOut, error) {
		f := referrals.Filter{Box: in.Box, Overdue: in.Overdue, Pathway: in.Pathway, Cursor: in.Cursor, Limit: in.Limit}
		if in.Status != "" {
			f.Statuses = []models.ReferralStatus{models.ReferralStatus(in.Status)}
		}
		p, err := svc.List(ctx, f)
		if err != nil {
			return nil, err
		}
		out := &referralsOut{}
		out.Body.List = listed(p.Items, p.Next, presentItem)
		if p.Previous != "" {
			out.Body.Previous = &p.Previous
		}
		return out, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/referrals/{id}", ID: "get-referral", Tag: "Referrals", Need: models.ReferralRead,
		Summary: "One referral, as you may see it", Description: "Reading it is recorded. The ETag is what an action takes as If-Match.",
	}, func(ctx context.Context, in *referralIn) (*referralOut, error) {
		v, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return presentRead(v), nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/referrals/{id}/history", ID: "list-referral-history", Tag: "Referrals", Need: models.ReferralRead,
		Summary: "What happened to a referral, in order",
	}, func(ctx context.Context, in *referralIn) (*referralHistoryOut, error) {
		steps, err := svc.History(ctx, in.ID)
		out := &referralHistoryOut{}
		out.Body.Items = presented(steps, presentStep)
		return out, err
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/referrals/{id}/clocks", ID: "list-referral-clocks", Tag: "Referrals", Need: models.ReferralRead,
		Summary: "The timed duties of a referral",
	}, func(ctx context.Context, in *referralIn) (*referralClocksOut, error) {
		clocks, err := svc.Clocks(ctx, in.ID)
		out := &referralClocksOut{}
		out.Body.Items = presented(clocks, presentReferralClock)
		return out, err
	})
}

func registerReferralOpening(a *api.API, svc *referrals.Service) {
	api.Register(a, api.Op{
		Method: http.MethodPost, Path: "/api/v1/referrals/{id}/open", ID: "open-referral-record", Tag: "Referrals", Need: models.ReferralAnswer,
		Status: http.StatusOK, Summary: "Read one's own record of a referral that has ended", Errors: []int{http.StatusConflict},
		Description: "For a manager of the receiver, or the worker it was given to, once a referral they accepted has ended. The reason is on record. A plain read shows a shell.",
	}, func(ctx context.Context, in *openIn) (*referralOut, error) {
		v, err := svc.Open(ctx, in.ID, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return presentRead(v), nil
	})
}

func presentRead(v referrals.View) *referralOut {
	return &referralOut{ETag: etag(v.Version), Body: presentReferral(v)}
}

func presentItem(it referrals.Item) ReferralItem {
	out := ReferralItem{
		ID: it.ID, Reference: it.Reference, CaseID: it.CaseID, Service: named(it.Service), FromOrganisation: named(it.From), ToOrganisation: named(it.To),
		Pathway: it.Pathway, Status: string(it.Status), Priority: string(it.Priority), Version: it.Version, CreatedAt: utc(it.CreatedAt),
		SubmittedAt: utcOrNone(it.SubmittedAt), AcceptedAt: utcOrNone(it.AcceptedAt), EndedAt: utcOrNone(it.EndedAt), StatusSince: utc(it.StatusSince),
		ReviewOn: day(it.ReviewOn), DueAt: utcOrNone(it.DueAt), OverLimit: it.OverLimit, Team: text(it.Team),
	}
	if it.Worker != nil {
		worker := named(*it.Worker)
		out.Worker = &worker
	}
	if k := it.Clock; k != nil {
		out.Clock = &ItemClock{Rule: string(k.Rule), State: string(k.State), DueAt: utc(k.DueAt), PausedSince: utcOrNone(k.PausedSince)}
	}
	return out
}
