package events

import (
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

// choose asks what happened; once that is known, for what belongs to it.
func (p *Pages) choose(c *gin.Context) error {
	id, err := p.caseID(c)
	if err != nil {
		return err
	}
	l, err := p.Events.List(c.Request.Context(), id, events.Query{Limit: 1})
	if err != nil {
		return err
	}
	if !l.Open {
		return p.moved(c, models.Conflict("This case is closed. Nothing can be added to it."), "/events")
	}
	if name := c.Query("type"); name != "" {
		spec, ok := models.FindEventType(name)
		if !ok {
			return models.NotFound("event")
		}
		return p.form(c, spec, p.blank(), nil)
	}
	own, err := p.ownKind(c)
	if err != nil {
		return err
	}
	v := admin.PageView{
		Meta: p.meta(c, "Record what happened", "/events", "Back to events"), Caption: "Case " + strings.ToUpper(c.Param("ref")), Title: "What happened?",
		Text: "Choose one. What is recorded is never changed, and starts and stops clocks.",
	}
	v.Parts = groups(own, func(spec *models.EventSpec) string { return path(c) + "/events/record?type=" + string(spec.Type) })
	return render.OK(c, admin.Page(v))
}

// blank is a form of something that happens now.
func (p *Pages) blank() frame.Typed {
	now := p.Now().In(models.London())
	return frame.Typed{
		"once": {models.NewID().String()}, "occurred_at-day": {now.Format("2")}, "occurred_at-month": {now.Format("1")}, "occurred_at-year": {now.Format("2006")},
		"occurred_at-time": {now.Format("15:04")},
	}
}

// groups are the kinds of event that a kind of organisation records, each with
// where its form is.
func groups(own models.OrganisationKind, href func(*models.EventSpec) string) (out []admin.PartView) {
	for _, group := range models.EventGroups() {
		var links []components.StackItem
		for _, spec := range models.EventTypes() {
			if spec.Group == group && spec.MayRecord(own) {
				links = append(links, components.StackItem{Link: components.Link{Text: spec.Words, Href: href(&spec)}, Note: kinds(&spec)})
			}
		}
		if len(links) > 0 {
			out = append(out, admin.PartView{Title: group, Links: links})
		}
	}
	return out
}

func (p *Pages) ownKind(c *gin.Context) (models.OrganisationKind, error) {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return "", err
	}
	dir, err := p.Directory.Snapshot(c.Request.Context())
	if err != nil {
		return "", err
	}
	own, _ := dir.Organisation(a.OrgID)
	return own.Kind, nil
}

// kinds are what a kind of event can be, in a line.
func kinds(spec *models.EventSpec) string {
	what, ok := spec.Field("what")
	if !ok {
		return ""
	}
	var out []string
	for _, choice := range what.Choices {
		out = append(out, strings.ToLower(choice.Words[:1])+choice.Words[1:])
	}
	return strings.Join(out, ", ")
}

func (p *Pages) record(c *gin.Context) error {
	id, err := p.caseID(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	spec, ok := models.FindEventType(t.One("type"))
	if !ok {
		return models.Invalid(models.Field("type", models.FieldRequired, "Choose what happened"))
	}
	in, wrong := readEvent(t, spec)
	done, err := p.Events.Record(frame.Held(c, "", wrong...), id, in)
	switch {
	case err == nil:
		what := "recorded"
		if done.Event.Freer() {
			what = "freer"
		}
		render.See(c, path(c)+"/events?done="+what+"&event="+done.Event.ID.String())
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, err, "/events")
	}
	return p.form(c, spec, t, frame.Errors(err, targets(spec)))
}

// readEvent reads a form about what happened, with what is wrong with its times.
func readEvent(t frame.Typed, spec *models.EventSpec) (in events.Input, wrong []models.FieldError) {
	in = events.Input{NewCaseEvent: models.NewCaseEvent{Type: string(spec.Type), Reference: t.One("source_reference"), Details: map[string]any{}}}
	in.Once, _ = uuid.Parse(t.One("once"))
	at := func(name, field string) *time.Time {
		when, fault := t.Moment(name, field, field)
		wrong = append(wrong, fault...)
		return when
	}
	if when := at("occurred_at", "occurred_at"); when != nil {
		in.OccurredAt = *when
	}
	in.KnownAt = at("known_at", "known_at")
	for i := range spec.Details {
		d := &spec.Details[i]
		if d.Kind == models.DetailMoment {
			if when := at(d.Key, "details."+d.Key); when != nil {
				in.Details[d.Key] = when.UTC().Format(time.RFC3339)
			}
		} else if v := t.One(d.Key); v != "" {
			in.Details[d.Key] = v
		}
	}
	return in, wrong
}

