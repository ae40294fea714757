package cases

import (
	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

func (p *Pages) codeWordForm(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	return p.codeWordPage(c, &contact, typed{"code_word": {contact.CodeWord}}, nil)
}

func (p *Pages) codeWordPage(c *gin.Context, contact *cases.Contact, t typed, errs components.FormErrors) error {
	path := "/cases/" + contact.Reference + "/safe-contact"
	meta := p.Frame.Meta(c, "Code word, safe contact, case "+contact.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to safe contact", Href: path}
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + contact.Reference, Title: "Code word", Lede: "A word they chose. We say it so that they know it is us.",
		Action: path + "/code-word", Button: "Save", Cancel: &components.Link{Text: "Cancel", Href: path},
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{Name: "code_word", Label: "Code word", Value: t.one("code_word"), Error: errs.Of("code_word"), Autocomplete: "off", Classes: "govuk-input--width-10"}),
			saidBy(t, "said_by", errs), confirmedOn(t, errs),
		},
	}), errs.Any())
}

func (p *Pages) codeWord(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	b := &build{at: map[string]place{}, today: models.Today(p.Now())}
	b.confirmed(t)
	var errs components.FormErrors
	for _, f := range b.faults {
		errs = append(errs, components.FormError{Field: f.field, Target: f.target, Message: f.message})
	}
	if t.one("code_word") == "" {
		errs = append(errs, components.FormError{Field: "code_word", Message: "Enter the code word"})
	}
	if !errs.Any() {
		err = p.Cases.ChangeSafeContact(c.Request.Context(), contact.CaseID, cases.ContactChange{
			Source: t.one("said_by"), SafeContact: models.SafeContact{CodeWord: t.one("code_word"), ConfirmedOn: b.in.SafeContact.ConfirmedOn},
		})
		if frame.IsInvalid(err) {
			errs = frame.Errors(err, map[string]string{"source": "said_by", "confirmed_on": "said-day"})
		}
	}
	if errs.Any() {
		return p.codeWordPage(c, &contact, t, errs)
	}
	return p.changed(c, &contact, err, "code-word")
}

// stopOf is the stop an address names; nil where it names none.
func stopOf(contact *cases.Contact, name string) (*cases.Point, error) {
	if name == "" {
		return nil, nil
	}
	for i := range contact.Points {
		if s := contact.Points[i].Stop; s != nil && s.ID.String() == name {
			return &contact.Points[i], nil
		}
	}
	return nil, models.NotFound("stop")
}

func (p *Pages) clearForm(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	point, err := stopOf(&contact, c.Query("stop"))
	if err != nil {
		return err
	}
	if point == nil {
		render.See(c, "/cases/"+contact.Reference+"/safe-contact")
		return nil
	}
	return p.clearPage(c, &contact, point, typed{}, nil)
}

func (p *Pages) clearPage(c *gin.Context, contact *cases.Contact, point *cases.Point, t typed, errs components.FormErrors) error {
	path := "/cases/" + contact.Reference + "/safe-contact"
	meta := p.Frame.Meta(c, "Clear a stop, case "+contact.Reference, "/cases")
	meta.Back = &components.Link{Text: "Back to safe contact", Href: path}
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + contact.Reference, Title: "Is " + wayWords(point.Kind) + " safe to use again?",
		Lede:   "Someone else answered on " + models.DateTimeIn(point.Stop.At, p.Now()) + ". Ask on another way that is safe before you clear this.",
		Action: path + "/clear?stop=" + point.Stop.ID.String(), Button: "Clear the stop", Warning: true, Fields: []templ.Component{saidBy(t, "said_by", errs)},
		Cancel: &components.Link{Text: "Cancel", Href: path},
	}), errs.Any())
}

func (p *Pages) clear(c *gin.Context) error {
	contact, err := p.contactOf(c)
	if err != nil {
		return err
	}
	point, err := stopOf(&contact, c.Query("stop"))
	if err != nil {
		return err
	}
	if point == nil {
		render.See(c, "/cases/"+contact.Reference+"/safe-contact")
		return nil
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	err = p.Cases.ClearStop(c.Request.Context(), contact.CaseID, point.Stop.ID, t.one("said_by"))
	if frame.IsInvalid(err) {
		return p.clearPage(c, &contact, point, t, frame.Errors(err, map[string]string{"source": "said_by"}))
	}
	return p.changed(c, &contact, err, "cleared")
}
