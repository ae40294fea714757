package quality

import (
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/charts"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

func sortNames(names []string) { slices.Sort(names) }

// ownCard shows an organisation to its managers.
func (p *Pages) ownCard(c *gin.Context) error {
	pick := scored(c, "")
	card, err := p.svc.OwnCard(c.Request.Context(), pick.pathway)
	if err != nil {
		return err
	}
	pick.pathway = card.Pathway
	return render.OK(c, admin.Page(p.card(c, &card, pick, frame.ScorecardPath, frame.ScorecardPath)))
}

func (p *Pages) ownCardCSV(c *gin.Context) error {
	card, err := p.svc.OwnCard(c.Request.Context(), scored(c, "").pathway)
	if err != nil {
		return err
	}
	return render.AttachmentFrom(c, "scorecard.csv", card.WriteCSV)
}

// card is one organisation: what it did, how others do, and whether it changes.
func (p *Pages) card(c *gin.Context, card *figures.Card, pick scoring, path, section string) admin.PageView {
	asOf := ""
	if card.AsOf != nil {
		asOf = models.DateTime(*card.AsOf)
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Scorecard", section), Caption: models.ChoiceWords(figures.ScorecardPathways(), card.Pathway), Title: "Scorecard", Text: card.Name + ". " + monthsAndAsOf(card.Period, asOf),
		Filter: &components.FilterView{Action: path, ClearHref: path, Open: c.Request.URL.RawQuery != ""}, Fields: pick.fields(),
	}
	v.Meta.Wide = true
	at := url.Values{"pathway": {card.Pathway}}
	if !card.Own {
		v.Filter.ClearHref += "?" + url.Values{"organisation": {card.Org.String()}}.Encode()
		at.Set("organisation", card.Org.String())
		v.Fields = append(v.Fields, components.HiddenField("organisation", card.Org.String()))
	}
	csv := path + ".csv?" + at.Encode()
	m := chosenOf(pick, card.Measures, cardKey)
	if m == nil {
		v.Parts = append(v.Parts, admin.PartView{Table: &components.DataTable{Caption: "Scorecard", Empty: "Nothing was counted on this pathway in these months."}})
		return v
	}
	all := card.Table()
	table := said(&all, "The year")
	if card.Own {
		fig := spread(card, table).Figure(csv)
		v.Parts = append(v.Parts, admin.PartView{Figure: &fig})
	}
	year := yearTable(card)
	control := controlChart(m).Figure(csv)
	v.Parts = append(v.Parts, admin.PartView{Title: "The year", ID: "year", Text: aboutLimits, Table: &year}, admin.PartView{Figure: &control},
		admin.PartView{Title: "What this counts: " + models.LowerFirst(m.Measure.Name), ID: "means", Rows: meaning(&m.Measure)})
	return v
}

// yearTable is what was met of what has a record, and of all that was owed, side
// by side, with how that lies beside chance.
func yearTable(card *figures.Card) components.DataTable {
	beside := "All together"
	if card.Own {
		beside = "All others together"
	}
	out := components.DataTable{Caption: "The year, measure by measure", Cards: true, Columns: []components.Column{
		{Text: "Measure"}, {Text: "Share of those with a record", Right: true}, {Text: "Share of all owed", Right: true}, {Text: beside, Right: true}, {Text: "Beside chance"}, {Text: "Over twelve quarters"},
	}}
	for i := range card.Measures {
		m := &card.Measures[i]
		recorded, owed, centre := components.DataCell{Text: "Too few to say", Sub: "of " + models.Count(m.Row.N)}, components.DataCell{Text: "Not measured"}, components.DataCell{Text: "Too few to say"}
		switch {
		case m.Row.Hidden:
			recorded = components.DataCell{Text: count(m.Row).Words(), Hidden: true}
			owed = components.DataCell{Text: figures.NotShown.Words(), Hidden: true}
		case m.Row.Value != nil:
			recorded.Text = percent(*m.Row.Value)
		}
		if w := m.Row.Wide; w != nil {
			owed = components.DataCell{Text: "Too few to say", Sub: "of " + models.Count(w.N)}
			if w.Value != nil {
				owed.Text = percent(*w.Value)
			}
		} else if m.Measure.Wider != "" {
			owed = components.DataCell{Text: figures.NotShown.Words(), Hidden: true}
		}
		if m.Centre != nil {
			centre.Text = percent(*m.Centre)
		}
		out.Rows = append(out.Rows, []components.DataCell{{Text: m.Measure.Name}, recorded, owed, centre, {Text: m.Verdict.Words()}, {Text: m.Trend.Words()}})
	}
	return out
}

func spread(card *figures.Card, table components.DataTable) charts.Spread {
	out := charts.Spread{
		ID: "spread", Title: "Your organisation beside the others", Table: table,
		Lede: "The line goes from the lowest of the others to the highest, the bar holds the middle half of them, the stroke is the middle. Nobody is named; with fewer than five others nothing is drawn.",
		Desc: "A line for each measure with your own share as a mark. The table beneath has the numbers.",
	}
	for i := range card.Measures {
		m := &card.Measures[i]
		row := charts.SpreadRow{Label: m.Measure.Name, Own: m.Row.Value, Sign: signOf(m.Verdict)}
		if s := m.Spread; s != nil {
			row.Others = &charts.SpreadOthers{Lowest: s.Lowest, Quarter: s.Quarter, Middle: s.Middle, Upper: s.Upper, Highest: s.Highest}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// controlChart is one measure quarter by quarter.
func controlChart(m *figures.CardMeasure) charts.Control {
	t := m.Table()
	out := charts.Control{
		ID: "trend", Title: m.Measure.Name + ", quarter by quarter", Middle: m.Middle, Table: said(&t, m.Measure.Name+", quarter by quarter"),
		Lede: m.Trend.Words() + ".", Desc: m.Trend.Words() + ". The quarters are in the table beneath, the oldest first.",
	}
	for i := range m.Points {
		p := &m.Points[i]
		point := charts.ControlPoint{Label: p.Quarter[5:] + " " + p.Quarter[:4], Share: p.Row.Value, Sign: signOf(p.Verdict)}
		if l := p.Limits; l != nil {
			point.Low998, point.Low95, point.High95, point.High998 = l.Low998, l.Low95, l.High95, l.High998
		}
		if p.Run && point.Sign == charts.SignUsual {
			point.Sign = charts.SignPerhaps
		}
		out.Points = append(out.Points, point)
	}
	return out
}
