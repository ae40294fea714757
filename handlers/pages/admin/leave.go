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

// leaveForm asks who takes over before somebody's access ends.
func (p *Pages) leaveForm(c *gin.Context) error {
	d, err := p.person(c)
	if err != nil {
		return err
	}
	return p.drawLeave(c, d, taken{}, nil)
}

// taken is what was chosen about who takes over.
type taken struct{ to, team string }

func read(c *gin.Context) (taken, people.Leaving) {
	t := taken{to: c.PostForm("to"), team: c.PostForm("team")}
	if t.to == "team" {
		return t, people.Leaving{Team: t.team}
	}
	id, _ := uuid.Parse(t.to)
	return t, people.Leaving{WorkerID: id}
}

func (p *Pages) drawLeave(c *gin.Context, d people.Details, t taken, faults components.FormErrors) error {
	v := p.form(c, "End access", d, faults)
	v.Caption, v.Title, v.Button, v.Warning = d.Name+", "+d.Role.Words(), "End access", "End access", true
	v.Lede = "They are signed out everywhere at once and cannot sign in again until somebody restores their access."
	v.After = "What they have in hand goes over in the same moment, each referral with its line of history. The referrers are told."
	if d.Holds.Referrals > 0 {
		legend := "Who takes over their " + models.Plural(d.Holds.Referrals, "referral", "referrals") + "?"
		v.Fields = []templ.Component{takeover(legend, d.Colleagues, t, faults)}
	}
	return render.Form(c, shared.Form(v), faults.Any())
}

// takeover asks for a colleague or a team.
func takeover(legend string, colleagues []models.Person, t taken, faults components.FormErrors) templ.Component {
	items := []components.ChoiceItem{}
	for _, one := range colleagues {
		items = append(items, components.ChoiceItem{Value: one.ID.String(), Text: one.Name, Hint: one.Role.Words()})
	}
	items = append(items, components.ChoiceItem{Value: "team", Text: "A team's queue", Conditional: components.TextInput(components.TextInputParams{
		Name: "team", Label: "Name of the team", Value: t.team, Error: faults.Of("team"), Autocomplete: "off",
	})})
	return components.Radios(components.RadiosParams{Name: "to", Legend: legend, LegendSize: components.Medium, Items: items, Value: t.to, Error: faults.Of("to")})
}

func (p *Pages) leave(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("person")
	}
	t, to := read(c)
	_, err = p.people.Disable(frame.Held(c, c.PostForm("version")), id, to)
	if frame.IsInvalid(err) {
		d, again := p.person(c)
		if again != nil {
			return again
		}
		return p.drawLeave(c, d, t, choiceFaults(err))
	}
	return p.onward(c, err, peoplePath+"/"+id.String())
}

// choiceFaults points at the choice that is drawn for who takes over.
func choiceFaults(err error) components.FormErrors {
	out := frame.Errors(err, map[string]string{"worker_id": "to"})
	for i := range out {
		if out[i].Field == "worker_id" {
			out[i].Field = "to"
		}
	}
	return out
}

func (p *Pages) enable(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("person")
	}
	_, err = p.people.Enable(c.Request.Context(), id)
	return p.onward(c, err, peoplePath+"/"+id.String())
}
