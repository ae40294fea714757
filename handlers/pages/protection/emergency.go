package protection

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/protection"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

func (p *Pages) emergencyForm(c *gin.Context) error { return p.askEmergency(c, nil) }

func (p *Pages) askEmergency(c *gin.Context, errs components.FormErrors) error {
	meta := p.frame.Meta(c, "Emergency access", "/find")
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Title: "Open a restricted case in an emergency", Action: "/emergency", Button: "Open the case", Warning: true, Cancel: &components.Link{Text: "Cancel", Href: "/find"},
		Lede: "You can read one case of your organisation for 15 minutes, and nothing else. Your privacy officer is told now, and somebody looks at it within two working days.",
		Fields: []templ.Component{
			components.TextInput(components.TextInputParams{
				Name: "reference", Label: "Case reference", Hint: "The whole of it, like C-7K3F-9Q2M-P", Value: c.PostForm("reference"), Error: errs.Of("reference"), Autocomplete: "off",
				Classes: "govuk-input--width-10",
			}),
			components.Radios(components.RadiosParams{Name: "reason", Legend: "Why?", LegendSize: components.Medium, Value: c.PostForm("reason"), Error: errs.Of("reason"), Items: reasons(models.GroupEmergency)}),
			note(c, errs, "What is happening, and what do you have to know?"),
		},
	}), errs.Any())
}

func (p *Pages) openEmergency(c *gin.Context) error {
	if err := c.Request.ParseForm(); err != nil || !clean(c) {
		return models.Malformed("We could not read the form. Go back and send it again.")
	}
	e, err := p.svc.OpenInEmergency(c.Request.Context(), protection.EmergencyInput{Reference: c.PostForm("reference"), Reason: c.PostForm("reason"), Note: c.PostForm("note")})
	if frame.IsInvalid(err) {
		return p.askEmergency(c, frame.Errors(err, nil))
	}
	if words, moved := frame.Conflict(err); moved {
		return p.askEmergency(c, components.FormErrors{{Field: "reference", Message: words}})
	}
	if err != nil {
		return err
	}
	render.See(c, "/cases/"+e.Reference)
	return nil
}

// breakGlass leads whoever may open a case in an emergency to the form, and
// whoever looks at such accesses afterwards to their list (ux.md 3.1); it has
// nothing for anybody else, who lands on their own first page.
func (p *Pages) breakGlass(c *gin.Context) error {
	actor, err := models.ActorFrom(c.Request.Context())
	switch {
	case err != nil:
		return err
	case actor.Can(models.AccessReview):
		return p.emergencies(c)
	case actor.Can(models.CaseEmergency):
		render.See(c, "/emergency")
	default:
		render.See(c, "/")
	}
	return nil
}

// emergencies is a privacy officer's list of emergency accesses, with how much
// it is used.
func (p *Pages) emergencies(c *gin.Context) error {
	ctx := c.Request.Context()
	items, err := p.svc.Emergencies(ctx)
	if err != nil {
		return err
	}
	f, err := p.svc.Figures(ctx)
	if err != nil {
		return err
	}
	columns := []components.Column{{Text: "Case"}, {Text: "Who"}, {Text: "Why"}, {Text: "When"}, {Text: "Review"}}
	waiting := &components.DataTable{Caption: "To look at", Cards: true, Columns: columns, Empty: "Nothing waits for you."}
	done := &components.DataTable{Caption: "Looked at", Cards: true, Columns: columns, Empty: "Nothing was looked at yet."}
	for i := range items {
		t := waiting
		if items[i].ReviewedAt != nil {
			t = done
		}
		t.Rows = append(t.Rows, p.emergencyRow(&items[i]))
	}
	meta := p.frame.Meta(c, "Emergency access", "/break-glass")
	meta.Wide = true
	if c.Query("done") != "" {
		meta.Flash = &layouts.Flash{Text: "Your review was kept."}
	}
	return render.OK(c, admin.Page(admin.PageView{
		Meta: meta, Title: "Emergency access", Text: "Somebody opened a case that is restricted to others. Look at each within two working days: was it justified?",
		Parts: []admin.PartView{
			{ID: "waiting", Title: "To look at", Table: waiting}, {ID: "use", Title: "How it is used: last 28 days", Rows: figureRows(f)}, {ID: "done", Title: "Looked at", Table: done},
		},
	}))
}

func figureRows(f protection.Figures) []components.SummaryRow {
	return []components.SummaryRow{
		{Key: "Emergency accesses", Value: fmt.Sprint(f.Count)},
		{Key: "Share of all readings of cases", Value: fmt.Sprintf("%.2f%% (%d of %d)", f.Share(), f.Emergency, f.Reads)},
		{Key: "Looked at in time", Value: fmt.Sprintf("%d of %d", f.InTime, f.Count)},
		{Key: "Late", Value: fmt.Sprint(f.Late)},
	}
}

