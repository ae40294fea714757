package operator

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/listings"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// Feeds are the pages of feeds of other directories of services.
type Feeds struct {
	frame frame.Frame
	svc   *listings.Service
	now   func() time.Time
}

// NewFeeds returns the pages.
func NewFeeds(f frame.Frame, svc *listings.Service, now func() time.Time) *Feeds {
	return &Feeds{frame: f, svc: svc, now: now}
}

const feeds = "/operator/feeds"

// Routes lists them.
func (p *Feeds) Routes() []route.Route {
	need := models.SystemOperate
	return []route.Route{
		{Method: http.MethodGet, Path: feeds, Need: need, Handle: p.list},
		{Method: http.MethodGet, Path: feeds + "/new", Need: need, StepUp: true, Handle: p.form},
		{Method: http.MethodPost, Path: feeds + "/new", Need: need, StepUp: true, Handle: p.take},
		{Method: http.MethodGet, Path: feeds + "/:id", Need: need, Handle: p.show},
		{Method: http.MethodPost, Path: feeds + "/:id/publish", Need: need, StepUp: true, Handle: p.publish},
	}
}

func (p *Feeds) list(c *gin.Context) error {
	items, next, err := p.svc.Imports(c.Request.Context(), listings.Query{Cursor: c.Query("cursor")})
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Feeds", Cards: true, Empty: "No feed was sent yet.",
		Columns: []components.Column{{Text: "Sent"}, {Text: "Directory"}, {Text: "State"}, {Text: "Services", Right: true}, {Text: "New", Right: true}, {Text: "Changed", Right: true}, {Text: "Already here", Right: true}, {Text: "Refused", Right: true}},
	}
	for i := range items {
		f := &items[i]
		row := []components.DataCell{{Text: models.DateTimeIn(f.At, p.now()), Href: feeds + "/" + f.ID.String()}, {Text: f.Source}, {Content: components.Tag(feedTag(f))}}
		for _, n := range []int{f.Total, f.Accepted, f.Changed, f.Duplicate, f.Refused} {
			row = append(row, components.DataCell{Text: models.Count(n)})
		}
		t.Rows = append(t.Rows, row)
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Directory feeds", path), Title: "Directory feeds", Text: "Services that other directories tell of. What is taken in is public, at /directory/.",
		Buttons: []components.ButtonParams{{Text: "Send a feed", Href: feeds + "/new", Keys: "n"}}, Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Organisations", Href: path}
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: feeds + "?cursor=" + next, Landmark: "Pages of feeds"}
	}
	return render.OK(c, admin.Page(v))
}

func feedTag(f *listings.Import) components.TagParams {
	if f.Status == models.ImportDone {
		return components.TagParams{Text: "Published", Colour: "green"}
	}
	return components.TagParams{Text: "Checked, not published", Colour: "yellow"}
}

func (p *Feeds) form(c *gin.Context) error { return p.draw(c, nil, nil, http.StatusOK) }

func (p *Feeds) draw(c *gin.Context, typed map[string]string, errs components.FormErrors, status int) error {
	format := typed["format"]
	if format == "" {
		format = "json"
	}
	radios := components.RadiosParams{Name: "format", Legend: "How is it written?", LegendSize: components.Medium, IsSmall: true, Value: format, Error: errs.Of("format")}
	for _, f := range listings.Formats() {
		radios.Items = append(radios.Items, components.ChoiceItem{Value: f.Key, Text: f.Words})
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Send a feed", path), Title: "Send a feed", Button: "Send and check", Upload: true, Cancel: &components.Link{Text: "Cancel", Href: feeds},
		Lede: "Services as HSDS 3.0 or Open Referral UK. The check publishes nothing: you see what would come of each service, and then publish it or not.",
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{
				Name: "source", Label: "What is the directory called?", LabelSize: components.Medium, Hint: "The same each time: its services are known again by it.", Value: typed["source"], Error: errs.Of("source"),
			}),
			components.Radios(radios),
			components.FileUpload(components.FileUploadParams{
				Name: "file", Label: "The file", LabelSize: components.Medium, Error: errs.Of("file"), Accept: ".json,.jsonl,.csv,.zip",
				Hint: "Up to 64 MB and " + models.Count(listings.MostRows) + " services.",
			}),
		},
	}
	v.Meta.Back, v.Meta.Errors = &components.Link{Text: "Directory feeds", Href: feeds}, errs
	return render.Page(c, status, shared.Form(v))
}

