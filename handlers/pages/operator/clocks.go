package operator

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/rules"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
)

// Clocks are the pages of the rules of the clocks: what they are, and how one
// person asks for a change that another agrees to.
type Clocks struct {
	frame frame.Frame
	svc   *rules.Service
	now   func() time.Time
}

// NewClocks returns the pages.
func NewClocks(f frame.Frame, svc *rules.Service, now func() time.Time) *Clocks {
	return &Clocks{frame: f, svc: svc, now: now}
}

const clockRules = "/operator/clocks"

// Routes lists them.
func (p *Clocks) Routes() []route.Route {
	need := models.SystemOperate
	return []route.Route{
		{Method: http.MethodGet, Path: clockRules, Need: need, Handle: p.list},
		{Method: http.MethodGet, Path: clockRules + "/:rule", Need: need, Handle: p.show},
		{Method: http.MethodGet, Path: clockRules + "/:rule/change", Need: need, StepUp: true, Handle: p.form},
		{Method: http.MethodPost, Path: clockRules + "/:rule/change", Need: need, StepUp: true, Handle: p.change},
	}
}

// numbered is a rule with its number, as both are asked for.
func numbered(r models.Rule) string { return r.Words() + " (" + string(r) + ")" }

func (p *Clocks) list(c *gin.Context) error {
	all, err := p.svc.List(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Clock rules", Cards: true, Empty: "There is none.",
		Columns: []components.Column{{Text: "What is measured"}, {Text: "Owed by"}, {Text: "Limit"}, {Text: "Since"}, {Text: "Change"}},
	}
	for i := range all {
		v := &all[i]
		now := v.Now()
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: numbered(v.Rule), Href: clockRules + "/" + string(v.Rule), Sub: now.Source},
			{Text: models.OwnerWords(now.Owner)},
			{Text: now.Words()},
			{Text: models.DayIn(now.EffectiveFrom, p.now()), Sub: "Version " + strconv.Itoa(now.Version)},
			p.ahead(v),
		})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Clock rules", path), Title: "Clock rules", Parts: []admin.PartView{{Table: t}},
		Text: "The limits that clocks measure by, with where each stands. A change takes two people and begins on a day that has not come: a case keeps the limit its clock began with.",
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Organisations", Href: path}
	return render.OK(c, admin.Page(v))
}

// ahead is what is to come of a rule.
func (p *Clocks) ahead(v *rules.View) components.DataCell {
	switch {
	case v.Waiting != uuid.Nil:
		return components.DataCell{Content: components.Tag(components.TagParams{Text: "Waits for a second person", Colour: "yellow"})}
	case v.Latest() != v.Now():
		return components.DataCell{Content: components.Tag(components.TagParams{Text: "Changes", Colour: "blue"}), Sub: "On " + models.DayIn(v.Latest().EffectiveFrom, p.now())}
	}
	return components.DataCell{}
}

func (p *Clocks) find(c *gin.Context) (rules.View, error) {
	return p.svc.One(c.Request.Context(), models.Rule(c.Param("rule")))
}

func (p *Clocks) meta(c *gin.Context, title, back, href string) layouts.PageMeta {
	m := p.frame.Meta(c, title, path)
	m.Back = &components.Link{Text: back, Href: href}
	return m
}

func (p *Clocks) show(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	t := &components.DataTable{Caption: "Versions", Cards: true, Columns: []components.Column{{Text: "Version"}, {Text: "Limit"}, {Text: "Holds"}, {Text: "Source"}}}
	for i := range v.Versions {
		r := &v.Versions[i]
		holds := "From " + models.DayIn(r.EffectiveFrom, p.now())
		if r.EffectiveTo != nil {
			holds += " until the day before " + models.DayIn(*r.EffectiveTo, p.now())
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: strconv.Itoa(r.Version)}, {Text: r.Words()}, {Text: holds}, {Text: r.Source}})
	}
	out := admin.PageView{
		Meta: p.meta(c, "Clock rule", "Clock rules", clockRules), Caption: "Clock rule " + string(v.Rule), Title: v.Rule.Words(),
		Text: "Owed by: " + models.LowerFirst(models.OwnerWords(v.Now().Owner)) + ".", Parts: []admin.PartView{{ID: "versions", Title: "Versions", Table: t}},
	}
	switch {
	case v.Waiting != uuid.Nil:
		out.State = &components.TagParams{Text: "Waits for a second person", Colour: "yellow"}
		out.Buttons = []components.ButtonParams{{Text: "See what was asked for", Href: "/approvals/" + v.Waiting.String()}}
	case v.Latest().Settable():
		out.Buttons = []components.ButtonParams{{Text: "Change the limit", Href: clockRules + "/" + string(v.Rule) + "/change"}}
	default:
		out.Text += " Its limit is set by each service or organisation, or no clock is kept for it."
	}
	return render.OK(c, admin.Page(out))
}

func (p *Clocks) form(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	last := v.Latest()
	return p.draw(c, &v, frame.Typed{"standard": {strconv.Itoa(last.Standard)}, "enhanced": {strconv.Itoa(last.Enhanced)}, "unit": {string(last.Unit)}}, nil, nil)
}

