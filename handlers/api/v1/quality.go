package v1

import (
	"context"
	"strings"
	"time"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/quality"
)

// MeasureRow is one line of figures. Where suppressed is true the figures are
// absent: fewer than five, or hidden so that another cannot be worked out.
type MeasureRow struct {
	Group      map[string]string `json:"group" doc:"Words by dimension: {\"service\": ..., \"month\": \"2026-10\"}."`
	N          *int              `json:"n,omitempty" doc:"How many the figures are about."`
	Value      *float64          `json:"value,omitempty" doc:"A count, or a share between 0 and 1 on a base of 20 or more."`
	Median     *float64          `json:"median,omitempty" doc:"Hours; half took this long or less."`
	P90        *float64          `json:"p90,omitempty" doc:"Hours; nine in ten took this long or less."`
	InTime     *float64          `json:"in_time,omitempty" doc:"Share inside the limit, on a base of 20 or more."`
	Suppressed bool              `json:"suppressed" doc:"Hidden, so that nobody can be found in the figures."`
}

// MeasureFigures are a measure's rows with the definition to read them by.
type MeasureFigures struct {
	Measure     string       `json:"measure"`
	Name        string       `json:"name"`
	Kind        string       `json:"kind" enum:"count,time,share,reasons,snapshot"`
	Definition  string       `json:"definition"`
	Denominator string       `json:"denominator"`
	Exclusions  string       `json:"exclusions,omitempty"`
	Trap        string       `json:"trap" doc:"What a reader is most likely to get wrong."`
	From        string       `json:"from" format:"date" doc:"First month."`
	To          string       `json:"to" format:"date" doc:"Last month."`
	AsOf        time.Time    `json:"as_of"`
	Items       []MeasureRow `json:"items"`
}

type measureIn struct {
	Measure string `query:"measure" required:"true" enum:"referrals_received,time_to_acknowledge,time_to_decide,time_to_first_contact,declined_by_reason,engaged,waiting,clocks_met"`
	By      string `query:"by" maxLength:"60" doc:"organisation, service, borough, pathway or month; two at most, with a comma."`
	From    string `query:"from" format:"date" doc:"A day in the first month; twelve months back if absent."`
	To      string `query:"to" format:"date" doc:"A day in the last month; this month if absent."`
	Pathway string `query:"pathway" enum:"child_house,hate_crime,vawg,restorative,general"`
}

type measureOut struct{ Body MeasureFigures }

// RegisterQuality adds the reading of the figures.
func RegisterQuality(a *api.API, svc *quality.Service) {
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/quality/measures", ID: "get-measure", Tag: "Quality",
		Summary:     "One measure, grouped by up to two dimensions",
		Description: "Figures hold no person. Counts under five are hidden, with further cells where those could be worked out from the rest.",
		Need:        models.QualityRead, Errors: []int{422},
	}, func(ctx context.Context, in *measureIn) (*measureOut, error) {
		q, err := in.query()
		if err != nil {
			return nil, err
		}
		r, err := svc.Measure(ctx, q)
		if err != nil {
			return nil, err
		}
		return &measureOut{Body: presentMeasure(r)}, nil
	})
}

func (in *measureIn) query() (quality.Query, error) {
	q := quality.Query{Measure: in.Measure, Pathway: in.Pathway}
	for _, part := range strings.FieldsFunc(in.By, func(r rune) bool { return r == ',' }) {
		q.By = append(q.By, quality.Dimension(strings.TrimSpace(part)))
	}
	var faults []models.FieldError
	for _, d := range []struct {
		name, text string
		to         *time.Time
	}{{"from", in.From, &q.From}, {"to", in.To, &q.To}} {
		if d.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			faults = append(faults, models.Field(d.name, models.FieldInvalid, "Give a date as YYYY-MM-DD"))
			continue
		}
		*d.to = t
	}
	if len(faults) > 0 {
		return q, models.Invalid(faults...)
	}
	return q, nil
}

func presentMeasure(r quality.Result) MeasureFigures {
	return MeasureFigures{
		Measure: r.Measure.Key, Name: r.Measure.Name, Kind: string(r.Measure.Kind), Definition: r.Measure.Definition,
		Denominator: r.Measure.Denominator, Exclusions: r.Measure.Exclusions, Trap: r.Measure.Trap,
		From: r.From.Format(time.DateOnly), To: r.To.Format(time.DateOnly), AsOf: utc(r.AsOf),
		Items: presented(r.Rows, func(row quality.Row) MeasureRow { return presentFigures(r, row) }),
	}
}

func presentFigures(r quality.Result, row quality.Row) MeasureRow {
	out := MeasureRow{Group: map[string]string{}, Suppressed: row.Hidden}
	for i, g := range row.Groups {
		name := "reason"
		if i < len(r.By) {
			name = string(r.By[i])
		}
		out.Group[name] = g.Words
	}
	if row.Hidden {
		return out
	}
	n := row.N
	out.N, out.Value, out.Median, out.P90, out.InTime = &n, row.Value, row.Median, row.P90, row.InTime
	return out
}
