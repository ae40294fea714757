package operator

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

func (p *Pages) signOnRoutes() []route.Route {
	need := models.SystemOperate
	return []route.Route{
		{Method: http.MethodGet, Path: path + "/:id/sign-on", Need: need, StepUp: true, Handle: p.signOnForm},
		{Method: http.MethodPost, Path: path + "/:id/sign-on", Need: need, StepUp: true, Handle: p.setSignOn},
	}
}

// mapped is a mapping of roles as the form has it: a line each.
func mapped(roles map[string]models.Role) string {
	lines := make([]string, 0, len(roles))
	for _, value := range slices.Sorted(maps.Keys(roles)) {
		lines = append(lines, value+" = "+string(roles[value]))
	}
	return strings.Join(lines, "\n")
}

func readMapped(text string) map[string]models.Role {
	out := map[string]models.Role{}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		i := strings.LastIndex(line, "=")
		out[strings.TrimSpace(line[:max(i, 0)])] = models.Role(strings.TrimSpace(line[i+1:]))
	}
	return out
}

// signOnTyped is the form as it stands.
type signOnTyped struct {
	domain, issuer, clientID, claim, roles string
	only, active                           bool
}

func (p *Pages) signOnForm(c *gin.Context) error {
	s, err := p.findSignOn(c)
	if err != nil {
		return err
	}
	return p.drawSignOn(c, s, signOnTyped{s.Domain, s.Issuer, s.ClientID, s.Claim, mapped(s.Roles), s.Only, s.Active || s.Version == 0}, nil)
}

func (p *Pages) findSignOn(c *gin.Context) (accounts.SignOn, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return accounts.SignOn{}, models.NotFound("organisation")
	}
	return p.accounts.SignOnOf(c.Request.Context(), id)
}

func (p *Pages) drawSignOn(c *gin.Context, s accounts.SignOn, t signOnTyped, faults components.FormErrors) error {
	back := path + "/" + s.OrgID.String()
	text := func(name, label, hint, value string) templ.Component {
		return components.TextInput(components.TextInputParams{Name: name, Label: label, Hint: hint, Value: value, Error: faults.Of(name), Autocomplete: "off", Spellcheck: "false"})
	}
	hint := "It is sealed, and never shown again."
	if s.Version > 0 {
		hint = "Leave it empty to keep the one that is there."
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Single sign-on", path), Caption: s.OrgName, Title: "Single sign-on", Button: "Save", Cancel: &components.Link{Text: "Cancel", Href: back},
		Lede:   "Its people sign in with the organisation's own OpenID Connect provider. Tell the provider this address to send people back to: " + s.Back,
		Hidden: []shared.Hidden{{Name: "version", Value: strconv.Itoa(s.Version)}},
		Fields: []templ.Component{
			text("domain", "Domain of their email addresses", "Like ashdown.example", t.domain),
			text("issuer", "Address of the provider", "The issuer, beginning with https://", t.issuer),
			text("client_id", "Client id", "", t.clientID),
			components.TextInput(components.TextInputParams{Name: "secret", Label: "Client secret", Type: "password", Hint: hint, Error: faults.Of("secret"), Autocomplete: "off", Spellcheck: "false"}),
			text("claim", "Claim that says who is what (optional)", "Like groups", t.claim),
			components.TextArea(components.TextAreaParams{
				Name: "roles", Label: "Which value is which role (optional)", Rows: 4, Value: t.roles, Error: faults.Of("roles"), Autocomplete: "off", Spellcheck: "false",
				Hint: "A line each: advocates = provider_worker. Without a line that fits, people keep the role they have.",
			}),
			yesNo("only", "Is this the only way they sign in?", t.only, "No, passwords and passkeys work too", "Yes. API clients of the organisation cannot sign in then."),
			yesNo("active", "Is it in use?", t.active, "No", "Yes"),
		},
	}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Back", Href: back}
	return render.Form(c, shared.Form(v), faults.Any())
}

func yesNo(name, legend string, is bool, no, yes string) templ.Component {
	value := "no"
	if is {
		value = "yes"
	}
	return components.Radios(components.RadiosParams{
		Name: name, Legend: legend, LegendSize: components.Small, Value: value, Items: []components.ChoiceItem{{Value: "yes", Text: yes}, {Value: "no", Text: no}},
	})
}

func (p *Pages) setSignOn(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("organisation")
	}
	t := signOnTyped{c.PostForm("domain"), c.PostForm("issuer"), c.PostForm("client_id"), c.PostForm("claim"), c.PostForm("roles"), c.PostForm("only") == "yes", c.PostForm("active") != "no"}
	_, err = p.accounts.SetSignOn(frame.Held(c, c.PostForm("version")), id, accounts.NewSignOn{
		Domain: t.domain, Issuer: t.issuer, ClientID: t.clientID, Secret: c.PostForm("secret"), Claim: t.claim, Roles: readMapped(t.roles), Only: t.only, Active: t.active,
	})
	if faults, again := toMend(err, "domain"); again {
		s, err := p.findSignOn(c)
		if err != nil {
			return err
		}
		return p.drawSignOn(c, s, t, faults)
	}
	if err != nil {
		return err
	}
	render.See(c, path+"/"+id.String())
	return nil
}
