package admin

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/web/components"
	view "throughline/web/pages/admin"
)

// access shows who may do what, from the table the product decides by. It is no
// secret: whoever signs in may know what they and others may do.
func (p *Pages) access(c *gin.Context) error {
	role := models.Role(c.Query("role"))
	if !slices.Contains(models.Roles(), role) {
		role = models.Roles()[0]
		if a, err := models.ActorFrom(c.Request.Context()); err == nil {
			role = a.Role
		}
	}
	table := components.DataTable{
		Caption: "What a " + role.Words() + " may do", Cards: true, Empty: "Nothing.",
		Columns: []components.Column{{Text: "May"}, {Text: "To what"}, {Text: "Takes"}},
	}
	for _, g := range models.AccessOf(role) {
		takes := g.TakesWords()
		if takes == "" {
			takes = "Nothing more"
		}
		table.Rows = append(table.Rows, []components.DataCell{{Text: g.Words}, {Text: g.WhereWords()}, {Text: takes}})
	}
	v := view.PageView{
		Meta: p.frame.Meta(c, "Who may do what", "/admin/access"), Title: "Who may do what",
		Text:   "What does not stand here is refused. A record of another organisation is answered as if it were not there.",
		Filter: &components.FilterView{Action: "/admin/access", ClearHref: "/admin/access"},
		Fields: []templ.Component{roleChoice(role)},
		Parts:  []view.PartView{{ID: "role", Title: role.Words(), Text: givenBy(role), Table: &table}},
		Buttons: []components.ButtonParams{{
			Text: "Download all of it (CSV)", Href: "/admin/access.csv", Kind: components.Secondary,
		}},
	}
	v.Meta.Wide = true
	return render.OK(c, view.Page(v))
}

func roleChoice(chosen models.Role) templ.Component {
	options := []components.Option{}
	for _, r := range models.Roles() {
		options = append(options, components.Option{Value: string(r), Text: r.Words(), Selected: r == chosen})
	}
	return components.Select(components.SelectParams{Name: "role", Label: "Role", Options: options})
}

func givenBy(r models.Role) string {
	g, ok := models.GrantOf(r)
	switch {
	case !ok:
		return "Nobody gives this role."
	case r.Crosses():
		return "Two system administrators give this role: one asks, the other approves. Nobody gives it to themselves."
	}
	return "An " + g.By.Words() + " gives this role to a colleague, never to themselves."
}

// accessCSV is every cell of the table, denials too.
func accessCSV(c *gin.Context) error {
	c.Header("Content-Type", "text/csv; charset=utf-8")
	c.Header("Content-Disposition", `attachment; filename="access-table.csv"`)
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusOK)
	return models.WriteAccessCSV(c.Writer)
}
