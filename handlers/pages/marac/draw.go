package marac

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/marac"
	"throughline/web/components"
	view "throughline/web/pages/marac"
	"throughline/web/pages/shared"
)

func (p *Pages) drawBoard(c *gin.Context, o *marac.Overview, t frame.Typed, errs components.FormErrors) error {
	v := view.BoardView{
		Meta: p.meta(c, "MARAC"), Cases: p.cases(o), Actions: p.owed(o),
		Lede: "Agencies look together at somebody in high danger. Nobody waits for the meeting to act, and whoever holds the case goes on holding it. The person responsible is never told.",
	}
	v.Meta.Wide, v.Meta.Errors = true, errs
	flash(c, &v.Meta)
	for _, m := range o.Meetings {
		v.Meetings = append(v.Meetings, models.Date(m.MeetsOn))
	}
	if o.Runs {
		waiting := components.DataTable{Caption: "Referrals that were accepted and not taken on yet", Cards: true, Empty: "No referral waits.", Columns: []components.Column{{Text: "Referral"}, {Text: "Accepted"}}}
		for _, w := range o.Waiting {
			waiting.Rows = append(waiting.Rows, []components.DataCell{{Text: w.Reference, Href: "/referrals/" + w.Reference}, {Text: models.DateTimeIn(w.AcceptedAt, p.Now())}})
		}
		v.Waiting, v.Partners = &waiting, append([]string{}, o.Partners...)
		forms, err := p.boardForms(c, o, t, errs)
		if err != nil {
			return err
		}
		v.Forms = forms
	}
	return render.Form(c, view.Board(v), errs.Any())
}

func (p *Pages) boardForms(c *gin.Context, o *marac.Overview, t frame.Typed, errs components.FormErrors) ([]view.FormView, error) {
	var out []view.FormView
	form := func(title, act, button string, fields ...templ.Component) {
		out = append(out, view.FormView{Title: title, Action: root, Hidden: []shared.Hidden{{Name: "act", Value: act}}, Fields: fields, Button: button})
	}
	if len(o.Waiting) > 0 {
		var waiting []components.ChoiceItem
		for _, w := range o.Waiting {
			waiting = append(waiting, components.ChoiceItem{Value: w.Reference, Text: w.Reference})
		}
		chosen := t.One("referral")
		if chosen == "" {
			chosen = o.Waiting[0].Reference
		}
		form("Take a referral on", "screen", "Take on",
			components.Radios(components.RadiosParams{Name: "referral", Legend: "Which referral?", LegendSize: components.Small, IsSmall: true, Items: waiting, Value: chosen}),
			components.Checkboxes(components.CheckboxesParams{Name: "criteria", Legend: "Which criteria does it meet?", LegendSize: components.Small, IsSmall: true, Items: frame.Choices(models.MARACCriteria()), Values: t["criteria"], Error: errs.Of("criteria")}))
	}
	form("Call a meeting", "meeting", "Call meeting", components.DateInput(components.DateInputParams{
		ID: "meets", Legend: "When does the MARAC meet?", LegendSize: components.Small, Hint: "For example, 20 11 2026", Error: errs.Of("meets_on"),
		Day: t.One("meets-day"), Month: t.One("meets-month"), Year: t.One("meets-year"),
	}))
	dir, err := p.Directory.Snapshot(c.Request.Context())
	if err != nil {
		return nil, err
	}
	organisations := []components.Option{{Value: "", Text: "Select an organisation"}}
	for _, x := range dir.Organisations() {
		if x.Active && x.Kind != models.KindMARAC && !slices.Contains(o.Partners, x.Name) {
			organisations = append(organisations, components.Option{Value: x.ID.String(), Text: x.Name})
		}
	}
	form("Have an organisation take part", "partner", "Have it take part", components.Select(components.SelectParams{
		Name: "partner", Label: "Organisation", Options: organisations, Value: t.One("partner"), Error: errs.Of("organisation_id"),
	}))
	return out, nil
}

