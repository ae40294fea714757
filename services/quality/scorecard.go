package quality

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// A scorecard is what one organisation did under a few measures in the last four
// whole quarters, beside how far chance alone goes, and in the quarters before.
// Its months are fixed, so that nobody finds a person by asking for two ranges
// that differ by one month. It goes by pathway: a refuge is not held against a
// service for hate crime. Drilling down stops at these counts.

// ScorecardOfCases is the pathway of what belongs to none: duties on a case and
// hand-offs.
const ScorecardOfCases = "cases"

// The quarters of a scorecard.
const (
	quartersOfYear  = 4
	quartersOfTrend = 12
)

// ScorecardPathways lists what a scorecard can be of, with its words.
func ScorecardPathways() []models.Choice {
	var out []models.Choice
	for _, p := range models.Pathways() {
		out = append(out, models.Choice{Key: p.Key, Words: p.Name})
	}
	return append(out, models.Choice{Key: ScorecardOfCases, Words: "Duties on cases, and hand-offs"})
}

// ScorecardMeasures lists the measures of a scorecard in the order of reading:
// those of the list whose share says how an organisation works. Medians cannot be
// put together from months and are not here.
func ScorecardMeasures() []Measure {
	var out []Measure
	for _, key := range []string{
		"clocks_met", "time_to_acknowledge", "time_to_decide", "time_to_first_contact", "accepted", "contact_rate", "engaged", "outcomes_improved",
		"handoffs_acknowledged", "handoffs_told",
	} {
		m, ok := FindMeasure(key)
		if !ok {
			continue
		}
		if m.Kind == KindTime {
			m.Kind, m.amount, m.Unit = KindShare, "", ""
			if m.Topic == TopicTimes {
				m.Name += ": in time"
			}
		}
		m.counted = true
		out = append(out, m)
	}
	return out
}

// FindScorecardMeasure returns a measure of a scorecard by its key.
func FindScorecardMeasure(key string) (Measure, bool) {
	all := ScorecardMeasures()
	i := slices.IndexFunc(all, func(m Measure) bool { return m.Key == key })
	if i < 0 {
		return Measure{}, false
	}
	return all[i], true
}

// Period is the months of a scorecard: From to To are the four quarters of its
// year, Since is the first month of its trend.
type Period struct{ Since, From, To time.Time }

// PeriodAt is the period as of a moment: whole quarters of London, the last of
// them the one before this.
func PeriodAt(now time.Time) Period {
	this := monthOf(now.In(models.London()))
	begins := this.AddDate(0, -(int(this.Month())-1)%3, 0)
	return Period{Since: begins.AddDate(0, -3*quartersOfTrend, 0), From: begins.AddDate(0, -3*quartersOfYear, 0), To: begins.AddDate(0, -1, 0)}
}

// quarters lists the quarters of the trend, the oldest first.
func (p Period) quarters() []string {
	var out []string
	for m := p.Since; m.Before(p.To); m = m.AddDate(0, 3, 0) {
		out = append(out, fmt.Sprintf("%d-Q%d", m.Year(), (int(m.Month())+2)/3))
	}
	return out
}

// Board is every organisation on one pathway, measure by measure.
type Board struct {
	Pathway  string // its key
	Period   Period
	AsOf     *time.Time // of the oldest figure; nil: nothing was counted yet
	Measures []BoardMeasure
}

// BoardMeasure is one measure by organisation, and the share of all of them
// together, which the limits lie about: nil on a base under twenty.
type BoardMeasure struct {
	Result
	Centre *float64
}

// Place judges one row: nothing is said of a base under twenty.
func (m *BoardMeasure) Place(r *Row) (Limits, Verdict) {
	if m.Centre == nil || r.Value == nil {
		return Limits{}, TooFewToSay
	}
	l := LimitsOf(*m.Centre, r.N)
	return l, l.Verdict(*r.Value)
}

// Card is one organisation on one pathway, measure by measure.
type Card struct {
	Pathway  string
	Org      uuid.UUID
	Name     string
	Own      bool // it is the reader's own
	Period   Period
	AsOf     *time.Time
	Measures []CardMeasure
}

// CardMeasure is one measure of one organisation: its year, its place, and its
// quarters. Spread is how the others do, without their names: on the reader's own
// card, and where there are enough of them.
type CardMeasure struct {
	Measure Measure
	Row     Row
	Centre  *float64 // of all others together on an own card, else of all
	Limits  *Limits
	Verdict Verdict
	Spread  *Spread
	Points  []Point
	Middle  *float64 // of the quarters
	Trend   TrendIs
}

