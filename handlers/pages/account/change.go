package account

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/account"
)

// meta starts a page below one's own account.
func (p *Pages) meta(c *gin.Context, title string) layouts.PageMeta {
	m := p.frame.Meta(c, title, "")
	m.Back = &components.Link{Text: "Your account", Href: "/account"}
	return m
}

func (p *Pages) password(c *gin.Context) error {
	return render.OK(c, view.Password(view.PasswordView{Meta: p.meta(c, "Change your password")}))
}

func (p *Pages) changePassword(c *gin.Context) error {
	s, err := p.svc.ChangePassword(c.Request.Context(), accounts.NewPassword{
		Current: c.PostForm("current_password"), New: c.PostForm("new_password"), Device: p.cookies.Device(c.Request),
	})
	if err == nil {
		p.keep(c, s)
		render.See(c, "/account")
		return nil
	}
	status, faults, err := faultsOf(c, err, "current_password")
	if err != nil || faults == nil {
		return unmended(err)
	}
	v := view.PasswordView{Meta: p.meta(c, "Change your password")}
	v.Meta.Errors = faults
	return render.Page(c, status, view.Password(v))
}

// unmended is the error of what no form can mend: the session has ended.
func unmended(err error) error {
	if err == nil {
		return models.Unauthenticated()
	}
	return err
}

func (p *Pages) newApp(c *gin.Context) error {
	return p.showApp(c, http.StatusOK, view.AppView{Action: "/account/apps/new", EndsOut: true}, nil)
}

func (p *Pages) addApp(c *gin.Context) error {
	in := newApp(c)
	done, err := p.svc.AddApp(c.Request.Context(), in)
	if err == nil {
		return p.enrolled(c, done, "/account")
	}
	status, faults, err := faultsOf(c, err, "code")
	if err != nil || faults == nil {
		return unmended(err)
	}
	return p.showApp(c, status, view.AppView{Action: "/account/apps/new", EndsOut: true, Sealed: in.Sealed, Name: in.Name}, faults)
}

func (p *Pages) newPasskey(c *gin.Context) error { return p.showPasskey(c, http.StatusOK, nil) }

func (p *Pages) showPasskey(c *gin.Context, status int, faults components.FormErrors) error {
	v := view.NewPasskeyView{Meta: p.meta(c, "Add a passkey"), Passkey: view.PasskeyView{
		Action: "/account/passkeys/new", Options: "/account/passkeys/new/options", New: true, Button: "Make a passkey", Name: true, Ends: true, Error: faults.Of("name"),
	}}
	for i := range faults {
		faults[i].Target = "passkey-name"
	}
	v.Meta.Errors = faults
	return render.Page(c, status, view.NewPasskey(v))
}

func (p *Pages) askNewPasskey(c *gin.Context) error {
	asked, err := p.svc.AskNewPasskey(c.Request.Context())
	return p.challenge(c, asked, err)
}

func (p *Pages) addPasskey(c *gin.Context) error {
	done, err := p.svc.AddPasskey(c.Request.Context(), newPasskey(c))
	if err == nil {
		return p.enrolled(c, done, "/account")
	}
	status, faults, err := faultsOf(c, err, "passkey")
	if err != nil || faults == nil {
		return unmended(err)
	}
	return p.showPasskey(c, status, faults)
}

// factor is the actor's factor that the address names.
func (p *Pages) factor(c *gin.Context) (accounts.Factor, error) {
	have, err := p.svc.Factors(c.Request.Context())
	if err != nil {
		return accounts.Factor{}, err
	}
	id, err := uuid.Parse(c.Param("id"))
	for _, f := range have.List {
		if err == nil && f.ID == id {
			return f, nil
		}
	}
	return accounts.Factor{}, models.NotFound("factor")
}

func (p *Pages) sureRemove(c *gin.Context) error { return p.showRemove(c, http.StatusOK, "") }

func (p *Pages) showRemove(c *gin.Context, status int, fault string) error {
	f, err := p.factor(c)
	if err != nil {
		return err
	}
	v := view.SureView{
		Meta: p.meta(c, "Remove a way to sign in"), Title: "Remove " + f.Name, Action: "/account/factors/" + f.ID.String() + "/remove", Button: "Remove", Warning: true,
		Text: "It stops working at once. If you still have the device, delete it there too.",
	}
	if fault != "" {
		v.Meta.Errors = components.FormErrors{{Field: "end_others", Target: "end-others", Message: fault}}
	}
	return render.Page(c, status, view.Sure(v))
}

func (p *Pages) remove(c *gin.Context) error {
	f, err := p.factor(c)
	if err == nil {
		err = p.svc.RemoveFactor(c.Request.Context(), f.ID, c.PostForm("end_others") == "yes")
	}
	if words, ok := frame.Conflict(err); ok {
		return p.showRemove(c, http.StatusConflict, words)
	}
	if err != nil {
		return err
	}
	render.See(c, "/account#factors")
	return nil
}

func (p *Pages) sureCodes(c *gin.Context) error { return p.showSureCodes(c, http.StatusOK, "") }

func (p *Pages) showSureCodes(c *gin.Context, status int, fault string) error {
	v := view.SureView{
		Meta: p.meta(c, "Make new recovery codes"), Title: "Make new recovery codes", Action: "/account/codes", Button: "Make new codes",
		Text: "You get ten codes. Every code you were given before stops working.",
	}
	if fault != "" {
		v.Meta.Errors = components.FormErrors{{Field: "end_others", Target: "end-others", Message: fault}}
	}
	return render.Page(c, status, view.Sure(v))
}

func (p *Pages) makeCodes(c *gin.Context) error {
	codes, err := p.svc.NewRecoveryCodes(c.Request.Context(), c.PostForm("end_others") == "yes")
	if words, ok := frame.Conflict(err); ok {
		return p.showSureCodes(c, http.StatusConflict, words)
	}
	if err != nil {
		return err
	}
	return p.showCodes(c, codes, "/account")
}
