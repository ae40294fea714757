package components

import (
	"slices"
	"strconv"
	"strings"
)

// words joins what is not empty with one space, for class lists and described-by
// lists, and gives nothing for nothing so that the attribute can be left out.
func words(list ...string) string {
	n := 0
	last := ""
	for _, w := range list {
		if w != "" {
			n++
			last = w
		}
	}
	if n < 2 {
		return last
	}
	var b strings.Builder
	for _, w := range list {
		if w == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// when gives the word only if the condition holds.
func when(yes bool, word string) string {
	if yes {
		return word
	}
	return ""
}

// or gives the first word that is not empty.
func or(list ...string) string {
	for _, w := range list {
		if w != "" {
			return w
		}
	}
	return ""
}

// suffixed gives the id of a part of a control, or nothing when it has no such part.
func suffixed(has, id, suffix string) string {
	if has == "" {
		return ""
	}
	return id + suffix
}

// sized gives the modifier class of a size, or nothing for the body size.
func sized(block string, s Size) string {
	if s == "" {
		return ""
	}
	return block + "--" + string(s)
}

// rows gives the height of a text area.
func rows(n int) int {
	if n <= 0 {
		return 5
	}
	return n
}

// countType tells the script what to count.
func countType(p CharacterCountParams) string {
	return or(p.CountType, when(p.MaxWords > 0, "words"))
}

// counted adds what the counting script looks for to the text area.
func counted(p CharacterCountParams) TextAreaParams {
	t := p.TextAreaParams
	t.DescribedBy = or(t.ID, t.Name) + "-info"
	t.Classes = words("govuk-js-character-count", t.Classes)
	return t
}

// limitWords tells the limit to a reader whose browser runs no script.
func limitWords(p CharacterCountParams) string {
	limit, unit := p.MaxWords, "words"
	if limit == 0 {
		limit, unit = p.MaxLength, or(when(p.CountType == "words", "words"), "characters")
	}
	if limit == 0 {
		return ""
	}
	return "You can enter up to " + strconv.Itoa(limit) + " " + unit
}

// hiddenWords tells apart links that look alike: "Change" becomes "Change name
// (Victim)" for a screen reader.
func hiddenWords(a Link, title string) string {
	out := ""
	if a.Hidden != "" {
		out = " " + a.Hidden
	}
	if title != "" {
		out += " (" + title + ")"
	}
	return out
}

// numbered gives the id of the item at place i of a group: the first has the id
// of the group, so that an error summary can link to it.
func numbered(id string, i int) string {
	if i == 0 {
		return id
	}
	return id + "-" + strconv.Itoa(i+1)
}

// checkboxDescribedBy gives a lone checkbox the group's help, since there is no
// fieldset to carry it.
func checkboxDescribedBy(p CheckboxesParams, item ChoiceItem, id string) string {
	own := suffixed(item.Hint, id, "-item-hint")
	if p.Legend != "" {
		return own
	}
	group := or(p.ID, p.Name)
	return words(p.DescribedBy, suffixed(p.Hint, group, "-hint"), suffixed(p.Error, group, "-error"), own)
}

// dateParts gives the boxes of a date.
func dateParts(p DateInputParams) []TextInputParams {
	prefix := or(p.NamePrefix, p.ID)
	box := func(part, label, value, width, purpose string) TextInputParams {
		wrong := slices.Contains(p.Wrong, part) || p.Error != "" && len(p.Wrong) == 0
		return TextInputParams{
			ID: p.ID + "-" + part, Name: prefix + "-" + part, Label: label, Value: value, InputMode: "numeric",
			Autocomplete: when(p.Birthday, purpose), labelClasses: "govuk-date-input__label",
			Classes: words("govuk-date-input__input", "govuk-input--width-"+width, when(wrong, "govuk-input--error")),
		}
	}
	boxes := []TextInputParams{
		box("day", "Day", p.Day, "2", "bday-day"),
		box("month", "Month", p.Month, "2", "bday-month"),
		box("year", "Year", p.Year, "4", "bday-year"),
	}
	if p.NoDay {
		return boxes[1:]
	}
	return boxes
}

// orInt gives the first number that is not nought.
func orInt(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}

// anyActions tells whether the rows need a third column.
func anyActions(rows []SummaryRow) bool {
	for _, r := range rows {
		if len(r.Actions) > 0 {
			return true
		}
	}
	return false
}

// taskID gives the id the parts of a task are named by.
func taskID(p TaskListParams, i int) string {
	return or(p.IDPrefix, "task-list") + "-" + strconv.Itoa(i+1)
}

// tagColour gives the class of a tag's colour. "open" is ours: an outline.
func tagColour(colour string) string {
	switch colour {
	case "":
		return ""
	case "open":
		return "tl-tag--open"
	case "norecord":
		return "tl-tag--norecord"
	}
	return "govuk-tag--" + colour
}

// safeModifier colours the safe contact block from its channels, so that the
// colour cannot say more than they do.
func safeModifier(channels []Channel) string {
	best := SafetyNotKnown
	for _, c := range channels {
		best = max(best, c.Safety)
	}
	switch best {
	case SafetyNow:
		return "tl-safe--open"
	case SafetyLater:
		return ""
	}
	return "tl-safe--closed"
}

// channelNote is never empty: a channel nobody has asked about says so.
func channelNote(c Channel) string {
	if c.Note != "" {
		return c.Note
	}
	switch c.Safety {
	case SafetyNow:
		return "Safe now."
	case SafetyLater:
		return "Not at this time."
	case SafetyNo:
		return "Not safe."
	}
	return "Not asked yet, so not allowed."
}
