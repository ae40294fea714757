package v1

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

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
	Median     *float64          `json:"median,omitempty" doc:"In the unit; half were this or less. Of five or more."`
	P90        *float64          `json:"p90,omitempty" doc:"In the unit; nine in ten were this or less."`
	Longest    *float64          `json:"longest,omitempty" doc:"Hours, in whole weeks begun; of a list of 20 or more."`
	InTime     *float64          `json:"in_time,omitempty" doc:"Share inside the limit, on a base of 20 or more."`
	Owed       *MeasureOwed      `json:"owed,omitempty" doc:"The same against a wider base, where the measure has one."`
	Suppressed bool              `json:"suppressed" doc:"Hidden, so that nobody can be found in the figures."`
}

// MeasureOwed holds a share against the wider base: what should have been there,
// recorded or not.
type MeasureOwed struct {
	N        int      `json:"n" doc:"How many there should have been."`
	Recorded *float64 `json:"recorded,omitempty" doc:"Share of these that the value is out of."`
	Value    *float64 `json:"value,omitempty" doc:"The part as a share of these."`
}

// MeasureFigures are a measure's rows with the definition to read them by.
type MeasureFigures struct {
	Measure     string       `json:"measure"`
	Name        string       `json:"name"`
	Kind        string       `json:"kind" enum:"count,time,share,reasons,snapshot"`
	Unit        string       `json:"unit,omitempty" enum:"hours,times" doc:"Of the median."`
	Definition  string       `json:"definition"`
	Denominator string       `json:"denominator"`
	Wider       string       `json:"wider,omitempty" doc:"What the wider base is."`
	Exclusions  string       `json:"exclusions,omitempty"`
	Trap        string       `json:"trap" doc:"What a reader is most likely to get wrong."`
	From        string       `json:"from" format:"date" doc:"First month."`
	To          string       `json:"to" format:"date" doc:"Last month."`
	AsOf        time.Time    `json:"as_of" doc:"When it was counted: now, or when a job did."`
	Items       []MeasureRow `json:"items"`
}

// MeasureDefinition is what a measure means.
type MeasureDefinition struct {
	Measure     string `json:"measure"`
	Name        string `json:"name"`
	Topic       string `json:"topic"`
	Kind        string `json:"kind" enum:"count,time,share,reasons,snapshot"`
	Definition  string `json:"definition"`
	Denominator string `json:"denominator"`
	Wider       string `json:"wider,omitempty"`
	Exclusions  string `json:"exclusions,omitempty"`
	Trap        string `json:"trap"`
	Month       string `json:"month,omitempty" doc:"Which month a line counts in."`
}

type (
	measureKey string
	measureIn  struct {
		Measure measureKey `query:"measure" required:"true"`
		By      string     `query:"by" maxLength:"60" doc:"organisation, service, borough, sector, pathway, month, quarter, offence_group, need, rule, age_band, ethnic_group, sex or disability; two at most, with a comma. The last four alone, or beside organisation, pathway, month or quarter."`
		From    string     `query:"from" format:"date" doc:"A day in the first month; twelve months back if absent."`
		To      string     `query:"to" format:"date" doc:"A day in the last month; this month if absent."`
		Pathway string     `query:"pathway" enum:"child_house,hate_crime,vawg,restorative,general"`
	}
	definitionsOut struct {
		Body struct {
			Items []MeasureDefinition `json:"items"`
		}
	}
)

// Schema lists the measures, as they are defined.
func (measureKey) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, k := range quality.MeasureKeys() {
		s.Enum = append(s.Enum, k)
	}
	return s
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
	api.Download(a, api.Op{
		Method: "GET", Path: "/api/v1/quality/measures/csv", ID: "download-measure", Tag: "Quality",
		Summary: "The same as a file, as CSV", Description: "What the measure means, then its table. Nothing in it is taken for a formula.",
		Need: models.QualityRead, Errors: []int{422},
	}, func(ctx context.Context, in *measureIn) (api.Sent, error) {
		q, err := in.query()
		if err != nil {
			return api.Sent{}, err
		}
		r, err := svc.Measure(ctx, q)
		if err != nil {
			return api.Sent{}, err
		}
		return api.Sent{Name: r.Measure.Key + ".csv", Write: r.WriteCSV}, nil
	})
	api.Register(a, api.Op{
		Method: "GET", Path: "/api/v1/quality/definitions", ID: "list-measures", Tag: "Quality",
		Summary: "Every measure, with its definition, denominator, exclusions and trap", Need: models.QualityRead,
	}, func(context.Context, *struct{}) (*definitionsOut, error) {
		out := &definitionsOut{}
		out.Body.Items = presented(quality.Measures(), presentDefinition)
		return out, nil
	})
}

func presentDefinition(m quality.Measure) MeasureDefinition {
	return MeasureDefinition{
		Measure: m.Key, Name: m.Name, Topic: m.Topic, Kind: string(m.Kind), Definition: m.Definition, Denominator: m.Denominator,
		Wider: m.Wider, Exclusions: m.Exclusions, Trap: m.Trap, Month: m.Month,
	}
}

func (in *measureIn) query() (quality.Query, error) {
	q := quality.Query{Measure: string(in.Measure), Pathway: in.Pathway}
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
		Measure: r.Measure.Key, Name: r.Measure.Name, Kind: string(r.Measure.Kind), Unit: r.Measure.Unit, Definition: r.Measure.Definition,
		Denominator: r.Measure.Denominator, Wider: r.Measure.Wider, Exclusions: r.Measure.Exclusions, Trap: r.Measure.Trap,
		From: r.From.Format(time.DateOnly), To: r.To.Format(time.DateOnly), AsOf: utc(r.AsOf),
		Items: presented(r.Rows, func(row quality.Row) MeasureRow { return presentFigures(r, row) }),
	}
}

func presentFigures(r quality.Result, row quality.Row) MeasureRow {
	out := MeasureRow{Group: map[string]string{}, Suppressed: row.Hidden}
	for i, g := range row.Groups {
		name := r.Measure.Code
		if i < len(r.By) {
			name = string(r.By[i])
		}
		out.Group[name] = g.Words
	}
	if row.Hidden {
		return out
	}
	n := row.N
	out.N, out.Value, out.Median, out.P90, out.Longest, out.InTime = &n, row.Value, row.Median, row.P90, row.Longest, row.InTime
	if w := row.Wide; w != nil {
		out.Owed = &MeasureOwed{N: w.N, Recorded: w.Recorded, Value: w.Value}
	}
	return out
}
