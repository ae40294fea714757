package admin

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

const clientsPath = "/admin/clients"

// clients lists the systems of the reader's organisation.
func (p *Pages) clients(c *gin.Context) error {
	all, err := p.accounts.Machines(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{
		Caption: "Systems", Cards: true, Empty: "No system of yours is connected.",
		Columns: []components.Column{{Text: "System"}, {Text: "Works as"}, {Text: "Last used"}, {Text: "State"}},
	}
	for i := range all {
		m := &all[i]
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: m.Name, Href: clientsPath + "/" + m.ID.String()}, {Text: m.Role.Words()}, {Text: lastUsed(m.LastUsedAt)}, {Content: components.Tag(clientTag(m))},
		})
	}
	v := view.PageView{
		Meta: p.frame.Meta(c, "Systems", clientsPath), Title: "Systems",
		Text:    "Each system that works with Throughline has credentials of its own. It sees what your organisation sees, does what you allow it and nothing that takes a proof, and the trail names it.",
		Buttons: []components.ButtonParams{{Text: "Connect a system", Href: clientsPath + "/new"}, {Text: "Webhooks", Href: "/admin/webhooks", Kind: components.Secondary}},
		Parts:   []view.PartView{{Table: &table}},
	}
	v.Meta.Wide = true
	return render.OK(c, view.Page(v))
}

func lastUsed(at *time.Time) string {
	if at == nil {
		return "Never"
	}
	return models.DateTime(*at)
}

func clientTag(m *models.Machine) components.TagParams {
	if m.RevokedAt != nil {
		return components.TagParams{Text: "Revoked", Colour: "grey"}
	}
	return components.TagParams{Text: "Active", Colour: "green"}
}

// clientForm asks what a system is called and what it may do.
func (p *Pages) clientForm(c *gin.Context) error { return p.drawClient(c, frame.Typed{}, nil) }

func (p *Pages) drawClient(c *gin.Context, t frame.Typed, faults components.FormErrors) error {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	var roles, scopes []components.ChoiceItem
	offered := map[models.Permission]bool{}
	for _, r := range models.MachineRoles(a.OrgKind) {
		roles = append(roles, components.ChoiceItem{Value: string(r), Text: r.Words()})
		for _, s := range models.ScopesFor(r) {
			offered[s] = true
		}
	}
	for _, s := range models.MachineScopes() {
		if offered[s] {
			scopes = append(scopes, components.ChoiceItem{Value: string(s), Text: models.ActionWords(string(s)), Hint: string(s)})
		}
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Connect a system", clientsPath), Caption: a.OrgName, Title: "Connect a system", Button: "Make its credentials",
		Lede:   "Give each system credentials of its own, and no more than its work needs. You can revoke them at any time.",
		After:  "The secret is shown to you once. Put it where the system keeps its secrets: not in an email, not in a ticket.",
		Cancel: &components.Link{Text: "Cancel", Href: clientsPath},
	}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Systems", Href: clientsPath}
	if len(roles) == 0 {
		v.Lede, v.Button = "Nobody of your organisation works with cases, and no system does so for it.", "Systems"
		v.After = ""
	} else {
		v.Fields = []templ.Component{
			components.TextInput(components.TextInputParams{Name: "name", Label: "What is the system called?", Hint: "As colleagues know it: the trail shows this name", Value: t.One("name"), Error: faults.Of("name"), Autocomplete: "off"}),
			components.Radios(components.RadiosParams{Name: "role", Legend: "Whose work does it do?", LegendSize: components.Small, Hint: "It sees the records that they see", Items: roles, Value: t.One("role"), Error: faults.Of("role")}),
			components.Checkboxes(components.CheckboxesParams{Name: "scopes", Legend: "What may it do?", LegendSize: components.Small, Items: scopes, Values: t["scopes"], Error: faults.Of("scopes"), IsSmall: true}),
		}
	}
	return render.Form(c, shared.Form(v), faults.Any())
}

// makeClient makes the credentials, and shows them once.
func (p *Pages) makeClient(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := models.Machine{Name: t.One("name"), Role: models.Role(t.One("role"))}
	for _, s := range t["scopes"] {
		in.Scopes = append(in.Scopes, models.Permission(s))
	}
	m, err := p.accounts.MakeMachine(c.Request.Context(), in)
	if frame.IsInvalid(err) {
		return p.drawClient(c, t, frame.Errors(err, nil))
	}
	if err != nil {
		return err
	}
	return p.drawSecret(c, m)
}

