package account

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	view "throughline/web/pages/account"
	"throughline/web/pages/shared"
)

// SecondFactor is where a session that waits for a second factor is led, and
// the only part of the pages it reaches.
const SecondFactor = "/sign-in/code"

// waitingRoutes are for a session that waits. They are open to anybody because
// nobody is signed in yet; each asks for the session itself.
func (p *Pages) waitingRoutes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: SecondFactor, Need: models.Public, Handle: p.code},
		{Method: http.MethodPost, Path: SecondFactor, Need: models.Public, Handle: p.giveCode},
		{Method: http.MethodPost, Path: "/sign-in/passkey/options", Need: models.Public, Handle: p.askPasskey},
		{Method: http.MethodPost, Path: "/sign-in/passkey", Need: models.Public, Handle: p.byPasskey},
		{Method: http.MethodGet, Path: "/sign-in/set-up", Need: models.Public, Handle: p.setUp},
		{Method: http.MethodGet, Path: "/sign-in/set-up/app", Need: models.Public, Handle: p.setUpApp},
		{Method: http.MethodPost, Path: "/sign-in/set-up/app", Need: models.Public, Handle: p.addFirstApp},
		{Method: http.MethodPost, Path: "/sign-in/set-up/passkey/options", Need: models.Public, Handle: p.askFirstPasskey},
		{Method: http.MethodPost, Path: "/sign-in/set-up/passkey", Need: models.Public, Handle: p.addFirstPasskey},
	}
}

// waits sends away whoever does not wait for a second factor: on, who is signed
// in; back, who is not. It reports whether the page may go on.
func (p *Pages) waits(c *gin.Context) bool {
	if accounts.Waiting(c.Request.Context()) {
		return true
	}
	if a, err := models.ActorFrom(c.Request.Context()); err == nil {
		render.See(c, onward("", a))
		return false
	}
	render.See(c, "/sign-in")
	return false
}

// toSecond is the page of the second factor, with where to go afterwards.
func toSecond(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

func nextField(next string) []shared.Hidden {
	if next == "" {
		return nil
	}
	return []shared.Hidden{{Name: "next", Value: next}}
}

// signInPasskey is the part of a page that signs in by passkey.
func signInPasskey(next string, second bool) view.PasskeyView {
	return view.PasskeyView{Action: "/sign-in/passkey", Options: "/sign-in/passkey/options", Button: "Sign in with a passkey", Second: second, Hidden: nextField(next)}
}

func (p *Pages) code(c *gin.Context) error {
	if !p.waits(c) {
		return nil
	}
	return p.showCode(c, http.StatusOK, localPath(c.Query("next")), nil)
}

func (p *Pages) showCode(c *gin.Context, status int, next string, faults components.FormErrors) error {
	have, err := p.svc.Factors(c.Request.Context())
	if err != nil {
		return err
	}
	if !have.Any() {
		render.See(c, toSecond("/sign-in/set-up", next))
		return nil
	}
	v := view.CodeView{Meta: p.frame.Meta(c, "Show that it is you", ""), App: have.Has(accounts.App), Next: next}
	v.Meta.Errors = faults
	if have.Has(accounts.Passkey) {
		passkey := signInPasskey(next, false)
		passkey.Button = "Use a passkey"
		v.Passkey = &passkey
	}
	return render.Page(c, status, view.Code(v))
}

func (p *Pages) giveCode(c *gin.Context) error {
	if !p.waits(c) {
		return nil
	}
	next := localPath(c.PostForm("next"))
	s, err := p.svc.Prove(c.Request.Context(), accounts.Proof{Code: c.PostForm("code"), Device: p.cookies.Device(c.Request)})
	if err == nil {
		return p.signedIn(c, s, next)
	}
	status, faults, err := faultsOf(c, err, "code")
	if err != nil || faults == nil {
		return p.gaveUp(c, err)
	}
	return p.showCode(c, status, next, faults)
}

// gaveUp sends somebody back to the start whose sign-in has ended.
func (p *Pages) gaveUp(c *gin.Context, err error) error {
	if err != nil {
		return err
	}
	v := view.SignInView{Said: "There were too many wrong codes, so this sign-in has ended. Start again."}
	p.cookies.ClearSession(c.Writer)
	return p.show(c, http.StatusUnauthorized, v, nil)
}

// faultsOf reads what a form about factors can do about an error: its status
// and faults; neither where the sign-in itself has ended. What no form can mend
// comes back as the error.
func faultsOf(c *gin.Context, err error, target string) (int, components.FormErrors, error) {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return 0, nil, err
	}
	switch e.Code {
	case models.CodeInvalid:
		return http.StatusUnprocessableEntity, frame.Errors(err, nil), nil
	case models.CodeConflict:
		return http.StatusConflict, components.FormErrors{{Field: target, Target: target, Message: e.Message}}, nil
	case models.CodeTooMany:
		c.Header("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())))
		return http.StatusTooManyRequests, components.FormErrors{{Field: target, Target: target, Message: e.Message}}, nil
	case models.CodeUnauthenticated:
		if len(e.Fields) > 0 {
			return http.StatusUnauthorized, frame.Errors(err, nil), nil
		}
		return http.StatusUnauthorized, nil, nil
	}
	return 0, nil, err
}

// askPasskey answers with a challenge, for whoever asks.
func (p *Pages) askPasskey(c *gin.Context) error {
	asked, err := p.svc.AskPasskey(c.Request.Context())
	return p.challenge(c, asked, err)
}

func (p *Pages) challenge(c *gin.Context, asked accounts.Asked, err error) error {
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"token": asked.Token, "options": asked.Options})
	return nil
}

