// Package rights serves the pages of what people are owed of their data:
// requests, what is past keeping, what holds it, certificates of what went, and
// breaches.
package rights

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/rights"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"

	view "throughline/web/pages/rights"
)

// Pages serves them.
type Pages struct {
	frame frame.Frame
	svc   *rights.Service
	now   func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *rights.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, now: now}
}

// Routes lists them. All of them are for whoever answers for people's data.
func (p *Pages) Routes() []route.Route {
	get := func(path string, h route.Handler) route.Route {
		return route.Route{Method: http.MethodGet, Path: path, Need: models.RightsManage, Handle: h}
	}
	post := func(path string, h route.Handler) route.Route {
		return route.Route{Method: http.MethodPost, Path: path, Need: models.RightsManage, Handle: h}
	}
	release := func(method, path string, h route.Handler) route.Route {
		return route.Route{Method: method, Path: path, Need: models.RightsRelease, StepUp: true, Handle: h}
	}
	return []route.Route{
		get("/requests", p.requests),
		get("/requests/new", p.requestForm),
		post("/requests/new", p.receive),
		get("/requests/tasks/:id", p.task),
		post("/requests/tasks/:id", p.finishTask),
		get("/requests/:ref", p.request),
		get("/requests/:ref/identity", p.identityForm),
		post("/requests/:ref/identity", p.identity),
		get("/requests/:ref/extend", p.extendForm),
		post("/requests/:ref/extend", p.extend),
		get("/requests/:ref/assess", p.assessForm),
		post("/requests/:ref/assess", p.assess),
		release(http.MethodGet, "/requests/:ref/review", p.marksForm),
		post("/requests/:ref/review", p.marks),
		get("/requests/:ref/answer", p.answerForm),
		post("/requests/:ref/answer", p.answer),
		post("/requests/:ref/reopen", p.reopen),
		release(http.MethodGet, "/requests/:ref/pack", p.pack),
		get("/requests/:ref/letter", p.letter),
		get("/retention", p.review),
		get("/retention/items/:id", p.item),
		release(http.MethodPost, "/retention/items/:id/approve", p.approve),
		post("/retention/items/:id/keep", p.keep),
		get("/retention/schedules", p.schedules),
		get("/retention/schedules/:kind", p.scheduleForm),
		post("/retention/schedules/:kind", p.setSchedule),
		get("/retention/holds", p.holds),
		get("/retention/holds/new", p.holdForm),
		post("/retention/holds/new", p.placeHold),
		get("/retention/holds/:id", p.liftForm),
		post("/retention/holds/:id", p.lift),
		get("/certificates", p.certificates),
		get("/certificates/:ref", p.certificate),
		get("/certificates/:ref/download", p.download),
		get("/breaches", p.breaches),
		get("/breaches/new", p.breachForm),
		post("/breaches/new", p.logBreach),
		post("/breaches/incidents/:id", p.promote),
		get("/breaches/:ref", p.breach),
		post("/breaches/:ref", p.updateBreach),
	}
}

// meta starts a page. Every page of this area stands under one entry of the
// navigation.
func (p *Pages) meta(c *gin.Context, title string) layouts.PageMeta {
	m := p.frame.Meta(c, title, frame.DataPath)
	m.Wide = true
	return m
}

// nav leads to the lists of the area.
func nav(current string) []components.SubNavItem {
	items := []components.SubNavItem{
		{Text: "Requests", Href: "/requests"},
		{Text: "Past keeping", Href: "/retention"},
		{Text: "Holds", Href: "/retention/holds"},
		{Text: "How long", Href: "/retention/schedules"},
		{Text: "Certificates", Href: "/certificates"},
		{Text: "Breaches", Href: "/breaches"},
	}
	for i := range items {
		items[i].Current = items[i].Href == current
	}
	return items
}

// typed is what a form was sent with, kept to be shown again.
type typed map[string][]string

func readForm(c *gin.Context) (typed, error) {
	t, err := frame.ReadForm(c)
	return typed(t), err
}

