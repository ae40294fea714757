package events

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/events"
	"throughline/web/components"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// askTold asks how the victim was told of an event.
func (p *Pages) askTold(c *gin.Context) error {
	if c.Query("event") == "" {
		return p.back(c, "/events")
	}
	v, err := p.event(c, c.Query("event"))
	if err != nil {
		return err
	}
	now := p.Now().In(models.London())
	return p.tellForm(c, &v, frame.Typed{"told_at-day": {now.Format("2")}, "told_at-month": {now.Format("1")}, "told_at-year": {now.Format("2006")}, "told_at-time": {now.Format("15:04")}}, nil)
}

// back leads to the list from a page that names none of its lines.
func (p *Pages) back(c *gin.Context, to string) error {
	if _, err := p.caseID(c); err != nil {
		return err
	}
	render.See(c, path(c)+to)
	return nil
}

func (p *Pages) event(c *gin.Context, named string) (events.View, error) {
	id, err := p.caseID(c)
	if err != nil {
		return events.View{}, err
	}
	if named == "" {
		return events.View{}, models.Invalid(models.Field("event", models.FieldRequired, "Choose what they were told of"))
	}
	event, err := uuid.Parse(named)
	if err != nil {
		return events.View{}, models.NotFound("event")
	}
	return p.Events.Get(c.Request.Context(), id, event)
}

func (p *Pages) tellForm(c *gin.Context, v *events.View, t frame.Typed, errs components.FormErrors) error {
	meta := p.meta(c, "They were told", "/events", "Back to events")
	meta.Errors = errs
	var ways []components.ChoiceItem
	for _, ch := range models.Channels() {
		ways = append(ways, components.ChoiceItem{Value: string(ch), Text: ch.Words()})
	}
	yesNo := func(name, legend string) templ.Component {
		return components.Radios(components.RadiosParams{
			Name: name, Legend: legend, LegendSize: components.Small, IsSmall: true, Inline: true, Value: t.One(name), Error: errs.Of(name),
			Items: []components.ChoiceItem{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}},
		})
	}
	fields := []templ.Component{
		components.InsetText(components.InsetTextParams{Text: v.Title() + ", " + models.DateTimeIn(v.OccurredAt, p.Now())}),
		when("told_at", "When were they told?", "For example, 27 11 2026 at 14:30", t, errs),
		components.Radios(components.RadiosParams{Name: "channel", Legend: "How were they told?", LegendSize: components.Small, IsSmall: true, Value: t.One("channel"), Error: errs.Of("channel"), Items: ways}),
		yesNo("understood", "Did they understand it?"),
	}
	if v.What() == "not_investigated" {
		fields = append(fields, yesNo("support_offered", "Was a support service offered with it?"))
	}
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + v.CaseLabel, Title: "How were they told?", Fields: fields, Button: "Record that they were told", Action: path(c) + "/events/told",
		Lede:   "We check the way against what they said is safe. A contact that happened on a way that is not safe is recorded as a contact, on the referral.",
		Hidden: []shared.Hidden{{Name: "event", Value: v.ID.String()}}, Cancel: &components.Link{Text: "Cancel", Href: path(c) + "/events"},
	}), errs.Any())
}

func (p *Pages) told(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	v, err := p.event(c, t.One("event"))
	if err != nil {
		return err
	}
	at, wrong := t.Moment("told_at", "told_at", "told_at")
	in := events.Telling{Channel: models.Channel(t.One("channel")), Understood: answered(t.One("understood")), Offered: answered(t.One("support_offered"))}
	if at != nil {
		in.At = *at
	}
	_, err = p.Events.Told(frame.Held(c, "", wrong...), v.CaseID, v.ID, in)
	switch {
	case err == nil:
		render.See(c, path(c)+"/events?done=told&event="+v.ID.String())
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, err, "/events")
	}
	return p.tellForm(c, &v, t, frame.Errors(err, map[string]string{"told_at": "told_at-day"}))
}

// answered reads yes or no; nil where nothing was chosen.
func answered(s string) *bool {
	if s != "yes" && s != "no" {
		return nil
	}
	yes := s == "yes"
	return &yes
}

