package admin

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	accountpages "throughline/handlers/pages/account"
	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/people"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// joinForm is what a link opens: the organisation's name and nothing of the
// person, until they have set what they sign in with.
func (p *Pages) joinForm(c *gin.Context) error {
	o, err := p.people.Opened(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	if o.State != "open" {
		return p.over(c, http.StatusGone, p.people.Over(o.State))
	}
	return p.drawJoin(c, o, "", nil)
}

func (p *Pages) drawJoin(c *gin.Context, o people.Opening, name string, faults components.FormErrors) error {
	v := shared.FormView{Meta: p.frame.Meta(c, "Invitation", ""), Caption: o.OrgName, Title: "Join your colleagues", Button: "Set my password"}
	v.Meta.Errors = faults
	password := components.TextInput(components.TextInputParams{
		Name: "password", Label: "Password", Hint: "12 characters or more. Three words that do not belong together are good.", Type: "password",
		Autocomplete: "new-password", Spellcheck: "false", Autocapitalize: "none", Error: faults.Of("password"),
	})
	v.After = "Then you sign in with your email address and this password."
	if o.SSO {
		v.Button, v.After = "Join", "Then you sign in here as you do at work. You set no password."
	}
	switch o.Kind {
	case "reset":
		v.Title, v.Fields = "Set a new password", []templ.Component{password}
		v.Lede = "You are signed out everywhere. If you use a second factor, you keep it."
	case "changing":
		v.Title, v.Button, v.Fields = "Take on your new role", "Take it on", nil
		v.Lede, v.After = "You keep your name and your password.", "You are signed out, and sign in as what you are then."
	default:
		v.Fields = []templ.Component{components.TextInput(components.TextInputParams{
			Name: "name", Label: "Your name", Hint: "As colleagues know you", Autocomplete: "name", Value: name, Error: faults.Of("name"),
		})}
		if !o.SSO {
			v.Fields = append(v.Fields, password)
		}
		if code, asked := models.ConductOf(o.Conduct); asked {
			v.Fields = append(v.Fields, accountpages.Rules(code))
			v.After = "By joining you accept the code of conduct above, version " + code.Version + ". " + v.After
		}
	}
	return render.Form(c, shared.Form(v), faults.Any())
}

func (p *Pages) join(c *gin.Context) error {
	ctx, token, name := c.Request.Context(), c.Param("token"), c.PostForm("name")
	before, err := p.people.Opened(ctx, token)
	if err != nil {
		return err
	}
	err = p.people.Use(ctx, token, name, c.PostForm("password"))
	if frame.IsInvalid(err) {
		o, again := p.people.Opened(ctx, token)
		if again != nil {
			return again
		}
		return p.drawJoin(c, o, name, frame.Errors(err, nil))
	}
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code == models.CodeConflict {
		return p.over(c, http.StatusGone, e.Message)
	}
	if err != nil {
		return err
	}
	next, way := "Sign in with your email address and your password.", components.Link{Text: "Sign in", Href: "/sign-in"}
	if before.SSO {
		next, way = "Sign in with your organisation's own sign-in, as you do at work.", components.Link{Text: "Sign in with your organisation", Href: "/sign-in/organisation"}
	}
	return render.OK(c, shared.Done(shared.DoneView{
		Meta: p.frame.Meta(c, "Your account is ready", ""), Title: "Your account is ready", Next: []string{next}, Links: []components.Link{way},
	}))
}

// over says why a link cannot be used.
func (p *Pages) over(c *gin.Context, status int, words string) error {
	return render.Page(c, status, shared.Plain(shared.PlainView{Meta: p.frame.Meta(c, "This link cannot be used", ""), Title: "This link cannot be used", Paras: []string{words}}))
}
