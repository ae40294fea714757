package quality

import (
	"fmt"
	"math"
	"strconv"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// feed shows what police feeds leave out, force by force: all of them to the
// Commissioner's office, its own to an organisation that sends one.
func (p *Pages) feed(section string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		months := chosen(c).months
		q, err := p.svc.Feed(c.Request.Context(), months)
		if err != nil {
			return err
		}
		path := c.FullPath()
		v := admin.PageView{
			Meta: p.frame.Meta(c, "What police feeds leave out", section), Title: "What police feeds leave out",
			Text:   q.From.Format("January 2006") + " to " + q.To.Format("January 2006") + ".",
			Filter: &components.FilterView{Action: path, ClearHref: path, Open: months != 12}, Parts: []admin.PartView{{Table: feedTable(&q)}},
		}
		if q.AsOf != nil {
			v.Text += " Counted " + models.DateTime(*q.AsOf) + "."
		}
		v.Fields = append(v.Fields, components.Select(components.SelectParams{Name: "months", Label: "Months", Value: strconv.Itoa(months), Options: []components.Option{
			{Value: "3", Text: "The last 3"}, {Value: "6", Text: "The last 6"}, {Value: "12", Text: "The last 12"}, {Value: "24", Text: "The last 24"},
		}}))
		part := admin.PartView{Title: "What is counted", ID: "counted", Text: "Rows that made a case. Counts of 1 to 4 are hidden, and others that they could be worked out from. A share is given on 20 rows or more."}
		for _, f := range figures.FeedFaults() {
			part.Rows = append(part.Rows, components.SummaryRow{Key: f.Name, Value: f.Definition})
		}
		v.Parts = append(v.Parts, part)
		v.Meta.Wide = true
		back := components.Link{Text: "Overview", Href: "/overview"}
		if section == frame.ImportsPath {
			back = components.Link{Text: "Import files", Href: frame.ImportsPath}
		}
		v.Meta.Back = &back
		return render.OK(c, admin.Page(v))
	}
}

func feedTable(q *figures.FeedQuality) *components.DataTable {
	t := &components.DataTable{
		Caption: "What police feeds leave out", Cards: true, Empty: "No feed was taken in in these months.",
		Columns: []components.Column{{Text: "Force"}, {Text: "Rows", Right: true}},
	}
	for _, f := range figures.FeedFaults() {
		t.Columns = append(t.Columns, components.Column{Text: f.Name, Right: true})
	}
	for _, r := range q.Rows {
		row := []components.DataCell{{Text: models.ChoiceWords(models.Forces(), r.Force), Sub: "Sent by " + r.Org}, feedCell(r.Rows)}
		for _, f := range figures.FeedFaults() {
			row = append(row, feedCell(r.Faults[f.Key]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func feedCell(c figures.FeedCell) components.DataCell {
	switch {
	case c.Hidden != "":
		return components.DataCell{Text: c.Hidden}
	case c.Share != nil:
		return components.DataCell{Text: models.Count(c.N), Sub: fmt.Sprintf("%d%%", int(math.Round(*c.Share*100)))}
	}
	return components.DataCell{Text: models.Count(c.N)}
}
