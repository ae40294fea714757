package documents

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/documents"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// idOf is the document of an address: what cannot be one is not there.
func idOf(c *gin.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil || len(c.Param("id")) != 36 {
		return uuid.Nil, models.NotFound("document")
	}
	return id, nil
}

func (p *Pages) download(c *gin.Context) error {
	return p.hand(c, "")
}

// downloadKept hands out a document of a referral that has ended.
func (p *Pages) downloadKept(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	return p.hand(c, t.One("reason"))
}

func (p *Pages) hand(c *gin.Context, reason string) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	d, err := p.Documents.Open(c.Request.Context(), id, reason)
	if words, conflict := frame.Conflict(err); conflict {
		return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
			Meta: p.Frame.Meta(c, "This file cannot be opened", ""), Title: "This file cannot be opened", Paras: []string{words},
		}))
	}
	if err != nil {
		return err
	}
	return render.Attachment(c, d.Name, d.Content)
}

func (p *Pages) withdrawForm(c *gin.Context) error {
	return p.withdrawPage(c, "", nil)
}

func (p *Pages) withdrawPage(c *gin.Context, reason string, errs components.FormErrors) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	d, back, err := p.Documents.Find(c.Request.Context(), id)
	if err != nil {
		return err
	}
	if !d.Removable {
		return p.cannot(c, models.Conflict("This document was withdrawn before, or another organisation attached it."), back)
	}
	meta := p.Frame.Meta(c, "Withdraw a document", "")
	meta.Back = &components.Link{Text: "Back to the documents", Href: back + "/files"}
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Title: "Withdraw this document?", Lede: d.Name,
		Fields: []templ.Component{components.TextArea(components.TextAreaParams{
			Name: "reason", Label: "Why is it withdrawn?", Hint: "Everybody who could read it reads this.", Value: reason, Error: errs.Of("reason"), Rows: 3,
		})},
		Button: "Withdraw document", Warning: true, After: "Its content is removed for good. That it was here, and why it went, stays.",
		Cancel: &components.Link{Text: "Cancel", Href: back + "/files"},
	}), errs.Any())
}

func (p *Pages) withdraw(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	var d documents.Document
	d, err = p.Documents.Withdraw(c.Request.Context(), id, t.One("reason"))
	switch {
	case frame.IsInvalid(err):
		return p.withdrawPage(c, t.One("reason"), frame.Errors(err, nil))
	case models.CodeOf(err) == models.CodeConflict:
		return p.cannot(c, err, "")
	case err != nil:
		return err
	}
	_, back, err := p.Documents.Find(c.Request.Context(), d.ID)
	if err != nil {
		return err
	}
	render.See(c, back+"/files?done=withdrawn")
	return nil
}

func (p *Pages) cannot(c *gin.Context, err error, back string) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	v := shared.PlainView{Meta: p.Frame.Meta(c, "This has changed", ""), Title: "This has changed", Paras: []string{words}}
	if back != "" {
		v.Body = components.Button(components.ButtonParams{Text: "See the documents", Href: back + "/files"})
	}
	return render.Page(c, http.StatusConflict, shared.Plain(v))
}
