// Package approvals serves the pages of what takes two people: what waits for
// the reader, what they asked for, and each with its decision.
package approvals

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// Pages serves them.
type Pages struct {
	frame frame.Frame
	svc   *approvals.Service
}

// New returns the pages.
func New(f frame.Frame, svc *approvals.Service) *Pages { return &Pages{frame: f, svc: svc} }

// Routes lists them. Everybody may look: row security shows a request to whoever
// asked and to whose role decides.
func (p *Pages) Routes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: "/approvals", Need: models.SignedIn, Handle: p.list},
		{Method: http.MethodGet, Path: "/approvals/:id", Need: models.SignedIn, Handle: p.show},
		{Method: http.MethodPost, Path: "/approvals/:id/approve", Need: models.ApprovalDecide, StepUp: true, Handle: p.decide(models.DecisionApproved)},
		{Method: http.MethodPost, Path: "/approvals/:id/refuse", Need: models.ApprovalDecide, StepUp: true, Handle: p.decide(models.DecisionRefused)},
		{Method: http.MethodPost, Path: "/approvals/:id/withdraw", Need: models.SignedIn, Handle: p.decide(models.DecisionWithdrawn)},
	}
}

func (p *Pages) list(c *gin.Context) error {
	items, next, err := p.svc.List(c.Request.Context(), approvals.Query{Cursor: c.Query("cursor"), Limit: 50})
	if err != nil {
		return err
	}
	waiting, rest := table("Waiting for you", "Nothing waits for you."), table("Asked for and decided", "Nothing is on record.")
	for _, v := range items {
		t := rest
		if v.MayDecide {
			t = waiting
		}
		t.Rows = append(t.Rows, line(v))
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Approvals", "/approvals"), Title: "Approvals",
		Text:  "Some acts take two people: one asks, another decides. Nobody decides what they asked for.",
		Parts: []admin.PartView{{ID: "waiting", Title: "Waiting for you", Table: waiting}, {ID: "others", Title: "Asked for and decided", Table: rest}},
	}
	v.Meta.Wide = true
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: "/approvals?cursor=" + next, Landmark: "Pages of requests"}
	}
	return render.OK(c, admin.Page(v))
}

func table(caption, empty string) *components.DataTable {
	return &components.DataTable{
		Caption: caption, Cards: true, Empty: empty,
		Columns: []components.Column{{Text: "What"}, {Text: "Asked by"}, {Text: "Asked"}, {Text: "State"}},
	}
}

func line(v approvals.View) []components.DataCell {
	return []components.DataCell{
		{Text: v.Words, Href: "/approvals/" + v.ID.String()},
		{Text: v.RequestedByName, Sub: v.RequestedByRole.Words()},
		{Text: models.DateTime(v.RequestedAt)},
		{Content: components.Tag(tag(v.State)), Sub: until(v)},
	}
}

func tag(state string) components.TagParams {
	colours := map[string]string{"waiting": "yellow", "approved": "green", "refused": "red"}
	return components.TagParams{Text: strings.ToUpper(state[:1]) + state[1:], Colour: colours[state]}
}

func until(v approvals.View) string {
	if v.State == "waiting" {
		return "Until " + models.DateTime(v.ExpiresAt)
	}
	return ""
}

func (p *Pages) show(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	return p.draw(c, http.StatusOK, v, "", nil)
}

func (p *Pages) find(c *gin.Context) (approvals.View, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return approvals.View{}, models.NotFound("approval")
	}
	return p.svc.Get(c.Request.Context(), id)
}

func (p *Pages) draw(c *gin.Context, status int, v approvals.View, note string, faults components.FormErrors) error {
	state := tag(v.State)
	out := admin.PageView{
		Meta: p.frame.Meta(c, "Approval", "/approvals"), Caption: "Approval", Title: v.Words, State: &state,
		Parts: []admin.PartView{{Rows: rows(v)}},
	}
	out.Meta.Back = &components.Link{Text: "Approvals", Href: "/approvals"}
	out.Meta.Errors = faults
	path := "/approvals/" + v.ID.String()
	switch {
	case v.MayDecide:
		out.Parts = append(
			out.Parts,
			act("Approve", "What was asked for happens at once, in your name and theirs.", path+"/approve", components.ButtonParams{Text: "Approve", Once: true}),
			act("Refuse", "Nothing happens. Whoever asked reads your reason.", path+"/refuse", components.ButtonParams{Text: "Refuse", Kind: components.Secondary, Once: true},
				components.TextArea(components.TextAreaParams{Name: "note", Label: "Why do you refuse?", Rows: 3, Value: note, Error: faults.Of("note")})),
		)
	case v.Own && v.State == "waiting":
		out.Parts = append(out.Parts, act("Take it back", "You asked for this, so somebody else has to decide.", path+"/withdraw",
			components.ButtonParams{Text: "Take back", Kind: components.Secondary, Once: true}))
	}
	return render.Page(c, status, admin.Page(out))
}

func act(title, text, action string, button components.ButtonParams, fields ...templ.Component) admin.PartView {
	return admin.PartView{ID: strings.ToLower(strings.Fields(title)[0]), Title: title, Text: text, Form: &admin.ActView{Action: action, Button: button, Fields: fields}}
}

func rows(v approvals.View) []components.SummaryRow {
	var out []components.SummaryRow
	add := func(key, value string) {
		if value != "" {
			out = append(out, components.SummaryRow{Key: key, Value: value})
		}
	}
	for _, f := range v.Facts {
		add(f.Key, f.Value)
	}
	add("Reason", v.Reason)
	add("Asked by", v.RequestedByName+", "+v.RequestedByRole.Words())
	add("Asked", models.DateTime(v.RequestedAt))
	add("Decided by", v.DecidedByName)
	add("Decided", dateTime(v.DecidedAt))
	add("Note", v.DecidedNote)
	if v.State == "waiting" || v.State == "expired" {
		add("Waits until", models.DateTime(v.ExpiresAt))
	}
	return out
}

func dateTime(at *time.Time) string {
	if at == nil {
		return ""
	}
	return models.DateTime(*at)
}

// decide takes a decision; a refusal without a reason shows the page again.
func (p *Pages) decide(d models.Decision) route.Handler {
	return func(c *gin.Context) error {
		ctx := c.Request.Context()
		id, err := uuid.Parse(c.Param("id"))
		if err != nil {
			return models.NotFound("approval")
		}
		note := c.PostForm("note")
		switch d {
		case models.DecisionApproved:
			_, err = p.svc.Approve(ctx, id, note)
		case models.DecisionRefused:
			_, err = p.svc.Refuse(ctx, id, note)
		default:
			_, err = p.svc.Withdraw(ctx, id)
		}
		if frame.IsInvalid(err) {
			v, again := p.find(c)
			if again != nil {
				return again
			}
			return p.draw(c, http.StatusUnprocessableEntity, v, note, frame.Errors(err, nil))
		}
		if err != nil {
			return err
		}
		render.See(c, "/approvals/"+id.String())
		return nil
	}
}
