package cases

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/web/components"
	view "throughline/web/pages/cases"
	"throughline/web/pages/shared"
)

// list is the cases the organisation holds. Its address carries coded values
// alone; one that was made up shows the whole list.
func (p *Pages) list(c *gin.Context) error {
	f := cases.Filter{Status: models.CaseStatus(c.Query("state")), Risk: models.Priority(c.Query("risk")), Borough: c.Query("borough"), Cursor: c.Query("at"), Limit: 50}
	page, err := p.Cases.List(c.Request.Context(), f)
	if frame.IsInvalid(err) {
		render.See(c, "/cases")
		return nil
	}
	if err != nil {
		return err
	}
	boroughs, err := p.boroughs(c, false)
	if err != nil {
		return err
	}
	meta := p.Frame.Meta(c, "Cases", "/cases")
	meta.Wide = true
	v := view.ListView{
		Meta: meta, Title: "Cases (" + count(page) + ")", Text: "Held by " + meta.Org + ".", Table: p.rowsOf(page),
		Pages: components.PaginationParams{Landmark: "Pages of cases"},
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{
				Name: "state", Legend: "State", LegendSize: components.Small, IsSmall: true, Value: string(f.Status),
				Items: []components.ChoiceItem{{Value: "", Text: "Any"}, {Value: "open", Text: "Open"}, {Value: "closed", Text: "Closed"}},
			}),
			components.Radios(components.RadiosParams{
				Name: "risk", Legend: "Risk", LegendSize: components.Small, IsSmall: true, Value: string(f.Risk),
				Items: append([]components.ChoiceItem{{Value: "", Text: "Any"}}, choices(models.RiskLevels())...),
			}),
			components.Select(components.SelectParams{Name: "borough", Label: "Borough", Value: f.Borough, Options: boroughs}),
		},
	}
	v.Filter = filterView(&f, boroughs)
	if page.Previous != "" {
		v.Pages.PreviousHref = address(&f, page.Previous)
	}
	if page.Next != "" {
		v.Pages.NextHref = address(&f, page.Next)
	}
	a, _ := models.ActorFrom(c.Request.Context())
	if a.Can(models.CaseCreate) {
		v.Log = &components.Link{Text: "Log a case", Href: "/cases/new", Keys: "n"}
	}
	if len(models.ImportSpecsOf(a)) > 0 {
		v.Besides = append(v.Besides, components.Link{Text: "Import files", Href: frame.ImportsPath, Keys: "g i"})
	}
	return render.OK(c, view.List(v))
}

func count(p cases.Page) string {
	if p.More {
		return models.Count(p.Total) + "+"
	}
	return models.Count(p.Total)
}

// address is the list with its filter and a place in it.
func address(f *cases.Filter, cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{"state": string(f.Status), "risk": string(f.Risk), "borough": f.Borough, "at": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/cases"
	}
	return "/cases?" + q.Encode()
}

// filterView shows what is chosen, each with the address that takes it away.
func filterView(f *cases.Filter, boroughs []components.Option) components.FilterView {
	v := components.FilterView{Action: "/cases", ClearHref: "/cases"}
	chosen := func(group, text string, without func(*cases.Filter)) {
		rest := *f
		without(&rest)
		v.Selected = append(v.Selected, components.SelectedFilter{Group: group, Items: []components.Link{{Text: text, Href: address(&rest, "")}}})
	}
	if f.Status != "" {
		chosen("State", models.ChoiceWords([]models.Choice{{Key: "open", Words: "Open"}, {Key: "closed", Words: "Closed"}}, string(f.Status)), func(r *cases.Filter) { r.Status = "" })
	}
	if f.Risk != "" {
		chosen("Risk", models.ChoiceWords(models.RiskLevels(), string(f.Risk)), func(r *cases.Filter) { r.Risk = "" })
	}
	for _, o := range boroughs {
		if f.Borough != "" && o.Value == f.Borough {
			chosen("Borough", o.Text, func(r *cases.Filter) { r.Borough = "" })
		}
	}
	v.Open = len(v.Selected) > 0
	return v
}

