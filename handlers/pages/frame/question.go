package frame

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"throughline/models"
	"throughline/web/components"
)

// Ask draws one question with the control of its kind: with what was typed, or
// where nothing was (nil) with the answer that is known.
func Ask(q *models.Question, answer any, t Typed, errs components.FormErrors) templ.Component {
	values := t[q.Key]
	if t == nil {
		values = answerValues(answer)
	}
	one := ""
	if len(values) > 0 {
		one = values[0]
	}
	label, wrong := q.Label, errs.Of(q.Key)
	if !q.Required && q.When.Key == "" {
		label += " (optional)"
	}
	switch q.Kind {
	case models.AskRadios:
		return components.Radios(components.RadiosParams{Name: q.Key, Legend: label, LegendSize: components.Medium, Hint: q.Hint, IsSmall: true, Items: Choices(q.Options), Value: one, Error: wrong})
	case models.AskCheckboxes:
		return components.Checkboxes(components.CheckboxesParams{Name: q.Key, Legend: label, LegendSize: components.Medium, Hint: q.Hint, IsSmall: true, Items: Choices(q.Options), Values: values, Error: wrong})
	case models.AskYesNo:
		return components.Radios(components.RadiosParams{
			Name: q.Key, Legend: label, LegendSize: components.Medium, Hint: q.Hint, Inline: true, Value: one, Error: wrong,
			Items: []components.ChoiceItem{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}},
		})
	case models.AskDate:
		return askDate(q, label, one, t, wrong)
	case models.AskTextarea:
		return components.TextArea(components.TextAreaParams{Name: q.Key, Label: label, LabelSize: components.Medium, Hint: q.Hint, Value: one, Error: wrong, Rows: 3})
	}
	in := components.TextInputParams{Name: q.Key, Label: label, LabelSize: components.Medium, Hint: q.Hint, Value: one, Error: wrong}
	if q.Kind == models.AskNumber {
		in.InputMode, in.Classes = "numeric", "govuk-input--width-4"
	}
	return components.TextInput(in)
}

func askDate(q *models.Question, label, known string, t Typed, wrong string) templ.Component {
	in := components.DateInputParams{
		ID: q.Key, Legend: label, LegendSize: components.Medium, Hint: q.Hint, Error: wrong,
		Day: t.One(q.Key + "-day"), Month: t.One(q.Key + "-month"), Year: t.One(q.Key + "-year"),
	}
	if d, err := time.Parse(time.DateOnly, known); t == nil && err == nil {
		in.Day, in.Month, in.Year = strconv.Itoa(d.Day()), strconv.Itoa(int(d.Month())), strconv.Itoa(d.Year())
	}
	return components.DateInput(in)
}

// answerValues is an answer, as it was kept, in the form a control is filled with.
func answerValues(answer any) []string {
	switch a := answer.(type) {
	case nil:
		return nil
	case bool:
		return []string{map[bool]string{true: "yes", false: "no"}[a]}
	case []string:
		return a
	case []any:
		out := make([]string, len(a))
		for i, v := range a {
			out[i] = fmt.Sprint(v)
		}
		return out
	}
	return []string{fmt.Sprint(answer)}
}

// noDay stands for boxes of a date that hold none: it is refused by name.
const noDay = "-"

// Answers reads what was typed as answers to the questions: a number as one, a
// day as 2026-04-02. What does not fit its kind is left for the check to name.
func Answers(list []models.Question, t Typed) map[string]any {
	out := map[string]any{}
	for i := range list {
		q := &list[i]
		values := slices.DeleteFunc(slices.Clone(t[q.Key]), func(s string) bool { return s == "" })
		switch {
		case q.Kind == models.AskDate:
			if d, err := t.Date(q.Key); err != nil {
				out[q.Key] = noDay
			} else if d != nil {
				out[q.Key] = d.Format(time.DateOnly)
			}
		case len(values) == 0:
		case q.Kind == models.AskCheckboxes:
			chosen := make([]any, len(values))
			for i, v := range values {
				chosen[i] = v
			}
			out[q.Key] = chosen
		case q.Kind == models.AskYesNo:
			out[q.Key] = values[0] == "yes"
		case q.Kind == models.AskNumber:
			out[q.Key] = values[0]
			if n, err := strconv.Atoi(values[0]); err == nil {
				out[q.Key] = n
			}
		default:
			out[q.Key] = strings.ReplaceAll(values[0], "\r\n", "\n")
		}
	}
	return out
}

// AnswerTargets are the controls in which faults of answers are put right.
func AnswerTargets(list []models.Question) map[string]string {
	out := map[string]string{}
	for i := range list {
		q := &list[i]
		target := q.Key
		if q.Kind == models.AskDate {
			target += "-day"
		}
		out[q.Key] = target
	}
	return out
}
