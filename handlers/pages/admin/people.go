package admin

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/people"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

const peoplePath = "/admin/people"

// list shows the people the reader manages. A search is sent as a form, so that
// no name stands in an address.
func (p *Pages) list(c *gin.Context) error {
	q := people.Query{Role: models.Role(c.Query("role")), Search: c.PostForm("search"), Limit: 50}
	if after, err := uuid.Parse(c.Query("after")); err == nil {
		q.After = after
	}
	if left := c.Query("left"); left == "yes" || left == "no" {
		yes := left == "yes"
		q.Disabled = &yes
	}
	list, more, err := p.people.List(c.Request.Context(), q)
	if err != nil {
		return err
	}
	table := components.DataTable{
		Caption: "People", Cards: true, Empty: "Nobody fits.",
		Columns: []components.Column{{Text: "Name"}, {Text: "Role"}, {Text: "Email"}, {Text: "Code of conduct"}, {Text: "Access"}},
	}
	for _, one := range list {
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: one.Name, Href: peoplePath + "/" + one.ID.String()}, {Text: one.Role.Words()}, {Text: one.Email}, {Text: accepted(one.Conduct, false)}, {Content: components.Tag(access(one))},
		})
	}
	v := view.PageView{
		Meta: p.frame.Meta(c, "People", peoplePath), Title: "People", Text: "Who works here and as what. Nobody changes their own account.",
		Buttons: []components.ButtonParams{
			{Text: "Invite somebody", Href: peoplePath + "/invite"}, {Text: "Invitations", Href: "/admin/invitations", Kind: components.Secondary},
		},
		Filter: &components.FilterView{Action: peoplePath, ClearHref: peoplePath, Open: q.Role != "" || q.Disabled != nil},
		Fields: []templ.Component{roleFilter(q.Role), leftFilter(c.Query("left"))},
		Parts:  []view.PartView{{Form: searchForm(q.Search)}, {Table: &table}},
	}
	v.Meta.Wide = true
	if more {
		next := url.Values{"after": {list[len(list)-1].ID.String()}, "role": {string(q.Role)}, "left": {c.Query("left")}}
		v.Pages = components.PaginationParams{NextHref: peoplePath + "?" + next.Encode(), Landmark: "Pages of people"}
	}
	return render.OK(c, view.Page(v))
}

// accepted says which version of the code of conduct somebody has accepted.
func accepted(c models.ConductAcceptance, when bool) string {
	switch {
	case c.Version == "":
		return "Not accepted yet"
	case when:
		return "Version " + c.Version + ", accepted on " + models.DateTime(c.At)
	}
	return "Version " + c.Version
}

func searchForm(typed string) *view.ActView {
	return &view.ActView{
		Action: peoplePath,
		Fields: []templ.Component{components.TextInput(components.TextInputParams{Name: "search", Label: "Name or email address", Value: typed, Autocomplete: "off", Spellcheck: "false"})},
		Button: components.ButtonParams{Text: "Search", Kind: components.Secondary},
	}
}

func access(p models.Person) components.TagParams {
	if p.DisabledAt != nil {
		return components.TagParams{Text: "Left", Colour: "grey"}
	}
	return components.TagParams{Text: "Active", Colour: "green"}
}

func roleFilter(chosen models.Role) templ.Component {
	options := []components.Option{{Text: "Any role", NoValue: true}}
	for _, r := range models.Roles() {
		options = append(options, components.Option{Value: string(r), Text: r.Words(), Selected: r == chosen})
	}
	return components.Select(components.SelectParams{Name: "role", Label: "Role", Options: options})
}

func leftFilter(chosen string) templ.Component {
	return components.Radios(components.RadiosParams{
		Name: "left", Legend: "Access", LegendSize: components.Small, IsSmall: true, Value: chosen,
		Items: []components.ChoiceItem{{Value: "no", Text: "Active"}, {Value: "yes", Text: "Left"}},
	})
}

// show is one person, what they have in hand, and what can be done.
func (p *Pages) show(c *gin.Context) error {
	d, err := p.person(c)
	if err != nil {
		return err
	}
	path := peoplePath + "/" + d.ID.String()
	state := access(d.Person)
	v := view.PageView{
		Meta: p.frame.Meta(c, "Person", peoplePath), Caption: d.OrgName, Title: d.Name, State: &state,
		Parts: []view.PartView{{Rows: []components.SummaryRow{
			{Key: "Role", Value: d.Role.Words()},
			{Key: "Email", Value: d.Email},
			{Key: "Since", Value: models.DateTime(d.CreatedAt)},
			{Key: "Code of conduct", Value: accepted(d.Conduct, true)},
		}}},
	}
	v.Meta.Back = &components.Link{Text: "People", Href: peoplePath}
	if d.DisabledAt != nil {
		v.Parts[0].Rows = append(v.Parts[0].Rows, components.SummaryRow{Key: "Left", Value: models.DateTime(*d.DisabledAt)})
	}
	if d.FactorsResetAt != nil {
		words := "Taken away " + models.DateTime(*d.FactorsResetAt)
		if d.FactorOwed {
			words += ". They set up others when they next sign in"
		}
		v.Parts[0].Rows = append(v.Parts[0].Rows, components.SummaryRow{Key: "Second factors", Value: words})
	}
	if c.Query("done") == "factors" {
		v.Meta.Flash = &layouts.Flash{Text: "Their second factors are taken away. They are signed out everywhere and have been told."}
	}
	v.Parts = append(v.Parts, inHand(d)...)
	a, _ := models.ActorFrom(c.Request.Context())
	v.Parts = append(v.Parts, actsOn(a, d, path)...)
	return render.OK(c, view.Page(v))
}

