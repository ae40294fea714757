package alerts

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/alerts"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// figures shows how many alerts there were, of which kind, and what they were.
func (p *Pages) figures(c *gin.Context) error {
	list, err := p.svc.Figures(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Alerts of the last " + strconv.Itoa(alerts.FigureDays) + " days", Cards: true, Empty: "There was no alert.",
		Columns: []components.Column{{Text: "What"}, {Text: "Raised"}, {Text: "Open"}, {Text: "Late"}, {Text: "Closed in time"}, {Text: "What they were"}},
	}
	for _, f := range list {
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: f.Kind.Words()},
			{Text: models.Count(f.Raised)},
			{Text: models.Count(f.Open)},
			{Text: models.Count(f.Late)},
			{Text: models.Count(f.InTime) + " of " + models.Count(f.Closed)},
			{Text: outcomesOf(f)},
		})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Alert figures", "/alerts"), Caption: "Alerts", Title: "Figures",
		Text: "On your desk. What concerns you is not counted here.", Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Wide, v.Meta.Back = true, &components.Link{Text: "Alerts", Href: "/alerts"}
	return render.OK(c, admin.Page(v))
}

func outcomesOf(f alerts.Figure) string {
	var parts []string
	for _, o := range models.AlertOutcomes() {
		if n := f.Outcomes[models.AlertOutcome(o.Key)]; n > 0 {
			parts = append(parts, models.Count(n)+" "+strings.ToLower(outcomeWords(models.AlertOutcome(o.Key))))
		}
	}
	return strings.Join(parts, ", ")
}

func (p *Pages) thresholds(c *gin.Context) error {
	return p.drawThresholds(c, http.StatusOK, typedThreshold{}, nil)
}

type typedThreshold struct{ key, value, reason string }

func (p *Pages) drawThresholds(c *gin.Context, status int, typed typedThreshold, faults components.FormErrors) error {
	list, err := p.svc.Settings(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Thresholds", Cards: true,
		Columns: []components.Column{{Text: "From which number"}, {Text: "Now"}, {Text: "To begin with"}, {Text: "Why it was changed"}},
	}
	options := []components.Option{{Text: "Choose one", NoValue: true, Selected: typed.key == ""}}
	for _, s := range list {
		why := components.DataCell{Text: s.Reason}
		if s.ChangedAt != nil {
			why.Sub = s.ChangedBy + ", " + models.Day(*s.ChangedAt)
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: s.Words, Sub: s.Hint}, {Text: models.Count(s.Value)}, {Text: models.Count(s.Usual)}, why})
		options = append(options, components.Option{Value: s.Key, Text: s.Words, Selected: typed.key == s.Key})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Alert thresholds", "/alerts"), Caption: "Alerts", Title: "Thresholds",
		Text: "From which numbers something is an alert in your organisation. The cap on records in an hour is the operator's.",
		Parts: []admin.PartView{{Table: t}, {ID: "change", Title: "Change one", Form: &admin.ActView{
			Action: "/alert-thresholds", Button: components.ButtonParams{Text: "Change", Once: true},
			Fields: []templ.Component{
				components.Select(components.SelectParams{Name: "key", Label: "Threshold", Options: options, Error: faults.Of("key")}),
				components.TextInput(components.TextInputParams{Name: "value", Label: "New number", InputMode: "numeric", Value: typed.value, Error: faults.Of("value"), Classes: "govuk-input--width-5"}),
				components.TextArea(components.TextAreaParams{Name: "reason", Label: "Why does it change?", Rows: 2, Value: typed.reason, Error: faults.Of("reason")}),
			},
		}}},
	}
	v.Meta.Wide, v.Meta.Errors, v.Meta.Back = true, faults, &components.Link{Text: "Alerts", Href: "/alerts"}
	return render.Page(c, status, admin.Page(v))
}

func (p *Pages) set(c *gin.Context) error {
	typed := typedThreshold{c.PostForm("key"), c.PostForm("value"), c.PostForm("reason")}
	in := alerts.Change{Key: typed.key, Reason: typed.reason}
	if n, err := strconv.Atoi(strings.TrimSpace(typed.value)); err == nil {
		in.Value = &n
	}
	_, err := p.svc.Set(c.Request.Context(), in)
	if frame.IsInvalid(err) {
		return p.drawThresholds(c, http.StatusUnprocessableEntity, typed, frame.Errors(err, nil))
	}
	if err != nil {
		return err
	}
	render.See(c, "/alert-thresholds")
	return nil
}

// household is where anybody says which surnames and borough are their own.
func (p *Pages) household(c *gin.Context) error {
	h, err := p.svc.Household(c.Request.Context())
	if err != nil {
		return err
	}
	return p.drawHousehold(c, http.StatusOK, strings.Join(h.Surnames, "\n"), h.Borough, h.SaidAt != nil, nil)
}

func (p *Pages) drawHousehold(c *gin.Context, status int, surnames, borough string, known bool, faults components.FormErrors) error {
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	options := []components.Option{{Text: "I do not live in London", Selected: borough == ""}}
	for _, a := range dir.Authorities() {
		options = append(options, components.Option{Value: a.Code, Text: a.Name, Selected: a.Code == borough})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Your household", ""), Title: "Your household",
		Text: "If you open the record of somebody with one of these surnames in your borough, your privacy officer is told, so that nobody has to wonder later. " +
			"Nobody can read this page but you, and it is used for nothing else.",
		Parts: []admin.PartView{{Form: &admin.ActView{Action: "/household", Button: components.ButtonParams{Text: "Save", Once: true}, Fields: []templ.Component{
			components.TextArea(components.TextAreaParams{
				Name: "surnames", Label: "Surnames in your household, and of your close family", Hint: "One to a line, up to 10", Rows: 4, Value: surnames, Error: faults.Of("surnames"),
			}),
			components.Select(components.SelectParams{Name: "borough", Label: "Where you live", Options: options, Error: faults.Of("borough")}),
		}}}},
	}
	if known {
		v.State = &components.TagParams{Text: "On record", Colour: "green"}
	}
	v.Meta.Errors, v.Meta.Back = faults, &components.Link{Text: "Conflicts of interest", Href: "/conflicts"}
	return render.Page(c, status, admin.Page(v))
}

func (p *Pages) say(c *gin.Context) error {
	typed, borough := c.PostForm("surnames"), c.PostForm("borough")
	lines := slices.DeleteFunc(strings.Split(strings.ReplaceAll(typed, "\r", ""), "\n"), func(s string) bool { return strings.TrimSpace(s) == "" })
	err := p.svc.SayHousehold(c.Request.Context(), lines, borough)
	if frame.IsInvalid(err) {
		faults := frame.Errors(err, nil)
		for i := range faults {
			if strings.HasPrefix(faults[i].Field, "surnames") {
				faults[i].Field, faults[i].Target = "surnames", "surnames"
			}
		}
		return p.drawHousehold(c, http.StatusUnprocessableEntity, typed, borough, false, faults)
	}
	if err != nil {
		return err
	}
	render.See(c, "/household")
	return nil
}
