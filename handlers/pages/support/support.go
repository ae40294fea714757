// Package support serves the pages of a service's own record of its work on a
// referral: needs, goals and appointments. It decides nothing: the service says
// who keeps and reads what.
package support

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/services/support"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"
	view "throughline/web/pages/support"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Now       func() time.Time
	Support   *support.Service
	Referrals *referrals.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of support.
func (p *Pages) Routes() []route.Route {
	at := func(method, path string, h func(*gin.Context) error) route.Route {
		return route.Route{Method: method, Path: "/referrals/:ref/support" + path, Need: models.ReferralAnswer, Handle: h}
	}
	out := []route.Route{at(http.MethodGet, "", p.show), at(http.MethodPost, "/open", p.open)}
	add := func(path string, page asking) {
		out = append(out,
			at(http.MethodGet, path, func(c *gin.Context) error { return p.ask(c, page) }),
			at(http.MethodPost, path, func(c *gin.Context) error { return p.answer(c, page) }))
	}
	add("/needs", p.needs())
	add("/goal", p.goal())
	add("/appointment", p.appointment())
	return out
}

// asking is a page that adds one thing to the support of a referral.
type asking struct {
	form    func(l *support.Plan, t frame.Typed, errs components.FormErrors) shared.FormView
	keep    func(ctx context.Context, id uuid.UUID, t frame.Typed) (done string, err error)
	targets map[string]string // of the faults, the boxes they are put right in
}

func path(c *gin.Context) string { return "/referrals/" + c.Param("ref") + "/support" }

func (p *Pages) meta(c *gin.Context, title string) layouts.PageMeta {
	meta := p.Frame.Meta(c, title+", referral "+strings.ToUpper(c.Param("ref")), "/inbox")
	meta.Back = &components.Link{Text: "Back to the referral", Href: strings.TrimSuffix(path(c), "/support")}
	return meta
}

// show is the needs, goals and appointments; of one that has ended, the
// question why they are opened.
func (p *Pages) show(c *gin.Context) error {
	l, err := p.read(c, "")
	switch {
	case models.CodeOf(err) == models.CodeConflict:
		return p.askWhy(c, "", nil)
	case err != nil:
		return err
	}
	return p.page(c, l)
}

func (p *Pages) read(c *gin.Context, reason string) (support.Plan, error) {
	id, err := p.Referrals.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return support.Plan{}, err
	}
	return p.Support.Read(c.Request.Context(), id, reason)
}

// open shows it of a referral that has ended, with a reason.
func (p *Pages) open(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	l, err := p.read(c, t.One("reason"))
	switch {
	case models.CodeOf(err) == models.CodeConflict:
		return p.askWhy(c, "", components.FormErrors{{Field: "reason", Message: "Say why you need to open this"}})
	case frame.IsInvalid(err):
		return p.askWhy(c, t.One("reason"), frame.Errors(err, nil))
	case err != nil:
		return err
	}
	return p.page(c, l)
}

func (p *Pages) askWhy(c *gin.Context, reason string, errs components.FormErrors) error {
	meta := p.meta(c, "Open the support")
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Referral " + strings.ToUpper(c.Param("ref")), Title: "Why do you need to open this record?",
		Lede:   "This referral has ended. Your organisation keeps what it wrote. Opening it is recorded with your reason.",
		Action: path(c) + "/open", Button: "Open the record", Cancel: &components.Link{Text: "Cancel", Href: strings.TrimSuffix(path(c), "/support")},
		Fields: []templ.Component{components.TextInput(components.TextInputParams{
			Name: "reason", Label: "Reason", Value: reason, Error: errs.Of("reason"), Autocomplete: "off",
		})},
	}), errs.Any())
}