// read makes a change of what was typed; what is no number or no day is a fault
// of its field.
func read(t frame.Typed) (in models.ClockRuleChange, wrong []models.FieldError) {
	number := func(name string) int {
		n, err := strconv.Atoi(t.One(name))
		if err != nil && t.One(name) != "" {
			wrong = append(wrong, models.Field(name, models.FieldInvalid, "Enter a whole number"))
		}
		return n
	}
	in = models.ClockRuleChange{Standard: number("standard"), Enhanced: number("enhanced"), Unit: models.LimitUnit(t.One("unit")), Source: t.One("source")}
	day, err := t.Date("effective_from")
	switch {
	case err != nil:
		wrong = append(wrong, models.Field("effective_from", models.FieldInvalid, "Enter a real date, like 27 11 2026"))
	case day != nil:
		in.EffectiveFrom = day.Format(time.DateOnly)
	}
	return in, wrong
}

// change shows what a change would do, and asks a second person for it once it
// was seen.
func (p *Clocks) change(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in, wrong := read(t)
	ctx := frame.Held(c, "", wrong...)
	var seen *rules.Preview
	if t.One("step") == "ask" {
		asked, again := p.svc.Propose(ctx, v.Rule, in)
		if again == nil {
			render.See(c, "/approvals/"+asked.ID.String())
			return nil
		}
		err = again
	} else {
		var shown rules.Preview
		shown, err = p.svc.Preview(ctx, v.Rule, in)
		seen = &shown
	}
	switch {
	case frame.IsInvalid(err):
		return p.draw(c, &v, t, nil, frame.Errors(err, map[string]string{"effective_from": "effective_from-day"}))
	case err != nil:
		return err
	}
	return p.draw(c, &v, t, seen, nil)
}

func (p *Clocks) draw(c *gin.Context, v *rules.View, t frame.Typed, seen *rules.Preview, errs components.FormErrors) error {
	at := clockRules + "/" + string(v.Rule)
	number := func(name, label string) templ.Component {
		return components.TextInput(components.TextInputParams{Name: name, Label: label, Value: t.One(name), Error: errs.Of(name), InputMode: "numeric", Classes: "govuk-input--width-3", Autocomplete: "off"})
	}
	form := &admin.ActView{
		Action: at + "/change", Button: components.ButtonParams{Text: "See what would change"},
		Fields: []templ.Component{
			number("standard", "Limit"),
			number("enhanced", "Limit with Enhanced Rights"),
			components.Radios(components.RadiosParams{Name: "unit", Legend: "What is it counted in?", LegendSize: components.Small, IsSmall: true, Value: t.One("unit"), Error: errs.Of("unit"), Items: frame.Choices(models.LimitUnits())}),
			components.TextInput(components.TextInputParams{Name: "source", Label: "Where does the limit stand?", Hint: "The law or the scheme, its section and date", Value: t.One("source"), Error: errs.Of("source"), Autocomplete: "off"}),
			components.DateInput(components.DateInputParams{
				ID: "effective_from", Legend: "First day on which it holds", LegendSize: components.Small, Hint: "After today, for example 1 4 2027", Error: errs.Of("effective_from"),
				Day: t.One("effective_from-day"), Month: t.One("effective_from-month"), Year: t.One("effective_from-year"),
			}),
		},
	}
	out := admin.PageView{
		Meta: p.meta(c, "Change a clock rule", "Clock rule", at), Caption: "Clock rule " + string(v.Rule), Title: "Change: " + models.LowerFirst(v.Rule.Words()),
		Text:  "Holds now: " + v.Latest().Words() + ". Source: " + v.Latest().Source + ".",
		Parts: []admin.PartView{{ID: "new", Title: "The new limit", Form: form}},
	}
	out.Meta.Errors = errs
	if seen != nil {
		form.Button.Kind = components.Secondary
		out.Parts = append(would(seen, at, t, p.now()), out.Parts...)
	}
	return render.Form(c, admin.Page(out), errs.Any())
}

// would are the parts that show what a change would do, and ask for it.
func would(seen *rules.Preview, at string, t frame.Typed, now time.Time) []admin.PartView {
	rows := []components.SummaryRow{
		{Key: "New limit", Value: seen.After.Words()}, {Key: "First day", Value: models.Day(seen.After.EffectiveFrom)}, {Key: "Source", Value: seen.After.Source},
	}
	for _, said := range seen.Says() {
		rows = append(rows, components.SummaryRow{Key: said[0], Value: said[1]})
	}
	dates := &components.DataTable{
		Caption: "Due dates", Cards: true, Empty: "The calendar does not reach that far.",
		Columns: []components.Column{{Text: "What begins on"}, {Text: "Was due"}, {Text: "Is due"}, {Text: "Was due, Enhanced Rights"}, {Text: "Is due, Enhanced Rights"}},
	}
	for i, was := range seen.DatesBefore {
		row := []components.DataCell{}
		for _, day := range []time.Time{was.Began, was.Standard, seen.DatesAfter[i].Standard, was.Enhanced, seen.DatesAfter[i].Enhanced} {
			row = append(row, components.DataCell{Text: models.DayIn(day, now)})
		}
		dates.Rows = append(dates.Rows, row)
	}
	ask := &admin.ActView{Action: at + "/change", Hidden: [][2]string{{"step", "ask"}}, Button: components.ButtonParams{Text: "Ask a second person", Once: true}}
	for _, name := range []string{"standard", "enhanced", "unit", "source", "effective_from-day", "effective_from-month", "effective_from-year"} {
		ask.Hidden = append(ask.Hidden, [2]string{name, t.One(name)})
	}
	return []admin.PartView{
		{ID: "would", Title: "What would change", Rows: rows},
		{ID: "dates", Title: "Dates worked through", Text: "The same days by the limit that holds and by the new one.", Table: dates},
		{ID: "ask", Title: "Ask for it", Text: "Another system administrator reads the same and decides within 14 days. Nothing changes before its first day.", Form: ask},
	}
}
