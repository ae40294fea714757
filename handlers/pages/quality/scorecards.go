package quality

import (
	"fmt"
	"math"
	"net/url"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/render"
	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/charts"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

const (
	scorecardsPath = "/overview/scorecards"
	oneCardPath    = scorecardsPath + "/organisation"
)

// scoring is what the filter of a scorecard holds: coded values only.
type scoring struct{ pathway, measure string }

func scored(c *gin.Context, fallback string) scoring {
	out := scoring{pathway: fallback, measure: "clocks_met"}
	for _, p := range figures.ScorecardPathways() {
		if p.Key == c.Query("pathway") {
			out.pathway = p.Key
		}
	}
	if _, ok := figures.FindScorecardMeasure(c.Query("measure")); ok {
		out.measure = c.Query("measure")
	}
	return out
}

func (s scoring) query() string {
	return url.Values{"pathway": {s.pathway}, "measure": {s.measure}}.Encode()
}

func (s scoring) fields() []templ.Component {
	var pathways, measures []components.Option
	for _, p := range figures.ScorecardPathways() {
		pathways = append(pathways, components.Option{Value: p.Key, Text: p.Words})
	}
	for _, m := range figures.ScorecardMeasures() {
		measures = append(measures, components.Option{Value: m.Key, Text: m.Name})
	}
	return []templ.Component{
		components.Select(components.SelectParams{Name: "pathway", Label: "Pathway", LabelSize: components.Small, Value: s.pathway, Options: pathways}),
		components.Select(components.SelectParams{Name: "measure", Label: "Measure", LabelSize: components.Small, Value: s.measure, Options: measures}),
	}
}

// chosenOf is the measure that was asked for, or the first there is.
func chosenOf[T any](s scoring, list []T, key func(*T) string) *T {
	for i := range list {
		if key(&list[i]) == s.measure {
			return &list[i]
		}
	}
	if len(list) > 0 {
		return &list[0]
	}
	return nil
}

func boardKey(m *figures.BoardMeasure) string { return m.Measure.Key }
func cardKey(m *figures.CardMeasure) string   { return m.Measure.Key }

const aboutLimits = "Chance alone moves every share, most where there are few. An organisation is said to differ only where it lies outside the limits that chance keeps in 998 of 1,000 cases. Between those and the limits of 19 in 20 it is perhaps different: of twenty organisations like all others, one lies there. It is where to ask, never a ranking."

func monthsAndAsOf(p figures.Period, asOf string) string {
	out := "Four whole quarters: " + p.From.Format("January 2006") + " to " + p.To.Format("January 2006") + "."
	if asOf != "" {
		out += " As of " + asOf + "."
	}
	return out
}

// scorecards shows every organisation under the measures of a scorecard.
func (p *Pages) scorecards(c *gin.Context) error {
	pick := scored(c, figures.ScorecardPathways()[0].Key)
	b, err := p.svc.Board(c.Request.Context(), pick.pathway)
	if err != nil {
		return err
	}
	asOf := ""
	if b.AsOf != nil {
		asOf = models.DateTime(*b.AsOf)
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Scorecards", "/overview"), Caption: models.ChoiceWords(figures.ScorecardPathways(), pick.pathway), Title: "Scorecards", Text: monthsAndAsOf(b.Period, asOf),
		Filter: &components.FilterView{Action: scorecardsPath, ClearHref: scorecardsPath, Open: c.Request.URL.RawQuery != ""}, Fields: pick.fields(),
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Overview", Href: "/overview"}
	if m := chosenOf(pick, b.Measures, boardKey); m != nil {
		pick.measure = m.Measure.Key
		fig := funnelPlot(m).Figure(scorecardsPath + ".csv?" + pick.query())
		v.Parts = append(v.Parts, admin.PartView{Figure: &fig}, admin.PartView{Title: "Every measure", ID: "every", Text: aboutLimits, Table: matrix(&b, pick)},
			admin.PartView{Title: "What this counts: " + models.LowerFirst(m.Measure.Name), ID: "means", Rows: meaning(&m.Measure)})
	} else {
		v.Parts = append(v.Parts, admin.PartView{Table: &components.DataTable{Caption: "Scorecards", Empty: "Nothing was counted on this pathway in these months."}})
	}
	return render.OK(c, admin.Page(v))
}

// scorecardsCSV is the chosen measure as a file.
func (p *Pages) scorecardsCSV(c *gin.Context) error {
	pick := scored(c, figures.ScorecardPathways()[0].Key)
	b, err := p.svc.Board(c.Request.Context(), pick.pathway)
	if err != nil {
		return err
	}
	m := chosenOf(pick, b.Measures, boardKey)
	if m == nil {
		return models.NotFound("measure")
	}
	return render.AttachmentFrom(c, "scorecards-"+m.Measure.Key+".csv", m.WriteCSV)
}

// oneCard shows one organisation to the Commissioner's office.
func (p *Pages) oneCard(c *gin.Context) error {
	pick := scored(c, figures.ScorecardPathways()[0].Key)
	card, err := p.cardOf(c, pick)
	if err != nil {
		return err
	}
	v := p.card(c, &card, pick, oneCardPath, "/overview")
	v.Meta.Back = &components.Link{Text: "Scorecards", Href: scorecardsPath + "?" + pick.query()}
	return render.OK(c, admin.Page(v))
}

func (p *Pages) oneCardCSV(c *gin.Context) error {
	card, err := p.cardOf(c, scored(c, figures.ScorecardPathways()[0].Key))
	if err != nil {
		return err
	}
	return render.AttachmentFrom(c, "scorecard.csv", card.WriteCSV)
}

func (p *Pages) cardOf(c *gin.Context, pick scoring) (figures.Card, error) {
	org, err := uuid.Parse(c.Query("organisation"))
	if err != nil {
		return figures.Card{}, models.NotFound("organisation")
	}
	return p.svc.CardOf(c.Request.Context(), org, pick.pathway)
}

// funnelPlot is a measure by organisation, as large as they are.
func funnelPlot(m *figures.BoardMeasure) charts.Funnel {
	out := charts.Funnel{
		ID: "funnel", Title: m.Measure.Name + ", by organisation", Axis: "How many each share is out of",
		Lede:  "Each mark is an organisation with twenty or more. The lines say how far chance alone goes: far where there are few.",
		Table: numbered(m),
	}
	low, high, differ := math.MaxInt, 0, 0
	for i := range m.Rows {
		r := &m.Rows[i]
		_, verdict := m.Place(r)
		if verdict == figures.TooFewToSay {
			continue
		}
		low, high = min(low, r.N), max(high, r.N)
		if verdict == figures.High || verdict == figures.Low {
			differ++
		}
		out.Points = append(out.Points, charts.FunnelPoint{Number: i + 1, N: r.N, Share: *r.Value, Sign: signOf(verdict)})
	}
	if m.Centre != nil && len(out.Points) > 0 {
		out.Centre = *m.Centre
		for _, n := range charts.Sizes(low, high) {
			l := figures.LimitsOf(*m.Centre, n)
			out.Curve = append(out.Curve, charts.FunnelLimit{N: n, Low998: l.Low998, Low95: l.Low95, High95: l.High95, High998: l.High998})
		}
		out.Desc = fmt.Sprintf("Of %s with twenty or more, %s outside the limits that chance keeps in 998 of 1,000. All together: %s.",
			models.Plural(len(out.Points), "organisation", "organisations"), models.Plural(differ, "lies", "lie"), percent(*m.Centre))
	} else {
		out.Desc = "No organisation has twenty or more, so no share is drawn."
	}
	return out
}

func percent(v float64) string { return fmt.Sprintf("%.0f%%", math.Floor(v*100+0.5)) }

func signOf(v figures.Verdict) charts.Sign {
	switch v {
	case figures.High:
		return charts.SignHigh
	case figures.Low:
		return charts.SignLow
	case figures.PerhapsHigh, figures.PerhapsLow:
		return charts.SignPerhaps
	case figures.AsUsual, figures.TooFewToSay:
	}
	return charts.SignUsual
}

// numbered is the table of a measure; each organisation has the number of its mark.
func numbered(m *figures.BoardMeasure) components.DataTable {
	t := m.Table()
	out := said(&t, m.Measure.Name+", by organisation")
	for i := range out.Rows {
		out.Rows[i][0].Text = fmt.Sprintf("%d. %s", i+1, out.Rows[i][0].Text)
		for j := t.Groups; j < len(out.Rows[i]); j++ {
			out.Rows[i][j].Hidden = m.Rows[i].Hidden
		}
	}
	return out
}

// said is a table of a scorecard as a page has it.
func said(t *figures.ResultTable, caption string) components.DataTable {
	out := components.DataTable{Caption: caption, Scroll: true}
	for i, name := range t.Columns {
		out.Columns = append(out.Columns, components.Column{Text: name, Right: i >= t.Groups})
	}
	for _, row := range t.Rows {
		var line []components.DataCell
		for i, text := range row {
			line = append(line, components.DataCell{Text: t.Say(i, text)})
		}
		out.Rows = append(out.Rows, line)
	}
	return out
}

// matrix is every organisation by every measure. Each leads to its card, which is
// where drilling down ends.
func matrix(b *figures.Board, pick scoring) *components.DataTable {
	out := &components.DataTable{Caption: "Every measure, by organisation", Scroll: true, Columns: []components.Column{{Text: "Organisation"}}}
	var names []string
	rows := map[string][]components.DataCell{}
	for i := range b.Measures {
		m := &b.Measures[i]
		out.Columns = append(out.Columns, components.Column{Text: m.Measure.Name, Right: true})
		for n := range m.Rows {
			g := m.Rows[n].Groups[0]
			key := g.Words + "\x00" + g.Key
			if rows[key] == nil {
				names = append(names, key)
				rows[key] = make([]components.DataCell, len(b.Measures)+1)
				at := url.Values{"organisation": {g.Key}, "pathway": {pick.pathway}, "measure": {pick.measure}}
				rows[key][0] = components.DataCell{Text: g.Words, Href: oneCardPath + "?" + at.Encode()}
			}
			rows[key][i+1] = placed(m, &m.Rows[n])
		}
	}
	sortNames(names)
	for _, key := range names {
		for i := range rows[key] {
			if rows[key][i].Text == "" {
				rows[key][i].Text = "None"
			}
		}
		out.Rows = append(out.Rows, rows[key])
	}
	return out
}

func placed(m *figures.BoardMeasure, r *figures.Row) components.DataCell {
	switch {
	case r.Hidden:
		return components.DataCell{Text: count(*r).Words(), Hidden: true}
	case r.Value == nil:
		return components.DataCell{Text: "Too few to say", Sub: "of " + models.Count(r.N)}
	}
	out := components.DataCell{Text: percent(*r.Value), Sub: "of " + models.Count(r.N)}
	if r.Wide != nil && r.Wide.Value != nil {
		out.Sub += ", " + percent(*r.Wide.Value) + " of all owed"
	}
	if _, v := m.Place(r); v != figures.AsUsual && v != figures.TooFewToSay {
		out.Sub += ". " + v.Words()
	}
	return out
}
