// Package events serves the pages of what police, courts and others did in a
// case, and of the clocks that hang on it. It decides nothing: services/events
// does.
package events

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/events"
	"throughline/services/matters"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Now       func() time.Time
	Calendar  *models.Calendar
	Events    *events.Service
	Cases     *cases.Service
	Directory *directory.Service
	Matters   *matters.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of events and clocks.
func (p *Pages) Routes() []route.Route {
	at := func(method, path string, need models.Permission, h func(*gin.Context) error) route.Route {
		return route.Route{Method: method, Path: "/cases/:ref/" + path, Need: need, Handle: h}
	}
	return append(p.matterRoutes(), []route.Route{
		at(http.MethodGet, "events", models.CaseRead, p.list),
		at(http.MethodGet, "events/record", models.EventRecord, p.choose),
		at(http.MethodPost, "events/record", models.EventRecord, p.record),
		at(http.MethodGet, "events/told", models.EventRecord, p.askTold),
		at(http.MethodPost, "events/told", models.EventRecord, p.told),
		at(http.MethodGet, "clocks", models.CaseRead, p.clocks),
		at(http.MethodGet, "clocks/change", models.EventRecord, p.askChange),
		at(http.MethodPost, "clocks/change", models.EventRecord, p.change),
	}...)
}

func path(c *gin.Context) string { return "/cases/" + strings.ToUpper(c.Param("ref")) }

func (p *Pages) meta(c *gin.Context, title, back, words string) layouts.PageMeta {
	meta := p.Frame.Meta(c, title+", case "+strings.ToUpper(c.Param("ref")), "/cases")
	meta.Back = &components.Link{Text: words, Href: path(c) + back}
	return meta
}

// caseID finds the case of the address, where the reader may see it.
func (p *Pages) caseID(c *gin.Context) (uuid.UUID, error) {
	return p.Cases.ID(c.Request.Context(), c.Param("ref"))
}

// list is what happened, the latest first.
func (p *Pages) list(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := p.caseID(c)
	if err != nil {
		return err
	}
	l, err := p.Events.List(ctx, id, events.Query{Cursor: c.Query("after")})
	if err != nil {
		return err
	}
	a, _ := models.ActorFrom(ctx)
	t := eventTable("What happened, the latest first")
	for i := range l.Items {
		t.Rows = append(t.Rows, p.row(&l.Items[i], path(c), l.Open && a.Can(models.EventRecord)))
	}
	v := admin.PageView{Meta: p.meta(c, "Events", "", "Back to the case"), Caption: "Case " + l.Reference, Title: "Events", Of: frame.CaseParts(a, path(c), "events")}
	v.Meta.Wide = true
	if l.Open && a.Can(models.EventRecord) {
		v.Buttons = []components.ButtonParams{{Text: "Record what happened", Href: path(c) + "/events/record"}}
	}
	if of, err := uuid.Parse(c.Query("event")); err == nil {
		shown, err := p.one(c, id, of, l.Open && a.Can(models.EventRecord))
		if err != nil {
			return err
		}
		v.Meta.Flash = flash(c.Query("done"))
		v.Parts = append(v.Parts, shown...)
	}
	v.Parts = append(v.Parts, admin.PartView{Table: t})
	if l.Next != "" {
		v.Pages = components.PaginationParams{NextHref: path(c) + "/events?after=" + l.Next, Landmark: "Pages of events"}
	}
	return render.OK(c, admin.Page(v))
}

func flash(done string) *layouts.Flash {
	words := map[string]string{
		"recorded": "What happened was recorded.", "freer": "What happened was recorded. No way to reach them counts as safe until it is confirmed again.", "told": "That they were told was recorded.", "changed": "The clock was changed.",
	}[done]
	if words == "" {
		return nil
	}
	return &layouts.Flash{Text: words}
}

// one is an event by itself, as a mark on the line or the end of a form leads to
// it, and what it did to the clocks of the case.
func (p *Pages) one(c *gin.Context, caseID, event uuid.UUID, open bool) ([]admin.PartView, error) {
	e, err := p.Events.Get(c.Request.Context(), caseID, event)
	if err != nil {
		return nil, err
	}
	started, err := p.done(c, caseID, event)
	t := eventTable("This event")
	t.Rows = append(t.Rows, p.row(&e, path(c), open))
	return []admin.PartView{{ID: "this", Title: e.Title(), Table: t}, started}, err
}

func eventTable(caption string) *components.DataTable {
	return &components.DataTable{
		Caption: caption, Cards: true, Empty: "No events yet.",
		Columns: []components.Column{{Text: "What"}, {Text: "Happened"}, {Text: "Known"}, {Text: "Recorded"}, {Text: "They were told"}},
	}
}

// done is what an event did to the clocks of the case.
func (p *Pages) done(c *gin.Context, caseID, event uuid.UUID) (admin.PartView, error) {
	_, lines, err := p.Events.Clocks(c.Request.Context(), caseID)
	if err != nil {
		return admin.PartView{}, err
	}
	t := p.table("What it started", "It started no clock.")
	for i := range lines {
		if lines[i].EventID == event {
			t.Rows = append(t.Rows, p.clockRow(&lines[i], path(c), false))
		}
	}
	return admin.PartView{ID: "started", Title: "What it started", Table: t}, nil
}

func (p *Pages) row(v *events.View, path string, open bool) []components.DataCell {
	now := p.Now()
	what := components.DataCell{Text: v.Title(), Sub: details(v, now)}
	if v.Safety() {
		what.Content = components.Tag(components.TagParams{Text: "Look again today", Colour: "red"})
	}
	told := components.DataCell{Text: "Not yet"}
	switch {
	case v.ToldAt != nil:
		told = components.DataCell{Text: models.DateTimeIn(*v.ToldAt, now), Sub: v.ToldChannel.Words() + ", " + v.ToldBy.Name}
	case open:
		told = components.DataCell{Text: "Record that they were told", Href: path + "/events/told?event=" + v.ID.String()}
	}
	known := "When it happened"
	if !v.KnownAt.Equal(v.OccurredAt) {
		known = models.DateTimeIn(v.KnownAt, now)
	}
	return []components.DataCell{what, {Text: models.DateTimeIn(v.OccurredAt, now)}, {Text: known}, {Text: models.DateTimeIn(v.At, now), Sub: v.Source.Name}, told}
}

// details are what is known of an event, in words.
func details(v *events.View, now time.Time) string {
	spec, ok := models.FindEventType(string(v.Type))
	if !ok {
		return ""
	}
	var out []string
	if v.Replaced {
		out = append(out, "This date no longer holds")
	}
	for i := range spec.Details {
		d := &spec.Details[i]
		words := d.Say(&v.CaseEvent, now)
		if d.Key != "what" && words != "" {
			out = append(out, d.Label+": "+words)
		}
	}
	if v.Reference != "" {
		out = append(out, "Reference: "+v.Reference)
	}
	return strings.Join(out, ". ")
}

// moved says that the record changed meanwhile, and leads back to it.
func (p *Pages) moved(c *gin.Context, err error, back string) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, "Events", "", "Back to the case"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: path(c) + back}),
	}))
}
