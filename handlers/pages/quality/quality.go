// Package quality serves the pages of the Commissioner's office. It shows what
// services/quality computed: hidden figures are not there to be shown.
package quality

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	figures "throughline/services/quality"
	"throughline/web/charts"
	"throughline/web/components"
	view "throughline/web/pages/quality"
)

// Pages serves the Commissioner's pages.
type Pages struct {
	frame frame.Frame
	svc   *figures.Service
	now   func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *figures.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, now: now}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: "/overview", Need: models.QualityRead, Handle: p.overview},
		{Method: http.MethodGet, Path: measuresPath, Need: models.QualityRead, Handle: p.measures},
		{Method: http.MethodGet, Path: measuresPath + ".csv", Need: models.QualityRead, Handle: p.measuresCSV},
		{Method: http.MethodGet, Path: publishedPath, Need: models.QualityRead, Handle: p.published},
		{Method: http.MethodGet, Path: publishedPath + ".csv", Need: models.QualityRead, Handle: p.publishedCSV},
		{Method: http.MethodGet, Path: wayPath, Need: models.QualityRead, Handle: p.wayCSV},
		{Method: http.MethodGet, Path: scorecardsPath, Need: models.QualityRead, Handle: p.scorecards},
		{Method: http.MethodGet, Path: scorecardsPath + ".csv", Need: models.QualityRead, Handle: p.scorecardsCSV},
		{Method: http.MethodGet, Path: oneCardPath, Need: models.QualityRead, Handle: p.oneCard},
		{Method: http.MethodGet, Path: oneCardPath + ".csv", Need: models.QualityRead, Handle: p.oneCardCSV},
		{Method: http.MethodGet, Path: frame.ScorecardPath, Need: models.QualityOwn, Handle: p.ownCard},
		{Method: http.MethodGet, Path: frame.ScorecardPath + ".csv", Need: models.QualityOwn, Handle: p.ownCardCSV},
		{Method: http.MethodGet, Path: HowWeCount, Need: models.Public, Handle: p.howWeCount},
		{Method: http.MethodGet, Path: "/overview/feeds", Need: models.QualityRead, Handle: p.feed("/overview")},
		{Method: http.MethodGet, Path: frame.ImportsPath + "/quality", Need: models.ImportRun, Handle: p.feed(frame.ImportsPath)},
	}
}

// choice is what the filter of the page holds: coded values only.
type choice struct {
	months  int
	pathway string
}

func chosen(c *gin.Context) choice {
	out := choice{months: 12}
	switch c.Query("months") {
	case "3":
		out.months = 3
	case "6":
		out.months = 6
	case "24":
		out.months = 24
	}
	if _, ok := models.FindPathway(c.Query("pathway")); ok {
		out.pathway = c.Query("pathway")
	}
	return out
}

func (p *Pages) overview(c *gin.Context) error {
	pick := chosen(c)
	data, err := p.load(c.Request.Context(), pick)
	if err != nil {
		return err
	}
	v := view.OverviewView{
		Meta:   p.frame.Meta(c, "Overview", "/overview"),
		Text:   fmt.Sprintf("%s to %s. Counted %s.", data.received.From.Format("January 2006"), data.received.To.Format("January 2006"), models.DateTime(p.now())),
		Filter: components.FilterView{Action: "/overview", ClearHref: "/overview", Open: pick != choice{months: 12}},
		Fields: fields(pick),
	}
	v.Meta.Wide = true
	v.Links = []components.StackItem{{Link: components.Link{Text: "Scorecards", Href: scorecardsPath}}, {Link: components.Link{Text: "Every measure, by what you choose", Href: measuresPath}}, {Link: components.Link{Text: "Figures that may be published", Href: publishedPath}}, {Link: components.Link{Text: "How we count", Href: HowWeCount}}}
	if len(data.received.Rows) > 0 {
		v.Kpis = kpis(data)
		v.Figures = []components.ChartFigureView{
			byMonth(data.received, pick), way(&data.way), londonMap(&data.place, measuresPath+".csv?"+placeAsked(&data.place, pick).query()), declines(data.declined),
		}
		v.Tables = tables(data)
		v.Definitions = definitions(data)
	}
	return render.OK(c, view.Overview(v))
}