func (p *Pages) cases(o *marac.Overview) components.DataTable {
	t := components.DataTable{
		Caption: "Cases at a MARAC", Cards: true, Empty: "There is no case to show.",
		Columns: []components.Column{{Text: "Referral"}, {Text: "Stands"}, {Text: "Meeting"}, {Text: "Actions open"}},
	}
	for i := range o.Rows {
		r := &o.Rows[i]
		meets := "Not yet"
		if r.MeetsOn != nil {
			meets = models.Date(*r.MeetsOn)
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: r.Reference, Href: root + "/" + r.Reference, Sub: r.Board}, {Text: r.State(o.Now).Words()}, {Text: meets}, {Text: strconv.Itoa(r.Open)}})
	}
	return t
}

func (p *Pages) owed(o *marac.Overview) components.DataTable {
	t := components.DataTable{Caption: "Actions of your organisation", Cards: true, Empty: "Nothing is to be done.", Columns: []components.Column{{Text: "Action"}, {Text: "By"}, {Text: "Referral"}}}
	for i := range o.Actions {
		x := &o.Actions[i]
		t.Rows = append(t.Rows, []components.DataCell{{Text: gone(x.What)}, {Text: models.Date(x.DueOn), Sub: late(&x.Action, o.Now)}, {Text: x.Reference, Href: root + "/" + x.Reference}})
	}
	return t
}

func late(x *marac.Action, now time.Time) string {
	if x.DoneAt == nil && x.DueOn.Before(models.Today(now)) {
		return "Late"
	}
	return ""
}

func gone(words string) string {
	if words == "" {
		return "What was written here is no longer kept."
	}
	return words
}

func (p *Pages) drawCase(c *gin.Context, m *marac.View, t frame.Typed, errs components.FormErrors) error {
	v := view.CaseView{Meta: p.meta(c, "MARAC, referral "+m.Reference), Caption: "Referral " + m.Reference, Title: m.Board, Shows: m.Side != marac.SideReferrer}
	v.Meta.Back, v.Meta.Errors = &components.Link{Text: "Back to MARAC", Href: root}, errs
	flash(c, &v.Meta)
	if m.AgainAt != nil {
		v.Again = map[string]string{"incident": "Something happened again", "form": "A new risk form was filled in"}[m.AgainWhy] + " on " + models.Date(*m.AgainAt) + ", within a year of when it was heard. A repeat goes back to the MARAC."
	}
	v.Facts = p.facts(m)
	for _, f := range models.SharableFields() {
		if words := paper(m.Papers[f.Key]); words != "" {
			v.Papers = append(v.Papers, components.SummaryRow{Key: f.Words, Value: words})
		}
	}
	v.Research, v.Minutes = p.said(m.Research), p.said(m.Minutes)
	v.Actions = components.DataTable{Caption: "Actions that were agreed on", Cards: true, Empty: "No action was agreed on yet.", Columns: []components.Column{{Text: "Action"}, {Text: "Whose"}, {Text: "By"}, {Text: "Done"}}}
	for i := range m.Actions {
		x := &m.Actions[i]
		done := "Not yet"
		if x.DoneAt != nil {
			done = models.DateTimeIn(*x.DoneAt, m.Now)
		}
		v.Actions.Rows = append(v.Actions.Rows, []components.DataCell{{Text: gone(x.What)}, {Text: x.Owner}, {Text: models.Date(x.DueOn), Sub: late(x, m.Now)}, {Text: done}})
	}
	v.Forms = p.caseForms(m, t, errs)
	return render.Form(c, view.Case(v), errs.Any())
}

func (p *Pages) facts(m *marac.View) []components.SummaryRow {
	var criteria []string
	for _, k := range m.Criteria {
		criteria = append(criteria, models.ChoiceWords(models.MARACCriteria(), k))
	}
	out := []components.SummaryRow{{Key: "Stands", Value: m.State().Words()}, {Key: "Criteria", Value: strings.Join(criteria, "; ")}}
	if m.MeetsOn != nil {
		out = append(out, components.SummaryRow{Key: "Meeting", Value: models.Date(*m.MeetsOn)})
	}
	if m.HeardAt != nil {
		out = append(out, components.SummaryRow{Key: "Heard", Value: models.DateTimeIn(*m.HeardAt, m.Now)}, components.SummaryRow{Key: "Watched until", Value: models.Date(*m.WatchedUntil)})
	}
	return append(out, components.SummaryRow{Key: "Who holds the case", Value: "Whoever held it before. A MARAC never does."})
}