// drawSecret shows a secret, in answer to the form, so that it stands in no
// address and is not met again.
func (p *Pages) drawSecret(c *gin.Context, m models.Machine) error {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	v := view.PageView{
		Meta: p.frame.Meta(c, "New secret", clientsPath), Caption: a.OrgName, Title: m.Name,
		Warning: "The secret is shown once. Put it where the system keeps its secrets, and nowhere else.",
		Parts: []view.PartView{
			{Rows: []components.SummaryRow{{Key: "Client id", Value: m.ID.String()}, {Key: "Secret", Value: m.Secret}, {Key: "Asks for a token at", Value: "/api/v1/oauth/token"}}},
		},
		Buttons: []components.ButtonParams{{Text: "Done", Href: clientsPath + "/" + m.ID.String()}},
	}
	if len(m.Secrets) > 1 && m.Secrets[1].EndsAt != nil && !m.Secrets[1].Ended {
		v.Text = "The secret before goes on until " + models.DateTime(*m.Secrets[1].EndsAt) + "."
	}
	v.Meta.Back = &components.Link{Text: "Systems", Href: clientsPath}
	return render.OK(c, view.Page(v))
}

func (p *Pages) findClient(c *gin.Context) (models.Machine, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.Machine{}, models.NotFound("client")
	}
	return p.accounts.Machine(c.Request.Context(), id)
}

// client shows one system and what can be done.
func (p *Pages) client(c *gin.Context) error {
	m, err := p.findClient(c)
	if err != nil {
		return err
	}
	path, state := clientsPath+"/"+m.ID.String(), clientTag(&m)
	may := make([]string, len(m.Scopes))
	for i, s := range m.Scopes {
		may[i] = models.ActionWords(string(s))
	}
	slices.Sort(may)
	rows := []components.SummaryRow{
		{Key: "Client id", Value: m.ID.String()},
		{Key: "Works as", Value: m.Role.Words()},
		{Key: "May", Value: strings.Join(may, ". ") + "."},
		{Key: "Made", Value: byWhom(m.MadeAt, m.MadeBy)},
		{Key: "Last used", Value: lastUsed(m.LastUsedAt)},
	}
	if m.RevokedAt != nil {
		rows = append(rows, components.SummaryRow{Key: "Revoked", Value: byWhom(*m.RevokedAt, m.RevokedBy)})
	}
	table := components.DataTable{Caption: "Secrets", Cards: true, Columns: []components.Column{{Text: "Made"}, {Text: "Last used"}, {Text: "State"}}}
	for _, s := range m.Secrets {
		words := "Opens"
		switch {
		case m.RevokedAt != nil || s.Ended:
			words = "Ended"
		case s.EndsAt != nil:
			words = "Opens until " + models.DateTime(*s.EndsAt)
		}
		table.Rows = append(table.Rows, []components.DataCell{{Text: models.DateTime(s.MadeAt)}, {Text: lastUsed(s.LastUsedAt)}, {Text: words}})
	}
	v := view.PageView{Meta: p.frame.Meta(c, "System", clientsPath), Caption: "System", Title: m.Name, State: &state, Parts: []view.PartView{{Rows: rows}, {Table: &table}}}
	v.Meta.Back = &components.Link{Text: "Systems", Href: clientsPath}
	if c.Query("done") == "revoked" {
		v.Meta.Flash = &layouts.Flash{Text: "The credentials are revoked. The system's next request is refused."}
	}
	if m.RevokedAt == nil {
		v.Parts = append(v.Parts,
			view.PartView{
				ID: "rotate", Title: "Make another secret", Text: "The one before goes on for a day, so that the system never stands still. Where it may be known to somebody, end it now.",
				Form: &view.ActView{
					Action: path + "/rotate", Button: components.ButtonParams{Text: "Make another secret", Kind: components.Secondary, Once: true},
					Fields: []templ.Component{components.Checkboxes(components.CheckboxesParams{Name: "at_once", Items: []components.ChoiceItem{{Value: "yes", Text: "End the secret before now"}}, IsSmall: true})},
				},
			},
			view.PartView{
				ID: "revoke", Title: "Revoke", Text: "Every secret and every token ends at once, for good. What the system did stays on record under its name.",
				Form: &view.ActView{Action: path + "/revoke", Button: components.ButtonParams{Text: "Revoke the credentials", Kind: components.Warning, Once: true}},
			})
	}
	return render.OK(c, view.Page(v))
}

func byWhom(at time.Time, name string) string {
	if name == "" {
		return models.DateTime(at)
	}
	return models.DateTime(at) + ", by " + name
}

func (p *Pages) rotateClient(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("client")
	}
	m, err := p.accounts.RotateMachine(c.Request.Context(), id, c.PostForm("at_once") == "yes")
	if err != nil {
		return err
	}
	return p.drawSecret(c, m)
}

func (p *Pages) revokeClient(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("client")
	}
	if _, err := p.accounts.RevokeMachine(c.Request.Context(), id); err != nil {
		return err
	}
	render.See(c, clientsPath+"/"+id.String()+"?done=revoked")
	return nil
}
