// Package documents serves the pages of files that people attach to a case or a
// referral. It decides nothing: the service says what may be kept and who reads
// it, and a file is only ever handed out to be saved.
package documents

import (
	"context"
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
	"throughline/services/cases"
	"throughline/services/documents"
	"throughline/services/referrals"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Now       func() time.Time
	Documents *documents.Service
	Cases     *cases.Service
	Referrals *referrals.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of documents.
func (p *Pages) Routes() []route.Route {
	of := func(method, path string, h func(*gin.Context, record) error, r record) route.Route {
		return route.Route{Method: method, Path: r.root + "/:ref" + path, Need: models.RecordKeep, Handle: func(c *gin.Context) error { return h(c, r) }}
	}
	aCase := record{root: "/cases", what: "case", find: p.Cases.ID, list: p.Documents.OfCase, attach: p.Documents.AttachToCase}
	aReferral := record{root: "/referrals", what: "referral", find: p.Referrals.Find, list: p.Documents.OfReferral, attach: p.Documents.AttachToReferral}
	return []route.Route{
		of(http.MethodGet, "/files", p.show, aCase),
		of(http.MethodPost, "/files", p.attach, aCase),
		of(http.MethodGet, "/files", p.show, aReferral),
		of(http.MethodPost, "/files", p.attach, aReferral),
		of(http.MethodPost, "/files/open", p.openList, aReferral),
		{Method: http.MethodGet, Path: "/files/:id", Need: models.RecordKeep, Handle: p.download},
		{Method: http.MethodPost, Path: "/files/:id/open", Need: models.RecordKeep, Handle: p.downloadKept},
		{Method: http.MethodGet, Path: "/files/:id/withdraw", Need: models.ReferralManage, Handle: p.withdrawForm},
		{Method: http.MethodPost, Path: "/files/:id/withdraw", Need: models.ReferralManage, Handle: p.withdraw},
	}
}

// record is the kind of record whose documents a page shows.
type record struct {
	root, what string
	find       func(context.Context, string) (uuid.UUID, error)
	list       func(context.Context, uuid.UUID, documents.Query) (documents.Listed, error)
	attach     func(context.Context, uuid.UUID, documents.Input) (documents.Document, error)
}

func (r record) path(c *gin.Context) string { return r.root + "/" + c.Param("ref") + "/files" }

func (p *Pages) show(c *gin.Context, r record) error {
	id, err := r.find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	l, err := r.list(c.Request.Context(), id, documents.Query{Cursor: c.Query("after")})
	if models.CodeOf(err) == models.CodeConflict {
		return p.askWhy(c, r, "", nil)
	}
	if err != nil {
		return err
	}
	return p.page(c, r, l, "", "", nil, http.StatusOK)
}

// attach takes a file, or says what is wrong with it where it was chosen.
func (p *Pages) attach(c *gin.Context, r record) error {
	ctx := c.Request.Context()
	id, err := r.find(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	var up api.Uploaded
	if strings.HasPrefix(c.GetHeader("Content-Type"), "multipart/form-data") {
		up, err = api.ReadUpload(c, p.Documents.Most(), io.Discard, func(name string) bool { return name == "kind" }, func(string) {})
	}
	kind := up.Fields["kind"]
	if err == nil && up.Name == "" && len(up.Content) == 0 {
		err = models.Invalid(models.Field("file", models.FieldRequired, "Select a file"))
	}
	if err == nil {
		_, err = r.attach(ctx, id, documents.Input{Name: up.Name, Kind: models.NoteKind(kind), Content: up.Content})
	}
	if err == nil {
		render.See(c, r.path(c)+"?done=attached")
		return nil
	}
	errs, status := frame.FileFaults(err)
	if !errs.Any() {
		return p.moved(c, r, err)
	}
	l, listed := r.list(ctx, id, documents.Query{})
	if listed != nil {
		return p.moved(c, r, listed)
	}
	return p.page(c, r, l, kind, "", errs, status)
}

// openList shows to its receiver what it kept of a referral that has ended.
func (p *Pages) openList(c *gin.Context, r record) error {
	id, err := r.find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	l, err := r.list(c.Request.Context(), id, documents.Query{Reason: t.One("reason")})
	switch {
	case models.CodeOf(err) == models.CodeConflict:
		return p.askWhy(c, r, "", components.FormErrors{{Field: "reason", Message: "Say why you need to open this"}})
	case frame.IsInvalid(err):
		return p.askWhy(c, r, t.One("reason"), frame.Errors(err, nil))
	case err != nil:
		return err
	}
	return p.page(c, r, l, "", t.One("reason"), nil, http.StatusOK)
}

func (p *Pages) askWhy(c *gin.Context, r record, reason string, errs components.FormErrors) error {
	reference := strings.ToUpper(c.Param("ref"))
	meta := p.meta(c, r, "Open the documents of "+reference)
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Referral " + reference, Title: "Why do you need to open this record?",
		Lede:   "This referral has ended. Your organisation keeps what it attached. Opening it is recorded with your reason.",
		Action: r.path(c) + "/open", Button: "Open the record", Cancel: &components.Link{Text: "Cancel", Href: strings.TrimSuffix(r.path(c), "/files")},
		Fields: []templ.Component{components.TextInput(components.TextInputParams{
			Name: "reason", Label: "Reason", Value: reason, Error: errs.Of("reason"), Autocomplete: "off",
		})},
	}), errs.Any())
}

func (p *Pages) meta(c *gin.Context, r record, title string) layouts.PageMeta {
	meta := p.Frame.Meta(c, title, r.root)
	meta.Back = &components.Link{Text: "Back to the " + r.what, Href: strings.TrimSuffix(r.path(c), "/files")}
	return meta
}

// moved says that the record changed meanwhile, and leads back to it.
func (p *Pages) moved(c *gin.Context, r record, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, r, "Documents"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: strings.TrimSuffix(r.path(c), "/files")}),
	}))
}