// Spread is the shares of five or more other organisations with twenty or more
// each: the lowest, a quarter, half and three quarters of the way, and the
// highest.
type Spread struct {
	Organisations                           int
	Lowest, Quarter, Middle, Upper, Highest float64
}

// Board shows every organisation on a pathway to the Commissioner's office.
// Errors: forbidden, and invalid for an unknown pathway.
func (s *Service) Board(ctx context.Context, pathway string) (Board, error) {
	if _, err := models.May(ctx, models.QualityRead); err != nil {
		return Board{}, err
	}
	key, err := scorecardKey(pathway)
	if err != nil {
		return Board{}, err
	}
	out := Board{Pathway: pathway, Period: PeriodAt(s.db.Now())}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		facts, err := readScores(ctx, tx, scoresAsked{pathway: key, from: out.Period.From, to: out.Period.To})
		out.AsOf = facts.oldest()
		out.Measures = facts.board(out.Period)
		return err
	})
	return out, err
}

// CardOf shows one organisation on a pathway to the Commissioner's office.
// Errors: forbidden, invalid, not found.
func (s *Service) CardOf(ctx context.Context, org uuid.UUID, pathway string) (Card, error) {
	if _, err := models.May(ctx, models.QualityRead); err != nil {
		return Card{}, err
	}
	key, err := scorecardKey(pathway)
	if err != nil {
		return Card{}, err
	}
	out := Card{Pathway: pathway, Org: org, Period: PeriodAt(s.db.Now())}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := nameOf(ctx, tx, &out); err != nil {
			return err
		}
		facts, err := readScores(ctx, tx, scoresAsked{pathway: key, from: out.Period.Since, to: out.Period.To, quarters: true})
		if err != nil {
			return err
		}
		out.AsOf = facts.oldest()
		for _, b := range facts.board(out.Period) {
			c := CardMeasure{Measure: b.Measure, Row: rowOf(b.Rows, org), Centre: b.Centre}
			if l, v := b.Place(&c.Row); v != TooFewToSay {
				c.Limits, c.Verdict = &l, v
			}
			c.Points, c.Middle, c.Trend = trend(onlyOf(facts.quarters(&b.Measure, out.Period), org), out.Period.quarters())
			if len(c.Row.Groups) > 0 {
				out.Measures = append(out.Measures, c)
			}
		}
		return nil
	})
	return out, err
}

// OwnCard shows an organisation to its managers, and the spread of the others
// without a name. An empty pathway is the one the organisation does most on.
// Errors: forbidden, and invalid for an unknown pathway.
func (s *Service) OwnCard(ctx context.Context, pathway string) (Card, error) {
	a, err := models.May(ctx, models.QualityOwn)
	if err != nil {
		return Card{}, err
	}
	if pathway != "" {
		if _, err := scorecardKey(pathway); err != nil {
			return Card{}, err
		}
	}
	out := Card{Pathway: pathway, Org: a.OrgID, Own: true, Period: PeriodAt(s.db.Now())}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := nameOf(ctx, tx, &out); err != nil {
			return err
		}
		if out.Pathway == "" {
			if err := tx.Scan(ctx, &out.Pathway, "select coalesce((select case pathway when '' then ? else pathway end from scorecards where org_id = ? and month between ? and ? group by pathway order by sum(n) desc, pathway limit 1), ?)",
				ScorecardOfCases, a.OrgID, out.Period.From, out.Period.To, ScorecardOfCases); err != nil {
				return err
			}
		}
		key, err := scorecardKey(out.Pathway)
		if err != nil {
			return err
		}
		facts, err := readScores(ctx, tx, scoresAsked{pathway: key, from: out.Period.Since, to: out.Period.To, quarters: true, org: a.OrgID})
		if err != nil {
			return err
		}
		spreads, err := readSpreads(ctx, tx, key, out.Period)
		if err != nil {
			return err
		}
		out.AsOf = facts.oldest()
		out.Measures = facts.own(&out, spreads)
		return nil
	})
	return out, err
}

func nameOf(ctx context.Context, tx *pg.Tx, c *Card) error {
	var names []string
	if err := tx.Scan(ctx, &names, "select name from organisations where id = ?", c.Org); err != nil {
		return err
	}
	if len(names) == 0 {
		return models.NotFound("organisation")
	}
	c.Name = names[0]
	return nil
}

// scorecardKey is how a pathway is kept; an unknown one is invalid.
func scorecardKey(pathway string) (string, error) {
	if pathway == ScorecardOfCases {
		return "", nil
	}
	if _, ok := models.FindPathway(pathway); !ok {
		return "", models.Invalid(models.Field("pathway", models.FieldInvalid, "Choose a pathway, or cases"))
	}
	return pathway, nil
}