// paper writes a shared value as words.
func paper(value any) string {
	switch x := value.(type) {
	case nil:
		return ""
	case string:
		return x
	case map[string]any:
		return paper(x["name"])
	case []any:
		var parts []string
		for _, one := range x {
			if m, ok := one.(map[string]any); ok {
				parts = append(parts, strings.TrimSpace(paper(m["name"])+" ("+strings.ReplaceAll(paper(m["relation"]), "_", " ")+")"))
			}
		}
		return strings.Join(parts, "; ")
	}
	return fmt.Sprint(value)
}

func (p *Pages) said(list []marac.Said) []components.TimelineEntry {
	var out []components.TimelineEntry
	for i := range list {
		s := &list[i]
		out = append(out, components.TimelineEntry{Title: s.Org, By: s.Org, When: models.DateTimeIn(s.At, p.Now()), Datetime: s.At.UTC().Format(time.RFC3339), Content: view.Words(gone(s.Words))})
	}
	return out
}

func (p *Pages) caseForms(m *marac.View, t frame.Typed, errs components.FormErrors) []view.FormView {
	var out []view.FormView
	form := func(title, act, button string, fields ...templ.Component) {
		out = append(out, view.FormView{Title: title, Action: root + "/" + m.Reference, Hidden: []shared.Hidden{{Name: "act", Value: act}}, Fields: fields, Button: button})
	}
	area := func(name, label string) templ.Component {
		return components.TextArea(components.TextAreaParams{Name: name, Label: label, Hint: "It cannot be changed later.", Value: t.One(name), Error: errs.Of(name), Rows: 4})
	}
	if m.Side != marac.SideReferrer {
		form("Say what your organisation knows", "research", "Keep this", area("words", "What is known"))
	}
	runs := m.Side == marac.SideMARAC
	if runs && m.HeardAt == nil && len(m.Meetings) > 0 {
		var meetings []components.ChoiceItem
		for _, g := range m.Meetings {
			meetings = append(meetings, components.ChoiceItem{Value: g.ID.String(), Text: models.Date(g.MeetsOn)})
		}
		form("Put it on the list of a meeting", "list", "Put on the list", components.Radios(components.RadiosParams{
			Name: "meeting", Legend: "Which meeting?", LegendSize: components.Small, IsSmall: true, Items: meetings, Value: t.One("meeting"), Error: errs.Of("meeting_id"),
		}))
	}
	if runs && m.MeetingID != nil && !m.MeetsOn.After(models.Today(m.Now)) {
		form("Keep the minutes", "minutes", "Keep the minutes", area("minutes", "Minutes"))
	}
	if runs && len(m.Owners) > 0 {
		form("Agree on an action", "agree", "Agree on it",
			components.TextArea(components.TextAreaParams{Name: "what", Label: "What is to be done", Value: t.One("what"), Error: errs.Of("what"), Rows: 2}),
			components.Radios(components.RadiosParams{Name: "owner", Legend: "Who does it?", LegendSize: components.Small, IsSmall: true, Items: frame.Choices(m.Owners), Value: t.One("owner"), Error: errs.Of("owner_organisation_id")}),
			components.DateInput(components.DateInputParams{
				ID: "due", Legend: "By when?", LegendSize: components.Small, Hint: "For example, 20 11 2026", Error: errs.Of("due_on"),
				Day: t.One("due-day"), Month: t.One("due-month"), Year: t.One("due-year"),
			}))
	}
	var open []components.ChoiceItem
	for i := range m.Actions {
		if x := &m.Actions[i]; x.DoneAt == nil && (x.Own || runs) {
			open = append(open, components.ChoiceItem{Value: x.ID.String(), Text: gone(x.What)})
		}
	}
	if len(open) > 0 {
		form("Say that an action was done", "done", "It was done", components.Radios(components.RadiosParams{
			Name: "action", Legend: "Which action?", LegendSize: components.Small, IsSmall: true, Items: open, Value: t.One("action"), Error: errs.Of("action_id"),
		}))
	}
	return out
}
