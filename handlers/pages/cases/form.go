package cases

import (
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/web/components"
)

// typed is what a form was sent with, kept to be shown again.
type typed map[string][]string

// readForm reads what was sent. What no keyboard can type is refused, because
// it cannot be shown again either.
func readForm(c *gin.Context) (typed, error) {
	t, err := frame.ReadForm(c)
	return typed(t), err
}

func (t typed) one(name string) string {
	if v := t[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (t typed) has(name, value string) bool {
	for _, v := range t[name] {
		if v == value {
			return true
		}
	}
	return false
}

// emptyDate reports whether none of the boxes of a date has anything in it.
func (t typed) emptyDate(name string) bool {
	return t.one(name+"-day") == "" && t.one(name+"-month") == "" && t.one(name+"-year") == ""
}

// date reads the three boxes of a date: nil where all are empty, false where they
// are no date.
func (t typed) date(name string) (*time.Time, bool) {
	if t.emptyDate(name) {
		return nil, true
	}
	d, ok := models.DayOf(t.one(name+"-day"), t.one(name+"-month"), t.one(name+"-year"))
	if !ok {
		return nil, false
	}
	return &d, true
}

// dateInput draws the three boxes with what was typed.
func (t typed) dateInput(v components.DateInputParams) components.DateInputParams {
	v.Day, v.Month, v.Year = t.one(v.ID+"-day"), t.one(v.ID+"-month"), t.one(v.ID+"-year")
	return v
}

// choices turns a list of the domain into radio buttons or checkboxes.
func choices(list []models.Choice) []components.ChoiceItem {
	out := make([]components.ChoiceItem, len(list))
	for i, c := range list {
		out[i] = components.ChoiceItem{Value: c.Key, Text: c.Words}
	}
	return out
}

// reasons turns the reasons of a group into choices, the most used first.
func reasons(g models.ReasonGroup) []models.Choice {
	var out []models.Choice
	for _, r := range models.Reasons(g) {
		out = append(out, models.Choice{Key: r.Code, Words: r.Words})
	}
	return out
}

// options turns a list into the lines of a select, an empty one first.
func options(list []models.Choice, none string) []components.Option {
	out := []components.Option{{Text: none}}
	for _, c := range list {
		out = append(out, components.Option{Value: c.Key, Text: c.Words})
	}
	return out
}