func (p *Pages) rowsOf(page cases.Page) components.DataTable {
	t := components.DataTable{
		Caption: "Cases", Cards: true, Empty: "No cases match. Clear filters.",
		Columns: []components.Column{{Text: "Case"}, {Text: "Who"}, {Text: "Risk"}, {Text: "Next clock"}, {Text: "Contact now"}, {Text: "Logged"}},
	}
	for i := range page.Items {
		item := &page.Items[i]
		row := []components.DataCell{
			{Text: item.Reference, Href: "/cases/" + item.Reference},
			{Text: item.Name(), Sub: item.BoroughName},
			{Text: models.ChoiceWords(models.RiskLevels(), string(item.Risk))},
			{Text: "None"},
			{Content: components.SafetyLine(*frame.SafetyNow(item.Channels, page.At))},
			{Text: models.DayIn(item.LoggedAt, page.At)},
		}
		if item.Risk == models.PriorityHigh {
			row[2] = components.DataCell{Content: components.Tag(components.TagParams{Text: "High risk", Colour: "red"})}
		}
		if item.Status == models.CaseClosed {
			row[0].Sub = "Closed"
		}
		if item.Clock != nil {
			row[3] = components.DataCell{Content: components.Clock(clock(item.Clock)), Sub: item.Clock.Rule.Words()}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// findForm asks for what is known of a case.
func (p *Pages) findForm(c *gin.Context) error { return p.findPage(c, typed{}, nil, nil) }

// find looks for it. The words that were typed stay out of the address.
func (p *Pages) find(c *gin.Context) error {
	t, err := readForm(c)
	if err != nil {
		return err
	}
	q := cases.Query{Name: t.one("name"), Reference: t.one("reference"), CrimeReference: t.one("crime_reference"), Phone: t.one("phone"), Postcode: t.one("postcode")}
	if y := t.one("year"); y != "" {
		if q.YearOfBirth, err = strconv.Atoi(y); err != nil || q.YearOfBirth == 0 {
			q.YearOfBirth = -1 // the service names it
		}
	}
	found, err := p.Cases.Search(c.Request.Context(), q)
	if frame.IsInvalid(err) {
		return p.findPage(c, t, nil, frame.Errors(err, map[string]string{"year_of_birth": "year"}))
	}
	if err != nil {
		return err
	}
	return p.findPage(c, t, &found, nil)
}

func (p *Pages) findPage(c *gin.Context, t typed, found *cases.Found, errs components.FormErrors) error {
	meta := p.Frame.Meta(c, "Find a case", "/find")
	meta.Errors = errs
	line := func(name, label, hint, mode string) templ.Component {
		return components.TextInput(components.TextInputParams{
			Name: name, Label: label, Hint: hint, InputMode: mode, Value: t.one(name), Error: errs.Of(name), Autocomplete: "off", Spellcheck: "false", Classes: "govuk-input--width-20",
		})
	}
	form := shared.FormView{
		Meta: meta, Title: "Find a case", Lede: "Fill in what you know. Everything you fill in has to fit.", Action: "/find", Button: "Find",
		Fields: []templ.Component{
			line("reference", "Reference", "Like C-7KQ4-M2XA-A", ""), line("name", "Name", "First and family name, in any order, or the name they go by.", ""),
			components.TextInput(components.TextInputParams{Name: "year", Label: "Year of birth, with a name", InputMode: "numeric", Value: t.one("year"), Error: or(errs.Of("year"), errs.Of("year_of_birth")), Autocomplete: "off", Classes: "govuk-input--width-4"}),
			line("crime_reference", "Crime reference", "", ""), line("phone", "Phone number", "", "tel"), line("postcode", "Postcode", "", ""),
		},
	}
	if a, _ := models.ActorFrom(c.Request.Context()); a.Can(models.CaseEmergency) {
		form.Cancel = &components.Link{Text: "Open a restricted case in an emergency", Href: "/emergency"}
	}
	if found != nil {
		v := view.FoundView{More: found.More}
		for i := range found.Items {
			item := &found.Items[i]
			note := "Held by " + item.Accountable.Name + ", logged " + models.DayIn(item.LoggedAt, p.Now())
			if item.BoroughName != "" {
				note += ", " + item.BoroughName
			}
			v.Items = append(v.Items, components.StackItem{Link: components.Link{Text: item.Reference + ", " + item.Name(), Href: "/cases/" + item.Reference}, Note: note})
		}
		form.Before = append(form.Before, view.Found(v))
	}
	return render.Form(c, shared.Form(form), errs.Any())
}
