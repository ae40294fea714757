package quality

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
)

// score is what one organisation did under one measure, in a year or a quarter.
type score struct {
	Measure, Org, Name, Quarter string
	N, Part, Wide               int
	CountedAt                   time.Time
}

type scores []score

type scoresAsked struct {
	pathway  string
	from, to time.Time
	quarters bool      // quarter by quarter, else all together
	org      uuid.UUID // one alone; nil: all that the reader may see
}

func readScores(ctx context.Context, tx *pg.Tx, ask scoresAsked) (scores, error) {
	quarter := "''"
	if ask.quarters {
		quarter = `to_char(s.month, 'YYYY-"Q"Q')`
	}
	var out scores
	err := tx.Scan(ctx, &out, `select s.measure, s.org_id::text as org, o.name, `+quarter+` as quarter, sum(s.n) as n, sum(s.part) as part, sum(s.wide) as wide, min(s.counted_at) as counted_at
		from scorecards s join organisations o on o.id = s.org_id
		where s.pathway = ? and s.month between ? and ? and (? or s.org_id = ?) group by 1, 2, 3, 4 order by 3, 2, 4`,
		ask.pathway, ask.from, ask.to, ask.org == uuid.Nil, ask.org)
	return out, err
}

func readSpreads(ctx context.Context, tx *pg.Tx, pathway string, p Period) (map[string]spreadFact, error) {
	var facts []spreadFact
	if err := tx.Scan(ctx, &facts, "select * from scorecard_spread(?, ?, ?)", pathway, p.From, p.To); err != nil {
		return nil, err
	}
	out := map[string]spreadFact{}
	for _, f := range facts {
		out[f.Measure] = f
	}
	return out, nil
}

type spreadFact struct {
	Measure                                                string
	Organisations                                          int
	Lowest, Quarter, Middle, ThreeQuarters, Highest, Whole float64
}

func (f *spreadFact) spread() *Spread {
	return &Spread{Organisations: f.Organisations, Lowest: f.Lowest, Quarter: f.Quarter, Middle: f.Middle, Upper: f.ThreeQuarters, Highest: f.Highest}
}

func (all scores) oldest() *time.Time {
	var out *time.Time
	for i := range all {
		if at := all[i].CountedAt; out == nil || at.Before(*out) {
			out = &at
		}
	}
	return out
}

// row is a score as the measure's own query would give it.
func (f *score) row(m *Measure, groups ...Group) Row {
	q := Query{By: []Dimension{ByOrganisation, ByQuarter}[:len(groups)]}
	of := fact{N: f.N, Part: f.Part, Wide: f.Wide}
	if len(groups) > 0 {
		of.K1, of.W1 = groups[0].Key, groups[0].Words
	}
	if len(groups) > 1 {
		of.K2, of.W2 = groups[1].Key, groups[1].Words
	}
	return of.row(*m, q)
}

// board puts the year together, measure by measure, and hides what has to be.
// A measure under which nobody has anything is left out.
func (all scores) board(p Period) []BoardMeasure {
	var out []BoardMeasure
	from := p.From.Format("2006") + "-Q" + strconv.Itoa((int(p.From.Month())+2)/3)
	for _, m := range ScorecardMeasures() {
		var sums []score
		whole := score{}
		for _, f := range all {
			if f.Measure != m.Key || f.Quarter != "" && f.Quarter < from {
				continue
			}
			whole.N, whole.Part = whole.N+f.N, whole.Part+f.Part
			if n := len(sums); n > 0 && sums[n-1].Org == f.Org {
				sums[n-1].N, sums[n-1].Part, sums[n-1].Wide = sums[n-1].N+f.N, sums[n-1].Part+f.Part, sums[n-1].Wide+f.Wide
				continue
			}
			sums = append(sums, f)
		}
		if len(sums) == 0 {
			continue
		}
		b := BoardMeasure{Result: Result{Measure: m, By: []Dimension{ByOrganisation}, From: p.From, To: p.To}, Centre: share(whole.Part, whole.N)}
		if at := all.oldest(); at != nil {
			b.AsOf = *at
		}
		for _, f := range sums {
			b.Rows = append(b.Rows, f.row(&m, Group{f.Org, f.Name}))
		}
		protect(b.Rows)
		out = append(out, b)
	}
	return out
}

// quarters are the rows by organisation and quarter of a measure. The year, whose
// total the board shows, is a table of its own beside the quarters before it.
func (all scores) quarters(m *Measure, p Period) []Row {
	year := p.quarters()[quartersOfTrend-quartersOfYear]
	var older, latest []Row
	for _, f := range all {
		if f.Measure != m.Key {
			continue
		}
		r := f.row(m, Group{f.Org, f.Name}, Group{f.Quarter, f.Quarter})
		if f.Quarter < year {
			older = append(older, r)
			continue
		}
		latest = append(latest, r)
	}
	protect(older)
	protect(latest)
	return append(older, latest...)
}

// own is the reader's own card. What is hidden of it is hidden by itself, since
// nothing of the others is shown that it could be worked out from.
func (all scores) own(c *Card, spreads map[string]spreadFact) []CardMeasure {
	var out []CardMeasure
	for _, b := range all.board(c.Period) {
		m := CardMeasure{Measure: b.Measure, Row: rowOf(b.Rows, c.Org)}
		if f, ok := spreads[b.Measure.Key]; ok {
			m.Spread, m.Centre = f.spread(), &f.Whole
			if m.Row.Value != nil {
				l := LimitsOf(f.Whole, m.Row.N)
				m.Limits, m.Verdict = &l, l.Verdict(*m.Row.Value)
			}
		}
		m.Points, m.Middle, m.Trend = trend(onlyOf(all.quarters(&b.Measure, c.Period), c.Org), c.Period.quarters())
		out = append(out, m)
	}
	return out
}

func rowOf(rows []Row, org uuid.UUID) Row {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Groups[0].Key == org.String() })
	if i < 0 {
		return Row{}
	}
	return rows[i]
}

func onlyOf(rows []Row, org uuid.UUID) []Row {
	var out []Row
	for _, r := range rows {
		if r.Groups[0].Key == org.String() {
			out = append(out, r)
		}
	}
	return out
}
