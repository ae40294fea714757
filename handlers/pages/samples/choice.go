package samples

import (
	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// choiceForm asks whether the victim of a case may be part of an audit.
func (p *Pages) choiceForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	o, err := p.svc.OptOut(c.Request.Context(), uuid.Nil, c.Param("ref"))
	if err != nil {
		return err
	}
	value := t.One("opted_out")
	if len(t) == 0 {
		value = map[bool]string{true: "yes", false: "no"}[o.OptedOut]
	}
	return p.form(c, "/cases", "/cases/"+o.Reference+"/sharing", shared.FormView{
		Caption: "Case " + o.Reference, Title: "Audits by the Commissioner's office", Button: "Save",
		Lede: "The Commissioner's office reads samples of referrals in copies without names, words or dates, to see how well people are served. Whoever asks is left out, with all their cases.",
		Fields: []templ.Component{components.Radios(components.RadiosParams{
			Name: "opted_out", Legend: "What does the victim want?", LegendSize: components.Small, Value: value, Error: errs.Of("opted_out"),
			Items: []components.ChoiceItem{{Value: "no", Text: "Their case may be part of a sample"}, {Value: "yes", Text: "They ask to be left out"}},
		})},
	}, errs)
}

func (p *Pages) choice(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	var out *bool
	switch t.One("opted_out") {
	case "yes", "no":
		yes := t.One("opted_out") == "yes"
		out = &yes
	}
	o, err := p.svc.SetOptOut(c.Request.Context(), uuid.Nil, c.Param("ref"), out)
	if err != nil && !frame.IsInvalid(err) && models.CodeOf(err) == models.CodeNotFound {
		return err
	}
	back := "/cases/" + c.Param("ref") + "/sharing"
	if o.Reference != "" {
		back = "/cases/" + o.Reference + "/sharing"
	}
	return p.done(c, err, back, back, t, nil, p.choiceForm)
}
