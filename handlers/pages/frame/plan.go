package frame

import (
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"
)

// PlanFields ask how and when somebody is to be contacted. Only ways that are
// marked safe, now or at other times, are offered; where there is none, nothing
// is asked.
func PlanFields(points []models.ContactPoint, t Typed, errs components.FormErrors, now time.Time) []templ.Component {
	var ways []components.ChoiceItem
	for _, kind := range models.Channels() {
		if when, ok := safeTimes(points, kind, now); ok {
			ways = append(ways, components.ChoiceItem{Value: string(kind), Text: kind.Words(), Hint: when})
		}
	}
	if len(ways) == 0 {
		return nil
	}
	when := t.One("when")
	if when == "" {
		when = "now"
	}
	return []templ.Component{
		components.Radios(components.RadiosParams{Name: "channel", Legend: "How?", LegendSize: components.Medium, Value: t.One("channel"), Error: errs.Of("channel"), Items: ways}),
		components.Radios(components.RadiosParams{
			Name: "when", Legend: "When?", LegendSize: components.Medium, Value: when,
			Items: []components.ChoiceItem{{Value: "now", Text: "Now"}, {Value: "later", Text: "At another time", Conditional: shared.Both(
				components.DateInput(components.DateInputParams{
					ID: "at", Legend: "Day", Hint: "For example, 27 11 2026", Error: errs.Of("at"), Day: t.One("at-day"), Month: t.One("at-month"), Year: t.One("at-year"),
				}),
				components.TextInput(TimeInput("at-time", "Time", t.One("at-time"), errs.Of("at_time"))),
			)}},
		}),
	}
}

// safeTimes says when a kind of contact is safe, and false where it is not.
func safeTimes(points []models.ContactPoint, kind models.Channel, now time.Time) (string, bool) {
	for i := range points {
		if points[i].Kind != kind {
			continue
		}
		if g := points[i].GateAt(now, models.StaleAfterDays); g.Open() || g.Code == models.GateOutside {
			return models.WindowWords(points[i].Windows) + ".", true
		}
	}
	return "", false
}

// PlanTargets are the controls of a plan's faults.
func PlanTargets() map[string]string { return map[string]string{"at": "at-day", "at_time": "at-time"} }

// ReadPlan reads how and when: now is the moment it is read at.
func ReadPlan(t Typed, now time.Time) (models.Channel, time.Time, []models.FieldError) {
	channel := models.Channel(t.One("channel"))
	if t.One("when") != "later" {
		return channel, now, nil
	}
	day, ok := models.DayOf(t.One("at-day"), t.One("at-month"), t.One("at-year"))
	if !ok {
		return channel, now, []models.FieldError{models.Field("at", models.FieldInvalid, "Enter a real date, like 27 11 2026")}
	}
	at, ok := OnDay(day, t.One("at-time"))
	if !ok {
		return channel, now, []models.FieldError{NoTimeOfDay("at_time")}
	}
	return channel, at, nil
}

// Planned says what may be done now that the gate was asked.
func Planned(channel models.Channel, at, until, now time.Time) (title string, next []string) {
	title = channel.Words() + ", " + models.DateTimeIn(at, now)
	if !until.IsZero() {
		next = append(next, "It is safe until "+models.DateTimeIn(until, now)+".")
	}
	return title, append(next, "Look at safe contact again before you begin: it can change.", "Say nothing to anybody else who answers, and leave no message unless it is marked safe.")
}

// Plan is the page that asks before a contact is made.
type Plan struct {
	Meta    layouts.PageMeta
	Caption string
	Back    components.Link
	Points  []models.ContactPoint
	Safe    components.SafeContactView
	Planned []referrals.Planned
	Now     time.Time
}

// PlanPage draws it; where no way is safe there is nothing to choose, and the
// page says so.
func PlanPage(c *gin.Context, v Plan, t Typed, errs components.FormErrors) error {
	v.Meta.Back, v.Meta.Errors = &v.Back, errs
	fields, before := PlanFields(v.Points, t, errs, v.Now), components.SafeContact(v.Safe)
	if len(v.Planned) > 0 {
		before = shared.Both(before, components.Table(PlannedTable(v.Planned, v.Now)))
	}
	if len(fields) == 0 {
		page := shared.Plain(shared.PlainView{
			Meta: v.Meta, Title: "Plan a contact", Body: before,
			Paras: []string{"No way of contact is marked safe, so none can be planned. Find out what is safe first, through somebody who already can."},
		})
		return render.Form(c, page, errs.Any())
	}
	return render.Form(c, shared.Form(shared.FormView{
		Meta: v.Meta, Caption: v.Caption, Title: "Plan a contact", Lede: "We check the way and the time against what they said is safe, and keep your plan.",
		Before: []templ.Component{before}, Fields: fields, Button: "Check and plan", Cancel: &v.Back,
	}), errs.Any())
}