func (t typed) one(name string) string {
	if v := t[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// date reads the three boxes of a date: nil where all are empty, and a fault
// where they are no date.
func (t typed) date(name, label string) (*time.Time, components.FormErrors) {
	if t.one(name+"-day")+t.one(name+"-month")+t.one(name+"-year") == "" {
		return nil, nil
	}
	d, ok := models.DayOf(t.one(name+"-day"), t.one(name+"-month"), t.one(name+"-year"))
	if !ok {
		return nil, components.FormErrors{{Field: name, Target: name + "-day", Message: label + " must be a real date"}}
	}
	return &d, nil
}

// moment reads a date and a time of the day, London.
func (t typed) moment(name, label string) (*time.Time, components.FormErrors) {
	d, faults := t.date(name, label)
	if d == nil {
		return nil, faults
	}
	clock := t.one(name + "-time")
	if clock == "" {
		clock = "12:00"
	}
	at, ok := frame.OnDay(*d, clock)
	if !ok {
		return nil, components.FormErrors{{Field: name + "-time", Message: frame.NoTimeOfDay(name + "-time").Message}}
	}
	return &at, nil
}

func (t typed) dateInput(id, legend, hint string, faults components.FormErrors) components.DateInputParams {
	return components.DateInputParams{
		ID: id, Legend: legend, LegendSize: components.Small, Hint: hint, Error: faults.Of(id),
		Day: t.one(id + "-day"), Month: t.one(id + "-month"), Year: t.one(id + "-year"),
	}
}

func (t typed) timeInput(id, label string, faults components.FormErrors) components.TextInputParams {
	return frame.TimeInput(id+"-time", label, t.one(id+"-time"), faults.Of(id+"-time"))
}

// dated fills the boxes of a date with a moment.
func (t typed) dated(name string, at *time.Time) {
	if at == nil {
		return
	}
	local := at.In(models.London())
	t[name+"-day"], t[name+"-month"], t[name+"-year"] = []string{local.Format("2")}, []string{local.Format("1")}, []string{local.Format("2006")}
	t[name+"-time"] = []string{local.Format("15:04")}
}

func choices(list []models.Choice) []components.ChoiceItem {
	out := make([]components.ChoiceItem, len(list))
	for i, c := range list {
		out[i] = components.ChoiceItem{Value: c.Key, Text: c.Words}
	}
	return out
}

// id reads the id in the address; what is none is not there.
func id(c *gin.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, models.NotFound("record")
	}
	return id, nil
}

// faults are those of a form, where an error is about what was typed. The
// boxes of dates are linked by their first.
func faults(err error, dates ...string) (components.FormErrors, bool) {
	if !frame.IsInvalid(err) {
		return nil, false
	}
	target := map[string]string{}
	for _, d := range dates {
		target[d] = d + "-day"
	}
	return frame.Errors(err, target), true
}

// moved says that somebody else was faster, and where the record is now.
func (p *Pages) moved(c *gin.Context, path string, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, "This has changed"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: path}),
	}))
}

// done is what the page after an act says of it.
func done(c *gin.Context, m *layouts.PageMeta, words map[string]string) {
	if w, ok := words[c.Query("done")]; ok {
		m.Flash = &layouts.Flash{Title: w}
	}
}

// rowsOf leaves out what has nothing to say.
func rowsOf(pairs ...string) []components.SummaryRow {
	var out []components.SummaryRow
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, components.SummaryRow{Key: pairs[i], Value: pairs[i+1]})
		}
	}
	return out
}

func dateTime(at *time.Time) string {
	if at == nil {
		return ""
	}
	return models.DateTime(*at)
}

func button(text string) components.ButtonParams {
	return components.ButtonParams{Text: text, Once: true}
}

// form draws a page of one form.
func (p *Pages) form(c *gin.Context, v shared.FormView, back components.Link, errs components.FormErrors) error {
	v.Meta = p.frame.Meta(c, v.Title, frame.DataPath)
	v.Meta.Back = &back
	v.Meta.Errors = errs
	v.Cancel = &components.Link{Text: "Cancel", Href: back.Href}
	return render.Form(c, shared.Form(v), errs.Any())
}

func page(c *gin.Context, v view.View, errs components.FormErrors) error {
	v.Meta.Errors = errs
	return render.Form(c, view.Page(v), errs.Any())
}
