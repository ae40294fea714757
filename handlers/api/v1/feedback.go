package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/feedback"
)

// FeedbackAnswer is one answer: its service and month, and nobody.
type FeedbackAnswer struct {
	ID             uuid.UUID  `json:"id"`
	OrganisationID uuid.UUID  `json:"organisation_id"`
	ServiceID      *uuid.UUID `json:"service_id,omitempty"`
	Point          string     `json:"point" enum:"working,ended,trial,office" doc:"When they were asked; office: somebody told the Commissioner's office."`
	Month          string     `json:"month" format:"date" doc:"Its first day."`
	Heard          string     `json:"heard,omitempty" enum:"yes,partly,no,not_now" doc:"Did they listen to you? Left out: not answered."`
	Safer          string     `json:"safer,omitempty" enum:"yes,partly,no,not_now" doc:"Do you feel safer?"`
	Again          string     `json:"again,omitempty" enum:"yes,partly,no,not_now" doc:"Would you go to them again?"`
	HasWords       bool       `json:"has_words" doc:"To auditors."`
	Words          string     `json:"words,omitempty" doc:"Of one answer, to auditors: each reading is recorded."`
}

// NewFeedback is what somebody told the Commissioner's office of a service.
type NewFeedback struct {
	ServiceID uuid.UUID `json:"service_id"`
	Heard     string    `json:"heard,omitempty" enum:"yes,partly,no,not_now"`
	Safer     string    `json:"safer,omitempty" enum:"yes,partly,no,not_now"`
	Again     string    `json:"again,omitempty" enum:"yes,partly,no,not_now"`
	Words     string    `json:"words,omitempty" maxLength:"1000"`
}

// FeedbackQuarter is what was said of an organisation in three months that are
// over, in whole per cent. A share that could tell of somebody is left out.
type FeedbackQuarter struct {
	Quarter  string `json:"quarter" format:"date" doc:"Its first day."`
	Few      bool   `json:"few" doc:"Fewer than twenty were asked, or answered."`
	Response *int   `json:"response,omitempty" doc:"Of those who were asked, how many in a hundred answered."`
	Heard    *int   `json:"heard,omitempty" doc:"Of those who answered this question, how many in a hundred said yes."`
	Safer    *int   `json:"safer,omitempty"`
	Again    *int   `json:"again,omitempty"`
}

type (
	feedbackListIn struct{ Paging }
	feedbackIn     struct {
		ID uuid.UUID `path:"id"`
	}
	newFeedbackIn      struct{ Body NewFeedback }
	feedbackListOut    struct{ Body List[FeedbackAnswer] }
	feedbackOut        struct{ Body FeedbackAnswer }
	feedbackQuarterOut struct{ Body List[FeedbackQuarter] }
)

// RegisterFeedback adds what victims answered.
func RegisterFeedback(a *api.API, svc *feedback.Service) {
	op := func(method, path, id, summary string, need models.Permission) api.Op {
		return api.Op{Method: method, Path: "/api/v1/" + path, ID: id, Tag: "Feedback", Need: need, Summary: summary}
	}
	api.Register(a, op(http.MethodGet, "feedback", "list-feedback", "What victims answered, by month: of nobody by name", models.FeedbackRead), func(ctx context.Context, in *feedbackListIn) (*feedbackListOut, error) {
		items, next, err := svc.List(ctx, in.Cursor, in.Limit)
		if err != nil {
			return nil, err
		}
		return &feedbackListOut{Body: listed(items, next, presentFeedback)}, nil
	})
	api.Register(a, op(http.MethodGet, "feedback/{id}", "get-feedback", "One answer with its words", models.FeedbackWords), func(ctx context.Context, in *feedbackIn) (*feedbackOut, error) {
		f, err := svc.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &feedbackOut{Body: presentFeedback(f)}, nil
	})
	enter := op(http.MethodPost, "feedback", "enter-feedback", "Enter what somebody told the Commissioner's office of a service", models.FeedbackWords)
	enter.Status, enter.Description = http.StatusCreated, "It counts in the answers and not in the response rate. Nothing has to be given."
	api.Keyed(a, enter, func(ctx context.Context, in *newFeedbackIn) (models.Feedback, error) {
		b := &in.Body
		return svc.Enter(ctx, models.Feedback{ServiceID: b.ServiceID, Heard: b.Heard, Safer: b.Safer, Again: b.Again, Words: b.Words})
	}, func(f models.Feedback) *feedbackOut { return &feedbackOut{Body: presentFeedback(f)} })
	api.Register(a, op(http.MethodGet, "own-feedback", "read-own-feedback", "What victims said of your organisation, in quarters that are over", models.FeedbackFigures), func(ctx context.Context, _ *struct{}) (*feedbackQuarterOut, error) {
		quarters, err := svc.Own(ctx)
		if err != nil {
			return nil, err
		}
		return &feedbackQuarterOut{Body: listed(quarters, "", func(q feedback.Quarter) FeedbackQuarter {
			return FeedbackQuarter{Quarter: q.Quarter.Format(time.DateOnly), Few: q.Few, Response: q.Response, Heard: q.Heard, Safer: q.Safer, Again: q.Again}
		})}, nil
	})
}

func presentFeedback(f models.Feedback) FeedbackAnswer {
	out := FeedbackAnswer{
		ID: f.ID, OrganisationID: f.OrgID, Point: f.Point, Month: f.Month.Format(time.DateOnly), Heard: f.Heard, Safer: f.Safer, Again: f.Again, HasWords: f.HasWords, Words: f.Words,
	}
	if f.ServiceID != uuid.Nil {
		out.ServiceID = &f.ServiceID
	}
	return out
}
