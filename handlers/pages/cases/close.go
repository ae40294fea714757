package cases

import (
	"context"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// showClose asks why a case is closed.
func (p *Pages) showClose(c *gin.Context) error { return p.askTurn(c, typed{}, nil, false) }

// showReopen asks whether it is opened again.
func (p *Pages) showReopen(c *gin.Context) error { return p.askTurn(c, typed{}, nil, true) }

func (p *Pages) askTurn(c *gin.Context, t typed, errs components.FormErrors, reopen bool) error {
	v, err := p.Cases.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	path := "/cases/" + v.Case.Reference
	closed := v.Case.Status == models.CaseClosed
	if closed != reopen {
		words := map[bool]string{true: "This case is closed already.", false: "This case is open already."}[closed]
		return p.moved(c, "Case "+v.Case.Reference, path, models.Conflict(words))
	}
	form := shared.FormView{
		Meta: p.Frame.Meta(c, "Close case "+v.Case.Reference, "/cases"), Caption: "Case " + v.Case.Reference, Title: "Why is this case closed?", Button: "Close case",
		Lede: "Nothing more can be added to it, and it can be opened again. A hand-off in the air, a duty that lies apart or an open referral has to end first.",
	}
	if reopen {
		form.Meta = p.Frame.Meta(c, "Open case "+v.Case.Reference+" again", "/cases")
		form.Title, form.Button, form.Lede = "Open this case again?", "Open it again", "It is yours to hold as before."
		last, err := p.Cases.LastClosing(c.Request.Context(), v.Case.ID)
		if err != nil {
			return err
		}
		reason, _ := models.FindReason(models.GroupCloseCase, last.Reason)
		rows := []components.SummaryRow{{Key: "Closed", Value: models.DateTimeIn(last.At, v.At)}, {Key: "Why", Value: reason.Words}}
		if last.Note != "" {
			rows = append(rows, components.SummaryRow{Key: "Note", Value: last.Note})
		}
		form.Before = []templ.Component{components.SummaryList(components.SummaryListParams{Rows: rows, Dense: true})}
	} else {
		var reasons []models.Choice
		for _, r := range models.Reasons(models.GroupCloseCase) {
			reasons = append(reasons, models.Choice{Key: r.Code, Words: r.Words})
		}
		form.Fields = []templ.Component{
			components.Radios(components.RadiosParams{Name: "reason", Legend: "Reason", LegendSize: components.Medium, IsSmall: true, Items: frame.Choices(reasons), Value: t.one("reason"), Error: errs.Of("reason")}),
			components.TextArea(components.TextAreaParams{Name: "note", Label: "Your note (optional)", Value: t.one("note"), Error: errs.Of("note"), Rows: 3}),
		}
	}
	form.Meta.Back, form.Meta.Errors = &components.Link{Text: "Back to the case", Href: path}, errs
	form.Cancel, form.Hidden = &components.Link{Text: "Cancel", Href: path}, []shared.Hidden{{Name: "version", Value: strconv.Itoa(v.Case.Version)}}
	return render.Form(c, shared.Form(form), errs.Any())
}

func (p *Pages) closeCase(c *gin.Context) error {
	return p.turn(c, "closed", false, func(ctx context.Context, id uuid.UUID, t typed) error {
		_, err := p.Cases.Close(ctx, id, cases.Closing{Reason: t.one("reason"), Note: t.one("note")})
		return err
	})
}

func (p *Pages) reopenCase(c *gin.Context) error {
	return p.turn(c, "reopened", true, func(ctx context.Context, id uuid.UUID, _ typed) error {
		_, err := p.Cases.Reopen(ctx, id)
		return err
	})
}

func (p *Pages) turn(c *gin.Context, done string, reopen bool, do func(context.Context, uuid.UUID, typed) error) error {
	id, err := p.Cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	written, err := models.ParseReference(c.Param("ref"))
	if err != nil {
		return models.NotFound("case")
	}
	path := "/cases/" + written
	err = do(frame.Held(c, t.one("version")), id, t)
	switch {
	case err == nil:
		render.See(c, path+"?done="+done)
		return nil
	case frame.IsInvalid(err):
		return p.askTurn(c, t, frame.Errors(err, nil), reopen)
	}
	return p.moved(c, "Case", path, err)
}