func (p *Feeds) take(c *gin.Context) error {
	var up api.Uploaded
	var err error
	if strings.HasPrefix(c.GetHeader("Content-Type"), "multipart/form-data") {
		known := func(name string) bool { return name == "source" || name == "format" }
		up, err = api.OpenUpload(c, listings.MostBytes, io.Discard, known, func(string) {}, func() {})
	}
	if err == nil && up.Name == "" {
		up.Stream = nil // a browser sends a part without a name where nothing was chosen
	}
	var taken listings.Import
	if err == nil {
		taken, err = p.svc.Take(c.Request.Context(), listings.Feed{Source: up.Fields["source"], Format: up.Fields["format"], Body: up.Stream})
	}
	if err != nil {
		up.Drain()
		errs, status := frame.FileFaults(err)
		if !errs.Any() {
			return err
		}
		return p.draw(c, up.Fields, errs, status)
	}
	render.See(c, feeds+"/"+taken.ID.String())
	return nil
}

func (p *Feeds) show(c *gin.Context) error {
	id, err := feedOf(c)
	if err != nil {
		return err
	}
	i, err := p.svc.Import(c.Request.Context(), id)
	if err != nil {
		return err
	}
	outcome := models.ImportOutcome(c.Query("outcome"))
	if !models.HasChoice(models.ImportOutcomes(), string(outcome)) {
		outcome = ""
	}
	at, tag := feeds+"/"+id.String(), feedTag(&i)
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Directory feed", path), Caption: "Directory feed", Title: i.Source, State: &tag,
		Text:  models.Plural(i.Total, "service", "services") + ", sent " + models.DateTimeIn(i.At, p.now()) + ".",
		Parts: []admin.PartView{p.report(&i, at)},
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Directory feeds", Href: feeds}
	if c.Query("done") == "published" {
		v.Meta.Flash = &layouts.Flash{Text: "The feed was published."}
	}
	items, next, err := p.svc.Rows(c.Request.Context(), id, listings.Query{Outcome: outcome, Cursor: c.Query("cursor"), Limit: 50})
	if err != nil {
		return err
	}
	v.Parts = append(v.Parts, feedRows(items, outcome, at))
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: at + "?outcome=" + string(outcome) + "&cursor=" + next + "#rows", Landmark: "Pages of services"}
	}
	return render.OK(c, admin.Page(v))
}

// report is how many services came to what, and what can be done now.
func (p *Feeds) report(i *listings.Import, at string) admin.PartView {
	part := admin.PartView{ID: "report", Title: "Report", Text: "Nothing is published yet. What is refused stays out: put it right and send it again."}
	if i.Status == models.ImportDone {
		part.Text = "It is published."
	}
	for _, o := range models.ImportOutcomes() {
		n := map[models.ImportOutcome]int{models.RowAccepted: i.Accepted, models.RowChanged: i.Changed, models.RowDuplicate: i.Duplicate, models.RowRefused: i.Refused}[models.ImportOutcome(o.Key)]
		row := components.SummaryRow{Key: o.Words, Value: models.Count(n)}
		if n > 0 {
			row.Actions = []components.Link{{Text: "See the services", Hidden: ": " + models.LowerFirst(o.Words), Href: at + "?outcome=" + o.Key + "#rows"}}
		}
		part.Rows = append(part.Rows, row)
	}
	if i.Status == models.ImportChecked && i.Accepted+i.Changed > 0 {
		part.Form = &admin.ActView{Action: at + "/publish", Button: components.ButtonParams{Text: "Publish " + models.Plural(i.Accepted+i.Changed, "service", "services"), Once: true}}
	}
	return part
}

func feedRows(items []listings.Row, outcome models.ImportOutcome, at string) admin.PartView {
	part := admin.PartView{ID: "rows", Title: "All services", Table: &components.DataTable{
		Caption: "Services", Cards: true, Empty: "There is none.", Columns: []components.Column{{Text: "Row", Right: true}, {Text: "Name"}, {Text: "What came of it"}, {Text: "Why"}},
	}}
	if outcome != "" {
		part.Title = "Services: " + models.LowerFirst(models.ChoiceWords(models.ImportOutcomes(), string(outcome)))
		part.Links = []components.StackItem{{Link: components.Link{Text: "See all services", Href: at + "#rows"}}}
	}
	for _, r := range items {
		why := r.Says
		if r.Field != "" {
			why = r.Field + ": " + why
		}
		part.Table.Rows = append(part.Table.Rows, []components.DataCell{
			{Text: models.Count(r.N)}, {Text: r.Name}, {Text: models.ChoiceWords(models.ImportOutcomes(), string(r.Outcome))}, {Text: why},
		})
	}
	return part
}

func feedOf(c *gin.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil || len(c.Param("id")) != 36 {
		return uuid.Nil, models.NotFound("feed")
	}
	return id, nil
}

func (p *Feeds) publish(c *gin.Context) error {
	id, err := feedOf(c)
	if err != nil {
		return err
	}
	if _, err := frame.ReadForm(c); err != nil {
		return err
	}
	if _, err := p.svc.Start(c.Request.Context(), id); err != nil {
		return err
	}
	render.See(c, feeds+"/"+id.String()+"?done=published")
	return nil
}
