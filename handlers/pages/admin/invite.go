package admin

import (
	"slices"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/people"
	"throughline/web/components"
	view "throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// inviteForm asks whom to invite as what.
func (p *Pages) inviteForm(c *gin.Context) error {
	return p.drawInvite(c, people.NewInvitation{}, "", nil)
}

func (p *Pages) drawInvite(c *gin.Context, in people.NewInvitation, org string, faults components.FormErrors) error {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Invite somebody", peoplePath), Title: "Invite somebody", Button: "Invite", Cancel: &components.Link{Text: "Cancel", Href: peoplePath},
		Lede:  "They get a link, good once and for a day, with which they set their own name and password. Nobody else ever knows it.",
		After: "Throughline sends no email yet. The link is shown to you once: hand it over by a way you trust, and to nobody else.",
	}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "People", Href: peoplePath}
	v.Fields = append(v.Fields, components.TextInput(components.TextInputParams{
		Name: "email", Label: "Email address", Hint: "The one they sign in with", Type: "email", Value: in.Email, Error: faults.Of("email"), Autocomplete: "off", Spellcheck: "false", Autocapitalize: "none",
	}))
	if a.Role == models.RoleSystemAdmin {
		orgs, err := p.organisations(c, org, faults)
		if err != nil {
			return err
		}
		v.Fields = append(v.Fields, orgs)
		v.After = "A second system administrator reads your reason and approves. Then either of you makes the link."
	}
	v.Fields = append(v.Fields, roleRadios(a, in.Role, faults))
	domain, err := p.people.SignOnDomain(c.Request.Context())
	if err != nil {
		return err
	}
	if domain != "" || in.SSO {
		v.Lede = "They get a link, good once and for a day, with which they set their own name, and a password where they need one. Nobody else ever knows it."
		v.Fields = append(v.Fields, signingIn(domain, in.SSO, faults))
	}
	if a.Role == models.RoleSystemAdmin {
		v.Fields = append(v.Fields, components.TextArea(components.TextAreaParams{Name: "reason", Label: "Why is this role needed?", Rows: 3, Value: in.Reason, Error: faults.Of("reason")}))
	}
	return render.Form(c, shared.Form(v), faults.Any())
}

// signingIn asks how somebody is to sign in, where the organisation has a sign-in
// of its own.
func signingIn(domain string, sso bool, faults components.FormErrors) templ.Component {
	value := "no"
	if sso {
		value = "yes"
	}
	return components.Radios(components.RadiosParams{
		Name: "single_sign_on", Legend: "How will they sign in?", LegendSize: components.Small, Value: value, Error: faults.Of("single_sign_on"),
		Items: []components.ChoiceItem{
			{Value: "yes", Text: "With our organisation's own sign-in", Hint: "Their address has to end in @" + domain},
			{Value: "no", Text: "With a password of their own"},
		},
	})
}

// roleRadios lists the roles the reader may give: in their own organisation
// those that fit it, as a system administrator those that take two.
func roleRadios(a models.Actor, chosen models.Role, faults components.FormErrors) templ.Component {
	items := []components.ChoiceItem{}
	for _, r := range models.Roles() {
		fits := a.Role == models.RoleSystemAdmin && r.Crosses() || a.Role != models.RoleSystemAdmin && slices.Contains(models.Grantable(a, a.OrgKind, true), r)
		if fits {
			items = append(items, components.ChoiceItem{Value: string(r), Text: r.Words()})
		}
	}
	return components.Radios(components.RadiosParams{Name: "role", Legend: "Role", LegendSize: components.Small, Items: items, Value: string(chosen), Error: faults.Of("role")})
}

// organisations is the choice of an organisation.
func (p *Pages) organisations(c *gin.Context, chosen string, faults components.FormErrors) (templ.Component, error) {
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return nil, err
	}
	options := []components.Option{{Text: "Select one", NoValue: true}}
	for _, o := range dir.Organisations() {
		options = append(options, components.Option{Value: o.ID.String(), Text: o.Name, Selected: o.ID.String() == chosen})
	}
	return components.Select(components.SelectParams{Name: "organisation_id", Label: "Organisation", Options: options, Error: faults.Of("organisation_id")}), nil
}

func (p *Pages) invite(c *gin.Context) error {
	in := people.NewInvitation{Email: c.PostForm("email"), Role: models.Role(c.PostForm("role")), Reason: c.PostForm("reason"), SSO: c.PostForm("single_sign_on") == "yes"}
	org := c.PostForm("organisation_id")
	in.OrgID, _ = uuid.Parse(org)
	i, err := p.people.Invite(c.Request.Context(), in)
	if frame.IsInvalid(err) {
		return p.drawInvite(c, in, org, frame.Errors(err, nil))
	}
	if words, is := frame.Conflict(err); is {
		return p.drawInvite(c, in, org, components.FormErrors{{Field: "email", Target: "email", Message: words}})
	}
	if err != nil {
		return err
	}
	return p.made(c, i)
}

