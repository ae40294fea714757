package frame

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"throughline/models"
	"throughline/web/components"
)

// OnDay is a time of the day, written "14:30" or "14.30", on a day in London;
// false where that is no time of day.
func OnDay(day time.Time, written string) (time.Time, bool) {
	clock, err := time.Parse("15:04", strings.ReplaceAll(written, ".", ":"))
	if err != nil {
		return time.Time{}, false
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, models.London()), true
}

// NoTimeOfDay says that a field holds no time of day.
func NoTimeOfDay(field string) models.FieldError {
	return models.Field(field, models.FieldInvalid, "Give the time as hours and minutes, like 14:30")
}

// TimeInput asks for a time of day, which OnDay reads.
func TimeInput(name, label, value, fault string) components.TextInputParams {
	return components.TextInputParams{Name: name, Label: label, Hint: "For example, 14:30", Value: value, Classes: "govuk-input--width-5", Error: fault}
}

// MomentFields ask for a day and a time of it, each in words of its own.
func MomentFields(name, legend, clock string, t Typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{
		components.DateInput(components.DateInputParams{
			ID: name, Legend: legend, LegendSize: components.Medium, Hint: "For example, 20 11 2026", Error: errs.Of(name),
			Day: t.One(name + "-day"), Month: t.One(name + "-month"), Year: t.One(name + "-year"),
		}),
		components.TextInput(TimeInput(name+"-time", clock, t.One(name+"-time"), errs.Of(name+"_time"))),
	}
}

// Moment reads a day and a time of it: nil where both are empty. Its faults are
// those of the fields day and clock.
func (t Typed) Moment(name, day, clock string) (*time.Time, []models.FieldError) {
	var wrong []models.FieldError
	on, err := t.Date(name)
	written := t.One(name + "-time")
	if err == nil && on == nil && written == "" {
		return nil, nil
	}
	if err != nil || on == nil {
		wrong = append(wrong, models.Field(day, models.FieldInvalid, "Enter a real date, like 27 11 2026"))
		on = &time.Time{}
	}
	at, ok := OnDay(*on, written)
	if !ok {
		wrong = append(wrong, NoTimeOfDay(clock))
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return &at, nil
}
