package admin

import (
	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/people"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// factorsForm asks why somebody's second factors are to go, and how whoever does
// it knows that it is them who asks.
func (p *Pages) factorsForm(c *gin.Context) error {
	d, err := p.person(c)
	if err != nil {
		return err
	}
	return p.drawFactors(c, d, people.FactorsLost{}, nil)
}

func (p *Pages) drawFactors(c *gin.Context, d people.Details, in people.FactorsLost, faults components.FormErrors) error {
	v := p.form(c, "Take away second factors", d, faults)
	v.Caption, v.Title, v.Button, v.Warning = d.Name+", "+d.Role.Words(), "Take away second factors", "Take them away", true
	v.Lede = "Their passkeys, authenticator apps and recovery codes stop working, and they are signed out everywhere. Their password stays. They are told, and set up others when they next sign in."
	v.After = "If you made a link of a new password for them this week, ask another administrator: nobody does both."
	if d.Role.Crosses() {
		v.After = "Another system administrator has to agree before anything happens."
		v.Button = "Ask for it"
	}
	radios := func(name, legend string, list []models.Choice, value string) templ.Component {
		return components.Radios(components.RadiosParams{Name: name, Legend: legend, LegendSize: components.Medium, Items: frame.Choices(list), Value: value, Error: faults.Of(name)})
	}
	v.Fields = []templ.Component{
		radios("reason", "What happened?", models.FactorReasons(), in.Reason),
		radios("checked", "How did you make sure that it is them?", models.FactorChecks(), in.Checked),
	}
	return render.Form(c, shared.Form(v), faults.Any())
}

func (p *Pages) resetFactors(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("person")
	}
	in := people.FactorsLost{Reason: c.PostForm("reason"), Checked: c.PostForm("checked")}
	out, err := p.people.ResetFactors(c.Request.Context(), id, in)
	var faults components.FormErrors
	if words, is := frame.Conflict(err); is {
		faults = components.FormErrors{{Field: "reason", Target: "reason", Message: words}}
	} else if frame.IsInvalid(err) {
		faults = frame.Errors(err, nil)
	}
	switch {
	case faults.Any():
		d, err := p.person(c)
		if err != nil {
			return err
		}
		return p.drawFactors(c, d, in, faults)
	case err == nil && out.ApprovalID != uuid.Nil:
		return p.onward(c, nil, "/approvals/"+out.ApprovalID.String())
	}
	return p.onward(c, err, peoplePath+"/"+id.String()+"?done=factors")
}