// byPasskey lets in whoever signed the challenge, and finishes the sign-in of
// who waits.
func (p *Pages) byPasskey(c *gin.Context) error {
	next := localPath(c.PostForm("next"))
	s, err := p.svc.ByPasskey(c.Request.Context(), p.credentials(c), signed(c))
	if err == nil {
		return p.signedIn(c, s, next)
	}
	status, faults, err := faultsOf(c, err, "email")
	if err != nil || faults == nil {
		return err
	}
	if accounts.Waiting(c.Request.Context()) {
		faults[0].Target = "code"
		return p.showCode(c, status, next, faults)
	}
	faults[0].Target = "email"
	return p.show(c, status, view.SignInView{Next: next}, faults)
}

func signed(c *gin.Context) accounts.Signed {
	return accounts.Signed{Token: c.PostForm("challenge"), Credential: []byte(c.PostForm("credential"))}
}

// credentials is what is known of where a request comes from.
func (p *Pages) credentials(c *gin.Context) accounts.Credentials {
	from := accounts.ClientFrom(c.Request.Context())
	return accounts.Credentials{
		Kind: accounts.Page, IP: from.IP, UserAgent: from.UserAgent, Device: p.cookies.Device(c.Request), Replaces: p.cookies.Session(c.Request),
	}
}

// signedIn gives the browser its session and sends it on: first to what was
// typed and could not be taken, where there is some.
func (p *Pages) signedIn(c *gin.Context, s accounts.Started, next string) error {
	p.keep(c, s)
	kept, err := p.svc.LatestKept(models.WithActor(c.Request.Context(), s.Actor))
	if err == nil && kept != uuid.Nil {
		render.See(c, ToKept(kept))
		return nil
	}
	render.See(c, onward(next, s.Actor))
	return nil
}

// keep gives the browser the secret of a session that has begun, or that has
// another from now on.
func (p *Pages) keep(c *gin.Context, s accounts.Started) {
	p.cookies.SetSession(c.Writer, s.Token, s.Expires)
	if s.Device != "" {
		p.cookies.SetDevice(c.Writer, s.Device, time.Now())
	}
}