// loaded is every measure the page shows.
type loaded struct {
	total, received, perService      figures.Result
	acknowledge, decide, contact     figures.Result
	allAcknowledge, allDecide, allIn figures.Result
	declined, waiting, place         figures.Result
	way                              figures.Way
}

func (p *Pages) load(ctx context.Context, pick choice) (loaded, error) {
	var out loaded
	to := p.now()
	from := to.AddDate(0, 1-pick.months, -to.Day()+1)
	series, place := figures.ByPathway, figures.ByBorough
	if rare(pick.pathway) {
		place = figures.BySector
	}
	if pick.pathway != "" {
		series = figures.ByService
	}
	for _, ask := range []struct {
		into    *figures.Result
		measure string
		by      []figures.Dimension
	}{
		{&out.total, "referrals_received", nil},
		{&out.received, "referrals_received", []figures.Dimension{series, figures.ByMonth}},
		{&out.perService, "referrals_received", []figures.Dimension{figures.ByService, figures.ByMonth}},
		{&out.acknowledge, "time_to_acknowledge", []figures.Dimension{figures.ByService}},
		{&out.decide, "time_to_decide", []figures.Dimension{figures.ByService}},
		{&out.contact, "time_to_first_contact", []figures.Dimension{figures.ByService}},
		{&out.allAcknowledge, "time_to_acknowledge", nil},
		{&out.allDecide, "time_to_decide", nil},
		{&out.allIn, "time_to_first_contact", nil},
		{&out.declined, "declined_by_reason", nil},
		{&out.waiting, "waiting", nil},
		{&out.place, "referrals_received", []figures.Dimension{place}},
	} {
		r, err := p.svc.Measure(ctx, figures.Query{Measure: ask.measure, By: ask.by, From: from, To: to, Pathway: pick.pathway})
		if err != nil {
			return out, err
		}
		*ask.into = r
	}
	var err error
	out.way, err = p.svc.Way(ctx, figures.Query{From: from, To: to, Pathway: pick.pathway})
	return out, err
}

// count is a row's number as a picture may show it.
func count(r figures.Row) charts.Count {
	switch {
	case r.Hidden && r.Few:
		return charts.TooFew()
	case r.Hidden:
		return charts.Protected()
	}
	return charts.Shown(r.N)
}

func words(d figures.Dimension, g figures.Group) string {
	if d == figures.ByPathway {
		if p, ok := models.FindPathway(g.Key); ok {
			return p.Name
		}
	}
	return g.Words
}

// grid turns rows by (series, month) into a table of cells: an absent pair is none.
func grid(r figures.Result) (names, months []string, cells map[[2]string]charts.Count) {
	cells = map[[2]string]charts.Count{}
	for m := r.From; !m.After(r.To); m = m.AddDate(0, 1, 0) {
		months = append(months, m.Format("2006-01"))
	}
	for _, row := range r.Rows {
		name := words(r.By[0], row.Groups[0])
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		cells[[2]string{name, row.Groups[1].Key}] = count(row)
	}
	slices.Sort(names)
	return names, months, cells
}

func byMonth(r figures.Result, pick choice) components.ChartFigureView {
	names, months, cells := grid(r)
	bars := charts.MonthBars{
		ID: "by-month", Title: "Referrals received by month", Unit: "Referrals", Stacked: true, Series: names,
		Lede: "Every referral sent to a service, in the month it was sent. One person can be in several.",
		Desc: "Stacked bars, one for each month, in the order of the table beneath.",
	}
	if pick.pathway != "" {
		bars.Title = "Referrals received by service and month"
	}
	for i, m := range months {
		t, _ := time.Parse("2006-01", m)
		month := charts.Month{Label: t.Format("Jan"), Name: t.Format("January 2006")}
		if t.Month() == time.January || i == 0 && t.Month() < time.November {
			month.Label = t.Format("Jan 2006")
		}
		for _, n := range names {
			month.Counts = append(month.Counts, cells[[2]string{n, m}])
		}
		bars.Months = append(bars.Months, month)
	}
	return bars.Figure("")
}

