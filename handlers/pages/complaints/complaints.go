// Package complaints serves the pages of what people say of organisations:
// complaints, their answers, and compliments.
package complaints

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/complaints"
	"throughline/services/directory"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// Pages serves them.
type Pages struct {
	frame     frame.Frame
	svc       *complaints.Service
	directory *directory.Service
	now       func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *complaints.Service, dir *directory.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, directory: dir, now: now}
}

type form func(*gin.Context, frame.Typed, components.FormErrors) error

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	at := func(method, path string, need models.Permission, h func(*gin.Context) error) route.Route {
		return route.Route{Method: method, Path: frame.ComplaintsPath + path, Need: need, Handle: h}
	}
	ask := func(f form) func(*gin.Context) error {
		return func(c *gin.Context) error { return f(c, frame.Typed{}, nil) }
	}
	return []route.Route{
		at(http.MethodGet, "", models.ComplaintRead, p.list),
		at(http.MethodGet, "/new", models.ComplaintRecord, ask(p.newForm)),
		at(http.MethodPost, "/new", models.ComplaintRecord, p.record),
		at(http.MethodGet, "/:id", models.ComplaintRead, ask(p.show)),
		at(http.MethodPost, "/:id/acknowledge", models.ComplaintAnswer, p.acknowledge),
		at(http.MethodPost, "/:id/answer", models.ComplaintAnswer, p.answer),
		at(http.MethodGet, "/:id/further", models.ComplaintRecord, ask(p.furtherForm)),
		at(http.MethodPost, "/:id/further", models.ComplaintRecord, p.further),
		at(http.MethodGet, "/:id/about", models.ComplaintAnswer, ask(p.aboutForm)),
		at(http.MethodPost, "/:id/about", models.ComplaintAnswer, p.about),
		at(http.MethodPost, "/:id/close", models.ComplaintReview, p.end),
	}
}

func (p *Pages) meta(c *gin.Context, title, back, words string) layouts.PageMeta {
	meta := p.frame.Meta(c, title, frame.ComplaintsPath)
	if back != "" {
		meta.Back = &components.Link{Text: words, Href: back}
	}
	return meta
}

// page draws a page of one question, as it was typed.
func (p *Pages) page(c *gin.Context, back string, f shared.FormView, errs components.FormErrors) error {
	f.Meta = p.meta(c, f.Title, back, "Back")
	f.Meta.Errors, f.Cancel = errs, &components.Link{Text: "Cancel", Href: back}
	return render.Form(c, shared.Form(f), errs.Any())
}

// done ends a form: it leads on, shows the form again, or says what has changed.
func (p *Pages) done(c *gin.Context, err error, to, back string, t frame.Typed, targets map[string]string, again form) error {
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
		Meta: p.meta(c, "Not done", back, "Back"), Title: "This cannot be done", Paras: []string{words}, Body: components.Button(components.ButtonParams{Text: "Go back", Href: back}),
	}))
}

// id is the complaint of an address; one that is none is not found.
func id(c *gin.Context) (uuid.UUID, error) {
	out, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return out, models.NotFound("complaint")
	}
	return out, nil
}

func path(c *gin.Context) string { return frame.ComplaintsPath + "/" + c.Param("id") }

// list is what the reader may read of it.
func (p *Pages) list(c *gin.Context) error {
	kind := c.Query("kind")
	if !models.HasChoice(models.ComplaintKinds(), kind) {
		kind = ""
	}
	items, next, err := p.svc.List(c.Request.Context(), complaints.Filter{Kind: kind, Cursor: c.Query("cursor")})
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Complaints and compliments, the latest first", Cards: true, Empty: "There is none that is yours to read.",
		Columns: []components.Column{{Text: "What it is about"}, {Text: "Organisation"}, {Text: "Received"}, {Text: "State"}},
	}
	for i := range items {
		it := &items[i]
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: models.ChoiceWords(models.ComplaintTopics(), it.Topic), Sub: models.ChoiceWords(models.ComplaintKinds(), it.Kind), Href: frame.ComplaintsPath + "/" + it.ID.String()},
			{Text: dir.Name(it.OrgID)},
			{Text: models.Day(it.ReceivedOn)},
			{Content: components.Tag(stateTag(&it.Complaint, it.Late))},
		})
	}
	v := admin.PageView{
		Meta: p.meta(c, "Complaints", "", ""), Title: "Complaints and compliments",
		Text: "What people say of services. Whoever is named in a complaint does not see it. Managers of the organisation it is about acknowledge and answer it.",
		Of: []components.SubNavItem{
			{Text: "Both", Href: frame.ComplaintsPath, Current: kind == ""},
			{Text: "Complaints", Href: frame.ComplaintsPath + "?kind=" + models.KindComplaint, Current: kind == models.KindComplaint},
			{Text: "Compliments", Href: frame.ComplaintsPath + "?kind=" + models.KindCompliment, Current: kind == models.KindCompliment},
		},
		Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Wide = true
	if a, err := models.ActorFrom(c.Request.Context()); err == nil && a.Can(models.ComplaintRecord) {
		v.Buttons = []components.ButtonParams{{Text: "Record what was said", Href: frame.ComplaintsPath + "/new"}}
	}
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: frame.ComplaintsPath + "?kind=" + kind + "&cursor=" + next, Landmark: "Pages of complaints"}
	}
	return render.OK(c, admin.Page(v))
}

func stateTag(x *models.Complaint, late bool) components.TagParams {
	switch state := x.State(); {
	case state == "noted":
		return components.TagParams{Text: "Compliment", Colour: "green"}
	case state == "closed":
		return components.TagParams{Text: "Closed", Colour: "green"}
	case late:
		return components.TagParams{Text: "Late", Colour: "red"}
	case state == "escalated":
		return components.TagParams{Text: "Taken further", Colour: "orange"}
	case state == "answered":
		return components.TagParams{Text: "Answered", Colour: "green"}
	case state == "acknowledged":
		return components.TagParams{Text: "Acknowledged", Colour: "blue"}
	}
	return components.TagParams{Text: "To acknowledge", Colour: "yellow"}
}

func radios(name, legend, hint string, list []models.Choice, t frame.Typed, errs components.FormErrors) templ.Component {
	return components.Radios(components.RadiosParams{Name: name, Legend: legend, LegendSize: components.Small, IsSmall: true, Hint: hint, Items: frame.Choices(list), Value: t.One(name), Error: errs.Of(name)})
}

func area(name, label, hint string, t frame.Typed, errs components.FormErrors) templ.Component {
	return components.TextArea(components.TextAreaParams{Name: name, Label: label, LabelSize: components.Small, Hint: hint, Value: t.One(name), Error: errs.Of(name), Rows: 4, Autocomplete: "off"})
}

func line(name, label, hint string, t frame.Typed, errs components.FormErrors) templ.Component {
	return components.TextInput(components.TextInputParams{Name: name, Label: label, LabelSize: components.Small, Hint: hint, Value: t.One(name), Error: errs.Of(name), Autocomplete: "off", Classes: "govuk-input--width-20"})
}

func tick(name, legend, words string, t frame.Typed, errs components.FormErrors) templ.Component {
	return components.Checkboxes(components.CheckboxesParams{Name: name, Legend: legend, LegendSize: components.Small, IsSmall: true, Values: t[name], Error: errs.Of(name), Items: []components.ChoiceItem{{Value: "yes", Text: words}}})
}

func version(v *complaints.View) [][2]string {
	return [][2]string{{"version", strconv.Itoa(v.Version)}}
}
