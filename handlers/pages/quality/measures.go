package quality

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

const (
	measuresPath = "/overview/measures"
	// HowWeCount is the public page that says what every measure means.
	HowWeCount = "/how-we-count"
)

// asked is what the filter of the page holds: coded values only. The reader is
// told what cannot be had together.
type asked struct {
	measure string
	by      [2]string
	choice
}

func (p *Pages) asked(c *gin.Context) (asked, figures.Query) {
	a := asked{measure: c.Query("measure"), choice: chosen(c)}
	if _, ok := figures.FindMeasure(a.measure); !ok {
		a.measure = "clocks_met"
	}
	to := p.now()
	q := figures.Query{Measure: a.measure, From: to.AddDate(0, 1-a.months, -to.Day()+1), To: to, Pathway: a.pathway}
	for i, name := range []string{"by", "and"} {
		if d := figures.Dimension(c.Query(name)); slices.Contains(figures.Dimensions(), d) && !slices.Contains(q.By, d) {
			a.by[i] = string(d)
			q.By = append(q.By, d)
		}
	}
	if len(c.Request.URL.Query()) == 0 {
		a.by[0], q.By = string(figures.ByOrganisation), []figures.Dimension{figures.ByOrganisation}
	}
	return a, q
}

// measures shows one measure, grouped as the reader asks, with what it means.
func (p *Pages) measures(c *gin.Context) error {
	a, q := p.asked(c)
	m, _ := figures.FindMeasure(a.measure)
	v := admin.PageView{
		Meta: p.frame.Meta(c, m.Name, "/overview"), Caption: "Measures", Title: m.Name,
		Filter: &components.FilterView{Action: measuresPath, ClearHref: measuresPath, Open: true}, Fields: a.fields(),
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Overview", Href: "/overview"}
	r, err := p.svc.Measure(c.Request.Context(), q)
	switch {
	case models.CodeOf(err) == models.CodeInvalid:
		v.Warning = "These two cannot be grouped by together: somebody could be found in the figures. Choose one of them, or organisation, pathway, month or quarter beside it."
	case err != nil:
		return err
	default:
		v.Text = r.From.Format("January 2006") + " to " + r.To.Format("January 2006") + ". As of " + models.DateTime(r.AsOf) + "."
		if m.Month == "" {
			v.Text = "As of " + models.DateTime(r.AsOf) + "."
		}
		if mapped(&r) {
			fig := londonMap(&r, "")
			v.Parts = append(v.Parts, admin.PartView{Figure: &fig})
		}
		v.Parts = append(v.Parts, admin.PartView{Table: resultTable(&r), Links: []components.StackItem{{Link: components.Link{Text: "Download this table (CSV)", Href: measuresPath + ".csv?" + a.query()}}}})
	}
	v.Parts = append(v.Parts, admin.PartView{Title: "What this counts", ID: "means", Rows: meaning(&m), Links: []components.StackItem{{Link: components.Link{Text: "How we count, for everyone", Href: HowWeCount}}}})
	return render.OK(c, admin.Page(v))
}

// measuresCSV is the same table as a file.
func (p *Pages) measuresCSV(c *gin.Context) error {
	a, q := p.asked(c)
	r, err := p.svc.Measure(c.Request.Context(), q)
	if err != nil {
		return err
	}
	return render.AttachmentFrom(c, a.measure+".csv", r.WriteCSV)
}

// query is the address of the same choice.
func (a asked) query() string {
	out := url.Values{"measure": {a.measure}, "months": {strconv.Itoa(a.months)}}
	for name, v := range map[string]string{"by": a.by[0], "and": a.by[1], "pathway": a.pathway} {
		if v != "" {
			out.Set(name, v)
		}
	}
	return out.Encode()
}

func (a asked) fields() []templ.Component {
	var list []components.Option
	for _, m := range figures.Measures() {
		list = append(list, components.Option{Value: m.Key, Text: m.Topic + ": " + models.LowerFirst(m.Name)})
	}
	by := []components.Option{{Value: "", Text: "Nothing"}}
	for _, d := range figures.Dimensions() {
		by = append(by, components.Option{Value: string(d), Text: d.Words()})
	}
	return append([]templ.Component{
		components.Select(components.SelectParams{Name: "measure", Label: "Measure", LabelSize: components.Small, Value: a.measure, Options: list}),
		components.Select(components.SelectParams{Name: "by", Label: "Group by", LabelSize: components.Small, Value: a.by[0], Options: by}),
		components.Select(components.SelectParams{Name: "and", Label: "And by", LabelSize: components.Small, Value: a.by[1], Options: by}),
	}, fields(a.choice)...)
}

// resultTable is a result as a page shows it: what its file says, said for people.
func resultTable(r *figures.Result) *components.DataTable {
	t := r.Table()
	out := &components.DataTable{Caption: r.Measure.Name, Cards: true, Empty: "Nothing to count in these months."}
	for i, c := range t.Columns {
		out.Columns = append(out.Columns, components.Column{Text: c, Right: i >= t.Groups})
	}
	for n, row := range t.Rows {
		var line []components.DataCell
		for i, text := range row {
			line = append(line, components.DataCell{Text: t.Say(i, text), Hidden: i >= t.Groups && r.Rows[n].Hidden})
		}
		out.Rows = append(out.Rows, line)
	}
	if len(out.Rows) == 1 && r.Rows[0].N == 0 && !r.Rows[0].Hidden {
		out.Rows = nil
	}
	return out
}

// meaning is what a reader needs beside the figure.
func meaning(m *figures.Measure) []components.SummaryRow {
	out := []components.SummaryRow{{Key: "Counts", Value: m.Definition}, {Key: "Out of", Value: m.Denominator}}
	if m.Exclusions != "" {
		out = append(out, components.SummaryRow{Key: "Not counted", Value: m.Exclusions})
	}
	out = append(out, components.SummaryRow{Key: "Beware", Value: m.Trap})
	if m.Month != "" {
		out = append(out, components.SummaryRow{Key: "Counts in", Value: m.Month})
	}
	when := "At the moment of asking."
	if m.Counted() {
		when = "By a job, every hour for the last three months and every night for all. The time stands beside the figure."
	}
	return append(out, components.SummaryRow{Key: "Counted", Value: when})
}

// howWeCount says what every measure means, to everybody: it is made from the
// definitions that the figures are made from, so it cannot say another thing.
func (p *Pages) howWeCount(c *gin.Context) error {
	v := admin.PageView{
		Meta: p.frame.Meta(c, "How we count", ""), Title: "How we count",
		Text: "What each figure about support for victims in London means, what it leaves out, and what people get wrong about it. This page is made from the same list as the figures.",
		Parts: []admin.PartView{
			{Title: "Nobody can be found in a figure", ID: "nobody", Text: "Figures are kept apart from records: one line for each thing that is counted, without a name or a reference. A number from 1 to 4 is hidden, and so are others from which it could be worked out. A share is given on 20 or more. Who somebody is (age, ethnic group, sex, disability) is never put beside where they live."},
			{Title: "What chance does", ID: "chance", Text: "No share stays the same: with few people it moves a lot, though nothing has changed. So an organisation is said to differ from the others, or a quarter from those before, only where chance alone would do that in fewer than 2 of 1,000 cases; or where eight quarters in a row lie on one side of the middle. Nobody is ranked. Scorecards are of four whole quarters, by kind of support, and of twenty or more."},
			{Title: "What is published", ID: "published", Text: "A fixed set of tables over four whole quarters, and no others. They are hidden together, and a program tries to work every hidden number out from all of them at once: none may be known within five. For supports that few people are referred to, the parts of London take the place of boroughs, and a year that of a month."},
			{Title: "How to read them", ID: "read", Text: "We give the middle and the slowest tenth, never an average: half took this long or less, nine in ten this long or less. What nobody recorded is a gap in what is known, not a late service; so the share of what has a record and the share of all that was owed stand side by side. Four ways for a referral to end are never mixed: the service declined, the victim declined, the victim could not be reached, and it was not safe to reach them."},
		},
	}
	for i, topic := range figures.Topics() {
		t := &components.DataTable{Caption: topic, Cards: true, Columns: []components.Column{
			{Text: "Figure"}, {Text: "What it counts"}, {Text: "Out of"}, {Text: "What it leaves out"}, {Text: "What people get wrong"},
		}}
		for _, m := range figures.Measures() {
			if m.Topic != topic {
				continue
			}
			left := m.Exclusions
			if left == "" {
				left = "Nothing."
			}
			t.Rows = append(t.Rows, []components.DataCell{{Text: m.Name}, {Text: m.Definition}, {Text: m.Denominator}, {Text: left}, {Text: m.Trap}})
		}
		v.Parts = append(v.Parts, admin.PartView{Title: topic, ID: "topic-" + strconv.Itoa(i+1), Table: t})
	}
	v.Meta.Wide = true
	return render.OK(c, admin.Page(v))
}
