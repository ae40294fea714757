package v1

import (
	"context"
	"net/http"
	"time"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/quality"
)

// PublishedSet is every table that may be published over one year.
type PublishedSet struct {
	From  string           `json:"from" format:"date"`
	To    string           `json:"to" format:"date" doc:"Last month, of four whole quarters."`
	AsOf  time.Time        `json:"as_of"`
	Items []PublishedTable `json:"items"`
}

// PublishedTable is one of them in words and numbers, as it is published: a
// hidden number is "Fewer than 5" or "Not shown".
type PublishedTable struct {
	Table   string     `json:"table"`
	Name    string     `json:"name"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// WayOfReferrals is how far the referrals of some months got.
type WayOfReferrals struct {
	From  string    `json:"from" format:"date"`
	To    string    `json:"to" format:"date"`
	Items []WayStep `json:"items"`
}

// WayStep is one step of it, of those of the step before.
type WayStep struct {
	Step       string `json:"step"`
	Name       string `json:"name"`
	Definition string `json:"definition"`
	N          *int   `json:"n,omitempty"`
	Suppressed bool   `json:"suppressed" doc:"Hidden, so that nobody can be found in the figures."`
}

type (
	publishedOut struct{ Body PublishedSet }
	wayIn        struct {
		From    string `query:"from" format:"date" doc:"A day in the first month; twelve months back if absent."`
		To      string `query:"to" format:"date" doc:"A day in the last month; this month if absent."`
		Pathway string `query:"pathway" enum:"child_house,hate_crime,vawg,restorative,general"`
	}
	wayOut struct{ Body WayOfReferrals }
)

// RegisterPublished adds the tables that may be published, and the way of
// referrals.
func RegisterPublished(a *api.API, svc *quality.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/quality/published", ID: "get-published", Tag: "Quality",
		Summary: "The tables that may be published, hidden together", Description: "A fixed set over four whole quarters. Nobody who has all of them can tell a hidden number within five.", Need: models.QualityRead,
	}, func(ctx context.Context, _ *struct{}) (*publishedOut, error) {
		p, err := svc.Published(ctx)
		if err != nil {
			return nil, err
		}
		return &publishedOut{Body: PublishedSet{
			From: p.Period.From.Format(time.DateOnly), To: p.Period.To.Format(time.DateOnly), AsOf: utc(p.AsOf),
			Items: presented(p.Tables, func(f quality.PublishedFigures) PublishedTable {
				t := f.Table()
				return PublishedTable{Table: f.Key, Name: f.Name, Columns: t.Columns, Rows: t.Rows}
			}),
		}}, nil
	})
	api.Download(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/quality/published/csv", ID: "download-published", Tag: "Quality",
		Summary: "The same as a file, as CSV", Need: models.QualityRead,
	}, func(ctx context.Context, _ *struct{}) (api.Sent, error) {
		p, err := svc.Published(ctx)
		return api.Sent{Name: "published.csv", Write: p.WriteCSV}, err
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/quality/way", ID: "get-way", Tag: "Quality",
		Summary: "How far referrals got, step by step", Description: "A step is hidden where it, or what was lost on the way to it, is fewer than five.", Need: models.QualityRead, Errors: []int{http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *wayIn) (*wayOut, error) {
		m := measureIn{From: in.From, To: in.To, Pathway: in.Pathway}
		q, err := m.query()
		if err != nil {
			return nil, err
		}
		w, err := svc.Way(ctx, q)
		if err != nil {
			return nil, err
		}
		return &wayOut{Body: WayOfReferrals{
			From: w.From.Format(time.DateOnly), To: w.To.Format(time.DateOnly),
			Items: presented(w.Steps, func(s quality.Step) WayStep {
				out := WayStep{Step: s.Key, Name: s.Name, Definition: s.Definition, Suppressed: s.Hidden}
				if !s.Hidden {
					out.N = &s.N
				}
				return out
			}),
		}}, nil
	})
}
