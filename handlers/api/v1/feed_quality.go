package v1

import (
	"context"
	"net/http"
	"time"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/quality"
)

// FeedCount is a count of rows. Where suppressed is true the figures are absent.
type FeedCount struct {
	N          *int     `json:"n,omitempty"`
	Share      *float64 `json:"share,omitempty" doc:"Of all rows, between 0 and 1, on a base of 20 or more."`
	Suppressed bool     `json:"suppressed" doc:"Hidden, so that nobody can be found in the figures."`
}

// FeedForce is one force, as one organisation sends it.
type FeedForce struct {
	Organisation   string    `json:"organisation"`
	Force          string    `json:"force"`
	Rows           FeedCount `json:"rows" doc:"Rows that made a case."`
	NoSafeWay      FeedCount `json:"no_safe_way"`
	NoEthnicity    FeedCount `json:"no_ethnicity"`
	NoNeedsCheck   FeedCount `json:"no_needs_check"`
	ReturnedUnsafe FeedCount `json:"returned_unsafe" doc:"A contact was stopped, or a referral ended, because it was not safe."`
}

// FeedFigures are what police feeds left out in some months.
type FeedFigures struct {
	From  string      `json:"from" format:"date" doc:"First month."`
	To    string      `json:"to" format:"date" doc:"Last month."`
	AsOf  *time.Time  `json:"as_of,omitempty"`
	Items []FeedForce `json:"items"`
}

type (
	feedIn struct {
		Months int `query:"months" minimum:"1" maximum:"36" default:"12" doc:"How many, up to this one; 12 if absent."`
	}
	feedOut struct{ Body FeedFigures }
)

// RegisterFeedQuality adds what police feeds leave out: of every force for the
// Commissioner's office, of its own for an organisation that sends one.
func RegisterFeedQuality(a *api.API, svc *quality.Service) {
	for _, op := range []api.Op{
		{Path: "/api/v1/quality/feeds", ID: "get-feed-quality", Tag: "Quality", Need: models.QualityRead, Summary: "What police feeds leave out, by force"},
		{Path: "/api/v1/imports/quality", ID: "get-own-feed-quality", Tag: "Import files", Need: models.ImportRun, Summary: "What the feed of your organisation leaves out, by force"},
	} {
		op.Method, op.Errors = http.MethodGet, []int{http.StatusUnprocessableEntity}
		op.Description = "Figures hold no person. Counts under five are hidden, with further cells where those could be worked out from the rest."
		api.Register(a, op, func(ctx context.Context, in *feedIn) (*feedOut, error) {
			months := in.Months
			if months == 0 {
				months = 12
			}
			q, err := svc.Feed(ctx, months)
			if err != nil {
				return nil, err
			}
			return &feedOut{Body: presentFeed(&q)}, nil
		})
	}
}

func presentFeed(q *quality.FeedQuality) FeedFigures {
	return FeedFigures{
		From: q.From.Format(time.DateOnly), To: q.To.Format(time.DateOnly), AsOf: utcOrNone(q.AsOf),
		Items: presented(q.Rows, func(r quality.FeedRow) FeedForce {
			return FeedForce{
				Organisation: r.Org, Force: r.Force, Rows: presentFeedCount(r.Rows), NoSafeWay: presentFeedCount(r.Faults["no_safe_way"]), NoEthnicity: presentFeedCount(r.Faults["no_ethnicity"]),
				NoNeedsCheck: presentFeedCount(r.Faults["no_needs_check"]), ReturnedUnsafe: presentFeedCount(r.Faults["returned_unsafe"]),
			}
		}),
	}
}

func presentFeedCount(c quality.FeedCell) FeedCount {
	if c.Hidden != "" {
		return FeedCount{Suppressed: true}
	}
	n := c.N
	return FeedCount{N: &n, Share: c.Share}
}
