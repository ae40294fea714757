package account

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// signOnPath asks whose organisation's sign-in to go to.
const signOnPath = "/sign-in/organisation"

// signOnRoutes are for who signs in with their organisation's own sign-in.
func (p *Pages) signOnRoutes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: signOnPath, Need: models.Public, Handle: p.signOnForm},
		{Method: http.MethodPost, Path: signOnPath, Need: models.Public, Handle: p.beginSignOn},
		{Method: http.MethodGet, Path: signOnPath + "/back", Need: models.Public, Handle: p.finishSignOn},
		{Method: http.MethodPost, Path: "/account/confirm/organisation", Need: models.SignedIn, Handle: p.confirmSignOn},
	}
}

func (p *Pages) signOnForm(c *gin.Context) error {
	next := localPath(c.Query("next"))
	if a, err := models.ActorFrom(c.Request.Context()); err == nil {
		render.See(c, onward(next, a))
		return nil
	}
	return p.drawSignOn(c, http.StatusOK, "", next, nil)
}

func (p *Pages) drawSignOn(c *gin.Context, status int, email, next string, faults components.FormErrors) error {
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Sign in with your organisation", ""), Title: "Sign in with your organisation", Action: signOnPath, Button: "Continue", Hidden: nextField(next),
		Lede: "Some organisations let their people sign in here as they do at work. You are led there and back.",
		Fields: []templ.Component{components.TextInput(components.TextInputParams{
			Name: "email", Label: "Your email address for work", Type: "email", Autocomplete: "username", Spellcheck: "false", Autocapitalize: "none", Value: email, Error: faults.Of("email"),
		})},
		Cancel: &components.Link{Text: "Sign in another way", Href: toSecond("/sign-in", next)},
	}
	v.Meta.Errors = faults
	return render.Page(c, status, shared.Form(v))
}

// beginSignOn shows the way there as a link: it leads away from here, so people
// see where, and no form of ours is sent on to another site.
func (p *Pages) beginSignOn(c *gin.Context) error {
	email, next := c.PostForm("email"), localPath(c.PostForm("next"))
	away, err := p.svc.BeginSignOn(c.Request.Context(), email, next)
	if err != nil {
		return p.signOnFailed(c, email, next, err)
	}
	return p.leave(c, away, toSecond("/sign-in", next))
}

func (p *Pages) leave(c *gin.Context, away accounts.Away, back string) error {
	p.cookies.SetAway(c.Writer, away.Mark)
	const title = "Go to your organisation's sign-in"
	meta := p.frame.Meta(c, title, "")
	meta.Back = &components.Link{Text: "Back", Href: back}
	return render.OK(c, shared.Plain(shared.PlainView{
		Meta: meta, Title: title, Paras: []string{"You sign in at " + away.Host + " and come back here. It has to be done within ten minutes."},
		Body: components.Button(components.ButtonParams{Text: "Continue to " + away.Host, Href: away.URL}),
	}))
}

// signOnFailed shows the form again with why nobody was let in.
func (p *Pages) signOnFailed(c *gin.Context, email, next string, err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	status := http.StatusUnprocessableEntity
	switch e.Code {
	case models.CodeUnauthenticated:
		status = http.StatusUnauthorized
	case models.CodeUnavailable:
		status = http.StatusServiceUnavailable
		c.Header("Retry-After", "60")
	case models.CodeInvalid:
	default:
		return err
	}
	return p.drawSignOn(c, status, email, next, frame.Errors(err, nil))
}

// finishSignOn is where the provider sends people back to. What it says is in
// the address, is used once, and is gone from it with the answer.
func (p *Pages) finishSignOn(c *gin.Context) error {
	r := accounts.Returned{State: c.Query("state"), Code: c.Query("code"), Issuer: c.Query("iss"), Failed: c.Query("error") != "", Mark: p.cookies.Away(c.Request)}
	p.cookies.ClearAway(c.Writer)
	s, next, err := p.svc.FinishSignOn(c.Request.Context(), p.credentials(c), r)
	if err != nil {
		return p.signOnFailed(c, "", next, err)
	}
	if _, err := models.ActorFrom(c.Request.Context()); err == nil {
		p.keep(c, s)
		if next == "" {
			next = "/account"
		}
		render.See(c, next)
		return nil
	}
	return p.signedIn(c, s, next)
}

// confirmSignOn leads who is signed in there to prove who they are.
func (p *Pages) confirmSignOn(c *gin.Context) error {
	next := localPath(c.PostForm("next"))
	away, err := p.svc.ConfirmSignOn(c.Request.Context(), next)
	if err != nil {
		if e, ok := errors.AsType[*models.Error](err); ok && e.Code == models.CodeUnavailable && len(e.Fields) > 0 {
			return p.showConfirm(c, http.StatusServiceUnavailable, next, components.FormErrors{{Field: "password", Message: e.Message}})
		}
		return err
	}
	return p.leave(c, away, ToConfirm(next))
}
