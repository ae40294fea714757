package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/quality"
)

// ScoreLimits are the shares that chance alone keeps a group of this size inside.
type ScoreLimits struct {
	Low95   float64 `json:"low_95" doc:"19 in 20 lie above."`
	High95  float64 `json:"high_95"`
	Low998  float64 `json:"low_998" doc:"998 in 1,000 lie between this and the next."`
	High998 float64 `json:"high_998"`
}

// ScoreFigure is one share with its place beside chance. Where suppressed is true
// there are no figures.
type ScoreFigure struct {
	Suppressed bool         `json:"suppressed" doc:"Hidden, so that nobody can be found in the figures."`
	N          *int         `json:"n,omitempty" doc:"How many the share is out of."`
	Value      *float64     `json:"value,omitempty" doc:"Share between 0 and 1, on a base of 20 or more."`
	Owed       *MeasureOwed `json:"owed,omitempty" doc:"The same against all that was owed, recorded or not, where the measure has it."`
	Limits     *ScoreLimits `json:"limits,omitempty"`
	Verdict    string       `json:"verdict,omitempty" enum:"as_usual,perhaps_high,perhaps_low,high,low" doc:"Absent where there are too few to say."`
}

// ScoreMeasure is a measure of a scorecard, by organisation.
type ScoreMeasure struct {
	Measure    string     `json:"measure"`
	Name       string     `json:"name"`
	Definition string     `json:"definition"`
	Trap       string     `json:"trap"`
	Centre     *float64   `json:"centre,omitempty" doc:"Share of all of them together, which the limits lie about."`
	Items      []ScoreRow `json:"items"`
}

// ScoreRow is one organisation under a measure.
type ScoreRow struct {
	OrganisationID uuid.UUID `json:"organisation_id"`
	Organisation   string    `json:"organisation"`
	ScoreFigure
}

// Scoreboard is every organisation on a pathway.
type Scoreboard struct {
	Pathway string         `json:"pathway"`
	From    string         `json:"from" format:"date"`
	To      string         `json:"to" format:"date" doc:"Last month, of four whole quarters."`
	AsOf    *time.Time     `json:"as_of,omitempty"`
	Items   []ScoreMeasure `json:"items"`
}

// CardFigures is one measure of one organisation.
type CardFigures struct {
	Measure    string `json:"measure"`
	Name       string `json:"name"`
	Definition string `json:"definition"`
	Trap       string `json:"trap"`
	ScoreFigure
	Centre   *float64      `json:"centre,omitempty" doc:"Share of all together; on one's own card, of all others together."`
	Spread   *CardSpread   `json:"spread,omitempty" doc:"How others do, on one's own card: none is named, and nothing is said of fewer than five."`
	Trend    string        `json:"trend,omitempty" enum:"steady,change,one_sided" doc:"Absent where there are too few quarters to say."`
	Quarters []CardQuarter `json:"quarters"`
}

// CardSpread is how five or more other organisations do.
type CardSpread struct {
	Organisations int     `json:"organisations"`
	Lowest        float64 `json:"lowest"`
	Quarter       float64 `json:"quarter"`
	Middle        float64 `json:"middle"`
	ThreeQuarters float64 `json:"three_quarters"`
	Highest       float64 `json:"highest"`
}

// CardQuarter is one quarter of a measure.
type CardQuarter struct {
	Quarter string `json:"quarter" doc:"2026-Q3"`
	ScoreFigure
	Run bool `json:"run" doc:"It ends eight quarters in a row on one side of the middle."`
}

// Scorecard is one organisation on a pathway.
type Scorecard struct {
	OrganisationID uuid.UUID     `json:"organisation_id"`
	Organisation   string        `json:"organisation"`
	Pathway        string        `json:"pathway"`
	From           string        `json:"from" format:"date"`
	To             string        `json:"to" format:"date" doc:"Last month, of four whole quarters."`
	AsOf           *time.Time    `json:"as_of,omitempty"`
	Items          []CardFigures `json:"items"`
}

type (
	scorePathway string
	scoreMeasure string
	boardIn      struct {
		Pathway scorePathway `query:"pathway" required:"true" doc:"A pathway; cases for duties on cases and hand-offs."`
	}
	boardFileIn struct {
		Pathway scorePathway `query:"pathway" required:"true" doc:"A pathway; cases for duties on cases and hand-offs."`
		Measure scoreMeasure `query:"measure" required:"true"`
	}
	cardIn struct {
		Pathway      scorePathway `query:"pathway" required:"true" doc:"A pathway; cases for duties on cases and hand-offs."`
		Organisation string       `query:"organisation" required:"true" format:"uuid"`
	}
	ownCardIn struct {
		Pathway scorePathway `query:"pathway" doc:"A pathway; cases for duties on cases and hand-offs; if absent, what the organisation does most of."`
	}
	boardOut struct{ Body Scoreboard }
	cardOut  struct{ Body Scorecard }
)

// Schema lists what a scorecard can be of.
func (scorePathway) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, p := range quality.ScorecardPathways() {
		s.Enum = append(s.Enum, p.Key)
	}
	return s
}

// Schema lists the measures of a scorecard.
func (scoreMeasure) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, m := range quality.ScorecardMeasures() {
		s.Enum = append(s.Enum, m.Key)
	}
	return s
}

