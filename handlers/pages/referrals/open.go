package referrals

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
	view "throughline/web/pages/referrals"
	"throughline/web/pages/shared"
)

// askWhy asks a service for the reason before it opens what it kept of a
// referral that has ended.
func (p *Pages) askWhy(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	if !v.OwnRecord {
		return p.moved(c, v, notKept(v))
	}
	return p.whyForm(c, v, "", nil)
}

// notKept says why there is no record to open on a referral that can be seen.
func notKept(v referrals.View) error {
	if v.Status.Ended() && v.AcceptedAt != nil && v.Level == referrals.LevelShell {
		return models.Forbidden("A manager, or the worker this was given to, can open this record.")
	}
	return models.Conflict("Only what a service keeps of a referral that ended after it was accepted is opened with a reason.")
}

func (p *Pages) whyForm(c *gin.Context, v referrals.View, reason string, errs components.FormErrors) error {
	meta := p.Frame.Meta(c, "Open the record of "+v.Reference, "")
	meta.Back = &components.Link{Text: "Back to the referral", Href: path(v)}
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Referral " + v.Reference, Title: "Why do you need to open this record?",
		Lede:   "This referral has ended. Your organisation keeps what it wrote. Opening it is recorded with your reason.",
		Button: "Open the record", Cancel: &components.Link{Text: "Cancel", Href: path(v)},
		Fields: []templ.Component{components.TextInput(components.TextInputParams{
			Name: "reason", Label: "Reason", Hint: "For example: a complaint, a request for information, or they have come back.", Value: reason,
			Error: errs.Of("reason"), Autocomplete: "off",
		})},
	}), errs.Any())
}

// open shows to its receiver what it kept of a referral that has ended. No
// address leads to it: the reason is asked each time.
func (p *Pages) open(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	t, err := read(c)
	if err != nil {
		return err
	}
	opened, err := p.Referrals.Open(c.Request.Context(), v.ID, t.one("reason"))
	switch {
	case frame.IsInvalid(err):
		return p.whyForm(c, v, t.one("reason"), frame.Errors(err, nil))
	case err != nil:
		return p.moved(c, v, err)
	}
	page, err := p.record(c, opened)
	if err != nil {
		return err
	}
	return render.Page(c, http.StatusOK, view.Record(page))
}
