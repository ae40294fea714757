// Package forms serves the pages of forms that are filled in about a case or on
// a service's own record of a referral. It decides nothing: the service says who
// fills in and reads what.
package forms

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
	"throughline/services/cases"
	"throughline/services/forms"
	"throughline/services/referrals"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Now       func() time.Time
	Forms     *forms.Service
	Cases     *cases.Service
	Referrals *referrals.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// record is the kind of record whose forms a page shows.
type record struct {
	root, what string
	find       func(context.Context, string) (uuid.UUID, error)
	list       func(context.Context, uuid.UUID, forms.Query) (forms.Listed, error)
	fill       func(context.Context, uuid.UUID, forms.Input) (forms.Filled, error)
}

func (r record) of(c *gin.Context) string   { return r.root + "/" + c.Param("ref") }
func (r record) path(c *gin.Context) string { return r.of(c) + "/forms" }

// Routes lists the pages of forms.
func (p *Pages) Routes() []route.Route {
	of := func(method, path string, h func(*gin.Context, record) error, r record) route.Route {
		return route.Route{Method: method, Path: r.root + "/:ref/forms" + path, Need: models.RecordKeep, Handle: func(c *gin.Context) error { return h(c, r) }}
	}
	aCase := record{root: "/cases", what: "case", find: p.Cases.ID, list: p.Forms.OfCase, fill: p.Forms.FillForCase}
	aReferral := record{root: "/referrals", what: "referral", find: p.Referrals.Find, list: p.Forms.OfReferral, fill: p.Forms.FillForReferral}
	var out []route.Route
	for _, r := range []record{aCase, aReferral} {
		out = append(out,
			of(http.MethodGet, "", p.show, r), of(http.MethodGet, "/fill", p.ask, r), of(http.MethodPost, "/fill", p.answer, r))
	}
	return append(out, of(http.MethodPost, "/open", p.open, aReferral))
}

func (p *Pages) meta(c *gin.Context, r record, title string) layouts.PageMeta {
	meta := p.Frame.Meta(c, title+", "+r.what+" "+strings.ToUpper(c.Param("ref")), r.root)
	meta.Back = &components.Link{Text: "Back to the " + r.what, Href: r.of(c)}
	return meta
}

// show lists the forms of a record, or with ?entry= one as it was filled in; of
// a record that has ended it asks why.
func (p *Pages) show(c *gin.Context, r record) error {
	id, err := r.find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	if wanted := c.Query("entry"); wanted != "" {
		return p.entry(c, r, id, wanted)
	}
	l, err := r.list(c.Request.Context(), id, forms.Query{Cursor: c.Query("after")})
	switch {
	case models.CodeOf(err) == models.CodeConflict:
		return p.askWhy(c, r, "", nil)
	case err != nil:
		return err
	}
	return p.page(c, r, &l)
}

// open shows to its service what it kept of a referral that has ended.
func (p *Pages) open(c *gin.Context, r record) error {
	id, err := r.find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	l, err := r.list(c.Request.Context(), id, forms.Query{Reason: t.One("reason")})
	switch {
	case models.CodeOf(err) == models.CodeConflict:
		return p.askWhy(c, r, "", components.FormErrors{{Field: "reason", Message: "Say why you need to open this"}})
	case frame.IsInvalid(err):
		return p.askWhy(c, r, t.One("reason"), frame.Errors(err, nil))
	case err != nil:
		return err
	}
	return p.page(c, r, &l)
}

func (p *Pages) askWhy(c *gin.Context, r record, reason string, errs components.FormErrors) error {
	meta := p.meta(c, r, "Open the forms")
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Referral " + strings.ToUpper(c.Param("ref")), Title: "Why do you need to open this record?",
		Lede:   "This referral has ended. Your organisation keeps what it wrote. Opening it is recorded with your reason.",
		Action: r.path(c) + "/open", Button: "Open the record", Cancel: &components.Link{Text: "Cancel", Href: r.of(c)},
		Fields: []templ.Component{components.TextInput(components.TextInputParams{Name: "reason", Label: "Reason", Value: reason, Error: errs.Of("reason"), Autocomplete: "off"})},
	}), errs.Any())
}

// entry shows one form as it was filled in.
func (p *Pages) entry(c *gin.Context, r record, id uuid.UUID, wanted string) error {
	l, e, err := p.one(c, r, id, wanted)
	switch {
	case models.CodeOf(err) == models.CodeConflict:
		return p.askWhy(c, r, "", nil)
	case err != nil:
		return err
	}
	return p.entryPage(c, r, l, e)
}

// wanted is the form that is asked for by its key, the first where none is.
func (p *Pages) wanted(key string) (models.FormDefinition, error) {
	if key == "" {
		key = p.Forms.Offered()[0].Key
	}
	return p.Forms.Definition(key, 0)
}

// one finds an entry of a record.
func (p *Pages) one(c *gin.Context, r record, of uuid.UUID, wanted string) (*forms.Listed, *forms.Filled, error) {
	id, err := uuid.Parse(wanted)
	if err != nil || id == uuid.Nil {
		return nil, nil, models.NotFound("form")
	}
	l, err := r.list(c.Request.Context(), of, forms.Query{Only: id})
	if err != nil {
		return nil, nil, err
	}
	if len(l.Entries) == 0 {
		return nil, nil, models.NotFound("form")
	}
	return &l, &l.Entries[0], nil
}

// ask draws an empty form; with ?correct= it begins with what was answered.
func (p *Pages) ask(c *gin.Context, r record) error {
	id, err := r.find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	d, err := p.wanted(c.Query("form"))
	if err != nil {
		return err
	}
	if wanted := c.Query("correct"); wanted != "" {
		_, e, err := p.one(c, r, id, wanted)
		switch {
		case err != nil:
			return p.moved(c, r, err)
		case !correctable(e):
			return models.NotFound("form")
		}
		return p.draw(c, r, d, typed(e), nil)
	}
	l, err := r.list(c.Request.Context(), id, forms.Query{Limit: 1})
	if err == nil && !l.Adds {
		err = models.Conflict("Forms are filled in while the referral is accepted and goes on.")
	}
	if err != nil {
		return p.moved(c, r, err)
	}
	return p.draw(c, r, d, blank(d), nil)
}

// answer keeps a form, or shows it again with what was typed.
func (p *Pages) answer(c *gin.Context, r record) error {
	ctx := c.Request.Context()
	id, err := r.find(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	d, err := p.wanted(t.One("form"))
	if err != nil {
		return err
	}
	in := forms.Input{Form: d.Key, Answers: frame.Answers(d.Questions(), t), Judgement: t.One("judgement"), Words: t.One("words")}
	if wanted := t.One("corrects"); wanted != "" {
		if in.Corrects, err = uuid.Parse(wanted); err != nil {
			return models.NotFound("form")
		}
	}
	on, wrong := t.Date("on")
	if wrong != nil {
		ctx = frame.Held(c, "", models.Field("filled_on", models.FieldInvalid, "Enter a real date, like 27 11 2026"))
		on = &time.Time{}
	}
	in.FilledOn = on
	e, err := r.fill(ctx, id, in)
	switch {
	case err == nil:
		render.See(c, r.path(c)+"?done=kept&entry="+e.ID.String())
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, r, err)
	}
	return p.draw(c, r, d, t, frame.Errors(err, map[string]string{"filled_on": "on-day", "corrects": "on-day", "form": "on-day"}))
}

// moved says that the record changed meanwhile, and leads back to it.
func (p *Pages) moved(c *gin.Context, r record, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, r, "Forms"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: r.of(c)}),
	}))
}
