// Package notes serves the pages of what people write down about a case or a
// referral. It decides nothing: the service says who reads what.
package notes

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
	"throughline/services/notes"
	"throughline/services/referrals"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Now       func() time.Time
	Notes     *notes.Service
	Cases     *cases.Service
	Referrals *referrals.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of notes.
func (p *Pages) Routes() []route.Route {
	of := func(method, path string, h func(*gin.Context, record) error, r record) route.Route {
		return route.Route{Method: method, Path: r.root + "/:ref" + path, Need: models.RecordKeep, Handle: func(c *gin.Context) error { return h(c, r) }}
	}
	aCase := record{
		root: "/cases", what: "case", find: p.Cases.ID,
		list: p.Notes.OfCase, add: p.Notes.AddToCase,
	}
	aReferral := record{
		root: "/referrals", what: "referral", find: p.Referrals.Find,
		list: p.Notes.OfReferral, add: p.Notes.AddToReferral,
	}
	return []route.Route{
		of(http.MethodGet, "/notes", p.show, aCase),
		of(http.MethodPost, "/notes", p.add, aCase),
		of(http.MethodGet, "/notes", p.show, aReferral),
		of(http.MethodPost, "/notes", p.add, aReferral),
		of(http.MethodPost, "/notes/open", p.open, aReferral),
	}
}

// record is the kind of record whose notes a page shows.
type record struct {
	root, what string
	find       func(context.Context, string) (uuid.UUID, error)
	list       func(context.Context, uuid.UUID, notes.Query) (notes.Listed, error)
	add        func(context.Context, uuid.UUID, notes.Input) (notes.Note, error)
}

func (r record) path(c *gin.Context) string { return r.root + "/" + c.Param("ref") + "/notes" }

// show lists the notes of a record; with ?correct= the box corrects one.
func (p *Pages) show(c *gin.Context, r record) error {
	id, err := r.find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	var of *notes.Note
	if wanted := c.Query("correct"); wanted != "" {
		if of, err = p.one(c, r, id, wanted, ""); err != nil {
			return err
		}
	}
	l, err := r.list(c.Request.Context(), id, notes.Query{Cursor: c.Query("after")})
	if models.CodeOf(err) == models.CodeConflict {
		return p.askWhy(c, r, err, "", nil)
	}
	if err != nil {
		return err
	}
	return p.page(c, r, l, of, frame.Typed{}, nil)
}

// one finds the note that is to be corrected.
func (p *Pages) one(c *gin.Context, r record, record uuid.UUID, wanted, reason string) (*notes.Note, error) {
	id, err := uuid.Parse(wanted)
	if err != nil || id == uuid.Nil {
		return nil, models.NotFound("note")
	}
	l, err := r.list(c.Request.Context(), record, notes.Query{Only: id, Reason: reason})
	if err != nil {
		return nil, err
	}
	if len(l.Notes) == 0 || !l.Notes[0].Own {
		return nil, models.NotFound("note")
	}
	return &l.Notes[0], nil
}

// add writes a note, or shows its box again with what was typed.
func (p *Pages) add(c *gin.Context, r record) error {
	ctx := c.Request.Context()
	id, err := r.find(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := notes.Input{Kind: models.NoteKind(t.One("kind")), Text: t.One("text")}
	var of *notes.Note
	if wanted := t.One("corrects"); wanted != "" {
		if of, err = p.one(c, r, id, wanted, t.One("reason")); err != nil {
			return p.moved(c, r, err)
		}
		in.Corrects = of.ID
	}
	_, err = r.add(ctx, id, in)
	switch {
	case err == nil:
		render.See(c, r.path(c)+"?done=added")
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, r, err)
	}
	errs := frame.Errors(err, nil)
	l, err := r.list(ctx, id, notes.Query{Reason: t.One("reason")})
	if err != nil {
		return p.moved(c, r, err)
	}
	return p.page(c, r, l, of, t, errs)
}

// open shows to its receiver what it kept of a referral that has ended.
func (p *Pages) open(c *gin.Context, r record) error {
	id, err := r.find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	l, err := r.list(c.Request.Context(), id, notes.Query{Reason: t.One("reason")})
	switch {
	case models.CodeOf(err) == models.CodeConflict:
		return p.askWhy(c, r, err, "", components.FormErrors{{Field: "reason", Message: "Say why you need to open this"}})
	case frame.IsInvalid(err):
		return p.askWhy(c, r, err, t.One("reason"), frame.Errors(err, nil))
	case err != nil:
		return err
	}
	return p.page(c, r, l, nil, frame.Typed{"reason": {t.One("reason")}}, nil)
}

// askWhy asks for the reason before an ended record is opened.
func (p *Pages) askWhy(c *gin.Context, r record, _ error, reason string, errs components.FormErrors) error {
	meta := p.meta(c, r, "Open the notes of "+strings.ToUpper(c.Param("ref")))
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Referral " + strings.ToUpper(c.Param("ref")), Title: "Why do you need to open this record?",
		Lede:   "This referral has ended. Your organisation keeps what it wrote. Opening it is recorded with your reason.",
		Action: r.path(c) + "/open", Button: "Open the record", Cancel: &components.Link{Text: "Cancel", Href: strings.TrimSuffix(r.path(c), "/notes")},
		Fields: []templ.Component{components.TextInput(components.TextInputParams{
			Name: "reason", Label: "Reason", Value: reason, Error: errs.Of("reason"), Autocomplete: "off",
		})},
	}), errs.Any())
}

func (p *Pages) meta(c *gin.Context, r record, title string) layouts.PageMeta {
	meta := p.Frame.Meta(c, title, r.root)
	meta.Back = &components.Link{Text: "Back to the " + r.what, Href: strings.TrimSuffix(r.path(c), "/notes")}
	return meta
}

// moved says that the record changed meanwhile, and leads back to it.
func (p *Pages) moved(c *gin.Context, r record, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, r, "Notes"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: strings.TrimSuffix(r.path(c), "/notes")}),
	}))
}