func (p *Pages) table(caption, none string) *components.DataTable {
	return &components.DataTable{
		Caption: caption, Cards: true, Empty: none,
		Columns: []components.Column{{Text: "What is owed"}, {Text: "Owed by"}, {Text: "Began"}, {Text: "Due"}, {Text: "Stands"}, {Text: "Change", Hidden: true}},
	}
}

// clocks is every right that hangs on what happened, the first due first.
func (p *Pages) clocks(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := p.caseID(c)
	if err != nil {
		return err
	}
	reference, lines, err := p.Events.Clocks(ctx, id)
	if err != nil {
		return err
	}
	a, _ := models.ActorFrom(ctx)
	owed, over := p.table("What is owed", "Nothing is owed by what was recorded."), p.table("Done, not owed, or without a record", "Nothing yet.")
	for i := range lines {
		row := p.clockRow(&lines[i], path(c), a.Can(models.EventRecord))
		if lines[i].Open() {
			owed.Rows = append(owed.Rows, row)
		} else {
			over.Rows = append(over.Rows, row)
		}
	}
	v := admin.PageView{
		Meta: p.meta(c, "Clocks", "", "Back to the case"), Caption: "Case " + reference, Title: "Clocks", Of: frame.CaseParts(a, path(c), "clocks"),
		Text:  "What they are owed by law and by agreement, counted from what was recorded. The clocks of referrals are on the referrals.",
		Parts: []admin.PartView{{ID: "owed", Title: "Owed now", Table: owed}, {ID: "over", Title: "Over", Table: over}},
	}
	v.Meta.Wide = true
	v.Meta.Flash = flash(c.Query("done"))
	return render.OK(c, admin.Page(v))
}

func (p *Pages) clockRow(l *events.Line, path string, may bool) []components.DataCell {
	now := p.Now()
	by := l.Holder.Name
	switch {
	case l.Owner == models.OwnerVictim:
		by = "Theirs to use"
	case l.OffRecord && string(l.Holder.Kind) != l.Owner:
		by = models.OwnerWords(l.Owner) + ", not on Throughline"
	}
	limit := "Standard limit"
	if l.Enhanced {
		limit = "Enhanced Rights"
	}
	due := components.DataCell{Text: models.DayIn(l.DueAt, now)}
	switch {
	case l.BestBy != nil:
		due.Sub = "Best by " + models.DayIn(*l.BestBy, now)
	case !l.DueAt.Equal(l.FirstDueAt):
		due.Sub = "First " + models.DayIn(l.FirstDueAt, now)
	}
	stands := components.DataCell{Content: components.Clock(components.ClockView{Kind: components.ClockKind(l.State), Words: l.Text.Words, Paused: l.Text.Paused})}
	switch {
	case l.EndedOn != nil:
		stands.Sub = "Said on " + models.DayIn(*l.EndedOn, now) + ", recorded by " + l.EndedBy.Name
	case l.ExtendedWhy != "":
		stands.Sub = "Given " + models.WorkingDays(l.Extended) + " more: " + models.LowerFirst(l.ExtendedWhy)
	}
	change := components.DataCell{}
	if may && l.Owed() {
		change = components.DataCell{Text: "Change", Href: path + "/clocks/change?clock=" + l.ID.String()}
	}
	return []components.DataCell{
		{Text: l.Rule.Words(), Sub: l.Event + ". " + string(l.Rule) + ", version " + strconv.Itoa(l.RuleVersion)},
		{Text: by, Sub: limit},
		{Text: models.DayIn(l.StartedAt, now)},
		due,
		stands,
		change,
	}
}

// line finds one clock of the case.
func (p *Pages) line(c *gin.Context, named string) (caseID uuid.UUID, l events.Line, err error) {
	if caseID, err = p.caseID(c); err != nil {
		return caseID, l, err
	}
	if named == "" {
		return caseID, l, models.Invalid(models.Field("clock", models.FieldRequired, "Choose a clock"))
	}
	id, err := uuid.Parse(named)
	if err != nil {
		return caseID, l, models.NotFound("clock")
	}
	_, lines, err := p.Events.Clocks(c.Request.Context(), caseID)
	if err != nil {
		return caseID, l, err
	}
	for i := range lines {
		if lines[i].ID == id {
			return caseID, lines[i], nil
		}
	}
	return caseID, l, models.NotFound("clock")
}

