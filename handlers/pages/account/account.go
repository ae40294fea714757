// Package account serves signing in and signing out by page. Who may come in
// is services/accounts' to say.
package account

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"throughline/handlers/auth"
	"throughline/handlers/middleware"
	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/account"
	"throughline/web/pages/shared"
)

// Pages serves the pages of signing in and out.
type Pages struct {
	frame   frame.Frame
	svc     *accounts.Service
	cookies auth.Cookies
}

// New returns the pages.
func New(f frame.Frame, svc *accounts.Service, cookies auth.Cookies) *Pages {
	return &Pages{frame: f, svc: svc, cookies: cookies}
}

// Routes lists the pages. All are for anybody: whoever holds a session that
// has ended must still be able to leave it behind.
func (p *Pages) Routes() []route.Route {
	return slices.Concat(p.waitingRoutes(), p.ownRoutes(), p.conductRoutes(), p.signOnRoutes(), []route.Route{
		{Method: http.MethodGet, Path: "/sign-in", Need: models.Public, Handle: p.form},
		{Method: http.MethodPost, Path: "/sign-in", Need: models.Public, Handle: p.signIn},
		{Method: http.MethodPost, Path: "/sign-out", Need: models.Public, Handle: p.signOut},
		{Method: http.MethodGet, Path: "/signed-out", Need: models.Public, Handle: p.signedOut},
	})
}

// form shows the page, with why somebody was signed out where they were. It is
// said once: the cookie of the ended session goes with the answer. Who is
// signed in is sent on.
func (p *Pages) form(c *gin.Context) error {
	next := localPath(c.Query("next"))
	if a, err := models.ActorFrom(c.Request.Context()); err == nil {
		render.See(c, onward(next, a))
		return nil
	}
	if accounts.Waiting(c.Request.Context()) {
		render.See(c, toSecond(SecondFactor, next))
		return nil
	}
	v := view.SignInView{Next: next}
	if s, ok := middleware.SessionOf(c); ok {
		v.Said = ended(s)
		p.cookies.ClearSession(c.Writer)
	}
	return p.show(c, http.StatusOK, v, nil)
}

func (p *Pages) show(c *gin.Context, status int, v view.SignInView, faults components.FormErrors) error {
	v.Meta = p.frame.Meta(c, "Sign in", "")
	v.Meta.Errors = faults
	v.Passkey = signInPasskey(v.Next, true)
	return render.Page(c, status, view.SignIn(v))
}

// signIn opens a session and gives the browser its cookie: always a new one.
// What cannot be let in sees the form again with the address as it was typed.
func (p *Pages) signIn(c *gin.Context) error {
	v := view.SignInView{Email: c.PostForm("email"), Next: localPath(c.PostForm("next"))}
	in := p.credentials(c)
	in.Email, in.Password = v.Email, c.PostForm("password")
	s, err := p.svc.SignIn(c.Request.Context(), in)
	if err != nil {
		return p.refused(c, v, err)
	}
	if s.Pending {
		p.keep(c, s)
		render.See(c, toSecond(SecondFactor, v.Next))
		return nil
	}
	return p.signedIn(c, s, v.Next)
}

func (p *Pages) refused(c *gin.Context, v view.SignInView, err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return err
	}
	status := http.StatusUnauthorized
	switch e.Code {
	case models.CodeInvalid:
		return p.show(c, http.StatusUnprocessableEntity, v, frame.Errors(err, nil))
	case models.CodeUnauthenticated:
	case models.CodeTooMany:
		status = http.StatusTooManyRequests
		c.Header("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())))
	default:
		return err
	}
	return p.show(c, status, v, components.FormErrors{{Field: "email", Target: "email", Message: e.Message}})
}

// signOut ends the session, takes the cookie away, and tells the browser to
// forget what it kept: on a shared computer the next person presses Back. The
// mark of the device stays, it opens nothing.
func (p *Pages) signOut(c *gin.Context) error {
	ctx := c.Request.Context()
	var away accounts.Away
	if _, err := models.ActorFrom(ctx); err == nil {
		if away, err = p.svc.OutThere(ctx); err != nil && models.CodeOf(err) != models.CodeUnauthenticated {
			return err
		}
		if err := p.svc.SignOut(ctx); err != nil && models.CodeOf(err) != models.CodeUnauthenticated {
			return err
		}
	}
	p.cookies.ClearSession(c.Writer)
	c.Header("Clear-Site-Data", `"cache", "storage"`)
	if away.URL != "" {
		return p.signOutThere(c, away)
	}
	render.See(c, "/signed-out")
	return nil
}

// signOutThere offers who came from their organisation's own sign-in to sign out
// there too. It is theirs to do: it may end what they have open elsewhere.
func (p *Pages) signOutThere(c *gin.Context, away accounts.Away) error {
	const title = "You have signed out"
	return render.OK(c, shared.Plain(shared.PlainView{
		Meta: layouts.PageMeta{Title: title, Training: p.frame.Training, Home: "/"}, Title: title, Paras: []string{
			"Your answers are saved.",
			"You are still signed in at " + away.Host + ". If others use this computer, sign out there too: otherwise the next person can come in as you.",
		},
		Body: components.Button(components.ButtonParams{Text: "Sign out at " + away.Host, Href: away.URL}),
	}))
}

func (p *Pages) signedOut(c *gin.Context) error {
	if a, err := models.ActorFrom(c.Request.Context()); err == nil {
		render.See(c, frame.Landing(a))
		return nil
	}
	v := view.SignedOutView{Title: "You have signed out", Text: "Your answers are saved."}
	if s, ok := middleware.SessionOf(c); ok && s.Ended != "" {
		v.Title, v.Text = "You were signed out", ended(s)
		p.cookies.ClearSession(c.Writer)
	}
	v.Meta = p.frame.Meta(c, v.Title, "")
	return render.OK(c, view.SignedOut(v))
}

// ended says why a session is over (ux.md 3.2), where its holder can do
// something with it.
func ended(s accounts.Session) string {
	switch s.Ended {
	case "idle":
		return fmt.Sprintf("You were signed out after %d minutes. Your answers are saved.", s.IdleMinutes)
	case "expired":
		return "You were signed out after 12 hours. Your answers are saved."
	case "signed_out", "replaced", "unknown", "":
		return ""
	case "password_changed":
		return "You were signed out because your password was changed."
	}
	return "You were signed out. If you cannot sign in again, ask the person who manages accounts at your organisation."
}