// targets are the boxes in which the parts of an event are put right.
func targets(spec *models.EventSpec) map[string]string {
	out := map[string]string{"occurred_at": "occurred_at-day", "known_at": "known_at-day", "told_at": "told_at-day", "type": "source_reference", "details": "source_reference"}
	for i := range spec.Details {
		if spec.Details[i].Kind == models.DetailMoment {
			out[spec.Details[i].Key] = spec.Details[i].Key + "-day"
		}
	}
	return out
}

func (p *Pages) form(c *gin.Context, spec *models.EventSpec, t frame.Typed, errs components.FormErrors) error {
	meta := p.meta(c, spec.Words, "/events/record", "Back")
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Case " + strings.ToUpper(c.Param("ref")), Title: spec.Words, Fields: fieldsOf(spec, t, errs), Button: "Record", Action: path(c) + "/events/record",
		Hidden: []shared.Hidden{{Name: "type", Value: string(spec.Type)}, {Name: "once", Value: t.One("once")}},
		Cancel: &components.Link{Text: "Cancel", Href: path(c) + "/events"},
	}), errs.Any())
}

// fieldsOf asks for what belongs to a kind of event.
func fieldsOf(spec *models.EventSpec, t frame.Typed, errs components.FormErrors) (fields []templ.Component) {
	for i := range spec.Details {
		if spec.Details[i].Key == "what" {
			fields = append(fields, field(&spec.Details[i], t, errs))
		}
	}
	fields = append(fields,
		when("occurred_at", "When did it happen?", "For example, 27 11 2026 at 14:30", t, errs),
		when("known_at", "When did whoever has to tell them know?", "Leave empty if that was at once. For a court's act: when witness care had it.", t, errs))
	for i := range spec.Details {
		if spec.Details[i].Key != "what" {
			fields = append(fields, field(&spec.Details[i], t, errs))
		}
	}
	return append(fields, components.TextInput(components.TextInputParams{
		Name: "source_reference", Label: "Your reference", LabelSize: components.Small, Hint: "Optional. Recorded again under it, it stays one event.",
		Value: t.One("source_reference"), Error: errs.Of("source_reference"), Autocomplete: "off", Classes: "govuk-input--width-20",
	}))
}

// when asks for a date and a time.
func when(name, legend, hint string, t frame.Typed, errs components.FormErrors) templ.Component {
	return shared.Both(components.DateInput(components.DateInputParams{
		ID: name, Legend: legend, LegendSize: components.Small, Hint: hint, Error: errs.Of(name),
		Day: t.One(name + "-day"), Month: t.One(name + "-month"), Year: t.One(name + "-year"),
	}), components.TextInput(components.TextInputParams{
		Name: name + "-time", Label: "Time: " + models.LowerFirst(legend), LabelHidden: true, Value: t.One(name + "-time"), Classes: "govuk-input--width-5", Autocomplete: "off",
	}))
}

// field asks for one detail.
func field(d *models.EventDetail, t frame.Typed, errs components.FormErrors) templ.Component {
	label := d.Label
	if !d.Required {
		label += " (optional)"
	}
	switch d.Kind {
	case models.DetailChoice:
		return components.Radios(components.RadiosParams{
			Name: d.Key, Legend: label, LegendSize: components.Small, IsSmall: true, Value: t.One(d.Key), Error: errs.Of(d.Key), Items: frame.Choices(d.Choices),
		})
	case models.DetailYesNo:
		return components.Radios(components.RadiosParams{
			Name: d.Key, Legend: label, LegendSize: components.Small, IsSmall: true, Inline: true, Value: t.One(d.Key), Error: errs.Of(d.Key),
			Items: []components.ChoiceItem{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}},
		})
	case models.DetailMoment:
		hint := ""
		if len(d.Only) > 0 {
			hint = "Only where it was " + strings.Join(d.Only, " or ")
		}
		return when(d.Key, d.Label, hint, t, errs)
	case models.DetailNumber:
		return components.TextInput(components.TextInputParams{
			Name: d.Key, Label: label, LabelSize: components.Small, Value: t.One(d.Key), Error: errs.Of(d.Key), InputMode: "numeric", Classes: "govuk-input--width-3",
		})
	case models.DetailText:
	}
	return components.TextArea(components.TextAreaParams{Name: d.Key, Label: label, LabelSize: components.Small, Value: t.One(d.Key), Error: errs.Of(d.Key), Rows: 2})
}