// made shows an invitation once with its link, or that it waits for a second
// person. It is drawn in answer to the form, so that the link stands in no
// address.
func (p *Pages) made(c *gin.Context, i people.Invitation) error {
	v := view.PageView{
		Meta: p.frame.Meta(c, "Invitation", peoplePath), Caption: i.OrgName, Title: invitationTitle(i), Parts: []view.PartView{{Rows: invitationRows(i)}},
		Buttons: []components.ButtonParams{{Text: "Invitations", Href: "/admin/invitations", Kind: components.Secondary}},
	}
	v.Meta.Back = &components.Link{Text: "People", Href: peoplePath}
	if i.Link != "" {
		v.Warning = "This link is shown once. Hand it over by a way you trust, to " + i.Email + " and nobody else. Throughline sends no email yet."
		v.Parts = append([]view.PartView{{Rows: []components.SummaryRow{{Key: "Link", Value: i.Link}}}}, v.Parts...)
	}
	return render.OK(c, view.Page(v))
}

func invitationTitle(i people.Invitation) string {
	if i.Kind == "reset" {
		return "A new password"
	}
	return "Invitation"
}

// stateWords say where an invitation stands.
func stateWords(i people.Invitation) string {
	switch i.StateNow() {
	case "asked":
		return "Waits for a second system administrator"
	case "approved":
		return "Approved. Make its link"
	case "refused":
		return "Refused"
	case "open":
		return "Open until " + models.DateTime(*i.ExpiresAt)
	case "expired":
		return "Link expired"
	case "used":
		return "Used " + models.DateTime(*i.UsedAt)
	}
	return "Taken back"
}

func invitationRows(i people.Invitation) []components.SummaryRow {
	rows := []components.SummaryRow{
		{Key: "For", Value: i.Email},
		{Key: "Role", Value: i.Role.Words()},
		{Key: "At", Value: i.OrgName},
		{Key: "Asked", Value: models.DateTime(i.InvitedAt)},
		{Key: "State", Value: stateWords(i)},
	}
	if i.SSO {
		rows = append(rows, components.SummaryRow{Key: "Signs in", Value: "With the organisation's own sign-in"})
	}
	if i.ApprovalID != uuid.Nil {
		rows = append(rows, components.SummaryRow{Key: "Approval", Value: "Takes two", Actions: []components.Link{{Text: "See", Hidden: "the approval", Href: "/approvals/" + i.ApprovalID.String()}}})
	}
	return rows
}

// invitations lists the latest ones.
func (p *Pages) invitations(c *gin.Context) error {
	list, err := p.people.Invitations(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{
		Caption: "Invitations", Cards: true, Empty: "Nobody has been invited.",
		Columns: []components.Column{{Text: "For"}, {Text: "Role"}, {Text: "What"}, {Text: "State"}},
	}
	for _, i := range list {
		table.Rows = append(table.Rows, []components.DataCell{
			{Text: i.Email, Href: "/admin/invitations/" + i.ID.String()}, {Text: i.Role.Words(), Sub: i.OrgName}, {Text: invitationTitle(i)}, {Text: stateWords(i)},
		})
	}
	v := view.PageView{
		Meta: p.frame.Meta(c, "Invitations", peoplePath), Title: "Invitations", Parts: []view.PartView{{Table: &table}},
		Buttons: []components.ButtonParams{{Text: "Invite somebody", Href: peoplePath + "/invite"}},
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "People", Href: peoplePath}
	return render.OK(c, view.Page(v))
}

func (p *Pages) invitation(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("invitation")
	}
	i, err := p.people.Invitation(c.Request.Context(), id)
	if err != nil {
		return err
	}
	path := "/admin/invitations/" + id.String()
	v := view.PageView{Meta: p.frame.Meta(c, "Invitation", peoplePath), Caption: i.OrgName, Title: invitationTitle(i), Parts: []view.PartView{{Rows: invitationRows(i)}}}
	v.Meta.Back = &components.Link{Text: "Invitations", Href: "/admin/invitations"}
	state := i.StateNow()
	if state == "approved" || state == "open" || state == "expired" {
		v.Parts = append(v.Parts, view.PartView{
			ID: "link", Title: "Link", Text: "The link before opens nothing any more once you make another.",
			Form: &view.ActView{Action: path + "/link", Button: components.ButtonParams{Text: "Make a link", Once: true}},
		})
	}
	if state != "used" && state != "ended" {
		v.Parts = append(v.Parts, view.PartView{
			ID: "end", Title: "Take it back", Text: "Its link opens nothing any more.",
			Form: &view.ActView{Action: path + "/take-back", Button: components.ButtonParams{Text: "Take back", Kind: components.Secondary, Once: true}},
		})
	}
	return render.OK(c, view.Page(v))
}

// linked runs an act that ends with a link to show once.
func (p *Pages) linked(act func(*gin.Context, uuid.UUID) (people.Invitation, error)) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := uuid.Parse(c.Param("id"))
		if err != nil {
			return models.NotFound("invitation")
		}
		i, err := act(c, id)
		if err != nil {
			return err
		}
		return p.made(c, i)
	}
}

func (p *Pages) takeBack(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("invitation")
	}
	_, err = p.people.TakeBack(c.Request.Context(), id)
	return p.onward(c, err, "/admin/invitations/"+id.String())
}
