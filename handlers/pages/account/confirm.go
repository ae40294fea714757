package account

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	view "throughline/web/pages/account"
)

// ToConfirm is where somebody goes who has to prove who they are, and back to
// next when they have.
func ToConfirm(next string) string { return "/account/confirm?next=" + url.QueryEscape(next) }

// ToKept is the page of a form that was kept.
func ToKept(id uuid.UUID) string { return "/account/kept?form=" + id.String() }

func (p *Pages) confirm(c *gin.Context) error {
	return p.showConfirm(c, http.StatusOK, localPath(c.Query("next")), nil)
}

func (p *Pages) showConfirm(c *gin.Context, status int, next string, faults components.FormErrors) error {
	have, err := p.svc.Factors(c.Request.Context())
	if err != nil {
		return err
	}
	v := view.ConfirmView{Meta: p.frame.Meta(c, "Confirm that it is you", ""), Next: next, Password: !have.Any(), App: have.Has(accounts.App)}
	if have.Has(accounts.Passkey) {
		v.Passkey = &view.PasskeyView{Action: "/account/confirm/passkey", Options: "/sign-in/passkey/options", Button: "Use a passkey", Hidden: nextField(next)}
	}
	if v.Organisation, err = p.svc.CanConfirmBySignOn(c.Request.Context()); err != nil {
		return err
	}
	v.Meta.Errors = faults
	return render.Page(c, status, view.Confirm(v))
}

func (p *Pages) prove(c *gin.Context) error {
	s, err := p.svc.Prove(c.Request.Context(), accounts.Proof{Code: c.PostForm("code"), Password: c.PostForm("password"), Device: p.cookies.Device(c.Request)})
	return p.proved(c, s, err, "")
}

func (p *Pages) provePasskey(c *gin.Context) error {
	s, err := p.svc.ByPasskey(c.Request.Context(), p.credentials(c), signed(c))
	return p.proved(c, s, err, "code")
}

// proved gives the browser the session's new secret and goes back to the act.
func (p *Pages) proved(c *gin.Context, s accounts.Started, err error, target string) error {
	next := localPath(c.PostForm("next"))
	if err == nil {
		p.keep(c, s)
		if next == "" {
			next = "/account"
		}
		render.See(c, next)
		return nil
	}
	if target == "" {
		target = "password"
		if have, err := p.svc.Factors(c.Request.Context()); err == nil && have.Any() {
			target = "code"
		}
	}
	status, faults, err := faultsOf(c, err, target)
	if err != nil || faults == nil {
		return unmended(err)
	}
	for i := range faults {
		faults[i].Target = target
	}
	return p.showConfirm(c, status, next, faults)
}

// kept offers a form that could not be taken when it was sent: the one the
// address names, or the last.
func (p *Pages) kept(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := uuid.Parse(c.Query("form"))
	if err != nil {
		if id, err = p.svc.LatestKept(ctx); err != nil {
			return err
		}
	}
	k, err := p.svc.KeptForm(ctx, id)
	if err != nil {
		return err
	}
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	v := view.KeptView{
		Title: "What you typed is here", ID: k.ID.String(), Skip: onward("", a),
		Text:   "You sent a form on " + stamp(k.At) + ", and it was not taken because you were signed out or had to confirm that it was you. Nothing was done with it. You can go on from there.",
		Button: "Go on with what you typed", Leave: "Throw it away",
	}
	if len(k.Form) == 0 {
		v.Title, v.Button, v.Leave = "Go on where you were?", "Go on", "Leave it"
		v.Text = "You pressed a button on " + stamp(k.At) + ", and we asked you first to confirm that it was you. Nothing was done yet."
	}
	v.Meta = p.frame.Meta(c, v.Title, "")
	for name, values := range k.Form {
		for _, value := range values {
			v.Fields = append(v.Fields, [2]string{name, value})
		}
	}
	slices.SortStableFunc(v.Fields, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return render.OK(c, view.KeptForm(v))
}

// stay moves the idle time of the session on, which reading its cookie did.
func (p *Pages) stay(c *gin.Context) error {
	c.Status(http.StatusNoContent)
	return nil
}

// putAside keeps a form whose writer is about to be signed out for want of use.
// The address it was for has to be one of ours.
func (p *Pages) putAside(c *gin.Context) error {
	if err := c.Request.ParseForm(); err != nil {
		return models.Malformed("What was sent could not be read.")
	}
	form := c.Request.PostForm
	path := localPath(form.Get("kept_path"))
	if path == "" || strings.HasPrefix(path, "/account") {
		return models.Invalid(models.Field("kept_path", models.FieldInvalid, "Send the address of a page"))
	}
	form.Del("kept_path")
	if _, err := p.svc.Keep(c.Request.Context(), accounts.Session{}, path, form); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// sendKept sends the form again, as it stands on the page before, to where it
// was going: the place that was noted when it was put aside.
func (p *Pages) sendKept(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := uuid.Parse(c.PostForm("kept_form"))
	if err != nil {
		return models.NotFound("kept form")
	}
	k, err := p.svc.KeptForm(ctx, id)
	if err != nil {
		return err
	}
	if err := p.svc.DropKept(ctx, id); err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	c.Redirect(http.StatusTemporaryRedirect, k.Path)
	return nil
}

func (p *Pages) dropKept(c *gin.Context) error {
	ctx := c.Request.Context()
	if err := p.svc.DropKept(ctx, uuid.Nil); err != nil {
		return err
	}
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	render.See(c, onward(localPath(c.PostForm("next")), a))
	return nil
}
