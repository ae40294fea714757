package rights

import (
	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/rights"
	"throughline/web/components"
	"throughline/web/pages/shared"

	view "throughline/web/pages/rights"
)

// holds lists what keeps records from going.
func (p *Pages) holds(c *gin.Context) error {
	list, err := p.svc.Holds(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Holds", Cards: true, Empty: "Nothing is held.",
		Columns: []components.Column{{Text: "Record"}, {Text: "Why"}, {Text: "Since"}, {Text: "Until"}, {Text: "State"}},
	}
	for i := range list {
		h := &list[i]
		state, until := components.TagParams{Text: "Held", Colour: "yellow"}, "Until it is lifted"
		if h.Until != nil {
			until = models.Date(*h.Until)
		}
		if h.LiftedAt != nil {
			state = components.TagParams{Text: "Lifted", Colour: "open"}
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: h.Reference, Href: "/retention/holds/" + h.ID.String()},
			{Text: models.ChoiceWords(models.HoldReasons(), h.Reason), Sub: h.Note},
			{Text: models.Date(h.PlacedAt)},
			{Text: until},
			{Content: components.Tag(state)},
		})
	}
	v := view.View{
		Meta: p.meta(c, "Holds"), Nav: nav("/retention/holds"), Title: "Holds", Text: "A held case is not deleted, nor anything of it at any organisation.",
		Buttons: []components.ButtonParams{{Text: "Place a hold", Href: "/retention/holds/new"}}, Parts: []view.Part{{Table: t}},
	}
	done(c, &v.Meta, map[string]string{"placed": "The hold stands.", "lifted": "The hold was lifted."})
	return page(c, v, nil)
}

func (p *Pages) holdForm(c *gin.Context) error { return p.holdPage(c, typed{}, nil) }

func (p *Pages) holdPage(c *gin.Context, t typed, errs components.FormErrors) error {
	return p.form(c, shared.FormView{
		Title: "Place a hold", Lede: "For a case of yours, or one you were sent a referral of.", Action: "/retention/holds/new", Button: "Place the hold",
		Fields: append([]templ.Component{components.TextInput(components.TextInputParams{
			Name: "reference", Label: "Reference of the case or referral", Classes: "govuk-input--width-20", Autocapitalize: "none", Spellcheck: "false", Value: t.one("reference"), Error: errs.Of("reference"),
		})}, holdFields(t, errs)...),
	}, components.Link{Text: "Holds", Href: "/retention/holds"}, errs)
}

func (p *Pages) placeHold(c *gin.Context) error {
	t, err := readForm(c)
	if err != nil {
		return err
	}
	until, errs := t.date("until", "Until when")
	if !errs.Any() {
		_, err = p.svc.PlaceHold(c.Request.Context(), rights.HoldInput{Reference: t.one("reference"), Reason: t.one("reason"), Note: t.one("note"), Until: until})
		errs, _ = faults(err, "until")
	}
	if errs.Any() {
		return p.holdPage(c, t, errs)
	}
	if err != nil {
		return err
	}
	render.See(c, "/retention/holds?done=placed")
	return nil
}

// holdOf finds the hold an address names.
func (p *Pages) holdOf(c *gin.Context) (models.Hold, error) {
	key, err := id(c)
	if err != nil {
		return models.Hold{}, err
	}
	list, err := p.svc.Holds(c.Request.Context())
	if err != nil {
		return models.Hold{}, err
	}
	for _, h := range list {
		if h.ID == key {
			return h, nil
		}
	}
	return models.Hold{ID: uuid.Nil}, models.NotFound("hold")
}

func (p *Pages) liftForm(c *gin.Context) error {
	h, err := p.holdOf(c)
	if err != nil {
		return err
	}
	return p.liftPage(c, h, typed{}, nil)
}

func (p *Pages) liftPage(c *gin.Context, h models.Hold, t typed, errs components.FormErrors) error {
	until := ""
	if h.Until != nil {
		until = models.Date(*h.Until)
	}
	v := view.View{
		Meta: p.meta(c, "Hold on "+h.Reference), Caption: "Hold", Title: h.Reference,
		Parts: []view.Part{{Rows: rowsOf("Why", models.ChoiceWords(models.HoldReasons(), h.Reason), "Note", h.Note, "Since", models.DateTime(h.PlacedAt), "Until", until, "Lifted", dateTime(h.LiftedAt), "Why it was lifted", h.LiftNote)}},
	}
	v.Meta.Back = &components.Link{Text: "Holds", Href: "/retention/holds"}
	if h.LiftedAt == nil {
		v.Parts = append(v.Parts, view.Part{ID: "lift", Title: "Lift this hold", Form: &view.Act{
			Action: "/retention/holds/" + h.ID.String(), Button: button("Lift the hold"),
			Fields: []templ.Component{components.TextArea(components.TextAreaParams{Name: "note", Label: "Why need it not be kept any longer?", Rows: 2, Value: t.one("note"), Error: errs.Of("note")})},
		}})
	}
	return page(c, v, errs)
}

func (p *Pages) lift(c *gin.Context) error {
	h, err := p.holdOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	_, err = p.svc.LiftHold(c.Request.Context(), h.ID, t.one("note"))
	if errs, is := faults(err); is {
		return p.liftPage(c, h, t, errs)
	}
	if err != nil {
		return p.moved(c, "/retention/holds/"+h.ID.String(), err)
	}
	render.See(c, "/retention/holds?done=lifted")
	return nil
}