func inHand(d people.Details) []view.PartView {
	if d.Role.Crosses() {
		return nil
	}
	n := strconv.Itoa
	return []view.PartView{{ID: "in-hand", Title: "What they have in hand", Rows: []components.SummaryRow{
		{Key: "Referrals given to them", Value: n(d.Holds.Referrals)},
		{Key: "Open cases they logged", Value: n(d.Holds.Cases) + ". They stay with the organisation."},
		{Key: "Referrals not sent", Value: n(d.Holds.Unsent) + ". Colleagues can send them."},
		{Key: "Unfinished forms", Value: n(d.Holds.Forms) + ". Nobody else can read them; they go after 90 days."},
	}}}
}

// actsOn lists what the reader may do with somebody.
func actsOn(a models.Actor, d people.Details, path string) []view.PartView {
	if d.Own {
		return []view.PartView{{Text: "This is you. Another administrator changes your account."}}
	}
	if d.DisabledAt != nil {
		if d.Role.Crosses() {
			return []view.PartView{{Text: "To let them back in, invite them again: it takes two."}}
		}
		return []view.PartView{{
			ID: "restore", Title: "Restore access", Text: "They sign in with the password they had.",
			Form: &view.ActView{Action: path + "/enable", Button: components.ButtonParams{Text: "Restore access", Once: true}},
		}}
	}
	var links []components.StackItem
	if a.Can(models.PeopleManage) && len(d.Roles) > 0 {
		links = append(links, components.StackItem{Link: components.Link{Text: "Change role", Href: path + "/role"}, Note: "They are signed out at once."})
	}
	if !d.Role.Crosses() || a.Role == models.RoleSystemAdmin {
		links = append(links, components.StackItem{Link: components.Link{Text: "End access", Href: path + "/leave"}, Note: "They have left, or are away for long."})
	}
	if !d.Role.Crosses() || a.Role == models.RoleSystemAdmin {
		links = append(links, components.StackItem{Link: components.Link{Text: "Take away second factors", Href: path + "/factors"}, Note: "They lost their phone or key."})
	}
	parts := []view.PartView{{ID: "acts", Title: "What you can do", Links: links}}
	if !d.Role.Crosses() || a.Role == models.RoleSystemAdmin {
		parts = append(parts, view.PartView{
			ID: "reset", Title: "A new password", Text: "Makes a link, good once and for a day, with which they set a new password themselves. Nobody sees it. Their second factors stay.",
			Form: &view.ActView{Action: path + "/reset", Button: components.ButtonParams{Text: "Make a link", Kind: components.Secondary, Once: true}},
		})
	}
	return parts
}

func (p *Pages) person(c *gin.Context) (people.Details, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return people.Details{}, models.NotFound("person")
	}
	return p.people.Get(c.Request.Context(), id)
}

// roleForm asks which role somebody is to have.
func (p *Pages) roleForm(c *gin.Context) error {
	d, err := p.person(c)
	if err != nil {
		return err
	}
	return p.drawRole(c, d, "", nil)
}

func (p *Pages) drawRole(c *gin.Context, d people.Details, chosen string, faults components.FormErrors) error {
	items := []components.ChoiceItem{}
	for _, r := range d.Roles {
		items = append(items, components.ChoiceItem{Value: string(r), Text: r.Words(), Disabled: r == d.Role})
	}
	v := p.form(c, "Change role", d, faults)
	v.Caption, v.Title, v.Button, v.After = d.Name+", "+d.Role.Words(), "Which role?", "Change role", "They are signed out at once and sign in as what they are then."
	v.Fields = []templ.Component{components.Radios(components.RadiosParams{
		Name: "role", Legend: "New role", LegendHidden: true, Items: items, Value: chosen, Error: faults.Of("role"),
	})}
	return render.Form(c, shared.Form(v), faults.Any())
}

func (p *Pages) form(c *gin.Context, title string, d people.Details, faults components.FormErrors) shared.FormView {
	path := peoplePath + "/" + d.ID.String()
	v := shared.FormView{Meta: p.frame.Meta(c, title, peoplePath), Hidden: []shared.Hidden{{Name: "version", Value: strconv.Itoa(d.Version)}}, Cancel: &components.Link{Text: "Cancel", Href: path}}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Back", Href: path}
	return v
}

func (p *Pages) changeRole(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("person")
	}
	role := c.PostForm("role")
	_, err = p.people.ChangeRole(frame.Held(c, c.PostForm("version")), id, models.Role(role))
	if frame.IsInvalid(err) {
		d, again := p.person(c)
		if again != nil {
			return again
		}
		return p.drawRole(c, d, role, frame.Errors(err, nil))
	}
	return p.onward(c, err, peoplePath+"/"+id.String())
}

// onward leads on after an act, or tells what was wrong.
func (p *Pages) onward(c *gin.Context, err error, path string) error {
	if err != nil {
		return err
	}
	render.See(c, path)
	return nil
}
