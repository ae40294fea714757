package account

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	view "throughline/web/pages/account"
	"throughline/web/pages/shared"
)

// conductPath is where the code of conduct is read and accepted.
const conductPath = "/conduct"

// ToConduct is where somebody goes who has to accept the code of conduct, and
// back to next when they have.
func ToConduct(next string) string { return conductPath + "?next=" + url.QueryEscape(next) }

func (p *Pages) conductRoutes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: conductPath, Need: models.SignedIn, BeforeConduct: true, Handle: p.conduct},
		{Method: http.MethodPost, Path: conductPath, Need: models.SignedIn, BeforeConduct: true, Handle: p.acceptConduct},
	}
}

func (p *Pages) conduct(c *gin.Context) error {
	return p.showConduct(c, localPath(c.Query("next")), nil)
}

// showConduct shows the version in force: to accept, or when it was accepted.
func (p *Pages) showConduct(c *gin.Context, next string, faults components.FormErrors) error {
	code, err := p.svc.Conduct(c.Request.Context())
	if err != nil {
		return err
	}
	meta := p.frame.Meta(c, "Code of conduct", "")
	meta.Errors = faults
	if !code.AcceptedAt.IsZero() {
		meta.Back = &components.Link{Text: "Your account", Href: "/account"}
		return render.OK(c, shared.Plain(shared.PlainView{
			Meta: meta, Title: "Code of conduct", Paras: []string{versionWords(code) + " You accepted it on " + stamp(code.AcceptedAt) + "."},
			Body: Rules(code.Conduct),
		}))
	}
	lede := versionWords(code)
	if code.Asked {
		lede += " You see no record before you have accepted it."
	}
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Title: "Code of conduct", Lede: lede, Before: []templ.Component{Rules(code.Conduct)}, Button: "Accept and continue",
		Hidden: append(nextField(next), shared.Hidden{Name: "version", Value: code.Version}),
		Fields: []templ.Component{components.Checkboxes(components.CheckboxesParams{
			Name: "accepted", Legend: "Do you accept it?", LegendHidden: true, Error: faults.Of("accepted"),
			Items: []components.ChoiceItem{{Value: "yes", Text: "I have read it and will keep to it"}},
		})},
		After: "That you accepted it, which version and when is kept. Your administrator and your privacy officer can see that.",
	}), faults.Any())
}

// Rules draws the rules of a version.
func Rules(c models.Conduct) templ.Component {
	rules := make([]view.RuleView, len(c.Parts))
	for i, p := range c.Parts {
		rules[i] = view.RuleView{Title: p.Title, Lines: p.Lines}
	}
	return view.Rules(rules)
}

func versionWords(c accounts.Conduct) string {
	return "Version " + c.Version + ", of " + models.Day(c.From) + "."
}

// acceptConduct keeps the acceptance and leads on to where somebody was going.
func (p *Pages) acceptConduct(c *gin.Context) error {
	ctx := c.Request.Context()
	next := localPath(c.PostForm("next"))
	_, err := p.svc.AcceptConduct(ctx, c.PostForm("version"), c.PostForm("accepted") == "yes")
	if frame.IsInvalid(err) {
		return p.showConduct(c, next, frame.Errors(err, nil))
	}
	if err != nil {
		return err
	}
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	render.See(c, onward(next, a))
	return nil
}
