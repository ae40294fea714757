package alerts

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/alerts"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

func (p *Pages) show(c *gin.Context) error {
	a, err := p.find(c)
	if err != nil {
		return err
	}
	return p.draw(c, http.StatusOK, a, alerts.Outcome{}, nil)
}

func (p *Pages) find(c *gin.Context) (models.Alert, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.Alert{}, models.NotFound("alert")
	}
	return p.svc.Get(c.Request.Context(), id)
}

func (p *Pages) draw(c *gin.Context, status int, a models.Alert, typed alerts.Outcome, faults components.FormErrors) error {
	reader, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	state := tag(a)
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Alert", "/alerts"), Caption: "Alert", Title: a.Kind.Words(), State: &state,
		Parts: []admin.PartView{{Rows: p.rows(a)}},
	}
	v.Meta.Back = &components.Link{Text: "Alerts", Href: "/alerts"}
	v.Meta.Errors = faults
	path := "/alerts/" + a.ID.String()
	others := a.TakenBy != uuid.Nil && a.TakenBy != reader.UserID
	if a.Outcome == "" {
		look := admin.PartView{ID: "look", Title: "What to check", Text: a.Kind.Look()}
		if a.Kind == models.AlertBreakGlass || a.Kind == models.AlertUnreviewed {
			look.Links = []components.StackItem{{Link: components.Link{Text: "Emergency access to review", Href: "/break-glass"}}}
		}
		v.Parts = append(v.Parts, look)
	}
	switch {
	case a.Outcome != "":
	case others && a.Escalated == nil:
		v.Warning = a.TakenName + " is looking at this."
	default:
		if a.TakenBy != reader.UserID {
			v.Parts = append(v.Parts, admin.PartView{
				ID: "take", Title: "Take it", Text: "Your colleagues see that you look at it.",
				Form: &admin.ActView{Action: path + "/take", Button: components.ButtonParams{Text: "Take", Kind: components.Secondary, Once: true}},
			})
		}
		v.Parts = append(v.Parts, outcome(path, typed, faults))
	}
	return render.Page(c, status, admin.Page(v))
}

func outcome(path string, typed alerts.Outcome, faults components.FormErrors) admin.PartView {
	items := []components.ChoiceItem{}
	for _, o := range models.AlertOutcomes() {
		items = append(items, components.ChoiceItem{Value: o.Key, Text: o.Words})
	}
	return admin.PartView{ID: "outcome-heading", Title: "What it was", Text: "This closes the alert.", Form: &admin.ActView{
		Action: path + "/outcome", Button: components.ButtonParams{Text: "Close the alert", Once: true},
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{
				Name: "outcome", Legend: "What was it?", LegendSize: components.Small, Items: items, Value: string(typed.Outcome), Error: faults.Of("outcome"),
			}),
			components.TextArea(components.TextAreaParams{
				Name: "text", Label: "What did you find, and what did you do?", Hint: "Do not name a victim: the reference is enough", Rows: 4,
				Value: typed.Text, Error: faults.Of("text"),
			}),
		},
	}}
}

func (p *Pages) rows(a models.Alert) []components.SummaryRow {
	var out []components.SummaryRow
	add := func(key, value string) {
		if value != "" {
			out = append(out, components.SummaryRow{Key: key, Value: value})
		}
	}
	if a.AboutID != uuid.Nil {
		name := a.AboutName
		if name == "" {
			name = "Somebody of another organisation, " + a.AboutID.String()
		}
		add("Who", name)
	}
	add("Case", a.Reference)
	if a.Reference == "" && a.AboutID == uuid.Nil {
		add("Case", "Closed to you: its own people know which")
	}
	add("What stood out", said(a))
	add("First", models.DateTime(a.FirstAt))
	if !a.LastAt.Equal(a.FirstAt) {
		add("Last", models.DateTime(a.LastAt))
	}
	if a.Outcome == "" {
		add("Look at it by", models.DateTime(a.DueAt))
	}
	add("Taken by", a.TakenName)
	if a.Outcome != "" {
		add("What it was", outcomeWords(a.Outcome))
		add("Found and done", a.Text)
		add("Closed by", a.ClosedName)
		add("Closed", models.DateTime(*a.ClosedAt))
	}
	return out
}

func (p *Pages) take(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("alert")
	}
	if _, err := p.svc.Take(c.Request.Context(), id); err != nil {
		return err
	}
	render.See(c, "/alerts/"+id.String())
	return nil
}

// close ends an alert; where something is missing the page is shown again with
// what was typed.
func (p *Pages) close(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("alert")
	}
	in := alerts.Outcome{Outcome: models.AlertOutcome(c.PostForm("outcome")), Text: c.PostForm("text")}
	_, err = p.svc.Close(c.Request.Context(), id, in)
	if frame.IsInvalid(err) {
		a, again := p.find(c)
		if again != nil {
			return again
		}
		return p.draw(c, http.StatusUnprocessableEntity, a, in, frame.Errors(err, nil))
	}
	if err != nil {
		return err
	}
	render.See(c, "/alerts/"+id.String())
	return nil
}