func (p *Pages) emergencyRow(e *protection.Emergency) []components.DataCell {
	name := e.Reference
	if name == "" {
		name = "A case you cannot name"
	}
	state := components.DataCell{Content: components.Tag(components.TagParams{Text: "To look at", Colour: "yellow"}), Sub: "By " + models.DayIn(e.ReviewDueAt, p.now())}
	switch {
	case e.ReviewedAt != nil && *e.Justified:
		state = components.DataCell{Content: components.Tag(components.TagParams{Text: "Justified", Colour: "green"}), Sub: e.ReviewedBy}
	case e.ReviewedAt != nil:
		state = components.DataCell{Content: components.Tag(components.TagParams{Text: "Not justified", Colour: "red"}), Sub: e.ReviewedBy}
	case e.Late:
		state.Content = components.Tag(components.TagParams{Text: "Late", Colour: "red"})
	}
	why := e.Reason
	if r, ok := models.FindReason(models.GroupEmergency, e.Reason); ok {
		why = r.Words
	}
	return []components.DataCell{{Text: name, Href: "/break-glass/" + e.ID.String()}, {Text: e.Who}, {Text: why, Sub: e.Note}, {Text: models.DateTimeIn(e.At, p.now())}, state}
}

// emergency is one access and the form that says what to think of it.
func (p *Pages) emergency(c *gin.Context) error {
	e, err := p.emergencyOf(c)
	if err != nil {
		return err
	}
	return p.showEmergency(c, e, nil)
}

func (p *Pages) emergencyOf(c *gin.Context) (*protection.Emergency, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return nil, models.NotFound("emergency access")
	}
	items, err := p.svc.Emergencies(c.Request.Context())
	if err != nil {
		return nil, err
	}
	for i := range items {
		if items[i].ID == id {
			return &items[i], nil
		}
	}
	return nil, models.NotFound("emergency access")
}

func (p *Pages) showEmergency(c *gin.Context, e *protection.Emergency, errs components.FormErrors) error {
	meta := p.frame.Meta(c, "Emergency access", "/break-glass")
	meta.Back, meta.Errors = &components.Link{Text: "Emergency access", Href: "/break-glass"}, errs
	row := p.emergencyRow(e)
	rows := []components.SummaryRow{
		{Key: "Case", Value: row[0].Text},
		{Key: "Who", Value: e.Who},
		{Key: "When", Value: models.DateTimeIn(e.At, p.now())},
		{Key: "Why", Value: row[2].Text},
		{Key: "In their words", Value: e.Note},
		{Key: "Look at it by", Value: models.DayIn(e.ReviewDueAt, p.now())},
	}
	page := admin.PageView{Meta: meta, Title: "Emergency access", Parts: []admin.PartView{{Rows: rows}}}
	if e.ReviewedAt != nil {
		words := "Justified"
		if !*e.Justified {
			words = "Not justified"
		}
		page.Parts[0].Rows = append(rows, components.SummaryRow{Key: "Review", Value: words + ": " + e.ReviewNote}, components.SummaryRow{Key: "Reviewed by", Value: e.ReviewedBy})
		return render.OK(c, admin.Page(page))
	}
	page.Parts = append(page.Parts, admin.PartView{ID: "review", Title: "Your review", Form: &admin.ActView{
		Action: "/break-glass/" + e.ID.String(), Button: components.ButtonParams{Text: "Save your review", Once: true},
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{
				Name: "justified", Legend: "Was it justified?", LegendSize: components.Small, Value: c.PostForm("justified"), Error: errs.Of("justified"),
				Items: []components.ChoiceItem{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}},
			}),
			note(c, errs, "What did you look at, and why do you think so?"),
		},
	}})
	return render.Form(c, admin.Page(page), errs.Any())
}

func (p *Pages) review(c *gin.Context) error {
	e, err := p.emergencyOf(c)
	if err != nil {
		return err
	}
	if err := c.Request.ParseForm(); err != nil || !clean(c) {
		return models.Malformed("We could not read the form. Go back and send it again.")
	}
	var justified *bool
	if answer := c.PostForm("justified"); answer == "yes" || answer == "no" {
		yes := answer == "yes"
		justified = &yes
	}
	_, err = p.svc.Review(c.Request.Context(), e.ID, justified, c.PostForm("note"))
	if frame.IsInvalid(err) {
		return p.showEmergency(c, e, frame.Errors(err, nil))
	}
	if words, moved := frame.Conflict(err); moved {
		return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
			Meta: p.frame.Meta(c, "Emergency access", "/break-glass"), Title: "This has changed", Paras: []string{words},
			Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: "/break-glass/" + e.ID.String()}),
		}))
	}
	if err != nil {
		return err
	}
	render.See(c, "/break-glass?done=reviewed")
	return nil
}