func (p *Pages) askChange(c *gin.Context) error {
	if c.Query("clock") == "" {
		return p.back(c, "/clocks")
	}
	_, l, err := p.line(c, c.Query("clock"))
	if err != nil {
		return err
	}
	return p.changeForm(c, &l, frame.Typed{}, nil)
}

func (p *Pages) changeForm(c *gin.Context, l *events.Line, t frame.Typed, errs components.FormErrors) error {
	meta := p.meta(c, "Change a clock", "/clocks", "Back to clocks")
	meta.Errors = errs
	reason := func(act string, g models.ReasonGroup) templ.Component {
		options := []components.Option{{Value: "", Text: "Select a reason"}}
		for _, r := range models.Reasons(g) {
			options = append(options, components.Option{Value: r.Code, Text: r.Words})
		}
		s := components.SelectParams{Name: "reason-" + act, Label: "Reason", Options: options, Value: t.One("reason-" + act)}
		if t.One("action") == act {
			s.Error = errs.Of("reason")
		}
		return components.Select(s)
	}
	acts := map[string]templ.Component{
		events.ActPause: reason(events.ActPause, models.GroupPause), events.ActNotOwed: reason(events.ActNotOwed, models.GroupNotOwed),
		events.ActExtend: shared.Both(reason(events.ActExtend, models.GroupExtend), components.TextInput(components.TextInputParams{
			Name: "days", Label: "How many working days more?", Value: t.One("days"), Error: errs.Of("days"), InputMode: "numeric", Classes: "govuk-input--width-2",
		})),
		events.ActWaive: components.DateInput(components.DateInputParams{
			ID: "on", Legend: "When did they say so?", LegendSize: components.Small, Hint: "Leave empty for today", Error: errs.Of("on"),
			Day: t.One("on-day"), Month: t.One("on-month"), Year: t.One("on-year"),
		}),
	}
	var items []components.ChoiceItem
	for _, act := range events.Acts() {
		items = append(items, components.ChoiceItem{Value: act.Key, Text: act.Words, Conditional: acts[act.Key]})
	}
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + strings.ToUpper(c.Param("ref")), Title: l.Rule.Words(), Action: path(c) + "/clocks/change", Button: "Change the clock",
		Lede:   l.Text.Words + ". The first deadline stays on record, and so does who changed it and why.",
		Hidden: []shared.Hidden{{Name: "clock", Value: l.ID.String()}}, Cancel: &components.Link{Text: "Cancel", Href: path(c) + "/clocks"},
		Fields: []templ.Component{components.Radios(components.RadiosParams{Name: "action", Legend: "What changes?", LegendSize: components.Medium, Value: t.One("action"), Error: errs.Of("action"), Items: items})},
	}), errs.Any())
}

func (p *Pages) change(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	caseID, l, err := p.line(c, t.One("clock"))
	if err != nil {
		return err
	}
	act := t.One("action")
	in := events.Change{Act: act, Reason: t.One("reason-" + act)}
	var wrong []models.FieldError
	if days := t.One("days"); act == events.ActExtend && days != "" {
		if in.Days, err = strconv.Atoi(days); err != nil {
			wrong = append(wrong, models.Field("days", models.FieldInvalid, "Enter how many working days more, from 1 to 20"))
		}
	}
	if act == events.ActWaive {
		var on *time.Time
		if on, err = t.Date("on"); err != nil {
			wrong = append(wrong, models.Field("on", models.FieldInvalid, "Enter a real date, like 27 11 2026"))
		}
		in.On = on
	}
	_, err = p.Events.ChangeClock(frame.Held(c, "", wrong...), caseID, l.ID, in)
	switch {
	case err == nil:
		render.See(c, path(c)+"/clocks?done=changed")
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, err, "/clocks")
	}
	return p.changeForm(c, &l, t, frame.Errors(err, map[string]string{"on": "on-day", "reason": "reason-" + act}))
}
