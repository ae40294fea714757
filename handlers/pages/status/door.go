package status

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/status"
	"throughline/web/components"
	view "throughline/web/pages/status"
)

// cookieName says nothing of what the cookie is for. With https the browser
// refuses it from any other host or unencrypted page.
func (p *Pages) cookieName() string {
	if p.Secure {
		return "__Host-s"
	}
	return "s"
}

// set gives the browser its session. It has no end of its own: the browser
// forgets it when it is closed, and the server after ten minutes.
func (p *Pages) set(c *gin.Context, value string, age int) {
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure follows the base URL: a plain local address has no TLS
		Name: p.cookieName(), Value: value, Path: "/", MaxAge: age, Secure: p.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

func (p *Pages) clear(c *gin.Context) { p.set(c, "", -1) }

// token is the browser's session, "" where there is none or more than one.
func (p *Pages) token(c *gin.Context) string {
	found := c.Request.CookiesNamed(p.cookieName())
	if len(found) != 1 {
		return ""
	}
	return found[0].Value
}

// door asks for the code and the word, the same for everybody.
func (p *Pages) door(c *gin.Context) error {
	return p.doorPage(c, "", nil)
}

func (p *Pages) doorPage(c *gin.Context, typed string, errs components.FormErrors) error {
	l := p.language(c, "en")
	v := view.DoorView{
		Meta: p.meta(c, l, p.Status.Languages()), Title: l.Say("title"), Lede: l.Say("door.lede"), Code: l.Say("door.code"), Hint: l.Say("door.code.hint"),
		Word: l.Say("door.word"), Button: l.Say("door.button"), Wait: l.Say("door.wait"), Lost: l.Say("door.lost"), Typed: typed, Action: p.to(c, doorPath),
		CodeFault: errs.Of("code"), WordFault: errs.Of("word"),
	}
	if c.Query("again") != "" && !errs.Any() {
		v.Note = l.Say("door.again")
	}
	v.Meta.Errors = errs
	return render.Form(c, view.Door(v), errs.Any())
}

// enter lets in whoever has both. What is wrong is never said.
func (p *Pages) enter(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	l := p.language(c, "en")
	var errs components.FormErrors
	for _, box := range []string{"code", "word"} {
		if t.One(box) == "" {
			errs = append(errs, components.FormError{Field: box, Message: l.Say("door.no." + box)})
		}
	}
	if errs.Any() {
		return p.doorPage(c, t.One("code"), errs)
	}
	e, err := p.Status.Enter(c.Request.Context(), status.Try{Code: t.One("code"), Word: t.One("word"), IP: accounts.ClientFrom(c.Request.Context()).IP})
	switch {
	case models.CodeOf(err) == models.CodeUnauthenticated:
		return p.doorPage(c, t.One("code"), components.FormErrors{{Field: "found", Target: "code", Message: l.Say("door.wrong")}})
	case err != nil:
		return err
	}
	p.set(c, e.Token, 0)
	render.See(c, p.to(c, updatePath))
	return nil
}

// leave ends the session and leads away. Where script runs, the page has gone
// already; where not, the browser is told to go on at once, which puts the other
// page in the place of this answer.
func (p *Pages) leave(c *gin.Context) error {
	err := p.Status.Leave(c.Request.Context(), p.token(c))
	p.clear(c)
	c.Header("Clear-Site-Data", `"cache", "storage"`)
	c.Header("Refresh", "0; url="+exitTo)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "text/html; charset=utf-8", []byte("<!DOCTYPE html><html lang=\"en-GB\"><title>Weather</title></html>\n"))
	return nil
}
