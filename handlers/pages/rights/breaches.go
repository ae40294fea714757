package rights

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/rights"
	"throughline/web/components"
	"throughline/web/pages/shared"

	"github.com/google/uuid"

	view "throughline/web/pages/rights"
)

// breaches lists them, and the incidents that could be one.
func (p *Pages) breaches(c *gin.Context) error {
	list, err := p.svc.Breaches(c.Request.Context())
	if err != nil {
		return err
	}
	incidents, err := p.svc.Incidents(c.Request.Context())
	if err != nil {
		return err
	}
	open := &components.DataTable{
		Caption: "Breaches", Cards: true, Empty: "No breach is on record.",
		Columns: []components.Column{{Text: "Breach"}, {Text: "What went wrong"}, {Text: "Known"}, {Text: "Tell the Information Commissioner by"}, {Text: "State"}},
	}
	late, waiting := 0, 0
	for i := range list {
		b := &list[i]
		clock := p.reportClock(b)
		if b.Status == models.BreachOpen {
			waiting++
		}
		if clock.Kind == components.ClockBreached {
			late++
		}
		open.Rows = append(open.Rows, []components.DataCell{
			{Text: b.Reference, Href: "/breaches/" + b.Reference},
			{Text: models.ChoiceWords(models.BreachCauses(), b.Cause)},
			{Text: models.DateTime(b.AwareAt)},
			{Content: components.Clock(clock)},
			{Content: components.Tag(breachTag(b.Status))},
		})
	}
	v := view.View{
		Meta: p.meta(c, "Breaches"), Nav: nav("/breaches"), Title: "Breaches", Text: models.Plural(waiting, "breach is", "breaches are") + " open, " + models.Count(late) + " past the 72 hours.",
		Buttons: []components.ButtonParams{{Text: "Log a breach", Href: "/breaches/new"}},
		Parts:   []view.Part{{ID: "breaches", Title: "On record", Table: open}, {ID: "incidents", Title: "Contacts that were not safe", Text: "Each may be a breach: somebody else may have learnt something.", Table: incidentTable(incidents)}},
	}
	return page(c, v, nil)
}

func breachTag(status string) components.TagParams {
	if status == models.BreachClosed {
		return components.TagParams{Text: "Closed", Colour: "open"}
	}
	return components.TagParams{Text: "Open", Colour: "yellow"}
}

// reportClock is how long there is to tell the Information Commissioner.
func (p *Pages) reportClock(b *models.Breach) components.ClockView {
	left := b.ReportBy.Sub(p.now())
	switch {
	case b.ReportedAt != nil && !b.ReportedAt.After(b.ReportBy):
		return components.ClockView{Kind: components.ClockMet, Words: "Told " + models.DateTime(*b.ReportedAt)}
	case b.ReportedAt != nil:
		return components.ClockView{Kind: components.ClockBreached, Words: "Told late, " + models.DateTime(*b.ReportedAt)}
	case b.NotReportedWhy != "":
		return components.ClockView{Kind: components.ClockNotApplicable, Words: "Not to be told, with a reason"}
	case left < 0:
		return components.ClockView{Kind: components.ClockBreached, Words: "Late: due " + models.DateTime(b.ReportBy)}
	case left.Hours() < 24:
		return components.ClockView{Kind: components.ClockDueSoon, Words: models.Length(left) + " left, due " + models.DateTime(b.ReportBy)}
	}
	return components.ClockView{Kind: components.ClockRunning, Words: "Due " + models.DateTime(b.ReportBy)}
}