func declines(r figures.Result) components.ChartFigureView {
	total, whole := 0, true
	for _, row := range r.Rows {
		total += row.N
		whole = whole && !row.Hidden
	}
	fig := charts.Reasons{
		ID: "declines", Title: "Declined by services, by reason", What: "Reason", Unit: "Referrals",
		Lede: "Only what a service itself decided. What a victim chose is never counted here.",
		Desc: "Bars, the most used reason first.",
	}
	for _, row := range r.Rows {
		reason := charts.Reason{Label: row.Groups[0].Words, Count: count(row)}
		if whole && total >= figures.PercentageBase {
			reason.Note = models.Percent(row.N, total) + " of " + models.Count(total)
		}
		fig.Rows = append(fig.Rows, reason)
	}
	return fig.Figure("")
}

func tables(d loaded) []view.FigureTable {
	out := []view.FigureTable{{
		ID: "service-month", Title: "Referrals by service and month",
		Lede:  "Fewer than five are hidden, with another beside them where the total would give them away.",
		Table: perService(d.perService),
	}}
	for _, t := range []struct {
		id, lede string
		r        figures.Result
	}{
		{"acknowledge", "Target: 1 working day unless the service has agreed another.", d.acknowledge},
		{"decide", "Target: 2 working days unless the service has agreed another.", d.decide},
		{"contact", "Target: 5 working days unless the service has agreed another. Only safe contact with the right person counts.", d.contact},
	} {
		out = append(out, view.FigureTable{ID: t.id, Title: t.r.Measure.Name + ", by service", Lede: t.lede, Table: times(t.r)})
	}
	return out
}

func perService(r figures.Result) components.DataTable {
	names, months, cells := grid(r)
	t := components.DataTable{Caption: "Referrals by service and month", Scroll: true, Columns: []components.Column{{Text: "Service"}}}
	for _, m := range months {
		at, _ := time.Parse("2006-01", m)
		t.Columns = append(t.Columns, components.Column{Text: at.Format("Jan 2006"), Right: true})
	}
	for _, n := range names {
		line := []components.DataCell{{Text: n}}
		for _, m := range months {
			c := cells[[2]string{n, m}]
			line = append(line, components.DataCell{Text: c.Mark(), Hidden: c.Hidden()})
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

func times(r figures.Result) components.DataTable {
	t := components.DataTable{
		Caption: r.Measure.Name, Cards: true,
		Columns: []components.Column{
			{Text: "Service"},
			{Text: "Clocks", Right: true},
			{Text: "Half within", Right: true},
			{Text: "9 in 10 within", Right: true},
			{Text: "In time", Right: true},
		},
	}
	rows := slices.Clone(r.Rows)
	slices.SortStableFunc(rows, func(a, b figures.Row) int { return cmp.Compare(a.Groups[0].Words, b.Groups[0].Words) })
	for _, row := range rows {
		n := count(row)
		line := []components.DataCell{{Text: row.Groups[0].Words}, {Text: n.Mark(), Hidden: n.Hidden()}}
		t.Rows = append(t.Rows, append(line, figure(row, hours(row.Median)), figure(row, hours(row.P90)), figure(row, inTime(row))))
	}
	return t
}

func figure(r figures.Row, text string) components.DataCell {
	if r.Hidden {
		return components.DataCell{Text: "–", Hidden: true}
	}
	return components.DataCell{Text: text}
}

// hours says a length, where there is one.
func hours(h *float64) string {
	if h == nil {
		return "None done yet"
	}
	return figures.SayHours(*h)
}

func inTime(r figures.Row) string {
	if r.InTime == nil {
		return "Too few for a rate"
	}
	return fmt.Sprintf("%.0f%% of %s", math.Floor(*r.InTime*100+0.5), models.Count(r.N))
}
