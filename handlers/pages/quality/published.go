package quality

import (
	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

const publishedPath = "/overview/published"

// published shows the tables that may be published, hidden together.
func (p *Pages) published(c *gin.Context) error {
	all, err := p.svc.Published(c.Request.Context())
	if err != nil {
		return err
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Figures that may be published", "/overview"), Title: "Figures that may be published", Text: monthsAndAsOf(all.Period, models.DateTime(all.AsOf)),
		Parts: []admin.PartView{{
			Title: "What may leave the office", ID: "about",
			Text:  "These tables were hidden together: a number from 1 to 4, and as many others as it takes so that nobody who has all of them can tell a hidden one within five. A share stands on 20 or more, and not where it would tell of a few people. Publish these tables and no others of the same months: each one more is a way to work something out.",
			Links: []components.StackItem{{Link: components.Link{Text: "Download all tables (CSV)", Href: publishedPath + ".csv"}}},
		}},
	}
	for i := range all.Tables {
		f := &all.Tables[i]
		v.Parts = append(v.Parts, admin.PartView{Title: f.Name, ID: "table-" + f.Key, Text: f.Text, Table: publishedTable(f)})
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Overview", Href: "/overview"}
	return render.OK(c, admin.Page(v))
}

func (p *Pages) publishedCSV(c *gin.Context) error {
	all, err := p.svc.Published(c.Request.Context())
	if err != nil {
		return err
	}
	return render.AttachmentFrom(c, "published.csv", all.WriteCSV)
}

func publishedTable(f *figures.PublishedFigures) *components.DataTable {
	t := f.Table()
	out := said(&t, f.Name)
	for i := range out.Rows {
		for j := t.Groups; j < len(out.Rows[i]); j++ {
			text := t.Rows[i][j]
			out.Rows[i][j].Hidden = text == figures.Few.Words() || text == figures.NotShown.Words()
			if text == "" {
				out.Rows[i][j].Text = "–"
			}
		}
	}
	return &out
}
