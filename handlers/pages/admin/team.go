package admin

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/referrals"
	"throughline/web/components"
	view "throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// team says who carries what, and lists the colleagues whose work a manager can
// give to others.
func (p *Pages) team(c *gin.Context) error {
	list, err := p.colleagues(c)
	if err != nil {
		return err
	}
	loads, err := p.referrals.Carried(c.Request.Context())
	if err != nil {
		return err
	}
	table := components.DataTable{Caption: "Who carries what", Cards: true, Empty: "Nobody here answers referrals.", Columns: []components.Column{
		{Text: "Name"}, {Text: "To decide", Right: true}, {Text: "To reach", Right: true}, {Text: "In progress", Right: true}, {Text: "On hold", Right: true}, {Text: "Late", Right: true},
	}}
	of := map[uuid.UUID]*referrals.Load{}
	for i := range loads {
		switch l := &loads[i]; {
		case l.WorkerID == nil:
			table.Rows = append(table.Rows, loadRow(components.DataCell{Text: queueName(l.Name), Sub: "A queue: nobody is named"}, l))
		case l.Gone:
			table.Rows = append(table.Rows, loadRow(components.DataCell{Text: l.Name, Sub: "Has left. Give each of these to somebody"}, l))
		default:
			of[*l.WorkerID] = l
		}
	}
	for _, one := range list {
		l := of[one.ID]
		if l == nil {
			l = &referrals.Load{}
		}
		delete(of, one.ID)
		table.Rows = append(table.Rows, loadRow(components.DataCell{Text: one.Name, Href: "/team/" + one.ID.String() + "/hand-over", Sub: one.Role.Words()}, l))
	}
	// Whoever has work and is not among those who are given any: nothing is to be
	// stranded with them.
	for i := range loads {
		if l := &loads[i]; l.WorkerID != nil && of[*l.WorkerID] == l {
			table.Rows = append(table.Rows, loadRow(components.DataCell{Text: l.Name, Sub: "Is given no more. Give each of these to somebody"}, l))
		}
	}
	v := view.PageView{
		Meta: p.frame.Meta(c, "Team", "/team"), Title: "Team", Text: "Who has what in hand. Choose whose work somebody else is to take over: for leave, illness, or when there is too much.",
		Buttons: []components.ButtonParams{{Text: "Outbox", Href: "/messages", Kind: components.Secondary}}, Parts: []view.PartView{{Table: &table}},
	}
	v.Meta.Wide = true
	return render.OK(c, view.Page(v))
}

func queueName(team string) string {
	if team == "" {
		return "Nobody yet"
	}
	return team
}

func loadRow(first components.DataCell, l *referrals.Load) []components.DataCell {
	row := []components.DataCell{first}
	for _, n := range []int{l.ToDecide, l.FirstContact, l.Working, l.OnHold, l.Late} {
		row = append(row, components.DataCell{Text: strconv.Itoa(n)})
	}
	return row
}

// colleagues are those who can have a referral in hand.
func (p *Pages) colleagues(c *gin.Context) ([]models.Person, error) {
	list, _, err := p.accounts.People(c.Request.Context(), accounts.PeopleQuery{Assignable: true, Limit: 100})
	out := make([]models.Person, len(list))
	for i, one := range list {
		out[i] = models.Person{ID: one.ID, Name: one.Name, Role: one.Role}
	}
	return out, err
}

func (p *Pages) handOverForm(c *gin.Context) error { return p.drawHandOver(c, taken{}, nil) }

func (p *Pages) drawHandOver(c *gin.Context, t taken, faults components.FormErrors) error {
	list, err := p.colleagues(c)
	if err != nil {
		return err
	}
	var from models.Person
	others := []models.Person{}
	for _, one := range list {
		if one.ID.String() == c.Param("id") {
			from = one
		} else {
			others = append(others, one)
		}
	}
	if from.ID == uuid.Nil {
		return models.NotFound("person")
	}
	v := shared.FormView{
		Meta: p.frame.Meta(c, "Hand over", "/team"), Caption: from.Name + ", " + from.Role.Words(), Title: "Hand over all referrals", Button: "Hand over",
		Lede:   "Every referral they have in hand goes over at once, each with its line of history. The referrers are told.",
		Cancel: &components.Link{Text: "Cancel", Href: "/team"}, Fields: []templ.Component{takeover("Who takes over?", others, t, faults)},
	}
	v.Meta.Errors = faults
	v.Meta.Back = &components.Link{Text: "Team", Href: "/team"}
	return render.Form(c, shared.Form(v), faults.Any())
}

func (p *Pages) handOver(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("person")
	}
	t, to := read(c)
	n, err := p.referrals.Reassign(c.Request.Context(), id, referrals.To{WorkerID: to.WorkerID, Team: to.Team})
	if frame.IsInvalid(err) {
		return p.drawHandOver(c, t, choiceFaults(err))
	}
	if err != nil {
		return err
	}
	return render.OK(c, shared.Done(shared.DoneView{
		Meta: p.frame.Meta(c, "Handed over", "/team"), Title: "Handed over", Text: models.Plural(int(n), "referral", "referrals"),
		Next: []string{"Whoever took over sees them in their inbox now.", "The referrers are told who it is."}, Links: []components.Link{{Text: "Back to the team", Href: "/team"}},
	}))
}
