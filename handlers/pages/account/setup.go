package account

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	view "throughline/web/pages/account"
)

// mustSetUp is waits for the pages of setting up: who has a factor gives it in
// place of adding another.
func (p *Pages) mustSetUp(c *gin.Context) (bool, error) {
	if !p.waits(c) {
		return false, nil
	}
	have, err := p.svc.Factors(c.Request.Context())
	if err == nil && have.Any() {
		render.See(c, SecondFactor)
		return false, nil
	}
	return err == nil, err
}

func (p *Pages) setUp(c *gin.Context) error {
	if on, err := p.mustSetUp(c); !on {
		return err
	}
	return p.showSetUp(c, http.StatusOK, localPath(c.Query("next")), nil)
}

func (p *Pages) showSetUp(c *gin.Context, status int, next string, faults components.FormErrors) error {
	v := view.SetUpView{
		Meta: p.frame.Meta(c, "Add a second way to show that it is you", ""), Next: next, AppHref: toSecond("/sign-in/set-up/app", next),
		Passkey: view.PasskeyView{
			Action: "/sign-in/set-up/passkey", Options: "/sign-in/set-up/passkey/options", New: true, Button: "Make a passkey", Hidden: nextField(next),
		},
	}
	v.Meta.Errors = faults
	return render.Page(c, status, view.SetUp(v))
}

func (p *Pages) setUpApp(c *gin.Context) error {
	if on, err := p.mustSetUp(c); !on {
		return err
	}
	return p.showApp(c, http.StatusOK, view.AppView{Action: "/sign-in/set-up/app", Next: localPath(c.Query("next"))}, nil)
}

// showApp draws the page of an authenticator app, with the key the form already
// holds or a new one.
func (p *Pages) showApp(c *gin.Context, status int, v view.AppView, faults components.FormErrors) error {
	ctx := c.Request.Context()
	offer, err := p.svc.SameOffer(ctx, v.Sealed)
	if err != nil {
		return err
	}
	code, err := qr.Encode(offer.URI, qr.M, qr.Auto)
	if err != nil {
		return models.Internal("drawing a key", err)
	}
	v.Meta = p.frame.Meta(c, "Set up an authenticator app", "")
	v.Meta.Errors = faults
	if v.Action != "/sign-in/set-up/app" {
		v.Meta.Back = &components.Link{Text: "Back", Href: "/account"}
	}
	v.Key, v.Sealed = offer.Key, offer.Sealed
	v.Side, v.QR = squares(code.Bounds().Dx(), func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return r == 0 })
	return render.Page(c, status, view.AddApp(v))
}

// squares draws a field of dark and light squares as one path, inside the margin
// of four that a camera needs.
func squares(n int, dark func(x, y int) bool) (side, path string) {
	const margin = 4
	var b strings.Builder
	for y := range n {
		for x := range n {
			if dark(x, y) {
				b.WriteString("M" + strconv.Itoa(x+margin) + " " + strconv.Itoa(y+margin) + "h1v1h-1z")
			}
		}
	}
	return strconv.Itoa(n + 2*margin), b.String()
}

func newApp(c *gin.Context) accounts.NewApp {
	return accounts.NewApp{Sealed: c.PostForm("key"), Code: c.PostForm("code"), Name: c.PostForm("name"), EndOthers: c.PostForm("end_others") == "yes"}
}

func newPasskey(c *gin.Context) accounts.NewPasskey {
	return accounts.NewPasskey{
		Token: c.PostForm("challenge"), Credential: []byte(c.PostForm("credential")), Name: c.PostForm("name"), EndOthers: c.PostForm("end_others") == "yes",
	}
}

func (p *Pages) addFirstApp(c *gin.Context) error {
	if on, err := p.mustSetUp(c); !on {
		return err
	}
	in, next := newApp(c), localPath(c.PostForm("next"))
	done, err := p.svc.AddApp(c.Request.Context(), in)
	if err == nil {
		return p.enrolled(c, done, next)
	}
	status, faults, err := faultsOf(c, err, "code")
	if err != nil || faults == nil {
		return err
	}
	return p.showApp(c, status, view.AppView{Action: "/sign-in/set-up/app", Next: next, Sealed: in.Sealed, Name: in.Name}, faults)
}

func (p *Pages) askFirstPasskey(c *gin.Context) error {
	if on, err := p.mustSetUp(c); !on {
		return err
	}
	asked, err := p.svc.AskNewPasskey(c.Request.Context())
	return p.challenge(c, asked, err)
}

func (p *Pages) addFirstPasskey(c *gin.Context) error {
	if on, err := p.mustSetUp(c); !on {
		return err
	}
	next := localPath(c.PostForm("next"))
	done, err := p.svc.AddPasskey(c.Request.Context(), newPasskey(c))
	if err == nil {
		return p.enrolled(c, done, next)
	}
	status, faults, err := faultsOf(c, err, "passkey")
	if err != nil || faults == nil {
		return err
	}
	faults[0].Target = "main-content"
	return p.showSetUp(c, status, next, faults)
}

// enrolled shows the recovery codes that came with a first factor, to somebody
// who is signed in from now on.
func (p *Pages) enrolled(c *gin.Context, e accounts.Enrolled, next string) error {
	actor, err := models.ActorFrom(c.Request.Context())
	if e.Started != nil {
		p.keep(c, *e.Started)
		actor, err = e.Started.Actor, nil
		c.Request = c.Request.WithContext(models.WithActor(c.Request.Context(), actor))
	}
	if err != nil {
		return err
	}
	if next = onward(next, actor); len(e.Codes) == 0 {
		render.See(c, next)
		return nil
	}
	return p.showCodes(c, e.Codes, next)
}

func (p *Pages) showCodes(c *gin.Context, codes []string, done string) error {
	return render.OK(c, view.Codes(view.CodesView{Meta: p.frame.Meta(c, "Keep your recovery codes", ""), Codes: codes, Done: done}))
}
