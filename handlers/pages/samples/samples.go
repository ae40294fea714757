// Package samples serves the pages of the Commissioner's case audit: samples, one
// item read against a standard, findings, and what organisations are asked to do.
package samples

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/samples"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// Pages serves them.
type Pages struct {
	frame     frame.Frame
	svc       *samples.Service
	directory *directory.Service
	now       func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *samples.Service, dir *directory.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, directory: dir, now: now}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	audit := func(method, path string, h func(*gin.Context) error) route.Route {
		return route.Route{Method: method, Path: frame.SamplesPath + path, Need: models.QualityAudit, Handle: h}
	}
	ask := func(form func(*gin.Context, frame.Typed, components.FormErrors) error) func(*gin.Context) error {
		return func(c *gin.Context) error { return form(c, frame.Typed{}, nil) }
	}
	act := func(method, path string, need models.Permission, h func(*gin.Context) error) route.Route {
		return route.Route{Method: method, Path: frame.ActionsPath + path, Need: need, Handle: h}
	}
	return []route.Route{
		audit(http.MethodGet, "", p.list),
		audit(http.MethodGet, "/new", ask(p.drawForm)),
		audit(http.MethodPost, "/new", p.draw),
		audit(http.MethodGet, "/:id", p.show),
		audit(http.MethodGet, "/:id/items/:item", ask(p.item)),
		audit(http.MethodPost, "/:id/items/:item", p.review),
		audit(http.MethodGet, "/:id/items/:item/settle", ask(p.settleForm)),
		audit(http.MethodPost, "/:id/items/:item/settle", p.settle),
		audit(http.MethodGet, "/:id/findings", ask(p.findingForm)),
		audit(http.MethodPost, "/:id/findings", p.finding),
		audit(http.MethodGet, "/:id/actions", ask(p.actionForm)),
		audit(http.MethodPost, "/:id/actions", p.ask),
		act(http.MethodGet, "", models.QualityActions, p.actions),
		act(http.MethodGet, "/:id", models.QualityActions, ask(p.action)),
		act(http.MethodPost, "/:id/answer", models.QualityActions, p.answer),
		act(http.MethodPost, "/:id/decide", models.QualityAudit, p.decide),
		{Method: http.MethodGet, Path: "/cases/:ref/audit", Need: models.CaseCreate, Handle: ask(p.choiceForm)},
		{Method: http.MethodPost, Path: "/cases/:ref/audit", Need: models.CaseCreate, Handle: p.choice},
	}
}

func (p *Pages) meta(c *gin.Context, title, section, back, words string) layouts.PageMeta {
	meta := p.frame.Meta(c, title, section)
	if back != "" {
		meta.Back = &components.Link{Text: words, Href: back}
	}
	return meta
}

// form draws a page of one question, as it was typed.
func (p *Pages) form(c *gin.Context, section, back string, f shared.FormView, errs components.FormErrors) error {
	f.Meta = p.meta(c, f.Title, section, back, "Back")
	f.Meta.Errors, f.Cancel = errs, &components.Link{Text: "Cancel", Href: back}
	return render.Form(c, shared.Form(f), errs.Any())
}

// done ends a form: it leads on, shows the form again, or says what has changed.
func (p *Pages) done(c *gin.Context, err error, to, back string, t frame.Typed, targets map[string]string, again func(*gin.Context, frame.Typed, components.FormErrors) error) error {
	if err == nil {
		render.See(c, to)
		return nil
	}
	if frame.IsInvalid(err) {
		return again(c, t, frame.Errors(err, targets))
	}
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, "Not done", "", back, "Back"), Title: "This cannot be done", Paras: []string{words}, Body: components.Button(components.ButtonParams{Text: "Go back", Href: back}),
	}))
}

// id is the sample or the action of an address; one that is none is not found.
func id(c *gin.Context) (uuid.UUID, error) {
	out, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return out, models.NotFound("sample")
	}
	return out, nil
}

func samplePath(c *gin.Context) string { return frame.SamplesPath + "/" + c.Param("id") }

// list is every sample of the office.
func (p *Pages) list(c *gin.Context) error {
	items, next, err := p.svc.List(c.Request.Context(), c.Query("cursor"), 50)
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Samples, the latest first", Cards: true, Empty: "No sample was drawn yet.",
		Columns: []components.Column{{Text: "Sample"}, {Text: "Support"}, {Text: "Sent in"}, {Text: "Items", Right: true}, {Text: "Drawn"}},
	}
	for i := range items {
		s := &items[i]
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: s.Name, Href: frame.SamplesPath + "/" + s.ID.String()}, {Text: support(s.Pathway)}, {Text: months(s)}, {Text: strconv.Itoa(s.Drawn)}, {Text: models.DayIn(s.DrawnAt, p.now())},
		})
	}
	v := admin.PageView{
		Meta: p.meta(c, "Quality reviews", frame.SamplesPath, "", ""), Title: "Quality reviews",
		Text:    "A sample of referrals is read against a standard, in copies without names, words or dates. What it shows becomes an action of a named organisation.",
		Buttons: []components.ButtonParams{{Text: "Draw a sample", Href: frame.SamplesPath + "/new"}}, Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Wide = true
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: frame.SamplesPath + "?cursor=" + next, Landmark: "Pages of samples"}
	}
	return render.OK(c, admin.Page(v))
}

func support(pathway string) string {
	if k, ok := models.FindPathway(pathway); ok {
		return k.Name
	}
	return pathway
}

func months(s *models.Sample) string {
	if s.FromMonth.Equal(s.ToMonth) {
		return s.FromMonth.Format("January 2006")
	}
	return s.FromMonth.Format("January 2006") + " to " + s.ToMonth.Format("January 2006")
}
