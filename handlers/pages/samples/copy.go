package samples

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/samples"
	"throughline/web/components"
	view "throughline/web/pages/samples"
)

// judges keeps what somebody made of an item.
type judges func(ctx context.Context, sample uuid.UUID, n int, in models.Reading) (samples.Page, error)

func day(n int) string {
	if n < 0 {
		return models.Plural(-n, "day", "days") + " before"
	}
	return "Day " + strconv.Itoa(n)
}

func dayOf(n *int, none string) string {
	if n == nil {
		return none
	}
	return day(*n)
}

// copyParts are the tables of a redacted copy.
func copyParts(c *samples.Copy) []view.PartView {
	line := components.DataTable{Caption: "What happened, day by day", Cards: true, Empty: "Nothing is recorded.", Columns: []components.Column{{Text: "Day"}, {Text: "What happened"}, {Text: "Who"}}}
	for _, l := range c.Lines {
		line.Rows = append(line.Rows, []components.DataCell{{Text: day(l.Day)}, {Text: l.What}, {Text: l.Who}})
	}
	attempts := components.DataTable{
		Caption: "Contact attempts", Cards: true, Empty: "No attempt is recorded.",
		Columns: []components.Column{{Text: "Day"}, {Text: "How"}, {Text: "What came of it"}, {Text: "Counts"}, {Text: "Who"}},
	}
	for _, a := range c.Attempts {
		counts := "Yes"
		switch {
		case a.Incident:
			counts = "No: a safety incident"
		case !a.Counts:
			counts = "No"
		}
		attempts.Rows = append(attempts.Rows, []components.DataCell{
			{Text: day(a.Day), Sub: a.Time},
			{Text: a.Channel.Words(), Sub: models.ChoiceWords(models.ContactDirections(), a.Direction)},
			{Text: models.ChoiceWords(models.ContactOutcomes(), a.Outcome)},
			{Text: counts},
			{Text: a.Who},
		})
	}
	clocks := components.DataTable{Caption: "Limits", Cards: true, Empty: "No limit ran.", Columns: []components.Column{{Text: "Limit"}, {Text: "Began"}, {Text: "Due"}, {Text: "Done"}, {Text: "State"}, {Text: "Whose"}}}
	for _, k := range c.Clocks {
		clocks.Rows = append(clocks.Rows, []components.DataCell{
			{Text: k.Rule.Words()}, {Text: day(k.From)}, {Text: day(k.Due)}, {Text: dayOf(k.Stopped, "Not yet")}, {Content: components.Tag(clockTag(k.State))}, {Text: k.Who},
		})
	}
	ways := components.DataTable{Caption: "Safe contact", Cards: true, Empty: "No way to reach them is recorded.", Columns: []components.Column{{Text: "Way"}, {Text: "Safe"}, {Text: "Last confirmed"}}}
	for _, w := range c.Channels {
		ways.Rows = append(ways.Rows, []components.DataCell{{Text: w.Channel.Words()}, {Text: map[string]string{"yes": "Yes", "no": "No"}[w.Safe]}, {Text: dayOf(w.Confirmed, "Never")}})
		if row := ways.Rows[len(ways.Rows)-1]; row[1].Text == "" {
			row[1].Text = "Not known"
		}
	}
	out := []view.PartView{
		{ID: "line", Title: "The line", Table: line},
		{ID: "attempts", Title: "Contact attempts", Table: attempts},
		{ID: "clocks", Title: "Limits", Table: clocks},
		{ID: "ways", Title: "Safe contact", Table: ways},
	}
	if len(c.Ratings) > 0 {
		voice := components.DataTable{Caption: "What the victim said of each need", Cards: true, Columns: []components.Column{{Text: "Day"}, {Text: "Need"}, {Text: "When"}, {Text: "1 very hard, 5 going well"}}}
		for _, r := range c.Ratings {
			voice.Rows = append(voice.Rows, []components.DataCell{{Text: day(r.Day)}, {Text: models.ChoiceWords(models.Needs(), r.Need)}, {Text: models.ChoiceWords(models.NeedPoints(), string(r.Point))}, {Text: models.ChoiceWords(models.Unrated(), r.Score)}})
		}
		out = append(out, view.PartView{ID: "voice", Title: "The victim's voice", Table: voice})
	}
	return out
}

func clockTag(s models.ClockState) components.TagParams {
	switch s {
	case models.ClockMet:
		return components.TagParams{Text: "Met", Colour: "green"}
	case models.ClockBreached:
		return components.TagParams{Text: "Late", Colour: "red"}
	case models.ClockNotEvidenced:
		return components.TagParams{Text: "No record", Colour: "norecord"}
	case models.ClockNotApplicable:
		return components.TagParams{Text: "Does not apply", Colour: "grey"}
	case models.ClockWaived:
		return components.TagParams{Text: "Waived", Colour: "grey"}
	}
	return components.TagParams{Text: "Running", Colour: "blue"}
}