const aboutScorecards = "Counts of four whole quarters and twelve, without a person. Counts under five are hidden, with further ones where those could be worked out; a share needs a base of 20. Limits are those of a binomial count."

// RegisterScorecards adds the scorecards: every organisation for the
// Commissioner's office, its own for an organisation.
func RegisterScorecards(a *api.API, svc *quality.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/quality/scorecards", ID: "get-scorecards", Tag: "Quality",
		Summary: "Every organisation on one pathway, with control limits", Description: aboutScorecards, Need: models.QualityRead, Errors: []int{http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *boardIn) (*boardOut, error) {
		b, err := svc.Board(ctx, string(in.Pathway))
		if err != nil {
			return nil, err
		}
		return &boardOut{Body: presentBoard(&b)}, nil
	})
	api.Download(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/quality/scorecards/csv", ID: "download-scorecards", Tag: "Quality",
		Summary: "One measure of them as a file, as CSV", Description: aboutScorecards, Need: models.QualityRead, Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *boardFileIn) (api.Sent, error) {
		b, err := svc.Board(ctx, string(in.Pathway))
		if err != nil {
			return api.Sent{}, err
		}
		for i := range b.Measures {
			if m := &b.Measures[i]; m.Measure.Key == string(in.Measure) {
				return api.Sent{Name: "scorecards-" + m.Measure.Key + ".csv", Write: m.WriteCSV}, nil
			}
		}
		return api.Sent{}, models.NotFound("measure")
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/quality/scorecards/organisation", ID: "get-scorecard-of", Tag: "Quality",
		Summary: "One organisation, quarter by quarter", Description: aboutScorecards, Need: models.QualityRead, Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *cardIn) (*cardOut, error) {
		org, err := uuid.Parse(in.Organisation)
		if err != nil {
			return nil, models.Invalid(models.Field("organisation", models.FieldInvalid, "Give the id of an organisation"))
		}
		c, err := svc.CardOf(ctx, org, string(in.Pathway))
		if err != nil {
			return nil, err
		}
		return &cardOut{Body: presentCard(&c)}, nil
	})
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/scorecard", ID: "get-own-scorecard", Tag: "Quality",
		Summary: "Your organisation, and how others do without their names", Description: aboutScorecards, Need: models.QualityOwn, Errors: []int{http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *ownCardIn) (*cardOut, error) {
		c, err := svc.OwnCard(ctx, string(in.Pathway))
		if err != nil {
			return nil, err
		}
		return &cardOut{Body: presentCard(&c)}, nil
	})
}

func presentBoard(b *quality.Board) Scoreboard {
	return Scoreboard{
		Pathway: b.Pathway, From: b.Period.From.Format(time.DateOnly), To: b.Period.To.Format(time.DateOnly), AsOf: utcOrNone(b.AsOf),
		Items: presented(b.Measures, func(m quality.BoardMeasure) ScoreMeasure {
			return ScoreMeasure{
				Measure: m.Measure.Key, Name: m.Measure.Name, Definition: m.Measure.Definition, Trap: m.Measure.Trap, Centre: m.Centre,
				Items: presented(m.Rows, func(r quality.Row) ScoreRow {
					l, v := m.Place(&r)
					return ScoreRow{OrganisationID: uuid.MustParse(r.Groups[0].Key), Organisation: r.Groups[0].Words, ScoreFigure: presentScore(&r, &l, v)}
				}),
			}
		}),
	}
}

func presentScore(r *quality.Row, l *quality.Limits, v quality.Verdict) ScoreFigure {
	out := ScoreFigure{Suppressed: r.Hidden}
	if r.Hidden {
		return out
	}
	n := r.N
	out.N, out.Value = &n, r.Value
	if w := r.Wide; w != nil {
		out.Owed = &MeasureOwed{N: w.N, Recorded: w.Recorded, Value: w.Value}
	}
	if l != nil && v != quality.TooFewToSay {
		out.Limits, out.Verdict = &ScoreLimits{Low95: l.Low95, High95: l.High95, Low998: l.Low998, High998: l.High998}, string(v)
	}
	return out
}

func presentCard(c *quality.Card) Scorecard {
	return Scorecard{
		OrganisationID: c.Org, Organisation: c.Name, Pathway: c.Pathway, From: c.Period.From.Format(time.DateOnly), To: c.Period.To.Format(time.DateOnly), AsOf: utcOrNone(c.AsOf),
		Items: presented(c.Measures, func(m quality.CardMeasure) CardFigures {
			out := CardFigures{
				Measure: m.Measure.Key, Name: m.Measure.Name, Definition: m.Measure.Definition, Trap: m.Measure.Trap, ScoreFigure: presentScore(&m.Row, m.Limits, m.Verdict),
				Centre: m.Centre, Trend: string(m.Trend),
				Quarters: presented(m.Points, func(p quality.Point) CardQuarter {
					return CardQuarter{Quarter: p.Quarter, ScoreFigure: presentScore(&p.Row, p.Limits, p.Verdict), Run: p.Run}
				}),
			}
			if s := m.Spread; s != nil {
				out.Spread = &CardSpread{Organisations: s.Organisations, Lowest: s.Lowest, Quarter: s.Quarter, Middle: s.Middle, ThreeQuarters: s.Upper, Highest: s.Highest}
			}
			return out
		}),
	}
}