func incidentTable(list []rights.Incident) *components.DataTable {
	t := &components.DataTable{
		Caption: "Contacts that were not safe", Cards: true, Empty: "None is on record.",
		Columns: []components.Column{{Text: "When"}, {Text: "Way"}, {Text: "Record"}, {Text: "Breach"}},
	}
	for _, i := range list {
		of := i.ReferralReference
		if of == "" {
			of = i.CaseReference
		}
		row := []components.DataCell{{Text: models.DateTime(i.At)}, {Text: strings.ReplaceAll(i.Channel, "_", " "), Sub: strings.ReplaceAll(i.Outcome, "_", " ")}, {Text: of}}
		if i.Breach != "" {
			row = append(row, components.DataCell{Text: i.Breach, Href: "/breaches/" + i.Breach})
		} else {
			row = append(row, components.DataCell{Content: view.Press("/breaches/incidents/"+i.AttemptID.String(), "Record as a breach", "contact of "+models.DateTime(i.At))})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p *Pages) promote(c *gin.Context) error {
	key, err := id(c)
	if err != nil {
		return err
	}
	b, err := p.svc.Promote(c.Request.Context(), key)
	if err != nil {
		return p.moved(c, "/breaches", err)
	}
	render.See(c, "/breaches/"+b.Reference+"?done=logged")
	return nil
}

func (p *Pages) breachForm(c *gin.Context) error { return p.newBreachPage(c, typed{}, nil) }

func (p *Pages) newBreachPage(c *gin.Context, t typed, errs components.FormErrors) error {
	return p.form(c, shared.FormView{
		Title: "Log a breach", Lede: "Something was seen, sent, lost or changed that should not have been. Name nobody here.", Action: "/breaches/new", Button: "Log the breach",
		After: "The Information Commissioner has to be told within 72 hours of when your organisation knew, unless harm is unlikely.",
		Fields: []templ.Component{
			components.TextArea(components.TextAreaParams{Name: "what", Label: "What happened", LabelSize: components.Small, Value: t.one("what"), Error: errs.Of("what")}),
			components.Radios(components.RadiosParams{Name: "cause", Legend: "What went wrong?", LegendSize: components.Small, IsSmall: true, Value: t.one("cause"), Error: errs.Of("cause"), Items: choices(models.BreachCauses())}),
			components.DateInput(t.dateInput("aware_at", "When did your organisation know?", "", errs)),
			components.TextInput(t.timeInput("aware_at", "At what time did it know?", errs)),
			components.Checkboxes(components.CheckboxesParams{Name: "data_kinds", Legend: "What is it about?", LegendSize: components.Small, IsSmall: true, Values: t["data_kinds"], Error: errs.Of("data_kinds"), Items: choices(models.BreachData())}),
			components.TextInput(components.TextInputParams{Name: "people", Label: "How many people is it about? (optional)", LabelSize: components.Small, InputMode: "numeric", Classes: "govuk-input--width-5", Value: t.one("people"), Error: errs.Of("people")}),
		},
	}, components.Link{Text: "Breaches", Href: "/breaches"}, errs)
}

func (p *Pages) logBreach(c *gin.Context) error {
	t, err := readForm(c)
	if err != nil {
		return err
	}
	in := rights.BreachInput{What: t.one("what"), Cause: t.one("cause"), DataKinds: t["data_kinds"]}
	at, errs := t.moment("aware_at", "When your organisation knew")
	if at != nil {
		in.AwareAt = *at
	}
	if text := t.one("people"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			n = -1
		}
		in.People = &n
	}
	if !errs.Any() {
		b, err := p.svc.LogBreach(c.Request.Context(), in)
		if err == nil {
			render.See(c, "/breaches/"+b.Reference+"?done=logged")
			return nil
		}
		var is bool
		if errs, is = faults(err, "aware_at"); !is {
			return err
		}
	}
	return p.newBreachPage(c, t, errs)
}

func (p *Pages) breach(c *gin.Context) error {
	b, err := p.svc.Breach(c.Request.Context(), uuid.Nil, c.Param("ref"))
	if err != nil {
		return err
	}
	t := typed{
		"risk": {b.Risk}, "risk_why": {b.RiskWhy}, "contained": {b.Contained}, "report_reference": {b.ReportReference}, "not_reported_why": {b.NotReportedWhy},
		"told": {b.Told}, "told_why": {b.ToldWhy},
	}
	t.dated("reported_at", b.ReportedAt)
	return p.breachPage(c, b, t, nil)
}

func (p *Pages) breachPage(c *gin.Context, b models.Breach, t typed, errs components.FormErrors) error {
	people := ""
	if b.People != nil {
		people = models.Count(*b.People)
	}
	var about []string
	for _, k := range b.DataKinds {
		about = append(about, models.ChoiceWords(models.BreachData(), k))
	}
	v := view.View{
		Meta: p.meta(c, "Breach "+b.Reference), Caption: "Breach", Title: b.Reference, Tags: []components.TagParams{breachTag(b.Status)},
		Parts: []view.Part{{Rows: append([]components.SummaryRow{{Key: "Information Commissioner", Content: components.Clock(p.reportClock(&b))}}, rowsOf(
			"What happened", b.What, "What went wrong", models.ChoiceWords(models.BreachCauses(), b.Cause), "Known", models.DateTime(b.AwareAt), "People", people, "About", models.List(about),
			"Told the people", told(&b), "Contained", dateTime(b.ContainedAt), "Closed", dateTime(b.ClosedAt))...)}},
	}
	v.Meta.Back = &components.Link{Text: "Breaches", Href: "/breaches"}
	done(c, &v.Meta, map[string]string{"logged": "The breach is on record.", "saved": "Saved.", "closed": "The breach was closed."})
	if b.Status == models.BreachOpen {
		v.Parts = append(v.Parts, view.Part{ID: "progress", Title: "What was found out and done", Form: &view.Act{
			Action: "/breaches/" + b.Reference, Button: button("Save"), Hidden: nil, Fields: progressFields(t, errs),
		}})
	} else {
		v.Parts = append(v.Parts, view.Part{Rows: rowsOf("How likely harm was", models.ChoiceWords(models.BreachRisks(), b.Risk), "Why", b.RiskWhy, "What was done", b.Contained,
			"Reference of the report", b.ReportReference, "Why it was not reported", b.NotReportedWhy, "Why people were not told", b.ToldWhy)})
	}
	return page(c, v, errs)
}

func told(b *models.Breach) string {
	out := models.ChoiceWords(models.BreachTold(), b.Told)
	if b.ToldAt != nil {
		out += ", " + models.DateTime(*b.ToldAt)
	}
	return out
}

func progressFields(t typed, errs components.FormErrors) []templ.Component {
	area := func(name, label string) templ.Component {
		return components.TextArea(components.TextAreaParams{Name: name, Label: label, LabelSize: components.Small, Rows: 2, Value: t.one(name), Error: errs.Of(name)})
	}
	return []templ.Component{
		components.Radios(components.RadiosParams{Name: "risk", Legend: "How likely is harm?", LegendSize: components.Small, IsSmall: true, Value: t.one("risk"), Error: errs.Of("risk"), Items: choices(models.BreachRisks())}),
		area("risk_why", "Why is it as likely as that?"),
		area("contained", "What was done to contain it?"),
		components.DateInput(t.dateInput("reported_at", "When was the Information Commissioner told?", "", errs)),
		components.TextInput(t.timeInput("reported_at", "At what time?", errs)),
		components.TextInput(components.TextInputParams{Name: "report_reference", Label: "Their reference (optional)", LabelSize: components.Small, Classes: "govuk-input--width-20", Value: t.one("report_reference"), Error: errs.Of("report_reference")}),
		area("not_reported_why", "Or why are they not told?"),
		components.Radios(components.RadiosParams{Name: "told", Legend: "Do the people it is about know?", LegendSize: components.Small, IsSmall: true, Value: t.one("told"), Error: errs.Of("told"), Items: choices(models.BreachTold())}),
		area("told_why", "If not, why?"),
		components.Checkboxes(components.CheckboxesParams{Name: "close", Legend: "Is it done with?", LegendSize: components.Small, IsSmall: true, Values: t["close"], Items: []components.ChoiceItem{{Value: "yes", Text: "Close this breach"}}}),
	}
}

func (p *Pages) updateBreach(c *gin.Context) error {
	b, err := p.svc.Breach(c.Request.Context(), uuid.Nil, c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	at, errs := t.moment("reported_at", "When the Information Commissioner was told")
	if errs.Any() {
		return p.breachPage(c, b, t, errs)
	}
	in := rights.BreachProgress{
		Risk: t.one("risk"), RiskWhy: t.one("risk_why"), Contained: t.one("contained"), ReportedAt: at, ReportReference: t.one("report_reference"),
		NotReportedWhy: t.one("not_reported_why"), Told: t.one("told"), ToldWhy: t.one("told_why"), Close: t.one("close") == "yes",
	}
	_, err = p.svc.UpdateBreach(c.Request.Context(), b.ID, in)
	if errs, is := faults(err, "reported_at"); is {
		return p.breachPage(c, b, t, errs)
	}
	if err != nil {
		return p.moved(c, "/breaches/"+b.Reference, err)
	}
	render.See(c, "/breaches/"+b.Reference+"?done="+map[bool]string{true: "closed", false: "saved"}[in.Close])
	return nil
}