// ask draws a form; where no work goes on there is nothing to ask.
func (p *Pages) ask(c *gin.Context, a asking) error {
	l, err := p.read(c, "")
	if err != nil {
		return p.moved(c, err)
	}
	if !l.Goes {
		return p.moved(c, models.Conflict("Support is planned while the referral is accepted and goes on."))
	}
	t := frame.Typed{}
	for _, name := range []string{"goal", "appointment", "instead"} {
		if v := c.Query(name); v != "" {
			t[name] = []string{v}
		}
	}
	if !known(&l, t) {
		return models.NotFound("record")
	}
	return p.draw(c, a, &l, t, nil)
}

// known reports whether what an address names is part of this support.
func known(l *support.Plan, t frame.Typed) bool {
	for name, there := range map[string]func(uuid.UUID) bool{
		"goal":        func(id uuid.UUID) bool { return l.Goal(id) != nil },
		"appointment": func(id uuid.UUID) bool { return l.Appointment(id) != nil },
		"instead":     func(id uuid.UUID) bool { return l.Appointment(id) != nil },
	} {
		if v := t.One(name); v != "" {
			if id, err := uuid.Parse(v); err != nil || !there(id) {
				return false
			}
		}
	}
	return true
}

func (p *Pages) draw(c *gin.Context, a asking, l *support.Plan, t frame.Typed, errs components.FormErrors) error {
	v := a.form(l, t, errs)
	v.Meta = p.meta(c, v.Title)
	v.Meta.Back = &components.Link{Text: "Back to support", Href: path(c)}
	v.Meta.Errors = errs
	v.Caption, v.Cancel = "Referral "+l.Reference, &components.Link{Text: "Cancel", Href: path(c)}
	for _, name := range []string{"goal", "appointment", "instead"} {
		if id := t.One(name); id != "" {
			v.Hidden = append(v.Hidden, shared.Hidden{Name: name, Value: id})
		}
	}
	return render.Form(c, shared.Form(v), errs.Any())
}

// answer keeps what was typed, or shows the form again with it.
func (p *Pages) answer(c *gin.Context, a asking) error {
	ctx := c.Request.Context()
	id, err := p.Referrals.Find(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	done, err := a.keep(ctx, id, t)
	switch {
	case err == nil:
		render.See(c, path(c)+"?done="+done)
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, err)
	}
	l, again := p.read(c, "")
	if again != nil {
		return p.moved(c, again)
	}
	if !known(&l, t) {
		return models.NotFound("record")
	}
	return p.draw(c, a, &l, t, frame.Errors(err, a.targets))
}

// moved says that the referral changed meanwhile, and leads back to it.
func (p *Pages) moved(c *gin.Context, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, "Support"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: strings.TrimSuffix(path(c), "/support")}),
	}))
}

func (p *Pages) page(c *gin.Context, l support.Plan) error {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	meta := p.meta(c, "Support")
	meta.Wide = true
	if words := map[string]string{
		"needs": "What they said about their needs was kept.", "goal": "The goal was kept.", "appointment": "The appointment was made.", "outcome": "What came of it was kept.",
	}[c.Query("done")]; words != "" {
		meta.Flash = &layouts.Flash{Text: words}
	}
	v := view.PageView{
		Meta: meta, Caption: "Referral " + l.Reference, Parts: frame.Parts(a, "/referrals/"+l.Reference, "support", frame.SupportPart, frame.FormsPart),
		Lede:  "Your organisation's own record of its work. The referrer is told the outcome and reads none of this.",
		Needs: needsTable(&l, p.Now()), Goals: goalsTable(&l, path(c), p.Now()), Appointments: appointmentsTable(&l, path(c), p.Now()), Sessions: sessions(l.Sessions),
	}
	if l.Goes {
		v.AddNeeds = &components.Link{Text: "Say how needs stand", Href: path(c) + "/needs"}
		v.AddGoal = &components.Link{Text: "Add a goal", Href: path(c) + "/goal"}
		v.AddMeeting = &components.Link{Text: "Make an appointment", Href: path(c) + "/appointment"}
	}
	return render.OK(c, view.Page(v))
}
